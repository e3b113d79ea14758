"""The sandbox, started for real."""

import contextlib
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tenancy.local import sandbox as local_sandbox
from tenancy.local.sandbox import Sandbox, SandboxError, State, process
from tenancy.local.sandbox.nodes import NODES
from tenancy.local.sandbox.parts import NAMES
from tenancy.local.sandbox.ports import free
from tenancy.local.tools import Toolchain

pytestmark = pytest.mark.cluster

ROOT = Path(__file__).parents[2]
UP = "import sys; from pathlib import Path; from tenancy.local import sandbox, tools; " + (
    "sandbox.up(Path(sys.argv[1]), toolchain=tools.find(Path(sys.argv[2])))"
)


def pids(root: Path) -> dict[str, int | None]:
    return {part.name: part.pid for part in local_sandbox.status(root).parts}


def processes_under(root: Path) -> list[int]:
    """Every process of the machine that names a file under *root* among its arguments."""
    return [
        process.pid
        for process in psutil.process_iter(["cmdline", "status"])
        if process.info["status"] != psutil.STATUS_ZOMBIE
        and any(f"{root}/.sandbox" in argument for argument in process.info["cmdline"] or ())
    ]


def killed(root: Path, pid: int | None) -> int:
    """Kill the part with this process id, and return the id once the process is gone."""
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    while pid in processes_under(root):
        time.sleep(0.02)
    return pid


def listeners(pid: int | None) -> list[tuple[str, int]]:
    """Every address and port that a process listens on."""
    return [
        (connection.laddr.ip, connection.laddr.port)
        for connection in psutil.Process(pid).net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
    ]


def start_up(root: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-c", UP, str(root), str(ROOT)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def put_state(root: Path, *types: str) -> None:
    """Write a state of Pulumi's file backend that holds resources of these types."""
    folder = root / ".sandbox/pulumi/state/.pulumi/stacks/tenancy"
    folder.mkdir(parents=True)
    resources = [{"urn": f"urn:{number}", "type": name} for number, name in enumerate(types)]
    state = {"version": 3, "checkpoint": {"stack": "dev", "latest": {"resources": resources}}}
    (folder / "dev.json").write_text(json.dumps(state))


class TestAReadyCluster:
    def test_all_fake_nodes_are_ready_and_the_gpu_nodes_have_eight(self, kube) -> None:
        nodes = {node["metadata"]["name"]: node for node in kube.json("get", "nodes")["items"]}

        assert {node["metadata"]["name"] for node in NODES} == set(nodes)
        assert {
            "sandbox-cpu-1": None,
            "sandbox-cpu-2": None,
            "sandbox-gpu-1": "8",
            "sandbox-gpu-2": "8",
        } == {
            name: node["status"]["allocatable"].get("nvidia.com/gpu")
            for name, node in nodes.items()
        }
        for node in nodes.values():
            conditions = {c["type"]: c["status"] for c in node["status"]["conditions"]}
            assert conditions["Ready"] == "True"

    @pytest.mark.parametrize("role", ["admin", "edit", "view"])
    def test_the_built_in_roles_are_filled(self, kube, role: str) -> None:
        assert kube.json("get", "clusterrole", role)["rules"]

    def test_a_new_namespace_gets_a_service_account_and_its_token_is_believed(
        self, kube, sandbox: Sandbox
    ) -> None:
        kube("create", "namespace", "sandbox-token")
        deadline = time.monotonic() + 20
        while kube.run("-n", "sandbox-token", "get", "sa", "default").returncode:
            assert time.monotonic() < deadline

        token = kube("-n", "sandbox-token", "create", "token", "default").strip()

        who = kube(
            "create",
            "-f",
            "-",
            "-o",
            "jsonpath={.status.user.username}",
            manifest={
                "apiVersion": "authentication.k8s.io/v1",
                "kind": "TokenReview",
                "spec": {"token": token},
            },
        )
        assert "system:serviceaccount:sandbox-token:default" == who

    @pytest.mark.parametrize("kind", ["ValidatingAdmissionPolicy", "MutatingAdmissionPolicy"])
    def test_admission_policies_are_served_in_v1(self, kube, kind: str) -> None:
        served = json.loads(kube("get", "--raw", "/apis/admissionregistration.k8s.io/v1"))

        assert kind in {resource["kind"] for resource in served["resources"]}

    def test_a_quota_gets_its_status_and_refuses_what_exceeds_it(self, kube) -> None:
        kube("create", "namespace", "sandbox-quota")
        kube("-n", "sandbox-quota", "create", "quota", "one", "--hard=configmaps=2")
        deadline = time.monotonic() + 20
        while "hard" not in kube.json("-n", "sandbox-quota", "get", "quota", "one")["status"]:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        # The cluster's own certificate is a ConfigMap of every namespace.
        kube("-n", "sandbox-quota", "create", "configmap", "fits")

        said = kube.refused("-n", "sandbox-quota", "create", "configmap", "exceeds")

        assert "exceeded quota: one" in said

    def test_pod_security_is_what_refuses_a_privileged_pod(self, kube) -> None:
        kube("create", "namespace", "sandbox-psa")
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "p", "namespace": "sandbox-psa"},
            "spec": {
                "containers": [
                    {"name": "c", "image": "x", "securityContext": {"privileged": True}}
                ]
            },
        }
        kube("create", "-f", "-", "--dry-run=server", manifest=pod)
        label = "pod-security.kubernetes.io/enforce=baseline"
        kube("label", "namespace", "sandbox-psa", label)

        said = kube.refused("create", "-f", "-", "--dry-run=server", manifest=pod)

        assert 'violates PodSecurity "baseline:latest": privileged' in said

    def test_a_pod_runs_and_a_job_completes(self, kube) -> None:
        kube("create", "namespace", "sandbox-pods")
        kube("-n", "sandbox-pods", "create", "deployment", "web", "--image=x", "--replicas=2")
        kube("-n", "sandbox-pods", "create", "job", "once", "--image=x")

        kube("-n", "sandbox-pods", "rollout", "status", "deployment/web", "--timeout=30s")
        kube(
            "-n",
            "sandbox-pods",
            "wait",
            "--for=condition=complete",
            "job/once",
            "--timeout=30s",
        )


class TestWhatItShares:
    def test_it_listens_on_the_loopback_interface_only(self, sandbox: Sandbox) -> None:
        found = {name: listeners(pid) for name, pid in pids(sandbox.root).items() if pid}

        assert {
            "etcd": 2,
            "kube-apiserver": 1,
            "kube-controller-manager": 1,
            "kube-scheduler": 1,
            "kwok": 0,
        } == {name: len(ports) for name, ports in found.items()}
        assert {"127.0.0.1"} == {address for ports in found.values() for address, _ in ports}

    def test_nobody_else_can_read_the_kubeconfig_or_the_keys(self, sandbox: Sandbox) -> None:
        secrets = [
            sandbox.kubeconfig,
            *sandbox.folder.glob("pki/*.key"),
            *sandbox.folder.glob("run/*.kubeconfig"),
        ]

        assert len(secrets) > 8
        assert {0o600} == {stat.S_IMODE(path.stat().st_mode) for path in secrets}
        assert 0o700 == stat.S_IMODE(sandbox.folder.stat().st_mode)

    def test_a_part_has_the_settings_of_go_and_no_other_variable_of_the_shell(
        self, sandbox: Sandbox
    ) -> None:
        go = {name: os.environ[name] for name in ("GOGC", "GOMAXPROCS", "GOMEMLIMIT")}
        for pid in pids(sandbox.root).values():
            variables = psutil.Process(pid).environ()
            assert go.items() <= variables.items()
            assert {"HOME", "PATH", "PWD", *go} == variables.keys()

    def test_who_may_use_the_cluster_may_not_use_its_store(self, sandbox: Sandbox) -> None:
        record = json.loads((sandbox.folder / "record.json").read_text())
        url = f"https://127.0.0.1:{record['ports']['etcd']}/version"
        pki = sandbox.folder / "pki"

        curl = ["curl", "--silent", "--fail", "--cacert", f"{pki / 'etcd-ca.crt'}"]

        def answers(user: str) -> bool:
            pair = ["--cert", f"{pki / user}.crt", "--key", f"{pki / user}.key"]
            done = subprocess.run([*curl, *pair, url], capture_output=True, check=False)
            return done.returncode == 0

        assert answers("etcd-client")
        assert not answers("sandbox-admin")

    def test_starting_it_again_changes_nothing(
        self, sandbox: Sandbox, toolchain: Toolchain
    ) -> None:
        before = pids(sandbox.root), sandbox.kubeconfig.read_bytes()

        again = local_sandbox.up(sandbox.root, toolchain=toolchain)

        assert before == (pids(sandbox.root), sandbox.kubeconfig.read_bytes())
        assert sandbox.uid == again.uid

    def test_the_engine_has_its_own_home_backend_and_provider(self, sandbox: Sandbox) -> None:
        def pulumi(*arguments: str) -> str:
            return subprocess.run(
                [sandbox.toolchain.path("pulumi"), *arguments],
                env=sandbox.process_environment(),
                cwd=sandbox.folder,
                capture_output=True,
                text=True,
                check=True,
            ).stdout

        assert f"file://{sandbox.folder}" in pulumi("whoami", "--verbose")
        plugins = json.loads(pulumi("plugin", "ls", "--json"))
        assert [("kubernetes", "4.25.0")] == [(p["name"], p["version"]) for p in plugins]


@pytest.fixture(scope="module")
def kept_root(
    sandboxes: Path, user_of: Callable[[Path], contextlib.AbstractContextManager[None]]
) -> Iterator[Path]:
    """Return a root for tests that begin with whatever state the one before left."""
    root = sandboxes / f"{os.getpid()} kept"
    with user_of(root):
        yield root


@pytest.fixture
def bystander(tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A process of another user with the name of a part."""
    program = tmp_path / "kube-apiserver"
    program.symlink_to("/bin/sleep")
    process = subprocess.Popen([program, "600"])
    yield process
    process.kill()
    process.wait()


class TestEndingIt:
    def test_down_ends_exactly_its_own_and_what_was_in_the_cluster_survives(
        self,
        kept_root: Path,
        toolchain: Toolchain,
        kubectl_of: Callable,
        bystander: "subprocess.Popen[bytes]",
    ) -> None:
        box = local_sandbox.up(kept_root, toolchain=toolchain)
        before = pids(kept_root)
        kubectl_of(box)("create", "configmap", "kept")
        kubeconfig = box.kubeconfig.read_bytes()

        ended = local_sandbox.down(kept_root)

        assert len(NAMES) == ended
        assert [] == processes_under(kept_root)
        assert bystander.poll() is None
        assert State.STOPPED is local_sandbox.status(kept_root).state
        assert 0 == local_sandbox.down(kept_root)

        # A process that got the id of one of ours since is not ours.
        recorded = box.folder / "run/etcd.pid"
        recorded.write_text(f"{bystander.pid}\n0.01\n")
        assert 0 == local_sandbox.down(kept_root)
        assert bystander.poll() is None

        again = local_sandbox.up(kept_root, toolchain=toolchain)

        assert "kept" == kubectl_of(again).json("get", "configmap", "kept")["metadata"]["name"]
        assert box.uid == again.uid
        assert kubeconfig == again.kubeconfig.read_bytes()
        assert set(before.values()).isdisjoint(pids(kept_root).values())

    @pytest.mark.nightly
    def test_a_wiped_one_starts_as_another_cluster(
        self, kept_root: Path, toolchain: Toolchain, kubectl_of: Callable
    ) -> None:
        box = local_sandbox.up(kept_root, toolchain=toolchain)
        kubectl_of(box)("create", "configmap", "forgotten")

        again = local_sandbox.up(kept_root, wipe=True, toolchain=toolchain)

        assert box.uid != again.uid
        assert "not found" in kubectl_of(again).refused("get", "configmap", "forgotten")
        assert len(NAMES) == len(processes_under(kept_root))

        local_sandbox.down(kept_root, wipe=True)

        assert [] == processes_under(kept_root)
        assert State.ABSENT is local_sandbox.status(kept_root).state
        assert ["lock"] == [path.name for path in box.folder.iterdir()]


class TestWhenSomethingGoesWrong:
    def test_a_part_that_died_is_named_with_the_end_of_its_log_and_started_again(
        self, kept_root: Path, toolchain: Toolchain
    ) -> None:
        local_sandbox.up(kept_root, toolchain=toolchain)
        before = pids(kept_root)
        victim = killed(kept_root, before.pop("kube-scheduler"))

        found = local_sandbox.status(kept_root)

        broken = [part for part in found.parts if part.state is State.BROKEN]
        assert State.BROKEN is found.state
        assert ["kube-scheduler"] == [part.name for part in broken]
        assert broken[0].tail

        local_sandbox.up(kept_root, toolchain=toolchain)

        after = pids(kept_root)
        assert after.pop("kube-scheduler") not in {victim, None}
        assert before == after

    def test_a_part_whose_port_is_taken_gets_another_one_and_the_others_keep_running(
        self, kept_root: Path, toolchain: Toolchain
    ) -> None:
        local_sandbox.up(kept_root, toolchain=toolchain)
        before = pids(kept_root)
        [(host, port)] = listeners(before["kube-scheduler"])
        killed(kept_root, before.pop("kube-scheduler"))

        while not free(port):
            time.sleep(0.02)
        with socket.create_server((host, port)):
            local_sandbox.up(kept_root, toolchain=toolchain)

        after = pids(kept_root)
        restarted = after.pop("kube-scheduler")
        assert (host, port) not in listeners(restarted)
        assert before == after

    def test_a_part_that_cannot_start_is_named_and_nothing_is_left_running(
        self, own_root: Path, toolchain: Toolchain
    ) -> None:
        # etcd does not take a file for its folder.
        (own_root / ".sandbox").mkdir()
        (own_root / ".sandbox/etcd").write_text("not a folder")

        with pytest.raises(SandboxError) as refused:
            local_sandbox.up(own_root, toolchain=toolchain)

        assert str(refused.value).startswith("etcd of the sandbox ended")
        assert "not a directory" in str(refused.value)
        assert "tenancy sandbox up --wipe" in str(refused.value)
        assert [] == processes_under(own_root)

    def test_a_state_whose_cluster_is_gone_is_refused_and_nothing_is_started(
        self, own_root: Path, toolchain: Toolchain
    ) -> None:
        put_state(own_root, "pulumi:pulumi:Stack", "kubernetes:core/v1:Namespace")

        with pytest.raises(SandboxError, match=r"state of dev .* --wipe"):
            local_sandbox.up(own_root, toolchain=toolchain)

        assert [] == processes_under(own_root)

    @pytest.mark.nightly
    def test_a_state_of_another_cluster_is_refused_and_nothing_is_left_running(
        self, kept_root: Path, toolchain: Toolchain
    ) -> None:
        box = local_sandbox.up(kept_root, toolchain=toolchain)
        local_sandbox.down(kept_root)
        self._remember_another_cluster(box)
        # The control: without a state, a new cluster in the old one's place hurts nobody.
        assert box.uid == local_sandbox.up(kept_root, toolchain=toolchain).uid
        local_sandbox.down(kept_root)
        self._remember_another_cluster(box)
        put_state(kept_root, "kubernetes:core/v1:Namespace")

        with pytest.raises(SandboxError, match=f"is {box.uid} and was another"):
            local_sandbox.up(kept_root, toolchain=toolchain)

        assert [] == processes_under(kept_root)
        local_sandbox.down(kept_root, wipe=True)

    @staticmethod
    def _remember_another_cluster(box: Sandbox) -> None:
        path = box.folder / "record.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"uid": "another"}))

    @pytest.mark.nightly
    def test_a_taken_port_is_left_to_whoever_has_it(
        self, kept_root: Path, toolchain: Toolchain, kubectl_of: Callable
    ) -> None:
        box = local_sandbox.up(kept_root, toolchain=toolchain)
        local_sandbox.down(kept_root)
        port = int(box.server.rpartition(":")[2])
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            other.bind(("127.0.0.1", port))
            other.listen()

            again = local_sandbox.up(kept_root, toolchain=toolchain)

        assert box.server != again.server
        assert box.uid == again.uid
        assert "node/sandbox-cpu-1" in kubectl_of(again)("get", "nodes", "-o", "name")

    @pytest.mark.fault("kill")
    def test_after_being_killed_at_any_moment_the_next_run_goes_on(
        self, own_root: Path, toolchain: Toolchain
    ) -> None:
        for moment in (0.6, 0.9, 1.2, 1.6, 2.2, 3.0):
            run = start_up(own_root)
            time.sleep(moment)
            run.kill()
            run.wait()

        local_sandbox.up(own_root, toolchain=toolchain)

        assert State.RUNNING is local_sandbox.status(own_root).state
        assert sorted(pids(own_root).values()) == sorted(processes_under(own_root))

    @pytest.mark.fault("kill")
    def test_an_interrupted_run_ends_what_it_started(self, own_root: Path) -> None:
        run = start_up(own_root)
        while not processes_under(own_root):
            assert run.poll() is None
            time.sleep(0.01)

        run.send_signal(signal.SIGINT)
        run.wait(30)

        assert run.returncode not in {0, None}
        assert [] == processes_under(own_root)

    @pytest.mark.fault("kill")
    def test_who_is_interrupted_before_a_part_is_written_down_ends_it(
        self, own_root: Path, toolchain: Toolchain, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begun: list[bool] = []
        record = own_root / ".sandbox/run/etcd.pid"

        def interrupt(_pid: int) -> None:
            """Come when the first part is about to be written down, and only then."""
            monkeypatch.undo()
            begun.append(not record.exists())
            raise KeyboardInterrupt

        monkeypatch.setattr(process, "start_of", interrupt)

        with pytest.raises(KeyboardInterrupt):
            local_sandbox.up(own_root, toolchain=toolchain)

        # It was begun, and no record of it exists yet.
        assert [True] == begun
        time.sleep(0.5)
        assert not record.exists()
        assert [] == processes_under(own_root)

    @pytest.mark.nightly
    def test_two_runs_at_once_start_one_control_plane(self, own_root: Path) -> None:
        runs = [start_up(own_root), start_up(own_root)]

        assert [0, 0] == [run.wait(200) for run in runs]
        assert len(NAMES) == len(processes_under(own_root))

    @pytest.mark.nightly
    def test_a_flag_that_is_asked_for_counts_and_keeps_the_cluster(
        self, kept_root: Path, toolchain: Toolchain, kubectl_of: Callable
    ) -> None:
        def policy(box: Sandbox) -> str:
            pod = '{"spec":{"containers":[{"name":"c","image":"x:1"}]}}'
            path = "jsonpath={.spec.containers[0].imagePullPolicy}"
            overrides = f"--overrides={pod}"
            return kubectl_of(box)(
                "run", "p", "--image=x:1", "--dry-run=server", overrides, "-o", path
            )

        box = local_sandbox.up(kept_root, toolchain=toolchain)
        assert "IfNotPresent" == policy(box)

        more = {"kube-apiserver": ["--enable-admission-plugins=AlwaysPullImages"]}
        again = local_sandbox.up(kept_root, toolchain=toolchain, flags=more)

        assert "Always" == policy(again)
        assert box.uid == again.uid
