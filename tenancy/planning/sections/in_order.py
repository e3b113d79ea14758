"""Every section of a plan, in the order of display."""

from typing import Final

from tenancy.planning.section import Section
from tenancy.planning.sections.access import Access
from tenancy.planning.sections.deletions import Deletions
from tenancy.planning.sections.enforcement import Enforced
from tenancy.planning.sections.environment_order import EnvironmentOrder
from tenancy.planning.sections.gpu_grants import GpuGrants
from tenancy.planning.sections.gpu_node_pools import GpuNodePools
from tenancy.planning.sections.incomplete_update import IncompleteUpdate
from tenancy.planning.sections.inherited import Inherited
from tenancy.planning.sections.namespace_objects import NamespaceObjects
from tenancy.planning.sections.network import Connections
from tenancy.planning.sections.new_namespaces import NewNamespaces
from tenancy.planning.sections.queues import QueueLimits
from tenancy.planning.sections.quotas import Quotas
from tenancy.planning.sections.remaining_access import RemainingAccessSection
from tenancy.planning.sections.settings import Settings
from tenancy.planning.sections.totals import Totals
from tenancy.planning.sections.waiting_jobs import WaitingJobsSection
from tenancy.planning.sections.waiting_pods import WaitingPodsSection
from tenancy.planning.sections.weakened import WeakenedSection

__all__ = ["SECTIONS"]

SECTIONS: Final[tuple[type[Section], ...]] = (
    IncompleteUpdate,
    Deletions,
    Enforced,
    WeakenedSection,
    Access,
    RemainingAccessSection,
    Quotas,
    GpuGrants,
    WaitingPodsSection,
    WaitingJobsSection,
    QueueLimits,
    NewNamespaces,
    Totals,
    GpuNodePools,
    EnvironmentOrder,
    NamespaceObjects,
    Settings,
    Inherited,
    Connections,
)
"""Every section. To add one, define it in a module of this package and name it here."""
