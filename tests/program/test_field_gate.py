"""Which objects of a component an update changes, as its plan is told."""

import asyncio

import pytest
from tenancy_components import field_gate, patch_managers
from tenancy_components.field_gate import changing_from, renamed

from tenancy.drifting import AppliedObject, Identity
from tenancy.planning import FIELDS_VARIABLE


def quota(namespace: str, pods: str) -> dict:
    return {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "quota", "namespace": namespace},
        "spec": {"hard": {"pods": pods}},
    }


class Engine:
    """A run of a program; its state has one quota of each of these resources."""

    def __init__(self, **objects: dict) -> None:
        self.objects = objects
        self.reads = 0

    async def applied(self, project: str, stack: str) -> tuple[AppliedObject, ...]:
        self.reads += 1
        return tuple(
            AppliedObject(
                inputs=inputs, manager=f"tenancy/{name}", resource=name.replace("_", "-")
            )
            for name, inputs in self.objects.items()
        )


def run_on(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patch_managers, "applied_objects", engine.applied)
    for module in (field_gate, patch_managers):
        monkeypatch.setattr(module, "get_monitor", lambda: engine)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch):
    """Return what the plan of a component is told, in runs of *engine*."""

    def tell(
        engine: Engine, *components: tuple[str, list[dict]], manager: str = ""
    ) -> list[dict[Identity, str]]:
        run_on(engine, monkeypatch)
        monkeypatch.setattr(field_gate.pulumi, "get_project", lambda: "p")
        monkeypatch.setattr(field_gate.pulumi, "get_stack", lambda: "s")

        async def ask() -> list:
            return [
                await field_gate._changing(name, tuple(manifests), manager, frozenset())
                for name, manifests in components
            ]

        return [changing_from(one) for one in asyncio.run(ask())]

    return tell


def of(namespace: str) -> Identity:
    return Identity(kind="ResourceQuota", namespace=namespace, name="quota")


def test_the_plan_is_told_what_changes_and_under_which_manager(told) -> None:
    engine = Engine(acme_dev_quota=quota("a-dev", "20"), acme_lab_quota=quota("a-lab", "3"))

    [changed] = told(engine, ("acme", [quota("a-dev", "25"), quota("a-lab", "3")]))

    assert {of("a-dev"): "tenancy/acme_dev_quota"} == changed


def test_the_objects_of_another_component_are_not_compared(told) -> None:
    """On two clusters there may be two objects of one name."""
    engine = Engine(acme_quota=quota("dev", "20"), acmes_quota=quota("dev", "30"))

    one, other = told(engine, ("acme", [quota("dev", "20")]), ("acmes", [quota("dev", "20")]))

    assert {} == one
    assert {of("dev"): "tenancy/acmes_quota"} == other


def test_the_state_is_read_once_in_a_run(told) -> None:
    engine = Engine(acme_quota=quota("dev", "20"))

    told(engine, ("acme", [quota("dev", "21")]), ("globex", []), ("initech", []))

    assert 1 == engine.reads


def test_what_another_manager_of_the_stack_applied_changes_and_is_refused(told) -> None:
    engine = Engine(acme_quota=quota("dev", "20"))
    unchanged = ("acme", [quota("dev", "20")])

    assert [{}] == told(engine, unchanged, manager="tenancy/acme_quota")
    [changed] = told(Engine(acme_quota=quota("dev", "20")), unchanged, manager="tenancy/east")

    text = renamed(changed, "tenancy/east")
    assert "applied objects of this stack as tenancy/acme_quota, and this one would" in text
    assert "the Kubernetes provider has another name" in text
    assert "" == renamed(changed, "tenancy/acme_quota")


@pytest.mark.parametrize(
    ("variables", "manager", "is_read"),
    [
        pytest.param({}, "tenancy/acme_quota", True, id="plain pulumi"),
        pytest.param({FIELDS_VARIABLE: "1"}, "tenancy/acme_quota", False, id="compared"),
        # The command does not compare what another manager applied.
        pytest.param({FIELDS_VARIABLE: "1"}, "tenancy/other", True, id="another manager"),
    ],
)
def test_a_preview_does_not_read_again_what_its_command_has_compared(
    monkeypatch, variables: dict, manager: str, is_read: bool
) -> None:
    run_on(Engine(acme_quota=quota("dev", "20")), monkeypatch)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    read: list[object] = []
    for name, stub in {
        "desired_manifests": lambda *_: [quota("dev", "21")],
        "stack_manager": lambda *_: manager,
        "renamed": lambda *_: "",
        "taken_text": lambda *_: "",
        "conflicts_text": lambda *_: read.append(True) or "",
    }.items():
        monkeypatch.setattr(field_gate, name, stub)
    monkeypatch.setattr(field_gate.pulumi, "get_project", lambda: "p")
    monkeypatch.setattr(field_gate.pulumi, "get_stack", lambda: "s")

    asyncio.run(field_gate.refuse_field_conflicts(None, "s", None))

    assert is_read is bool(read)


def default(namespace: str) -> dict:
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": "default", "namespace": namespace},
    }


@pytest.mark.parametrize(
    ("applied", "own", "kept"),
    [
        pytest.param("t/p/s/east/acme-default", "globex-default", "acme-default", id="renamed"),
        pytest.param("t/p/s/east/acme-default", "acme-default", "acme-default", id="same"),
        pytest.param("t/p/s/west/acme-default", "globex-default", "", id="another cluster"),
        pytest.param("pulumi-kubernetes-1a2b", "globex-default", "", id="a generated one"),
    ],
)
def test_a_patch_keeps_its_field_manager_when_its_component_is_renamed(
    monkeypatch, applied, own, kept
) -> None:
    one = AppliedObject(inputs=default("a-dev"), manager=applied, resource="acme-default")
    engine = Engine()
    run_on(engine, monkeypatch)

    async def ask() -> list[str]:
        monkeypatch.setattr(
            patch_managers, "applied_objects", lambda *_: asyncio.sleep(0, (one,))
        )
        monkeypatch.setattr(field_gate.pulumi, "get_project", lambda: "p")
        monkeypatch.setattr(field_gate.pulumi, "get_stack", lambda: "s")

        def asked() -> object:
            where = Identity.of(default("a-dev"))
            return patch_managers.applied_by(where, f"t/p/s/east/{own}", "t/p/s/east")

        # Before the state is read, and after.
        return [await asked(), asked()]

    assert [f"t/p/s/east/{kept or own}"] * 2 == asyncio.run(ask())


def test_a_renamed_component_is_compared_with_what_it_applied_before(told) -> None:
    engine = Engine(acme=quota("dev", "20"), lab=quota("lab", "20"))

    [changed] = told(engine, ("globex", [quota("dev", "25")]), manager="tenancy/acme")

    assert {of("dev"): "tenancy/acme"} == changed


def test_patches_of_every_kind_keep_their_field_managers(monkeypatch) -> None:
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "gpu-0"}}
    applied = tuple(
        AppliedObject(inputs=inputs, manager=f"t/p/s/east/acme-{name}", resource=name)
        for name, inputs in (("default", default("a-dev")), ("gpu-0", node))
    )
    run_on(Engine(), monkeypatch)

    async def ask() -> list[object]:
        monkeypatch.setattr(
            patch_managers, "applied_objects", lambda *_: asyncio.sleep(0, applied)
        )
        monkeypatch.setattr(field_gate.pulumi, "get_project", lambda: "p")
        monkeypatch.setattr(field_gate.pulumi, "get_stack", lambda: "s")
        await patch_managers.applied_before()
        return [
            patch_managers.applied_by(Identity.of(one), "t/p/s/east/new", "t/p/s/east")
            for one in (default("a-dev"), node)
        ]

    assert ["t/p/s/east/acme-default", "t/p/s/east/acme-gpu-0"] == asyncio.run(ask())
