"""Test by a dry run that the admission policies are active; a listed policy may not be yet."""

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
                # Without a key it tolerates every taint; the policies warn every caller about
                # that.
                "tolerations": [{"operator": "Exists"}],
            },
        },
    },
}

_FORBIDDEN: Final = 403
_SECONDS: Final = 20.0
"""An API server activates new policies within a second or two; a busy one needs longer."""
_PAUSE: Final = 0.25


def wait_for_policies(
    connection: Connection, namespace: str, *, seconds: float = _SECONDS
) -> bool:
    """
    Wait until the admission policies are active in *namespace*.

    The test is a dry run of a deployment whose pods they refuse: nothing is created, and no
    quota, limit range or Pod Security level refuses it first.

    Args:
        connection: To the cluster.
        namespace: A namespace of an organization, which exists.
        seconds: The longest wait. Default: 20.

    Returns:
        Whether this could be tested; False if the caller may not create deployments.

    Raises:
        ClusterError: They were not active in that time, or the cluster does not answer.
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
    """Return the warnings of a dry run, even if it is refused."""
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments"
    with connection.errors(f"testing the admission policies in {namespace}"):
        trial = Request("POST", path, _DEPLOYMENT, query={"dryRun": "All"})
        said = answer(connection.api, trial)
        if not said.is_done and said.status != _FORBIDDEN:
            raise ApiException(status=said.status, reason=said.reason)
    return said.warnings
