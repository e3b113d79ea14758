"""Attacks by hosts, addresses and classes that are not the organization's."""

from collections.abc import Iterator, Mapping

import attrs

from tests.cluster.security import objects as make
from tests.cluster.security.attacks.writing import CREATING, Attack, everyway, guarded
from tests.cluster.security.contents import OLDER_GATEWAY_API
from tests.cluster.security.objects import TRAIN, Object
from tests.cluster.security.world import World

__all__ = ["gateways", "ingresses", "load_balancers", "routes"]

EVERY_BUT = (*CREATING, "update", "merge patch")


def load_balancers(world: World) -> Iterator[Attack]:
    """Yield the addresses and classes of load balancers that are not the tenant's."""
    balanced = {"type": "LoadBalancer", "allocateLoadBalancerNodePorts": False}
    for what, spec, reason in (
        ("an address", {"loadBalancerIP": "203.0.113.9"}, "spec.loadBalancerIP may not be set"),
        (
            "a class",
            {"loadBalancerClass": "example.com/other"},
            "spec.loadBalancerClass is not listed",
        ),
    ):
        bad = make.service(TRAIN, **balanced, **spec)
        fine = make.service(TRAIN)
        yield from everyway(
            world,
            f"services: {what}",
            bad,
            guarded("tenancy-services", reason),
            good=fine,
            paths=CREATING,
        )


def ingresses(world: World) -> Iterator[Attack]:
    """Yield hosts of others, hosts for all, and classes that are not listed."""
    backend = {"service": {"name": "probe", "port": {"number": 80}}}
    own = "hosts must be those of the organization: *.apps.acme.example, acme.example"
    classes = "spec.ingressClassName must be one of public"
    for what, bad, reason in (
        ("another's host", make.ingress(host="initech.example"), own),
        ("a host under one's own", make.ingress(host="www.acme.example"), own),
        ("a host that ends like one's own", make.ingress(host="evilacme.example"), own),
        ("a wildcard over one's own", make.ingress(host="*.acme.example"), own),
        ("every host", make.ingress(rules=[{}]), own),
        (
            "a certificate of another's host",
            make.ingress(tls=[{"hosts": ["initech.example"], "secretName": "a"}]),
            own,
        ),
        ("a default backend", make.ingress(defaultBackend=backend), "spec.defaultBackend may"),
        (
            "a resource as a backend",
            make.ingress(rules=[_resource("acme.example")]),
            "a backend may be a service only",
        ),
        ("a class", make.ingress(ingressClassName="internal"), classes),
        ("no class", make.ingress(ingressClassName=None), classes),
    ):
        yield from everyway(
            world,
            f"ingresses: {what}",
            bad,
            guarded("tenancy-ingresses", reason),
            good=make.ingress(host="a.apps.acme.example") if "host" in what else make.ingress(),
            person="developer",
            paths=CREATING if bad["spec"].get("ingressClassName") != "public" else EVERY_BUT,
        )


def _resource(host: str) -> Object:
    """Return a rule of an Ingress whose second path leads to a resource."""
    service = {"service": {"name": "probe", "port": {"number": 80}}}
    resource = {"resource": {"apiGroup": "example.com", "kind": "Bucket", "name": "a"}}
    paths = [
        {"path": path, "pathType": "Prefix", "backend": backend}
        for path, backend in (("/", service), ("/a", resource))
    ]
    return {"host": host, "http": {"paths": paths}}


# Custom resources have no strategic merge patch, and an update of one names its version.
CUSTOM = (*CREATING, "JSON patch", "merge patch")
OWN = "hosts must be those of the organization: *.apps.acme.example, acme.example"


def gateways(world: World) -> Iterator[Attack]:
    """Yield Gateways for hosts of others, for all hosts, and of a class that is not listed."""
    for what, bad, reason in (
        ("another's host", make.gateway(host="initech.example"), OWN),
        ("a wildcard over one's own", make.gateway(host="*.acme.example"), OWN),
        ("every host", make.gateway(listeners=[{"name": "web", "port": 80}]), OWN),
        (
            "a class",
            make.gateway(gatewayClassName="internal"),
            "spec.gatewayClassName must be one of public",
        ),
        (
            "an address",
            make.gateway(addresses=[{"value": "203.0.113.9"}]),
            "spec.addresses may not be set",
        ),
        (
            "the controller's configuration",
            make.gateway(
                infrastructure={
                    "parametersRef": {"group": "", "kind": "ConfigMap", "name": "a"}
                }
            ),
            "spec.infrastructure.parametersRef may not be set",
        ),
        (
            "annotations of its load balancer",
            make.gateway(
                infrastructure={"annotations": {"external-dns.alpha.kubernetes.io/target": "a"}}
            ),
            "that are not allowed: external-dns.alpha.kubernetes.io/target;",
        ),
    ):
        yield from everyway(
            world,
            f"gateways: {what}",
            bad,
            guarded("tenancy-gateways", reason),
            good=make.gateway(infrastructure={"annotations": {"example.com/note": "a"}}),
            person="helper",
            paths=CUSTOM,
        )
    yield from _of_custom_resources(
        world,
        "gateways",
        make.gateway(),
        {"listeners": [{"name": "web"}]},
        {"listeners": "web"},
    )


def routes(world: World) -> Iterator[Attack]:
    """Yield routes for hosts of others, and for all hosts."""
    for kind in make.ROUTES:
        for what, spec in (
            ("another's host", {"hostnames": ["initech.example"]}),
            ("one's own beside another's", {"hostnames": ["acme.example", "initech.example"]}),
            ("every host", {"hostnames": []}),
        ):
            yield from everyway(
                world,
                f"routes: {kind} for {what}",
                make.route(kind=kind, **spec),
                guarded("tenancy-routes", OWN),
                good=make.route(kind=kind),
                person="helper",
                paths=CUSTOM,
            )
        yield from _of_custom_resources(
            world,
            "routes",
            make.route(kind=kind),
            {"hostnames": []},
            {"hostnames": "a.example"},
        )


def _of_custom_resources(
    world: World, family: str, good: Object, bad: Mapping, mistyped: Mapping
) -> Iterator[Attack]:
    """Yield *good* in another version, and with what is not of the type that guards expect."""
    kind = good["kind"]
    group = good["apiVersion"].partition("/")[0]
    older = {**good, "apiVersion": f"{group}/{OLDER_GATEWAY_API[kind]}"}
    yield from everyway(
        world,
        f"{family}: {kind} in another version",
        {**older, "spec": {**good["spec"], **bad}},
        guarded(f"tenancy-{family}", OWN),
        good=older,
        person="helper",
        paths=CREATING,
    )
    for attack in everyway(
        world,
        f"{family}: {kind} of another type",
        {**good, "spec": {**good["spec"], **mistyped}},
        guarded(f"tenancy-{family}", "resulted in error"),
        good=good,
        person="helper",
        paths=CREATING,
    ):
        yield attrs.evolve(attack, status=422)
