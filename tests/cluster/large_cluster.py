"""Read any cluster in the way of large clusters: the namespaces of a stack, one by one."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

import pytest

from tenancy.cluster import Connection
from tenancy.cluster import live_reads as of_plans
from tenancy.engine import cluster_readings as of_commands


@contextmanager
def namespaces_one_by_one() -> Iterator[None]:
    """In this block, commands of this process read only the namespaces of a stack."""

    def narrowed(
        connection: Connection, namespaces: Collection[str], *, times: int = 1
    ) -> frozenset[str]:
        del connection, times
        return frozenset(namespaces)

    with pytest.MonkeyPatch.context() as patch:
        for module in (of_plans, of_commands):
            patch.setattr(module, "narrowed", narrowed)
        yield
