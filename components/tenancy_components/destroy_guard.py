"""What makes the engine refuse to destroy before it has deleted anything."""

from collections.abc import Sequence

import pulumi

from tenancy_components.type_tokens import DESTROY_GUARD

__all__ = ["DestroyGuard"]


class DestroyGuard(pulumi.ComponentResource):
    """
    A protected resource that depends on all role bindings and guardrails, and is deleted first.

    The engine finds that a namespace is protected only when it comes to delete it, which is
    after the guardrails inside it: a destroy that it refuses would leave the namespace bare.
    The guard comes first and is refused first, and nothing is deleted.
    """

    def __init__(
        self,
        name: str,
        parent: pulumi.Resource,
        last: Sequence[pulumi.Resource],
        *,
        protect: bool,
    ) -> None:
        opts = pulumi.ResourceOptions(parent=parent, depends_on=list(last), protect=protect)
        super().__init__(DESTROY_GUARD, name, {}, opts)
        self.register_outputs({})
