"""The files after a release: without the namespaces, or without the organization."""

from collections.abc import Collection, Iterator, Mapping

from tenancy.assessment import Assessment
from tenancy.config import stack_file
from tenancy.config.document import JSON, Change, edited
from tenancy.diagnostics import RefusedError
from tenancy.model import Organization

__all__ = ["files_without"]


def files_without(
    assessment: Assessment, stack: str, organization: Organization, names: Collection[str]
) -> dict[str, str | None]:
    """
    Return the new content of each file that changes, by its path; None if it is deleted.

    Args:
        names: Names in the cluster of namespaces of *organization*. If they are all that it has
            in the stack, the stack no longer holds it.

    Raises:
        RefusedError: A file can only name the namespace for this stack and another together.
    """
    of_stack, source = stack_file(stack), organization.origin.file
    elsewhere = [
        one for one in assessment.tenancy.across(organization.name) if one.stack != stack
    ]
    held = ("organizations", organization.name)
    if set(names) >= {namespace.name for namespace in organization.namespaces}:
        leaves: list[Change] = [(held, None, False), *_allowed(assessment, of_stack, names)]
        found: dict[str, str | None] = {
            of_stack: _edited(assessment, of_stack, leaves, of_stack)
        }
        if source != of_stack and not elsewhere:
            found[source] = None
        return found
    leaving = [n.id for n in organization.namespaces if n.name in names]
    others = {
        identifier: [one.environment for one in elsewhere if _has(one, identifier)]
        for identifier in leaving
    }
    for identifier, environments in others.items():
        if organization.environment in environments:
            raise RefusedError(
                reason=f"namespace {identifier} of {organization.name}: {source} describes it"
                f" for environment {organization.environment}, and another stack has that"
                " environment and the namespace too; give the organization of one of the two"
                " stacks a file of its own first (`file` under organizations)"
            )
    written = assessment.documents[organization.origin.source].at(organization.origin.path)
    changes: list[Change] = [
        ((*organization.origin.path, *where), value, appends)
        for where, value, appends in _changes(written, others)
    ]
    exceptions = [*_allowed(assessment, of_stack, names)]
    if source == of_stack:
        return {source: _edited(assessment, source, [*changes, *exceptions], of_stack)}
    result: dict[str, str | None] = {source: _edited(assessment, source, changes, of_stack)}
    if own := [*exceptions, *_overrides(assessment, of_stack, held, leaving)]:
        result[of_stack] = _edited(assessment, of_stack, own, of_stack)
    return result


def _allowed(assessment: Assessment, of_stack: str, names: Collection[str]) -> Iterator[Change]:
    """Yield the changes that remove the stack's exceptions for *names*."""
    for key in ("allowBelowUsage", "allowDeletion"):
        written = assessment.documents[of_stack].at((key,))
        entries = written if isinstance(written, list) else []
        left = [one for one in entries if str(one).partition("/")[0] not in names]
        if not left and entries:
            yield (key,), None, False
        elif left != entries:
            yield (key,), [*left], False


def _overrides(
    assessment: Assessment, of_stack: str, held: tuple[str, ...], leaving: Collection[str]
) -> Iterator[Change]:
    """Yield what the stack writes for namespaces *leaving* of an organization's own file."""
    for identifier in leaving:
        where = (*held, "namespaces", identifier)
        if assessment.documents[of_stack].at(where) is not None:
            yield where, None, False


def _edited(assessment: Assessment, file: str, changes: list[Change], of_stack: str) -> str:
    project = assessment.name if file == of_stack else None
    return edited((assessment.root / file).read_text(), changes, project=project)


def _has(organization: Organization, identifier: str) -> bool:
    return any(namespace.id == identifier for namespace in organization.namespaces)


def _changes(written: JSON, others: Mapping[str, list[str]]) -> Iterator[Change]:
    """
    Yield what changes in an organization; entries of a list from the last one on.

    Args:
        others: The environments that keep each namespace that leaves, by its id.
    """
    content = written if isinstance(written, dict) else {}
    whole = [identifier for identifier, environments in others.items() if not environments]
    for index, entry in _from_the_last(content.get("namespaces")):
        identifier = str(entry.get("id"))
        if identifier in whole:
            yield ("namespaces", index), None, False
        elif identifier in others:
            yield ("namespaces", index, "environments"), [*others[identifier]], False
    used = [
        entry.get("profile")
        for _, entry in _from_the_last(content.get("namespaces"))
        if entry.get("id") not in whole
    ]
    profiles = content.get("profiles")
    written = profiles if isinstance(profiles, dict) else {}
    # `tenancy adopt` writes a profile for each namespace, called like its id.
    unused = [one for one in whole if one in written and one not in used]
    if unused and len(unused) == len(written):
        yield ("profiles",), None, False
    else:
        yield from ((("profiles", identifier), None, False) for identifier in unused)
    for index, entry in _from_the_last(content.get("members")):
        named = entry.get("namespaces")
        if isinstance(named, list) and set(map(str, named)) & set(whole):
            rest = [one for one in named if one not in whole]
            if rest:
                yield ("members", index, "namespaces"), rest, False
            else:
                yield ("members", index), None, False


def _from_the_last(entries: JSON) -> Iterator[tuple[int, dict[str, JSON]]]:
    for index, entry in reversed(list(enumerate(entries if isinstance(entries, list) else ()))):
        if isinstance(entry, dict):
            yield index, entry
