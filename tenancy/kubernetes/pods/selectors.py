"""Label selectors, as Kubernetes reads them."""

from collections.abc import Mapping

from tenancy.kubernetes.pods.fields import Fields, items, mapping, strings

__all__ = ["selects"]


def selects(selector: Fields, labels: Mapping[str, str]) -> bool:
    """
    Return whether *selector* selects what has *labels*; an empty one selects everything.

    >>> selects({"matchLabels": {"app": "web"}}, {"app": "web", "tier": "a"})
    True
    >>> selects({"matchExpressions": [{"key": "app", "operator": "Exists"}]}, {})
    False

    Raises:
        ValueError: It has an operator that Kubernetes does not know.
    """
    wanted = mapping(selector.get("matchLabels"))
    return all(labels.get(key) == value for key, value in wanted.items()) and all(
        _fulfils(expression, labels) for expression in items(selector.get("matchExpressions"))
    )


def _fulfils(expression: Fields, labels: Mapping[str, str]) -> bool:
    value, values = labels.get(str(expression["key"])), strings(expression.get("values"))
    match expression["operator"]:
        case "In":
            return value in values
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
        case operator:
            raise ValueError(f"unknown operator of a label selector: {operator!r}")
