"""Attacks by hosts, addresses and classes that are not the organization's."""

from collections.abc import Iterator

from tests.cluster.security import objects as make
from tests.cluster.security.attacks.writing import CREATING, Attack, everyway, guarded
from tests.cluster.security.objects import TRAIN
from tests.cluster.security.world import World

__all__ = ["ingresses", "load_balancers"]

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
