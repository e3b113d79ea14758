"""
The engine from Python, with typed results.

`checked` reads a project; `plan`, `preview`, `up`, `refresh`, `drift` and `destroy` take it and
any number of its stacks, and return what came of each. `local` and `inline` open one stack.
"""

from tenancy.automation.drifting import Drifted
from tenancy.automation.errors import (
    EngineError,
    LockedError,
    PlanViolatedError,
    StackRefusedError,
)
from tenancy.automation.events import OnStep
from tenancy.automation.outcomes import Outcome, Outcomes, SkippedError
from tenancy.automation.planning import Planned
from tenancy.automation.results import Result, Step
from tenancy.automation.saved import SavedPlan, SavedPlanError, read_plan, write_plan
from tenancy.automation.saving import Saving, StalePlanError
from tenancy.automation.session import Engine, Session, inline, local
from tenancy.automation.stacks import destroy, drift, plan, preview, refresh, save, up
from tenancy.exits import Exit
from tenancy.reading import Checked, checked

__all__ = [
    "Checked",
    "Drifted",
    "Engine",
    "EngineError",
    "Exit",
    "LockedError",
    "OnStep",
    "Outcome",
    "Outcomes",
    "PlanViolatedError",
    "Planned",
    "Result",
    "SavedPlan",
    "SavedPlanError",
    "Saving",
    "Session",
    "SkippedError",
    "StackRefusedError",
    "StalePlanError",
    "Step",
    "checked",
    "destroy",
    "drift",
    "inline",
    "local",
    "plan",
    "preview",
    "read_plan",
    "refresh",
    "save",
    "up",
    "write_plan",
]
