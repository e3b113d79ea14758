"""What makes the same objects: kubectl, Helm, a tuned program by hand, and `tenancy` itself."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TypeVar

import attrs
import psutil
from pulumi.automation import ConfigValue

from tenancy import engine as automation
from tenancy import manifests as render
from tenancy.assessment import assess
from tenancy.engine import Engine
from tenancy.local.sandbox import Sandbox, status
from tests.bench.figures import Figure, measured
from tests.bench.helm import made, write_chart
from tests.commands import TENANCY

ROOT = Path(__file__).parents[2]
PATHS = {"PYTHONPATH": f"{ROOT}:{ROOT / 'components'}"}
AT_ONCE = 4
"""How many stacks the hand-written program works on at a time, as `tenancy` does."""

Manifest = Mapping[str, object]
S = TypeVar("S")
T = TypeVar("T")

# What a person writes who wants the same objects quickly: literal names, and guardrails that
# are deleted with their namespace.
_HAND_WRITTEN = """
import json
from pathlib import Path
import pulumi
import pulumi_kubernetes as k8s
config = pulumi.Config()
cluster = k8s.Provider("cluster", kubeconfig=config.require("kubeconfig"))
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
for m in json.loads(Path(f"{pulumi.get_stack()}.json").read_text()):
    meta = m["metadata"]
    if m["kind"] == "Namespace":
        opts = pulumi.ResourceOptions(provider=cluster)
        namespaces[meta["name"]] = k8s.core.v1.Namespace(meta["name"], metadata=meta, opts=opts)
        continue
    inside = namespaces[meta["namespace"]]
    opts = pulumi.ResourceOptions(provider=cluster, depends_on=[inside], deleted_with=inside)
    name = f"{meta['namespace']}-{m['kind']}-{meta['name']}".replace(":", "-")
    known = ("apiVersion", "kind", "metadata")
    rest = {FIELDS.get(k, k): v for k, v in m.items() if k not in known}
    KINDS[m["kind"]](name, metadata=meta, opts=opts, **rest)
"""


@attrs.frozen
class Fleet:
    """The stacks that are measured, on a platform that is applied."""

    box: Sandbox
    stacks: Sequence[str]

    @property
    def servers(self) -> list[psutil.Process]:
        """Return the processes of the control plane."""
        parts = status(self.box.root).parts
        return [psutil.Process(part.pid) for part in parts if part.pid is not None]

    def measured(self, into: dict[str, Figure], step: str) -> AbstractContextManager[None]:
        """Measure the block, by whose CPU it takes."""
        return measured(into, step, self.servers)

    def manifests(self, stack: str) -> list[Manifest]:
        """Return the objects of one stack."""
        tenancy = assess(self.box.root, stack).tenancy
        environment = tenancy.environments[stack]
        return render.environment(environment, tenancy.platform_of(environment))

    @property
    def objects(self) -> list[Manifest]:
        """Every object, in an order in which they can be applied."""
        every = [m for stack in self.stacks for m in self.manifests(stack)]
        return sorted(every, key=lambda m: m["kind"] != "Namespace")

    def kubectl(self, *arguments: str, objects: Sequence[Manifest] = ()) -> str:
        """Run kubectl; 1 is how `diff` reports a difference."""
        done = subprocess.run(
            [
                self.box.toolchain.path("kubectl"),
                f"--kubeconfig={self.box.kubeconfig}",
                *arguments,
            ],
            input="\n---\n".join(map(json.dumps, objects)),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in (0, 1), done.stderr
        return done.stdout

    def wait_until_gone(self) -> None:
        """Wait until none of the namespaces exists any longer."""
        names = {m["metadata"]["name"] for m in self.objects if m["kind"] == "Namespace"}  # type: ignore[index]
        while names & set(
            self.kubectl("get", "namespaces", "-o", "name").replace("namespace/", "").split()
        ):
            time.sleep(0.2)


def kubectl(fleet: Fleet) -> dict[str, Figure]:
    """Server-side apply of all objects at once."""
    figures: dict[str, Figure] = {}
    objects = fleet.objects
    apply = ("apply", "--server-side", "--force-conflicts", "-f", "-")
    with fleet.measured(figures, "create"):
        fleet.kubectl(*apply, objects=objects)
    with fleet.measured(figures, "no-change preview"):
        fleet.kubectl("diff", "--server-side", "--force-conflicts", "-f", "-", objects=objects)
    with fleet.measured(figures, "no-change up"):
        fleet.kubectl(*apply, objects=objects)
    names = [m["metadata"]["name"] for m in objects if m["kind"] == "Namespace"]  # type: ignore[index]
    with fleet.measured(figures, "delete"):
        fleet.kubectl("delete", "namespaces", "--wait=false", *map(str, names))
        fleet.wait_until_gone()
    return figures


def by_hand(fleet: Fleet, folder: Path) -> dict[str, Figure]:
    """A stack for each organization, several at a time, with all that makes Pulumi fast."""
    (folder / "__main__.py").write_text(_HAND_WRITTEN)
    (folder / "Pulumi.yaml").write_text("name: by-hand\nruntime: python\n")
    sessions = []
    for stack in fleet.stacks:
        (folder / f"{stack}.json").write_text(json.dumps(fleet.manifests(stack)))
        session = automation.local(folder, stack, Engine(variables=fleet.box.environment()))
        session.stack.set_config("kubeconfig", ConfigValue(str(fleet.box.kubeconfig)))
        sessions.append(session)
    figures: dict[str, Figure] = {}
    with fleet.measured(figures, "preview"):
        _each(sessions, lambda session: session.preview())
    with fleet.measured(figures, "create"):
        _each(sessions, lambda session: session.up())
    with fleet.measured(figures, "no-change preview"):
        assert all(found.is_empty for found in _each(sessions, lambda s: s.preview()))
    with fleet.measured(figures, "no-change up"):
        _each(sessions, lambda session: session.up())
    with fleet.measured(figures, "delete"):
        _each(sessions, lambda session: session.destroy())
        fleet.wait_until_gone()
    return figures


def by_helm(fleet: Fleet, folder: Path) -> dict[str, Figure]:
    """A release for each organization, several at a time, without a check by the schema."""
    program = made()
    for stack in fleet.stacks:
        write_chart(folder / stack, stack, fleet.manifests(stack))

    def run(*arguments: str) -> Callable[[str], object]:
        def on(stack: str) -> object:
            chart = [] if arguments[0] == "uninstall" else [str(folder / stack)]
            flags = ("--kubeconfig", str(fleet.box.kubeconfig), "--namespace", "default")
            command = [program, *flags, arguments[0], stack, *chart, *arguments[1:]]
            return subprocess.run(command, check=True, capture_output=True)

        return on

    unchecked = "--disable-openapi-validation"
    figures: dict[str, Figure] = {}
    with fleet.measured(figures, "preview"):
        _each(fleet.stacks, run("install", "--dry-run=server", unchecked))
    with fleet.measured(figures, "create"):
        _each(fleet.stacks, run("install", unchecked))
    with fleet.measured(figures, "no-change preview"):
        _each(fleet.stacks, run("upgrade", "--dry-run=server", unchecked))
    with fleet.measured(figures, "no-change up"):
        _each(fleet.stacks, run("upgrade", unchecked))
    with fleet.measured(figures, "delete"):
        _each(fleet.stacks, run("uninstall"))
        fleet.wait_until_gone()
    return figures


def _each(found: Sequence[S], work: Callable[[S], T]) -> list[T]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(work, found))


def ours(fleet: Fleet) -> dict[str, Figure]:
    """The command line, with the record of unchanged stacks deleted before."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    shutil.rmtree(cache / "tenancy" / "updates", ignore_errors=True)
    figures: dict[str, Figure] = {}
    with fleet.measured(figures, "preview"):
        tenancy(fleet, "preview")
    with fleet.measured(figures, "create"):
        tenancy(fleet, "up", "--yes")
    with fleet.measured(figures, "no-change preview"):
        assert "no changes" in tenancy(fleet, "preview")
    with fleet.measured(figures, "no-change up"):
        tenancy(fleet, "up", "--yes")
    with fleet.measured(figures, "delete"):
        tenancy(fleet, "destroy", "--yes")
        fleet.wait_until_gone()
    return figures


def tenancy(fleet: Fleet, *arguments: str) -> str:
    flags = [f"--stack={stack}" for stack in fleet.stacks]
    done = subprocess.run(
        [
            *(*TENANCY, *arguments),
            *(*flags, f"--project={fleet.box.root}"),
        ],
        env={**os.environ, **PATHS},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 2), done.stdout + done.stderr
    return done.stdout


def each_peer(fleet: Fleet, folder: Path) -> Iterator[tuple[str, dict[str, Figure]]]:
    """Yield what each peer needs, one after another: each leaves an empty cluster."""
    yield "kubectl", kubectl(fleet)
    yield "helm", by_helm(fleet, folder / "charts")
    yield "hand", by_hand(fleet, folder)
    yield "tenancy", ours(fleet)
