"""Requests to an API server, by a server that answers what a test gives it."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from kubernetes.client import ApiClient, Configuration
from kubernetes.client.exceptions import ApiException

from tenancy.cluster import ClusterError, Connection
from tenancy.cluster.connection import connected
from tenancy.cluster.listing import listed
from tenancy.cluster.policy_probe import wait_for_policies
from tenancy.cluster.transport import MERGE, Request, requested

DROPPED = 0
"""In place of a status: the connection is closed without an answer."""
Given = tuple[int, object, dict[str, str]]
Asked = tuple[str, str, dict[str, str], object]


class Server:
    """Answers with what `answer` returns, and keeps what it was asked."""

    def __init__(self) -> None:
        self.answer: Callable[[str, str], Given] = lambda _method, _path: (200, {}, {})
        self.asked: list[Asked] = []

    def handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def handle_any(self) -> None:
                content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                body = json.loads(content) if content else None
                server.asked.append((self.command, self.path, dict(self.headers), body))
                status, returned, headers = server.answer(self.command, self.path)
                if status == DROPPED:
                    self.close_connection = True
                    return
                data = (
                    returned if isinstance(returned, bytes) else json.dumps(returned).encode()
                )
                self.send_response(status)
                self.close_connection = "Content-Length" in headers
                for key, value in {"Content-Length": str(len(data)), **headers}.items():
                    self.send_header(key, value)
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PATCH = do_DELETE = handle_any

            def log_message(self, *_: object) -> None:
                pass

        return Handler


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def api(server: Server) -> Iterator[ApiClient]:
    listening = HTTPServer(("127.0.0.1", 0), server.handler())
    # It looks this often whether it is to stop, and twice a second if nothing is written.
    threading.Thread(target=listening.serve_forever, args=(0.01,), daemon=True).start()
    settings = Configuration(
        host=f"http://127.0.0.1:{listening.server_port}",
        api_key={"authorization": "Bearer of-a-test"},
    )
    yield ApiClient(settings)
    listening.shutdown()
    listening.server_close()


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the pauses that were asked for, none of which is made."""
    made: list[float] = []
    monkeypatch.setattr(time, "sleep", made.append)
    return made


@pytest.fixture
def connection(api: ApiClient) -> Connection:
    return Connection(cluster="test", api=api, uid="1")


def test_what_is_asked_says_who_asks_and_in_which_form(server: Server, api: ApiClient) -> None:
    server.answer = lambda _method, _path: (200, {"kind": "Node"}, {})

    found = requested(
        api,
        Request(
            "PATCH",
            "/api/v1/nodes/a",
            {"spec": {}},
            query={"dryRun": "All"},
            content_type=MERGE,
        ),
    )

    assert {"kind": "Node"} == found
    [(method, path, headers, body)] = server.asked
    assert ("PATCH", "/api/v1/nodes/a?dryRun=All", {"spec": {}}) == (method, path, body)
    assert ("Bearer of-a-test", MERGE) == (headers["authorization"], headers["Content-Type"])


def test_a_refused_write_says_why_and_a_refused_read_what(
    server: Server, api: ApiClient
) -> None:
    server.answer = lambda _method, _path: (403, {"message": "pods is forbidden"}, {})

    with pytest.raises(ApiException) as write:
        requested(api, Request("POST", "/api/v1/pods", {}))
    with pytest.raises(ApiException) as read:
        requested(api, Request("GET", "/api/v1/pods"))

    assert (403, "pods is forbidden") == (write.value.status, write.value.reason)
    assert (403, "Forbidden") == (read.value.status, read.value.reason)


@pytest.mark.parametrize("returned", [b"<html>please log in</html>", b"", b"[1]"])
def test_a_page_of_something_on_the_way_is_no_empty_object(
    server: Server, connection: Connection, returned: bytes
) -> None:
    server.answer = lambda _method, _path: (200, returned, {})

    with (
        pytest.raises(ClusterError, match="answered with 200 OK, not a JSON object"),
        connection.errors("listing nodes"),
    ):
        list(listed(connection, "/api/v1/nodes"))
    with pytest.raises(ClusterError, match="not a JSON object"):
        connected("test", connection.api, "asking for its UID")


def test_who_does_not_say_who_it_is_is_no_cluster(
    server: Server, connection: Connection
) -> None:
    server.answer = lambda _method, _path: (200, {"metadata": {"uid": "1"}}, {})
    assert "1" == connected("test", connection.api, "asking for its UID").uid

    server.answer = lambda _method, _path: (304, {}, {})
    with pytest.raises(ClusterError, match="answered with 304"):
        connected("test", connection.api, "asking for its UID")


def test_a_list_is_read_to_its_last_page(server: Server, connection: Connection) -> None:
    def answer(_method: str, path: str) -> Given:
        if "continue=more" in path:
            return 200, {"items": [{"n": 2}], "metadata": {}}, {}
        return 200, {"items": [{"n": 1}], "metadata": {"continue": "more"}}, {}

    server.answer = answer

    assert [{"n": 1}, {"n": 2}] == list(listed(connection, "/api/v1/nodes"))


def test_an_answer_that_says_no_is_an_error_of_the_cluster(
    server: Server, connection: Connection
) -> None:
    server.answer = lambda _method, _path: (401, {}, {})

    with pytest.raises(ClusterError, match="was answered with 401 Unauthorized"):
        connection.may("create", "apps", "deployments")


WARNED = {"Warning": "299 - \"ValidatingAdmissionPolicy 'tenancy-workloads' says so\""}


class TestTheTrialOfThePolicies:
    def answer(self, allowed: bool, *answers: Given) -> Callable[[str, str], Given]:
        left = list(answers)

        def given(_method: str, path: str) -> Given:
            if "selfsubjectaccessreviews" in path:
                return 201, {"status": {"allowed": allowed}}, {}
            return left.pop(0) if len(left) > 1 else left[0]

        return given

    def test_they_are_waited_for(self, server: Server, connection: Connection) -> None:
        server.answer = self.answer(True, (201, {}, {}), (201, {}, WARNED))

        assert wait_for_policies(connection, "acme-dev")

        assert 3 == len(server.asked)
        method, path, _, body = server.asked[-1]
        assert ("POST", "/apis/apps/v1/namespaces/acme-dev/deployments?dryRun=All") == (
            method,
            path,
        )
        assert isinstance(body, dict)
        assert [{"operator": "Exists"}] == body["spec"]["template"]["spec"]["tolerations"]

    def test_they_answer_where_a_quota_refuses_after_them(
        self, server: Server, connection: Connection
    ) -> None:
        server.answer = self.answer(True, (403, {"message": "exceeded quota"}, WARNED))

        assert wait_for_policies(connection, "acme-dev")

    def test_a_namespace_that_is_gone_is_named_at_once_with_what_to_do(
        self, server: Server, connection: Connection
    ) -> None:
        missing = (404, {"message": 'namespaces "acme-dev" not found'}, {})
        server.answer = self.answer(True, missing, (201, {}, WARNED))

        with pytest.raises(
            ClusterError, match=r'namespaces "acme-dev" not found, .*run `tenancy refresh`'
        ):
            wait_for_policies(connection, "acme-dev")

    def test_the_last_answer_is_in_the_message(
        self, server: Server, connection: Connection
    ) -> None:
        server.answer = self.answer(True, (403, {"message": "exceeded quota: pods"}, {}))

        with pytest.raises(ClusterError, match="the answer was: exceeded quota: pods"):
            wait_for_policies(connection, "acme-dev", seconds=0)

    def test_silence_is_refused(self, server: Server, connection: Connection) -> None:
        server.answer = self.answer(True, (201, {}, {}))

        with pytest.raises(
            ClusterError,
            match=r"namespace acme-dev, .* within 0 s.* the answer was: accepted without",
        ):
            wait_for_policies(connection, "acme-dev", seconds=0)

    def test_who_may_not_try_is_told_so(self, server: Server, connection: Connection) -> None:
        server.answer = self.answer(False, (500, {}, {}))

        assert not wait_for_policies(connection, "acme-dev")
        assert 1 == len(server.asked)

    def test_a_broken_cluster_is_no_silence(
        self, server: Server, connection: Connection
    ) -> None:
        server.answer = self.answer(True, (500, {}, {}))

        with pytest.raises(ClusterError, match="500"):
            wait_for_policies(connection, "acme-dev")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 501])
def test_a_refusal_is_final(server: Server, api: ApiClient, status: int) -> None:
    left = [(status, {}, {}), (200, {}, {})]
    server.answer = lambda _method, _path: left.pop(0)

    with pytest.raises(ApiException) as refused:
        requested(api, Request("GET", "/api/v1/nodes"))

    assert (status, 1) == (refused.value.status, len(server.asked))


@pytest.mark.fault("API server")
class TestRepeatedRequests:
    """What an API server did not do is asked of it again, where that is harmless."""

    OK: Given = (200, {"kind": "Status"}, {})
    READ = Request("GET", "/api/v1/nodes")
    CREATE = Request("POST", "/api/v1/namespaces/a/serviceaccounts", {})
    HARMLESS = (
        READ,
        Request("PATCH", "/api/v1/nodes/a", {}, content_type=MERGE),
        Request("DELETE", "/api/v1/namespaces/a/secrets/b", {}),
        Request("POST", "/api/v1/namespaces/a/pods", {}, query={"dryRun": "All"}),
        Request("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {}),
    )

    def given(self, server: Server, *answers: Given) -> None:
        left = list(answers)
        server.answer = lambda _method, _path: left.pop(0) if len(left) > 1 else left[0]

    @pytest.mark.parametrize("status", [429, 500, 502, 503, 504, DROPPED])
    @pytest.mark.parametrize("request_", HARMLESS, ids=lambda one: f"{one.method} {one.path}")
    def test_a_transient_failure_is_not_seen(
        self, server: Server, api: ApiClient, request_: Request, status: int
    ) -> None:
        self.given(server, (status, {}, {}), (status, {}, {}), self.OK)

        assert {"kind": "Status"} == requested(api, request_)
        assert 3 == len(server.asked)

    @pytest.mark.parametrize("status", [500, 502, 503, 504])
    def test_what_may_have_been_created_is_not_created_twice(
        self, server: Server, api: ApiClient, status: int
    ) -> None:
        self.given(server, (status, {}, {}), self.OK)

        with pytest.raises(ApiException) as failed:
            requested(api, self.CREATE)

        assert (status, 1) == (failed.value.status, len(server.asked))

    def test_a_lost_answer_to_a_creation_is_an_error(
        self, server: Server, connection: Connection
    ) -> None:
        self.given(server, (DROPPED, {}, {}), self.OK)

        with (
            pytest.raises(ClusterError, match="the connection was closed; run this again"),
            connection.errors("creating"),
        ):
            connection.request(self.CREATE)
        assert 1 == len(server.asked)

    def test_what_was_not_begun_is_created_later(self, server: Server, api: ApiClient) -> None:
        self.given(server, (429, {}, {}), self.OK)

        assert {"kind": "Status"} == requested(api, self.CREATE)
        assert 2 == len(server.asked)

    def test_retry_after_is_kept(
        self, server: Server, api: ApiClient, pauses: list[float]
    ) -> None:
        later = {"Retry-After": "7"}
        self.given(server, (429, {}, later), (503, {}, {}), (429, {}, {**later}), self.OK)

        requested(api, self.READ)

        assert [7.0, 0.5, 7.0] == pauses

    @pytest.mark.parametrize("header", ["soon", "", "-1"])
    def test_a_retry_after_that_names_no_time_is_ignored(
        self, server: Server, api: ApiClient, pauses: list[float], header: str
    ) -> None:
        self.given(server, (429, {}, {"Retry-After": header}), self.OK)

        requested(api, self.READ)

        assert [0.25] == pauses

    def test_a_server_that_asks_for_an_hour_is_reported_at_once(
        self, server: Server, connection: Connection, pauses: list[float]
    ) -> None:
        self.given(server, (429, {}, {"Retry-After": "3600"}))

        with (
            pytest.raises(ClusterError, match=r"429 .*overloaded; wait a minute"),
            connection.errors("listing nodes"),
        ):
            connection.request(self.READ)
        assert (1, []) == (len(server.asked), pauses)

    def test_it_ends(self, server: Server, connection: Connection, pauses: list[float]) -> None:
        self.given(server, (503, {}, {}))

        with (
            pytest.raises(ClusterError, match=r"503 .*the API server is not ready; wait for"),
            connection.errors("listing nodes"),
        ):
            connection.request(self.READ)
        assert (5, [0.25, 0.5, 1.0, 2.0]) == (len(server.asked), pauses)

    def test_a_deletion_whose_answer_was_lost_is_done(
        self, server: Server, api: ApiClient
    ) -> None:
        """Whoever renews a service account creates it again only after its deletion."""
        deletion = Request("DELETE", "/api/v1/namespaces/a/serviceaccounts/b", {})
        self.given(server, (DROPPED, {}, {}), (404, {}, {}))
        assert {} == requested(api, deletion)

        self.given(server, (404, {}, {}))
        with pytest.raises(ApiException) as missing:
            requested(api, deletion)
        assert 404 == missing.value.status

    def test_an_answer_that_breaks_off_is_asked_for_again(
        self, server: Server, api: ApiClient
    ) -> None:
        self.given(server, (200, b'{"kind": "Sta', {"Content-Length": "99"}), self.OK)

        assert {"kind": "Status"} == requested(api, self.READ)
        assert 2 == len(server.asked)
