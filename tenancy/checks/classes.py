"""Storage, priority and device classes: granted ones exist, and names are allowed."""

from collections.abc import Collection, Iterable, Iterator

from tenancy.diagnostics import Finding, Origin, Severity, misnamed, nearest, quoted
from tenancy.kubernetes.names import InvalidNameError, parse_subdomain
from tenancy.model import Organization, Platform

__all__ = ["class_names", "classes"]


def classes(organizations: Iterable[Organization], platform: Platform) -> Iterator[Finding]:
    """Refuse grants of storage and priority classes that *platform* does not have."""
    for organization in organizations:
        for namespace in organization.namespaces:
            for key, kind, names, known in (
                (
                    "storageClasses",
                    "storage class",
                    namespace.storage_classes or (),
                    platform.storage_classes,
                ),
                (
                    "priorityClasses",
                    "priority class",
                    namespace.priority_classes,
                    platform.priority_classes,
                ),
            ):
                for name in names:
                    if name not in known:
                        yield _unknown(
                            f"the {kind} {quoted(name)}",
                            nearest(name, known),
                            known,
                            namespace.origin / key,
                            organization.name,
                            is_written=platform.is_written,
                        )


def _unknown(
    found: str,
    guess: str | None,
    known: Collection[str],
    origin: Origin,
    organization: str,
    *,
    is_written: bool,
) -> Finding:
    return Finding(
        code="class-unknown",
        origin=origin,
        found=found,
        allowed=f"a class of the platform ({', '.join(sorted(known)) or 'it has none'})",
        remedy=f"did you mean {guess!r}?" if guess else "add it to the platform first",
        severity=Severity.ERROR if is_written else Severity.NOT_CHECKED,
        organization=organization,
    )


def class_names(platform: Platform) -> Iterator[Finding]:
    """Yield findings about the names of *platform*'s classes."""
    for key, kind, names in (
        ("storageClasses", "storage class", platform.storage_classes),
        ("priorityClasses", "priority class", platform.priority_classes),
        ("deviceClasses", "device class", platform.device_classes),
    ):
        for name in names:
            place = platform.origin / key / name
            try:
                parse_subdomain(name, what=f"a {kind}'s name")
            except InvalidNameError as error:
                yield misnamed(error, code="class-name", origin=place, what=f"the {kind}")
            if kind == "priority class" and name.startswith("system-"):
                yield Finding(
                    code="priority-class-reserved",
                    origin=place,
                    found=f"the priority class {quoted(name)}",
                    allowed="names that do not begin with system-, which is reserved for "
                    "Kubernetes",
                    remedy="give it another name",
                )
