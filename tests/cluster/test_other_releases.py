"""
The guardrails on other releases of Kubernetes: the same tests, on another control plane.

`make nightly` builds the releases and runs all of these tests. `make test` runs a sample on
those that are built already.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tenancy.local import sandbox as local_sandbox
from tenancy.local.tools.definitions import OTHER_RELEASES
from tenancy.manifests import QUEUES_API
from tests.cluster.api import Api, until
from tests.cluster.gpu_campaign import GPU, manifests, pod
from tests.cluster.other_releases import (
    DEFAULT_RELEASE,
    GATES_VARIABLE,
    VARIABLE,
    gates,
    is_built,
    make,
    name_of,
    with_release,
)
from tests.cluster.test_queues import PLAIN, written

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("other-releases")]

ROOT = Path(__file__).parents[2]
DEVICES = "tests/cluster/test_dra.py"
SAMPLE = tuple(
    f"{DEVICES}::test_{name}"
    for name in (
        "pods_inside_the_grant_get_devices_and_the_next_is_refused",
        "claims_inside_the_grant_get_devices_and_the_next_is_refused",
        "pods_and_claims_of_one_pool_draw_on_one_count",
        "no_way_around_the_count_gets_a_device_more",
    )
)
"""What `make test` runs on every release that is built: each costs a control plane."""
GUARDRAILS = (
    DEVICES,
    "tests/cluster/policies",
    "tests/cluster/test_gpu_campaign.py",
    "tests/cluster/test_queues.py",
    "tests/cluster/test_sandbox.py",
    "tests/cluster/security/test_access_matrix.py",
    "tests/cluster/security/test_attacks.py",
)
SINCE_1_36 = [entry for entry in OTHER_RELEASES if entry.version >= (1, 36, 0)]
BEFORE_1_36 = [entry for entry in OTHER_RELEASES if entry.version < (1, 36, 0)]
"""There DRA serves no extended resources, and nothing sets the selectors of pods."""
NOT_FOUND = 404


def on_release(
    release: str, tests: tuple[str, ...], folder: Path, *, with_gates: bool = False
) -> str:
    """
    Run *tests* on *release* and return what pytest reports; all have to pass.

    Args:
        with_gates: Whether every feature gate of DRA is on. Default: those of the release.
    """
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-m",
            "not nightly and not bench",
            f"--basetemp={folder}",
            *tests,
        ],
        cwd=ROOT,
        env={
            **_environment(),
            **({} if release == DEFAULT_RELEASE else {VARIABLE: release}),
            **({GATES_VARIABLE: "1"} if with_gates else {}),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"on Kubernetes {release}:\n{done.stdout[-6000:]}"
    return done.stdout.strip().splitlines()[-1]


def _environment() -> dict[str, str]:
    # The inner run is none of xdist's processes.
    return {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}


@pytest.mark.parametrize("entry", SINCE_1_36, ids=name_of)
def test_gpus_are_counted_once_on_other_releases_that_are_built(
    entry, tmp_path, record_property
):
    if not is_built(entry):
        pytest.skip(f"Kubernetes {entry.version} is not built; `make nightly` builds it")
    found = on_release(name_of(entry), SAMPLE, tmp_path / "tests")
    record_property(f"on Kubernetes {entry.version}", found)


@pytest.mark.nightly
@pytest.mark.parametrize("with_gates", [False, True], ids=["defaults", "every DRA gate"])
@pytest.mark.parametrize("entry", BEFORE_1_36, ids=name_of)
def test_guardrails_bind_before_1_36_without_what_sets_selectors(
    entry, with_gates, toolchain, own_root, tmp_path
):
    make(entry)
    older = with_release(toolchain, entry, tmp_path / "bin")
    flags = gates(name_of(entry)) if with_gates else {}
    root = Api.of(local_sandbox.up(own_root, toolchain=older, flags=flags).kubeconfig)
    for name, content in written().items():
        (tmp_path / name).write_text(yaml.safe_dump(content, sort_keys=False))
    rendered = [m for m in manifests(tmp_path) if m["apiVersion"] != QUEUES_API]

    not_served = {m["kind"] for m in rendered if root.apply(m).status == NOT_FOUND}

    assert {"MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding"} == not_served
    until(
        lambda: (
            "tenancy-pods" in root.create(pod(PLAIN, "probe", nodeName="a"), dry=True).message
        ),
        "the policies bind",
        seconds=60,
    )
    root.create(pod(PLAIN, "probe", {GPU: 1}), dry=True).refused(f"limited: requests.{GPU}=0")
    root.create(pod(PLAIN, "probe"), dry=True).accepted()


@pytest.mark.nightly
@pytest.mark.parametrize("entry", SINCE_1_36, ids=name_of)
def test_every_guardrail_holds_on_other_releases(entry, tmp_path, record_property):
    make(entry)
    found = on_release(name_of(entry), GUARDRAILS, tmp_path / "tests")
    record_property(f"guardrails on Kubernetes {entry.version}", found)


@pytest.mark.nightly
@pytest.mark.parametrize("release", [DEFAULT_RELEASE, *map(name_of, SINCE_1_36)])
def test_gpus_are_counted_once_with_every_feature_gate_of_dra(
    release, tmp_path, record_property
):
    for entry in SINCE_1_36:
        if name_of(entry) == release:
            make(entry)
    found = on_release(release, (DEVICES,), tmp_path / "tests", with_gates=True)
    record_property(f"GPUs on Kubernetes {release} with every feature gate of DRA", found)
