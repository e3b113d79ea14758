"""The name of a namespace in the cluster, from the template of its environment."""

__all__ = ["namespace_name"]


def namespace_name(template: str, *, prefix: str, environment: str, identifier: str) -> str:
    """
    Return the name that *template* gives; an empty prefix takes its hyphen with it.

    >>> namespace_name("{prefix}-{id}", prefix="acme", environment="dev", identifier="web")
    'acme-web'
    >>> namespace_name("{prefix}-{id}", prefix="", environment="dev", identifier="web")
    'web'
    """
    if not prefix:
        template = template.replace("{prefix}-", "").replace("-{prefix}", "")
    return (
        template.replace("{prefix}", prefix)
        .replace("{environment}", environment)
        .replace("{id}", identifier)
    )
