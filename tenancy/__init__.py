"""
Organizations on shared (GPU) Kubernetes clusters, as typed data.

`load` or `assess` reads a project; every verb takes what they return:

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
    from tenancy.assessment import Assessment, RefusedConfigError, assess, load
    from tenancy.diagnostics import Exit, Finding, Severity, TenancyError
    from tenancy.engine import (
        Interaction,
        Outcome,
        Outcomes,
        Result,
        SavedPlan,
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
    "Assessment",
    "Exit",
    "Finding",
    "Interaction",
    "Outcome",
    "Outcomes",
    "RefusedConfigError",
    "Result",
    "SavedPlan",
    "Severity",
    "StackDrift",
    "StackPlan",
    "TenancyError",
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
    "Assessment": "tenancy.assessment",
    "Exit": "tenancy.diagnostics.exit_codes",
    "Finding": "tenancy.diagnostics.finding",
    "RefusedConfigError": "tenancy.assessment",
    "Severity": "tenancy.diagnostics.finding",
    "TenancyError": "tenancy.diagnostics.errors",
    "assess": "tenancy.assessment",
    "load": "tenancy.assessment",
}
"""Where a name is defined; every other one is in `tenancy.engine`."""


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(importlib.import_module(_MODULES.get(name, "tenancy.engine")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
