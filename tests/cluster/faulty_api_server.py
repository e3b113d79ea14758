"""A proxy between everything and a real API server, which fails some requests on purpose."""

import itertools
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import attrs
import urllib3
import yaml

from tests.cluster.api import Api

FAULTS = ("429", "500", "503", "dropped", "answer lost", "truncated", "slow")
"""A status; no answer before or after the request was done; half an answer; a late one."""

_HOP = {"connection", "transfer-encoding", "content-length", "host", "accept-encoding"}
_LATE_SECONDS = 1.5


@attrs.define
class Plan:
    """
    Which requests fail, reads and writes each counted for themselves.

    Attributes:
        kinds: The faults in their order.
        every: One of so many requests fails.
        budget: So many reads fail, and then none any more.
        writes: The faults of writes, in their order.
        dry_runs: Whether dry runs fail too. Default: they do.
    """

    kinds: Iterator[str]
    every: int
    budget: int
    writes: list[str] = attrs.field(factory=list)
    dry_runs: bool = True
    injected: Counter[str] = attrs.field(factory=Counter)
    _seen: Counter[bool] = attrs.field(factory=Counter)
    _reads: int = 0
    _lock: threading.Lock = attrs.field(factory=threading.Lock)

    @staticmethod
    def drawn(seed: int, *, every: int, budget: int, writes: Sequence[str] = ()) -> "Plan":
        """Return every kind of fault in turn, in orders that *seed* draws; see `Plan`."""
        drawn = random.Random(seed)
        rounds = (drawn.sample(FAULTS, len(FAULTS)) for _ in itertools.count())
        kinds = itertools.chain.from_iterable(rounds)
        # Of dry runs only those of a preview could fail, and it would end before the update.
        return Plan(kinds, every, budget, list(writes), dry_runs=not writes)

    def fault(self, method: str, path: str) -> str:
        """Return the fault of this request; "" for none."""
        with self._lock:
            # A watch lasts as long as the update, and the next one takes its place.
            if "watch=" in path or ("dryRun=" in path and not self.dry_runs):
                return ""
            # Posts are reviews, which change nothing; the engine's provider applies by PATCH.
            is_write = method not in {"GET", "POST"}
            self._seen[is_write] += 1
            left = len(self.writes) if is_write else self.budget - self._reads
            if left <= 0 or self._seen[is_write] % self.every:
                return ""
            self._reads += not is_write
            kind = self.writes.pop(0) if is_write else next(self.kinds)
            self.injected[kind] += 1
            return kind


class _Proxy(ThreadingHTTPServer):
    daemon_threads = True
    plan: Plan
    api: Api

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that were failed close their connections, and watches end with the server."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Proxy

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.server.plan.fault(self.command, self.path)
        if fault == "dropped":
            self.close_connection = True
        elif fault.isdigit():
            self._refuse(int(fault))
        else:
            if fault == "slow":
                time.sleep(_LATE_SECONDS)
            self._forward(body, fault)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

    def _refuse(self, status: int) -> None:
        said = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": status}
        said["message"] = "Too many requests" if status == 429 else "Internal error occurred"
        data = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        if status == 429:
            self.send_header("Retry-After", "1")
        self.end_headers()
        self.wfile.write(data)

    def _forward(self, body: bytes, fault: str) -> None:
        api = self.server.api
        headers = urllib3.HTTPHeaderDict(api.headers)
        for key, value in self.headers.items():
            if key.lower() not in _HOP:
                headers[key] = value
        answer = api.pool.request(
            self.command,
            f"{api.server}{self.path}",
            body=body or None,
            headers=headers,
            preload_content=False,
            retries=False,
            timeout=urllib3.Timeout(connect=5, read=None),
        )
        try:
            self._answer(answer, fault)
        finally:
            answer.release_conn()

    def _answer(self, answer: urllib3.BaseHTTPResponse, fault: str) -> None:
        if fault == "answer lost":
            answer.read()
            self.close_connection = True
            return
        length = answer.headers.get("Content-Length")
        self.send_response(answer.status)
        for key, value in answer.headers.items():
            if key.lower() not in _HOP:
                self.send_header(key, value)
        if length is not None or "watch=" not in self.path:
            data = answer.read()
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            cut = fault == "truncated"
            self.wfile.write(data[: len(data) // 2] if cut else data)
            self.close_connection = self.close_connection or cut
            return
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for part in answer.stream(2**16, decode_content=False):
            self.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def faulty(kubeconfig: Path, plan: Plan) -> Iterator[Plan]:
    """Let everything that reads *kubeconfig* reach its API server through a faulty proxy."""
    original = kubeconfig.read_text()
    server = _Proxy(("127.0.0.1", 0), _Handler)
    server.plan, server.api = plan, Api.of(kubeconfig)
    # It looks this often whether it is to stop.
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        kubeconfig.write_text(_through(original, server.server_port))
        yield plan
    finally:
        kubeconfig.write_text(original)
        server.shutdown()
        server.server_close()


def _through(original: str, port: int) -> str:
    """Return the kubeconfig *original* with the proxy, which has the credentials."""
    found: Mapping[str, list[dict[str, object]]] = yaml.safe_load(original)
    for entry in found["clusters"]:
        entry["cluster"] = {"server": f"http://127.0.0.1:{port}"}
    for entry in found["users"]:
        entry["user"] = {}
    return yaml.safe_dump(found)
