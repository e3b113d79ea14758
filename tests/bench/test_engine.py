"""A fresh update, a preview of nothing and a destroy, beside a hand-written program."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pulumi.automation import ConfigValue

from tenancy import engine as automation
from tenancy import manifests as render
from tenancy import model
from tenancy.assessment import assess
from tenancy.config.project import load
from tenancy.diagnostics.exit_codes import Exit
from tenancy.engine import Engine, Session
from tenancy.local import sandbox as local_sandbox
from tenancy.local.sandbox import Sandbox
from tests.bench.fleet import ROOT, write_fleet

pytestmark = pytest.mark.bench

SIZES = [int(n) for n in os.environ.get("BENCH_NAMESPACES", "50").split(",")]

# What a person writes who wants the same objects: typed resources, names from outputs.
_HAND_WRITTEN = """
import json
from pathlib import Path
import pulumi
import pulumi_kubernetes as k8s
cluster = k8s.Provider("cluster", kubeconfig=pulumi.Config().require("kubeconfig"))
opts = pulumi.ResourceOptions(provider=cluster)
KINDS = {
    "ResourceQuota": k8s.core.v1.ResourceQuota, "LimitRange": k8s.core.v1.LimitRange,
    "NetworkPolicy": k8s.networking.v1.NetworkPolicy,
    "RoleBinding": k8s.rbac.v1.RoleBinding, "ServiceAccount": k8s.core.v1.ServiceAccountPatch,
}
FIELDS = {
    "roleRef": "role_ref",
    "automountServiceAccountToken": "automount_service_account_token",
}
namespaces = {}
for m in json.loads(Path("objects.json").read_text()):
    meta = dict(m["metadata"])
    if m["kind"] == "Namespace":
        namespaces[meta["name"]] = k8s.core.v1.Namespace(meta["name"], metadata=meta, opts=opts)
        continue
    inside = namespaces[meta["namespace"]]
    name = f"{meta['namespace']}-{m['kind']}-{meta['name']}".replace(":", "-")
    meta["namespace"] = inside.metadata.name
    known = ("apiVersion", "kind", "metadata")
    rest = {FIELDS.get(k, k): v for k, v in m.items() if k not in known}
    KINDS[m["kind"]](name, metadata=meta, opts=opts, **rest)
"""

_TUNED = {
    "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS",
    "PULUMI_K8S_CLIENT_BURST",
    "PULUMI_K8S_CLIENT_QPS",
    "PULUMI_PARALLEL",
}
"""What our sandbox sets for speed, and a hand-written program runs without."""


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A control plane for both, one after the other."""
    root = tmp_path_factory.mktemp("bench")
    yield local_sandbox.up(root)
    local_sandbox.down(root, wipe=True)


@pytest.mark.parametrize("namespaces", SIZES)
def test_beside_a_hand_written_program(box: Sandbox, namespaces: int, tmp_path: Path) -> None:
    """
    The same objects, made by our program and by one that a person wrote.

    Ours has a stack for each organization, because the engine writes the whole state of a stack
    at every step; a program written by hand has one.
    """
    stacks = write_fleet(box.root, namespaces=namespaces)
    paths = {"PYTHONPATH": f"{ROOT}:{ROOT / 'components'}"}
    engine = Engine(variables={**box.environment(), **paths})
    automation.local(box.root, "platform", engine).up()

    ours = _measure_ours(box.root, stacks, engine)
    by_hand = _measure_by_hand(_hand_written(box, stacks, tmp_path))

    print(f"\n{namespaces} namespaces, {by_hand['objects']:.0f} objects, wall seconds")
    print(f"{'':24}{'tenancy':>10}{'by hand':>10}{'ratio':>8}")
    for step in ("up", "preview", "destroy"):
        ratio = ours[step] / by_hand[step]
        print(f"{step:24}{ours[step]:10.1f}{by_hand[step]:10.1f}{ratio:8.2f}")


def _measure_ours(root: Path, stacks: list[str], engine: Engine) -> dict[str, float]:
    measured: dict[str, float] = {}
    found = assess(root)

    def opened(stack: str) -> Session:
        return automation.local(root, stack, engine)

    with _timed(measured, "tenancy", "up"):
        made = automation.up(found, stacks, open_stack=opened)
    with _timed(measured, "tenancy", "preview"):
        again = automation.preview(found, stacks, open_stack=opened)
    assert [Exit.DONE] * len(stacks) == [outcome.exit for outcome in again], again.errors
    with _timed(measured, "tenancy", "destroy"):
        gone = automation.destroy(found, stacks, open_stack=opened)
    assert (Exit.DONE, Exit.DONE) == (made.exit, gone.exit), (made.errors, gone.errors)
    return measured


def _measure_by_hand(session: Session) -> dict[str, float]:
    measured: dict[str, float] = {}
    with _timed(measured, "by hand", "up"):
        made = session.up()
    with _timed(measured, "by hand", "preview"):
        assert session.preview().is_empty
    with _timed(measured, "by hand", "destroy"):
        session.destroy()
    return {**measured, "objects": made.summary["create"]}


def _hand_written(box: Sandbox, stacks: list[str], folder: Path) -> Session:
    tenancy, _ = model.resolve(load(box.root)[0])
    manifests = [
        manifest
        for environment in (tenancy.environments[stack] for stack in stacks)
        for manifest in render.environment(environment, tenancy.platform_of(environment))
    ]
    (folder / "objects.json").write_text(json.dumps(manifests))
    (folder / "__main__.py").write_text(_HAND_WRITTEN)
    (folder / "Pulumi.yaml").write_text("name: by-hand\nruntime: python\n")
    plain = {k: v for k, v in box.environment().items() if k not in _TUNED}
    session = automation.local(folder, "dev", Engine(variables=plain))
    session.stack.set_config("kubeconfig", ConfigValue(str(box.kubeconfig)))
    return session


@contextmanager
def _timed(measured: dict[str, float], whose: str, step: str) -> Iterator[None]:
    begin = time.perf_counter()
    yield
    measured[step] = time.perf_counter() - begin
    print(f"{whose}, {step}: {measured[step]:.1f} s", flush=True)
