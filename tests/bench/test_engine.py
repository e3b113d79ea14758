"""A fresh update, a preview of nothing and a destroy, beside a hand-written program."""

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pulumi.automation import ConfigValue

from tenancy import automation, render, resolve
from tenancy import sandbox as embedded
from tenancy.automation import Engine, Session
from tenancy.project import load
from tenancy.sandbox import Sandbox
from tests.bench.fleet import ROOT, write_project

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
    yield embedded.up(root)
    embedded.down(root, wipe=True)


@pytest.mark.parametrize("namespaces", SIZES)
def test_beside_a_hand_written_program(box: Sandbox, namespaces: int, tmp_path: Path) -> None:
    """The same objects, made by our program and by one that a person wrote."""
    write_project(box.root, namespaces=namespaces)
    paths = {"PYTHONPATH": f"{ROOT}:{ROOT / 'components'}"}
    ours = Engine(
        variables={**box.environment(), **paths},
        config_copies=box.root / ".sandbox/config",
    )
    automation.local(box.root, "platform", ours).up()

    mine = _measure(
        automation.local(box.root, "dev", ours),
        lambda session: session.release(box.root, _names(box.root)),
    )
    theirs = _measure(_hand_written(box, tmp_path), lambda session: None)

    print(f"\n{namespaces} namespaces, {theirs['objects']:.0f} objects, wall seconds")
    print(f"{'':24}{'tenancy':>10}{'by hand':>10}{'ratio':>8}")
    for step in ("up", "preview", "destroy"):
        ratio = mine[step] / theirs[step]
        print(f"{step:24}{mine[step]:10.1f}{theirs[step]:10.1f}{ratio:8.2f}")


def _names(root: Path) -> list[str]:
    tenancy, _ = resolve.resolve(load(root)[0])
    return [namespace.name for namespace in tenancy.environments["dev"].namespaces]


def _hand_written(box: Sandbox, folder: Path) -> Session:
    tenancy, _ = resolve.resolve(load(box.root)[0])
    environment = tenancy.environments["dev"]
    manifests = render.environment(environment, tenancy.platform_of(environment))
    (folder / "objects.json").write_text(json.dumps(manifests))
    (folder / "__main__.py").write_text(_HAND_WRITTEN)
    (folder / "Pulumi.yaml").write_text("name: by-hand\nruntime: python\n")
    plain = {k: v for k, v in box.environment().items() if k not in _TUNED}
    session = automation.local(folder, "dev", Engine(variables=plain))
    session.stack.set_config("kubeconfig", ConfigValue(str(box.kubeconfig)))
    return session


def _measure(session: Session, before_destroy: Callable[[Session], object]) -> dict[str, float]:
    measured: dict[str, float] = {}
    for step, work in (("up", session.up), ("preview", session.preview)):
        begin = time.perf_counter()
        result = work()
        measured[step] = time.perf_counter() - begin
        if step == "up":
            measured["objects"] = result.summary["create"]
        else:
            assert result.is_empty
    begin = time.perf_counter()
    before_destroy(session)
    session.destroy()
    measured["destroy"] = time.perf_counter() - begin
    return measured
