"""Which backends there are, and what all of them keep."""

import importlib.metadata
import sys
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from tenancy import gpu
from tenancy.diagnostics.errors import TenancyError
from tenancy.diagnostics.finding import Finding, Severity
from tenancy.gpu import backend
from tenancy.gpu.objects import NodePatch
from tenancy.gpu.reference import markdown
from tenancy.kubernetes import labels
from tenancy.manifests.policies.placement import pool_taints
from tests.unit.gpu.pools import a_pool, coreweave, eks, existing, karpenter

ALL = [
    pytest.param(existing(), id="existing"),
    pytest.param(karpenter(), id="karpenter"),
    pytest.param(coreweave(), id="coreweave"),
    pytest.param(eks(), id="eks"),
]


def errors_in(*of) -> list[Finding]:
    return [v for v in gpu.problems(of) if v.severity is Severity.ERROR]


@pytest.mark.parametrize("pool", ALL)
def test_a_right_pool_is_accepted_and_always_rendered_alike(pool):
    assert [] == errors_in(pool)
    assert gpu.render(pool) == gpu.render(pool)
    assert gpu.render(pool) != []


@pytest.mark.parametrize("pool", ALL)
def test_logical_names_tell_everything_of_a_pool_apart(pool):
    names = [gpu.identity(rendered) for rendered in gpu.render(pool)]

    assert len(names) == len(set(names))


def test_every_backend_of_tenancy_can_be_loaded():
    assert {"coreweave", "eks", "existing", "karpenter"} <= set(backend._OURS)
    for name in backend._OURS:
        assert isinstance(backend.backends()[name].load(), backend.Backend)


def test_a_backend_that_is_not_there_is_refused_with_the_nearest():
    found = errors_in(a_pool(backend="karpentr"))

    assert [
        "Pulumi.platform.yaml: platform.gpuNodePools[0].backend [unknown-backend] the backend"
        f" 'karpentr' of the pool h100; allowed: {', '.join(backend.backends())};"
        " write karpenter"
    ] == [str(v) for v in found]


@pytest.mark.parametrize("pool", ALL)
def test_an_option_that_the_backend_does_not_know_is_refused(pool):
    wrong = attrs.evolve(pool, options={**pool.options, "autoscalling": True})

    assert ["unknown-key"] == [v.code for v in errors_in(wrong)]
    assert "options.autoscalling" in str(errors_in(wrong)[0])


class Theirs:
    """A backend of another package."""

    def validate(self, pool) -> Iterator[Finding]:
        yield from ()

    def render(self, pool):
        return [NodePatch(node=f"{pool.name}-0", labels={})]


@pytest.fixture
def installed(monkeypatch):
    def install(name: str, value: str) -> None:
        entry = importlib.metadata.EntryPoint(name=name, value=value, group=backend.GROUP)
        monkeypatch.setattr(
            importlib.metadata,
            "entry_points",
            lambda **_: importlib.metadata.EntryPoints([entry]),
        )
        backend.backends.cache_clear()

    yield install
    monkeypatch.undo()
    backend.backends.cache_clear()


def test_another_package_adds_a_backend(installed):
    installed("gke", f"{__name__}:Theirs")
    sys.modules[__name__].Theirs = Theirs()
    try:
        pool = a_pool(backend="gke")

        assert [] == errors_in(pool)
        assert [NodePatch(node="h100-0", labels={})] == gpu.render(pool)
    finally:
        sys.modules[__name__].Theirs = type(sys.modules[__name__].Theirs)


def test_another_package_never_takes_the_place_of_ours(installed):
    installed("eks", "json:loads")

    assert gpu.render(eks()) != []


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        pytest.param("no.such.module:BACKEND", "cannot be loaded", id="missing"),
        pytest.param("json:loads", "has no validate and render", id="something else"),
    ],
)
def test_a_broken_backend_of_another_package_is_named(installed, value, reason):
    installed("gke", value)

    with pytest.raises(TenancyError, match=reason):
        list(gpu.problems([a_pool(backend="gke")]))


def test_nodes_carry_the_pools_name_its_model_and_what_config_says():
    pool = a_pool(
        labels={"example.com/rack": "r1"},
        taints=[{"key": "example.com/x", "effect": "NoExecute"}],
    )

    assert {
        "example.com/rack": "r1",
        labels.GPU_MODEL: "H100",
        labels.GPU_POOL: "h100",
    } == gpu.node_labels(pool)
    assert [(labels.GPU_POOL, "h100", "NoSchedule"), ("example.com/x", "", "NoExecute")] == [
        (t.key, t.value, t.effect) for t in gpu.node_taints(pool)
    ]


def test_nodes_have_the_taints_that_granted_pods_tolerate():
    pool = a_pool(taints=[{"key": "example.com/x", "value": "y", "effect": "NoSchedule"}])

    assert [(t.key, t.value, t.effect) for t in pool_taints(pool)] == [
        (t.key, t.value, t.effect) for t in gpu.node_taints(pool)
    ]


def test_the_committed_reference_of_backends_is_up_to_date():
    written = (Path(__file__).parents[3] / "docs" / "backends.md").read_text(encoding="utf-8")

    assert markdown() == written, "run `python -m tenancy.gpu.reference`"
    for name in backend.own_backends():
        assert f"\n## `{name}`\n" in written
    assert "| `clusterName` | The EKS cluster's name in AWS. Required. |" in written
    assert "| `nodeClass.ami` | An AMI family and its version" in written
