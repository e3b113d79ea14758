"""The ways to run a program with an organization, each with the same verbs and outcomes."""

import json
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import attrs
from pulumi import automation as auto

from tenancy.diagnostics import Exit
from tenancy.local.sandbox import Sandbox
from tests import language_hosts
from tests.cluster.pool_stack import ROOT, pool_stack
from tests.commands import TENANCY
from tests.commands import run as run_command

PROGRAMS: Final = Path(__file__).parent / "programs" / "languages"
LANGUAGES: Final = {
    "imported Python": "python",
    "YAML": "yaml",
    "TypeScript": "nodejs",
    "Go": "go",
}
"""The runtimes of the rows whose program is another project's."""
SECRET: Final = "planted-prefix"
"""The value of the secret that is refused."""
PULUMI_FAILED: Final = 1
"""The exit code of `pulumi` when an update is refused or fails."""


@attrs.frozen
class Outcome:
    """How a run ended, and what it printed, on one line."""

    code: int
    text: str


@attrs.frozen
class Row:
    """
    One way to run a program with one organization.

    Attributes:
        title: Its name in the table.
        name: The organization's name, and its prefix.
        refused: The exit code of a run that is refused.
        hidden: Where a message reports that the prefix is a secret.
        write: Writes the arguments of the organization for the next run.
        hide: Makes the prefix a secret for the next run.
        run: Runs `preview`, `up` or `destroy` without questions.
    """

    title: str
    name: str
    refused: int
    hidden: str
    write: Callable[[Mapping[str, object]], None]
    hide: Callable[[Mapping[str, object]], None]
    run: Callable[[str], Outcome]

    @property
    def namespace(self) -> str:
        """The first namespace."""
        return f"{self.name}-dev"

    def organization(self, *namespaces: dict, **keys: object) -> dict:
        """Return its arguments: the namespace dev, and others."""
        return {
            "prefix": self.name,
            "defaultNamespace": "dev",
            "members": [{"group": f"{self.name}-devs", "role": "developer"}],
            "namespaces": [
                {"id": "dev", "quota": {"pods": 20, "services": 5}},
                *namespaces,
            ],
            **keys,
        }


def row_of(title: str, box: Sandbox, folder: Path) -> Row:
    """Return the row called *title*: its stack is on *box*, its files are in *folder*."""
    if title in LANGUAGES:
        return _component(title, LANGUAGES[title], box, folder)
    return _own_program(title, box, folder)


def _component(title: str, runtime: str, box: Sandbox, folder: Path) -> Row:
    stack = pool_stack(box, folder, PROGRAMS / runtime)
    project = Path(stack.workspace.work_dir)
    variables = dict(stack.workspace.env_vars)
    if runtime != "python":
        variables["PATH"] = f"{language_hosts.folder_of(runtime)}:{variables['PATH']}"
    if runtime == "nodejs":
        # What `npm` installed, once for this user.
        (project / "node_modules").symlink_to(language_hosts.node_modules())
        # The types are checked by the tests of the SDKs, once and not in each run.
        variables["PULUMI_NODEJS_TRANSPILE_ONLY"] = "true"
    name = f"in{runtime}"
    stack.set_config("name", auto.ConfigValue(name))

    def write(args: Mapping[str, object]) -> None:
        if runtime == "yaml":
            (project / "Pulumi.yaml").write_text(json.dumps(_yaml_program(name, args)))
        else:
            (project / "organization.json").write_text(json.dumps(args))

    def hide(args: Mapping[str, object]) -> None:
        if runtime == "yaml":
            write({**args, "prefix": {"fn::secret": SECRET}})
        else:
            write({**args, "prefix": SECRET, "secret": True})

    def run(verb: str) -> Outcome:
        return _pulumi(box, verb, "test", project, variables)

    return Row(title, name, PULUMI_FAILED, "prefix", write, hide, run)


def _yaml_program(name: str, args: Mapping[str, object]) -> dict:
    return {
        "name": "table",
        "runtime": "yaml",
        "config": {"kubeconfig": {"type": "string"}, "name": {"type": "string"}},
        "resources": {
            "cluster": {
                "type": "pulumi:providers:kubernetes",
                "properties": {
                    "kubeconfig": "${kubeconfig}",
                    "clusterIdentifier": "shared",
                },
            },
            name: {
                "type": "tenancy:index:Organization",
                "properties": args,
                "options": {"provider": "${cluster}"},
            },
        },
    }


def _pulumi(
    box: Sandbox, verb: str, stack: str, project: Path, variables: Mapping[str, str]
) -> Outcome:
    unasked = [] if verb == "preview" else ["--yes", "--skip-preview"]
    return _ended(
        [box.toolchain.path("pulumi"), verb, f"--stack={stack}", "--color=never", *unasked],
        project,
        {**variables, "PULUMI_SKIP_UPDATE_CHECK": "true"},
    )


def _ended(
    command: Sequence[str | Path], project: Path, variables: Mapping[str, str]
) -> Outcome:
    done = run_command(command, project, variables)
    return Outcome(done.returncode, " ".join(done.stdout.split()))


def _own_program(title: str, box: Sandbox, folder: Path) -> Row:
    name = {"plain pulumi": "plain", "tenancy": "command", "Automation API": "automation"}[
        title
    ]
    project = folder / "project"
    (project / "organizations").mkdir(parents=True)
    shutil.copy(ROOT / "__main__.py", project)
    (project / "Pulumi.yaml").write_text("name: tenancy\nruntime: python\n")
    (folder / "state").mkdir()
    variables = box.process_environment() | {
        "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
        "PULUMI_CONFIG_PASSPHRASE": "of-this-test",
        "PYTHONPATH": f"{ROOT}:{ROOT / 'components'}",
        "COLUMNS": "200",
    }
    file = project / f"Pulumi.{name}.yaml"
    _require(_ended([box.toolchain.path("pulumi"), "stack", "init", name], project, variables))
    salt = file.read_text()
    assert "encryptionsalt" in salt

    def write(args: Mapping[str, object]) -> None:
        args = dict(args)
        config = {
            "environment": name,
            "cluster": "shared",
            "kubeconfig": str(box.kubeconfig),
            "context": "sandbox",
            "organizations": {name: {}},
            "allowDeletion": args.pop("allowDeletion", []),
        }
        written = {f"tenancy:{key}": value for key, value in config.items()}
        file.write_text(f"{salt}\nconfig: {json.dumps(written)}\n")
        (project / "organizations" / f"{name}.yaml").write_text(json.dumps(args))

    def hide(args: Mapping[str, object]) -> None:
        write(args)
        path = f"tenancy:organizations.{name}.prefix"
        command = ["config", "set", "--secret", "--path", path, SECRET, "--stack", name]
        _require(_ended([box.toolchain.path("pulumi"), *command], project, variables))

    def plain(verb: str) -> Outcome:
        return _pulumi(box, verb, name, project, variables)

    def command(verb: str) -> Outcome:
        unasked = [] if verb == "preview" else ["--yes"]
        return _ended([*TENANCY, verb, "--stack", name, *unasked], project, variables)

    def automation(verb: str) -> Outcome:
        return _by_automation(box, verb, name, project, variables)

    run = {"plain": plain, "command": command, "automation": automation}[name]
    refused = Exit.REFUSED if run is command else PULUMI_FAILED
    return Row(title, name, refused, "organizations", write, hide, run)


def _by_automation(
    box: Sandbox, verb: str, name: str, project: Path, variables: Mapping[str, str]
) -> Outcome:
    stack = auto.select_stack(
        stack_name=name,
        work_dir=str(project),
        opts=auto.LocalWorkspaceOptions(
            env_vars=dict(variables),
            pulumi_command=auto.PulumiCommand(root=str(box.toolchain.bin.parent)),
        ),
    )
    printed: list[str] = []
    try:
        getattr(stack, verb)(on_output=printed.append, color="never")
    except auto.CommandError as error:
        [code] = re.findall(r"code: (-?\d+)", str(error))
        return Outcome(int(code), " ".join(" ".join([*printed, str(error)]).split()))
    return Outcome(0, " ".join(" ".join(printed).split()))


def _require(outcome: Outcome) -> None:
    assert outcome.code == 0, outcome.text
