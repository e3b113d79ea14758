"""Ask the API server by dry runs which pods the admission policies would refuse."""

import re
from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Final

from tenancy.cluster.connection import Connection
from tenancy.cluster.transport import Answer, Request, answer
from tenancy.model import Workload

__all__ = ["Trials", "warnings"]

_CONTROLLER: Final = "system:serviceaccount:kube-system:replicaset-controller"
"""The user of the dry runs: unlike operators, it is exempt from no policy on pods."""
_KEPT: Final = ("annotations", "finalizers", "labels")
_WARNING: Final = re.compile(r'299 \S+ "((?:[^"\\]|\\.)*)"')


class Trials:
    """
    Dry runs of pods, as a controller would create them.

    Attributes:
        is_exempt: Whether they ran as the caller, who may not impersonate a controller.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._as: str | None = _CONTROLLER
        self.is_exempt = False

    def answers(self, running: Collection[Workload]) -> Mapping[str, tuple[str, ...]]:
        """Return the warnings for each workload; one without an answer is missing."""
        found: dict[str, tuple[str, ...]] = {}
        for workload in running:
            got = self._created(workload)
            warned = warnings(got.warnings)
            is_quota = got.body is not None and "exceeded quota" in str(got.body.get("message"))
            # Quotas answer last, after every policy.
            if got.is_done or is_quota or warned:
                ours = tuple(w for w in warned if "tenancy-" in w or "PodSecurity" in w)
                found[workload.name] = (*found.get(workload.name, ()), *ours)
        return found

    def _created(self, workload: Workload) -> Answer:
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "generateName": "tenancy-trial-",
                **{key: workload.metadata[key] for key in _KEPT if key in workload.metadata},
            },
            "spec": workload.spec,
        }
        path = f"/api/v1/namespaces/{workload.namespace}/pods"
        request = Request("POST", path, pod, query={"dryRun": "All"}, as_user=self._as)
        got = answer(self._connection.api, request)
        message = str((got.body or {}).get("message"))
        if self._as and got.status == HTTPStatus.FORBIDDEN and "impersonate" in message:
            self._as, self.is_exempt = None, True
            return self._created(workload)
        return got


def warnings(header: str) -> tuple[str, ...]:
    """Return the warnings of an answer's header."""
    return tuple(found.replace('\\"', '"') for found in _WARNING.findall(header))
