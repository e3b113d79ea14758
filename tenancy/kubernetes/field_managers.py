"""The field manager under which a stack applies its objects, and the names of others."""

import hashlib
import re
from typing import Final

__all__ = ["ANNOTATION", "PREFIX", "RANDOM_PREFIX", "field_manager"]

ANNOTATION: Final = "pulumi.com/patchFieldManager"
"""
The annotation from which the Kubernetes provider takes the manager of an object.

Without it the provider generates a name at each create and stores it only in the state.
Source: pulumi-kubernetes, provider/pkg/provider/provider.go, `fieldManagerName`.
"""
PREFIX: Final = "tenancy/"
"""The prefix of each of our managers."""
RANDOM_PREFIX: Final = "pulumi-kubernetes-"
"""The prefix of the managers that the provider generates."""

_LONGEST: Final = 128
"""Source: k8s.io/apimachinery, pkg/apis/meta/v1/validation, `FieldManagerMaxLength`."""
_DIGEST: Final = 16
_PLAIN: Final = re.compile(r"[A-Za-z0-9._-]+")


def field_manager(project: str, stack: str, *parts: str) -> str:
    """
    Return the field manager of a stack.

    Two stacks never have the same one: a name that is too long for an API server, or has
    ambiguous characters, is cut and ends with a digest of the whole.

    Args:
        project: The Pulumi project.
        stack: The stack.
        parts: Further parts of the name: the logical name of the cluster's provider, and that
            of a patch. Empty ones are left out.

    >>> field_manager("shop", "dev", "cluster-east")
    'tenancy/shop/dev/cluster-east'
    >>> len(field_manager("shop", "dev", "x" * 200))
    128
    """
    names = [project, stack, *(part for part in parts if part)]
    whole = PREFIX + "/".join(names)
    if len(whole) <= _LONGEST and all(_PLAIN.fullmatch(name) for name in names):
        return whole
    # A digest of the list: joined names that contain a slash could be ambiguous.
    digest = hashlib.sha256(repr(names).encode()).hexdigest()[:_DIGEST]
    readable = PREFIX + "/".join(re.sub(r"[^A-Za-z0-9._-]", "-", name) for name in names)
    return f"{readable[: _LONGEST - _DIGEST - 1]}~{digest}"
