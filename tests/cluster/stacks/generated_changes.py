"""Changes of what an update depends on, drawn from a seed, each undone afterwards."""

import contextlib
import json
import random
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import attrs

ROOT = Path(__file__).parents[3]


@attrs.frozen
class World:
    """What a change may touch: a project with an applied stack, its state, and the cluster."""

    root: Path
    state: Path
    kubectl: Callable[..., str]
    other_machine: Callable[[], object]
    random: random.Random


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
    """Quotas, protection, or only a remark in the stack file."""
    pods = world.random.randrange(1, 30)
    changes = (
        lambda text: re.sub(
            r'^        pods: "\d+"', f'        pods: "{pods}"', text, flags=re.M
        ),
        lambda text: text + "  tenancy:allowDeletion: [acme-dev]\n",
        lambda text: text + f"# remark {pods}\n",
    )
    return _text(world.root / "Pulumi.dev.yaml", world.random.choice(changes))


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
def _provider_config(world: World) -> Iterator[Mapping[str, str]]:
    """The kubeconfig with the same content in another form."""
    with _text(world.root / ".sandbox/kubeconfig", lambda text: text + "\n# a remark\n"):
        yield {}


@contextlib.contextmanager
def _variables(world: World) -> Iterator[Mapping[str, str]]:
    yield {"PULUMI_K8S_CLIENT_QPS": str(world.random.randrange(100, 900))}


def _edited_state(world: World) -> contextlib.AbstractContextManager[Mapping[str, str]]:
    """One resource of the state, edited by hand."""

    def change(text: str) -> str:
        whole = json.loads(text)
        found = whole["checkpoint"]["latest"]["resources"]
        objects = [one for one in found if one["type"].startswith("kubernetes:")]
        quotas = [one for one in objects if one["type"].endswith(":ResourceQuota")]
        what = world.random.randrange(4)
        if what == 0:
            quota = world.random.choice(quotas)
            for part in (quota["inputs"], quota["outputs"], quota["outputs"]["__inputs"]):
                part["metadata"]["labels"]["tenancy.dev/managed"] = "edited"
        elif what == 1:
            last = [one for one in objects if one["type"].endswith(":RoleBinding")]
            found.remove(world.random.choice(last))
        elif what == 2:
            for one in found:
                one.pop("protect", None)
        else:
            world.random.choice(quotas)["outputs"]["spec"]["hard"] = {"pods": "1"}
        # The guard depends on what is removed.
        names = {one["urn"] for one in found}
        for one in found:
            if "dependencies" in one:
                one["dependencies"] = [urn for urn in one["dependencies"] if urn in names]
        return json.dumps(whole)

    return _text(world.state, change)


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
    """An update of other files, from another checkout."""
    with _config(world):
        world.other_machine()
    try:
        yield {}
    finally:
        world.other_machine()


@contextlib.contextmanager
def _by_hand(world: World) -> Iterator[Mapping[str, str]]:
    """An object that is changed on the cluster alone."""
    quota = ("resourcequota", "quota", "-n", "acme-dev", "--type=merge", "-p")
    before = json.loads(world.kubectl("get", *quota[:-2], "-o", "json"))["spec"]["hard"]["pods"]
    world.kubectl("patch", *quota, json.dumps({"spec": {"hard": {"pods": "77"}}}))
    try:
        yield {}
    finally:
        world.kubectl("patch", *quota, json.dumps({"spec": {"hard": {"pods": before}}}))


CHANGES: Mapping[str, Change] = {
    "nothing": _nothing,
    "config": _config,
    "other files": _other_files,
    "version of tenancy": _version_of_tenancy,
    "provider config": _provider_config,
    "variables": _variables,
    "edited state": _edited_state,
    "damaged state": _damaged_state,
    "pending operation": _pending_operation,
    "another machine": _another_machine,
    "by hand": _by_hand,
}
