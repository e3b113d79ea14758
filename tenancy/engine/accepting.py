"""Write differences between the cluster and the files into the files."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tenancy.assessment import Assessment, assess
from tenancy.config import is_stack_file
from tenancy.config.document import Change, edited, write
from tenancy.diagnostics import Origin, RefusedError, errors_in, report
from tenancy.drifting import Difference, Edit, edits
from tenancy.engine.comparison import StackDrift
from tenancy.engine.interaction import Note

__all__ = ["accept"]


def accept(
    assessment: Assessment, drifted: Sequence[StackDrift], note: Note = lambda _: None
) -> Assessment:
    """
    Write every difference that has a place in the files into them; return the new assessment.

    Raises:
        RefusedError: A check refuses the result; every file is unchanged.
    """
    wanted: dict[Difference, Edit] = {}
    for one in drifted:
        environment = assessment.tenancy.environments.get(one.stack)
        if environment is not None:
            wanted |= _in_own_environment(
                assessment,
                edits(
                    one.differences,
                    {f"{i.kind}/{i.namespace}/{i.name}": body for i, body in one.live.items()},
                    environment,
                    assessment.tenancy.platform_of(environment),
                ),
            )
    # Several differences of one limit range are written to one place.
    texts = _written(assessment, {repr(edit): edit for edit in wanted.values()}.values())
    before = {path: path.read_text() for path in texts}
    for path, text in texts.items():
        write(path, text)
    result = assess(assessment.root)
    refused = [v for one in drifted for v in errors_in(result.of(one.stack).findings)]
    if refused:
        for path, text in before.items():
            write(path, text)
        raise RefusedError(
            reason=report.text(refused, result.documents)
            + "\nThe checks refuse the configuration with these differences accepted; the files"
            " are unchanged."
        )
    for difference, edit in wanted.items():
        note(f"  accepted {difference.object}: {difference.what}; {edit.place}")
    return result


def _in_own_environment(
    assessment: Assessment, wanted: Mapping[Difference, Edit]
) -> dict[Difference, Edit]:
    """Leave out what would be written for other environments too."""
    held: dict[Origin, int] = {}
    for _, namespace in assessment.tenancy.namespaces:
        held[namespace.origin] = held.get(namespace.origin, 0) + 1
    shared = {origin for origin, count in held.items() if count > 1}
    return {
        difference: edit
        for difference, edit in wanted.items()
        if not any(
            edit.place.source == origin.source
            and edit.place.path[: len(origin.path)] == origin.path
            for origin in shared
        )
    }


def _written(assessment: Assessment, wanted: Iterable[Edit]) -> dict[Path, str]:
    changes: dict[str, list[Change]] = {}
    for edit in wanted:
        changes.setdefault(edit.place.source, []).append(
            (edit.place.path, edit.value, edit.appends)
        )
    texts = {}
    for source, made in changes.items():
        path = assessment.root / source
        is_stack = is_stack_file(source)
        texts[path] = edited(
            path.read_text(), made, project=assessment.name if is_stack else None
        )
    return texts
