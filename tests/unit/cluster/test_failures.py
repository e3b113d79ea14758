"""A cluster that cannot be used is described in words, by real connections that fail."""

import http.server
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tenancy.cluster import ClusterError
from tenancy.cluster.connection import connected
from tenancy.cluster.private_client import private_client

RAW = (
    "MaxRetryError",
    "NewConnectionError",
    "HTTPSConnectionPool",
    "SSLError",
    "Errno",
    "_ssl.c",
)
INSECURE = "insecure-skip-tls-verify: true"
EXEC = (
    "exec: {apiVersion: client.authentication.k8s.io/v1, command: %s, interactiveMode: Never}"
)

NO_LOGIN = "the kubeconfig's user has no credentials; its login command is missing or failed"


def refusal(server: str, cluster: str = INSECURE, user: str = "token: x") -> str:
    """Return what is printed when *server* is asked for its identity."""
    text = f"""
apiVersion: v1
kind: Config
current-context: c
contexts: [{{name: c, context: {{cluster: c, user: u}}}}]
clusters: [{{name: c, cluster: {{server: "{server}", {cluster}}}}}]
users: [{{name: u, user: {{{user}}}}}]
"""
    with pytest.raises(ClusterError) as refused:
        connected("eu-1", private_client(text, "c", Path.cwd()), f"asking {server} for its UID")
    return str(refused.value)


@contextmanager
def serving(status: int, certificate: Path | None) -> Iterator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None: ...

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"https://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate with its key, in one file."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost"
    command += " -addext subjectAltName=IP:127.0.0.1"
    subprocess.run(
        [*command.split(), "-keyout", str(path), "-out", f"{path}.crt"],
        check=True,
        capture_output=True,
    )
    path.write_text(path.read_text() + Path(f"{path}.crt").read_text())
    return path


@pytest.mark.parametrize(
    ("server", "words"),
    [
        pytest.param("https://127.0.0.1:1", "connection refused", id="nothing listens"),
        pytest.param(
            "https://no.such.host.invalid:6443", "name of the server does not resolve", id="DNS"
        ),
        pytest.param("not a url", "the address of the server is not a URL", id="no URL"),
    ],
)
def test_a_server_that_does_not_answer_is_described_in_words(server: str, words: str) -> None:
    message = refusal(server)

    assert words in message.partition("; ")[0]
    assert [] == [raw for raw in RAW if raw in message]


@pytest.mark.parametrize(
    ("status", "user", "words"),
    [
        pytest.param(401, "token: x", "not valid, or has expired", id="an expired token"),
        pytest.param(
            401, EXEC % "'false'", "its login command is missing or failed", id="login"
        ),
        pytest.param(
            401,
            EXEC % "no-such-program",
            "its login command is missing or failed",
            id="no login",
        ),
        pytest.param(403, "token: x", "ask for the permission", id="forbidden"),
        pytest.param(503, "token: x", "the API server is not ready", id="starting"),
    ],
)
def test_a_request_that_is_refused_is_described_in_words(
    certificate: Path, status: int, user: str, words: str
) -> None:
    with serving(status, certificate) as server:
        message = refusal(server, f"certificate-authority: {certificate}", user)

    assert f"was answered with {status}" in message
    assert words in message


def test_tls_that_fails_is_described_in_words(certificate: Path) -> None:
    with serving(200, certificate) as server:
        unknown = refusal(server, cluster="")
    with serving(200, None) as server:
        plain = refusal(server)

    assert "the server's certificate is not signed by a trusted authority" in unknown
    assert "the server does not use TLS" in plain
    assert [] == [raw for raw in RAW for text in (unknown, plain) if raw in text]
