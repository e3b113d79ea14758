"""
The engine from Python, with typed results.

`checked` reads a project; `plan`, `preview`, `up`, `refresh`, `drift` and `destroy` take it and
any number of its stacks, and return what came of each. `local` and `inline` open one stack.
"""

from tenancy.assessment import Assessment, assess
from tenancy.diagnostics.exit_codes import Exit
from tenancy.engine.drift import Drifted
from tenancy.engine.errors import EngineError, LockedError, PlanViolatedError, StackRefusedError
from tenancy.engine.events import OnStep
from tenancy.engine.operations import destroy, drift, plan, preview, refresh, save, up
from tenancy.engine.outcomes import Outcome, Outcomes, SkippedError
from tenancy.engine.plan import Planned
from tenancy.engine.results import Result, Step
from tenancy.engine.save_plan import Saving, StalePlanError
from tenancy.engine.saved_plan import SavedPlan, SavedPlanError, read_plan, write_plan
from tenancy.engine.session import Engine, Session, inline, local

__all__ = [
    "Assessment",
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
    "assess",
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
