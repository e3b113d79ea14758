"""`tenancy kubeconfig`: a file with which a member uses their namespaces, and nothing else."""

import datetime
from pathlib import Path
from typing import Annotated

import attrs
import typer

from tenancy.assessment import Assessment, assess, require_valid
from tenancy.cli.completion import complete_organizations, complete_stacks
from tenancy.cli.options import NoColor, ProjectFolder
from tenancy.cli.terminal import Terminal, terminal
from tenancy.cluster import (
    ClientCertificate,
    Credential,
    OidcLogin,
    Reach,
    Server,
    Token,
    connect,
    endpoint,
    member_kubeconfig,
    service_account_token,
)
from tenancy.config import MEMBER_KUBECONFIGS
from tenancy.diagnostics import UsageError, counted, nearest
from tenancy.kubernetes.names import parse_group, parse_user
from tenancy.local import write_private
from tenancy.local.sandbox import issue_member_certificate
from tenancy.model import Environment, Platform, Subject, SubjectKind

__all__ = ["EPILOG", "command"]

EPILOG = """
Examples:

  tenancy kubeconfig --stack dev --group acme-developers

  tenancy kubeconfig --group acme-leads     all stacks, one file for each cluster

  tenancy kubeconfig --stack dev --user ana --group acme-leads --default dev

  tenancy kubeconfig --stack dev --service-account dev/ci --expires 1h

  tenancy kubeconfig --stack prod --group acme-leads --out kubeconfigs
    --oidc-issuer-url https://login.example.com --oidc-client-id kubernetes

On the sandbox a member gets a short-lived client certificate, to try out a role. On other
clusters people log in with the identity provider, and only service accounts get a token.
"""

_SHORTEST = datetime.timedelta(minutes=10)
_LONGEST = datetime.timedelta(days=7)


@attrs.frozen(kw_only=True)
class _Login:
    """
    How the member logs in.

    Attributes:
        expires: The lifetime of a certificate or token.
        issuer_url: The OIDC issuer's URL; None with a certificate or token.
        client_id: The OIDC client's id; None with a certificate or token.
        scopes: Further OIDC scopes.
    """

    expires: datetime.timedelta
    issuer_url: str | None
    client_id: str | None
    scopes: tuple[str, ...]


_User = Annotated[
    str | None,
    typer.Option("--user", metavar="NAME", help="A user, as the identity provider names it."),
]
_Groups = Annotated[
    list[str] | None,
    typer.Option("--group", metavar="NAME", help="A group; with --user: a group of that user."),
]
_ServiceAccount = Annotated[
    str | None,
    typer.Option("--service-account", metavar="ID/NAME", help="A service account."),
]
_Organization = Annotated[
    str | None,
    typer.Option(
        "--organization",
        "-o",
        metavar="NAME",
        help="Write contexts for namespaces of this organization only.",
        autocompletion=complete_organizations,
    ),
]
_Default = Annotated[
    str | None,
    typer.Option("--default", metavar="NS", help="The default namespace, by id or name."),
]
_Out = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="The folder for the file.")
]
_Expires = Annotated[
    str,
    typer.Option("--expires", metavar="TIME", help="Lifetime of the certificate or token."),
]
_IssuerUrl = Annotated[
    str | None, typer.Option("--oidc-issuer-url", metavar="URL", help="The issuer's URL.")
]
_ClientId = Annotated[
    str | None, typer.Option("--oidc-client-id", metavar="ID", help="The OIDC client id.")
]
_ExtraScopes = Annotated[
    list[str] | None,
    typer.Option(
        "--oidc-extra-scope", metavar="SCOPE", help="A further OIDC scope, such as groups."
    ),
]


def command(  # noqa: PLR0917 (the options are read from the signature)
    stack: Annotated[
        str | None,
        typer.Option(
            "--stack",
            "-s",
            metavar="NAME",
            help="The environment's stack. Default: all; one file for each cluster.",
            autocompletion=complete_stacks,
        ),
    ] = None,
    user: _User = None,
    group: _Groups = None,
    service_account: _ServiceAccount = None,
    organization: _Organization = None,
    default: _Default = None,
    out: _Out = None,
    expires: _Expires = "8h",
    oidc_issuer_url: _IssuerUrl = None,
    oidc_client_id: _ClientId = None,
    oidc_extra_scope: _ExtraScopes = None,
    project: ProjectFolder = None,
    no_color: NoColor = False,
) -> None:
    """Run `tenancy kubeconfig`."""
    shell = terminal(color=not no_color)
    assessment = require_valid(assess(project, offline=True))
    login = _Login(
        expires=_duration(expires),
        issuer_url=oidc_issuer_url,
        client_id=oidc_client_id,
        scopes=tuple(oidc_extra_scope or ()),
    )
    if stack is None:
        scopes = _clusters(assessment)
    else:
        environment = _environment(assessment, stack)
        where, root = f"stack {stack}", assessment.root
        scopes = [_Scope(environment=environment, where=where, file=stack, root=root)]
    refused: list[UsageError] = []
    for scope in scopes:
        platform = assessment.tenancy.platform_of(scope.environment)
        try:
            subjects = _subjects(scope, platform, user, group or [], service_account)
            allowed = _reach(scope, subjects, organization, default)
        except _NoRoleError as error:
            refused.append(error)
            continue
        _write(scope, subjects, allowed, login, out=out, shell=shell)
    if len(refused) == len(scopes):
        raise refused[0]
    for without in refused:
        shell.note(f"note: {without}")


class _NoRoleError(UsageError):
    """The subjects have no role in one scope; they may have one in another."""


@attrs.frozen(kw_only=True)
class _Scope:
    """
    What one file is for: an environment, or all environments of a cluster as one.

    Attributes:
        environment: The environment, which has the cluster and the organizations.
        where: The scope in messages: `stack dev`.
        file: What the file's name begins with.
        root: The project's folder.
    """

    environment: Environment
    where: str
    file: str
    root: Path


def _clusters(assessment: Assessment) -> list[_Scope]:
    """Return one scope for each cluster, with the organizations of all its environments."""
    by_cluster: dict[str, list[Environment]] = {}
    for found in assessment.tenancy.environments_in_order:
        by_cluster.setdefault(found.cluster.name, []).append(found)
    if not by_cluster:
        raise UsageError("the project has no environment; add a stack of one")
    return [
        _Scope(
            environment=attrs.evolve(
                environments[0],
                organizations=tuple(
                    organization
                    for environment in environments
                    for organization in environment.organizations
                ),
            ),
            where=f"cluster {name} ({counted(len(environments), 'stack')})",
            # No stack has a name with a slash.
            file=f"cluster/{name}",
            root=assessment.root,
        )
        for name, environments in by_cluster.items()
    ]


def _write(
    scope: _Scope,
    subjects: list[Subject],
    allowed: Reach,
    login: _Login,
    *,
    out: Path | None,
    shell: Terminal,
) -> None:
    for unknown in allowed.unknown:
        if unknown.kind is SubjectKind.GROUP:
            shell.note(f"note: {unknown} has no role here")
    environment, root = scope.environment, scope.root
    folder = _folder(out, environment, root)
    credential = _credential(environment, root, subjects, login, shell)
    server = _server(environment, root)
    content = member_kubeconfig.build(server, allowed, subjects[0].name, credential)
    name = member_kubeconfig.file_name(scope.file, subjects)
    path = write_private(folder, name, member_kubeconfig.to_yaml(content))
    shell.say(str(path))
    shell.note(f"contexts: {', '.join(allowed.namespaces)}; default: {allowed.default}")
    shell.note(f"use it with: kubectl --kubeconfig {path} get pods")


def _server(environment: Environment, root: Path) -> Server:
    address = endpoint(environment.cluster, root)
    return Server(
        name=environment.cluster.name,
        url=address.server,
        authority=address.authority,
        tls_server_name=address.tls_server_name,
        proxy_url=address.proxy_url,
    )


def _environment(assessment: Assessment, stack: str) -> Environment:
    assessment.require(stack)
    environment = assessment.tenancy.environments.get(stack)
    if environment is None:
        raise UsageError(
            f"stack {stack} is a platform, which has no members; "
            f"name an environment: {', '.join(assessment.tenancy.environments)}"
        )
    return environment


def _subjects(
    scope: _Scope,
    platform: Platform,
    user: str | None,
    groups: list[str],
    account: str | None,
) -> list[Subject]:
    """Return the subjects; the file is named after the first."""
    if account is not None and (user is not None or groups):
        raise UsageError("--service-account cannot be combined with --user or --group")
    if account is not None:
        return [_account(scope, account)]
    found = []
    if user is not None:
        known = parse_user(user, oidc_prefix=platform.username_prefix)
        found.append(Subject(kind=SubjectKind.USER, name=known, written=user))
    for group in groups:
        shared = parse_group(group, oidc_prefix=platform.groups_prefix)
        found.append(Subject(kind=SubjectKind.GROUP, name=shared, written=group))
    if not found:
        raise UsageError("no subject given; give --user, --group or --service-account")
    return found


def _account(scope: _Scope, account: str) -> Subject:
    members = member_kubeconfig.members(scope.environment)
    known = [s for s in members if s.kind is SubjectKind.SERVICE_ACCOUNT]
    for subject in known:
        if account in (subject.written, f"{subject.namespace}/{subject.name}"):
            return subject
    raise _NoRoleError(
        f"service account {account!r}: no member of {scope.where}; allowed: "
        + (", ".join(s.written for s in known) or "there is none")
        + "; write it as <namespace id>/<name>, and add it as a member with a role"
    )


def _reach(
    scope: _Scope,
    subjects: list[Subject],
    organization: str | None,
    default: str | None,
) -> Reach:
    try:
        allowed = member_kubeconfig.reach(
            scope.environment, subjects, organization=organization, default=default
        )
    except LookupError as error:
        raise UsageError(
            f"--default {default!r}: the member has no access to such a namespace; allowed: "
            f"{', '.join(map(str, error.args))}"
        ) from None
    if allowed is None:
        names = [s.written for s in member_kubeconfig.members(scope.environment)]
        written = subjects[0].written
        elsewhere = member_kubeconfig.organizations_of(written, scope.environment)
        if organization and elsewhere:
            raise _NoRoleError(
                f"{written}: has no role in organization {organization} in {scope.where};"
                f" it has one in {', '.join(elsewhere)}: give --organization {elsewhere[0]}"
            )
        guess = nearest(written, names)
        raise _NoRoleError(
            f"{', '.join(s.written for s in subjects)}: has no role in {scope.where}"
            + (f" and organization {organization}" if organization else "")
            + f"; members are: {', '.join(names) or 'none'}"
            + (f"; did you mean {guess!r}?" if guess else "")
        )
    return allowed


def _folder(out: Path | None, environment: Environment, root: Path) -> Path:
    if out is not None:
        return out.expanduser()
    if environment.cluster.is_sandbox:
        return root / MEMBER_KUBECONFIGS
    raise UsageError("no folder given; give --out DIR, a folder that git does not track")


def _credential(
    environment: Environment,
    root: Path,
    subjects: list[Subject],
    login: _Login,
    shell: Terminal,
) -> Credential:
    first = subjects[0]
    if first.kind is SubjectKind.SERVICE_ACCOUNT:
        connection = connect(environment.cluster, root)
        seconds = int(login.expires.total_seconds())
        token = service_account_token(connection, first.namespace, first.name, seconds)
        shell.note(f"the token expires at {token.expires:%Y-%m-%d %H:%M} UTC")
        return Token(value=token.value)
    if login.issuer_url is not None and login.client_id is not None:
        return OidcLogin(
            issuer_url=_https(login.issuer_url),
            client_id=login.client_id,
            extra_scopes=login.scopes,
        )
    if login.issuer_url is not None or login.client_id is not None:
        raise UsageError("--oidc-issuer-url and --oidc-client-id must be given together")
    if not environment.cluster.is_sandbox:
        raise UsageError(
            f"cluster {environment.cluster.name}: people log in with the identity provider; "
            "give --oidc-issuer-url and --oidc-client-id"
        )
    groups = [s.name for s in subjects if s.kind is SubjectKind.GROUP]
    user = first.name if first.kind is SubjectKind.USER else f"member-of:{first.name}"
    signed = issue_member_certificate(root, user, groups, login.expires)
    shell.note(f"the certificate expires at {signed.expires:%Y-%m-%d %H:%M} UTC")
    return ClientCertificate(certificate=signed.certificate, key=signed.key)


def _https(url: str) -> str:
    if not url.startswith("https://") or any(c.isspace() for c in url):
        raise UsageError(f"--oidc-issuer-url {url!r}: write a URL that begins with https://")
    return url


def _duration(text: str) -> datetime.timedelta:
    units = {"m": 60, "h": 3600, "d": 86400}
    number, unit = text[:-1], text[-1:]
    if number.isascii() and number.isdigit() and len(number) < 6 and unit in units:
        found = datetime.timedelta(seconds=int(number) * units[unit])
        if _SHORTEST <= found <= _LONGEST:
            return found
    raise UsageError(
        f"--expires {text!r}: 10m to 7d is allowed, such as 30m, 8h or 2d; "
        "keep it short, because it cannot be revoked"
    )
