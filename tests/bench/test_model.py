"""A fleet from its files alone: one stack, all stacks, and the memory that this takes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.figures import record
from tests.bench.fleet import write_fleet

pytestmark = pytest.mark.bench

NAMESPACES = int(os.environ.get("BENCH_FLEET", "10000"))
_MEASURE = """
import json, resource, sys, time
from pathlib import Path
from tenancy import manifests
from tenancy.assessment import assess
root, stack = Path(sys.argv[1]), sys.argv[2]
steps = {}
def one():
    begin = time.process_time()
    found = assess(root, stack)
    return round(time.process_time() - begin, 1), found
steps["parsed"], first = one()
file = root / f"Pulumi.{stack}.yaml"
text = file.read_text().replace("pods: 20}", "pods: 25}")
file.write_text(text.replace("pods: 200}", "pods: 250}"))
steps["one"], changed = one()
begin = time.process_time()
every = assess(root)
made = sum(
    len(manifests.environment(found, every.tenancy.platform_of(found)))
    for found in every.tenancy.environments.values()
)
steps["all"] = round(time.process_time() - begin, 1)
print(json.dumps({
    **steps,
    "MiB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    "wrong": [str(found) for found in (*first.findings, *changed.findings, *every.findings)],
    "organizations": len(every.tenancy.environments),
    "namespaces": sum(len(tuple(e.namespaces)) for e in every.tenancy.environments.values()),
    "objects": made,
}))
"""


def test_a_fleet_from_its_files(tmp_path: Path) -> None:
    """The goals are 5 s for one stack and 30 s for all; figures are written, not asserted."""
    stacks = write_fleet(tmp_path / "fleet", namespaces=NAMESPACES)

    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, str(tmp_path / "fleet"), stacks[0]],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")},
    )

    figures = json.loads(done.stdout)
    assert [] == figures.pop("wrong")
    assert NAMESPACES == figures["namespaces"]
    record("fleet", figures)
    print(f"\n{figures}")
