"""The parts of the sandbox that can be tested without starting it."""

import gzip
import json
import os
import socket
import subprocess
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest
import yaml
from cryptography import x509
from typer.testing import CliRunner

from tenancy.cli import app
from tenancy.config.document import SANDBOX_PASSPHRASE
from tenancy.local import sandbox
from tenancy.local.processes import start_of
from tenancy.local.sandbox import SandboxError, State
from tenancy.local.sandbox.environment import environment, process_environment
from tenancy.local.sandbox.kubeconfig import kubeconfig
from tenancy.local.sandbox.layout import Layout, write_owner_only
from tenancy.local.sandbox.nodes import NODES
from tenancy.local.sandbox.orphaned_state import refuse_orphans, stacks_with_resources
from tenancy.local.sandbox.parts import (
    NAMES,
    PORTS,
    SERVICE_IP,
    USERS,
    parts,
    write_configuration,
)
from tenancy.local.sandbox.pki import ensure
from tenancy.local.sandbox.ports import choose, free
from tenancy.local.sandbox.process import Process, end, recorded, start
from tenancy.local.sandbox.record import SandboxRecord
from tenancy.local.tools import Toolchain


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = Layout(tmp_path)
    made.make()
    return made


@pytest.fixture
def sleeper(layout: Layout) -> Iterator[Process]:
    """A process of ours that only sleeps."""
    process = started(layout, "sleeper", "/bin/sleep", "600")
    yield process
    end([process], 1)


def started(layout: Layout, name: str, *command: str) -> Process:
    record = layout.run / f"{name}.pid"
    start(
        command,
        record=record,
        log=layout.log(name),
        cwd=layout.folder,
        environment={"PATH": os.defpath},
    )
    process = recorded(record)
    assert process is not None
    return process


def test_the_engine_cannot_write_logs_of_each_step(layout: Layout) -> None:
    logs = layout.pulumi_home / "logs"
    assert logs.is_file()
    logs.unlink()
    logs.mkdir()
    (logs / "of an earlier version.log").touch()

    layout.make()

    assert logs.is_file()
    with pytest.raises(FileExistsError):
        logs.mkdir(parents=True)


def put_state(layout: Layout, name: str, content: bytes) -> None:
    folder = layout.pulumi_state / ".pulumi/stacks/tenancy"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


def state(*types: str) -> bytes:
    resources = [{"type": name} for name in types]
    return json.dumps({"checkpoint": {"latest": {"resources": resources}}}).encode()


class TestProcesses:
    def test_a_process_is_known_by_its_id_and_its_start(self, sleeper: Process) -> None:
        assert sleeper.alive
        assert not attrs.evolve(sleeper, started="another boot").alive

    def test_nobody_else_with_the_same_id_is_signalled(self, sleeper: Process) -> None:
        end([attrs.evolve(sleeper, started="another boot")], 0)

        assert sleeper.alive

    def test_one_that_does_not_end_when_asked_is_killed(self, layout: Layout) -> None:
        stubborn = started(
            layout, "stubborn", "/bin/sh", "-c", "trap '' TERM; while :; do sleep 1; done"
        )

        end([stubborn], 0.1)

        assert not stubborn.alive

    def test_it_is_written_down_before_it_becomes_the_part(self, layout: Layout) -> None:
        # The part itself sees its own record: there is no moment at which nobody knows it.
        record = layout.run / "witness.pid"
        process = started(layout, "witness", "/bin/sh", "-c", f"head -1 '{record}'; echo $$")
        while process.alive:
            time.sleep(0.01)

        said = layout.log("witness").read_text().split()
        assert [str(process.pid), str(process.pid)] == said

    def test_a_start_that_is_interrupted_before_the_record_starts_nothing(
        self, layout: Layout, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shells: list[int] = []

        def interrupted(pid: int) -> str:
            shells.append(pid)
            raise KeyboardInterrupt

        touched = layout.folder / "touched"
        monkeypatch.setattr("tenancy.local.sandbox.process.start_of", interrupted)
        with pytest.raises(KeyboardInterrupt):
            started(layout, "late", "/usr/bin/touch", str(touched))
        monkeypatch.undo()
        while start_of(shells[0]) is not None:
            time.sleep(0.01)

        assert (False, None) == (touched.exists(), recorded(layout.run / "late.pid"))
        control = started(layout, "late", "/usr/bin/touch", str(touched))
        while control.alive:
            time.sleep(0.01)
        assert touched.exists()

    def test_it_lives_in_a_session_of_its_own(self, sleeper: Process) -> None:
        assert sleeper.pid == os.getsid(sleeper.pid)

    @pytest.mark.parametrize("content", ["", "nonsense", "12"], ids=["empty", "word", "cut"])
    def test_a_damaged_record_is_no_process(self, tmp_path: Path, content: str) -> None:
        (tmp_path / "x.pid").write_text(content)

        assert recorded(tmp_path / "x.pid") is None

    def test_the_log_before_is_kept_once(self, layout: Layout) -> None:
        for word in ("first", "second", "third"):
            process = started(layout, "talker", "/bin/echo", word)
            while process.alive:
                time.sleep(0.01)

        log = layout.log("talker")
        assert ["third\n", "second\n"] == [
            path.read_text() for path in (log, log.with_name("talker.log.1"))
        ]


class TestPorts:
    def test_a_port_that_is_listened_on_is_not_free(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            assert not free(port)

        assert free(port)

    def test_a_chosen_port_is_free_and_below_those_of_outgoing_connections(self) -> None:
        chosen = {choose(()) for _ in range(20)}

        assert all(20000 <= port < 32000 and free(port) for port in chosen)

    def test_where_all_are_taken_it_says_so(self) -> None:
        with pytest.raises(SandboxError, match="no free port"):
            choose(range(20000, 32000))


class TestCertificates:
    def test_they_are_kept(self, layout: Layout) -> None:
        first = ensure(layout.pki, dict(USERS), SERVICE_IP)
        before = {path.name: path.read_bytes() for path in layout.pki.iterdir()}

        second = ensure(layout.pki, dict(USERS), SERVICE_IP)

        assert first == second
        assert before == {path.name: path.read_bytes() for path in layout.pki.iterdir()}

    @pytest.mark.parametrize(
        "lost", ["ca.crt", "ca.key", "kube-apiserver.crt", "etcd.key", "service-accounts.pub"]
    )
    def test_what_an_interrupted_run_lost_is_made_again_and_fits(
        self, layout: Layout, lost: str
    ) -> None:
        ensure(layout.pki, dict(USERS), SERVICE_IP)
        (layout.pki / lost).unlink()

        made = ensure(layout.pki, dict(USERS), SERVICE_IP)

        for pair, authority in [
            (made.server, made.authority),
            (made.etcd, made.etcd_authority),
            *((pair, made.authority) for pair in made.users.values()),
        ]:
            certificate, issuer = (
                x509.load_pem_x509_certificate(each.certificate.read_bytes())
                for each in (pair, authority)
            )
            certificate.verify_directly_issued_by(issuer)

    def test_the_server_is_known_by_its_addresses(self, layout: Layout) -> None:
        made = ensure(layout.pki, dict(USERS), SERVICE_IP)
        certificate = x509.load_pem_x509_certificate(made.server.certificate.read_bytes())

        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)

        addresses = names.value.get_values_for_type(x509.IPAddress)
        assert ["127.0.0.1", SERVICE_IP] == [str(address) for address in addresses]

    def test_nobody_else_can_read_a_file_that_is_written(self, tmp_path: Path) -> None:
        path = tmp_path / "key"
        path.write_text("secret")
        path.chmod(0o644)

        write_owner_only(path, b"secret")

        assert 0o600 == path.stat().st_mode & 0o777


class TestParts:
    PORTS = {name: 20000 + number for number, name in enumerate(PORTS)}  # noqa: RUF012

    def test_every_address_that_a_part_is_told_is_the_loopback_one(
        self, layout: Layout
    ) -> None:
        pki = ensure(layout.pki, dict(USERS), SERVICE_IP)
        programs = {name: Path("/bin") / name for name in NAMES}

        made = parts(layout, programs, self.PORTS, pki)

        flags = dict(f[2:].split("=", 1) for part in made for f in part.command[1:] if "=" in f)
        addresses = {flags[name] for name in flags if name.endswith("address")}
        urls = {flags[name] for name in flags if name.endswith("-urls")}
        assert {"127.0.0.1"} == addresses
        assert urls
        assert all(url.startswith("https://127.0.0.1:") for url in urls)
        assert list(NAMES) == [part.name for part in made]

    def test_the_kubeconfig_needs_no_other_file(self, layout: Layout) -> None:
        pki = ensure(layout.pki, dict(USERS), SERVICE_IP)
        write_configuration(layout, self.PORTS, pki)

        content = yaml.safe_load(layout.kubeconfig.read_text())

        assert "sandbox" == content["current-context"]
        server = f"https://127.0.0.1:{self.PORTS['kube-apiserver']}"
        assert server == content["clusters"][0]["cluster"]["server"]
        assert {"client-certificate-data", "client-key-data"} == set(
            content["users"][0]["user"]
        )
        assert content == yaml.safe_load(
            kubeconfig(
                server, pki.authority.certificate, "sandbox-admin", pki.users["sandbox-admin"]
            )
        )

    def test_there_are_two_nodes_without_and_two_with_eight_gpus(self) -> None:
        gpus = [node["status"]["capacity"].get("nvidia.com/gpu", "0") for node in NODES]

        assert ["0", "0", "8", "8"] == gpus


class TestTheEnvironment:
    @pytest.mark.parametrize("name", ["plain", "with space", "a#b", "a?b", "a%20b"])
    def test_the_backends_url_means_the_folder_whatever_its_name(
        self, tmp_path: Path, name: str
    ) -> None:
        layout = Layout(tmp_path / name)
        chosen = Toolchain(bin=tmp_path, provider=tmp_path, statuses=())

        url = urllib.parse.urlsplit(environment(layout, chosen)["PULUMI_BACKEND_URL"])

        assert ("file", str(layout.pulumi_state)) == (
            url.scheme,
            urllib.parse.unquote(url.path),
        )
        assert ("metadata=skip", "") == (url.query, url.fragment)

    def test_variables_that_lead_elsewhere_are_left_out(self, tmp_path: Path) -> None:
        chosen = Toolchain(bin=tmp_path, provider=tmp_path, statuses=())
        base = {
            "PULUMI_CONFIG_PASSPHRASE_FILE": "/p",
            "HOME": "/home/me",
            "KUBECONFIG": "/mine",
        }

        made = process_environment(Layout(tmp_path), chosen, base)

        assert "PULUMI_CONFIG_PASSPHRASE_FILE" not in made
        assert SANDBOX_PASSPHRASE == made["PULUMI_CONFIG_PASSPHRASE"]
        assert "/home/me" == made["HOME"]
        assert str(tmp_path / ".sandbox/kubeconfig") == made["KUBECONFIG"]


class TestAStateWhoseClusterIsGone:
    @pytest.mark.parametrize(
        ("name", "content", "holds"),
        [
            pytest.param(
                "dev.json", state("kubernetes:core/v1:Namespace"), True, id="resource"
            ),
            pytest.param(
                "dev.json",
                state("pulumi:pulumi:Stack", "pulumi:providers:kubernetes"),
                False,
                id="only-the-stack-and-its-provider",
            ),
            pytest.param("dev.json", state(), False, id="destroyed"),
            pytest.param(
                "dev.json",
                json.dumps({"checkpoint": {"latest": None}}).encode(),
                False,
                id="new",
            ),
            pytest.param("dev.json.bak", state("kubernetes:v1:Pod"), False, id="backup"),
            pytest.param(
                "dev.json.gz", gzip.compress(state("kubernetes:v1:Pod")), True, id="zipped"
            ),
            pytest.param("dev.json.gz", gzip.compress(state()), False, id="zipped-empty"),
            pytest.param("dev.json.zst", b"\x28\xb5\x2f\xfd", True, id="cannot-be-read"),
            pytest.param("dev.json", b"{", True, id="cut"),
        ],
    )
    def test_only_a_state_that_holds_resources_is_refused(
        self, layout: Layout, name: str, content: bytes, holds: bool
    ) -> None:
        put_state(layout, name, content)

        assert (("dev",) if holds else ()) == stacks_with_resources(layout.pulumi_state)
        if holds:
            with pytest.raises(SandboxError, match=r"state of dev .*--wipe"):
                refuse_orphans(layout)
        else:
            refuse_orphans(layout)

    def test_with_the_data_of_a_cluster_it_is_not_refused(self, layout: Layout) -> None:
        put_state(layout, "dev.json", state("kubernetes:core/v1:Namespace"))
        (layout.etcd / "member").mkdir(parents=True)

        refuse_orphans(layout)


class TestTheFolder:
    def test_something_else_of_that_name_is_not_touched(self, tmp_path: Path) -> None:
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        (elsewhere / "precious").touch()
        (tmp_path / ".sandbox").symlink_to(elsewhere)

        with pytest.raises(SandboxError, match="is not a folder"):
            Layout(tmp_path).make()

        sandbox.down(tmp_path, wipe=True)
        assert (elsewhere / "precious").exists()

    def test_a_place_that_cannot_be_written_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        chosen = Toolchain(bin=tmp_path, provider=tmp_path, statuses=())

        with pytest.raises(SandboxError, match=r"file/\.sandbox: Not a directory: .* writable"):
            sandbox.up(tmp_path / "file", toolchain=chosen)

    def test_git_does_not_see_it(self, layout: Layout) -> None:
        subprocess.run(["git", "init", "-q", layout.root], check=True)
        done = subprocess.run(
            ["git", "-C", layout.root, "status", "--porcelain"],
            capture_output=True,
            text=True,
            check=True,
        )

        assert "" == done.stdout

    def test_a_damaged_record_is_refused_with_the_remedy(self, layout: Layout) -> None:
        SandboxRecord(uid="u").save(layout.record)
        assert "u" == sandbox_uid(layout)

        layout.record.write_text("{")

        with pytest.raises(SandboxError, match=r"record\.json is damaged .*--wipe"):
            SandboxRecord.load(layout.record)

    def test_nothing_is_made_by_looking(self, tmp_path: Path) -> None:
        assert State.ABSENT is sandbox.status(tmp_path).state
        assert 0 == sandbox.down(tmp_path)
        with pytest.raises(SandboxError, match="run `tenancy sandbox up`"):
            sandbox.current(tmp_path)

        assert [] == list(tmp_path.iterdir())


def sandbox_uid(layout: Layout) -> str | None:
    record = SandboxRecord.load(layout.record)
    assert record is not None
    return record.uid


class TestTheCommands:
    def test_the_exit_code_says_whether_it_runs(self, tmp_path: Path) -> None:
        done = CliRunner().invoke(
            app, ["sandbox", "status", "--project", str(tmp_path), "--json"]
        )

        assert 1 == done.exit_code
        assert "absent" == json.loads(done.stdout)["state"]

    def test_ending_what_does_not_run_is_no_error(self, tmp_path: Path) -> None:
        done = CliRunner().invoke(app, ["sandbox", "down", "--project", str(tmp_path)])

        assert 0 == done.exit_code
        assert "nothing was running" in done.stdout
