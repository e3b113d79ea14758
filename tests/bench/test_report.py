"""The report of 1,000 namespaces beside the engine's own time for the same stack."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest

from tenancy import checks, model
from tenancy import engine as automation
from tenancy import manifests as render
from tenancy.cluster import connect
from tenancy.cluster.live_reads import read
from tenancy.config.project import load
from tenancy.engine import Engine
from tenancy.local import sandbox as local_sandbox
from tenancy.local.sandbox import Sandbox
from tenancy.output.plan_as_text import plan_text
from tenancy.output.plan_markdown import markdown
from tenancy.planning import snapshot
from tenancy.planning.build import plan
from tenancy.planning.plan_json import plan_data
from tests.bench.fleet import ROOT, write_project

pytestmark = pytest.mark.bench

NAMESPACES = int(os.environ.get("BENCH_REPORT_NAMESPACES", "1000"))
T = TypeVar("T")


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    root = tmp_path_factory.mktemp("report")
    yield local_sandbox.up(root)
    local_sandbox.down(root, wipe=True)


def test_the_report_beside_the_engine(box: Sandbox) -> None:
    """Every namespace is there and gets five more pods."""
    steps: dict[str, float] = {}

    def timed(name: str, work: Callable[[], T]) -> T:
        begin = time.perf_counter()
        result = work()
        steps[name] = time.perf_counter() - begin
        return result

    write_project(box.root, namespaces=NAMESPACES)
    paths = {"PYTHONPATH": f"{ROOT}:{ROOT / 'components'}"}
    engine = Engine(variables={**box.environment(), **paths})
    automation.local(box.root, "platform", engine).up()
    session = automation.local(box.root, "dev", engine)
    previewed = timed("engine", session.preview)
    first, _ = model.resolve(load(box.root)[0])
    before = snapshot.environment(first.environments["dev"])
    _apply(box, first)
    file = box.root / "Pulumi.dev.yaml"
    file.write_text(
        file.read_text().replace("pods: 20}", "pods: 25}").replace("pods: 200}", "pods: 250}")
    )

    project = timed("load", lambda: load(box.root)[0])
    tenancy = timed("resolve", lambda: model.resolve(project)[0])
    found = timed("check", lambda: checks.check(tenancy, stack="dev"))
    environment = tenancy.environments["dev"]
    live = timed("read the cluster", lambda: read(connect(environment.cluster, box.root)))
    made = timed("plan", lambda: plan(before, tenancy, "dev", live))
    timed("text", lambda: plan_text(made))
    timed("markdown", lambda: markdown(made, found, project.documents))
    timed("json", lambda: plan_data(made, found, project.documents))

    assert [] == [str(v) for v in found]
    assert NAMESPACES == len({change.namespace for change in made.quotas})
    assert () == made.unfinished
    alone = steps.pop("engine")
    whole = sum(steps.values())
    print(
        f"\n{NAMESPACES} namespaces, {sum(previewed.summary.values())} resources:"
        f" report {whole:.1f} s, preview of the engine {alone:.1f} s,"
        f" ratio {whole / alone:.3f}"
    )
    print(", ".join(f"{name} {took:.2f} s" for name, took in steps.items()))


def _apply(box: Sandbox, tenancy: model.Tenancy) -> None:
    """Make what the report reads: the namespaces, their quotas and their role bindings."""
    environment = tenancy.environments["dev"]
    manifests = [
        manifest
        for manifest in render.environment(environment, tenancy.platform_of(environment))
        if manifest["kind"] in {"Namespace", "ResourceQuota", "RoleBinding"}
    ]
    subprocess.run(
        [
            box.toolchain.path("kubectl"),
            f"--kubeconfig={box.kubeconfig}",
            *("apply", "--server-side", "--force-conflicts", "-f", "-"),
        ],
        input="\n---\n".join(map(json.dumps, manifests)),
        stdout=subprocess.DEVNULL,
        text=True,
        check=True,
    )
