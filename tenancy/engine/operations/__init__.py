"""
One function for each verb: plan, preview, up, refresh, drift, destroy, adopt, release.

The command line, CI and programs call these; they differ in the `Interaction` that they pass.
Platforms are applied before the environments on them, and destroyed after them; other stacks
are worked on side by side unless a person is asked. A stack that is refused or fails loses no
result of another; only stacks that depend on it are skipped.
"""

from typing import TYPE_CHECKING

from tenancy.first_use import at_first_use

if TYPE_CHECKING:
    from tenancy.engine.operations.adopt_selection import Selection
    from tenancy.engine.operations.adopting import Adoption, adopt
    from tenancy.engine.operations.destroying import destroy
    from tenancy.engine.operations.detecting import accept_drift, drift, repair_drift
    from tenancy.engine.operations.planning import plan
    from tenancy.engine.operations.previewing import preview
    from tenancy.engine.operations.refreshing import refresh
    from tenancy.engine.operations.releasing import release
    from tenancy.engine.operations.saving import save_plans
    from tenancy.engine.operations.updating import up

__all__ = [
    "Adoption",
    "Selection",
    "accept_drift",
    "adopt",
    "destroy",
    "drift",
    "plan",
    "preview",
    "refresh",
    "release",
    "repair_drift",
    "save_plans",
    "up",
]

if not TYPE_CHECKING:
    __getattr__ = at_first_use(__name__)
