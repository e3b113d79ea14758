"""Labels and annotations: well-formed, and not in reserved domains."""

from collections.abc import Callable, Iterator
from typing import Final

from tenancy.diagnostics import Finding, Origin, misnamed, quoted
from tenancy.kubernetes.names import (
    InvalidNameError,
    parse_annotation_key,
    parse_label_key,
    parse_label_value,
    reserved_key_reason,
)
from tenancy.model import Namespace

__all__ = ["label_value", "labels"]

ANNOTATIONS_SIZE: Final = 256 * 1024
"""The largest total size of an object's annotations, in bytes, as Kubernetes counts."""


def labels(namespace: Namespace) -> Iterator[Finding]:
    """Yield findings about the labels and annotations of *namespace*."""
    origin, organization = namespace.origin, namespace.organization
    if namespace.workload is not None:
        yield from label_value(namespace.workload, origin / "workload", organization)
    if namespace.subscription is not None:
        yield from label_value(namespace.subscription, origin / "subscription", organization)
    for key, value in namespace.labels.items():
        place = namespace.metadata_origin("labels", key)
        yield from _key("label", key, place, organization, parse_label_key)
        yield from label_value(value, place, organization)
    if namespace.annotations:
        yield from _annotations(namespace)


def _annotations(namespace: Namespace) -> Iterator[Finding]:
    origin, organization = namespace.origin / "annotations", namespace.organization
    size = 0
    for key, value in namespace.annotations.items():
        place = namespace.metadata_origin("annotations", key)
        yield from _key("annotation", key, place, organization, parse_annotation_key)
        size += len(key.encode()) + len(value.encode())
    if size > ANNOTATIONS_SIZE:
        yield Finding(
            code="annotations-too-large",
            origin=origin,
            found=f"annotations of {size} bytes",
            allowed=f"at most {ANNOTATIONS_SIZE} bytes, keys and values together",
            remedy="store long texts elsewhere and write a reference",
            organization=organization,
        )


def _key(
    what: str,
    key: str,
    origin: Origin,
    organization: str,
    parse: Callable[[object], str],
) -> Iterator[Finding]:
    try:
        parse(key)
    except InvalidNameError as error:
        yield misnamed(
            error,
            code="label-key" if what == "label" else "annotation-key",
            origin=origin,
            what=f"the {what} key",
            organization=organization,
        )
    if (reason := reserved_key_reason(key)) is not None:
        yield Finding(
            code="label-reserved" if what == "label" else "annotation-reserved",
            origin=origin,
            found=f"the {what} {quoted(key)}",
            allowed=f"{what}s outside of reserved domains; {reason}",
            remedy="use your own domain, such as example.com/…, or a key without a domain",
            organization=organization,
        )


def label_value(value: str, origin: Origin, organization: str | None) -> Iterator[Finding]:
    """Refuse a *value* that becomes a label's value and is not a valid one."""
    try:
        parse_label_value(value)
    except InvalidNameError as error:
        yield misnamed(
            error,
            code="label-value",
            origin=origin,
            what="the value",
            organization=organization,
        )
