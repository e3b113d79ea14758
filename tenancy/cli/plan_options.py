"""The options of `tenancy plan` alone."""

from typing import Annotated, Literal

import attrs
import typer

__all__ = ["Form", "Kubernetes", "OneKubeconfig", "Revisions", "Since", "Together", "Until"]

Form = Literal["json", "markdown", "text"]
"""How a plan is written."""

Kubernetes = Annotated[
    str | None,
    typer.Option(
        metavar="RELEASE",
        help="Also list what an upgrade of Kubernetes to this release changes for guardrails,"
        " such as 1.37.",
        show_default=False,
    ),
]

OneKubeconfig = Annotated[
    str | None,
    typer.Option(
        "--require-kubeconfig",
        metavar="PATH",
        help="Refuse stacks whose files name another kubeconfig, such as those of a pull"
        " request: a kubeconfig can run commands.",
        show_default=False,
    ),
]

Since = Annotated[
    str | None,
    typer.Option(
        "--since",
        metavar="REV",
        help="Compare with the files of this revision of git; nothing of it is run.",
        show_default=False,
    ),
]
Until = Annotated[
    str | None,
    typer.Option(
        "--until",
        metavar="REV",
        help="With --since: the newer revision. Default: the files as they are.",
        show_default=False,
    ),
]
Together = Annotated[
    str | None,
    typer.Option(
        "--with",
        metavar="REV",
        help="With --since: merge this revision too, and list errors that only the merge has.",
        show_default=False,
    ),
]


@attrs.frozen
class Revisions:
    """Which files are compared; for each see its option."""

    since: str | None
    until: str | None
    together: str | None
