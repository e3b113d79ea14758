"""Attacks by what Gateways and routes name, and by who may name theirs."""

from collections.abc import Iterator, Mapping

import attrs

from tests.cluster.security import objects as make
from tests.cluster.security.attacks.writing import CREATING, Attack, everyway, guarded
from tests.cluster.security.contents import OLDER_GATEWAY_API
from tests.cluster.security.objects import DOMAIN, LAB, ORGANIZATION, TRAIN, WEB, Object
from tests.cluster.security.world import World

__all__ = ["gateway_references"]

_WAYS = (*CREATING, "JSON patch", "merge patch")
_INSIDE = f"or by a selector with the label {ORGANIZATION}: acme"
_BACKENDS = "a backend must be a Service of one of the namespaces acme-web, "
_PARENTS = "under allowed.gateways (infra/public)"
_CERTIFICATES = "a certificate must be in one of the namespaces acme-web, "
_GRANTS = "a ReferenceGrant may name only the namespaces acme-web, "


def gateway_references(world: World) -> Iterator[Attack]:
    """Yield each of them in every way, and some in another version and of another type."""
    cases = [*_gateways(), *_routes(), *_grants()]
    for what, bad, good, reason in cases:
        yield from everyway(
            world,
            f"gateway-references: {bad['kind']} {what}",
            bad,
            guarded("tenancy-gateway-references", reason),
            good=good,
            person="helper",
            paths=_WAYS,
        )
    for kind in OLDER_GATEWAY_API:
        what, bad, good, reason = next(case for case in cases if case[1]["kind"] == kind)
        group = bad["apiVersion"].partition("/")[0]
        older = f"{group}/{OLDER_GATEWAY_API[kind]}"
        yield from everyway(
            world,
            f"gateway-references: {kind} {what}, in another version",
            {**bad, "apiVersion": older},
            guarded("tenancy-gateway-references", reason),
            good={**good, "apiVersion": older},
            person="helper",
            paths=CREATING,
        )
    for attack in everyway(
        world,
        "gateway-references: parents of another type",
        make.route(parentRefs="a"),
        guarded("tenancy-gateway-references", "resulted in error"),
        good=make.route(),
        person="helper",
        paths=CREATING,
    ):
        yield attrs.evolve(attack, status=422)


Case = tuple[str, Object, Object, str]


def _gateways() -> Iterator[Case]:
    def open_to(**namespaces: object) -> Object:
        return _gateway(allowedRoutes={"namespaces": namespaces})

    own = {"matchLabels": {ORGANIZATION: "acme"}}
    same = open_to(**{"from": "Same"})
    selected = open_to(**{"from": "Selector", "selector": own})
    for what, selector in (
        ("a selector of another organization", {"matchLabels": {ORGANIZATION: "globex"}}),
        ("a selector of every organization", {"matchLabels": {f"{DOMAIN}/managed": "true"}}),
        ("an empty selector", {}),
        (
            "an expression",
            {"matchExpressions": [{"key": ORGANIZATION, "operator": "Exists"}]},
        ),
    ):
        bad = open_to(**{"from": "Selector", "selector": selector})
        yield f"open by {what}", bad, selected, _INSIDE
    yield "open to all", open_to(**{"from": "All"}), same, _INSIDE
    yield "open to what is not known", open_to(**{"from": "Cluster"}), same, _INSIDE
    first = {**make.gateway()["spec"]["listeners"][0], "name": "first"}
    second = {**first, "name": "second", "allowedRoutes": {"namespaces": {"from": "All"}}}
    yield "open by its second listener", make.gateway(listeners=[first, second]), same, _INSIDE
    yield (
        "open to listeners of all",
        make.gateway(allowedListeners={"namespaces": {"from": "All"}}),
        make.gateway(allowedListeners={"namespaces": {"from": "None"}}),
        _INSIDE,
    )
    yield "as the default of all", make.gateway(defaultScope="All"), make.gateway(), _INSIDE
    yield (
        "with another's certificate",
        _gateway(tls={"certificateRefs": [{"name": "a"}, {"name": "a", "namespace": LAB}]}),
        _gateway(tls={"certificateRefs": [{"name": "a"}, {"name": "a", "namespace": TRAIN}]}),
        _CERTIFICATES,
    )


def _gateway(**listener: object) -> Object:
    found = make.gateway()
    return make.gateway(listeners=[{**found["spec"]["listeners"][0], **listener}])


def _routes() -> Iterator[Case]:
    own, listed = {"name": "a"}, {"name": "public", "namespace": "infra"}
    for kind in make.ROUTES:
        good = make.route(kind=kind, parentRefs=[own, {**own, "namespace": TRAIN}, listed])
        for what, parent in (
            ("of another's Gateway", {"name": "a", "namespace": LAB}),
            ("of a Gateway that is not listed", {"name": "other", "namespace": "infra"}),
            ("of a Gateway of that name elsewhere", {"name": "public", "namespace": LAB}),
        ):
            bad = make.route(kind=kind, parentRefs=[own, parent])
            yield what, bad, good, _PARENTS
        fine = _to(kind, {"backendRefs": [own, {**own, "namespace": TRAIN, "port": 80}]})
        for what, backend in (
            ("to another's Service", {"name": "a", "namespace": LAB}),
            ("to the cluster's Service", {"name": "kube-dns", "namespace": "kube-system"}),
            ("to a host name", _kind("networking.istio.io", "Hostname")),
            ("to an address", _kind("gateway.envoyproxy.io", "Backend")),
        ):
            yield what, _to(kind, {"backendRefs": [own, backend]}), fine, _BACKENDS
    foreign = {"name": "a", "namespace": LAB}
    for field, rest in (
        ("requestMirror", {"type": "RequestMirror"}),
        ("externalAuth", {"type": "ExternalAuth", "protocol": "HTTP"}),
    ):
        bad, good = (
            {"filters": [{**rest, field: {"backendRef": ref}}]} for ref in (foreign, own)
        )
        fine = _to("HTTPRoute", good)
        yield f"that gives requests to others ({field})", _to("HTTPRoute", bad), fine, _BACKENDS
        yield (
            f"with a backend that gives requests to others ({field})",
            _to("HTTPRoute", {"backendRefs": [{**own, **bad}]}),
            _to("HTTPRoute", {"backendRefs": [{**own, **good}]}),
            _BACKENDS,
        )


def _to(kind: str, rule: Mapping) -> Object:
    return make.route(kind=kind, rules=[{"backendRefs": [{"name": "a"}]}, dict(rule)])


def _kind(group: str, kind: str) -> Object:
    return {"group": group, "kind": kind, "name": f"a.{LAB}.svc.cluster.local"}


def _grants() -> Iterator[Case]:
    both = make.reference_grant()
    source = both["spec"]["from"][0]
    both["spec"]["from"] = [source, {**source, "namespace": LAB}]
    good = make.reference_grant(of=TRAIN)
    yield "for another organization", make.reference_grant(of=LAB), good, _GRANTS
    yield "for another beside one's own", both, good, _GRANTS
    yield "for the cluster", make.reference_grant(WEB, of="kube-system"), good, _GRANTS
