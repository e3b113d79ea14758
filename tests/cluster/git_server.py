"""A git server over HTTPS on the loopback interface, as a host of repositories is one."""

import contextlib
import http.server
import os
import socket
import socketserver
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tenancy.local.sandbox.pki import ensure

HOST = "kubernetes.default.svc"
"""A name of the certificate: Pulumi takes no IP address and no port in a git address."""


class _Proxy(socketserver.StreamRequestHandler):
    """Connects to the git server for `HOST`, and to every other host as it is named."""

    git: tuple[str, int]

    def handle(self) -> None:
        host, _, port = self.rfile.readline().split()[1].decode().rpartition(":")
        while self.rfile.readline().strip():
            pass
        goal = self.git if host == HOST else (host, int(port))
        with socket.create_connection(goal) as there:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            back = threading.Thread(target=_copy, args=(there, self.connection))
            back.start()
            _copy(self.connection, there)
            back.join()


def _copy(source: socket.socket, goal: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while part := source.recv(65536):
            goal.sendall(part)
        goal.shutdown(socket.SHUT_WR)


@contextmanager
def serving(repositories: Path, folder: Path) -> Iterator[tuple[str, Path, str]]:
    """
    Serve the bare repositories in a folder, to be read.

    Args:
        repositories: The folder; `<organization>/<name>.git` is the path of a repository.
        folder: For the certificates.

    Yields:
        The address, the certificate that signs its own, and the proxy by which it is reached.
    """
    folder.mkdir()
    pki = ensure(folder, {}, "10.0.0.1")

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))

        def _answer(self, body: bytes) -> None:
            path, _, query = self.path.partition("?")
            done = subprocess.run(
                ["git", "http-backend"],
                env={
                    "PATH": os.environ["PATH"],
                    "GIT_PROJECT_ROOT": str(repositories),
                    "GIT_HTTP_EXPORT_ALL": "1",
                    "REQUEST_METHOD": self.command,
                    "PATH_INFO": path,
                    "QUERY_STRING": query,
                    "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                    "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                    "HTTP_GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
                },
                input=body,
                capture_output=True,
                check=True,
            )
            head, _, content = done.stdout.partition(b"\r\n\r\n")
            fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
            self.send_response(int(fields.pop("Status", "200").split()[0]))
            for name, value in fields.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pki.server.certificate, pki.server.key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    handler = type("Proxy", (_Proxy,), {"git": ("127.0.0.1", server.server_port)})
    proxy = socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)
    for one in (server, proxy):
        threading.Thread(target=one.serve_forever, daemon=True).start()
    try:
        reached = f"http://127.0.0.1:{proxy.server_address[1]}"
        yield f"https://{HOST}", pki.authority.certificate, reached
    finally:
        for one in (server, proxy):
            one.shutdown()
            one.server_close()
