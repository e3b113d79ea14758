"""A connection to the cluster in the config, never to the current context of the shell."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import attrs
import urllib3
from kubernetes import config
from kubernetes.client import ApiClient
from kubernetes.client.exceptions import ApiException

from tenancy.cluster.failures import refusal, unreachable
from tenancy.cluster.kubeconfig_text import kubeconfig_text
from tenancy.cluster.private_client import KubeconfigError, private_client
from tenancy.cluster.transport import Request, requested
from tenancy.config import SANDBOX, SANDBOX_KUBECONFIG
from tenancy.config.document import JSON, mapping, text
from tenancy.diagnostics import ClusterError, shown
from tenancy.model import Cluster

__all__ = [
    "ClusterError",
    "Connection",
    "ServedKind",
    "connect",
    "connected",
    "kubeconfig_of",
]

_FIRST_SECONDS: Final = 30.0
"""How long a cluster may take to return its UID, which is the first request."""


@attrs.frozen(slots=True)
class ServedKind:
    """A kind of a cluster: its plural name, and whether its objects are in namespaces."""

    plural: str
    is_namespaced: bool


@attrs.frozen(kw_only=True)
class Connection:
    """
    A cluster that answered.

    Attributes:
        cluster: Its name in config.
        api: The client; only its own kubeconfig and context are used.
        uid: The UID of `kube-system`, which no two clusters share.
    """

    cluster: str
    api: ApiClient
    uid: str

    def request(self, request: Request) -> Mapping[str, JSON]:
        """
        Return the result of one request to the API server.

        Raises:
            ApiException: It was refused. `errors` turns this into a `ClusterError`.
        """
        return requested(self.api, request)

    def serves(self, group: str, version: str, kind: str) -> bool:
        """Return whether the cluster serves *kind* in the given version of *group*."""
        return kind in self.kinds(group, version)

    def kinds(self, group: str, version: str) -> frozenset[str]:
        """Return the kinds of a *version* of *group* that the cluster serves; may be empty."""
        return frozenset(self.served(group, version))

    def served(self, group: str, version: str) -> Mapping[str, "ServedKind"]:
        """Return what a *version* of *group* has, by kind; empty if it is not served."""
        with self.errors(f"asking which resources {group}/{version} has"):
            try:
                answer = self.request(Request("GET", f"/apis/{group}/{version}"))
            except ApiException as error:
                if error.status != HTTPStatus.NOT_FOUND:
                    raise
                return {}
        resources = answer.get("resources")
        found = map(mapping, resources if isinstance(resources, list) else [])
        return {
            text(one, "kind"): ServedKind(text(one, "name"), one.get("namespaced") is True)
            for one in found
            if "/" not in text(one, "name")
        }

    def may(self, verb: str, group: str, resource: str) -> bool:
        """Return whether the caller may *verb* the cluster-wide *resource* of *group*."""
        attributes = {"verb": verb, "group": group, "resource": resource}
        with self.errors(f"asking for the permission to {verb} {resource}.{group}"):
            status = self._review(
                "authorization", "SelfSubjectAccessReview", {"resourceAttributes": attributes}
            )
        return status.get("allowed") is True

    def caller(self) -> tuple[str, frozenset[str]]:
        """Return the user name and the groups under which the cluster knows the caller."""
        with self.errors("asking for our user name and groups"):
            status = self._review("authentication", "SelfSubjectReview", {})
        user = mapping(status.get("userInfo"))
        groups = user.get("groups")
        return text(user, "username"), frozenset(
            str(group) for group in (groups if isinstance(groups, list) else ())
        )

    def _review(self, group: str, kind: str, spec: Mapping[str, object]) -> Mapping[str, JSON]:
        """Return the status of a review, which the API server fills and does not keep."""
        path = f"/apis/{group}.k8s.io/v1/{kind.lower()}s"
        review = {"apiVersion": f"{group}.k8s.io/v1", "kind": kind, "spec": spec}
        return mapping(self.request(Request("POST", path, review)).get("status"))

    @contextmanager
    def errors(self, doing: str) -> Iterator[None]:
        """Turn exceptions of the client while *doing* something into a `ClusterError`."""
        with _errors(self.cluster, doing, self.api):
            yield


def kubeconfig_of(cluster: Cluster, root: Path) -> tuple[Path, str | None]:
    """
    Return the kubeconfig of *cluster* and the context in it.

    Raises:
        ClusterError: No kubeconfig is named, or the file does not exist.
    """
    if cluster.is_sandbox:
        path = root / SANDBOX_KUBECONFIG
        if not path.exists():
            raise ClusterError(
                cluster.name, "the sandbox has not been started", "run `make up`"
            )
        return path, None
    if cluster.kubeconfig is None or cluster.context is None:
        raise ClusterError(
            cluster.name,
            "the config names no kubeconfig and context, and those of the shell are never used",
            "set tenancy:kubeconfig and tenancy:context in the stack's config",
        )
    # `Path.resolve` would raise for links in a circle.
    path = Path(os.path.realpath(root / Path(cluster.kubeconfig).expanduser()))
    if not path.exists():
        raise ClusterError(
            cluster.name,
            f"no kubeconfig exists at {shown(cluster.kubeconfig, ('kubeconfig',))}",
            "write the kubeconfig to this path, or correct tenancy:kubeconfig",
        )
    return path, cluster.context


def connect(cluster: Cluster, root: Path) -> Connection:
    """
    Connect to *cluster* and learn its UID.

    Raises:
        ClusterError: It is not named, cannot be reached, or refuses the credentials.
    """
    path, context = kubeconfig_of(cluster, root)
    with _errors(cluster.name, "reading the kubeconfig"):
        try:
            api = private_client(kubeconfig_text(path), context, path.parent)
        except (KubeconfigError, OSError) as error:
            raise ClusterError(
                cluster.name,
                f"the kubeconfig {path.name} cannot be read ({_kind(error)})",
                "correct the file, or name another in tenancy:kubeconfig",
            ) from None
    return connected(
        cluster.name, api, f"asking {_address(api.configuration.host)} for its UID"
    )


def connected(name: str, api: ApiClient, doing: str) -> Connection:
    """
    Return the connection by *api* after its cluster returned its UID.

    Args:
        name: The cluster's name.
        doing: The action that an error message names.

    Raises:
        ClusterError: It cannot be reached, or refuses the credentials.
    """
    with _errors(name, doing, api):
        asked = Request("GET", "/api/v1/namespaces/kube-system", seconds=_FIRST_SECONDS)
        uid = text(requested(api, asked), "metadata", "uid")
    # Without the UID any other cluster could be mistaken for this one.
    assert uid
    return Connection(cluster=name, api=api, uid=uid)


def _kind(error: Exception) -> str:
    return str(error) if isinstance(error, KubeconfigError) else type(error).__name__


def _address(url: str) -> str:
    """Return *url* without a password in it."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


@contextmanager
def _errors(cluster: str, doing: str, api: ApiClient | None = None) -> Iterator[None]:
    try:
        yield
    except config.ConfigException as error:
        raise ClusterError(
            cluster, f"{doing} failed: {error}", "name a context of the kubeconfig"
        ) from error
    except ApiException as error:
        answer, remedy = refusal(error, api)
        raise ClusterError(cluster, f"{doing} {answer}", remedy) from error
    except (urllib3.exceptions.HTTPError, OSError) as error:
        why, remedy = unreachable(error, is_sandbox=cluster == SANDBOX)
        raise ClusterError(cluster, f"{doing} {why}", remedy) from error
