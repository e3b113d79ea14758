"""The same objects by kubectl, Helm, a program by hand and `tenancy`, and its growth."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tenancy import engine as automation
from tenancy.engine import Engine
from tenancy.local import sandbox as local_sandbox
from tenancy.local.sandbox import Sandbox
from tests.bench.figures import record
from tests.bench.fleet import write_fleet
from tests.bench.peers import PATHS, Fleet, each_peer, ours

pytestmark = pytest.mark.bench

BESIDE = int(os.environ.get("BENCH_NAMESPACES", "100"))
"""How many namespaces every peer makes."""
GROWTH = [int(n) for n in os.environ.get("BENCH_GROWTH", "50,100,200,400").split(",") if n]
"""How many namespaces `tenancy` makes, one number after another; none if it is empty."""


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A control plane for all, one after the other."""
    root = tmp_path_factory.mktemp("bench")
    yield local_sandbox.up(root)
    local_sandbox.down(root, wipe=True)


def fleet(box: Sandbox, namespaces: int) -> Fleet:
    """Return stacks of ten namespaces each, on a platform that is applied."""
    stacks = write_fleet(box.root, namespaces=namespaces)
    engine = Engine(variables={**box.environment(), **PATHS})
    automation.local(box.root, "platform", engine).up()
    return Fleet(box, stacks)


def test_beside_peers(box: Sandbox, tmp_path: Path) -> None:
    """One run: compare only the columns with each other."""
    made = fleet(box, BESIDE)

    peers = dict(each_peer(made, tmp_path))

    assert {"kubectl", "helm", "hand", "tenancy"} == set(peers)
    record("beside", {"namespaces": BESIDE, "objects": len(made.objects), "peers": peers})


def test_growth(box: Sandbox) -> None:
    """Twice the namespaces should take at most 2.2 times as long."""
    figures = {str(size): ours(fleet(box, size)) for size in GROWTH}

    record("growth", figures)
