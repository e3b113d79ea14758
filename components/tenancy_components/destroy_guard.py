"""Makes the engine refuse a destroy before it deletes anything."""

from collections.abc import Sequence

import pulumi

from tenancy_components.existing_dependencies import if_these_exist
from tenancy_components.type_tokens import DESTROY_GUARD

__all__ = ["DestroyGuard"]


class DestroyGuard(pulumi.ComponentResource):
    """
    A protected resource that depends on all role bindings and guardrails, and is deleted first.

    The engine notices that a namespace is protected only when it is about to delete it,
    after it has deleted the guardrails in it: the refused destroy would leave the namespace
    without quotas and policies. The guard is the first to be deleted, so it is refused first,
    and nothing is deleted.
    """

    def __init__(
        self,
        name: str,
        parent: pulumi.Resource,
        last: Sequence[pulumi.Resource],
        *,
        protect: bool,
    ) -> None:
        opts = pulumi.ResourceOptions(
            parent=parent,
            depends_on=list(last),
            protect=protect,
            hooks=if_these_exist(parent, name, last),
        )
        super().__init__(DESTROY_GUARD, name, {}, opts)
        self.register_outputs({})
