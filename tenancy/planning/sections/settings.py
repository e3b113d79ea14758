"""All other written values that change: limit ranges, labels, pod security, billing, …."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import attrs
from pydantic import with_config
from typing_extensions import TypedDict

from tenancy.config.document import JSON
from tenancy.planning import snapshot
from tenancy.planning.comparison import Comparison
from tenancy.planning.facts import Fact, shortened
from tenancy.planning.section import Section
from tenancy.planning.shapes import CLOSED

__all__ = ["SettingChange", "Settings"]

_IN_OTHER_SECTIONS: Final = frozenset({"id", "quotas", "members", "gpus", "objects"})


@attrs.frozen(kw_only=True, slots=True)
class SettingChange:
    """
    One value of one namespace, or of the platform.

    Attributes:
        organization: None for the platform's.
        namespace: None if it is the platform's, and applies to all namespaces.
        setting: Its path, with the keys of the config: `limitRange.Container.max.cpu`.
        before: As text; None if it was not set.
        after: As text; None if it will not be set.
    """

    organization: str | None
    namespace: str | None
    setting: str
    before: str | None
    after: str | None


@with_config(CLOSED)
class SettingData(TypedDict):
    """Any other value of a namespace, or of the platform; null means not set."""

    organization: str | None
    namespace: str | None
    setting: str
    before: str | None
    after: str | None


@attrs.frozen
class Settings(Section):
    """Every changed value of an existing namespace or of the platform."""

    name = "settings"
    shape = list[SettingData]

    changes: Sequence[SettingChange]

    @classmethod
    def compute(cls, comparison: Comparison) -> "Settings":
        """Return the values that differ; a first update has none."""
        before = comparison.before
        if before is None:
            return cls(())
        if comparison.environment is None:
            now = snapshot.platform_settings(comparison.platform)
            return cls(tuple(_of_platform(before.platform_settings, now)))
        return cls(
            tuple(
                change
                for namespace in comparison.namespaces_after
                if namespace.name in before.settings
                for change in _of_namespace(
                    namespace.organization,
                    namespace.name,
                    before.settings[namespace.name],
                    snapshot.namespace(namespace),
                )
            )
        )

    def facts(self) -> Iterator[Fact]:
        """Yield one fact for all namespaces of an organization with the same change."""
        rows: dict[tuple[str | None, str | None], list[str]] = {}
        for change in self.changes:
            before, after = change.before or "not set", change.after or "not set"
            rows.setdefault((change.organization, change.namespace), []).append(
                f"{change.setting} {before} → {after}"
            )
        alike: dict[tuple[str | None, tuple[str, ...]], list[str]] = {}
        for (organization, namespace), texts in rows.items():
            alike.setdefault((organization, tuple(texts)), []).append(
                namespace or "the platform"
            )
        for (organization, lines), names in alike.items():
            text = f"{shortened(names)}: {', '.join(lines)}"
            yield self.fact(text, organization=organization)

    def data(self) -> list[SettingData]:
        """Return the values in order."""
        return [
            {
                "organization": change.organization,
                "namespace": change.namespace,
                "setting": change.setting,
                "before": change.before,
                "after": change.after,
            }
            for change in self.changes
        ]


def _of_namespace(
    organization: str, name: str, before: Mapping[str, JSON], after: Mapping[str, JSON]
) -> Iterator[SettingChange]:
    """
    Yield each value of one namespace that differs.

    Unscoped quotas, members and GPUs have sections of their own. Quotas with scopes are among
    these values: they limit only a part of the namespace.
    """
    for path, was, now in _differing(_rest(before), _rest(after)):
        yield SettingChange(
            organization=organization, namespace=name, setting=path, before=was, after=now
        )


def _of_platform(
    before: Mapping[str, JSON], after: Mapping[str, JSON]
) -> Iterator[SettingChange]:
    """Yield each changed value of a platform; older records contain none."""
    if not before:
        return
    for path, was, now in _differing(before, after):
        yield SettingChange(
            organization=None, namespace=None, setting=path, before=was, after=now
        )


def _differing(
    before: Mapping[str, JSON], after: Mapping[str, JSON]
) -> Iterator[tuple[str, str | None, str | None]]:
    was, now = dict(_leaves(dict(before))), dict(_leaves(dict(after)))
    for path in dict.fromkeys((*was, *now)):
        if was.get(path) != now.get(path):
            yield path, was.get(path), now.get(path)


def _rest(namespace: Mapping[str, JSON]) -> dict[str, JSON]:
    rest = {key: value for key, value in namespace.items() if key not in _IN_OTHER_SECTIONS}
    quotas = namespace.get("quotas")
    scoped: dict[str, JSON] = {
        name: quota
        for name, quota in (quotas.items() if isinstance(quotas, Mapping) else ())
        if isinstance(quota, Mapping) and (quota.get("scopes") or quota.get("scopeSelector"))
    }
    if scoped:
        rest["quotas"] = scoped
    return rest


def _leaves(value: JSON, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, str):
        yield path, value
    elif isinstance(value, bool):
        yield path, "yes" if value else "no"
    elif isinstance(value, int | float):
        yield path, str(int(value))
    elif value:
        # The engine returns whole numbers as floating-point numbers.
        yield path, ", ".join(str(int(v)) if isinstance(v, float) else str(v) for v in value)
