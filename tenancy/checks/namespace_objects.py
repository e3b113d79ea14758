"""Objects that a platform puts into namespaces: harmless kinds, valid, and without secrets."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from tenancy.config.document import JSON
from tenancy.diagnostics import (
    Finding,
    Origin,
    PathStep,
    Severity,
    has_secret,
    misnamed,
    nearest,
    quoted,
)
from tenancy.kubernetes import labels
from tenancy.kubernetes.names import (
    InvalidNameError,
    parse_label_key,
    parse_label_value,
    parse_subdomain,
)
from tenancy.model import (
    FACTS,
    Environment,
    Namespace,
    NamespaceObject,
    ObjectTemplate,
    Organization,
    Platform,
    facts_in,
    group_of,
    is_fact,
)

__all__ = ["carried", "image_pull_secrets", "templates", "unused"]

_API_VERSION: Final = re.compile(r"(?:[a-z0-9][a-z0-9.-]*/)?v[0-9]+(?:(?:alpha|beta)[0-9]+)?")
_KIND: Final = re.compile(r"[A-Z][A-Za-z0-9]*")
_RESOURCE: Final = re.compile(r"[a-z][a-z0-9-]*")
_NOT_WRITTEN: Final = (
    *("namespace", "generateName", "uid", "resourceVersion", "managedFields"),
    *("ownerReferences", "creationTimestamp", "selfLink", "generation", "deletionTimestamp"),
)
_KUBERNETES: Final = frozenset(
    (
        *("admissionregistration.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io"),
        *("apps", "authentication.k8s.io", "authorization.k8s.io", "autoscaling", "batch"),
        *("certificates.k8s.io", "coordination.k8s.io", "discovery.k8s.io", "events.k8s.io"),
        *("extensions", "flowcontrol.apiserver.k8s.io", "internal.apiserver.k8s.io"),
        *("networking.k8s.io", "node.k8s.io", "policy", "rbac.authorization.k8s.io"),
        *("resource.k8s.io", "scheduling.k8s.io", "storage.k8s.io"),
        "storagemigration.k8s.io",
    )
)
_GUARDRAILS: Final[Mapping[str, str]] = {
    "authorization.openshift.io": "it gives permissions: write them under roles and members",
    "capsule.clastix.io": "it changes policies",
    "cilium.io": "it allows traffic: write it under network",
    "config.gatekeeper.sh": "it changes policies",
    "constraints.gatekeeper.sh": "it changes policies",
    "crd.antrea.io": "it allows traffic: write it under network",
    "crd.projectcalico.org": "it allows traffic: write it under network",
    "hnc.x-k8s.io": "it copies permissions and quotas",
    "k8s.ovn.org": "it allows traffic: write it under network",
    "kueue.x-k8s.io": "it changes queues: write them under queues and gpus",
    "kyverno.io": "it changes policies",
    "mutations.gatekeeper.sh": "it changes policies",
    "policies.kubewarden.io": "it changes policies",
    "policies.kyverno.io": "it changes policies",
    "policy.networking.k8s.io": "it allows traffic: write it under network",
    "projectcalico.org": "it allows traffic: write it under network",
    "quota.openshift.io": "it limits namespaces: write it under quota",
    "templates.gatekeeper.sh": "it changes policies",
    labels.DOMAIN: "it changes what this tool manages",
}
"""Custom API groups whose objects are guardrails or access, and why they are refused."""
_KINDS: Final = (
    ("NetworkPolicy", "it allows traffic: write it under network"),
    ("Quota", "it limits namespaces: write it under quota"),
    ("LimitRange", "it limits pods: write it under limitRange"),
    ("AdmissionPolicy", "it changes admission"),
    ("WebhookConfiguration", "it changes admission"),
)
_REASONS: Final[Mapping[str, str]] = {
    "Secret": "its values would be in the files or in the state: list an ExternalSecret, or"
    " write the Secret's name under imagePullSecret",
    "ServiceAccount": "members create their own service accounts; what an account may do"
    " is written"
    " under members",
    "Role": "write it under roles",
    "RoleBinding": "write it under members",
    "ClusterRole": "write it under roles",
    "ClusterRoleBinding": "write it under members",
    "NetworkPolicy": "write it under network",
    "ResourceQuota": "write it under quota",
    "LimitRange": "write it under limitRange",
}
_ALLOWED: Final = (
    "a ConfigMap, or an object of a custom kind that neither limits namespaces nor gives access"
)


def templates(platform: Platform) -> Iterator[Finding]:
    """Yield findings about what *platform* puts into namespaces, as it is written."""
    for template in platform.namespace_objects:
        yield from _choice(template)
        for key, value in template.match_labels.items():
            yield from _label(key, value, template.origin / "matchLabels" / key)
        if template.image_pull_secret is not None:
            yield from _name(
                template.image_pull_secret, template.origin / "imagePullSecret", "the Secret"
            )
        if template.manifest is not None:
            yield from _manifest(template, template.manifest)


def unused(platform: Platform, environments: Iterable[Environment]) -> Iterator[Finding]:
    """Warn of labels that no namespace of *environments*, those on *platform*, has."""
    namespaces = [namespace for found in environments for namespace in found.namespaces]
    carried_at = {one.origin for found in namespaces for one in found.objects}
    for template in platform.namespace_objects:
        is_carried = template.origin / "manifest" in carried_at or any(
            template.image_pull_secret in found.image_pull_secrets for found in namespaces
        )
        if namespaces and template.match_labels and not is_carried:
            yield Finding(
                code="namespace-object-unused",
                origin=template.origin / "matchLabels",
                found="labels that no namespace on the platform has",
                allowed="labels of namespaces, as they are written or as Tenancy sets them",
                remedy="correct the labels, or remove the entry",
                severity=Severity.WARNING,
            )


def image_pull_secrets(
    organizations: Iterable[Organization], platform: Platform
) -> Iterator[Finding]:
    """Refuse names of image pull secrets that no Secret can have."""
    listed = {template.image_pull_secret for template in platform.namespace_objects}
    for organization in organizations:
        for namespace in organization.namespaces:
            for name in namespace.image_pull_secrets:
                if name not in listed:
                    place = namespace.origin / "imagePullSecrets"
                    yield from _name(name, place, "the Secret", organization.name)


def carried(organizations: Iterable[Organization]) -> Iterator[Finding]:
    """Yield findings about the objects of each namespace, with its facts filled in."""
    for organization in organizations:
        for namespace in organization.namespaces:
            yield from _of_namespace(namespace)


def _of_namespace(namespace: Namespace) -> Iterator[Finding]:
    seen: dict[tuple[str, str, str], NamespaceObject] = {}
    for found in namespace.objects:
        # Facts that are missing have a finding of their own.
        if not any(facts_in(found.name)):
            place = found.origin / "metadata" / "name"
            yield from _name(found.name, place, "the object")
        identity = group_of(found.api_version), found.kind, found.name
        if identity in seen:
            yield Finding(
                code="namespace-object-twice",
                origin=found.origin,
                found=f"a second {found} for the namespace {namespace.name}, after"
                f" {seen[identity].origin}",
                allowed="each object once in a namespace",
                remedy="give it another name, or select other namespaces with matchLabels",
            )
        seen.setdefault(identity, found)


def _choice(template: ObjectTemplate) -> Iterator[Finding]:
    count = (template.manifest is not None) + (template.image_pull_secret is not None)
    if count != 1:
        yield _wrong(
            "namespace-object-choice",
            template.origin,
            "both manifest and imagePullSecret" if count else "an entry without an object",
            "exactly one of manifest and imagePullSecret",
            "write manifest or imagePullSecret",
        )


def _manifest(template: ObjectTemplate, manifest: Mapping[str, JSON]) -> Iterator[Finding]:
    place = template.origin / "manifest"
    wrong = list(_head(manifest, place))
    yield from wrong
    if not wrong:
        yield from _kind(template, place)
    yield from _metadata(manifest.get("metadata"), place / "metadata")
    if template.resource is not None and not _RESOURCE.fullmatch(template.resource):
        yield _wrong(
            "namespace-object-manifest",
            template.origin / "resource",
            f"the resource {quoted(template.resource)}",
            "the plural name of the kind, in lower case",
            "write it as `kubectl api-resources` lists it",
        )
    for name, path in facts_in(manifest):
        if not is_fact(name):
            guess = nearest(name, FACTS)
            yield _wrong(
                "namespace-object-fact",
                place.within(path),
                f"{{namespace.{name}}}",
                f"{', '.join(FACTS)}, labels.<key> and annotations.<key>",
                f"did you mean {{namespace.{guess}}}?" if guess else "write one of these names",
            )
    for path, text in _texts(manifest):
        if has_secret(text, path):
            yield _wrong(
                "namespace-object-secret",
                place.within(path),
                "a value that is a secret, by its form or by its key",
                "objects without secrets: files and state are not encrypted",
                "keep it in a store of secrets, and list an ExternalSecret that names it",
            )
    if template.kind == "ConfigMap":
        yield from _config_map(manifest, place)


def _head(manifest: Mapping[str, JSON], place: Origin) -> Iterator[Finding]:
    for key, rule in (("apiVersion", _API_VERSION), ("kind", _KIND)):
        value = manifest.get(key)
        if not isinstance(value, str) or not rule.fullmatch(value):
            yield _wrong(
                "namespace-object-manifest",
                place / key if key in manifest else place,
                f"{key} {quoted(value)}" if key in manifest else f"a manifest without {key}",
                "apiVersion and kind, as the API server lists them",
                "write `apiVersion: v1` and `kind: ConfigMap`, or those of a custom kind",
            )
    if "status" in manifest:
        yield _wrong(
            "namespace-object-manifest",
            place / "status",
            "a status",
            "what people write; controllers write the status",
            "remove it",
        )


def _kind(template: ObjectTemplate, place: Origin) -> Iterator[Finding]:
    group, kind = group_of(template.api_version), template.kind
    reason: str | None = None
    if not group or group in _KUBERNETES:
        if (group, kind) == ("", "ConfigMap"):
            return
        reason = _REASONS.get(kind, "only ConfigMaps of Kubernetes' own kinds may be listed")
    elif group in _GUARDRAILS:
        reason = _GUARDRAILS[group]
    else:
        reason = next((why for part, why in _KINDS if part in kind), None)
    if reason is not None:
        yield _wrong(
            "namespace-object-kind",
            place / "kind",
            f"the kind {kind} of {template.api_version}: {reason}",
            _ALLOWED,
            "remove the entry",
        )


def _metadata(metadata: JSON, place: Origin) -> Iterator[Finding]:
    if not isinstance(metadata, Mapping) or not isinstance(metadata.get("name"), str):
        yield _wrong(
            "namespace-object-manifest",
            place,
            "a manifest without metadata.name",
            "objects with a name",
            "write metadata: {name: …}",
        )
        return
    name = str(metadata["name"])
    if not any(facts_in(name)):
        yield from _name(name, place / "name", "the object")
    for key in _NOT_WRITTEN:
        if key in metadata:
            yield _wrong(
                "namespace-object-manifest",
                place / key,
                f"metadata.{key}",
                "name, labels, annotations and finalizers; Tenancy sets the namespace",
                "remove it",
            )
    for part in ("labels", "annotations"):
        written = metadata.get(part)
        for key, value in written.items() if isinstance(written, Mapping) else ():
            yield from _entry(part, key, value, place / part / key)


def _entry(part: str, key: str, value: JSON, place: Origin) -> Iterator[Finding]:
    domain = key.partition("/")[0] if "/" in key else ""
    if (
        domain == labels.DOMAIN
        or domain.endswith(f".{labels.DOMAIN}")
        or domain == "pulumi.com"
    ):
        yield _wrong(
            "namespace-object-manifest",
            place,
            f"the key {quoted(key)}",
            f"{part} of your own; those of {domain} are set by Tenancy",
            "remove it",
        )
    elif not isinstance(value, str):
        yield _text(place, value)
    elif part == "labels" and not any(facts_in(value)):
        yield from _label(key, value, place)


def _config_map(manifest: Mapping[str, JSON], place: Origin) -> Iterator[Finding]:
    for part in ("data", "binaryData"):
        written = manifest.get(part)
        for key, value in written.items() if isinstance(written, Mapping) else ():
            if not isinstance(value, str):
                yield _text(place / part / key, value)


def _text(place: Origin, value: JSON) -> Finding:
    return _wrong(
        "namespace-object-manifest",
        place,
        f"{quoted(value)}, which is not text",
        "text, as the API server requires here",
        "write it in quotes",
    )


def _label(key: str, value: str, place: Origin) -> Iterator[Finding]:
    try:
        parse_label_key(key)
        parse_label_value(value)
    except InvalidNameError as error:
        yield misnamed(error, code="namespace-object-label", origin=place, what="the label")


def _name(
    name: str, place: Origin, what: str, organization: str | None = None
) -> Iterator[Finding]:
    try:
        parse_subdomain(name, what="an object's name")
    except InvalidNameError as error:
        yield misnamed(
            error,
            code="namespace-object-name",
            origin=place,
            what=f"{what} named",
            organization=organization,
        )


def _texts(
    value: JSON | Mapping[str, JSON], path: tuple[PathStep, ...] = ()
) -> Iterator[tuple[tuple[PathStep, ...], str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, entry in value.items():
            yield from _texts(entry, (*path, key))
    elif isinstance(value, list | tuple):
        for index, entry in enumerate(value):
            yield from _texts(entry, (*path, index))


def _wrong(code: str, origin: Origin, found: str, allowed: str, remedy: str) -> Finding:
    return Finding(code=code, origin=origin, found=found, allowed=allowed, remedy=remedy)
