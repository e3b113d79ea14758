"""Which namespaces are adopted, and into which organizations."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

import attrs

from tenancy import manifests
from tenancy.config.document import JSON, mapping, texts
from tenancy.diagnostics import RefusedError, counted
from tenancy.drifting import KINDS, Identity
from tenancy.kubernetes import ANNOTATION, labels
from tenancy.manifests import Manifest
from tenancy.model import Environment, Namespace, Platform

__all__ = ["Selection", "grouped", "selected", "unfinished"]

Live = Mapping[Identity, Mapping[str, JSON]]


@attrs.frozen(kw_only=True)
class Selection:
    """
    Namespaces by name or by label, and the rule that gives each its organization.

    Attributes:
        names: Their names in the cluster.
        selector: Also those with these labels, as `key=value`, `key!=value`, `key` or `!key`,
            comma-separated. Default: none.
        organization: The one organization of all of them. Default: `group_by` gives it.
        group_by: `label:<key>`, `annotation:<key>`, or `name:<pattern>` whose first group is
            the organization. Default: `organization` is given.
    """

    names: Sequence[str] = ()
    selector: str | None = None
    organization: str | None = None
    group_by: str | None = None


def grouped(
    selection: Selection,
    live: Live,
    described: Mapping[str, str],
    begun: Collection[str] = (),
) -> Mapping[str, Sequence[str]]:
    """
    Return the names of the selected namespaces by organization.

    Args:
        described: The organizations of namespaces that the files describe already.
        begun: The namespaces whose adoption was interrupted, as `unfinished` gives them.

    Raises:
        RefusedError: Nothing is selected, or one has no organization.
    """
    found: dict[str, list[str]] = {}
    for name in selected(selection, live, begun):
        organization = described.get(name) or selection.organization
        if organization is None and selection.group_by is None:
            raise RefusedError(reason="give --organization, or --group-by")
        if organization is None:
            namespace = live[Identity(kind="Namespace", name=name)]
            organization = _organization(name, namespace, selection.group_by or "")
        found.setdefault(organization, []).append(name)
    return found


def selected(selection: Selection, live: Live, begun: Collection[str] = ()) -> list[str]:
    """
    Return the names of the selected namespaces.

    Args:
        begun: The namespaces whose adoption was interrupted.

    Raises:
        RefusedError: Nothing is selected, one does not exist, or a stack manages it.
    """
    names = list(dict.fromkeys(selection.names))
    matching = _matching(selection.selector, live)
    names += [
        name
        for name, marks in matching.items()
        if name not in names and (name in begun or marks.get(labels.MANAGED) != "true")
    ]
    if not names and matching:
        raise RefusedError(
            reason=f"nothing is left to adopt: stacks of Tenancy manage"
            f" {counted(len(matching), 'namespace')} that --selector {selection.selector}"
            " matches, and it matches no others"
        )
    if not names:
        raise RefusedError(reason="no namespace is selected; name some, or give --selector")
    _require_unmanaged([name for name in names if name not in begun], live)
    return names


def _matching(selector: str | None, live: Live) -> Mapping[str, Mapping[str, str]]:
    """Return the labels of each namespace that *selector* matches, by name."""
    if selector is None:
        return {}
    matches = _matcher(selector)
    return {
        identity.name: _labels(found)
        for identity, found in sorted(live.items(), key=lambda pair: pair[0])
        if identity.kind == "Namespace" and matches(_labels(found))
    }


def unfinished(environment: Environment, platform: Platform, live: Live) -> frozenset[str]:
    """
    Return the namespaces whose adoption was interrupted: not all objects were applied.

    An object that was handed over has our label already; the engine adds its field manager.

    Args:
        environment: The environment of the stack, as its files describe it.
        platform: The platform of its cluster.
        live: At least every object of `KINDS`.
    """
    return frozenset(
        namespace.name
        for namespace in environment.namespaces
        if namespace.adopted is not None
        and namespace.adopted.origin == "adopt"
        and _is_of(live.get(Identity(kind="Namespace", name=namespace.name), {}), environment)
        and any(
            not _is_applied(live.get(Identity.of(manifest), {}))
            for manifest in _objects(namespace, platform)
        )
    )


def _is_applied(found: Mapping[str, JSON]) -> bool:
    is_ours = _labels(found).get(labels.MANAGED) == "true"
    return is_ours and ANNOTATION in _texts(found, "annotations")


def _is_of(namespace: Mapping[str, JSON], environment: Environment) -> bool:
    marks = _labels(namespace)
    return marks.get(labels.MANAGED) == "true" and marks.get(labels.STACK) == environment.stack


def _objects(namespace: Namespace, platform: Platform) -> Iterator[Manifest]:
    rendered = manifests.namespace(namespace, platform)
    for manifest in (*rendered.guardrails, *rendered.access):
        if manifest["kind"] in KINDS:
            yield manifest


def _require_unmanaged(names: Sequence[str], live: Live) -> None:
    """
    Refuse namespaces that do not exist, are being deleted, or are managed already.

    Raises:
        RefusedError: A namespace is one of these.
    """
    for name in names:
        namespace = live.get(Identity(kind="Namespace", name=name))
        if namespace is None:
            raise RefusedError(reason=f"namespace {name}: it does not exist on the cluster")
        if "deletionTimestamp" in mapping(namespace.get("metadata")):
            raise RefusedError(
                reason=f"namespace {name}: it is being deleted; leave it out of the selection"
            )
        if _labels(namespace).get(labels.MANAGED) == "true":
            raise RefusedError(
                reason=f"namespace {name}: a stack of Tenancy manages it already"
            )


def _organization(name: str, namespace: Mapping[str, JSON], rule: str) -> str:
    kind, _, what = rule.partition(":")
    if kind == "name":
        try:
            match = re.fullmatch(what, name)
        except re.error as error:
            raise RefusedError(
                reason=f"--group-by {rule}: the pattern is not valid: {error}"
            ) from error
        value = match[1] if match and match.re.groups else None
    elif kind in ("label", "annotation"):
        value = _texts(namespace, f"{kind}s").get(what)
    else:
        raise RefusedError(
            reason=f"--group-by {rule}: write label:<key>, annotation:<key> or name:<pattern>"
        )
    # An organization's name is a DNS label; owners are often written for people.
    label = re.sub(r"[^a-z0-9]+", "-", str(value or "").lower()).strip("-")[:40].strip("-")
    if not label:
        raise RefusedError(
            reason=f"namespace {name}: --group-by {rule} gives it no organization; leave it"
            " out of the selection, or adopt it by name with --organization"
        )
    return label


def _matcher(selector: str) -> "_Matcher":
    terms = []
    for term in selector.split(","):
        match = re.fullmatch(r"\s*(!?)([^=!\s]+)\s*(?:(!=|==?)\s*([^=\s]*))?\s*", term)
        if match is None:
            raise RefusedError(
                reason=f"--selector {selector}: {term!r} is not key=value, key!=value, key or"
                " !key"
            )
        terms.append((match[2], match[3], match[4] or "", bool(match[1])))
    return _Matcher(tuple(terms))


@attrs.frozen
class _Matcher:
    terms: tuple[tuple[str, str | None, str, bool], ...]

    def __call__(self, found: Mapping[str, str]) -> bool:
        return all(self._one(found, *term) for term in self.terms)

    @staticmethod
    def _one(
        found: Mapping[str, str], key: str, operator: str | None, value: str, negated: bool
    ) -> bool:
        if operator is None:
            return (key in found) is not negated
        return (found.get(key) == value) is (operator != "!=")


def _labels(manifest: Mapping[str, JSON]) -> Mapping[str, str]:
    return _texts(manifest, "labels")


def _texts(manifest: Mapping[str, JSON], part: str) -> Mapping[str, str]:
    return texts(mapping(manifest.get("metadata")).get(part))
