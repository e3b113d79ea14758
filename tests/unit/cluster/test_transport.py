"""Requests to an API server, by a server that answers what a test gives it."""

import json
import threading
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

Given = tuple[int, object, dict[str, str]]
Asked = tuple[str, str, dict[str, str], object]


class Server:
    """Answers with what `says` returns, and keeps what it was asked."""

    def __init__(self) -> None:
        self.says: Callable[[str, str], Given] = lambda _method, _path: (200, {}, {})
        self.asked: list[Asked] = []

    def handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def handle_any(self) -> None:
                content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                body = json.loads(content) if content else None
                server.asked.append((self.command, self.path, dict(self.headers), body))
                status, said, headers = server.says(self.command, self.path)
                data = said if isinstance(said, bytes) else json.dumps(said).encode()
                self.send_response(status)
                for key, value in {**headers, "Content-Length": str(len(data))}.items():
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


@pytest.fixture
def connection(api: ApiClient) -> Connection:
    return Connection(cluster="test", api=api, uid="1")


def test_what_is_asked_says_who_asks_and_in_which_form(server: Server, api: ApiClient) -> None:
    server.says = lambda _method, _path: (200, {"kind": "Node"}, {})

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
    server.says = lambda _method, _path: (403, {"message": "pods is forbidden"}, {})

    with pytest.raises(ApiException) as write:
        requested(api, Request("POST", "/api/v1/pods", {}))
    with pytest.raises(ApiException) as read:
        requested(api, Request("GET", "/api/v1/pods"))

    assert (403, "pods is forbidden") == (write.value.status, write.value.reason)
    assert (403, "Forbidden") == (read.value.status, read.value.reason)


@pytest.mark.parametrize("said", [b"<html>please log in</html>", b"", b"[1]"])
def test_a_page_of_something_on_the_way_is_no_empty_object(
    server: Server, connection: Connection, said: bytes
) -> None:
    server.says = lambda _method, _path: (200, said, {})

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
    server.says = lambda _method, _path: (200, {"metadata": {"uid": "1"}}, {})
    assert "1" == connected("test", connection.api, "asking for its UID").uid

    server.says = lambda _method, _path: (304, {}, {})
    with pytest.raises(ClusterError, match="answered with 304"):
        connected("test", connection.api, "asking for its UID")


def test_a_list_is_read_to_its_last_page(server: Server, connection: Connection) -> None:
    def says(_method: str, path: str) -> Given:
        if "continue=more" in path:
            return 200, {"items": [{"n": 2}], "metadata": {}}, {}
        return 200, {"items": [{"n": 1}], "metadata": {"continue": "more"}}, {}

    server.says = says

    assert [{"n": 1}, {"n": 2}] == list(listed(connection, "/api/v1/nodes"))


def test_an_answer_that_says_no_is_an_error_of_the_cluster(
    server: Server, connection: Connection
) -> None:
    server.says = lambda _method, _path: (401, {}, {})

    with pytest.raises(ClusterError, match="was answered with 401 Unauthorized"):
        connection.may("create", "apps", "deployments")


WARNED = {"Warning": "299 - \"ValidatingAdmissionPolicy 'tenancy-workloads' says so\""}


class TestTheTrialOfThePolicies:
    def says(self, allowed: bool, *answers: Given) -> Callable[[str, str], Given]:
        left = list(answers)

        def given(_method: str, path: str) -> Given:
            if "selfsubjectaccessreviews" in path:
                return 201, {"status": {"allowed": allowed}}, {}
            return left.pop(0) if len(left) > 1 else left[0]

        return given

    def test_they_are_waited_for(self, server: Server, connection: Connection) -> None:
        server.says = self.says(True, (201, {}, {}), (201, {}, WARNED))

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
        server.says = self.says(True, (403, {"message": "exceeded quota"}, WARNED))

        assert wait_for_policies(connection, "acme-dev")

    def test_silence_is_refused(self, server: Server, connection: Connection) -> None:
        server.says = self.says(True, (201, {}, {}))

        with pytest.raises(
            ClusterError,
            match=r"namespace acme-dev, .* within 0 s",
        ):
            wait_for_policies(connection, "acme-dev", seconds=0)

    def test_who_may_not_try_is_told_so(self, server: Server, connection: Connection) -> None:
        server.says = self.says(False, (500, {}, {}))

        assert not wait_for_policies(connection, "acme-dev")
        assert 1 == len(server.asked)

    def test_a_broken_cluster_is_no_silence(
        self, server: Server, connection: Connection
    ) -> None:
        server.says = self.says(True, (500, {}, {}))

        with pytest.raises(ClusterError, match="500"):
            wait_for_policies(connection, "acme-dev")
