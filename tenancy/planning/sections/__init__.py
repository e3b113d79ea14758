"""The sections of a plan, one module each."""

from typing import TYPE_CHECKING

from tenancy.first_use import at_first_use

if TYPE_CHECKING:
    from tenancy.planning.sections.enforcement import Enforced
    from tenancy.planning.sections.in_order import SECTIONS
    from tenancy.planning.sections.remaining_access import RemainingAccessSection
    from tenancy.planning.sections.waiting_jobs import WaitingJobsData, waiting_jobs_text
    from tenancy.planning.sections.waiting_pods import (
        WaitingPodsData,
        waiting_data,
        waiting_text,
    )
    from tenancy.planning.sections.weakened import WeakenedSection

__all__ = [
    "SECTIONS",
    "Enforced",
    "RemainingAccessSection",
    "WaitingJobsData",
    "WaitingPodsData",
    "WeakenedSection",
    "waiting_data",
    "waiting_jobs_text",
    "waiting_text",
]

if not TYPE_CHECKING:
    __getattr__ = at_first_use(__name__)
