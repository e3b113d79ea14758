"""Load, resolve, check and render 10,000 namespaces."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.fleet import write_project

pytestmark = pytest.mark.bench

NAMESPACES = 10_000
_MEASURE = """
import json, resource, sys, time
from pathlib import Path
start = time.perf_counter()
from tenancy import checks, render, resolve
from tenancy.project import load
steps = {"import": time.perf_counter() - start}
def timed(name, work):
    begin = time.perf_counter()
    result = work()
    steps[name] = time.perf_counter() - begin
    return result
project, wrong = timed("load", lambda: load(Path(sys.argv[1])))
tenancy, unresolved = timed("resolve", lambda: resolve.resolve(project))
found = timed("check", lambda: checks.check(tenancy, stack="dev"))
environment = tenancy.environments["dev"]
platform = tenancy.platform_of(environment)
manifests = timed("render", lambda: render.environment(environment, platform))
print(json.dumps({
    "steps": steps, "seconds": time.perf_counter() - start,
    "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    "wrong": [str(v) for v in (*wrong, *unresolved, *found)],
    "namespaces": sum(1 for m in manifests if m["kind"] == "Namespace"),
    "manifests": len(manifests),
}))
"""


def test_ten_thousand_namespaces(tmp_path: Path) -> None:
    """The goal is 10 s and 500 MB; machines differ, so figures are printed, not asserted."""
    write_project(tmp_path, namespaces=NAMESPACES)

    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )

    measured = json.loads(done.stdout)
    assert [] == measured["wrong"]
    assert NAMESPACES == measured["namespaces"]
    steps = ", ".join(f"{name} {took:.1f} s" for name, took in measured["steps"].items())
    print(
        f"\n{NAMESPACES} namespaces, {measured['manifests']} manifests:"
        f" {measured['seconds']:.1f} s of 10 s, {measured['mib']:.0f} MiB of 500 MB ({steps})"
    )
