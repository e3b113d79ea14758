"""Shared namespaces of a platform that are released: they stay reachable, and unchanged."""

from collections.abc import Iterator, Mapping, Sequence

from tenancy.assessment import Assessment
from tenancy.config import stack_file
from tenancy.config.document import Change, edited
from tenancy.diagnostics import RefusedError
from tenancy.engine.released_state import KEYS_OF_MANAGED
from tenancy.model import Platform, SharedNamespace

__all__ = ["shared_files", "shared_lines", "shared_names"]


def shared_names(platform: Platform, names: Sequence[str]) -> tuple[SharedNamespace, ...]:
    """
    Return the shared namespaces *names*.

    Raises:
        RefusedError: None is named, or the platform manages none of that name.
    """
    managed = {shared.name: shared for shared in platform.shared if shared.is_managed}
    allowed = ", ".join(sorted(managed)) or "none"
    if not names:
        raise RefusedError(
            reason=f"stack {platform.stack}: it is a platform; name shared namespaces that it"
            f" manages: {allowed}"
        )
    for name in names:
        if name not in managed:
            raise RefusedError(
                reason=f"namespace {name}: platform {platform.stack} manages no shared"
                f" namespace of that name; it manages: {allowed}"
            )
    return tuple(managed[name] for name in dict.fromkeys(names))


def shared_files(
    assessment: Assessment, stack: str, shared: Sequence[SharedNamespace]
) -> Mapping[str, str]:
    """Return the platform's file, in which *shared* have `managed: false`."""
    file = stack_file(stack)
    changes: list[Change] = []
    for one in shared:
        changes.append(((*one.origin.path, "managed"), False, False))
        changes += [((*one.origin.path, key), None, False) for key in KEYS_OF_MANAGED]
    text = (assessment.root / file).read_text()
    return {file: edited(text, changes, project=assessment.name)}


def shared_lines(shared: Sequence[SharedNamespace]) -> Iterator[str]:
    """Yield what no longer holds for the namespaces, and what still does."""
    names = ", ".join(one.name for one in shared)
    yield (
        f"the platform no longer protects what Tenancy added to {names}, nor the labels of the"
        " namespaces: every user with the rights there may change them"
    )
    yield (
        f"organizations still reach the services listed for {names}, which the file keeps with"
        " `managed: false`"
    )
