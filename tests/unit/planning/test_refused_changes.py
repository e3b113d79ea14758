"""Objects that stay, and whose next change the admission policies refuse, are announced."""

import pytest

from tenancy.planning.sections import Enforced
from tests.unit.builders import a_namespace, a_platform, an_organization
from tests.unit.planning.changing import a_plan, a_record, here
from tests.unit.planning.test_enforcement import AUDIT, a_workload, live_with

ALLOWED = {
    "allowed": {"ingressClasses": ["nginx"], "loadBalancerClasses": ["example.com/internal"]}
}
GRANTED = {"loadBalancers": 1}
ADDRESSES = {"network": {"ingress": [{"cidrs": ["203.0.113.0/24"], "ports": [80]}]}}
HOST = {"ingressClassName": "nginx", "rules": [{"host": "shop.acme.example"}]}


def announced(kind: str, spec: dict, **keys: object) -> list[str]:
    """The reasons by which a change of the object would be refused."""

    def written(mode: dict | None) -> dict[str, object]:
        level = {"podSecurity": {"enforce": "baseline", "reason": "older"}}
        namespace = a_namespace(enforcement=mode, **level, **keys)
        organization = an_organization(namespace, hosts=["*.acme.example", "acme.example"])
        return {
            **here(),
            "organizations": {"acme": organization},
            "platform": a_platform(**ALLOWED),
        }

    record = a_record(**written(AUDIT))
    some = {"acme-dev": ({"metadata": {"name": "web"}, "spec": spec},)}
    live = live_with(record, a_workload(), **{kind: some})
    plan = a_plan(record, live, **written(None))
    found = [one for one in plan.section(Enforced).stopped if one.kind == "change"]
    codes = [f.severity.value for f in plan.findings if f.code == "change-refused"]
    assert ["warning"] * len(found) == codes
    return [one.reason.partition(" are refused while ")[2] for one in found]


@pytest.mark.parametrize(
    ("spec", "keys", "reasons"),
    [
        ({"selector": {"a": "b"}}, {}, []),
        ({"type": "NodePort"}, {}, ["spec.type is NodePort"]),
        ({"type": "ExternalName"}, {}, ["spec.type is ExternalName"]),
        ({"type": "LoadBalancer"}, {}, ["load balancers are not granted"]),
        ({"type": "LoadBalancer"}, GRANTED, []),
        ({"type": "LoadBalancer", "allocateLoadBalancerNodePorts": False}, GRANTED, []),
        (
            {"type": "LoadBalancer"},
            {**GRANTED, **ADDRESSES},
            ["spec.externalTrafficPolicy is not Local, and addresses are listed"],
        ),
        (
            {"type": "LoadBalancer", "externalTrafficPolicy": "Local"},
            {**GRANTED, **ADDRESSES},
            [],
        ),
        (
            {"type": "LoadBalancer", "loadBalancerClass": "example.com/other"},
            GRANTED,
            ["spec.loadBalancerClass is example.com/other"],
        ),
        (
            {"type": "LoadBalancer", "loadBalancerClass": "example.com/internal"},
            GRANTED,
            [],
        ),
        ({"externalIPs": ["198.51.100.7"]}, {}, ["spec.externalIPs is set"]),
        (
            {"type": "LoadBalancer", "loadBalancerIP": "198.51.100.7"},
            GRANTED,
            ["spec.loadBalancerIP is set"],
        ),
    ],
)
def test_of_services(spec: dict, keys: dict, reasons: list[str]) -> None:
    assert reasons == announced("services", spec, **keys)


@pytest.mark.parametrize(
    ("spec", "reasons"),
    [
        (HOST, []),
        ({**HOST, "rules": [{"host": "acme.example"}]}, []),
        ({**HOST, "rules": [{}]}, ["it has no host"]),
        (
            {**HOST, "tls": [{"hosts": ["shop.globex.example", "acme.example"]}]},
            ["its host shop.globex.example is not one of the organization"],
        ),
        ({**HOST, "defaultBackend": {"service": {}}}, ["spec.defaultBackend is set"]),
        ({**HOST, "ingressClassName": "other"}, ["spec.ingressClassName is other"]),
        ({"rules": HOST["rules"]}, ["spec.ingressClassName is not set"]),
    ],
)
def test_of_ingresses(spec: dict, reasons: list[str]) -> None:
    assert reasons == announced("ingresses", spec)
