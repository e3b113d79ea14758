"""`tenancy init`: create a project in an empty folder."""

import json
import os
import shlex
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Final

import typer

from tenancy.assessment import Assessment, assess
from tenancy.cli.check import show_findings
from tenancy.cli.options import NoColor, Yes
from tenancy.cli.prompts import ask_text, can_ask
from tenancy.cli.schema import FOLDER
from tenancy.cli.terminal import Terminal, terminal
from tenancy.config import SANDBOX, NewProject, given_answers, new_project, read_answers
from tenancy.config.document import JSON, write
from tenancy.config.spec import AnswersSpec
from tenancy.diagnostics import Exit, RefusedError, UsageError
from tenancy.local.sandbox import GPU_NODES
from tenancy.output import organization_schema, stack_schema

__all__ = ["EPILOG", "command"]

EPILOG = """
Examples:

  tenancy init                                   asks what it needs, in a terminal

  tenancy init --yes                             the defaults: the sandbox, dev, one team

  tenancy init platform --cluster eu-1 --kubeconfig ~/.kube/eu-1.yaml --context admin
  --environment dev --environment prod --team acme --gpu-pool H100:8:2

  tenancy init --answers answers.yaml            several clusters, and pools in full

An answers file has the keys project, clusters, environments, teams, operators and
identityPrefix; each has a default. `--no-team` is for a cluster whose namespaces exist
already: `tenancy adopt` then writes the organizations.

Nothing is written if one of the files exists, or if the project would have errors.

Exit code: 0 if it was written and has no errors, 3 if it was refused or has errors.
"""

_IGNORED: Final = ".gitignore"

Folder = Annotated[
    Path | None,
    typer.Argument(
        metavar="DIR", help="The folder. Default: the current one.", show_default=False
    ),
]
Answers = Annotated[
    Path | None,
    typer.Option(
        "--answers",
        metavar="FILE",
        help="All answers, in YAML; no other flag is then given.",
        show_default=False,
    ),
]
Teams = Annotated[
    list[str] | None,
    typer.Option(
        "--team",
        metavar="NAME",
        help="A team; repeatable. Default: acme.",
        show_default=False,
    ),
]
Environments = Annotated[
    list[str] | None,
    typer.Option(
        "--environment",
        metavar="NAME",
        help="An environment; repeatable. Default: dev.",
        show_default=False,
    ),
]
Pools = Annotated[
    list[str] | None,
    typer.Option(
        "--gpu-pool",
        metavar="MODEL:GPUS:NODES",
        help="Nodes with GPUs that exist, such as H100:8:2; repeatable. Default: none.",
        show_default=False,
    ),
]


def _option(flag: str, metavar: str, words: str) -> str | None:
    """Return a text option without a default."""
    option: str | None = typer.Option(
        None, flag, metavar=metavar, help=words, show_default=False
    )
    return option


def command(
    *,
    folder: Folder = None,
    answers: Answers = None,
    name: str | None = _option("--name", "NAME", "The project's name. Default: tenancy."),
    cluster: str | None = _option("--cluster", "NAME", "The cluster. Default: the sandbox."),
    kubeconfig: str | None = _option("--kubeconfig", "PATH", "The cluster's kubeconfig."),
    context: str | None = _option("--context", "NAME", "The context in the kubeconfig."),
    environments: Environments = None,
    teams: Teams = None,
    no_team: Annotated[
        bool, typer.Option("--no-team", help="Write no team; `tenancy adopt` adds teams later.")
    ] = False,
    pools: Pools = None,
    operators: str | None = _option(
        "--operators",
        "GROUP",
        "The group that may change what Tenancy manages. Default: platform-operators.",
    ),
    identity_prefix: str | None = _option(
        "--identity-prefix",
        "TEXT",
        "The prefix of users and groups from the identity provider. Default: oidc:.",
    ),
    yes: Yes = False,
    no_color: NoColor = False,
) -> None:
    """Run `tenancy init`."""
    shell = terminal(color=not no_color)
    flags = {
        "name": name,
        "cluster": cluster,
        "kubeconfig": kubeconfig,
        "context": context,
        "environments": None if environments is None else ", ".join(environments),
        "teams": "" if no_team else None if teams is None else ", ".join(teams),
        "pools": None if pools is None else ", ".join(pools),
        "operators": operators,
        "identity_prefix": identity_prefix,
    }
    if no_team and teams:
        raise UsageError("give --team or --no-team, not both")
    if answers is not None:
        if any(value is not None for value in flags.values()):
            raise UsageError("--answers has all answers; give no other flag with it")
        answered = read_answers(answers)
    else:
        values = _asked(flags, shell) if can_ask() and not yes else flags
        answered = given_answers(_written(values))
    root = Path(os.path.realpath(folder or Path()))
    made = new_project(answered, _virtual_environment(root))
    files = _files(made, answered.project)
    _refuse_existing(root, files)
    _refuse_errors(files, shell)
    _write(root, files, shell)
    assessment = assess(root, offline=True)
    show_findings(assessment, shell)
    if assessment.is_refused:
        raise typer.Exit(Exit.REFUSED)
    _show_next(assessment, made, answered, shell)


def _asked(flags: Mapping[str, str | None], shell: Terminal) -> dict[str, str | None]:
    """Return *flags*, and the answers to questions about missing values."""
    shell.note("Press Enter for the value in brackets.")
    found = dict(flags)

    def ask(key: str, question: str, default: str) -> None:
        if found[key] is None:
            found[key] = ask_text(question, default)

    ask("name", "Name of the project", "tenancy")
    ask("cluster", "Name of the cluster; sandbox is one on this machine", SANDBOX)
    if found["cluster"] != SANDBOX:
        ask("kubeconfig", "Path of its kubeconfig", "~/.kube/config")
        ask("context", "Context in that kubeconfig", "")
    ask("environments", "Environments", "dev")
    ask("teams", "Teams", "acme")
    ask("operators", "Group that may change what Tenancy manages", "platform-operators")
    ask("identity_prefix", "Prefix of names from the identity provider", "oidc:")
    ask("pools", "GPU pools as MODEL:GPUS:NODES, such as H100:8:2; empty for none", "")
    return found


def _written(values: Mapping[str, str | None]) -> dict[str, JSON]:
    """Return *values* as in an answers file, without unanswered ones."""
    cluster: dict[str, JSON] = {
        key: values[key] for key in ("kubeconfig", "context") if values[key]
    }
    pools = _list(values["pools"])
    if pools:
        is_sandbox = (values["cluster"] or SANDBOX) == SANDBOX
        cluster["gpuNodePools"] = [_pool(text, is_sandbox=is_sandbox) for text in pools]
    found: dict[str, JSON] = {"clusters": {values["cluster"] or SANDBOX: cluster}}
    plain = {"name": "project", "operators": "operators", "identity_prefix": "identityPrefix"}
    found |= {key: values[flag] for flag, key in plain.items() if values[flag] is not None}
    if values["environments"] is not None:
        found["environments"] = dict.fromkeys(_list(values["environments"]))
    if values["teams"] is not None:
        found["teams"] = list(_list(values["teams"]))
    return found


def _list(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def _pool(text: str, *, is_sandbox: bool) -> JSON:
    """Return a pool of existing nodes; the sandbox's are named, so that they get labels."""
    match text.split(":"):
        case [model, gpus, nodes] if model and gpus.isdecimal() and nodes.isdecimal():
            count = int(nodes)
            names: dict[str, JSON] = {"nodeNames": list(GPU_NODES[:count])}
            return {
                "name": model.lower(),
                "model": model,
                "backend": "existing",
                "gpusPerNode": int(gpus),
                "nodes": {"min": count, "max": count},
                **(names if is_sandbox else {}),
            }
    raise UsageError(f"--gpu-pool {text}: write MODEL:GPUS:NODES, such as H100:8:2")


def _virtual_environment(root: Path) -> str | None:
    """Return the virtual environment of this process if it is inside *root*."""
    environment = Path(sys.prefix)
    if sys.prefix == sys.base_prefix or not environment.is_relative_to(root):
        return None
    return str(environment.relative_to(root))


def _files(made: NewProject, project: str) -> dict[str, str]:
    schemas = {"stack": stack_schema(project), "organization": organization_schema()}
    written = {
        str(FOLDER / f"{name}.json"): json.dumps(schema, indent=2) + "\n"
        for name, schema in schemas.items()
    }
    return {**made.files, **written}


def _refuse_existing(root: Path, files: Iterable[str]) -> None:
    """Refuse files that exist, other than `.gitignore`."""
    existing = [name for name in files if name != _IGNORED and (root / name).exists()]
    if existing:
        exist = "exists" if len(existing) == 1 else "exist"
        raise RefusedError(
            reason=f"{root}: {', '.join(existing)} {exist} already; nothing was written; "
            "give a folder without these files: tenancy init DIR"
        )


def _refuse_errors(files: Mapping[str, str], shell: Terminal) -> None:
    """Refuse *files* that a check refuses, such as with a team twice, before they exist."""
    with tempfile.TemporaryDirectory(prefix="tenancy-init-") as folder:
        for name, text in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assessment = assess(Path(folder), offline=True)
        if assessment.is_refused:
            show_findings(assessment, shell)
            shell.say("Nothing was written. Correct the answers, and run this again.")
            raise typer.Exit(Exit.REFUSED)


def _write(root: Path, files: Mapping[str, str], shell: Terminal) -> None:
    """Write *files* into *root*; an existing `.gitignore` is not changed."""
    kept = {_IGNORED} if (root / _IGNORED).exists() else set()
    written: list[Path] = []
    try:
        for name, text in files.items():
            if name in kept:
                continue
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            write(path, text)
            written.append(path)
            shell.say(f"wrote {name}")
    except OSError:
        # The same command has to work after the disk has room again.
        for path in written:
            path.unlink(missing_ok=True)
        raise


def _show_next(
    assessment: Assessment, made: NewProject, answers: AnswersSpec, shell: Terminal
) -> None:
    first = made.environments[0]
    platform = assessment.platform_of(first)
    shell.say("Next:")
    lines = []
    if assessment.root != Path.cwd():
        lines.append((f"cd {shlex.quote(str(assessment.root))}", ""))
    if made.uses_sandbox:
        lines.append(("tenancy sandbox up", "start a cluster on this machine"))
    lines.append(
        (f"tenancy plan --stack {platform} --stack {first}", "show what `up` would create")
    )
    lines.append((f"tenancy up --stack {platform} --stack {first}", "preview, ask and apply"))
    if not answers.teams:
        adopt = f"tenancy adopt --stack {first} --selector KEY --group-by label:KEY --report"
        lines.append((adopt, "take over existing namespaces"))
    width = max((len(line) for line, _ in lines if len(line) < 50), default=0)
    for line, why in lines:
        shell.say(f"  {line:<{width}}  {why}".rstrip())
