"""
The engine from Python, with typed results.

`assess` reads a project; `plan`, `save_plans`, `preview`, `up`, `refresh`, `drift`,
`accept_drift`, `repair_drift` and `destroy` take it and any number of its stacks, and return
an outcome for each; `adopt` takes one stack. Pass an `Interaction` to show progress and to ask
a person; by default nothing is shown and nobody is asked. `local` and `inline` open one stack.
"""

from tenancy.assessment import Assessment, assess
from tenancy.diagnostics.errors import EngineError, EngineFailure, RefusedError
from tenancy.diagnostics.exit_codes import Exit
from tenancy.engine.comparison import StackDrift
from tenancy.engine.events import OnStep
from tenancy.engine.interaction import AUTOMATIC, Interaction
from tenancy.engine.operations import (
    accept_drift,
    adopt,
    destroy,
    drift,
    plan,
    preview,
    refresh,
    repair_drift,
    save_plans,
    up,
)
from tenancy.engine.operations.saving import PlanToSave
from tenancy.engine.outcomes import Outcome, Outcomes
from tenancy.engine.results import Result, Step
from tenancy.engine.saved_plan import SavedPlan, read_plan, write_plan
from tenancy.engine.session import Engine, Session, inline, local
from tenancy.engine.stack_opener import OpenStack
from tenancy.engine.stack_plan import StackPlan

__all__ = [
    "AUTOMATIC",
    "Assessment",
    "Engine",
    "EngineError",
    "EngineFailure",
    "Exit",
    "Interaction",
    "OnStep",
    "OpenStack",
    "Outcome",
    "Outcomes",
    "PlanToSave",
    "RefusedError",
    "Result",
    "SavedPlan",
    "Session",
    "StackDrift",
    "StackPlan",
    "Step",
    "accept_drift",
    "adopt",
    "assess",
    "destroy",
    "drift",
    "inline",
    "local",
    "plan",
    "preview",
    "read_plan",
    "refresh",
    "repair_drift",
    "save_plans",
    "up",
    "write_plan",
]
