"""
The engine from Python, with typed results.

`assess` reads a project; `plan`, `save_plans`, `preview`, `up`, `refresh`, `drift`,
`accept_drift`, `repair_drift` and `destroy` take it and any number of its stacks, and return
an outcome for each; `adopt` and `release` take one stack. Pass an `Interaction` to show
progress and to ask a person; by default nothing is shown and no confirmation is needed.
`local` and `inline` open one stack.
"""

from typing import TYPE_CHECKING

from tenancy.first_use import at_first_use

if TYPE_CHECKING:
    from tenancy.assessment import Assessment, assess
    from tenancy.diagnostics import EngineError, EngineFailure, Exit, RefusedError
    from tenancy.engine.cluster_readings import ClusterReadings
    from tenancy.engine.comparison import StackDrift
    from tenancy.engine.events import OnStep
    from tenancy.engine.interaction import AUTOMATIC, ForStack, Interaction
    from tenancy.engine.leftover_processes import interrupt_engines
    from tenancy.engine.operations import (
        Adoption,
        Selection,
        accept_drift,
        adopt,
        destroy,
        drift,
        plan,
        preview,
        refresh,
        release,
        repair_drift,
        save_plans,
        up,
    )
    from tenancy.engine.operations.saving import PlanToSave
    from tenancy.engine.outcomes import Outcome, Outcomes
    from tenancy.engine.recovery import TAKE_OVER_FIELDS
    from tenancy.engine.results import Result, Step
    from tenancy.engine.sandbox_stacks import prepare_stacks
    from tenancy.engine.saved_plan import SavedPlan, read_plan, write_plan
    from tenancy.engine.session import Engine, Session
    from tenancy.engine.session_opening import inline, local
    from tenancy.engine.sharding import Shard, read_shard, shards, stacks_of
    from tenancy.engine.stack_opener import OpenStack, opener, wait_for_sandbox
    from tenancy.engine.stack_plan import StackPlan

__all__ = [
    "AUTOMATIC",
    "TAKE_OVER_FIELDS",
    "Adoption",
    "Assessment",
    "ClusterReadings",
    "Engine",
    "EngineError",
    "EngineFailure",
    "Exit",
    "ForStack",
    "Interaction",
    "OnStep",
    "OpenStack",
    "Outcome",
    "Outcomes",
    "PlanToSave",
    "RefusedError",
    "Result",
    "SavedPlan",
    "Selection",
    "Session",
    "Shard",
    "StackDrift",
    "StackPlan",
    "Step",
    "accept_drift",
    "adopt",
    "assess",
    "destroy",
    "drift",
    "inline",
    "interrupt_engines",
    "local",
    "opener",
    "plan",
    "prepare_stacks",
    "preview",
    "read_plan",
    "read_shard",
    "refresh",
    "release",
    "repair_drift",
    "save_plans",
    "shards",
    "stacks_of",
    "up",
    "wait_for_sandbox",
    "write_plan",
]

if not TYPE_CHECKING:
    __getattr__ = at_first_use(__name__)
