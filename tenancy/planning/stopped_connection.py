"""A connection that is possible now, and that network policies would stop."""

import attrs

__all__ = ["StoppedConnection", "single_address"]


@attrs.frozen(kw_only=True, slots=True)
class StoppedConnection:
    """
    A connection that is possible now and would stop.

    Attributes:
        namespace: The namespace whose policies stop it.
        object: The object that names it, as `Ingress/web`.
        what: The connection in words.
        remedy: What to write so that it stays possible.
    """

    namespace: str
    object: str
    what: str
    remedy: str


def single_address(address: str) -> str:
    """
    Return the range that contains only *address*, as YAML.

    >>> single_address("10.0.0.1"), single_address("fd00::1")
    ('10.0.0.1/32', '"fd00::1/128"')
    """
    return f'"{address}/128"' if ":" in address else f"{address}/32"
