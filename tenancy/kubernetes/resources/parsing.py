"""
Parse the keys of a ResourceQuota.

The API server accepts any key with a `/` in it, and enforces only some. So a key without effect
is refused here, and the message names one with an effect.

Source: k8s.io/kubernetes v1.36.3, pkg/apis/core/validation (what is accepted) and
pkg/quota/v1/evaluator (what is counted).
"""

import functools
import re
from collections.abc import Callable
from typing import Final, Never

from tenancy.diagnostics import nearest
from tenancy.kubernetes.quantity import InvalidQuantityError, Quantity
from tenancy.kubernetes.resources import builtin
from tenancy.kubernetes.resources import unit as wire
from tenancy.kubernetes.resources.device_keys import (
    DEVICE_CLASS_SUFFIX,
    IMPLICIT_PREFIX,
    requests_key,
)
from tenancy.kubernetes.resources.errors import InvalidResourceError
from tenancy.kubernetes.resources.gpu import misspelt_resource
from tenancy.kubernetes.resources.quota_key import STANDARD_KEYS, KeyKind, QuotaKey
from tenancy.kubernetes.resources.unit import Unit

__all__ = ["parse_quota_key"]

_KNOWN: Final = (
    *STANDARD_KEYS,
    wire.REQUESTS_NVIDIA_GPU,
    *(f"count/{r}.{g}" if g else f"count/{r}" for r, g in builtin.COUNTABLE.items()),
)
"""The keys that a message may suggest."""

_STORAGE_CLASS: Final = ".storageclass.storage.k8s.io"
_IMPLICIT_DEVICES: Final = requests_key(IMPLICIT_PREFIX)
_HUGEPAGES: Final = "hugepages-"

_LABEL: Final = r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?", re.ASCII)
_PLURAL = re.compile(r"[a-z](?:[-a-z0-9]*[a-z0-9])?", re.ASCII)


@functools.lru_cache(maxsize=16384)
def parse_quota_key(text: str) -> QuotaKey:
    """
    Return *text* as a key of a quota that Kubernetes enforces.

    Raises:
        InvalidResourceError: The API server refuses it, or accepts it without effect, such as
            `nvidia.com/gpu` and `count/deployments`.

    >>> parse_quota_key("cpu").name
    'requests.cpu'
    >>> parse_quota_key("nvidia.com/gpu")
    Traceback (most recent call last):
        ...
    tenancy.kubernetes.resources.errors.InvalidResourceError: 'nvidia.com/gpu' has no effect: \
extended resources are counted under requests. only; write 'requests.nvidia.com/gpu'
    """
    if not isinstance(text, str):
        raise InvalidResourceError(text, "a quota key is text", "write it in quotes")
    if text in STANDARD_KEYS:
        return STANDARD_KEYS[text]
    prefix, slash, name = text.rpartition("/")
    if not slash:
        return _plain(text)
    # IsQualifiedName: the server requires this of every key with a slash.
    if len(prefix) > 253 or not _SUBDOMAIN.fullmatch(prefix):
        meant = nearest(text, _KNOWN, cutoff=0.8)
        _refuse(text, "the part before the / is not a domain in lower case", meant)
    if len(name) > 63 or not _NAME.fullmatch(name):
        _refuse(text, "the part after the / is not a name of 1 to 63 characters")
    for matches, parse in _QUALIFIED:
        if matches(prefix):
            return parse(text, prefix, name)
    return _unprefixed(text)


def _plain(text: str) -> QuotaKey:
    """A key without a slash that is not in the table: huge pages, or an unknown key."""
    prefix, _, size = text.partition(_HUGEPAGES)
    if prefix not in ("", "requests.") or not size:
        return _unknown(text)
    canonical = _page_size(text, size)
    if canonical != size:
        meant = f"{prefix}{_HUGEPAGES}{canonical}"
        _refuse(text, f"pages of {size} are counted as {canonical}", meant)
    return QuotaKey(
        text=text,
        name=f"requests.{_HUGEPAGES}{size}",
        kind=KeyKind.HUGEPAGES,
        unit=Unit.BYTES,
        requests_resource=f"{_HUGEPAGES}{size}",
    )


def _unknown(text: str) -> Never:
    if text.startswith(f"limits.{_HUGEPAGES}"):
        meant = f"requests.{text.removeprefix('limits.')}"
        _refuse(text, "huge pages are counted under requests. only", meant)
    if text in ("gpu", "gpus", "requests.gpu", "limits.gpu"):
        reason = "a GPU is counted under its vendor's name"
        _refuse(text, reason, wire.REQUESTS_NVIDIA_GPU)
    if text in ("storage", "limits.storage"):
        _refuse(text, "storage is counted under requests. only", wire.REQUESTS_STORAGE)
    group = builtin.COUNTABLE.get(text)
    if group is not None:
        meant = f"count/{text}.{group}" if group else f"count/{text}"
        _refuse(text, "these objects are counted under count/ only", meant)
    _refuse(text, "Kubernetes knows no such key", nearest(text, _KNOWN))


def _page_size(text: str, size: str) -> str:
    try:
        quantity = Quantity.parse(size)
    except InvalidQuantityError as error:
        _refuse(text, f"its page size is not a quantity: {error.reason}", "hugepages-2Mi")
    if not quantity or not quantity.is_integer:
        _refuse(text, "its page size is not a whole number of bytes", "hugepages-2Mi")
    return str(quantity)


def _count(text: str, _prefix: str, name: str) -> QuotaKey:
    """`count/<plural>.<group>`, or `count/<plural>` for the core group."""
    resource, dot, group = name.partition(".")
    if (resource in builtin.UNCOUNTED and not dot) or group in builtin.VIRTUAL:
        _refuse(text, "Kubernetes does not count these objects")
    right = builtin.COUNTABLE.get(resource)
    meant = None if right is None else f"count/{resource}.{right}".removesuffix(".")
    if not _PLURAL.fullmatch(resource) or (dot and not _SUBDOMAIN.fullmatch(group)):
        _refuse(text, "the key needs the plural name in lower case", nearest(text, _KNOWN))
    if right != group:
        if not dot and right is not None:
            _refuse(text, f"{resource} are in the group {right}", meant)
        if resource in builtin.CLUSTER_SCOPED and (not dot or group in _CLUSTER_GROUPS):
            _refuse(text, f"{resource} are cluster-wide, so quotas do not count them")
        if group in builtin.GROUPS:
            where = f"the group {group}" if group else "the core group"
            reason = f"{where} does not have namespaced {resource}"
            _refuse(text, reason, meant or nearest(text, _KNOWN, cutoff=0.8))
        # Groups without a dot are Kubernetes' own; a similar name is a misspelling.
        if "." not in group or (right and nearest(group, [right], cutoff=0.85)):
            _refuse(text, f"Kubernetes has no group {group}", meant or nearest(text, _KNOWN))
    return QuotaKey(
        text=text,
        name=builtin.COUNT_ALIASES.get(text, text),
        kind=KeyKind.OBJECTS,
        unit=Unit.COUNT,
    )


_CLUSTER_GROUPS: Final = frozenset(
    {
        *builtin.GROUPS,
        "admissionregistration.k8s.io",
        "apiextensions.k8s.io",
        "apiregistration.k8s.io",
        "certificates.k8s.io",
        "flowcontrol.apiserver.k8s.io",
        "node.k8s.io",
        "scheduling.k8s.io",
    }
)


def _storage_class(text: str, prefix: str, name: str) -> QuotaKey:
    """`<class>.storageclass.storage.k8s.io/requests.storage|persistentvolumeclaims`."""
    if name not in (wire.REQUESTS_STORAGE, "persistentvolumeclaims"):
        candidates = (
            f"{prefix}/{wire.REQUESTS_STORAGE}",
            f"{prefix}/persistentvolumeclaims",
        )
        reason = "for a storage class, only requested storage and claims are counted"
        _refuse(text, reason, nearest(text, candidates) or candidates[0])
    bytes_ = name == wire.REQUESTS_STORAGE
    return QuotaKey(
        text=text,
        name=text,
        kind=KeyKind.STORAGE,
        unit=Unit.BYTES if bytes_ else Unit.COUNT,
        requests_resource=wire.STORAGE if bytes_ else None,
        class_name=prefix.removesuffix(_STORAGE_CLASS),
    )


def _device_class(text: str, prefix: str, name: str) -> QuotaKey:
    """`<class>.deviceclass.resource.k8s.io/devices`."""
    if name != "devices":
        _refuse(text, "for a device class, only devices are counted", f"{prefix}/devices")
    return QuotaKey(
        text=text,
        name=text,
        kind=KeyKind.DEVICES,
        unit=Unit.COUNT,
        class_name=prefix.removesuffix(DEVICE_CLASS_SUFFIX),
    )


def _requests(text: str, _prefix: str, _name: str) -> QuotaKey:
    """An extended resource: `requests.<domain>/<name>`."""
    resource = text.removeprefix("requests.")
    implicit = text.startswith(_IMPLICIT_DEVICES)
    if "kubernetes.io/" in resource and not implicit:
        _refuse(text, "resources in the domain kubernetes.io are not extended resources")
    if resource.startswith(("requests.", "limits.")):
        meant = f"requests.{resource.partition('.')[2]}"
        _refuse(text, "it has the prefix requests. twice", meant)
    meant_resource = misspelt_resource(resource)
    if meant_resource is not None:
        reason = "no device plugin provides this resource, and the server would not report that"
        _refuse(text, reason, f"requests.{meant_resource}")
    return QuotaKey(
        text=text,
        name=text,
        kind=KeyKind.EXTENDED,
        unit=Unit.COUNT,
        requests_resource=resource,
        class_name=text.removeprefix(_IMPLICIT_DEVICES) if implicit else None,
    )


_QUALIFIED: Final[
    tuple[tuple[Callable[[str], bool], Callable[[str, str, str], QuotaKey]], ...]
] = (
    (lambda prefix: prefix == "count", _count),
    (lambda prefix: prefix.endswith(_STORAGE_CLASS), _storage_class),
    (lambda prefix: prefix.endswith(DEVICE_CLASS_SUFFIX), _device_class),
    (lambda prefix: prefix.startswith("requests."), _requests),
)


def _unprefixed(text: str) -> Never:
    """A key that the server accepts, stores and then ignores."""
    resource = text.removeprefix("limits.")
    meant = f"requests.{misspelt_resource(resource) or resource}"
    if "kubernetes.io/" in resource:
        _refuse(text, "Kubernetes knows no such key", nearest(text, _KNOWN))
    _refuse(text, "extended resources are counted under requests. only", meant)


def _refuse(text: str, reason: str, meant: str | None = None) -> Never:
    remedy = f"write {meant!r}" if meant else "remove the key, or see Kubernetes' docs"
    raise InvalidResourceError(text, reason, remedy, meant)
