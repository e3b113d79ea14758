"""`tenancy adopt`: namespaces that exist become an organization; nothing is recreated."""

from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Annotated

import attrs
import typer
from ruamel.yaml import YAML

from tenancy import manifests
from tenancy.assessment import Assessment, assess
from tenancy.cli.options import NoColor, ProjectFolder, Yes
from tenancy.cli.progress import done, watching
from tenancy.cli.prompts import confirm
from tenancy.cli.stack_opener import readable
from tenancy.cli.terminal import Terminal, terminal
from tenancy.cluster import connect
from tenancy.cluster.field_ownership import hand_over
from tenancy.cluster.identity import require_same
from tenancy.cluster.objects import objects
from tenancy.config.document import JSON
from tenancy.config.document.editing import Change, edited, write
from tenancy.diagnostics import report
from tenancy.diagnostics.errors import TenancyError
from tenancy.diagnostics.exit_codes import Exit
from tenancy.diagnostics.finding import errors
from tenancy.drifting import Identity, adoption
from tenancy.drifting.adoption import Action, Step
from tenancy.drifting.comparison import KINDS
from tenancy.engine.stack_opener import session
from tenancy.kubernetes import labels
from tenancy.manifests import Manifest

__all__ = ["EPILOG", "command"]

EPILOG = """
Examples:

  tenancy adopt --organization acme --stack dev shop shop-test

It writes organizations/<name>.yaml and names the organization in the stack's file, says what
becomes of each object, asks, and takes them over in their place: no object is made anew. What
the walls add (network policies, object counts) is listed as create: look at it first.

Exit code: 0 where everything is adopted, 3 where it was refused; the files are then as before.
"""


_MEANT = {"PULUMI_K8S_UPSERT_EXISTING_OBJECTS": "true"}
"""From 4.29 on the provider refuses to make what exists; here it is meant."""


class AdoptionError(TenancyError):
    """It cannot be adopted; nothing was changed."""

    exit = Exit.REFUSED


Names = Annotated[
    list[str], typer.Argument(help="Names in the cluster.", metavar="NAMESPACE...")
]


def command(
    *,
    namespaces: Names,
    organization: str = typer.Option(
        ..., "--organization", "-o", metavar="NAME", help="What they become; it must be new."
    ),
    stack: str = typer.Option(..., "--stack", "-s", metavar="NAME", help="The environment."),
    prefix: str | None = typer.Option(
        None,
        "--prefix",
        help="What names begin with. Default: the organization's name.",
        show_default=False,
    ),
    project: ProjectFolder = None,
    yes: Yes = False,
    no_color: NoColor = False,
) -> None:
    """Take over namespaces that exist, with their quotas, limit ranges and role bindings."""
    shell = terminal(color=not no_color)
    found = readable(assess(project), shell)
    environment = found.tenancy.environments.get(found.require(stack))
    if environment is None:
        raise AdoptionError(f"stack {stack}: it is a platform; name an environment")
    file = found.root / "organizations" / f"{organization}.yaml"
    if file.exists() or any(o.name == organization for o in environment.organizations):
        raise AdoptionError(
            f"organization {organization}: there is one already; name a new one"
        )
    names = list(dict.fromkeys(namespaces))
    connection = connect(environment.cluster, found.root)
    live = objects(connection, (*KINDS, "Role", "ServiceAccount"))
    _require_free(names, live)
    config = adoption.organization(
        names,
        live,
        found.tenancy.platform_of(environment),
        environment=environment.name,
        prefix=prefix or organization,
        reason=f"it is older than the organization {organization}",
    )
    files = _Files.of(found, file, stack)
    files.write(config, organization, found.name)
    try:
        after = assess(found.root)
        if after.is_refused:
            raise AdoptionError(
                "the checks refuse what these namespaces hold; nothing was changed:\n"
                + report.text(errors(after.findings), after.documents)
            )
        desired = _desired(after, stack, organization)
        _say(tuple(adoption.steps(desired, live)), shell)
        opened = session(after, stack, shell.note, _MEANT)
        require_same(connection, opened.outputs().get("clusterUid"))
        if not yes:
            confirm(f"adopt this into stack {stack}?", shell)
    except BaseException:
        files.restore()
        raise
    hand_over(connection, desired, live)
    with watching(f"applying stack {stack}", shell) as on_step:
        result = opened.up(on_step=on_step)
    done(result, shell)


@attrs.frozen
class _Files:
    """The two files that adoption writes, and what stood in the stack's before."""

    organization: Path
    stack: Path
    before: str

    @classmethod
    def of(cls, found: Assessment, organization: Path, stack: str) -> "_Files":
        path = found.root / f"Pulumi.{stack}.yaml"
        return cls(organization, path, path.read_text())

    def write(self, config: JSON, name: str, project: str) -> None:
        yaml, text = YAML(), StringIO()
        yaml.indent(mapping=2, sequence=4, offset=2)
        yaml.dump(config, text)
        self.organization.parent.mkdir(exist_ok=True)
        write(self.organization, text.getvalue())
        change: Change = (("organizations", name), {}, False)
        write(self.stack, edited(self.before, [change], project=project))

    def restore(self) -> None:
        self.organization.unlink(missing_ok=True)
        write(self.stack, self.before)


def _require_free(names: Sequence[str], live: object) -> None:
    assert isinstance(live, dict)
    for name in names:
        there = live.get(Identity(kind="Namespace", name=name))
        if there is None:
            raise AdoptionError(f"namespace {name}: the cluster has none of that name")
        if there["metadata"].get("labels", {}).get(labels.MANAGED) == "true":
            raise AdoptionError(f"namespace {name}: a stack of this tool manages it already")


def _desired(found: Assessment, stack: str, organization: str) -> tuple[Manifest, ...]:
    environment = found.tenancy.environments[stack]
    kept = tuple(o for o in environment.organizations if o.name == organization)
    only = attrs.evolve(environment, organizations=kept)
    return tuple(manifests.environment(only, found.tenancy.platform_of(environment)))


def _say(steps: Sequence[Step], shell: Terminal) -> None:
    for action in Action:
        for step in steps:
            if step.action is action:
                reasons = f": {'; '.join(step.reasons)}" if step.reasons else ""
                shell.say(f"  {action.value:<8} {step.object}{reasons}")
    counts = {a: sum(step.action is a for step in steps) for a in Action}
    shell.say(", ".join(f"{count} {a.value}" for a, count in counts.items() if count))
