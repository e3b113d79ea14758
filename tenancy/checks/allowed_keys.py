"""Labels and annotations of namespaces: keys without a domain, and those the platform lists."""

from collections.abc import Collection, Iterable, Iterator

from tenancy.diagnostics import Finding, Severity, quoted
from tenancy.kubernetes import is_obeyed_domain, is_obeyed_name
from tenancy.kubernetes.names import (
    InvalidNameError,
    parse_annotation_key,
    reserved_key_reason,
)
from tenancy.model import Namespace, Organization, Platform

__all__ = ["allowed_keys", "listed_domains"]


def allowed_keys(
    organizations: Iterable[Organization], platform: Platform
) -> Iterator[Finding]:
    """Refuse labels and annotations of namespaces that *platform* does not allow."""
    if not platform.is_written:
        return
    for organization in organizations:
        for namespace in organization.namespaces:
            yield from _keys(
                namespace, "label", namespace.labels, platform.allowed.namespace_labels
            )
            yield from _keys(
                namespace,
                "annotation",
                namespace.annotations,
                platform.allowed.namespace_annotations,
            )


def listed_domains(platform: Platform) -> Iterator[Finding]:
    """Warn of domains in *platform*'s lists that stay closed because controllers obey them."""
    allowed = platform.allowed
    lists = (
        ("podAnnotations", allowed.pod_annotations),
        ("claimAnnotations", allowed.claim_annotations),
        ("serviceAnnotations", allowed.service_annotations),
        ("ingressAnnotations", allowed.ingress_annotations),
        ("gatewayAnnotations", allowed.gateway_annotations),
        ("namespaceLabels", allowed.namespace_labels),
        ("namespaceAnnotations", allowed.namespace_annotations),
    )
    for key, listed in lists:
        for index, entry in enumerate(listed):
            if "/" not in entry and is_obeyed_domain(entry):
                yield Finding(
                    code="allowed-domain-closed",
                    origin=platform.origin / "allowed" / key / index,
                    found=f"the domain {quoted(entry)}, which has no effect",
                    allowed="domains that runtimes, networks, injectors and policy engines do"
                    " not obey; of the others, whole keys only",
                    remedy=f"write each key that is needed, as {entry}/…, or remove it",
                    severity=Severity.WARNING,
                )


def _keys(
    namespace: Namespace, what: str, written: Iterable[str], listed: Collection[str]
) -> Iterator[Finding]:
    for key in written:
        if _is_allowed(key, listed) or _is_refused_elsewhere(key):
            continue
        domain, slash, _ = key.rpartition("/")
        is_obeyed = is_obeyed_domain(domain) if slash else is_obeyed_name(key)
        yield Finding(
            code="label-not-allowed" if what == "label" else "annotation-not-allowed",
            origin=namespace.metadata_origin(f"{what}s", key),
            found=f"the {what} {quoted(key)}"
            + (", which controllers of the cluster obey" if is_obeyed else ""),
            allowed=f"{what}s without a domain, and those that the platform lists"
            f" ({', '.join(listed) or 'it lists none'})",
            remedy=f"use a key without a domain, or list it in the platform's file under"
            f" allowed.namespace{what.capitalize()}s",
            organization=namespace.organization,
        )


def _is_refused_elsewhere(key: str) -> bool:
    """Whether *key* is malformed or reserved, which has findings of its own."""
    try:
        parse_annotation_key(key)
    except InvalidNameError:
        return True
    return reserved_key_reason(key) is not None


def _is_allowed(key: str, listed: Collection[str]) -> bool:
    if key in listed:
        return True
    domain, slash, _ = key.rpartition("/")
    if not slash:
        return not is_obeyed_name(key) and "." not in key
    return domain in listed and not is_obeyed_domain(domain)
