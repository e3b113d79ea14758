"""GPU node pools: consistent numbers, and labels outside of reserved domains."""

import re
from collections.abc import Iterator
from typing import Final

from tenancy.diagnostics import Finding, Origin, counted, misnamed, quoted
from tenancy.gpu import problems as backend_problems
from tenancy.kubernetes.names import (
    InvalidNameError,
    parse_label,
    parse_label_key,
    parse_label_value,
    parse_subdomain,
    reserved_key_reason,
)
from tenancy.kubernetes.resources import (
    IMPLICIT_PREFIX,
    InvalidResourceError,
    parse_quota_key,
)
from tenancy.model import GpuNodePool, Platform

__all__ = ["pools"]

# NVIDIA's grammar: compute slices, then memory.
_MIG_PROFILE: Final = re.compile(
    r"(?:[1-9][0-9]*c\.)?([1-7])g\.[1-9][0-9]*gb(?:\.me)?", re.ASCII
)
_MIG_SLICES: Final = 7
"""Compute slices of a GPU with MIG."""


def pools(platform: Platform) -> Iterator[Finding]:
    """Yield findings about the pools of *platform*, one by one and together."""
    names: set[str] = set()
    nodes: dict[str, str] = {}
    for pool in platform.pools:
        yield from _name(pool, names)
        yield from _nodes(pool, nodes)
        yield from _sharing(pool)
        yield from _capacity(pool)
        yield from _labels(pool)
    yield from backend_problems(platform.pools)
    resources = [(pool.resource, pool.origin / "resource") for pool in platform.pools]
    listed = platform.origin / "gpuResources"
    resources += [(resource, listed) for resource in platform.gpu_resources]
    seen: set[str] = set()
    for resource, origin in resources:
        if resource not in seen:
            seen.add(resource)
            yield from _resource(resource, origin)


def _name(pool: GpuNodePool, names: set[str]) -> Iterator[Finding]:
    try:
        parse_label(pool.name, what="a pool's name")
    except InvalidNameError as error:
        yield misnamed(error, code="pool-name", origin=pool.origin / "name", what="the pool")
    if pool.name in names:
        yield Finding(
            code="pool-name",
            origin=pool.origin / "name",
            found=f"a second pool called {quoted(pool.name)}",
            allowed="each name once on a platform",
            remedy="give it another name",
        )
    names.add(pool.name)
    try:
        parse_label_value(pool.model)
    except InvalidNameError as error:
        yield misnamed(error, code="pool-model", origin=pool.origin / "model", what="the model")


def _resource(resource: str, origin: Origin) -> Iterator[Finding]:
    if resource.startswith(IMPLICIT_PREFIX):
        yield Finding(
            code="pool-resource",
            origin=origin,
            found=f"the resource {quoted(resource)}, which is that of a device class",
            allowed="resources of a device plugin, or an extendedResourceName of a device"
            " class; a device class without one is used by claims",
            remedy=f"write allocation dra with deviceClass"
            f" {resource.removeprefix(IMPLICIT_PREFIX)}",
        )
        return
    try:
        parse_quota_key(f"requests.{resource}")
        if "/" in resource and not resource.startswith(("requests.", "limits.")):
            return
        reason, remedy = "the domain is missing", "write a name such as nvidia.com/gpu"
    except InvalidResourceError as error:
        meant = (error.nearest or "nvidia.com/gpu").removeprefix("requests.")
        reason, remedy = error.reason, f"write {meant!r}"
    yield Finding(
        code="pool-resource",
        origin=origin,
        found=f"the resource {quoted(resource)}",
        allowed=f"extended resources that a quota can limit; {reason}",
        remedy=remedy,
    )


def _nodes(pool: GpuNodePool, nodes: dict[str, str]) -> Iterator[Finding]:
    if pool.min_nodes > pool.max_nodes:
        yield Finding(
            code="pool-nodes",
            origin=pool.origin / "nodes",
            found=f"min {pool.min_nodes} and max {pool.max_nodes} of the pool {pool.name}",
            allowed="min ≤ max",
            remedy="correct one of them",
        )
    count = len(pool.node_names)
    if count and count != pool.max_nodes:
        yield Finding(
            code="pool-node-names",
            origin=pool.origin / "nodeNames",
            found=f"{counted(count, 'node')} named, and nodes.max {pool.max_nodes}",
            allowed="as many names as nodes.max",
            remedy="correct one of them",
        )
    for index, name in enumerate(pool.node_names):
        place = pool.origin / "nodeNames" / index
        try:
            parse_subdomain(name, what="a node's name")
        except InvalidNameError as error:
            yield misnamed(error, code="pool-node-names", origin=place, what="the node")
        if name in nodes:
            yield Finding(
                code="pool-node-names",
                origin=place,
                found=f"the node {quoted(name)}, which the pool {nodes[name]} has already",
                allowed="each node in one pool only",
                remedy="remove the node from one of the pools",
            )
        nodes.setdefault(name, pool.name)


def _sharing(pool: GpuNodePool) -> Iterator[Finding]:
    sharing, origin = pool.sharing, pool.origin / "sharing"
    is_sliced = sharing.type in ("time-slicing", "mps")
    if is_sliced != (sharing.replicas is not None):
        yield Finding(
            code="pool-sharing",
            origin=origin / "replicas",
            found=f"sharing {sharing.type} {'without' if is_sliced else 'with'} replicas",
            allowed="replicas only for time-slicing and mps",
            remedy="write how many pods share a GPU" if is_sliced else "remove replicas",
        )
    is_mig = sharing.type == "mig"
    if is_mig != bool(sharing.layout):
        yield Finding(
            code="pool-sharing",
            origin=origin / "layout",
            found=f"sharing {sharing.type} {'without' if is_mig else 'with'} a layout",
            allowed="a layout only for mig",
            remedy="write the MIG profiles of a GPU" if is_mig else "remove layout",
        )
    if is_mig:
        yield from _mig(pool, origin / "layout")


def _mig(pool: GpuNodePool, origin: Origin) -> Iterator[Finding]:
    slices = 0
    seen: set[str] = set()
    for index, instance in enumerate(pool.sharing.layout):
        place = origin / index / "profile"
        match = _MIG_PROFILE.fullmatch(instance.profile)
        if match is None:
            yield Finding(
                code="pool-mig-profile",
                origin=place,
                found=f"the MIG profile {quoted(instance.profile)}",
                allowed="profiles as NVIDIA names them: 1g.10gb, 3g.40gb, 1g.10gb.me",
                remedy="write it in this form",
            )
            continue
        if instance.profile in seen:
            yield Finding(
                code="pool-mig-profile",
                origin=place,
                found=f"the MIG profile {instance.profile} a second time",
                allowed="each MIG profile once; its perGpu is its number on one GPU",
                remedy="write one entry, with the sum of the two numbers under perGpu",
            )
        seen.add(instance.profile)
        slices += int(match.group(1)) * instance.per_gpu
    if slices > _MIG_SLICES:
        yield Finding(
            code="pool-mig-layout",
            origin=origin,
            found=f"a layout of {slices} compute slices",
            allowed=f"at most {_MIG_SLICES} on a GPU",
            remedy="lower perGpu, or use smaller profiles",
        )


def _capacity(pool: GpuNodePool) -> Iterator[Finding]:
    capacity, place = pool.capacity, pool.origin / "capacity" / "reservationId"
    is_reserved = capacity.type in ("reserved", "capacity-block")
    if is_reserved != (capacity.reservation_id is not None):
        yield Finding(
            code="pool-reservation",
            origin=place,
            found=f"capacity {capacity.type} {'without' if is_reserved else 'with'}"
            " a reservationId",
            allowed="a reservationId only for reserved and capacity-block",
            remedy="write the reservation's id" if is_reserved else "remove it",
        )


def _labels(pool: GpuNodePool) -> Iterator[Finding]:
    pairs = [(key, value, pool.origin / "labels" / key) for key, value in pool.labels.items()]
    pairs += [
        (taint.key, taint.value, pool.origin / "taints" / index)
        for index, taint in enumerate(pool.taints)
    ]
    for key, value, place in pairs:
        try:
            parse_label_key(key)
            parse_label_value(value)
        except InvalidNameError as error:
            yield misnamed(error, code="pool-label", origin=place, what="the label or taint")
        if (reason := reserved_key_reason(key)) is not None:
            yield Finding(
                code="pool-label-reserved",
                origin=place,
                found=f"the label or taint {quoted(key)}",
                allowed=f"keys outside of reserved domains; {reason}",
                remedy="use your own domain, such as example.com/…",
            )
