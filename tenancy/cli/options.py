"""Options that several commands have, each described once."""

from pathlib import Path
from typing import Annotated

import typer

from tenancy.cli.completion import complete_stacks

__all__ = [
    "All",
    "AnyStacks",
    "Json",
    "NoColor",
    "Offline",
    "OnTheCluster",
    "Part",
    "ProjectFolder",
    "Stack",
    "Stacks",
    "Strict",
    "Yes",
]

ProjectFolder = Annotated[
    Path | None,
    typer.Option(
        "--project",
        "-C",
        metavar="DIR",
        help="The folder of Pulumi.yaml. Default: the current folder, or the nearest above it "
        "that has one.",
        show_default=False,
    ),
]
Stack = Annotated[
    str | None,
    typer.Option(
        "--stack",
        "-s",
        metavar="NAME",
        help="One stack. Default: all.",
        show_default=False,
        autocompletion=complete_stacks,
    ),
]
AnyStacks = Annotated[
    list[str] | None,
    typer.Option(
        "--stack",
        "-s",
        metavar="NAME",
        help="One stack; repeatable. Default: all.",
        show_default=False,
        autocompletion=complete_stacks,
    ),
]
Stacks = Annotated[
    list[str],
    typer.Option(
        "--stack",
        "-s",
        metavar="NAME",
        help="The stack; repeatable.",
        show_default=False,
        autocompletion=complete_stacks,
    ),
]
Part = Annotated[
    str | None,
    typer.Option(
        "--shard",
        metavar="N/OF",
        help="Select only this part, such as 2/5, of all environments or of those of --stack.",
        show_default=False,
    ),
]
All = Annotated[
    bool,
    typer.Option(
        "--all", help="Write long lists and lines in full; by default they are shortened."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Write JSON.")]
NoColor = Annotated[
    bool, typer.Option("--no-color", help="No colors (also with NO_COLOR set).")
]
Offline = Annotated[
    bool,
    typer.Option(
        "--offline",
        help="Read files only: no cluster, no state, and no cloud for instance types.",
    ),
]
OnTheCluster = Annotated[
    bool,
    typer.Option("--live", help="Also read all bindings on the cluster."),
]
Strict = Annotated[
    bool,
    typer.Option("--strict", help="Refuse also what could not be checked; for CI."),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask; for CI.")]
