"""Where each value of a namespace comes from: its file, its line, and what leads there."""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import attrs

from tenancy.assessment import Assessment
from tenancy.config.document import JSON
from tenancy.diagnostics import NotFoundError, Origin, PathStep
from tenancy.model import Environment, LimitRange, Namespace

__all__ = ["ExplainedNamespace", "ExplainedValue", "PlaceOfValue", "explain"]

_CONTAINER_KEYS: Final = {
    "default": "default",
    "default_request": "defaultRequest",
    "max": "max",
    "min": "min",
    "max_limit_request_ratio": "maxLimitRequestRatio",
}
_TYPES: Final = {"Container": "container", "Pod": "pod"}


@attrs.frozen(kw_only=True)
class PlaceOfValue:
    """
    A place in a file.

    Attributes:
        file: The file, relative to the project.
        line: From 1; None if it is not known.
        path: The keys that lead there.
        found: What is written there; None for the value itself.
    """

    file: str
    line: int | None
    path: str
    found: str | None = None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


@attrs.frozen(kw_only=True)
class ExplainedValue:
    """
    A value of a namespace.

    Attributes:
        key: As the files write it, such as `quota.requests.cpu`.
        value: The value in words.
        places: Where it is written, then what leads there: the name of a profile, the
            namespace that it is inherited from. Empty for a default.
    """

    key: str
    value: str
    places: tuple[PlaceOfValue, ...]


@attrs.frozen(kw_only=True)
class ExplainedNamespace:
    """A namespace in one stack, where it is written, and its values."""

    name: str
    environment: str
    stack: str
    cluster: str
    place: PlaceOfValue
    values: tuple[ExplainedValue, ...]


def explain(
    assessment: Assessment, name: str, *, key: str | None = None, stack: str | None = None
) -> tuple[ExplainedNamespace, ...]:
    """
    Return the namespace *name* in each stack that has it, and where its values come from.

    Args:
        assessment: The project.
        name: The namespace's name in the cluster.
        key: Only values of this key: `quota.requests.cpu`, its end `requests.cpu`, or a
            beginning such as `quota`. Default: all.
        stack: Only this stack. Default: all.

    Raises:
        NotFoundError: There is no such namespace, or it has no value of that key.
    """
    pairs = [
        (environment, namespace)
        for environment, namespace in assessment.tenancy.namespaces
        if stack in (None, environment.stack)
    ]
    wanted = [pair for pair in pairs if pair[1].name == name]
    if not wanted:
        raise NotFoundError("namespace", name, sorted({one.name for _, one in pairs}))
    explained = [_Explanation(assessment, *pair) for pair in wanted]
    found = [(one, _matching(one.values(), key)) for one in explained]
    if not any(values for _, values in found):
        keys = dict.fromkeys(value.key for one in explained for value in one.values())
        raise NotFoundError("value", str(key), keys)
    return tuple(one.with_values(values) for one, values in found)


def _matching(values: Iterable[ExplainedValue], key: str | None) -> tuple[ExplainedValue, ...]:
    """Return the values whose key is *key*, else those that end or begin with it."""
    found = tuple(values)
    if key is None:
        return found
    exact = tuple(value for value in found if value.key == key)
    return exact or tuple(
        value
        for value in found
        if value.key.endswith(f".{key}") or value.key.startswith(f"{key}.")
    )


class _Explanation:
    """Finds the places of one namespace's values."""

    def __init__(
        self, assessment: Assessment, environment: Environment, namespace: Namespace
    ) -> None:
        self.documents = assessment.documents
        self.environment = environment
        self.namespace = namespace
        self.platform = assessment.tenancy.platform_of(environment)
        self.organization = next(
            one for one in environment.organizations if one.name == namespace.organization
        )
        by_id = {one.id: one for one in self.organization.namespaces}
        ids = (namespace.id, *namespace.lineage)
        self.tiers = tuple(
            tier for one in ids if one in by_id for tier in self._tiers(by_id[one])
        )

    def with_values(self, values: tuple[ExplainedValue, ...]) -> ExplainedNamespace:
        return ExplainedNamespace(
            name=self.namespace.name,
            environment=self.environment.name,
            stack=self.environment.stack,
            cluster=self.environment.cluster.name,
            place=self._place(self.namespace.origin),
            values=values,
        )

    def values(self) -> Iterator[ExplainedValue]:
        """Yield every value, in the order of an organization's file."""
        one = self.namespace
        yield self._value("name", one.name, one.origin / "id")
        yield from self._quotas()
        yield from self._limit_ranges()
        for grant in one.grants:
            yield self._value(f"gpus.{grant.pool}", f"{grant.gpus}", grant.origin)
        for binding in one.bindings:
            for subject, origin in zip(binding.subjects, binding.origins, strict=True):
                yield self._value(f"members.{binding.role}", str(subject), origin)
        level = one.pod_security
        yield self._value("podSecurity.enforce", level.enforce, level.origin)
        yield from self._network()
        mode = "audit" if one.enforcement.is_audit else "enforce"
        yield self._value("enforcement.mode", mode, one.enforcement.origin)
        if one.billing is not None:
            group = one.billing.subscription_group
            yield self._value("billing.subscriptionGroup", group, one.billing.origin)
        for key, value in self._plain():
            yield self._value(key, value, self._nearest(key))
        yield from self._objects()
        is_kept = "no" if one.protect else "yes"
        deletion = Origin(self.environment.origin.source) / "allowDeletion"
        yield self._value("allowDeletion", is_kept, None if one.protect else deletion)

    def _quotas(self) -> Iterator[ExplainedValue]:
        for quota in self.namespace.quotas:
            name = "quota" if quota.name == "quota" else f"quotas.{quota.name}"
            for key, limit in quota.hard.items():
                yield self._value(f"{name}.{key}", str(limit), limit.origin)

    def _limit_ranges(self) -> Iterator[ExplainedValue]:
        one = self.namespace
        if one.limit_range is not None:
            yield from self._limits("limitRange", one.limit_range)
        for further in one.further_limit_ranges:
            yield from self._limits(f"limitRanges.{further.name}", further)

    def _limits(self, name: str, limit_range: LimitRange) -> Iterator[ExplainedValue]:
        for item in limit_range.items:
            of = _TYPES.get(item.type, "persistentVolumeClaim")
            for field, key in _CONTAINER_KEYS.items():
                for resource, limit in getattr(item, field).items():
                    path = f"{name}.{of}.{key}.{resource}"
                    yield self._value(path, str(limit), limit.origin)

    def _network(self) -> Iterator[ExplainedValue]:
        network = self.namespace.network
        origin = network.origin
        plain: Mapping[str, object] = {
            "sameOrganization": "yes" if network.same_organization else "no",
            "observability": "yes" if network.observability else "no",
            "metricsPorts": ", ".join(map(str, network.metrics_ports)),
            "sharedServices": ", ".join(network.shared_services),
            "egressCidrs": ", ".join(network.egress_cidrs),
            "ingress": len(network.ingress),
            "egress": len(network.egress),
        }
        for key, value in plain.items():
            place = None if origin is None or not self._has(origin / key) else origin / key
            if value or place is not None:
                yield self._value(f"network.{key}", str(value), place)

    def _objects(self) -> Iterator[ExplainedValue]:
        """Yield what the platform puts there, and the image pull secrets of `default`."""
        one = self.namespace
        for found in one.objects:
            key = f"namespaceObjects.{found.kind}/{found.name}"
            yield self._value(key, found.api_version, found.origin)
        listed = {
            template.image_pull_secret: template.origin / "imagePullSecret"
            for template in self.platform.namespace_objects
        }
        for name in one.image_pull_secrets:
            place = listed.get(name) or self._nearest("imagePullSecrets")
            yield self._value(f"imagePullSecrets.{name}", "the Secret's name", place)

    def _plain(self) -> Iterator[tuple[str, str]]:
        one = self.namespace
        lists = {
            "storageClasses": one.storage_classes,
            "priorityClasses": one.priority_classes,
            "hosts": one.hosts,
            "ignore": one.ignored,
        }
        texts: Mapping[str, str | int | None] = {
            "displayName": one.display_name,
            "owner": one.owner,
            "subscription": one.subscription,
            "workload": one.workload,
            "loadBalancers": one.load_balancers,
        }
        yield from ((key, str(value)) for key, value in texts.items() if value is not None)
        yield from ((key, ", ".join(value)) for key, value in lists.items() if value)
        for name, by_key in (("labels", one.labels), ("annotations", one.annotations)):
            yield from ((f"{name}.{key}", value) for key, value in by_key.items())

    def _value(self, key: str, value: str, origin: Origin | None) -> ExplainedValue:
        places = () if origin is None else (self._place(origin), *self._leading_to(origin))
        return ExplainedValue(key=key, value=value, places=places)

    def _leading_to(self, origin: Origin) -> Iterator[PlaceOfValue]:
        """Yield what leads to *origin*: the name of its profile, and its namespace."""
        profile = _step_after("profiles", origin.path)
        for tier, inherited_by in self.tiers:
            written = tier / "profile"
            is_named = profile is not None and self._at(written) == profile
            if not is_named and not _is_below(origin, tier):
                continue
            if is_named:
                yield attrs.evolve(self._place(written), found=str(profile))
            if inherited_by is not None:
                yield attrs.evolve(self._place(inherited_by), found=str(self._at(inherited_by)))
            return

    def _tiers(self, one: Namespace) -> Iterator[tuple[Origin, Origin | None]]:
        """Yield where *one* is written, the nearest first, and the key that inherits it."""
        inherits: Origin | None = None
        if one.id != self.namespace.id:
            inherits = self.namespace.origin / "inheritFrom"
            if not self._has(inherits):
                inherits = self.organization.origin / "defaultNamespace"
        stack = Origin(self.environment.origin.source)
        override = stack.within(("organizations", one.organization, "namespaces", one.id))
        if self._has(override):
            yield override, inherits
        yield one.origin, inherits

    def _nearest(self, key: str) -> Origin | None:
        """Return where *key* is written: for the namespace, an ancestor, its organization."""
        steps = tuple(key.split(".", 1))
        origins = (*(tier for tier, _ in self.tiers), self.organization.origin)
        return next((o.within(steps) for o in origins if self._has(o.within(steps))), None)

    def _has(self, origin: Origin) -> bool:
        return self._at(origin) is not None

    def _at(self, origin: Origin) -> JSON:
        document = self.documents.get(origin.source)
        return None if document is None else document.at(origin.path)

    def _place(self, origin: Origin) -> PlaceOfValue:
        document = self.documents.get(origin.source)
        line = None if document is None else document.line(origin.path)
        return PlaceOfValue(file=origin.source, line=line, path=origin.dotted)


def _step_after(key: str, path: tuple[PathStep, ...]) -> PathStep | None:
    return next((after for step, after in itertools.pairwise(path) if step == key), None)


def _is_below(origin: Origin, above: Origin) -> bool:
    return origin.source == above.source and origin.path[: len(above.path)] == above.path
