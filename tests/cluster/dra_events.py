"""What happens to pods and claims of a cluster, in the order of its revisions."""

import json
import threading
from collections.abc import Iterable, Iterator

from tests.cluster.api import Api, until

PODS = "/api/v1/pods"
CLAIMS = "/apis/resource.k8s.io/v1/resourceclaims"


class Events:
    """Watches pods and claims from its start to its end, and misses no event."""

    def __init__(self, root: Api) -> None:
        self.root = root
        self._lock = threading.Lock()
        self._new: list[tuple[int, str, dict]] = []
        self._there: dict[str, dict[str, dict]] = {PODS: {}, CLAIMS: {}}
        self._stopped = threading.Event()
        self._failure: BaseException | None = None
        self._threads = []
        for path in (PODS, CLAIMS):
            listed = root.request("GET", path).accepted().body
            for found in listed["items"]:
                self._keep(path, {"type": "ADDED", "object": found})
            version = listed["metadata"]["resourceVersion"]
            arguments = (path, version)
            self._threads.append(
                threading.Thread(target=self._follow, args=arguments, daemon=True)
            )

    def __enter__(self) -> "Events":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join(30)

    def since_last(self) -> Iterator[tuple[str, dict]]:
        """Yield the events until now that were not yielded before, each with its path."""
        self.catch_up()
        with self._lock:
            found, self._new = sorted(self._new, key=lambda entry: entry[0]), []
        for _, path, event in found:
            yield path, event

    def catch_up(self) -> None:
        """Wait until everything that is on the cluster now was seen."""
        until(self._has_seen_all, "the watches have seen what is there", seconds=120, pause=0.3)

    def present(self, path: str) -> list[dict]:
        """Return the objects at *path* that are there, as they were seen last."""
        with self._lock:
            return list(self._there[path].values())

    def _has_seen_all(self) -> bool:
        assert self._failure is None, self._failure
        for path, there in self._there.items():
            items = self.root.request("GET", path).accepted().body["items"]
            with self._lock:
                if _versions(items) != _versions(there.values()):
                    return False
        return True

    def _follow(self, path: str, version: str) -> None:
        try:
            while not self._stopped.is_set():
                version = self._followed(path, version)
        except BaseException as error:
            self._failure = error

    def _followed(self, path: str, version: str) -> str:
        """Follow one watch, which the API server ends, and return the last revision."""
        query = f"watch=1&allowWatchBookmarks=true&resourceVersion={version}&timeoutSeconds=5"
        response = self.root.pool.request(
            "GET",
            f"{self.root.server}{path}?{query}",
            headers=dict(self.root.headers),
            timeout=60,
            preload_content=False,
        )
        for line in _lines(response.stream(65536)):
            event = json.loads(line)
            assert event["type"] != "ERROR", event
            version = event["object"]["metadata"]["resourceVersion"]
            if event["type"] != "BOOKMARK":
                self._keep(path, event)
        response.release_conn()
        return version

    def _keep(self, path: str, event: dict) -> None:
        metadata = event["object"]["metadata"]
        with self._lock:
            self._new.append((int(metadata["resourceVersion"]), path, event))
            if event["type"] == "DELETED":
                self._there[path].pop(metadata["uid"], None)
            else:
                self._there[path][metadata["uid"]] = event["object"]


def _versions(found: Iterable[dict]) -> dict[str, str]:
    return {f["metadata"]["uid"]: f["metadata"]["resourceVersion"] for f in found}


def _lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        yield from (line for line in whole if line)
