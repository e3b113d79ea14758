"""What is written back of a service account that is created again."""

import contextlib
from collections.abc import Iterator

import pytest

from tenancy.cluster.access_removal import _applied, take_out_of_managed

MANAGED = {"tenancy.dev/managed": "true"}


def an_account(manager: str, operation: str = "Apply") -> dict:
    fields = {
        "f:automountServiceAccountToken": {},
        "f:metadata": {"f:labels": {"f:tenancy.dev/managed": {}}},
    }
    entry = {"manager": manager, "operation": operation, "fieldsV1": fields}
    return {
        "automountServiceAccountToken": False,
        "metadata": {"labels": {**MANAGED, "app": "runner"}, "managedFields": [entry]},
    }


@pytest.mark.parametrize("manager", ["pulumi-kubernetes-1a2b3c4d", "tenancy/acme/dev/sandbox"])
def test_what_the_engine_applied_is_the_engines_again(manager: str) -> None:
    assert (
        manager,
        {"automountServiceAccountToken": False, "metadata": {"labels": MANAGED}},
    ) == _applied(an_account(manager))


def test_what_people_wrote_is_not_the_engines() -> None:
    assert ("", {}) == _applied(an_account("kubectl"))
    assert ("", {}) == _applied(an_account("pulumi-kubernetes", "Update"))


class Connection:
    """A connection to one RoleBinding; it keeps what is sent."""

    def __init__(self, live: dict) -> None:
        self.live = live
        self.sent: list = []

    @contextlib.contextmanager
    def errors(self, doing: str) -> Iterator[None]:
        del doing
        yield

    def request(self, request) -> dict:
        if request.method == "GET":
            return self.live
        self.sent.append(request)
        return {}


def a_binding(*groups: str) -> dict:
    fields = {"f:metadata": {"f:labels": {"f:tenancy.dev/managed": {}}}, "f:subjects": {}}
    entry = {"manager": "tenancy/p/dev/c", "operation": "Apply", "fieldsV1": fields}
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "devs", "labels": MANAGED, "managedFields": [entry]},
        "roleRef": {"kind": "ClusterRole", "name": "edit"},
        "subjects": [{"kind": "Group", "name": name} for name in groups],
    }


def test_a_binding_of_ours_keeps_its_owner_and_its_other_subjects() -> None:
    connection = Connection(a_binding("a", "b"))

    assert take_out_of_managed(connection, "shop", "devs", ["Group a"])  # type: ignore[arg-type]

    [sent] = connection.sent
    assert "tenancy/p/dev/c" == sent.query["fieldManager"]
    assert "application/apply-patch+yaml" == sent.content_type
    assert [{"kind": "Group", "name": "b"}] == sent.body["subjects"]
    assert {"name": "devs", "labels": MANAGED} == sent.body["metadata"]


def test_a_binding_without_the_subject_is_not_written() -> None:
    connection = Connection(a_binding("a"))

    assert not take_out_of_managed(connection, "shop", "devs", ["Group b"])  # type: ignore[arg-type]
    assert [] == connection.sent
    # The control: the last subject is taken out too, and the binding stays.
    assert take_out_of_managed(connection, "shop", "devs", ["Group a"])  # type: ignore[arg-type]
    assert [] == connection.sent[0].body["subjects"]
