"""Everything else that people wrote and that differs: limit ranges, labels, pod security, …."""

from collections.abc import Iterator, Mapping
from typing import Final

import attrs

from tenancy.config.document import JSON

__all__ = ["SettingChange", "platform_setting_changes", "setting_changes"]

_SAID_ELSEWHERE: Final = frozenset({"id", "quotas", "members", "gpus"})


@attrs.frozen(kw_only=True, slots=True)
class SettingChange:
    """
    One value of one namespace, or of the platform.

    Attributes:
        namespace: None where it is the platform's, and holds for all.
        setting: Its path, in the words of the config: `limitRange.Container.max.cpu`.
        before: In words; None where it was not set.
        after: Likewise.
    """

    organization: str | None
    namespace: str | None
    setting: str
    before: str | None
    after: str | None


def setting_changes(
    organization: str,
    before: Mapping[str, Mapping[str, JSON]],
    after: Mapping[str, Mapping[str, JSON]],
) -> Iterator[SettingChange]:
    """
    Yield each value that differs in a namespace that there was and still is.

    What is unscoped in quotas, members and GPUs have parts of their own; quotas with scopes are
    among these values, for they bound no namespace.

    Args:
        organization: Whose they are.
        before: Its namespaces as the record has them, by name.
        after: The same, as they will be.
    """
    for name, new in after.items():
        old = before.get(name)
        if old is None:
            continue
        was, now = dict(_leaves(_rest(old))), dict(_leaves(_rest(new)))
        for path in dict.fromkeys((*was, *now)):
            if was.get(path) != now.get(path):
                yield SettingChange(
                    organization=organization,
                    namespace=name,
                    setting=path,
                    before=was.get(path),
                    after=now.get(path),
                )


def platform_setting_changes(
    before: Mapping[str, JSON], after: Mapping[str, JSON]
) -> Iterator[SettingChange]:
    """Yield each value of a platform that differs; a record without any says nothing."""
    if not before:
        return
    was, now = dict(_leaves(dict(before))), dict(_leaves(dict(after)))
    for path in dict.fromkeys((*was, *now)):
        if was.get(path) != now.get(path):
            yield SettingChange(
                organization=None,
                namespace=None,
                setting=path,
                before=was.get(path),
                after=now.get(path),
            )


def _rest(namespace: Mapping[str, JSON]) -> dict[str, JSON]:
    rest = {key: value for key, value in namespace.items() if key not in _SAID_ELSEWHERE}
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
        # The engine gives whole numbers back as floating-point ones.
        yield path, ", ".join(str(int(v)) if isinstance(v, float) else str(v) for v in value)
