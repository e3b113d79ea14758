"""What would be loosened: limits and Pod Security levels that a namespace has now."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import attrs

from tenancy.config.document import JSON, mapping, text, texts
from tenancy.drifting.difference import Identity
from tenancy.kubernetes.pods import POD_SECURITY_LABEL, POD_SECURITY_LEVELS
from tenancy.kubernetes.quantity import InvalidQuantityError, Quantity
from tenancy.manifests import Manifest

__all__ = ["Weakened", "weakened"]

Live = Mapping[Identity, Mapping[str, JSON]]

_VERSION: Final = f"{POD_SECURITY_LABEL}-version"
_LATEST: Final = 2**31
_UPPER: Final = ("max", "default", "maxLimitRequestRatio")
"""Parts of a limit range that are looser if they are larger, or missing."""
_LOWER: Final = ("min", "defaultRequest")
"""Parts of a limit range that are looser if they are smaller, or missing."""


@attrs.frozen(kw_only=True, slots=True, order=True)
class Weakened:
    """One value of an object that would allow more than it does now."""

    object: Identity
    what: str


def weakened(desired: Iterable[Manifest], live: Live) -> Iterator[Weakened]:
    """Yield every value of *desired* that allows more than the object in *live* does."""
    for manifest in desired:
        identity = Identity.of(manifest)
        there = live.get(identity)
        reader = _READERS.get(identity.kind)
        if there is not None and reader is not None:
            for what in reader(manifest, there):
                yield Weakened(object=identity, what=what)


def _namespace(manifest: Mapping[str, object], live: Mapping[str, JSON]) -> Iterator[str]:
    after, before = _labels(manifest), _labels(live)
    now, was = after.get(POD_SECURITY_LABEL), before.get(POD_SECURITY_LABEL)
    if was in POD_SECURITY_LEVELS and now in POD_SECURITY_LEVELS:
        if POD_SECURITY_LEVELS.index(now) < POD_SECURITY_LEVELS.index(was):
            yield f"Pod Security {was} becomes {now}"
        elif _VERSION in after and _minor(after[_VERSION]) < _minor(
            before.get(_VERSION, "latest")
        ):
            yield (
                f"the version of Pod Security {before.get(_VERSION, 'latest')} becomes"
                f" {after[_VERSION]}"
            )


def _labels(manifest: Mapping[str, object]) -> Mapping[str, str]:
    metadata = manifest.get("metadata")
    return texts(metadata.get("labels")) if isinstance(metadata, dict) else {}


def _minor(version: str) -> int:
    """Return the number after `v1.`; `latest` is newer than all."""
    number = version.removeprefix("v1.")
    return int(number) if number.isdigit() else _LATEST


def _quota(manifest: Mapping[str, object], live: Mapping[str, JSON]) -> Iterator[str]:
    spec = manifest.get("spec")
    wanted = texts(spec.get("hard")) if isinstance(spec, dict) else {}
    for key, was in texts(mapping(live.get("spec")).get("hard")).items():
        if (now := wanted.get(key)) is None:
            yield f"{key} {was} is no longer limited"
        elif _is_more(now, was):
            yield f"{key} {was} becomes {now}"


def _limit_range(manifest: Mapping[str, object], live: Mapping[str, JSON]) -> Iterator[str]:
    wanted, there = _items(manifest.get("spec")), _items(live.get("spec"))
    for (kind, part, name), was in there.items():
        now = wanted.get((kind, part, name))
        place = f"{part} {name} of each {kind}"
        if now is None and part in (*_UPPER, *_LOWER):
            yield f"{place} {was} is no longer set"
        elif now is not None and (
            (part in _UPPER and _is_more(now, was)) or (part in _LOWER and _is_more(was, now))
        ):
            yield f"{place} {was} becomes {now}"


def _items(spec: object) -> dict[tuple[str, str, str], str]:
    limits = spec.get("limits") if isinstance(spec, dict) else None
    return {
        (text(item, "type"), part, name): amount
        for item in map(mapping, limits if isinstance(limits, list) else ())
        for part in (*_UPPER, *_LOWER)
        for name, amount in texts(item.get(part)).items()
    }


def _account(manifest: Mapping[str, object], live: Mapping[str, JSON]) -> Iterator[str]:
    if live.get("automountServiceAccountToken") is False and manifest.get(
        "automountServiceAccountToken"
    ):
        yield "its token would be mounted in every pod"


def _is_more(one: str, other: str) -> bool:
    try:
        return Quantity.parse_stored(one) > Quantity.parse_stored(other)
    except InvalidQuantityError:
        return one != other


_READERS: Final = {
    "LimitRange": _limit_range,
    "Namespace": _namespace,
    "ResourceQuota": _quota,
    "ServiceAccount": _account,
}
