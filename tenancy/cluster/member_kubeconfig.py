"""Kubeconfigs for members: one context for each namespace, and only the member's identity."""

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence

import attrs
import yaml

from tenancy.model import Environment, Subject, SubjectKind

__all__ = [
    "ClientCertificate",
    "Credential",
    "OidcLogin",
    "Reach",
    "Server",
    "Token",
    "build",
    "file_name",
    "members",
    "organizations_of",
    "reach",
    "to_yaml",
]

_LONGEST_NAME = 90
"""The longest encoded name in a file name; a longer one is cut and gets a digest."""


@attrs.frozen(kw_only=True, slots=True)
class Server:
    """
    The API server that the kubeconfig is for.

    Attributes:
        name: The cluster's name in config.
        url: Its address.
        authority: The PEM certificates that verify it; None for those of the system.
    """

    name: str
    url: str
    authority: bytes | None = None
    tls_server_name: str | None = None
    proxy_url: str | None = None


@attrs.frozen(kw_only=True, slots=True)
class OidcLogin:
    """A login with the identity provider at first use; the file contains no secret."""

    issuer_url: str
    client_id: str
    extra_scopes: tuple[str, ...] = ()


@attrs.frozen(kw_only=True, slots=True)
class Token:
    """A bearer token. Not shown when the object is printed."""

    value: str = attrs.field(repr=False)


@attrs.frozen(kw_only=True, slots=True)
class ClientCertificate:
    """A client certificate and its key, in PEM. The key is never shown."""

    certificate: bytes
    key: bytes = attrs.field(repr=False)


Credential = OidcLogin | Token | ClientCertificate
"""How a member authenticates."""


@attrs.frozen(kw_only=True, slots=True)
class Reach:
    """
    The namespaces that a member may use in one environment.

    Attributes:
        namespaces: Full names, in the order of the organizations.
        default: The namespace of commands that name none; one of *namespaces*.
        unknown: The subjects that have no role there.
    """

    namespaces: tuple[str, ...]
    default: str
    unknown: tuple[Subject, ...] = ()


def reach(
    environment: Environment,
    subjects: Sequence[Subject],
    *,
    organization: str | None = None,
    default: str | None = None,
) -> Reach | None:
    """
    Return what any of *subjects* may use in *environment*; None if they may use nothing.

    Args:
        organization: Only namespaces of this one. Default: of all.
        default: The id or the full name of the default namespace. Default: that of the first
            organization that has one among the namespaces, else the first namespace.

    Raises:
        LookupError: *default* is not among the namespaces; its argument are their names.
    """
    wanted = set(subjects)
    holding: set[Subject] = set()
    names: dict[str, str] = {}
    usual: list[str] = []
    for held in environment.organizations:
        if organization not in (None, held.name):
            continue
        for namespace in held.namespaces:
            holders = {s for b in namespace.bindings for s in b.subjects} & wanted
            if not holders:
                continue
            holding |= holders
            names[namespace.name] = namespace.id
            if namespace.id == held.default_namespace:
                usual.append(namespace.name)
    if not names:
        return None
    if default is None:
        chosen = (usual or list(names))[0]
    else:
        found = [name for name, id_ in names.items() if default in (name, id_)]
        if not found:
            raise LookupError(*names)
        chosen = found[0]
    return Reach(
        namespaces=tuple(names),
        default=chosen,
        unknown=tuple(s for s in subjects if s not in holding),
    )


def build(server: Server, reach: Reach, user: str, credential: Credential) -> dict[str, object]:
    """
    Return a kubeconfig with one context for each namespace, named as the namespace is.

    Args:
        server: The cluster.
        reach: The namespaces and the default one.
        user: The name of the credential's entry in the file.
        credential: The member's credential; the file contains no other.
    """
    cluster: dict[str, object] = {"server": server.url}
    if server.authority is not None:
        cluster["certificate-authority-data"] = _base64(server.authority)
    if server.tls_server_name is not None:
        cluster["tls-server-name"] = server.tls_server_name
    if server.proxy_url is not None:
        cluster["proxy-url"] = server.proxy_url
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": server.name, "cluster": cluster}],
        "users": [{"name": user, "user": _user(credential)}],
        "contexts": [
            {
                "name": name,
                "context": {"cluster": server.name, "namespace": name, "user": user},
            }
            for name in reach.namespaces
        ],
        "current-context": reach.default,
    }


def members(environment: Environment) -> list[Subject]:
    """Return every subject with a role in a namespace of *environment*, each once."""
    return list(
        dict.fromkeys(s for n in environment.namespaces for b in n.bindings for s in b.subjects)
    )


def organizations_of(written: str, environment: Environment) -> list[str]:
    """Return the organizations in which the subject *written* has a role."""
    return sorted(
        {
            namespace.organization
            for namespace in environment.namespaces
            for binding in namespace.bindings
            if written in {subject.written for subject in binding.subjects}
        }
    )


def to_yaml(kubeconfig: dict[str, object]) -> str:
    """Return *kubeconfig* as kubectl reads it."""
    return yaml.safe_dump(kubeconfig, sort_keys=False, width=2**31)


def file_name(stack: str, subjects: Iterable[Subject]) -> str:
    """
    Return the name of the file for the first of *subjects*: unique, and without a folder.

    Every character but lowercase letters, digits and hyphens is written as its number, so that
    no name leaves the folder, and two members never share a file if case is ignored.

    >>> from tenancy.model import Subject, SubjectKind
    >>> member = Subject(kind=SubjectKind.GROUP, name="oidc:../Leads", written="../Leads")
    >>> file_name("dev", [member])
    'dev--group-_2e__2e__2f__4c_eads.kubeconfig'
    """
    first = next(iter(subjects))
    kind = _KINDS[first.kind]
    return f"{_encoded(stack)}--{kind}-{_encoded(first.written or first.name)}.kubeconfig"


_KINDS = {
    SubjectKind.USER: "user",
    SubjectKind.GROUP: "group",
    SubjectKind.SERVICE_ACCOUNT: "account",
}


def _encoded(name: str) -> str:
    # The second underscore ends the number, so that two names never have the same encoding.
    text = re.sub("[^a-z0-9-]", lambda match: f"_{ord(match.group()):x}_", name)
    if len(text) <= _LONGEST_NAME:
        return text
    return f"{text[:_LONGEST_NAME]}_{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def _user(credential: Credential) -> dict[str, object]:
    match credential:
        case Token():
            return {"token": credential.value}
        case ClientCertificate():
            return {
                "client-certificate-data": _base64(credential.certificate),
                "client-key-data": _base64(credential.key),
            }
        case OidcLogin():
            return {
                "exec": {
                    "apiVersion": "client.authentication.k8s.io/v1",
                    "command": "kubectl",
                    "args": [
                        "oidc-login",
                        "get-token",
                        f"--oidc-issuer-url={credential.issuer_url}",
                        f"--oidc-client-id={credential.client_id}",
                        *(f"--oidc-extra-scope={scope}" for scope in credential.extra_scopes),
                    ],
                    "interactiveMode": "IfAvailable",
                    "installHint": "install the kubectl plugin oidc-login (kubelogin)",
                    "provideClusterInfo": False,
                }
            }


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
