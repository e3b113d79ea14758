"""
Changes of what an update depends on, drawn from a seed, each undone afterwards.

They are made to a stack of one organization, because an engine takes longer with every object.
"""

import contextlib
import json
import random
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import attrs

from tenancy.diagnostics import EngineError
from tenancy.local.sandbox.layout import Layout
from tests.cluster.stacks import edited_states

ROOT = Path(__file__).parents[3]
STACK = "small"
FILE = f"Pulumi.{STACK}.yaml"
NAMESPACE = "small-a"
_STACK_FILE = """\
config:
  tenancy:environment: dev
  tenancy:cluster: sandbox
  tenancy:platformStack: platform
  tenancy:profiles:
    standard:
      quota: {requests.cpu: 2, limits.cpu: 4, pods: 20}
      limitRange: {container: {default: {cpu: 200m}, defaultRequest: {cpu: 100m}}}
  tenancy:organizations:
    small:
      prefix: small
      defaultNamespace: a
      members: [{group: small-developers, role: developer}]
      namespaces:
        - {id: a, profile: standard}
        - {id: b, profile: standard}
"""


@attrs.frozen
class World:
    """
    What a change may touch: a project with an applied stack, its state, and the cluster.

    Attributes:
        records: The folder of the records of last updates.
    """

    root: Path
    state: Path
    records: Path
    kubectl: Callable[..., str]
    other_machine: Callable[[], object]
    path: str
    random: random.Random


def write_stack(root: Path) -> None:
    """Write the stack that the changes are made to."""
    (root / FILE).write_text(_STACK_FILE)


Change = Callable[[World], contextlib.AbstractContextManager[Mapping[str, str]]]
"""Opens a block in which something is different; it yields further variables of the engine."""


@contextlib.contextmanager
def _text(file: Path, change: Callable[[str], str]) -> Iterator[Mapping[str, str]]:
    before = file.read_text()
    file.write_text(change(before))
    try:
        yield {}
    finally:
        file.write_text(before)


def _config(world: World) -> contextlib.AbstractContextManager[Mapping[str, str]]:
    """Quotas, members, options of resources, labels, or only a remark in the stack file."""
    number = world.random.randrange(1, 30)
    changes = (
        lambda text: text.replace("pods: 20}", f"pods: {number}}}"),
        lambda text: text.replace("developers, role: developer", "developers, role: viewer"),
        lambda text: text.replace("small-developers", f"small-developers-{number}"),
        lambda text: text + f"  tenancy:allowDeletion: [{NAMESPACE}]\n",
        lambda text: text.replace("{id: b, profile", f"{{id: b{number}, profile"),
        lambda text: text.replace("        - {id: b, profile: standard}\n", ""),
        lambda text: text.replace("{cpu: 100m}", "{cpu: 100 m}"),
        lambda text: text.replace("pods: 20}", 'pods: "20"}'),
        lambda text: text + f"# remark {number}\n",
    )
    return _text(world.root / FILE, world.random.choice(changes))


def _other_files(world: World) -> contextlib.AbstractContextManager[Mapping[str, str]]:
    """Files that no resource of the stack depends on."""
    return _text(world.root / "Pulumi.prod.yaml", lambda text: text + "# a remark\n")


def _nothing(world: World) -> contextlib.AbstractContextManager[Mapping[str, str]]:
    del world
    return contextlib.nullcontext({})


@contextlib.contextmanager
def _version_of_tenancy(world: World) -> Iterator[Mapping[str, str]]:
    """Another version of the packages, which the engine's program runs."""
    copy = world.root.parent / f"{world.root.name} packages"
    shutil.copytree(ROOT / "tenancy", copy / "tenancy", dirs_exist_ok=True)
    for other in ("components", "tenancy_components"):
        if (ROOT / other).is_dir():
            shutil.copytree(ROOT / other, copy / other, dirs_exist_ok=True)
    file = copy / "tenancy" / "manifests" / "manifest.py"
    manager = world.random.choice(("tenancy", "tenancy-next"))
    file.write_text(
        file.read_text().replace('MANAGER: Final = "tenancy"', f'MANAGER: Final = "{manager}"')
    )
    try:
        yield {"PYTHONPATH": f"{copy}:{copy / 'components'}"}
    finally:
        shutil.rmtree(copy)


@contextlib.contextmanager
def _tool(world: World) -> Iterator[Mapping[str, str]]:
    """The engine or the provider from another place, or another file that runs it."""
    name = world.random.choice(("pulumi", "pulumi-resource-kubernetes"))
    plugins = Layout(world.root).pulumi_home.glob(f"plugins/resource-kubernetes-v*/{name}")
    real = shutil.which(name, path=world.path) or next(plugins)
    with tempfile.TemporaryDirectory() as folder:
        tool = Path(folder) / "bin" / name
        tool.parent.mkdir()
        if world.random.random() < 0.5:
            tool.symlink_to(real)
        else:
            tool.write_text(f'#!/bin/sh\nexec "{real}" "$@"\n')
            tool.chmod(0o755)
        yield {"PATH": f"{tool.parent}:{world.path}"}


def _provider_config(world: World) -> contextlib.AbstractContextManager[Mapping[str, str]]:
    """The kubeconfig with the same content in another form."""
    return _text(world.root / ".sandbox/kubeconfig", lambda text: text + "\n# a remark\n")


@contextlib.contextmanager
def _variables(world: World) -> Iterator[Mapping[str, str]]:
    yield {"PULUMI_K8S_CLIENT_QPS": str(world.random.randrange(100, 900))}


def _edited_state(world: World) -> contextlib.AbstractContextManager[Mapping[str, str]]:
    """One resource of the state, edited by hand."""
    return _text(world.state, lambda text: edited_states.edited(text, world.random))


def _damaged_state(world: World) -> contextlib.AbstractContextManager[Mapping[str, str]]:
    changes = (
        lambda text: text[: len(text) // 2],
        lambda _: '{"version": 99, "checkpoint": {}}',
    )
    return _text(world.state, world.random.choice(changes))


def _pending_operation(world: World) -> contextlib.AbstractContextManager[Mapping[str, str]]:
    """What an interrupted update leaves in the state."""

    def change(text: str) -> str:
        whole = json.loads(text)
        latest = whole["checkpoint"]["latest"]
        quotas = [r for r in latest["resources"] if r["type"].endswith(":ResourceQuota")]
        latest["pending_operations"] = [
            {"resource": world.random.choice(quotas), "type": "updating"}
        ]
        return json.dumps(whole)

    return _text(world.state, change)


@contextlib.contextmanager
def _another_machine(world: World) -> Iterator[Mapping[str, str]]:
    """An update of other files, from another checkout, which may be refused."""
    with _config(world), contextlib.suppress(EngineError):
        world.other_machine()
    try:
        yield {}
    finally:
        world.other_machine()


@contextlib.contextmanager
def _leftover_record(world: World) -> Iterator[Mapping[str, str]]:
    """The record of another moment, or a damaged one, as the newest."""
    with contextlib.ExitStack() as undone:
        changes: tuple[Callable[[dict[str, object]], object], ...] = (
            lambda record: record.update(unchanged=str(record["unchanged"])),
            lambda record: record.update(inputs="0" * 64),
            lambda record: record.update(state="0" * 64),
            lambda record: record.pop("state"),
            lambda record: record.update(version=2),
        )
        change = world.random.choice(changes)

        def edit(text: str) -> str:
            record = json.loads(text)
            change(record)
            return json.dumps(record)

        for file in world.records.rglob("*.json"):
            undone.enter_context(_text(file, edit))
        yield {}


@contextlib.contextmanager
def _by_hand(world: World) -> Iterator[Mapping[str, str]]:
    """An object that is changed, deleted or created on the cluster alone."""
    quota = ("resourcequota", "quota", "-n", NAMESPACE)
    policy = ("networkpolicy", "allow-dns", "-n", NAMESPACE)
    binding = ("rolebinding", "foreign", "-n", NAMESPACE)
    namespace = ("namespace", NAMESPACE)
    what = world.random.randrange(4)
    if what == 0:
        before = json.loads(world.kubectl("get", *quota, "-o", "json"))["spec"]["hard"]["pods"]
        done = ("patch", *quota, "--type=merge", "-p", '{"spec": {"hard": {"pods": "77"}}}')
        undo = [*done[:-1], json.dumps({"spec": {"hard": {"pods": before}}})]
        world.kubectl(*done)
    elif what == 1:
        world.kubectl("annotate", *policy, "example.com/by=hand")
        undo = ["annotate", *policy, "example.com/by-"]
    elif what == 2:
        world.kubectl("create", *binding, "--clusterrole=view", "--group=foreigners")
        undo = ["delete", *binding]
    else:
        world.kubectl("label", *namespace, "example.com/by=hand")
        undo = ["label", *namespace, "example.com/by-"]
    try:
        yield {}
    finally:
        world.kubectl(*undo)


CHANGES: Mapping[str, Change] = {
    "nothing": _nothing,
    "another machine": _another_machine,
    "by hand": _by_hand,
    "config": _config,
    "other files": _other_files,
    "version of tenancy": _version_of_tenancy,
    "engine or provider": _tool,
    "provider config": _provider_config,
    "variables": _variables,
    "leftover record": _leftover_record,
    "edited state": _edited_state,
    "pending operation": _pending_operation,
    "damaged state": _damaged_state,
}
"""In an order in which several of them can be made together."""
RARE = "another machine"


def drawn(chosen: random.Random, most: int = 3) -> tuple[str, ...]:
    """Return the names of one to *most* changes that are made together."""
    (count,) = chosen.choices(range(1, most + 1), weights=(6, 3, 1)[:most])
    # An update by another machine takes longer than all others.
    often = [name for name in CHANGES if name != RARE or chosen.random() < 0.2]
    names = set(chosen.sample(often, min(count, len(often))))
    return tuple(name for name in CHANGES if name in names)


@contextlib.contextmanager
def made(world: World, names: Iterable[str]) -> Iterator[Mapping[str, str]]:
    """Open a block in which the changes *names* are made; it yields variables of the engine."""
    variables: dict[str, str] = {}
    with contextlib.ExitStack() as undone:
        for name in names:
            variables |= undone.enter_context(CHANGES[name](world))
        yield variables
