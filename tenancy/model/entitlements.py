"""The profiles, quotas and limit ranges of one namespace, and where they come from."""

from collections.abc import Mapping

import attrs

from tenancy.config.spec import (
    EntitlementsSpec,
    GrantSpec,
    LimitRangeSpec,
    PodSecuritySpec,
    ProfileSpec,
    QuotaSpec,
)
from tenancy.diagnostics import Origin
from tenancy.kubernetes.quantity import Quantity
from tenancy.model.access import Member, members
from tenancy.model.network import Network, network
from tenancy.model.platform import Platform
from tenancy.model.quota import (
    Limit,
    LimitRange,
    LimitRangeItem,
    Limits,
    Quota,
    ScopeExpression,
)

__all__ = [
    "LIMITS_NAME",
    "QUOTA_NAME",
    "Entitlements",
    "Profiles",
    "limits",
]

QUOTA_NAME = "quota"
"""The name of a namespace's main ResourceQuota."""
LIMITS_NAME = "limits"
"""The name of a namespace's LimitRange."""


@attrs.frozen(kw_only=True, slots=True)
class Entitlements:
    """Quotas, members, traffic and settings of a namespace; None for what was not written."""

    quotas: tuple[Quota, ...] = ()
    without_quota: bool = False
    limit_range: LimitRange | None = None
    limit_ranges: tuple[LimitRange, ...] = ()
    grants: tuple[tuple[GrantSpec, Origin], ...] | None = None
    members: tuple[Member, ...] | None = None
    network: Network | None = None
    pod_security: tuple[PodSecuritySpec, Origin] | None = None
    storage_classes: tuple[str, ...] | None = None
    priority_classes: tuple[str, ...] | None = None
    load_balancers: int | None = None

    def with_own(
        self, spec: EntitlementsSpec, origin: Origin, profile: "Entitlements | None"
    ) -> "Entitlements":
        """
        Return these entitlements with *spec*, written at *origin*, on top.

        Args:
            profile: The profile that *spec* names; it replaces the
                quotas and limit range of these entitlements, and *spec*'s own keys are added to
                it.
        """
        start = profile if profile is not None else self
        is_without = spec.quota is not None and not spec.quota
        return Entitlements(
            quotas=_quotas(() if is_without else start.quotas, spec.quota, spec.quotas, origin),
            without_quota=is_without or (start.without_quota and not spec.quota),
            limit_range=start.limit_range
            if spec.limit_range is None
            else _limit_range(spec.limit_range, origin / "limitRange"),
            limit_ranges=_limit_ranges(start.limit_ranges, spec.limit_ranges or {}, origin),
            grants=self.grants
            if spec.gpus is None
            else tuple((grant, origin / "gpus" / i) for i, grant in enumerate(spec.gpus)),
            members=self.members
            if spec.members is None
            else members(spec.members, origin / "members"),
            network=self.network
            if spec.network is None
            else network(spec.network, origin / "network"),
            pod_security=self.pod_security
            if spec.pod_security is None
            else (spec.pod_security, origin / "podSecurity"),
            storage_classes=self.storage_classes
            if spec.storage_classes is None
            else spec.storage_classes,
            priority_classes=self.priority_classes
            if spec.priority_classes is None
            else spec.priority_classes,
            load_balancers=self.load_balancers
            if spec.load_balancers is None
            else spec.load_balancers,
        )


class Profiles:
    """
    Profiles by name, each resolved only once.

    Args:
        written: By name.
        origin: Where they are written.
        others: The profiles that count where *written* does not have the name. Default: none.
    """

    def __init__(
        self,
        written: Mapping[str, ProfileSpec],
        origin: Origin,
        others: "Profiles | None" = None,
    ) -> None:
        self._written = written
        self._origin = origin
        self._others = others
        self._resolved: dict[str, Entitlements] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The names, as written, the nearest first."""
        others = () if self._others is None else self._others.names
        return tuple(dict.fromkeys((*self._written, *others)))

    @classmethod
    def of_platform(cls, platform: Platform) -> "Profiles":
        """Return those of *platform*, which every environment on it may use."""
        return cls(platform.profiles, platform.origin / "profiles")

    def get(self, name: str) -> Entitlements | None:
        """Return the profile called *name*, if there is one."""
        if name not in self._resolved:
            if (spec := self._written.get(name)) is None:
                return None if self._others is None else self._others.get(name)
            origin = self._origin / name
            limit_range = spec.limit_range
            self._resolved[name] = Entitlements(
                quotas=_quotas((), spec.quota, spec.quotas, origin),
                without_quota="quota" in spec.model_fields_set and not spec.quota,
                limit_range=None
                if limit_range is None
                else _limit_range(limit_range, origin / "limitRange"),
                limit_ranges=_limit_ranges((), spec.limit_ranges, origin),
            )
        return self._resolved[name]


def limits(written: Mapping[str, Quantity], origin: Origin) -> Limits:
    """Return *written*, the mapping at *origin*, with the origin of each value."""
    return {key: Limit(quantity, origin / key) for key, quantity in written.items()}


def _quotas(
    start: tuple[Quota, ...],
    hard: Mapping[str, Quantity] | None,
    further: Mapping[str, QuotaSpec] | None,
    origin: Origin,
) -> tuple[Quota, ...]:
    if not hard and not further:
        return start
    named = {quota.name: quota for quota in start}
    if hard:
        own = limits(hard, origin / "quota")
        main = named.get(QUOTA_NAME)
        named[QUOTA_NAME] = (
            Quota(name=QUOTA_NAME, hard=own, origin=origin / "quota")
            if main is None
            else attrs.evolve(main, hard={**main.hard, **own})
        )
    for name, spec in (further or {}).items():
        place = origin / "quotas" / name
        named[name] = Quota(
            name=name,
            hard=limits(spec.hard, place / "hard"),
            origin=place,
            scopes=spec.scopes,
            scope_selector=tuple(
                ScopeExpression(scope_name=e.scope_name, operator=e.operator, values=e.values)
                for e in spec.scope_selector
            ),
        )
    return tuple(
        sorted(named.values(), key=lambda quota: (quota.name != QUOTA_NAME, quota.name))
    )


def _limit_ranges(
    start: tuple[LimitRange, ...], further: Mapping[str, LimitRangeSpec], origin: Origin
) -> tuple[LimitRange, ...]:
    if not further:
        return start
    named = {found.name: found for found in start}
    for name, spec in further.items():
        place = origin / "limitRanges" / name
        named[name] = attrs.evolve(_limit_range(spec, place), name=name)
    return tuple(named[name] for name in sorted(named))


def _limit_range(spec: LimitRangeSpec, origin: Origin) -> LimitRange:
    items = []
    if (container := spec.container) is not None:
        place = origin / "container"
        items.append(
            LimitRangeItem(
                type="Container",
                origin=place,
                default=limits(container.default, place / "default"),
                default_request=limits(container.default_request, place / "defaultRequest"),
                max=limits(container.max, place / "max"),
                min=limits(container.min, place / "min"),
                max_limit_request_ratio=limits(
                    container.max_limit_request_ratio, place / "maxLimitRequestRatio"
                ),
            )
        )
    for type_name, key, bounds in (
        ("Pod", "pod", spec.pod),
        ("PersistentVolumeClaim", "persistentVolumeClaim", spec.persistent_volume_claim),
    ):
        if bounds is not None:
            place = origin / key
            items.append(
                LimitRangeItem(
                    type=type_name,
                    origin=place,
                    max=limits(bounds.max, place / "max"),
                    min=limits(bounds.min, place / "min"),
                    max_limit_request_ratio=limits(
                        bounds.max_limit_request_ratio, place / "maxLimitRequestRatio"
                    ),
                )
            )
    return LimitRange(name=LIMITS_NAME, items=tuple(items), origin=origin)
