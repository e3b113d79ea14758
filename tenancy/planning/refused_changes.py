"""
Objects that stay when a namespace is enforced, and which the policies then refuse.

What judges each kind is listed by the admission policy, so that no policy is forgotten.
"""

from collections.abc import Iterator

import attrs

from tenancy.kubernetes import labels
from tenancy.kubernetes.pods import Fields, items, mapping
from tenancy.model import KindOfObject, LiveWorkloads, Namespace, Platform
from tenancy.planning.judged import JUDGES, KINDS, ExpectedRefusal, Rules, judged_kinds

__all__ = ["RefusedObject", "kinds_to_read", "refused_objects"]

_SERVICES = KindOfObject(group="", plural="services")
_INGRESSES = KindOfObject(group="networking.k8s.io", plural="ingresses")
_BUDGETS = KindOfObject(group="policy", plural="poddisruptionbudgets")
_POLICIES = KindOfObject(group="networking.k8s.io", plural="networkpolicies")


@attrs.frozen(kw_only=True, slots=True)
class RefusedObject:
    """
    An object that stays, and what is refused then.

    Attributes:
        object: Such as `Service/web`.
        refusal: Why, and what to do.
    """

    object: str
    refusal: ExpectedRefusal


def refused_objects(
    namespace: Namespace, platform: Platform, live: LiveWorkloads
) -> Iterator[RefusedObject]:
    """Yield each object of *namespace* that its policies would refuse, for each reason."""
    rules = Rules.of(namespace, platform)
    for policy, kind in dict.fromkeys(judged_kinds(platform)):
        for found in _objects(namespace.name, kind, live):
            metadata = mapping(found.get("metadata"))
            # Kubernetes itself writes the objects of Pods and Services.
            is_owned = any(
                owner.get("kind") in ("Pod", "Service")
                for owner in items(metadata.get("ownerReferences"))
            )
            is_ours = mapping(metadata.get("labels")).get(labels.MANAGED) == "true"
            if is_ours or is_owned:
                continue
            for refusal in JUDGES[policy](found, rules):
                name = f"{KINDS[kind.plural]}/{metadata.get('name')}"
                yield RefusedObject(object=name, refusal=refusal)


def kinds_to_read(platform: Platform) -> tuple[KindOfObject, ...]:
    """Return the kinds that are judged, besides those that are read for their traffic."""
    known = {_SERVICES, _INGRESSES, _BUDGETS, _POLICIES}
    return tuple(dict.fromkeys(k for _, k in judged_kinds(platform) if k not in known))


def _objects(namespace: str, kind: KindOfObject, live: LiveWorkloads) -> tuple[Fields, ...]:
    if kind == _POLICIES:
        return tuple(
            one
            for one in live.network_policies
            if mapping(one.get("metadata")).get("namespace") == namespace
        )
    known = {
        _SERVICES: live.services,
        _INGRESSES: live.ingresses,
        _BUDGETS: live.disruption_budgets,
    }
    return known.get(kind, live.judged.get(kind, {})).get(namespace, ())
