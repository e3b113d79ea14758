"""A trial of the admission policies: that they answer, which their being there does not say."""

import time
from typing import Final

from kubernetes.client.exceptions import ApiException

from tenancy.cluster.connection import Connection
from tenancy.cluster.transport import Request, answer
from tenancy.diagnostics import ClusterError
from tenancy.manifests import Manifest
from tenancy.manifests.policies import WORKLOADS

__all__ = ["wait_for_policies"]

_LABELS: Final = {"app.kubernetes.io/name": "tenancy-trial"}
_DEPLOYMENT: Final[Manifest] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "tenancy-trial"},
    "spec": {
        "replicas": 0,
        "selector": {"matchLabels": _LABELS},
        "template": {
            "metadata": {"labels": _LABELS},
            "spec": {
                "containers": [{"name": "trial", "image": "registry.invalid/trial"}],
                # Without a key it tolerates every taint, of which everybody is warned.
                "tolerations": [{"operator": "Exists"}],
            },
        },
    },
}

_FORBIDDEN: Final = 403
_SECONDS: Final = 20.0
"""An API server takes new policies up within a second or two; a busy one needs longer."""
_PAUSE: Final = 0.25


def wait_for_policies(
    connection: Connection, namespace: str, *, seconds: float = _SECONDS
) -> bool:
    """
    Wait until the admission policies answer in *namespace*.

    What is tried is a dry run of a deployment whose pods they refuse: nothing is made, and no
    quota, limit range or level of Pod Security speaks before them.

    Args:
        connection: To the cluster.
        namespace: A namespace of an organization, which exists.
        seconds: How long at most. Default: 20.

    Returns:
        Whether it could be tried; False where the caller may create no deployment.

    Raises:
        ClusterError: They did not answer in that time, or the cluster does not answer.
    """
    if not connection.may("create", "apps", "deployments"):
        return False
    until = time.monotonic() + seconds
    while WORKLOADS not in _warnings(connection, namespace):
        if time.monotonic() >= until:
            raise ClusterError(
                connection.cluster,
                f"in namespace {namespace}, the admission policy {WORKLOADS} did not return the"
                f" expected warning within {seconds:.0f} s, so no role bindings were created",
                "run `tenancy drift` on the platform's stack, correct what it reports, then"
                " repeat this update",
            )
        time.sleep(_PAUSE)
    return True


def _warnings(connection: Connection, namespace: str) -> str:
    """Return what a dry run is warned of, also where it is refused after all."""
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments"
    with connection.errors(f"trying the admission policies in {namespace}"):
        trial = Request("POST", path, _DEPLOYMENT, query={"dryRun": "All"})
        said = answer(connection.api, trial)
        if not said.is_done and said.status != _FORBIDDEN:
            raise ApiException(status=said.status, reason=said.reason)
    return said.warnings
