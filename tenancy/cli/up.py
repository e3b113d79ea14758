"""`tenancy up`: preview, confirm and apply stacks, or apply saved plans."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import typer

from tenancy import engine
from tenancy.assessment import assess
from tenancy.cli.fleet import required
from tenancy.cli.interaction import TerminalInteraction
from tenancy.cli.options import All, AnyStacks, Json, NoColor, Part, ProjectFolder, Strict, Yes
from tenancy.cli.outcome_report import finish, message_terminal
from tenancy.cli.terminal import terminal
from tenancy.diagnostics import UsageError
from tenancy.engine import SavedPlan, read_plan
from tenancy.output import result_data

__all__ = ["EPILOG", "command"]

EPILOG = """
Examples:

  tenancy up --stack dev                shows the preview, then asks

  tenancy up --stack dev --yes          does not ask; for CI

  tenancy up --stack dev --plan FILE    applies a plan of `tenancy plan --save FILE`

A saved plan is refused, with everything that has changed, if the files, the state, the cluster
or an object on it changed since it was saved. With several stacks, give the plan of each.

A platform is applied before the environments on it, in any order of the options. If one
stack is refused or fails, the others are still applied, except those on its platform.
With --yes, up to four stacks are applied at a time.
"""


def command(
    *,
    stack: AnyStacks = None,
    shard: Part = None,
    project: ProjectFolder = None,
    plan: list[Path] | None = typer.Option(  # noqa: B008
        None,
        "--plan",
        metavar="FILE",
        help="Apply exactly this saved plan; repeatable.",
        show_default=False,
    ),
    strict: Strict = False,
    renew_service_accounts: bool = typer.Option(
        False,
        "--renew-service-accounts",
        help="Recreate service accounts whose tokens removed members may have; the plan lists "
        "the pods to restart.",
    ),
    as_json: Json = False,
    yes: Yes = False,
    everything: All = False,
    no_color: NoColor = False,
) -> None:
    """Run `tenancy up`."""
    shell = terminal(color=not no_color)
    messages = message_terminal(shell, as_json=as_json)
    assessment = assess(project)
    stacks = required(assessment, stack, shard)
    outcomes = engine.up(
        assessment,
        stacks,
        saved_plans=_saved_plans(plan or (), assessment.in_order(stacks)),
        strict=strict,
        renew_service_accounts=renew_service_accounts,
        interaction=TerminalInteraction(messages, asks=not yes, everything=everything),
    )
    finish("up", outcomes, shell, as_json=as_json, of_result=result_data)


def _saved_plans(
    files: Iterable[Path], stacks: Sequence[str]
) -> Mapping[str, SavedPlan] | None:
    """Return the saved plan of each of *stacks*; None if no file was given."""
    plans: dict[str, SavedPlan] = {}
    for file in files:
        saved = read_plan(file)
        if saved.stack in plans:
            raise UsageError(
                f"--plan {file}: there are two plans for stack {saved.stack}; give one"
            )
        if saved.stack not in stacks:
            raise UsageError(
                f"--plan {file}: it is the plan of stack {saved.stack}, which is not applied; "
                f"allowed: {', '.join(stacks)}; add --stack {saved.stack}, or leave this"
                " plan out"
            )
        plans[saved.stack] = saved
    missing = [stack for stack in stacks if stack not in plans]
    if plans and missing:
        raise UsageError(
            f"--plan: none is given for stack {', '.join(missing)}; give the plan of each stack"
        )
    return plans or None
