"""
From a clean clone to a tenancy and back, as `make up`, `make preview` and `make down` do it.

Each test has a clone of this checkout, as it is now, with a control plane of its own. The way
from an empty folder is in `test_tutorial.py`.
"""

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs
import psutil
import pytest

from tenancy.local import sandbox as local_sandbox
from tenancy.local.sandbox import State
from tenancy.local.sandbox.layout import Layout
from tests import commands
from tests.cluster import checkouts
from tests.cluster.templates import Templates

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("newcomer")]

ROOT = Path(__file__).parents[2]
PATIENCE = 400


@attrs.frozen
class Clone:
    """A clone of the checkout in which commands are run."""

    root: Path

    @property
    def environment(self) -> dict[str, str]:
        sources = os.pathsep.join(map(str, (self.root, self.root / "components")))
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PULUMI_", "KUBE"))}
        return {**kept, "PYTHONPATH": sources, "COLUMNS": "80", "NO_COLOR": "1"}

    @property
    def program(self) -> list[str]:
        return [*commands.TENANCY]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the command to its end, whatever comes of it."""
        words = [*self.program, *arguments]
        return commands.run(words, self.root, self.environment, seconds=PATIENCE)

    def __call__(self, *arguments: str) -> str:
        """Run the command; it has to succeed."""
        done = self.run(*arguments)
        assert 0 == done.returncode, done.stdout
        return done.stdout

    def cut_off(self, marker: str, number: signal.Signals, *, group: bool) -> str:
        """Start `make up`, send a signal once it prints *marker*, and return its output."""
        process = subprocess.Popen(
            [*self.program, "quickstart", "up"],
            cwd=self.root,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if marker in line:
                break
        else:
            pytest.fail(f"it never printed {marker!r}: {''.join(said)}")
        (os.killpg if group else os.kill)(process.pid, number)
        if number is signal.SIGINT:
            said += process.stdout.readlines()
        process.stdout.close()
        process.wait(60)
        return "".join(said)

    def kubectl(self, *arguments: str) -> str:
        """Return what the administrator's `kubectl` prints; it has to succeed."""
        done = self._kubectl(*arguments)
        assert 0 == done.returncode, done.stderr
        return done.stdout

    def refused(self, *arguments: str) -> str:
        """Return why the administrator's `kubectl` failed; it has to."""
        done = self._kubectl(*arguments)
        assert 0 != done.returncode, done.stdout
        return done.stderr

    def _kubectl(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [
                self.root / ".toolchain" / "bin" / "kubectl",
                f"--kubeconfig={self.root / '.sandbox' / 'kubeconfig'}",
                *arguments,
            ],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    @property
    def changed_files(self) -> str:
        return subprocess.run(
            ["git", "status", "--porcelain"],
            cwd=self.root,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    @property
    def processes(self) -> list[str]:
        """What runs from this folder, by its variables or its arguments."""
        mine = str(self.root / ".sandbox")
        return [
            " ".join(process.info["cmdline"] or ())
            for process in psutil.process_iter(["cmdline", "environ"])
            if process.pid != os.getpid()
            and any(
                mine in text
                for text in (
                    *(process.info["cmdline"] or ()),
                    *(process.info["environ"] or {}).values(),
                )
            )
        ]


def cloned(folder: Path) -> Clone:
    """Return a clone of what is committed, with what is not committed yet on top of it."""
    made = Clone(folder / "clone")
    checkouts.clone(made.root)
    assert "" == made.changed_files
    return made


@pytest.fixture
def clone(toolchain: object, own_root: Path) -> Iterator[Clone]:
    """Return a clone on which nothing was started."""
    made = cloned(own_root)
    yield made
    local_sandbox.down(made.root, wipe=True)


@pytest.fixture
def clone_with_platform(templates: Templates, own_root: Path) -> Iterator[Clone]:
    """Return a clone whose platform was applied, and whose control plane is stopped."""
    made = cloned(own_root)
    templates.copy(made.root, ("platform",))
    yield made
    local_sandbox.down(made.root, wipe=True)


SIX_FIGURES = {
    "requests.cpu": "2",
    "requests.memory": "2Gi",
    "limits.cpu": "4",
    "limits.memory": "4Gi",
    "pods": "20",
    "requests.storage": "10Gi",
}


@pytest.mark.fault("kill")
def test_preview_up_after_a_kill_use_and_down(clone_with_platform: Clone) -> None:
    clone = clone_with_platform
    clean = clone("quickstart", "preview")

    assert "stack platform: no changes" in clean
    assert "stack dev: " in clean
    assert "to create" in clean
    assert "nothing was applied" in clean
    assert [] == clone.processes
    assert "" == clone.changed_files

    clone.cut_off("created ", signal.SIGKILL, group=False)
    first = clone("quickstart", "up")

    assert "stack dev: done" in first
    assert first.index("stack platform: no changes") < first.index("previewing stack dev")
    assert "What now exists:" in first
    for key, hard in SIX_FIGURES.items():
        assert re.search(rf"^ +{re.escape(key)} +0 of {hard} used$", first, re.MULTILINE), key
    assert "admin: Group oidc:acme-leads" in first
    assert [] == [line for line in first.splitlines() if len(line) > 100]
    assert "" == clone.changed_files
    # Each state is one file, which is replaced in one step.
    state = Layout(clone.root).pulumi_state
    assert {"dev.json", "platform.json"} <= {path.name for path in state.rglob("*")}
    assert [] == list(state.rglob("*.attrs"))
    assert State.RUNNING is local_sandbox.status(clone.root).state

    _a_member_uses_the_namespace_and_makes_none(clone)
    _plain_pulumi_works_on_every_stack(clone)
    assert "" == clone.changed_files
    too_early = clone.run("destroy", "--stack", "platform", "--yes")
    second = clone("quickstart", "up")

    assert 3 == too_early.returncode
    assert "dev is still applied on it" in too_early.stdout
    assert "stack platform: no changes" in second
    assert "stack dev: no changes" in second
    assert "No changes. The cluster matches the configuration." in second

    down = clone("quickstart", "down")

    assert down.index("stack dev: done") < down.index("stack platform: done")
    assert "Nothing is left running" in down
    assert [] == clone.processes
    assert "" == clone.changed_files
    assert "Nothing to delete" in clone("quickstart", "down")


def _a_member_uses_the_namespace_and_makes_none(clone: Clone) -> None:
    written = clone("kubeconfig", "--stack", "dev", "--group", "acme-developers")
    path = Path(written.split("kubectl --kubeconfig ")[1].split(" get pods")[0])

    assert 0o600 == path.stat().st_mode & 0o777
    member = [clone.root / ".toolchain" / "bin" / "kubectl", f"--kubeconfig={path}"]
    used = subprocess.run([*member, "get", "pods"], capture_output=True, text=True, check=False)
    refused = subprocess.run(
        [*member, "create", "namespace", "mine"], capture_output=True, text=True, check=False
    )
    assert (0, "No resources found in acme-dev namespace.\n") == (used.returncode, used.stderr)
    assert 1 == refused.returncode
    assert 'cannot create resource "namespaces"' in refused.stderr


def _plain_pulumi_works_on_every_stack(clone: Clone) -> None:
    """After one `tenancy env`: another stack, an edit, the Automation API, another cluster."""
    in_shell = _shell(clone, clone("env"))
    preview = "pulumi preview --color never --non-interactive"

    selected = in_shell(f"pulumi stack select staging && {preview}")
    assert "acme-staging" in selected
    assert re.search(r"^ +\+ \d+ to create$", selected, re.MULTILINE)
    assert "staging" == in_shell("pulumi stack --show-name").strip()
    assert "" == clone.changed_files

    file = clone.root / "Pulumi.dev.yaml"
    tracked = file.read_text()
    file.write_text(tracked.replace('pods: "20"', 'pods: "21"'))
    by_api = in_shell(f"{shlex.quote(sys.executable)} -c {shlex.quote(_PLAIN_API)}")
    assert "acme-dev: pods 20 → 21" in by_api
    assert re.search(r"^\{'same': \d+, 'update': 2\}$", by_api, re.MULTILINE)
    file.write_text(tracked)
    assert "" == clone.changed_files

    file = clone.root / "Pulumi.platform.yaml"
    tracked = file.read_text()
    elsewhere = "tenancy:cluster: eu-1\n  tenancy:kubeconfig: k.yaml\n  tenancy:context: admin"
    own = re.sub(r"^encryptionsalt:.*$", "", tracked, flags=re.MULTILINE)
    file.write_text(own.replace("tenancy:cluster: sandbox", elsewhere))
    said = " ".join(in_shell(f"{preview} --stack platform", fails=True).split())
    assert "PULUMI_BACKEND_URL is the sandbox's" in said
    file.write_text(tracked)


_PLAIN_API = """
from pulumi import automation
stack = automation.select_stack("dev", work_dir=".")
print(stack.preview(on_output=print).change_summary)
"""


def _shell(clone: Clone, lines: str) -> Callable[..., str]:
    """Return what runs a command in a shell that evaluated *lines*."""

    def run(command: str, *, fails: bool = False) -> str:
        words = ["sh", "-c", f"{lines}\n{command}"]
        done = commands.run(words, clone.root, clone.environment, seconds=PATIENCE)
        assert fails == bool(done.returncode), done.stdout
        return done.stdout

    return run


@pytest.mark.nightly
@pytest.mark.fault("kill")
def test_after_two_interruptions_up_goes_on(clone: Clone) -> None:
    clone.cut_off("created ", signal.SIGKILL, group=False)
    said = clone.cut_off("created ", signal.SIGINT, group=True)

    assert "interrupted" in said
    assert "Traceback" not in said
    _goes_on(clone)


@pytest.mark.nightly
@pytest.mark.fault("kill")
@pytest.mark.parametrize(
    ("marker", "number", "group"),
    [
        pytest.param("created ", signal.SIGKILL, False, id="killed while it applies"),
        pytest.param("created ", signal.SIGKILL, True, id="killed with its engine"),
        pytest.param("starting the sandbox", signal.SIGKILL, False, id="killed at the start"),
        pytest.param("created ", signal.SIGINT, True, id="Ctrl-C while it applies"),
    ],
)
def test_after_an_interruption_up_goes_on(
    clone: Clone, marker: str, number: signal.Signals, group: bool
) -> None:
    clone.cut_off(marker, number, group=group)

    _goes_on(clone)


def _goes_on(clone: Clone) -> None:
    after = clone("quickstart", "up")

    assert "What now exists:" in after
    quota = clone.kubectl("get", "quota", "quota", "-n", "acme-dev", "-o", "name")
    assert "resourcequota/quota\n" == quota
    assert "" == clone.changed_files


@pytest.mark.nightly
@pytest.mark.fault("kill")
@pytest.mark.parametrize(
    ("number", "group"),
    [
        pytest.param(signal.SIGKILL, False, id="killed"),
        pytest.param(signal.SIGINT, True, id="Ctrl-C"),
    ],
)
def test_down_works_straight_after_an_interrupted_up(
    clone: Clone, number: signal.Signals, group: bool
) -> None:
    clone.cut_off("created ", number, group=group)

    said = clone("quickstart", "down")

    assert "Nothing is left running" in said
    time.sleep(1)
    assert [] == clone.processes
    box = local_sandbox.up(clone.root)
    try:
        left = clone.kubectl(
            "get",
            "ns,clusterroles,validatingadmissionpolicies",
            "-l",
            "app.kubernetes.io/managed-by=tenancy",
            "-o",
            "name",
        )
    finally:
        local_sandbox.down(box.root)
    assert "" == left


def test_a_wrong_config_is_refused_before_anything_is_built(clone: Clone) -> None:
    path = clone.root / "Pulumi.dev.yaml"
    path.write_text(path.read_text().replace('pods: "20"', "pods: no"))

    done = clone.run("quickstart", "up")

    assert 3 == done.returncode
    assert "yaml-boolean-word" in done.stdout
    assert "Traceback" not in done.stdout
    assert not (clone.root / ".sandbox").exists()


def test_another_cluster_is_left_to_the_command_that_asks(clone: Clone) -> None:
    for name in ("platform", "dev", "staging", "prod"):
        path = clone.root / f"Pulumi.{name}.yaml"
        own = re.sub(r"^encryptionsalt:.*$", "", path.read_text(), flags=re.MULTILINE)
        path.write_text(
            own.replace(
                "tenancy:cluster: sandbox",
                "tenancy:cluster: eu-1\n  tenancy:kubeconfig: k.yaml\n  tenancy:context: admin",
            )
        )

    done = clone.run("quickstart", "up")

    assert 3 == done.returncode
    assert "tenancy up --stack platform" in done.stdout
    assert not (clone.root / ".sandbox").exists()
