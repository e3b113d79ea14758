"""A trial of the admission policies: that they answer, which their being there does not say."""

import time
from typing import Final

from kubernetes import client

from tenancy.cluster.connection import Connection
from tenancy.errors import TenancyError
from tenancy.render.policies.pods import WORKLOADS

__all__ = ["PoliciesSilentError", "wait_for_policies"]

_NAME: Final = "tenancy-trial"
_LABELS: Final = {"app.kubernetes.io/name": _NAME}
_EVERY_TAINT: Final = client.V1Toleration(operator="Exists")
"""A toleration without a key, of which the policy of templates warns everybody."""

_FORBIDDEN: Final = 403
_SECONDS: Final = 20.0
"""An API server takes new policies up within a second or two; a busy one needs longer."""
_PAUSE: Final = 0.25


class PoliciesSilentError(TenancyError):
    """
    The admission policies let pass, in a namespace, what they warn everybody of.

    Attributes:
        namespace: Where nobody was let in.
    """

    def __init__(self, namespace: str, seconds: float) -> None:
        super().__init__(namespace, seconds)
        self.namespace = namespace
        self.seconds = seconds

    def __str__(self) -> str:
        return (
            f"namespace {self.namespace}: for {self.seconds:.0f} s the admission policy"
            f" {WORKLOADS} was silent on a deployment that it has to warn of, so nobody is let"
            " in; see what `tenancy drift` says of the platform's stack, mend that, then repeat"
            " this update"
        )


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
        PoliciesSilentError: They were silent all the time.
        ClusterError: The cluster does not answer.
    """
    if not connection.may("create", "apps", "deployments"):
        return False
    until = time.monotonic() + seconds
    while WORKLOADS not in _warnings(connection, namespace):
        if time.monotonic() >= until:
            raise PoliciesSilentError(namespace, seconds)
        time.sleep(_PAUSE)
    return True


def _warnings(connection: Connection, namespace: str) -> str:
    """Return what a dry run is warned of, also where it is refused after all."""
    api = client.AppsV1Api(connection.api)
    with connection.errors(f"trying the admission policies in {namespace}"):
        try:
            _, _, headers = api.create_namespaced_deployment_with_http_info(
                namespace, _deployment(), dry_run="All", _request_timeout=30
            )
        except client.ApiException as error:
            if error.status != _FORBIDDEN:
                raise
            headers = error.headers
    return str(headers.get("Warning", ""))


def _deployment() -> client.V1Deployment:
    container = client.V1Container(name="trial", image="registry.invalid/trial")
    return client.V1Deployment(
        metadata=client.V1ObjectMeta(name=_NAME),
        spec=client.V1DeploymentSpec(
            replicas=0,
            selector=client.V1LabelSelector(match_labels=_LABELS),
            template=client.V1PodTemplateSpec(
                metadata=client.V1ObjectMeta(labels=_LABELS),
                spec=client.V1PodSpec(containers=[container], tolerations=[_EVERY_TAINT]),
            ),
        ),
    )
