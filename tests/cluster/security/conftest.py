"""One cluster with three organizations, for all attacks."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tenancy.local import sandbox as local_sandbox
from tenancy.local.tools import Toolchain
from tests.cluster.api import Api
from tests.cluster.security.attacks import Attack, table
from tests.cluster.security.world import World


@pytest.fixture(scope="session")
def world(toolchain: Toolchain, sandboxes: Path, user_of) -> Iterator[World]:
    """Return the cluster. Its tests are one group, so that they run one after another."""
    root = sandboxes / "security"
    with user_of(root):
        box = local_sandbox.up(root, toolchain=toolchain)
        made = World(Api.of(box.kubeconfig))
        made.build()
        yield made


@pytest.fixture(scope="session")
def attacks(world: World) -> list[Attack]:
    """Return every attack on the objects of the cluster."""
    return table(world)
