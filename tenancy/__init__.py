"""
Organizations on shared (GPU) Kubernetes clusters, as typed data.

`load` or `assess` reads a project; every function takes their result:

    import tenancy

    project = tenancy.load("infrastructure")
    for outcome in tenancy.plan(project, ["dev"]):
        print(outcome.stack, outcome.exit)
    tenancy.up(project, ["platform", "dev"])

Each name is imported when it is first used: `import tenancy` itself loads neither Pulumi nor
the clients of clouds and clusters.
"""

from typing import TYPE_CHECKING

from tenancy.first_use import at_first_use

if TYPE_CHECKING:
    from tenancy.assessment import Assessment, assess, load
    from tenancy.diagnostics import (
        AwsError,
        ClusterError,
        EngineError,
        Exit,
        Finding,
        NotFoundError,
        RefusedError,
        SandboxError,
        Severity,
        TenancyError,
        ToolsError,
        UsageError,
    )
    from tenancy.engine import (
        Adoption,
        Interaction,
        Outcome,
        Outcomes,
        Result,
        SavedPlan,
        Selection,
        StackDrift,
        StackPlan,
        accept_drift,
        adopt,
        destroy,
        drift,
        plan,
        preview,
        read_plan,
        refresh,
        repair_drift,
        save_plans,
        up,
        write_plan,
    )

__all__ = [
    "Adoption",
    "Assessment",
    "AwsError",
    "ClusterError",
    "EngineError",
    "Exit",
    "Finding",
    "Interaction",
    "NotFoundError",
    "Outcome",
    "Outcomes",
    "RefusedError",
    "Result",
    "SandboxError",
    "SavedPlan",
    "Selection",
    "Severity",
    "StackDrift",
    "StackPlan",
    "TenancyError",
    "ToolsError",
    "UsageError",
    "accept_drift",
    "adopt",
    "assess",
    "destroy",
    "drift",
    "load",
    "plan",
    "preview",
    "read_plan",
    "refresh",
    "repair_drift",
    "save_plans",
    "up",
    "write_plan",
]

__version__ = "0.1.0"

if not TYPE_CHECKING:
    __getattr__ = at_first_use(__name__)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
