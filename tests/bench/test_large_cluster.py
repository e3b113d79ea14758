"""One organization of a cluster on which many others live: what a change of it takes."""

import json
import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tenancy import engine as automation
from tenancy import manifests as render
from tenancy.assessment import assess
from tenancy.engine import Engine
from tenancy.local import sandbox as local_sandbox
from tenancy.local.sandbox import Sandbox
from tests.bench.figures import Figure, record
from tests.bench.fleet import write_fleet
from tests.bench.peers import PATHS, Fleet, tenancy

pytestmark = pytest.mark.bench

NAMESPACES = int(os.environ.get("BENCH_LIVE", "2000"))
"""How many namespaces exist on the cluster."""
_AT_ONCE = 300


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    """Return the first of many stacks, on a cluster that has the objects of the others."""
    box = local_sandbox.up(tmp_path)
    stacks = write_fleet(box.root, namespaces=NAMESPACES)
    engine = Engine(variables={**box.environment(), **PATHS})
    automation.local(box.root, "platform", engine).up()
    _fill(box, stacks[1:])
    yield Fleet(box, stacks[:1])
    local_sandbox.down(box.root, wipe=True)


def _fill(box: Sandbox, stacks: Sequence[str]) -> None:
    """Create the objects of *stacks* without an engine, which would take an hour."""
    every = [m for found in _manifests(box, stacks) for m in found]
    first = [m for m in every if m["kind"] == "Namespace"]
    rest = [m for m in every if m["kind"] != "Namespace"]
    for objects in (first, rest):
        parts = [objects[i : i + _AT_ONCE] for i in range(0, len(objects), _AT_ONCE)]
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda part: _apply(box, part), parts))


def _manifests(box: Sandbox, stacks: Sequence[str]) -> Iterator[list[dict]]:
    found = assess(box.root).tenancy
    for stack in stacks:
        environment = found.environments[stack]
        yield list(render.environment(environment, found.platform_of(environment)))


def _apply(box: Sandbox, objects: Sequence[dict]) -> None:
    flags = ("apply", "--server-side", "--force-conflicts", "-f", "-")
    subprocess.run(
        [box.toolchain.path("kubectl"), f"--kubeconfig={box.kubeconfig}", *flags],
        input="\n---\n".join(map(json.dumps, objects)),
        stdout=subprocess.DEVNULL,
        text=True,
        check=True,
    )


def test_one_organization_beside_many(fleet: Fleet) -> None:
    """The goals are 5 s for a plan and 15 s for its update; no figure is asserted."""
    figures: dict[str, Figure] = {}
    with fleet.measured(figures, "create"):
        tenancy(fleet, "up", "--yes")
    with fleet.measured(figures, "update, nothing changed"):
        tenancy(fleet, "up", "--yes")
    file = fleet.box.root / f"Pulumi.{fleet.stacks[0]}.yaml"
    file.write_text(re.sub(r"pods: 20(0?)\b", r"pods: 25\1", file.read_text()))
    with fleet.measured(figures, "plan of a change"):
        assert "pods 20 → 25" in tenancy(fleet, "plan")
    with fleet.measured(figures, "preview of a change"):
        tenancy(fleet, "preview")
    with fleet.measured(figures, "update of a change"):
        tenancy(fleet, "up", "--yes")
    with fleet.measured(figures, "drift"):
        tenancy(fleet, "drift")

    record("large cluster", {"namespaces": NAMESPACES, "steps": figures})
