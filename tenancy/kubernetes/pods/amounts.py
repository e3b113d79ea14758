"""The requests of pods by resource, as the API server and its quotas count them."""

from collections.abc import Iterable, Iterator, Mapping

from tenancy.kubernetes.pods.fields import Fields, items, mapping
from tenancy.kubernetes.quantity import InvalidQuantityError, Quantity

__all__ = ["Amounts", "container_amounts", "pod_amounts", "quantities"]

Amounts = Mapping[str, Quantity]


def quantities(value: object) -> dict[str, Quantity]:
    """Return the amounts in a mapping such as `resources.limits`, without invalid ones."""
    amounts = {}
    for key, text in mapping(value).items():
        try:
            amounts[key] = Quantity.parse_stored(str(text))
        except InvalidQuantityError:
            continue
    return amounts


def container_amounts(container: Fields) -> tuple[dict[str, Quantity], dict[str, Quantity]]:
    """
    Return the requests and the limits of *container*.

    A limit without a request is also the request.

    Source: k8s.io/kubernetes pkg/apis/core/v1/defaults.go, SetDefaults_Pod.
    """
    resources = mapping(container.get("resources"))
    limits = quantities(resources.get("limits"))
    return {**limits, **quantities(resources.get("requests"))}, limits


def pod_amounts(spec: Fields) -> dict[str, Quantity]:
    """
    Return what a pod uses of a quota, as `requests.<resource>` and `limits.<resource>`.

    Containers and sidecars count together; other init containers run one after the other, so
    the largest of them counts if it is larger.

    Source: k8s.io/component-helpers resource, PodRequests and PodLimits.
    """
    overhead = quantities(spec.get("overhead"))
    whole = container_amounts(spec)
    amounts: dict[str, Quantity] = {}
    for index, kind in enumerate(("requests", "limits")):
        total = _together(
            container_amounts(one)[index] for one in items(spec.get("containers"))
        )
        largest: dict[str, Quantity] = {}
        sidecars: dict[str, Quantity] = {}
        for container in items(spec.get("initContainers")):
            own = container_amounts(container)[index]
            if container.get("restartPolicy") == "Always":
                sidecars = _together((sidecars, own))
                at_once: Amounts = sidecars
            else:
                at_once = _together((sidecars, own))
            largest = {
                key: max(at_once.get(key, Quantity.zero), largest.get(key, Quantity.zero))
                for key in {*at_once, *largest}
            }
        total = _together((total, sidecars))
        total = {
            key: max(total.get(key, Quantity.zero), largest.get(key, Quantity.zero))
            for key in {*total, *largest}
        }
        total.update(whole[index])
        for key, amount in _with_overhead(total, overhead):
            amounts[f"{kind}.{key}"] = amount
    return amounts


def _with_overhead(total: Amounts, overhead: Amounts) -> Iterator[tuple[str, Quantity]]:
    for key, amount in total.items():
        yield key, amount + overhead.get(key, Quantity.zero)


def _together(amounts: Iterable[Amounts]) -> dict[str, Quantity]:
    total: dict[str, Quantity] = {}
    for one in amounts:
        for key, amount in one.items():
            total[key] = total.get(key, Quantity.zero) + amount
    return total
