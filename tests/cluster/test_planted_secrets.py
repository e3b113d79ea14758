"""
Secrets are planted everywhere this product meets some, and searched for everywhere it writes.

One stack is created, updated and destroyed on a cluster of its own, with a backend, a home and
a folder for temporary files of its own: what the commands printed and every byte that was left
is searched.
"""

import base64
import json
import os
import secrets
import shutil
import sys
from pathlib import Path

import pytest
import yaml

from tenancy.local.sandbox import Sandbox
from tenancy.local.tools import environment
from tenancy.local.tools.links import install_provider
from tests.cluster import planted as hide
from tests.cluster.life_with_secrets import ROOT, Life, plant, run_every_command, write_project
from tests.cluster.planted import found_in

pytestmark = pytest.mark.cluster
LEAKY = ROOT / "tests/cluster/programs/leaky"


@pytest.fixture(
    scope="module", params=["short", pytest.param("whole", marks=pytest.mark.nightly)]
)
def life(
    request: pytest.FixtureRequest, own_sandbox: Sandbox, kubectl_of, tmp_path_factory
) -> Life:
    """Return a life that was lived to its end."""
    box, kubectl = own_sandbox, kubectl_of(own_sandbox)
    folder = tmp_path_factory.mktemp("planted")
    values = {
        "PULUMI_CONFIG_PASSPHRASE": hide.random_text(),
        "AWS_SECRET_ACCESS_KEY": secrets.token_urlsafe(30) + "/+" + secrets.token_hex(20),
        "AWS_SESSION_TOKEN": hide.random_text(),
    }
    variables = {
        **environment(box.toolchain),
        **values,
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "HOME": str(folder / "home"),
        # The paths of the tools, which are not secret.
        "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache")),
        "PULUMI_HOME": str(folder / "pulumi-home"),
        "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
        "PLANTED": str(folder / "planted"),
        "PYTHONPATH": f"{ROOT}:{ROOT / 'components'}",
        "PYTHONDONTWRITEBYTECODE": "1",
        # For the events, which the engine writes for programs alone.
        "PULUMI_DEBUG_COMMANDS": "true",
        # What nobody may fall back on.
        "KUBECONFIG": str(folder / "planted" / "damaged"),
        "LANG": "C.UTF-8",
    }
    made = Life(folder, variables, is_whole=request.param == "whole")
    for name in ("said", "state", "home", "pulumi-home", "tmp", "tmp-of-the-engine", "project"):
        (folder / name).mkdir()
    install_provider(box.toolchain, folder / "pulumi-home")
    made.secrets.extend(hide.text(name, value) for name, value in values.items())
    plant(made, box, kubectl)
    write_project(made)
    run_every_command(made, kubectl)
    return made


def test_every_entry_point_was_used(life: Life, record_property) -> None:
    """Each is refused for its reason where it is refused, and opens where it is not."""
    record_property("commands that secrets were looked for in", len(life.exits))

    assert [] == life.wrong
    assert len(life.exits) > (40 if life.is_whole else 25)
    for name in ("preview.trace", "preview.events", "up.trace", "up.events"):
        assert (life.folder / "said" / name).stat().st_size > 10_000, name


def test_the_search_finds_every_secret_where_it_was_planted(life: Life) -> None:
    given = life.run("environment", sys.executable, "-c", "import os; print(dict(os.environ))")
    (life.planted / "environment").write_text(given.stdout)
    for path in (life.folder / "said").glob("* environment.out"):
        path.unlink()

    found = found_in([life.planted], life.secrets)

    assert {secret.name for secret in life.secrets} == set(found)
    assert "planted/shown" in found["a secure: value of the stack"]
    assert {"planted/kubeconfig", "planted/kubeconfig-2"} <= found["an operator's client key"]
    assert len(life.secrets) >= 6


def test_a_program_that_leaks_is_found_out(life: Life, tmp_path: Path) -> None:
    """In its state and in its output; what it keeps encrypted is not there."""
    folder = tmp_path / "leaky"
    shutil.copytree(LEAKY, folder / "project")
    for name in ("said", "state"):
        (folder / name).mkdir()
    careless = Life(folder, {**life.variables, "PULUMI_BACKEND_URL": f"file://{folder}/state"})
    careless.pulumi("init", "stack", "init", "dev")
    password = (life.planted / "password").read_text()
    careless.pulumi(
        "config set", "config", "set", "--secret", "example:password", stdin=password
    )

    careless.pulumi("up", "up", "--yes", "--skip-preview", says="kubeconfig")
    assert [] == careless.wrong

    everything = {secret.name for secret in life.secrets}
    assert everything == set(found_in([folder / "state"], life.secrets))
    assert everything == set(found_in([folder / "said"], life.secrets))
    exported = json.loads(careless.pulumi("export", "stack", "export"))
    kept = json.dumps(exported["deployment"]["resources"][0]["outputs"]["kept"])
    assert "ciphertext" in kept
    assert password[:24] not in kept


def test_no_secret_is_anywhere_else(life: Life, record_property) -> None:
    files = [path for place in life.searched for path in place.rglob("*") if path.is_file()]
    sizes = sum(path.stat().st_size for path in files)
    record_property(
        f"secrets looked for in {len(life.exits)} commands, {len(files)} files,"
        f" {sizes // 1024} KiB",
        len(life.secrets),
    )

    assert {} == found_in(life.searched, life.secrets)


def test_nothing_is_left_among_temporary_files(life: Life) -> None:
    """Neither by the Kubernetes client nor by the engine that our commands started."""
    assert [] == list((life.folder / "tmp").iterdir())


def test_the_kubernetes_provider_leaves_a_kubeconfig_where_plain_pulumi_runs(
    life: Life,
) -> None:
    """
    Only they can correct it: one copy for each run, for its owner, and nothing else of ours.

    Where this fails because nothing is left any more, the warning in ARCHITECTURE.md can go.
    """
    left = [path for path in (life.folder / "tmp-of-the-engine").rglob("*") if path.is_file()]

    assert left
    assert {0o600} == {path.stat().st_mode & 0o777 for path in left}
    assert all(path.name.startswith("kubeconfig") for path in left)
    assert {
        "an operator's bearer token",
        "an operator's client key",
        "a token that was taken back",
        "the environment of a credential plugin",
    } == set(found_in([life.folder / "tmp-of-the-engine"], life.secrets))


def test_the_cluster_logged_none_of_it(life: Life, own_sandbox: Sandbox) -> None:
    logs = own_sandbox.folder / "logs"

    assert len(list(logs.iterdir())) >= 4
    assert {} == found_in([logs], life.secrets)


def test_a_minted_kubeconfig_is_one_members_and_ends(life: Life) -> None:
    [minted] = (life.planted / "minted").iterdir()
    written = yaml.safe_load(minted.read_text())
    [user] = written["users"]
    claims = user["user"]["token"].split(".")[1]
    told = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))

    assert "system:serviceaccount:acme-dev:ci" == told["sub"]
    assert 600 == told["exp"] - told["iat"]
    assert [("acme-dev", "acme-dev")] == [
        (found["name"], found["context"]["namespace"]) for found in written["contexts"]
    ]
    assert 0 == life.exits["pods by the account"]
    assert 1 == life.exits["a pod by the account"]
    assert 1 == life.exits["pods of others by the account"]


def test_the_files_of_credentials_are_their_owners_alone(life: Life) -> None:
    written = [*(life.planted / "minted").iterdir(), *(life.project / "out").iterdir()]

    assert 3 == len(written)
    assert {0o600} == {path.stat().st_mode & 0o777 for path in written}
    assert not os.path.lexists(life.project / ".sandbox")
