"""What a change means for people: the last update, the files and the cluster compared."""

from typing import TYPE_CHECKING

from tenancy.first_use import at_first_use

if TYPE_CHECKING:
    from tenancy.planning import snapshot
    from tenancy.planning.access_queries import (
        Permission,
        Place,
        RoleHolder,
        resources_of,
        what_can,
        who_can,
    )
    from tenancy.planning.build import Plan, lost_roles, removes_members
    from tenancy.planning.explanation import (
        ExplainedNamespace,
        ExplainedValue,
        PlaceOfValue,
        explain,
    )
    from tenancy.planning.facts import Fact, Importance
    from tenancy.planning.grouping import FactGroup, fact_groups, headline
    from tenancy.planning.leaving import REMOVES_ACCESS
    from tenancy.planning.live_access_queries import (
        LiveHolder,
        LivePermission,
        live_what_can,
        live_who_can,
        possible_names,
    )
    from tenancy.planning.manifests_of_stack import desired_manifests
    from tenancy.planning.partial_update import (
        ONLY_VARIABLE,
        compared_with,
        only_namespaces,
        recorded,
        registered,
    )
    from tenancy.planning.permissions import Allowed, AllowedData, allowed_data
    from tenancy.planning.plan_json import PlanData, plan_data, plan_schema
    from tenancy.planning.previous_update import (
        FIELDS_VARIABLE,
        INTENT_OUTPUT,
        RECOVERED_OUTPUT,
        REFRESH_VARIABLE,
        UPDATE_VARIABLE,
        PreviousUpdate,
    )
    from tenancy.planning.remaining_access import BindingRemoval, RemainingAccess
    from tenancy.planning.revisions import RevisionsPlan, compare_revisions
    from tenancy.planning.revisions_json import RevisionsData, revisions_data, revisions_schema
    from tenancy.planning.role_changes import outdated_bindings
    from tenancy.planning.sections import (
        Enforced,
        WaitingJobsData,
        WaitingPodsData,
        waiting_data,
        waiting_jobs_text,
        waiting_text,
    )
    from tenancy.planning.shapes import CLOSED
    from tenancy.planning.summary import (
        NamespaceSummary,
        OrganizationSummary,
        PoolSummary,
        Summary,
        summarize,
    )
    from tenancy.planning.summary_json import SummaryData, summary_data
    from tenancy.planning.update import (
        ClusterReading,
        StackPlan,
        plan_for,
        planned,
        read_cluster,
        reading,
    )
    from tenancy.planning.usage import grant_limits
    from tenancy.planning.weakening import unnamed, weakened_objects

__all__ = [
    "CLOSED",
    "FIELDS_VARIABLE",
    "INTENT_OUTPUT",
    "ONLY_VARIABLE",
    "RECOVERED_OUTPUT",
    "REFRESH_VARIABLE",
    "REMOVES_ACCESS",
    "UPDATE_VARIABLE",
    "Allowed",
    "AllowedData",
    "BindingRemoval",
    "ClusterReading",
    "Enforced",
    "ExplainedNamespace",
    "ExplainedValue",
    "Fact",
    "FactGroup",
    "Importance",
    "LiveHolder",
    "LivePermission",
    "NamespaceSummary",
    "OrganizationSummary",
    "Permission",
    "Place",
    "PlaceOfValue",
    "Plan",
    "PlanData",
    "PoolSummary",
    "PreviousUpdate",
    "RemainingAccess",
    "RevisionsData",
    "RevisionsPlan",
    "RoleHolder",
    "StackPlan",
    "Summary",
    "SummaryData",
    "WaitingJobsData",
    "WaitingPodsData",
    "allowed_data",
    "compare_revisions",
    "compared_with",
    "desired_manifests",
    "explain",
    "fact_groups",
    "grant_limits",
    "headline",
    "live_what_can",
    "live_who_can",
    "lost_roles",
    "only_namespaces",
    "outdated_bindings",
    "plan_data",
    "plan_for",
    "plan_schema",
    "planned",
    "possible_names",
    "read_cluster",
    "reading",
    "recorded",
    "registered",
    "removes_members",
    "resources_of",
    "revisions_data",
    "revisions_schema",
    "snapshot",
    "summarize",
    "summary_data",
    "unnamed",
    "waiting_data",
    "waiting_jobs_text",
    "waiting_text",
    "weakened_objects",
    "what_can",
    "who_can",
]

if not TYPE_CHECKING:
    __getattr__ = at_first_use(__name__)
