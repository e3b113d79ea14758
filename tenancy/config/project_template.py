"""The files of a new project."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

import attrs
import yaml

from tenancy.config.paths import PROJECT_FILE, SANDBOX, organization_file, stack_file
from tenancy.config.spec.answers import AnswersSpec
from tenancy.diagnostics import NotFoundError, RefusedError

__all__ = ["NewProject", "new_project"]

_STACK_SCHEMA: Final = "# yaml-language-server: $schema=docs/schema/stack.json\n"
_ORGANIZATION_SCHEMA: Final = (
    "# yaml-language-server: $schema=../docs/schema/organization.json\n"
)
_PLAIN: Final = re.compile(r"(?!(?:true|false|yes|no|on|off|null|y|n)$)[A-Za-z][\w./@-]*", re.I)
_LONGEST_ID: Final = 7
"""The default of `limits.idLength`."""

_PROGRAM: Final = """\
from tenancy_components.program import main

main()
"""

_IGNORED: Final = """\
.venv/
.sandbox/
.toolchain/
__pycache__/
"""

_PROFILE: Final = """\
    standard:
      quota:
        requests.cpu: "2"
        requests.memory: 2Gi
        limits.cpu: "4"
        limits.memory: 4Gi
        pods: "20"
        requests.storage: 10Gi
      limitRange:
        container:
          default: { cpu: 250m, memory: 256Mi }
          defaultRequest: { cpu: 100m, memory: 128Mi }
          max: { cpu: 500m, memory: 512Mi }
          min: { cpu: 10m, memory: 32Mi }
"""


@attrs.frozen(kw_only=True)
class NewProject:
    """
    A new project.

    Attributes:
        files: The content of each file, by its path from the project's folder.
        platforms: The stacks of platforms.
        environments: The stacks of environments.
        uses_sandbox: Whether a cluster is the sandbox.
    """

    files: Mapping[str, str]
    platforms: tuple[str, ...]
    environments: tuple[str, ...]
    uses_sandbox: bool


def new_project(answers: AnswersSpec, virtualenv: str | None = None) -> NewProject:
    """
    Return the files of the project that *answers* describe.

    No stack file has an `encryptionsalt`: Pulumi writes one for the passphrase of each stack
    when it creates the stack.

    Args:
        answers: The answers.
        virtualenv: The folder of the virtual environment in which plain `pulumi` runs the
            program, relative to the project. Default: the `python3` that is on PATH.

    Raises:
        NotFoundError: An environment names a cluster that the answers do not have.
        RefusedError: Two stacks have one name, or a cluster has no kubeconfig or context.
    """
    clusters = tuple(answers.clusters)
    for name, cluster_answer in answers.clusters.items():
        if name != SANDBOX and None in (cluster_answer.kubeconfig, cluster_answer.context):
            raise RefusedError(
                reason=f"cluster {name}: give its kubeconfig and the context in it"
            )
    platforms = {
        name: "platform" if len(clusters) == 1 else f"platform-{name}" for name in clusters
    }
    environments = {
        name: clusters[0] if cluster is None else cluster
        for name, cluster in answers.environments.items()
    }
    for name, cluster in environments.items():
        if cluster not in answers.clusters:
            raise NotFoundError(
                "cluster", cluster, clusters, f"environment {name} names this cluster"
            )
        if name in platforms.values():
            raise RefusedError(
                reason=f"environment {name}: a platform's stack has that name; "
                "give the environment another name"
            )
    files = {
        PROJECT_FILE: _project_file(answers.project, virtualenv),
        "__main__.py": _PROGRAM,
        ".gitignore": _IGNORED,
    }
    for cluster, stack in platforms.items():
        files[stack_file(stack)] = _platform(answers, cluster)
    for name, cluster in environments.items():
        files[stack_file(name)] = _environment(answers, name, cluster, platforms[cluster])
    for team in answers.teams:
        files[organization_file(team)] = _organization(team, environments)
    return NewProject(
        files=files,
        platforms=tuple(platforms.values()),
        environments=tuple(environments),
        uses_sandbox=SANDBOX in clusters,
    )


def _project_file(name: str, virtualenv: str | None) -> str:
    runtime = "runtime: python\n"
    if virtualenv is not None:
        options = f"{{ virtualenv: {_text(virtualenv)} }}"
        runtime = f"runtime: {{ name: python, options: {options} }}\n"
    return (
        f"name: {_text(name)}\ndescription: Organizations on shared Kubernetes clusters\n"
        f"{runtime}"
    )


def _platform(answers: AnswersSpec, cluster: str) -> str:
    lines = ["operators:", f"  - group: {_text(answers.operators)}", "oidc:"]
    prefix = _text(answers.identity_prefix)
    lines += [f"  usernamePrefix: {prefix}", f"  groupsPrefix: {prefix}"]
    pools = answers.clusters[cluster].gpu_node_pools
    if pools:
        written = [
            pool.model_dump(mode="json", by_alias=True, exclude_unset=True) for pool in pools
        ]
        lines += ["gpuNodePools:", *(f"  - {_flow(pool)}" for pool in written)]
    return "".join(
        (
            _STACK_SCHEMA,
            f"# Everything cluster-wide on {cluster}: apply it before its environments.\n",
            "config:\n",
            *_keys(answers.project, _cluster(answers, cluster)),
            f"  {answers.project}:platform:\n",
            *(f"    {line}\n" for line in lines),
        )
    )


def _flow(value: object) -> str:
    """Return *value* as YAML on one line."""
    return yaml.safe_dump(
        value, default_flow_style=True, sort_keys=False, width=2**20, allow_unicode=True
    ).strip()


def _environment(answers: AnswersSpec, name: str, cluster: str, platform: str) -> str:
    project = answers.project
    values = {"environment": name, **_cluster(answers, cluster), "platformStack": platform}
    organizations = "".join(f"    {_text(team)}: {{}}\n" for team in answers.teams)
    return "".join(
        (
            _STACK_SCHEMA,
            "config:\n",
            *_keys(project, values),
            f"  {project}:organizations:{'' if organizations else ' {}'}\n",
            organizations,
            f"  {project}:profiles:\n",
            _PROFILE,
        )
    )


def _cluster(answers: AnswersSpec, name: str) -> dict[str, str]:
    cluster = answers.clusters[name]
    way = {"kubeconfig": cluster.kubeconfig, "context": cluster.context}
    return {"cluster": name, **{key: value for key, value in way.items() if value is not None}}


def _keys(project: str, values: Mapping[str, str]) -> Iterator[str]:
    for key, value in values.items():
        yield f"  {project}:{key}: {_text(value)}\n"


def _organization(team: str, environments: Mapping[str, str]) -> str:
    ids = _ids(environments)
    namespaces = "".join(
        f"  - id: {_text(ids[name])}\n"
        f"    environments: [{_text(name)}]\n"
        "    profile: standard\n"
        for name in environments
    )
    return (
        f"{_ORGANIZATION_SCHEMA}"
        f"prefix: {_text(team)}\n"
        "members:\n"
        f"  - {{ group: {team}-leads, role: admin }}\n"
        f"  - {{ group: {team}-developers, role: developer }}\n"
        f"defaultNamespace: {_text(next(iter(ids.values())))}\n"
        "namespaces:\n"
        f"{namespaces}"
        "    # GPUs of a pool of the platform: gpus: [{ pool: h100, gpus: 1 }]\n"
    )


def _ids(environments: Mapping[str, str]) -> dict[str, str]:
    """Return a namespace id for each environment: its name, shortened where it is too long."""
    ids: dict[str, str] = {}
    for name in environments:
        short = re.sub(r"[^a-z0-9]", "", name)[:_LONGEST_ID]
        numbered = (f"{short[: _LONGEST_ID - len(str(n))]}{n}" for n in range(2, len(ids) + 3))
        ids[name] = next(one for one in (short, *numbered) if one not in ids.values())
    return ids


def _text(value: str) -> str:
    """Return *value* as a YAML scalar that is text, in quotes where it needs them."""
    return value if _PLAIN.fullmatch(value) else json.dumps(value)
