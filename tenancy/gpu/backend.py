"""Which backends there are, and the one that a pool names."""

import functools
import importlib.metadata
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Protocol, runtime_checkable

from tenancy.diagnostics import Finding, NotFoundError, ToolsError, nearest
from tenancy.gpu.objects import Rendered
from tenancy.model import GpuNodePool

__all__ = ["GROUP", "Backend", "backends", "problems", "render"]

GROUP: Final = "tenancy.gpu_backends"
"""The group of entry points in which backends are found, under the names that config uses."""

_OURS: Final[Mapping[str, str]] = {
    "coreweave": "tenancy.gpu.coreweave:BACKEND",
    "eks": "tenancy.gpu.eks:BACKEND",
    "existing": "tenancy.gpu.existing:BACKEND",
    "karpenter": "tenancy.gpu.karpenter:BACKEND",
}
"""Our own: there in a checkout too, and no other package takes their names."""


@runtime_checkable
class Backend(Protocol):
    """What makes the nodes of a pool. Both methods are pure: no call, no file, no engine."""

    def validate(self, pool: GpuNodePool) -> Iterator[Finding]:
        """Yield what this backend cannot do for *pool*; all of it, its options included."""
        ...

    def render(self, pool: GpuNodePool) -> list[Rendered]:
        """Return what *pool* becomes, always in the same order; only asked if it is valid."""
        ...


@functools.cache
def backends() -> Mapping[str, importlib.metadata.EntryPoint]:
    """Return every backend by its name: ours, and those of other installed packages."""
    found = {entry.name: entry for entry in importlib.metadata.entry_points(group=GROUP)}
    ours = {
        name: importlib.metadata.EntryPoint(name=name, value=value, group=GROUP)
        for name, value in _OURS.items()
    }
    return dict(sorted({**found, **ours}.items()))


def _load(entry: importlib.metadata.EntryPoint) -> Backend:
    try:
        loaded: object = entry.load()
    except (ImportError, AttributeError) as error:
        raise ToolsError(
            f"the GPU backend {entry.name} ({entry.value}) cannot be loaded: {error};"
            " repair or remove the package that has it"
        ) from error
    if not isinstance(loaded, Backend):
        raise ToolsError(
            f"the GPU backend {entry.name} ({entry.value}) has no validate and render;"
            " repair or remove the package that has it"
        )
    return loaded


def problems(pools: Iterable[GpuNodePool]) -> Iterator[Finding]:
    """
    Yield what the backends of *pools* cannot do.

    Raises:
        ToolsError: An installed backend of another package is broken.
    """
    for pool in pools:
        entry = backends().get(pool.backend)
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
            remedy=f"write {meant}" if meant else "name one of them, or install its package",
        )


def render(pool: GpuNodePool) -> list[Rendered]:
    """
    Return what *pool* becomes, by the backend that it names.

    Raises:
        NotFoundError: There is no such backend; `problems` reports that first.
        ToolsError: The package that provides it is broken.
    """
    entry = backends().get(pool.backend)
    if entry is None:
        raise NotFoundError("GPU backend", pool.backend, backends())
    return _load(entry).render(pool)
