"""Exceptions that the platform's bounds allow an organization, in whichever file they are."""

from collections.abc import Iterator, Sequence

from tenancy.checks.exceeding import exceeds
from tenancy.config.spec import ExceptionName
from tenancy.diagnostics import Finding, Origin, joined
from tenancy.model import Bounds, Environment, Namespace, Organization, Platform

__all__ = ["exceptions", "namespace_exceptions"]


def exceptions(environment: Environment, platform: Platform) -> Iterator[Finding]:
    """Refuse exceptions in *environment* that the platform does not allow the organization."""
    if platform.organization_bounds is None:
        return
    of = platform.organization_bounds.of
    origin = environment.origin
    written: list[tuple[ExceptionName, int, str]] = [
        *(
            ("allowBelowUsage", i, _owner(entry.partition("/")[0], environment))
            for i, entry in enumerate(environment.allow_below_usage)
        ),
        *(
            ("environmentOrderExceptions", i, entry.organization)
            for i, entry in enumerate(environment.environment_order_exceptions)
        ),
    ]
    # `--config`, and a release before a destroy, come from the person who runs the command.
    if "allowDeletion" not in origin.source.partition(" with --config ")[2]:
        written += [
            ("allowDeletion", i, _owner(name, environment))
            for i, name in enumerate(environment.allow_deletion)
        ]
    for kind, index, name in written:
        yield from _exception(kind, of(name), origin / kind / index, name or None)


def namespace_exceptions(namespace: Namespace, bounds: Bounds) -> Iterator[Finding]:
    """Refuse exceptions of *namespace* itself that *bounds* do not have."""
    place, name = namespace.origin, namespace.organization
    if namespace.adopted is not None:
        yield from _exception("adopted", bounds, place / "adopted", name)
    enforcement = namespace.enforcement
    written = enforcement.origin or place / "enforcement"
    if enforcement.is_audit:
        yield from _exception("enforcement", bounds, written / "mode", name)
    if enforcement.may_weaken:
        yield from _exception("enforcement", bounds, written / "mayWeaken", name)
    if namespace.ignored:
        yield from _exception("ignore", bounds, place / "ignore", name)


def _exception(
    kind: ExceptionName, bounds: Bounds, origin: Origin, organization: str | None
) -> Iterator[Finding]:
    if kind not in bounds.exceptions:
        yield exceeds(
            origin,
            f"the exception {kind} for {organization or 'an unknown organization'}",
            joined(bounds.exceptions, last="or") or "no exception",
            bounds.origin / "exceptions",
            organization,
            remedy="remove it",
        )


def _owner(namespace: str, environment: Environment) -> str:
    """Return the organization of *namespace*, which may be deleted; empty if unknown."""
    for organization in environment.organizations:
        if any(namespace == each.name for each in organization.namespaces):
            return organization.name
    owners: Sequence[Organization] = sorted(
        environment.organizations, key=lambda each: len(each.prefix), reverse=True
    )
    return next((o.name for o in owners if namespace.startswith(f"{o.prefix}-")), "")
