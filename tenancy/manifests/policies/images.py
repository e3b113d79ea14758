"""If the platform requires it, a pod's images are pulled at every start."""

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
    Return the guard that requires `imagePullPolicy: Always`.

    Otherwise a private image that was pulled to a node can be started there by every pod.
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
