"""A connection to one named cluster; never to whatever the environment happens to point at."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import attrs
import urllib3
from kubernetes import client, config

from tenancy.cluster.private_client import KubeconfigError, private_client
from tenancy.document.echo import shown
from tenancy.errors import TenancyError
from tenancy.resolve import Cluster

__all__ = ["SANDBOX_KUBECONFIG", "ClusterError", "Connection", "connect", "kubeconfig_of"]

SANDBOX_KUBECONFIG = Path(".sandbox/kubeconfig")
"""Where the embedded cluster's kubeconfig is, from the project's folder."""

LISTS: Final = {
    "ClusterRole": (client.RbacAuthorizationV1Api, "list_cluster_role"),
    "ValidatingAdmissionPolicyBinding": (
        client.AdmissionregistrationV1Api,
        "list_validating_admission_policy_binding",
    ),
}
"""How the client lists each cluster-wide kind that we ask for."""

_CONNECT_SECONDS = 5
_READ_SECONDS = 30


class ClusterError(TenancyError):
    """
    A cluster could not be reached, or is not the one that was meant.

    Attributes:
        cluster: The cluster's name in config.
        found: What happened.
        remedy: What to do.
    """

    def __init__(self, cluster: str, found: str, remedy: str) -> None:
        super().__init__(cluster, found, remedy)
        self.cluster = cluster
        self.found = found
        self.remedy = remedy

    def __str__(self) -> str:
        return f"cluster {self.cluster}: {self.found}; {self.remedy}"


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
    api: client.ApiClient
    uid: str

    def serves(self, group: str, version: str, kind: str) -> bool:
        """Return whether the cluster serves *kind* in that version of *group*."""
        with self.errors(f"asking what {group}/{version} serves"):
            resources = client.CustomObjectsApi(self.api).get_api_resources(group, version)
        return any(resource.kind == kind for resource in resources.resources)

    def may(self, verb: str, group: str, resource: str) -> bool:
        """Return whether the caller may *verb* the cluster-wide *resource* of *group*."""
        attributes = client.V1ResourceAttributes(verb=verb, group=group, resource=resource)
        review = client.V1SelfSubjectAccessReview(
            spec=client.V1SelfSubjectAccessReviewSpec(resource_attributes=attributes)
        )
        with self.errors(f"asking whether we may {verb} {resource}.{group}"):
            answer = client.AuthorizationV1Api(self.api).create_self_subject_access_review(
                review
            )
        return bool(answer.status and answer.status.allowed)

    def caller(self) -> tuple[str, frozenset[str]]:
        """Return the user name and the groups under which the cluster knows the caller."""
        with self.errors("asking who we are"):
            review = client.AuthenticationV1Api(self.api).create_self_subject_review(
                client.V1SelfSubjectReview()
            )
        user = review.status.user_info if review.status else None
        return (
            (user.username or "") if user else "",
            frozenset((user.groups or ()) if user else ()),
        )

    def cluster_wide(self, kinds: Iterable[str]) -> Mapping[str, frozenset[str]]:
        """Return the names of all objects of each of *kinds*, which has to be in `LISTS`."""
        found = {}
        for kind in kinds:
            api, method = LISTS[kind]
            with self.errors(f"listing every {kind}"):
                listed = getattr(api(self.api), method)()
            found[kind] = frozenset(item.metadata.name for item in listed.items)
        return found

    @contextmanager
    def errors(self, doing: str) -> Iterator[None]:
        """Turn what the client raises while *doing* something into a `ClusterError`."""
        with _errors(self.cluster, doing):
            yield


def kubeconfig_of(cluster: Cluster, root: Path) -> tuple[Path, str | None]:
    """
    Return the kubeconfig of *cluster* and the context in it.

    Raises:
        ClusterError: No kubeconfig is named, or it is not there.
    """
    if cluster.is_sandbox:
        path = root / SANDBOX_KUBECONFIG
        if not path.exists():
            raise ClusterError(
                cluster.name, "the embedded cluster has not been started", "run `make up`"
            )
        return path, None
    if cluster.kubeconfig is None or cluster.context is None:
        raise ClusterError(
            cluster.name,
            "no kubeconfig and context are named, and the ambient ones are never used",
            "set tenancy:kubeconfig and tenancy:context in the stack's config",
        )
    path = (root / Path(cluster.kubeconfig).expanduser()).resolve()
    if not path.exists():
        raise ClusterError(
            cluster.name,
            f"there is no kubeconfig at {shown(cluster.kubeconfig, ('kubeconfig',))}",
            "write it there, or correct tenancy:kubeconfig",
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
            api = private_client(path.read_text(), context, path.parent)
        except (KubeconfigError, OSError, UnicodeDecodeError) as error:
            raise ClusterError(
                cluster.name,
                f"the kubeconfig {path.name} cannot be read ({_kind(error)})",
                "correct the file, or name another in tenancy:kubeconfig",
            ) from None
    with _errors(cluster.name, f"asking {_address(api.configuration.host)} who it is"):
        namespace = client.CoreV1Api(api).read_namespace(
            "kube-system", _request_timeout=(_CONNECT_SECONDS, _READ_SECONDS)
        )
    assert namespace.metadata is not None
    assert namespace.metadata.uid is not None
    return Connection(cluster=cluster.name, api=api, uid=namespace.metadata.uid)


def _kind(error: Exception) -> str:
    return str(error) if isinstance(error, KubeconfigError) else type(error).__name__


def _address(url: str) -> str:
    """Return *url* without the password that may stand in it."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


@contextmanager
def _errors(cluster: str, doing: str) -> Iterator[None]:
    try:
        yield
    except config.ConfigException as error:
        raise ClusterError(
            cluster, f"{doing} failed: {error}", "name a context that the kubeconfig has"
        ) from error
    except client.ApiException as error:
        remedy = (
            "use credentials that the cluster accepts"
            if error.status in {401, 403}
            else "see the cluster's own logs"
        )
        raise ClusterError(
            cluster, f"{doing} was answered with {error.status} {error.reason}", remedy
        ) from error
    except (urllib3.exceptions.HTTPError, OSError) as error:
        remedy = (
            "run `make up`"
            if cluster == "sandbox"
            else "check the address, the network, the VPN"
        )
        raise ClusterError(
            cluster, f"{doing} got no answer ({type(error).__name__})", remedy
        ) from error
