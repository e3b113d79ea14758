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
    pods: list[dict] | None = None

    def request(self, request: Request) -> Mapping[str, object]:
        if request.path == "/api/v1/pods":
            if self.pods is None:
                raise ApiException(status=403, reason="Forbidden")
            return {"items": self.pods, "metadata": {}}
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


def pod(name: str, labels: dict[str, str], namespace: str = "acme-dev") -> dict:
    return {"metadata": {"name": name, "namespace": namespace, "labels": labels}}


def found(*budgets: dict) -> list[Finding]:
    connection = Answering(cluster="c", api=None, uid="u")
    object.__setattr__(connection, "budgets", list(budgets))
    object.__setattr__(connection, "pods", [])
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


def test_a_budget_whose_pods_cannot_be_counted_is_a_warning() -> None:
    failed = budget(None, None)
    condition = {"type": "DisruptionAllowed", "status": "False", "reason": "SyncFailed"}
    failed["status"]["conditions"] = [
        {**condition, "message": "jobs.batch does not implement the scale subresource"}
    ]
    unmanaged = budget(0, 0)
    unmanaged["status"]["currentHealthy"] = 2

    [one, other] = found(failed, {**unmanaged, "metadata": failed["metadata"]})

    assert "whose pods Kubernetes cannot count" in one.found
    assert "jobs.batch does not implement the scale subresource" in one.found
    assert "whose 2 pods no controller manages" in other.found
    failed["status"]["conditions"][0]["reason"] = "InsufficientPods"
    unmanaged["status"]["currentHealthy"] = 0
    assert [] == found(failed, unmanaged)


def test_two_budgets_for_one_pod_are_a_warning() -> None:
    by_label, by_expression = budget(3, 2), budget(3, 2)
    by_label["spec"] = {"selector": {"matchLabels": {"app": "web", "tier": "a"}}}
    expressions = [
        {"key": "app", "operator": "In", "values": ["web", "api"]},
        {"key": "old", "operator": "DoesNotExist"},
        {"key": "tier", "operator": "Exists"},
        {"key": "zone", "operator": "NotIn", "values": ["x"]},
    ]
    by_expression["spec"] = {"selector": {"matchExpressions": expressions}}
    connection = Answering(cluster="c", api=None, uid="u")
    object.__setattr__(connection, "budgets", [by_label, by_expression])
    environment = a_tenancy().environments["dev"]
    labels = {"app": "web", "tier": "a"}
    others = [
        pod("web-1", {**labels, "old": "1"}),
        pod("web-2", {**labels, "zone": "x"}),
        pod("web-3", {"app": "web"}),
        pod("web-4", labels, namespace="other"),
    ]
    object.__setattr__(connection, "pods", others)
    assert [] == list(blocked_evictions(environment, connection))
    object.__setattr__(connection, "pods", [*others, pod("web-0", labels)])

    [one] = blocked_evictions(environment, connection)

    assert ("evictions-blocked", Severity.WARNING) == (one.code, one.severity)
    assert "acme-dev/web and acme-dev/web, which both select web-0" in one.found
    object.__setattr__(connection, "pods", None)
    [unread] = blocked_evictions(environment, connection)
    assert ("live-not-read", Severity.NOT_CHECKED) == (unread.code, unread.severity)


def test_budgets_that_cannot_be_listed_are_not_checked() -> None:
    connection = Answering(cluster="c", api=None, uid="u")

    [one] = blocked_evictions(a_tenancy().environments["dev"], connection)

    assert ("live-not-read", Severity.NOT_CHECKED) == (one.code, one.severity)
    assert "the disruption budgets of the cluster could not be listed" in one.found
