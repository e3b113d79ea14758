"""The target of the last update, read from the snapshot in the stack's outputs."""

from collections.abc import Iterator, Mapping, Sequence

import attrs

from tenancy.config.document import JSON, mapping
from tenancy.diagnostics import Origin, TenancyError
from tenancy.kubernetes.quantity import Quantity
from tenancy.model import (
    Enforcement,
    Grant,
    Limit,
    Limits,
    Namespace,
    Organization,
    PodSecurity,
    Quota,
    RoleBinding,
    Rule,
    ScopeExpression,
    Subject,
    SubjectKind,
)
from tenancy.planning.network_data import restored_network
from tenancy.planning.snapshot import VERSION

__all__ = ["Before", "PoolBefore", "restore"]

_PLACE = Origin("the last update")


@attrs.frozen(kw_only=True, slots=True)
class PoolBefore:
    """The numbers of a GPU node pool."""

    max_nodes: int
    resources: Mapping[str, int]

    def capacity(self, resource: str) -> int:
        """Return the largest number of devices of *resource* on all of its nodes."""
        return self.resources.get(resource, 0) * self.max_nodes


@attrs.frozen(kw_only=True, eq=False)
class Before:
    """
    One stack after its last update.

    Attributes:
        organizations: An environment's; the origin of their namespaces is the last update.
        settings: Each namespace as recorded, by name.
        shared: A platform's public and the shared namespaces.
        released: A platform's namespaces that may be deleted.
        pools: A platform's, by name.
        operators: A platform's.
        rules: The rules of a platform's own roles, by role; None in an older record.
        platform_settings: A platform's settings that apply to namespaces; empty in an
            older record.
        cohort: The cohort of a platform's queues; None without queues.
    """

    stack: str
    organizations: tuple[Organization, ...] = ()
    settings: Mapping[str, Mapping[str, JSON]] = attrs.field(factory=dict)
    shared: tuple[str, ...] = ()
    released: tuple[str, ...] = ()
    pools: Mapping[str, PoolBefore] = attrs.field(factory=dict)
    operators: tuple[str, ...] = ()
    rules: Mapping[str, tuple[Rule, ...]] | None = None
    platform_settings: Mapping[str, JSON] = attrs.field(factory=dict)
    cohort: str | None = None

    @property
    def namespaces(self) -> Iterator[Namespace]:
        """Every namespace of every organization."""
        for organization in self.organizations:
            yield from organization.namespaces


def restore(snapshot: Mapping[str, JSON]) -> Before | None:
    """
    Return what *snapshot* records; None if there was no update.

    Raises:
        TenancyError: Another version wrote it, whose keys may have another meaning.
    """
    if not snapshot:
        return None
    if snapshot.get("version") != VERSION:
        raise TenancyError(
            f"the last update left a record of version {snapshot.get('version')}, and this "
            f"version reads {VERSION}; the changes are unknown, so nothing was changed; use "
            "the version of tenancy that made the last update, or a newer one"
        )
    stack, environment = _text(snapshot.get("stack")), _text(snapshot.get("environment"))
    found = _mappings(snapshot.get("organizations"))
    roles = snapshot.get("roles")
    return Before(
        stack=stack,
        organizations=tuple(
            _organization(name, value, stack, environment) for name, value in found.items()
        ),
        settings={
            name: value
            for organization in found.values()
            for name, value in _mappings(organization.get("namespaces")).items()
        },
        shared=_texts(snapshot.get("namespaces")),
        released=_texts(snapshot.get("released")),
        pools={
            name: PoolBefore(
                max_nodes=_count(value.get("maxNodes")),
                resources={k: _count(v) for k, v in mapping(value.get("resources")).items()},
            )
            for name, value in _mappings(snapshot.get("pools")).items()
        },
        operators=_texts(snapshot.get("operators")),
        rules={name: _rules(value) for name, value in roles.items()}
        if isinstance(roles, Mapping)
        else None,
        platform_settings=mapping(snapshot.get("settings")),
        cohort=_text(mapping(snapshot.get("queues")).get("cohort")) or None,
    )


def _organization(
    name: str, value: Mapping[str, JSON], stack: str, environment: str
) -> Organization:
    ceiling = value.get("ceiling")
    return Organization(
        name=name,
        prefix=_text(value.get("prefix")),
        environment=environment,
        stack=stack,
        origin=_PLACE,
        queue_weight=_count(value.get("queueWeight", 1)),
        ceiling=_limits(ceiling) if isinstance(ceiling, Mapping) else None,
        namespaces=tuple(
            _namespace(final, written, name, stack, environment)
            for final, written in _mappings(value.get("namespaces")).items()
        ),
    )


def _namespace(
    name: str, value: Mapping[str, JSON], organization: str, stack: str, environment: str
) -> Namespace:
    workload = value.get("workload")
    return Namespace(
        name=name,
        id=_text(value.get("id")),
        organization=organization,
        environment=environment,
        stack=stack,
        origin=_PLACE,
        workload=workload if isinstance(workload, str) else None,
        lineage=_texts(value.get("inheritsFrom")),
        quotas=tuple(_quotas(_mappings(value.get("quotas")))),
        limit_range=None,
        bindings=tuple(_bindings(mapping(value.get("members")))),
        grants=tuple(_grants(_mappings(value.get("gpus")))),
        network=restored_network(mapping(value.get("network"))),
        pod_security=PodSecurity(
            enforce=_text(value.get("podSecurity")),
            version="",
            exceptions=dict.fromkeys(_texts(value.get("podSecurityExceptions")), ""),
        ),
        enforcement=Enforcement(
            is_audit=value.get("enforcement") == "audit",
            pod_security=_text(value.get("enforcementPodSecurity")) or None,
        ),
        protect=value.get("protect") is not False,
    )


def _quotas(quotas: Mapping[str, Mapping[str, JSON]]) -> Iterator[Quota]:
    for name, value in quotas.items():
        selector = value.get("scopeSelector")
        yield Quota(
            name=name,
            hard=_limits(mapping(value.get("hard"))),
            origin=_PLACE,
            scopes=_texts(value.get("scopes")),
            scope_selector=tuple(
                ScopeExpression(
                    scope_name=_text(e.get("scopeName")),
                    operator=_text(e.get("operator")),
                    values=_texts(e.get("values")),
                )
                for e in _list(selector)
                if isinstance(e, Mapping)
            ),
        )


def _bindings(members: Mapping[str, JSON]) -> Iterator[RoleBinding]:
    for role, names in members.items():
        subjects = tuple(subject(name) for name in _texts(names))
        yield RoleBinding(role=role, subjects=subjects, origins=(_PLACE,) * len(subjects))


def subject(text: str) -> Subject:
    """
    Return the subject that *text* names.

    >>> subject("ServiceAccount acme-dev/runner").namespace
    'acme-dev'
    """
    kind, _, name = text.partition(" ")
    found = SubjectKind(kind)
    if found is not SubjectKind.SERVICE_ACCOUNT:
        return Subject(kind=found, name=name)
    namespace, _, account = name.partition("/")
    return Subject(kind=found, name=account, namespace=namespace)


def _grants(gpus: Mapping[str, Mapping[str, JSON]]) -> Iterator[Grant]:
    for name, value in gpus.items():
        pool, _, resource = name.partition(":")
        most = value.get("maxPerPod")
        yield Grant(
            pool=pool,
            resource=resource,
            gpus=_count(value.get("gpus")),
            max_per_pod=None if most is None else _count(most),
            origin=_PLACE,
            borrowing_limit=_count(value.get("borrowing")),
            lending_limit=None if (lent := value.get("lending")) is None else _count(lent),
        )


def _rules(value: JSON) -> tuple[Rule, ...]:
    return tuple(
        Rule(
            api_groups=_texts(rule.get("apiGroups")),
            resources=_texts(rule.get("resources")),
            verbs=_texts(rule.get("verbs")),
            resource_names=_texts(rule.get("resourceNames")),
        )
        for rule in _list(value)
        if isinstance(rule, Mapping)
    )


def _limits(value: Mapping[str, JSON]) -> Limits:
    return {
        key: Limit(Quantity.parse_stored(_text(text)), _PLACE) for key, text in value.items()
    }


def _mappings(value: JSON) -> dict[str, Mapping[str, JSON]]:
    return {k: v for k, v in mapping(value).items() if isinstance(v, Mapping)}


def _list(value: JSON) -> Sequence[JSON]:
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


def _texts(value: JSON) -> tuple[str, ...]:
    return tuple(_text(item) for item in _list(value))


def _text(value: JSON) -> str:
    return "" if value is None else str(value)


def _count(value: JSON) -> int:
    # The engine returns every number as a floating-point number.
    return int(value) if isinstance(value, int | float) else 0
