"""Fresh images: where asked for, a pod's images are pulled at every start."""

from typing import Final

from tenancy.manifests.policies.guard import (
    ORGANIZATIONS,
    Condition,
    Guard,
    PolicyRule,
    Resources,
    guard,
)

__all__ = ["NAME", "image_pull"]

NAME: Final = "tenancy-image-pull"


def image_pull() -> Guard:
    """
    Return the guard that demands `imagePullPolicy: Always`.

    Otherwise a node starts a private image for anybody once somebody has pulled it there.
    """
    each = " && ".join(
        f"object.spec.?{kind}.orValue([]).all(c, c.?imagePullPolicy.orValue('') == 'Always')"
        for kind in ("containers", "initContainers", "ephemeralContainers")
    )
    return guard(
        NAME,
        [Resources("", ("pods", "pods/ephemeralcontainers"))],
        [
            PolicyRule(each, "imagePullPolicy must be Always in every container"),
            PolicyRule(
                "dyn(object.spec).?volumes.orValue([]).all(v, !has(v.image)"
                " || v.image.?pullPolicy.orValue('') == 'Always')",
                "pullPolicy must be Always in every image volume",
            ),
        ],
        conditions=[
            Condition("spec-changed", "oldObject == null || object.spec != oldObject.spec")
        ],
        namespaces=ORGANIZATIONS,
    )
