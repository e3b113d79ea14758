"""Options that several commands have, each described once."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = [
    "All",
    "AnyStacks",
    "Json",
    "NoColor",
    "Offline",
    "OnTheCluster",
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
        help="The folder that holds Pulumi.yaml. Default: this one, or the nearest above it.",
        show_default=False,
    ),
]
Stack = Annotated[
    str | None,
    typer.Option(
        "--stack", "-s", metavar="NAME", help="One stack. Default: all.", show_default=False
    ),
]
AnyStacks = Annotated[
    list[str] | None,
    typer.Option(
        "--stack",
        "-s",
        metavar="NAME",
        help="One stack; may be given several times. Default: all.",
        show_default=False,
    ),
]
Stacks = Annotated[
    list[str],
    typer.Option(
        "--stack",
        "-s",
        metavar="NAME",
        help="The stack; may be given several times.",
        show_default=False,
    ),
]
All = Annotated[
    bool, typer.Option("--all", help="Write long lists and lines whole; else they are cut.")
]
Json = Annotated[bool, typer.Option("--json", help="Write JSON, for programs.")]
NoColor = Annotated[
    bool, typer.Option("--no-color", help="No colours, also on a terminal (or set NO_COLOR).")
]
Offline = Annotated[
    bool,
    typer.Option(
        "--offline", help="Ask nobody: no cluster, no state, and no cloud for instance types."
    ),
]
OnTheCluster = Annotated[
    bool,
    typer.Option("--live", help="Also read all bindings on the cluster."),
]
Strict = Annotated[
    bool,
    typer.Option("--strict", help="Refuse also where something could not be checked; for CI."),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask; for CI.")]
