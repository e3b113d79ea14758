"""The plural names of kinds, as most custom resource definitions spell them."""

from typing import Final

__all__ = ["usual_plural"]

_VOWELS: Final = frozenset("aeiou")


def usual_plural(kind: str) -> str:
    """
    Return the usual plural name of *kind*, in lower case.

    >>> usual_plural("ExternalSecret"), usual_plural("ServiceProxy"), usual_plural("Gateway")
    ('externalsecrets', 'serviceproxies', 'gateways')
    >>> usual_plural("Prometheus"), usual_plural("Mesh")
    ('prometheuses', 'meshes')
    """
    name = kind.lower()
    if name.endswith(("s", "x", "z", "ch", "sh")):
        return f"{name}es"
    if name.endswith("y") and name[-2:-1] not in _VOWELS:
        return f"{name[:-1]}ies"
    return f"{name}s"
