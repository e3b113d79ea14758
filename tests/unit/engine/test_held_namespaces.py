"""While namespaces are deleted, what holds them is reported; a server of the test answers."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from kubernetes.client import ApiClient, Configuration

from tenancy.cluster import (
    ClusterError,
    Connection,
    held_namespace,
    terminating_namespaces,
    with_held_namespaces,
)
from tenancy.engine.held_namespaces import reporting_held_namespaces, wait_for_deletions
from tenancy.engine.results import Step
from tenancy.manifests import NAMESPACE_TOKEN
from tenancy.model import Live, LiveNamespace

DELETION = Step(op="delete", urn="urn:pulumi:dev::t::ns::acme-dev", type=NAMESPACE_TOKEN)
GONE = "2026-11-29T00:00:00Z"
FINALIZERS = (
    "Some content in the namespace has finalizers remaining: example.com/mine in 1 resource"
    " instances"
)
RESOURCES = (
    "Some resources are remaining: configmaps. has 1 resource instances, widgets.example.com"
    " has 2 resource instances"
)


def condition(message: str, status: str = "True") -> dict:
    return {"type": "NamespaceContentRemaining", "status": status, "message": message}


class Cluster:
    """What a server answers by path, without its query."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers: dict[str, object] = {
            "/apis/example.com": {"preferredVersion": {"groupVersion": "example.com/v2"}},
            "/api/v1/namespaces/acme-dev/configmaps": items(
                {"name": "held", "finalizers": ["example.com/mine"], "deletionTimestamp": GONE}
            ),
            "/apis/example.com/v2/namespaces/acme-dev/widgets": items(
                {"name": "a", "deletionTimestamp": GONE}, {"name": "b"}
            ),
        }
        self.hold(
            condition(FINALIZERS), condition(RESOURCES), condition("all is well", "False")
        )

    def hold(self, *conditions: dict, deleted: bool = True) -> None:
        metadata = {"name": "acme-dev", **({"deletionTimestamp": GONE} if deleted else {})}
        self.answers["/api/v1/namespaces"] = items(metadata, {"name": "acme-prod"})
        self.answers["/api/v1/namespaces/acme-dev"] = {
            "metadata": metadata,
            "status": {"conditions": list(conditions)},
        }


def items(*metadata: dict) -> dict:
    return {"items": [{"metadata": each} for each in metadata], "metadata": {}}


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


@pytest.fixture
def connection(cluster: Cluster) -> Iterator[Connection]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            cluster.asked.append(self.path)
            answer = cluster.answers.get(self.path.partition("?")[0])
            data = json.dumps(answer or {}).encode()
            self.send_response(200 if answer else 403)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    api = ApiClient(Configuration(host=f"http://127.0.0.1:{server.server_port}"))
    yield Connection(cluster="test", api=api, uid="1")
    server.shutdown()
    server.server_close()


def test_only_namespaces_that_are_being_deleted_are_found(
    cluster: Cluster, connection: Connection
) -> None:
    assert ("acme-dev",) == terminating_namespaces(connection)
    assert "labelSelector=tenancy.dev%2Fmanaged%3Dtrue" in cluster.asked[0]
    assert "fieldSelector=status.phase%3DTerminating" in cluster.asked[0]


def test_conditions_and_holders_are_named(connection: Connection) -> None:
    found = held_namespace(connection, "acme-dev")

    assert (FINALIZERS, RESOURCES) == found.conditions
    assert (
        "configmaps/held (finalizers: example.com/mine)",
        f"widgets/a (ends by {GONE})",
        "widgets/b",
    ) == found.holders
    assert str(found).startswith(
        f"namespace acme-dev is still being deleted: {FINALIZERS}; {RESOURCES}; it is held by"
        " configmaps/held (finalizers: example.com/mine), widgets/a"
    )


def test_a_plan_has_what_holds_those_of_its_namespaces_that_are_being_deleted(
    cluster: Cluster, connection: Connection
) -> None:
    deleted = LiveNamespace(name="acme-dev", deleted_since=GONE)
    live = Live(namespaces={"acme-dev": deleted, "acme-prod": LiveNamespace(name="acme-prod")})

    assert live is with_held_namespaces(connection, live, ["acme-prod", "acme-new"])
    assert [] == cluster.asked
    found = with_held_namespaces(connection, live, ["acme-dev", "acme-prod"]).namespaces

    assert found is not None
    assert found["acme-dev"].held_by.startswith(f"{FINALIZERS}; {RESOURCES}; it is held by")
    assert "" == found["acme-prod"].held_by
    del cluster.answers["/api/v1/namespaces/acme-dev"]
    found = with_held_namespaces(connection, live, ["acme-dev"]).namespaces
    assert found is not None
    assert found["acme-dev"].held_by.startswith("what holds it was not read: ")


def test_what_cannot_be_listed_is_reported_as_such(
    cluster: Cluster, connection: Connection
) -> None:
    del cluster.answers["/apis/example.com"]

    found = held_namespace(connection, "acme-dev")

    assert "widgets, which cannot be listed" == found.holders[-1]


def test_many_holders_are_counted(cluster: Cluster, connection: Connection) -> None:
    many = ({"name": f"map-{number:02}"} for number in range(25))
    cluster.answers["/api/v1/namespaces/acme-dev/configmaps"] = items(*many)

    found = held_namespace(connection, "acme-dev")

    assert (11, "configmaps/map-09", "17 more") == (
        len(found.holders),
        found.holders[9],
        found.holders[10],
    )


class Noted(list[str]):
    """Notes, and an event that is set by the first."""

    def __init__(self) -> None:
        self.first = threading.Event()

    def note(self, line: str) -> None:
        self.append(line)
        self.first.set()


def test_a_held_namespace_is_reported_once_while_it_is_deleted(connection: Connection) -> None:
    notes, steps = Noted(), []

    with reporting_held_namespaces(
        lambda: connection,
        notes.note,
        lambda what, step: steps.append((what, step)),
        interval=0.01,
    ) as on_step:
        on_step("started", DELETION)
        assert notes.first.wait(60)

    [line] = notes
    assert line.startswith("namespace acme-dev is still being deleted: Some content")
    assert line.endswith("; finalizers are removed by their controllers, or by hand")
    assert [("started", DELETION)] == steps


def test_nothing_is_read_before_a_namespace_is_deleted(
    cluster: Cluster, connection: Connection
) -> None:
    other = Step(
        op="delete", urn="urn:pulumi:dev::t::quota::q", type="kubernetes:core/v1:Quota"
    )
    created = Step(op="create", urn=DELETION.urn, type=NAMESPACE_TOKEN)
    notes = Noted()

    with reporting_held_namespaces(
        lambda: connection, notes.note, None, interval=0.001
    ) as on_step:
        on_step("started", other)
        on_step("started", created)
        on_step("done", DELETION)

    assert ([], []) == (notes, cluster.asked)


def test_a_cluster_that_does_not_answer_is_reported_and_stops_nothing() -> None:
    def fails() -> Connection:
        raise ClusterError("test", "listing the namespaces was answered with 403", "ask")

    notes = Noted()

    with reporting_held_namespaces(fails, notes.note, None, interval=0.01) as on_step:
        on_step("started", DELETION)
        assert notes.first.wait(60)

    assert notes[0].startswith("not checked: which namespaces are still being deleted: cluster")


def test_what_a_killed_destroy_is_deleting_is_waited_for(
    cluster: Cluster, connection: Connection
) -> None:
    notes: list[str] = []
    gone = threading.Timer(0.8, cluster.hold, kwargs={"deleted": False})
    gone.start()

    wait_for_deletions(connection, {"acme-dev", "acme-new"}, notes.append, seconds=60)

    assert gone.finished.is_set()
    assert [
        "waiting until acme-dev is deleted; an interrupted destroy began the deletion"
    ] == notes


def test_a_deletion_that_does_not_end_is_refused_with_what_holds_it(
    cluster: Cluster, connection: Connection
) -> None:
    with pytest.raises(ClusterError) as caught:
        wait_for_deletions(connection, {"acme-dev"}, print, seconds=0)

    for words in (
        "namespace acme-dev is still being deleted",
        "example.com/mine",
        "run this again when acme-dev is deleted",
    ):
        assert words in str(caught.value)


def test_namespaces_of_others_are_not_waited_for(
    cluster: Cluster, connection: Connection
) -> None:
    notes: list[str] = []

    wait_for_deletions(connection, {"globex-dev"}, notes.append, seconds=0)

    assert [] == notes
