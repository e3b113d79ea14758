"""Functions that judge an object as an admission policy will once the namespace is enforced."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

import attrs

from tenancy import manifests as render
from tenancy.config.document import mapping, texts
from tenancy.kubernetes import is_obeyed_domain
from tenancy.kubernetes.pods import Fields
from tenancy.kubernetes.pods import mapping as mapping_of
from tenancy.model import Enforcement, Namespace, Platform

__all__ = [
    "BY_OPERATOR",
    "ExpectedRefusal",
    "Judge",
    "Rules",
    "annotation_refusals",
    "metadata_of",
    "spec_of",
]

BY_OPERATOR: Final = "let an operator make its changes"
"""The remedy for objects that members may not change: the policies accept operators."""


@attrs.frozen(kw_only=True, slots=True)
class ExpectedRefusal:
    """
    Why an object would be refused.

    Attributes:
        reason: What it has, as the end of "refused while …".
        remedy: What to do.
        is_new: Whether only new objects like it are refused, not changes of this one.
    """

    reason: str
    remedy: str
    is_new: bool = False


@attrs.frozen(kw_only=True)
class Rules:
    """
    The facts of a namespace by which the policies decide.

    Attributes:
        namespace: After the update.
        platform: The platform of its cluster.
        annotations: The annotations of the Namespace, when it is enforced.
    """

    namespace: Namespace
    platform: Platform
    annotations: Mapping[str, str]

    @classmethod
    def of(cls, namespace: Namespace, platform: Platform) -> "Rules":
        """Return the rules of *namespace* when it is enforced."""
        enforced = attrs.evolve(namespace, enforcement=Enforcement())
        found = render.namespace(enforced, platform).namespace
        metadata = mapping(found["metadata"])  # type: ignore[arg-type]
        return cls(
            namespace=namespace,
            platform=platform,
            annotations=texts(metadata.get("annotations")),
        )

    def listed(self, key: str, separator: str = ",") -> list[str]:
        """Return the entries of the annotation *key*."""
        return [one for one in self.annotations.get(key, "").split(separator) if one]


Judge = Callable[[Fields, Rules], Iterator[ExpectedRefusal]]


def spec_of(found: Fields) -> Fields:
    """Return the spec of *found*."""
    return mapping_of(found.get("spec"))


def metadata_of(found: Fields) -> Fields:
    """Return the metadata of *found*."""
    return mapping_of(found.get("metadata"))


def annotation_refusals(
    owner: Fields, allowed: Iterable[str], key: str, *, is_new: bool = True
) -> Iterator[ExpectedRefusal]:
    """
    Yield the annotations of *owner* that are not allowed, in one refusal.

    Args:
        owner: What has a field `annotations`.
        allowed: Domains and whole keys.
        key: The list of the platform that opens others.
        is_new: Whether those that an object has already stay allowed. Default: they do.
    """
    known = tuple(allowed)
    if found := sorted(
        one for one in mapping_of(owner.get("annotations")) if not _is_allowed(str(one), known)
    ):
        yield ExpectedRefusal(
            reason=f"it has the annotations {', '.join(map(str, found))}",
            remedy=f"list them under allowed.{key} of the platform, or remove them",
            is_new=is_new,
        )


def _is_allowed(key: str, known: tuple[str, ...]) -> bool:
    domain, slash, _ = key.partition("/")
    if not slash:
        return "." not in key
    return key in known or (domain in known and not is_obeyed_domain(domain))
