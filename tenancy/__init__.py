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

import importlib
from typing import TYPE_CHECKING

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

_MODULES = {
    "tenancy.assessment": ("Assessment", "assess", "load"),
    "tenancy.diagnostics": (
        "AwsError",
        "ClusterError",
        "EngineError",
        "Exit",
        "Finding",
        "NotFoundError",
        "RefusedError",
        "SandboxError",
        "Severity",
        "TenancyError",
        "ToolsError",
        "UsageError",
    ),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}
"""Where a name is defined; every other one is in `tenancy.engine`."""


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(
        importlib.import_module(_MODULE_OF.get(name, "tenancy.engine")), name
    )
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
