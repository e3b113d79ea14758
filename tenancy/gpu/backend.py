"""Find the backends of GPU node pools, and call the one that a pool names."""

import functools
import importlib.metadata
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Protocol, runtime_checkable

from tenancy.config.spec import Spec
from tenancy.diagnostics import Finding, NotFoundError, ToolsError, nearest
from tenancy.gpu.objects import Rendered
from tenancy.model import GpuNodePool

__all__ = [
    "GROUP",
    "AutoscaledBackend",
    "Backend",
    "DescribedBackend",
    "LocatedBackend",
    "autoscaled_fields",
    "backends",
    "is_on_ec2",
    "own_backends",
    "problems",
    "render",
]

GROUP: Final = "tenancy.gpu_backends"
"""The group of entry points of backends; their names are those in the config."""

_OURS: Final[Mapping[str, str]] = {
    "coreweave": "tenancy.gpu.coreweave:BACKEND",
    "eks": "tenancy.gpu.eks:BACKEND",
    "existing": "tenancy.gpu.existing:BACKEND",
    "karpenter": "tenancy.gpu.karpenter:BACKEND",
}
"""Tenancy's own backends; other packages cannot take their names."""


@runtime_checkable
class Backend(Protocol):
    """Creates the nodes of a pool. Both methods are pure: no requests, no files."""

    def validate(self, pool: GpuNodePool) -> Iterator[Finding]:
        """Yield every problem of *pool* for this backend, including its options."""
        ...

    def render(self, pool: GpuNodePool) -> list[Rendered]:
        """Return the objects of *pool* in a stable order; called only if it is valid."""
        ...


@runtime_checkable
class AutoscaledBackend(Backend, Protocol):
    """A backend whose objects have fields that an autoscaler changes."""

    def autoscaled_fields(self, rendered: Rendered) -> tuple[str, ...]:
        """Return the fields of *rendered* that an autoscaler changes, as dotted paths."""
        ...


@runtime_checkable
class LocatedBackend(Backend, Protocol):
    """A backend that states whether its nodes are EC2 instances; those of others may be."""

    is_on_ec2: bool


@runtime_checkable
class DescribedBackend(Backend, Protocol):
    """A backend whose options are in `docs/backends.md`, with the docstrings of their model."""

    options: type[Spec]


def own_backends() -> Mapping[str, Backend]:
    """Return Tenancy's own backends by name."""
    return {name: _load(_ours(name)) for name in _OURS}


@functools.cache
def backends() -> Mapping[str, importlib.metadata.EntryPoint]:
    """Return every backend by its name: ours, and those of other installed packages."""
    found = {entry.name: entry for entry in importlib.metadata.entry_points(group=GROUP)}
    return dict(sorted({**found, **{name: _ours(name) for name in _OURS}}.items()))


def _ours(name: str) -> importlib.metadata.EntryPoint:
    return importlib.metadata.EntryPoint(name=name, value=_OURS[name], group=GROUP)


def _entry(name: str) -> importlib.metadata.EntryPoint | None:
    """Return the backend *name*; other packages are only looked at if it is not ours."""
    return _ours(name) if name in _OURS else backends().get(name)


def _load(entry: importlib.metadata.EntryPoint) -> Backend:
    try:
        loaded: object = entry.load()
    except (ImportError, AttributeError) as error:
        raise ToolsError(
            f"the GPU backend {entry.name} ({entry.value}) cannot be loaded: {error};"
            " repair or remove the package that provides it"
        ) from error
    if not isinstance(loaded, Backend):
        raise ToolsError(
            f"the GPU backend {entry.name} ({entry.value}) has no validate and render;"
            " repair or remove the package that provides it"
        )
    return loaded


def problems(pools: Iterable[GpuNodePool]) -> Iterator[Finding]:
    """
    Yield the problems of *pools* that their backends report.

    Raises:
        ToolsError: An installed backend of another package is broken.
    """
    for pool in pools:
        entry = _entry(pool.backend)
        if entry is not None:
            yield from _load(entry).validate(pool)
            continue
        known = ", ".join(backends())
        meant = nearest(pool.backend, backends())
        yield Finding(
            code="unknown-backend",
            origin=pool.origin / "backend",
            found=f"the backend {pool.backend!r} of the pool {pool.name}",
            allowed=known,
            remedy=f"write {meant}"
            if meant
            else "write one of these backends, or install the package that provides it",
        )


def render(pool: GpuNodePool) -> list[Rendered]:
    """
    Return the objects of *pool* from the backend that it names.

    Raises:
        NotFoundError: The backend does not exist; `problems` reports that first.
        ToolsError: The package that provides it is broken.
    """
    entry = _entry(pool.backend)
    if entry is None:
        raise NotFoundError("GPU backend", pool.backend, backends())
    return _load(entry).render(pool)


def autoscaled_fields(pool: GpuNodePool, rendered: Rendered) -> tuple[str, ...]:
    """Return the fields of *rendered*, of *pool*, that drift and updates must ignore."""
    entry = _entry(pool.backend)
    backend = None if entry is None else _load(entry)
    return backend.autoscaled_fields(rendered) if isinstance(backend, AutoscaledBackend) else ()


def is_on_ec2(name: str) -> bool:
    """Return whether nodes of the backend *name* may be EC2 instances."""
    backend = _load(_ours(name)) if name in _OURS else None
    return backend.is_on_ec2 if isinstance(backend, LocatedBackend) else True
