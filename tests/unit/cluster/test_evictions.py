"""Disruption budgets that let no pod go are found by their status."""

from collections.abc import Mapping

import pytest
from kubernetes.client.exceptions import ApiException

from tenancy.cluster import Connection
from tenancy.cluster.evictions import blocked_evictions
from tenancy.cluster.transport import Request
from tenancy.diagnostics import Finding, Severity
from tests.unit.builders import a_tenancy


class Answering(Connection):
    """A cluster that has these budgets, or refuses to list them."""

    budgets: list[dict] | None = None

    def request(self, request: Request) -> Mapping[str, object]:
        assert "/apis/policy/v1/poddisruptionbudgets" == request.path
        if self.budgets is None:
            raise ApiException(status=403, reason="Forbidden")
        return {"items": self.budgets, "metadata": {}}


def budget(pods: int | None, needed: int | None, namespace: str = "acme-dev") -> dict:
    status = {"expectedPods": pods, "desiredHealthy": needed, "disruptionsAllowed": 0}
    return {
        "metadata": {"name": "web", "namespace": namespace},
        "status": {key: value for key, value in status.items() if value is not None},
    }


def found(*budgets: dict) -> list[Finding]:
    connection = Answering(cluster="c", api=None, uid="u")
    object.__setattr__(connection, "budgets", list(budgets))
    return list(blocked_evictions(a_tenancy().environments["dev"], connection))


@pytest.mark.parametrize(("pods", "needed"), [(3, 3), (1, 1), (2, 3)])
def test_a_budget_by_which_every_pod_must_run_is_a_warning(pods: int, needed: int) -> None:
    [one] = found(budget(pods, needed))

    assert ("evictions-blocked", Severity.WARNING, "acme") == (
        one.code,
        one.severity,
        one.organization,
    )
    assert one.found == (
        f"the disruption budget acme-dev/web, by which {needed} of {pods} pods must run, so"
        " that none can be evicted"
    )


@pytest.mark.parametrize(
    "let",
    [
        pytest.param(budget(3, 2), id="one may go, once all are healthy"),
        pytest.param(budget(0, 3), id="there are no pods"),
        pytest.param(budget(None, None), id="it is not counted yet"),
        pytest.param(budget(3, 3, "kube-system"), id="not of this environment"),
    ],
)
def test_others_are_not_reported(let: dict) -> None:
    assert [] == found(let)
    assert 1 == len(found(let, budget(3, 3)))


def test_budgets_that_cannot_be_listed_are_not_checked() -> None:
    connection = Answering(cluster="c", api=None, uid="u")

    [one] = blocked_evictions(a_tenancy().environments["dev"], connection)

    assert ("live-not-read", Severity.NOT_CHECKED) == (one.code, one.severity)
    assert "the disruption budgets of the cluster could not be listed" in one.found
