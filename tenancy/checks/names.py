"""Names: ids, prefixes and final names, which are unique on a cluster."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from tenancy.checks.adoption import adoption
from tenancy.checks.labels import label_value, labels
from tenancy.diagnostics import Finding, Severity, counted, misnamed, quoted
from tenancy.kubernetes.names import (
    InvalidNameError,
    parse_label,
    parse_namespace_id,
    parse_namespace_name,
    parse_prefix,
    reserved_prefix_reason,
    reserved_reason,
)
from tenancy.model import Environment, Namespace, Organization, Platform, namespace_name

__all__ = [
    "environment_names",
    "name_template",
    "namespace_count",
    "organization_names",
    "prefixes",
]

_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
_PLACEHOLDERS: Final = ("prefix", "environment", "id")


def organization_names(
    organizations: Iterable[Organization],
    platform: Platform,
    template: str = "{prefix}-{id}",
) -> Iterator[Finding]:
    """
    Yield findings about the names of *organizations* and of their namespaces.

    Args:
        organizations: The organizations of one environment.
        platform: The platform of its cluster, with the longest length of an id.
        template: The template of namespace names.
    """
    longest = platform.max_id_length
    for organization in organizations:
        is_lone = _is_lone(organization)
        if not is_lone:
            yield from _organization(organization, longest, platform)
        # The prefix has a finding of its own.
        is_prefix_kept = not is_lone and reserved_prefix_reason(organization.prefix) is not None
        for namespace in organization.namespaces:
            yield from _namespace(organization, namespace, longest, template, is_prefix_kept)
            yield from labels(namespace)


def _is_lone(organization: Organization) -> bool:
    """Whether it is a standalone namespace, whose name does not follow the template."""
    found = organization.namespaces
    return bool(found) and all(_stands_alone(organization, namespace) for namespace in found)


def _stands_alone(organization: Organization, namespace: Namespace) -> bool:
    is_named_by_id = namespace.id == namespace.name and namespace.adopted is None
    return is_named_by_id and bool(organization.prefix)


def _organization(
    organization: Organization, longest: int, platform: Platform
) -> Iterator[Finding]:
    name, origin = organization.name, organization.origin
    try:
        parse_label(name, what="an organization's name")
    except InvalidNameError as error:
        yield misnamed(
            error,
            code="organization-name",
            origin=origin,
            what="the organization's name",
            organization=name,
        )
    yield from _prefix(organization, longest, platform)
    if (billing := organization.billing) is not None:
        yield from label_value(
            billing.subscription_group, billing.origin / "subscriptionGroup", name
        )
        if billing.cost_center is not None:
            yield from label_value(billing.cost_center, billing.origin / "costCenter", name)


def _prefix(organization: Organization, longest: int, platform: Platform) -> Iterator[Finding]:
    name, origin = organization.name, organization.origin
    if not organization.prefix and name in platform.plain_names:
        return
    if not organization.prefix:
        yield Finding(
            code="prefix-empty",
            origin=origin / "prefix",
            found=f"an empty prefix of the organization {name}",
            allowed="an empty prefix of organizations that the platform lists under plainNames"
            f" ({', '.join(platform.plain_names) or 'it lists none'})",
            remedy=f"write a prefix, or list {name} under plainNames",
            organization=name,
        )
        return
    try:
        parse_prefix(organization.prefix, longest)
    except InvalidNameError as error:
        yield misnamed(
            error,
            code="prefix",
            origin=origin / "prefix",
            what="the prefix",
            organization=name,
        )
    if (reason := reserved_prefix_reason(organization.prefix)) is not None:
        yield Finding(
            code="prefix-reserved",
            origin=origin / "prefix",
            found=f"the prefix {organization.prefix!r}",
            allowed=f"a prefix that is not reserved; {reason}",
            remedy="choose another prefix",
            organization=name,
        )


def _namespace(
    organization: Organization,
    namespace: Namespace,
    longest: int,
    template: str,
    is_prefix_kept: bool,
) -> Iterator[Finding]:
    origin, name = namespace.origin, organization.name
    is_well_named, is_lone = True, _stands_alone(organization, namespace)
    is_adopted = namespace.adopted is not None
    try:
        if is_adopted:
            parse_label(namespace.id, what="an adopted namespace's id")
        elif not is_lone:
            parse_namespace_id(namespace.id, longest)
    except InvalidNameError as error:
        is_well_named = False
        yield misnamed(
            error,
            code="namespace-id",
            origin=origin / "id",
            what="the namespace id",
            organization=name,
        )
    place = origin / ("name" if is_lone else "id")
    if _has_adopted_name(namespace):
        place = origin / "adopted" / "name"
        is_well_named = True
    try:
        parse_namespace_name(namespace.name)
    except InvalidNameError as error:
        # The id has a finding of its own; a too long name is another mistake.
        if is_well_named:
            yield misnamed(
                error,
                code="namespace-name",
                origin=place,
                what="the namespace's name",
                organization=name,
            )
    reason = reserved_reason(namespace.name)
    if reason is not None and not (is_prefix_kept and not _has_adopted_name(namespace)):
        yield Finding(
            code="namespace-name-reserved",
            origin=place,
            found=f"the namespace's name {quoted(namespace.name)}",
            allowed=f"a name that is not reserved; {reason}",
            remedy="leave it out of the adoption; if organizations are to reach it, list it"
            " under shared of the platform with `managed: false`"
            if _has_adopted_name(namespace)
            else "choose another prefix or id",
            organization=name,
        )
    if namespace.adopted is not None:
        rule = _by_rule(organization, namespace, template)
        yield from adoption(
            namespace, namespace.adopted, rule, is_id_uncut=not _is_id(namespace.id, longest)
        )


def _is_id(text: str, longest: int) -> bool:
    try:
        parse_namespace_id(text, longest)
    except InvalidNameError:
        return False
    return True


def _has_adopted_name(namespace: Namespace) -> bool:
    return namespace.adopted is not None and namespace.adopted.name is not None


def _by_rule(organization: Organization, namespace: Namespace, template: str) -> str:
    return namespace_name(
        template,
        prefix=organization.prefix,
        environment=organization.environment,
        identifier=namespace.id,
    )


def environment_names(environment: Environment) -> Iterator[Finding]:
    """Yield findings about the names of *environment* itself, which become labels."""
    try:
        parse_label(environment.name, what="an environment's name")
    except InvalidNameError as error:
        yield misnamed(
            error,
            code="environment-name",
            origin=environment.origin / "environment",
            what="the environment's name",
        )
    yield from label_value(environment.stack, environment.origin, None)


def name_template(environment: Environment) -> Iterator[Finding]:
    """Refuse a template whose names are ambiguous."""
    template = environment.name_template
    reason = _template_reason(template)
    if reason is not None:
        yield Finding(
            code="name-template",
            origin=environment.origin / "nameTemplate",
            found=f"the template {quoted(template)}, {reason}",
            allowed="{prefix} and {id} once each, and {environment}, joined by hyphens",
            remedy='write "{prefix}-{id}" or "{prefix}-{environment}-{id}"',
        )


def _template_reason(template: str) -> str | None:
    found = _PLACEHOLDER.findall(template)
    for name in found:
        if name not in _PLACEHOLDERS:
            return f"with the unknown placeholder {{{name}}}"
    for name in ("prefix", "id"):
        if found.count(name) != 1:
            return f"which contains {{{name}}} {counted(found.count(name), 'time')}"
    before, _, after = template.partition("{id}")
    if before[-1:] not in ("", "-") or after[:1] not in ("", "-"):
        return "in which {id} is not separated by hyphens"
    if "}{" in template:
        return "in which two parts are not separated by a hyphen"
    try:
        parse_namespace_name(_PLACEHOLDER.sub("a", template))
    except InvalidNameError:
        return "which does not give a namespace name"
    return None


def namespace_count(
    organizations: Sequence[Organization], most: int, *, is_whole: bool = True
) -> Iterator[Finding]:
    """
    Refuse more namespaces than an organization may have.

    Args:
        organizations: One organization in each of its environments.
        most: The platform's limit.
        is_whole: Whether these are all of its environments. Otherwise namespaces for other
            environments count too.
    """
    first = organizations[0]
    count = sum(len(found.namespaces) for found in organizations)
    if not is_whole:
        count = max(count, first.written_namespaces)
    if count <= most:
        return
    yield Finding(
        code="too-many-namespaces",
        origin=first.origin / "namespaces",
        found=f"{counted(count, 'namespace')} of the organization {first.name}",
        allowed=f"at most {most} over all environments",
        remedy=f"remove {count - most}, or raise limits.namespaces of the platform",
        organization=first.name,
        details=tuple(
            f"{found.stack}: {', '.join(n.name for n in found.namespaces)}"
            f" ({len(found.namespaces)})"
            for found in organizations
        ),
    )


def prefixes(
    by_name: Mapping[str, Sequence[Organization]],
) -> Iterator[Finding]:
    """Refuse two prefixes of one organization, and one prefix of two organizations."""
    holders: dict[str, str] = {}
    for name, organizations in by_name.items():
        first = organizations[0]
        for other in organizations[1:]:
            if other.prefix != first.prefix:
                yield Finding(
                    code="prefix-differs",
                    origin=other.origin / "prefix",
                    found=f"the prefix {quoted(other.prefix)} of the organization {name}",
                    allowed=f"one prefix everywhere: {quoted(first.prefix)} in {first.stack}",
                    remedy=f"describe it once, in organizations/{name}.yaml",
                    organization=name,
                )
        # Without prefixes, names are compared over the whole cluster instead.
        holder = holders.setdefault(first.prefix, name) if first.prefix else name
        if holder != name:
            yield Finding(
                code="prefix-shared",
                origin=first.origin / "prefix",
                found=f"the prefix {first.prefix!r}, which the organization {holder} has too",
                allowed="a prefix of its own, which identifies the organization of a namespace",
                remedy="give one of the two a different prefix",
                severity=Severity.WARNING,
                organization=name,
            )
