"""GPU grants of namespaces, before and after."""

from collections.abc import Iterable, Iterator, Sequence

import attrs
from pydantic import with_config
from typing_extensions import TypedDict

from tenancy.model import Namespace
from tenancy.planning.comparison import Comparison
from tenancy.planning.facts import Fact, Importance, step
from tenancy.planning.section import Section
from tenancy.planning.shapes import CLOSED

__all__ = ["GpuGrants", "GrantChange", "grants_of"]


@attrs.frozen(kw_only=True, slots=True)
class GrantChange:
    """Devices of one pool that one namespace may use; 0 without a grant."""

    organization: str
    namespace: str
    pool: str
    resource: str
    before: int
    after: int


@with_config(CLOSED)
class GrantData(TypedDict):
    """GPUs of a pool that a namespace may use, in devices."""

    organization: str
    namespace: str
    pool: str
    resource: str
    before: int
    after: int


@attrs.frozen
class GpuGrants(Section):
    """Every grant that changes, including those of new and removed namespaces."""

    name = "gpuGrants"
    shape = list[GrantData]

    changes: Sequence[GrantChange]

    @classmethod
    def compute(cls, comparison: Comparison) -> "GpuGrants":
        """Return the grants of the stack's namespaces that differ."""
        was = grants_of(comparison.namespaces_before)
        now = grants_of(comparison.namespaces_after)
        return cls(
            tuple(
                GrantChange(
                    organization=organization,
                    namespace=namespace,
                    pool=pool,
                    resource=resource,
                    before=was.get(key, 0),
                    after=now.get(key, 0),
                )
                for key in dict.fromkeys((*was, *now))
                if was.get(key, 0) != now.get(key, 0)
                for _, organization, namespace, pool, resource in (key,)
            )
        )

    def facts(self) -> Iterator[Fact]:
        """Yield one fact for each grant."""
        for change in self.changes:
            yield self.fact(
                f"{change.namespace}: {change.resource} of pool {change.pool}"
                f" {step(change.before, change.after)}",
                Importance.MORE if change.after > change.before else Importance.LESS,
                change.organization,
            )

    def data(self) -> list[GrantData]:
        """Return the grants in order."""
        return [
            {
                "organization": change.organization,
                "namespace": change.namespace,
                "pool": change.pool,
                "resource": change.resource,
                "before": change.before,
                "after": change.after,
            }
            for change in self.changes
        ]


def grants_of(namespaces: Iterable[Namespace]) -> dict[tuple[str, str, str, str, str], int]:
    """Return the granted devices by stack, organization, namespace, pool and resource."""
    return {
        (n.stack, n.organization, n.name, grant.pool, grant.resource): grant.gpus
        for n in namespaces
        for grant in n.grants
    }
