"""Large clusters: only the namespaces of a stack are read, with the same result."""

from collections.abc import Iterator, Mapping

import attrs
import pytest

from tenancy.cluster import Connection, connect, narrowed, objects, read_access
from tenancy.cluster.live_reads import read, with_limit_ranges
from tenancy.cluster.reading_scope import namespace_count
from tenancy.cluster.transport import Request
from tenancy.config.document import JSON
from tenancy.engine.cluster_readings import ClusterReadings
from tenancy.kubernetes import labels
from tenancy.model import Cluster
from tests.cluster.conftest import kubectl

pytestmark = pytest.mark.cluster

MANY = [f"crowd-{number}" for number in range(60)]
NAMES = frozenset(("crowd-1", "crowd-2"))
ELSEWHERE = "crowd-3"
KINDS = ("Namespace", "ResourceQuota", "LimitRange", "RoleBinding", "ServiceAccount")


@attrs.frozen(kw_only=True)
class Counting(Connection):
    """A connection that keeps the paths of its requests."""

    paths: list[str] = attrs.field(factory=list)

    def request(self, request: Request) -> Mapping[str, JSON]:
        self.paths.append(request.path)
        return super().request(request)


def of_a_stack(name: str) -> dict:
    ours = {labels.MANAGED: "true", labels.STACK: "crowd"} if name == ELSEWHERE else {}
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": name, "labels": ours},
    }


def contents(namespace: str) -> Iterator[dict]:
    where = {"name": "own", "namespace": namespace}
    rbac = "rbac.authorization.k8s.io"
    role = {"apiGroup": rbac, "kind": "Role", "name": "own"}
    subject = {"apiGroup": rbac, "kind": "User", "name": "eve"}
    rule = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}
    limit = {"type": "Container", "default": {"cpu": "1"}}
    yield {"apiVersion": f"{rbac}/v1", "kind": "Role", "metadata": where, "rules": [rule]}
    yield {
        "apiVersion": f"{rbac}/v1",
        "kind": "RoleBinding",
        "metadata": where,
        "roleRef": role,
        "subjects": [subject],
    }
    yield {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": where,
        "spec": {"hard": {"pods": "3"}},
    }
    yield {
        "apiVersion": "v1",
        "kind": "LimitRange",
        "metadata": where,
        "spec": {"limits": [limit]},
    }
    yield {"apiVersion": "v1", "kind": "ConfigMap", "metadata": where}
    yield {"apiVersion": "v1", "kind": "Secret", "metadata": where}


@pytest.fixture(scope="module")
def connection(sandbox) -> Iterator[Counting]:
    """Return a connection to a cluster that has many more namespaces than a stack."""
    admin = kubectl(sandbox)
    admin.apply(*map(of_a_stack, MANY))
    admin.apply(*(one for name in (*NAMES, ELSEWHERE) for one in contents(name)))
    made = connect(Cluster(name="sandbox"), sandbox.root)
    yield Counting(cluster=made.cluster, api=made.api, uid=made.uid)
    # The others are empty, and end with the control plane.
    admin("delete", "namespaces", "--wait=false", *NAMES, ELSEWHERE)


@pytest.fixture
def paths(connection: Counting) -> list[str]:
    connection.paths.clear()
    return connection.paths


def test_a_stack_with_a_twentieth_of_the_namespaces_is_read_alone(connection, paths) -> None:
    there = namespace_count(connection)
    few, many = (frozenset(MANY[:size]) for size in (there // 25, there // 10))

    assert few == narrowed(connection, few)
    assert few == narrowed(connection, few, times=1)
    assert narrowed(connection, many) is None
    assert narrowed(connection, few, times=3) is None
    assert frozenset() == narrowed(connection, ())
    assert {"/api/v1/namespaces"} == set(paths)


def test_what_is_read_of_a_namespace_is_the_same(connection) -> None:
    whole = with_limit_ranges(connection, read(connection, contents=True))
    part = read(connection, contents=True, namespaces=NAMES)
    part = with_limit_ranges(connection, part, NAMES)

    def inside(found: Mapping[str, object] | None) -> Mapping[str, object]:
        assert found is not None
        assert ELSEWHERE in found
        return {name: one for name, one in found.items() if name in NAMES}

    assert (True, False) == (whole.is_whole, part.is_whole)
    assert () == whole.unread == part.unread
    for name in ("namespaces", "quotas", "limit_ranges", "config_maps", "secrets"):
        assert getattr(part, name) == inside(getattr(whole, name)), name
        assert NAMES == getattr(part, name).keys(), name
    assert part.pods == part.claims == {}
    bindings = [one for one in whole.access.role_bindings or () if one.namespace in NAMES]
    assert list(part.access.role_bindings or ()) == bindings
    assert len(NAMES) == len(bindings)
    for one in bindings:
        assert part.access.rules(one) == whole.access.rules(one) != ()


def test_objects_of_a_stack_are_the_same_and_its_other_namespaces_are_found(
    connection,
) -> None:
    whole = objects(connection, KINDS)
    part = objects(connection, KINDS, namespaces=NAMES, stack="crowd")

    inside = {one: there for one, there in whole.items() if one.inside in NAMES}
    assert {k: v for k, v in part.items() if k.inside in NAMES} == inside
    assert 5 * len(NAMES) == len(inside)
    [left] = part.keys() - inside.keys()
    assert (left.kind, left.name) == ("Namespace", ELSEWHERE)


def test_one_stack_lists_its_own_namespaces_once_until_they_change(connection, paths) -> None:
    readings = ClusterReadings()

    def look() -> list[str]:
        paths.clear()
        live = readings.read(connection, contents=False, tokens_of=(), namespaces=NAMES)
        assert not live.is_whole
        readings.objects(connection, ("ResourceQuota",), namespaces=NAMES, stack="crowd")
        return sorted(one for one in paths if "quotas" in one)

    expected = [f"/api/v1/namespaces/{name}/resourcequotas" for name in sorted(NAMES)]
    assert sorted(2 * expected) == look()
    assert [] == look()
    readings.forget(NAMES)
    assert sorted(2 * expected) == look()


def test_many_stacks_list_the_cluster_once_and_then_what_changed(connection, paths) -> None:
    readings = ClusterReadings(stacks=1_000)

    def look(*names: str) -> list[str]:
        paths.clear()
        readings.read(connection, contents=False, tokens_of=(), namespaces=names)
        return [one for one in paths if "resourcequotas" in one]

    assert ["/api/v1/resourcequotas"] == look("crowd-1")
    assert [] == look("crowd-2")
    readings.forget(["crowd-1"])
    assert [] == look("crowd-2")
    assert ["/api/v1/namespaces/crowd-1/resourcequotas"] == look("crowd-1")
    readings.forget()
    assert ["/api/v1/resourcequotas"] == look("crowd-1")


def test_a_whole_cluster_is_read_again_after_a_change_where_it_is_not_shared(
    connection, paths
) -> None:
    """By a stack that has most of the namespaces, and by a plan that needs all of them."""
    readings = ClusterReadings(stacks=1_000)

    def look(names: list[str] | None) -> list[str]:
        paths.clear()
        readings.read(connection, contents=False, tokens_of=(), namespaces=names)
        return [one for one in paths if "resourcequotas" in one]

    everything = ["/api/v1/resourcequotas"]
    assert everything == look(["crowd-2"])
    for names in (MANY, None):
        look(names)
        assert [] == look(names)
        readings.forget(["crowd-1"])
        assert everything == look(names)
        # The list that many stacks share is still up to date for this one.
        assert [] == look(["crowd-2"])


def test_who_has_access_in_a_namespace_is_asked_in_it_alone(connection, paths) -> None:
    found = ClusterReadings().access(connection, namespaces=NAMES)
    whole = read_access(connection)

    inside = [one for one in whole.role_bindings or () if one.namespace in NAMES]
    assert inside == list(found.role_bindings or ())
    assert len(NAMES) == len(inside)
    assert {one.namespace for one in whole.role_bindings or ()} > NAMES
    assert found.rules(inside[0]) == whole.rules(inside[0]) != ()
    assert {
        f"/apis/rbac.authorization.k8s.io/v1{where}/rolebindings"
        for where in ("", *(f"/namespaces/{name}" for name in NAMES))
    } == {one for one in paths if one.endswith("/rolebindings")}
