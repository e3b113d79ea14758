"""The examples of the guide to traffic: accepted, in the reach report, and no wider."""

import pytest

from tenancy.planning.sections.network import Connections
from tests.unit.builders import a_namespace, a_tenancy, an_organization, findings
from tests.unit.documented_networks import EXAMPLES, documented, network_policies
from tests.unit.planning.changing import a_plan, here, recorded
from tests.unit.planning.network_oracle import Pod, Table

INGRESS = "ingress-nginx"
CONTROLLER = Pod(INGRESS, (("app.kubernetes.io/name", "ingress-nginx"),))
WEB, API, OTHER = (
    Pod("acme-web", labels) for labels in ((("app", "web"),), (("app", "api"),), ())
)
DATABASE, PUBLIC, PUBLIC_6 = "192.0.2.10", "1.1.1.1", "2606:4700::1"
EXCLUDED = ("10.0.0.1", "169.254.169.254", "203.0.113.9", "2001:db8::1", "fd00::1")
PORTS = [("TCP", n) for n in (443, 5432, 8080, 8443)]

REACH = {
    EXAMPLES[0]: ["ingress-nginx → acme-web: allowed on TCP 8080"],
    EXAMPLES[1]: ["acme-web → 192.0.2.10/32: allowed on TCP 5432"],
    EXAMPLES[2]: ["acme-web → the internet: allowed on TCP 443"],
    EXAMPLES[3]: [
        "0.0.0.0/0 → acme-web: allowed on TCP 8443",
        "the internet → acme-web: allowed on TCP 8443",
    ],
}


def opened(heading: str) -> set[tuple[str, str, int]]:
    """What the second evaluator lets through, from and to pods of the namespace."""
    policies = network_policies(heading)
    pods = [CONTROLLER, WEB, API, OTHER, Pod(INGRESS, ())]
    addresses = [DATABASE, PUBLIC, PUBLIC_6, *EXCLUDED]
    names = {"acme-web": {"tenancy.dev/organization": "acme"}, INGRESS: {}}
    table = Table(names, pods, addresses, PORTS, policies)
    found = set()
    for pod in (WEB, API, OTHER):
        app = dict(pod.labels).get("app", "any")
        for port in PORTS:
            for source in (CONTROLLER, Pod(INGRESS, ())):
                if table.connects(source, pod, port):
                    found.add((f"{len(source.labels)} labels", app, port[1]))
            for address in addresses:
                if table.sends_to(pod, address, port):
                    found.add((app, address, port[1]))
                if table.takes_from(address, pod, port):
                    found.add((address, app, port[1]))
    return found


OPENED = {
    EXAMPLES[0]: {("1 labels", "web", 8080)},
    EXAMPLES[1]: {("api", DATABASE, 5432)},
    EXAMPLES[2]: {
        (app, address, 443)
        for app in ("web", "api", "any")
        for address in (DATABASE, PUBLIC, PUBLIC_6)
    },
    EXAMPLES[3]: {
        (address, app, 8443)
        for app in ("web", "api", "any")
        for address in (DATABASE, PUBLIC, "10.0.0.1", "203.0.113.9")
    },
}


@pytest.mark.parametrize("heading", EXAMPLES)
def test_the_checks_accept_it(heading: str) -> None:
    assert [] == findings(**here(), **documented(heading))


@pytest.mark.parametrize("heading", EXAMPLES)
def test_it_is_in_the_reach_report(heading: str) -> None:
    after = documented(heading)
    closed = a_tenancy(
        **here(),
        organizations={"acme": an_organization(a_namespace("web"))},
        platform=after["platform"],
    )
    plan = a_plan(recorded(closed, "dev"), **here(), **after)

    texts = [fact.text for fact in plan.section(Connections).facts()]
    assert REACH[heading] == texts


@pytest.mark.parametrize("heading", EXAMPLES)
def test_a_second_evaluator_lets_through_what_is_written_and_nothing_else(heading: str) -> None:
    assert OPENED[heading] == opened(heading)
