"""Test by a dry run that the admission policies are active; a listed policy may not be yet."""

import time
from typing import Final

from kubernetes.client.exceptions import ApiException

from tenancy.cluster.connection import Connection
from tenancy.cluster.transport import Request, answer
from tenancy.config.document import mapping, text
from tenancy.diagnostics import ClusterError
from tenancy.kubernetes import labels
from tenancy.manifests import Manifest
from tenancy.manifests.policies import POD_SECURITY, WORKLOADS

__all__ = ["namespace_of_an_organization", "wait_for_pod_security", "wait_for_policies"]

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

_WITH_HOST_PIDS: Final[Manifest] = {
    **_DEPLOYMENT,
    "spec": {
        "replicas": 0,
        "selector": {"matchLabels": _LABELS},
        "template": {
            "metadata": {"labels": _LABELS},
            "spec": {
                "hostPID": True,
                "containers": [{"name": "trial", "image": "registry.invalid/trial"}],
            },
        },
    },
}

_FORBIDDEN: Final = 403
_NOT_FOUND: Final = 404
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
    while WORKLOADS not in (found := _answer_to(connection, namespace, _DEPLOYMENT)):
        if time.monotonic() >= until:
            raise ClusterError(
                connection.cluster,
                f"in namespace {namespace}, the admission policy {WORKLOADS} did not return the"
                f" expected warning within {seconds:.0f} s, so no role bindings were created;"
                f" the answer was: {found.strip() or 'accepted without a warning'}",
                "run `tenancy drift` on the platform's stack, correct what it reports, then"
                " repeat this update",
            )
        time.sleep(_PAUSE)
    return True


def wait_for_pod_security(
    connection: Connection, namespace: str, *, seconds: float = _SECONDS
) -> None:
    """
    Wait until the policy of Pod Security is active in *namespace*.

    The test is a dry run of a deployment whose pods share the host's processes: nothing is
    created, and Pod Security itself never refuses a deployment.

    Args:
        connection: To the cluster.
        namespace: A namespace of an organization, which exists.
        seconds: The longest wait. Default: 20.

    Raises:
        ClusterError: It was not active in that time, the caller may not create deployments, or
            the cluster does not answer.
    """
    may_test = connection.may("create", "apps", "deployments")
    until = time.monotonic() + seconds
    while not may_test or POD_SECURITY not in _answer_to(
        connection, namespace, _WITH_HOST_PIDS
    ):
        if not may_test or time.monotonic() >= until:
            why = (
                f"the admission policy {POD_SECURITY} did not refuse a deployment with hostPID"
                f" within {seconds:.0f} s"
                if may_test
                else "the caller may not create deployments, which the test of the admission"
                f" policy {POD_SECURITY} needs"
            )
            raise ClusterError(
                connection.cluster,
                f"in namespace {namespace}, {why}, so its Pod Security label was not changed to"
                " privileged",
                "apply the platform's stack as an operator, then repeat this update",
            )
        time.sleep(_PAUSE)


def namespace_of_an_organization(connection: Connection) -> str | None:
    """
    Return the name of an enforced namespace of an organization; None if there is none yet.

    Raises:
        ClusterError: The cluster does not answer.
    """
    query = {
        "labelSelector": f"{labels.ORGANIZATION},{labels.ENFORCEMENT}!={labels.AUDIT}",
        "limit": "1",
    }
    with connection.errors("asking for a namespace of an organization"):
        found = connection.request(Request("GET", "/api/v1/namespaces", query=query))
    items = found.get("items")
    first = items[0] if isinstance(items, list) and items else None
    return text(mapping(first), "metadata", "name") or None


def _answer_to(connection: Connection, namespace: str, deployment: Manifest) -> str:
    """Return the warnings of a dry run, and the reason if it is refused."""
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments"
    with connection.errors(f"testing the admission policies in {namespace}"):
        trial = Request("POST", path, deployment, query={"dryRun": "All"})
        answered = answer(connection.api, trial)
        if not answered.is_done and answered.status not in (_FORBIDDEN, _NOT_FOUND):
            raise ApiException(status=answered.status, reason=answered.reason)
    refusal = "" if answered.is_done else text(mapping(answered.body), "message")
    if answered.status == _NOT_FOUND:
        raise ClusterError(
            connection.cluster,
            f"{refusal or f'namespace {namespace} not found'}, although the state of the stack"
            " has it",
            "it was deleted outside of Tenancy: run `tenancy refresh` on this stack, then"
            " repeat this update",
        )
    return f"{answered.warnings} {refusal}"
