"""Finding tools, and building them with a `go` that only pretends."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from tenancy.local import tools
from tenancy.local.tools import ToolsError, ToolSource
from tenancy.local.tools.build import announcement, build
from tenancy.local.tools.definitions import (
    KUEUE,
    MODULES,
    OTHER_RELEASES,
    TOOLS,
    cache_folder,
    key,
    module,
)
from tenancy.local.tools.links import install_provider
from tenancy.local.tools.locate import missing_modules, sources
from tenancy.local.tools.version import Range, Version
from tests.bench.helm import HELM

ROOT = Path(__file__).parents[3]

SAYS = {
    "etcd": "etcd Version: 3.6.8",
    "kube-apiserver": "Kubernetes v1.36.3",
    "kube-controller-manager": "Kubernetes v1.36.3",
    "kube-scheduler": "Kubernetes v1.36.3",
    "kubectl": "Client Version: v1.36.3\nKustomize Version: v5.8.1",
    "kwok": "kwok version v0.8.0 go1.26.8 (linux/amd64)",
    "pulumi": "v3.255.0",
}
COMPANIONS = (
    "pulumi-language-python",
    "pulumi-language-python-exec",
    "pulumi-resource-pulumi-python",
    "pulumi-analyzer-policy-python",
)

GO = """#!/bin/sh
echo "$@" >> "{calls}"
case "$1" in
env) echo "{version}" ;;
list) printf 'a\\nb\\nc\\n' ;;
mod)
  mkdir -p "{calls}.module/python/cmd" "{calls}.module/python/dist"
  for file in cmd/pulumi-language-python-exec dist/pulumi-resource-pulumi-python \
      dist/pulumi-analyzer-policy-python; do
    echo script > "{calls}.module/python/$file"
  done
  echo '{{"Dir": "{calls}.module"}}' ;;
build)
  {slow}
  echo "go: downloading example.com/x v1.0.0" >&2
  echo "example.com/x" >&2
  while [ "$1" != -o ]; do shift; done
  out=$2; shift 2
  for package in "$@"; do
    name=$(basename "$package"); [ "$name" = v3 ] && name=server
    echo '#!/bin/sh' > "$out/$name"; chmod +x "$out/$name"
  done ;;
esac
exit {code}
"""


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on PATH but the system's, and an empty cache and Pulumi home."""
    folder = tmp_path / "path"
    folder.mkdir()
    system = tmp_path / "system"
    system.mkdir()
    # What the pretended programs need; whatever else this machine has is not on PATH.
    for name in ("sh", "mkdir", "chmod", "basename", "sleep", "cat"):
        found = shutil.which(name)
        assert found is not None
        (system / name).symlink_to(found)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{system}")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    return folder


def install(folder: Path, **says: str) -> None:
    """Put programs into *folder* that print what they are told to."""
    folder.mkdir(exist_ok=True)
    for name, text in says.items():
        program = folder / name
        program.write_text(f"#!/bin/sh\ncat <<'END'\n{text}\nEND\n")
        program.chmod(0o755)


def install_go(
    folder: Path, version: str = "go1.26.8", slow: str = "", code: int = 0
) -> Callable[[], list[str]]:
    """Put a `go` into *folder*; the returned function tells how it was called."""
    calls = folder.parent / "calls"
    program = folder / "go"
    program.write_text(GO.format(calls=calls, version=version, slow=slow, code=code))
    program.chmod(0o755)
    return lambda: calls.read_text().splitlines() if calls.exists() else []


def found(root: Path) -> dict[str, ToolSource]:
    return {status.name: status.source for status in tools.report(root)}


def quiet() -> Console:
    return Console(file=open(os.devnull, "w"))  # noqa: PTH123


class TestVersions:
    @pytest.mark.parametrize(
        ("said", "expected"),
        [
            pytest.param("Kubernetes v1.36.3", (1, 36, 3), id="kubernetes"),
            pytest.param('{"gitVersion": "v1.32.4-dispatcher"}', (1, 32, 4), id="dispatcher"),
            pytest.param("v3.255.0", (3, 255, 0), id="pulumi"),
            pytest.param("v1.36.0-rc.1+k3s1", (1, 36, 0), id="suffixes"),
            pytest.param("", None, id="nothing"),
            pytest.param("version 12", None, id="no-triple"),
        ],
    )
    def test_the_first_triple_is_the_version(
        self, said: str, expected: tuple[int, int, int] | None
    ) -> None:
        assert expected == Version.first_in(said)

    @pytest.mark.parametrize(
        ("version", "expected"),
        [
            pytest.param((1, 34, 9), False, id="below"),
            pytest.param((1, 35, 0), True, id="least"),
            pytest.param((1, 36, 99), True, id="last"),
            pytest.param((1, 37, 0), False, id="above"),
        ],
    )
    def test_a_range_ends_before_its_upper_bound(
        self, version: tuple[int, int, int], expected: bool
    ) -> None:
        assert expected is (Version(*version) in Range(Version(1, 35, 0), Version(1, 37, 0)))

    @pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
    def test_what_is_built_fits(self, tool) -> None:
        assert module(tool.name).built_version(tool.name) in tool.fits

    @pytest.mark.parametrize(
        "entry", [*OTHER_RELEASES, KUEUE, HELM], ids=lambda entry: entry.name
    )
    def test_what_only_tests_build_fits_and_is_what_its_module_pins(self, entry) -> None:
        assert all(entry.built_version(tool.name) in tool.fits for tool in entry.tools)
        other = {"kueue": "sigs.k8s.io/kueue", "helm": "helm.sh/helm/v3"}
        of = other.get(entry.name, "k8s.io/kubernetes")
        pinned = f"{of} v{entry.version}"
        for file in ("go.mod", "go.sum"):
            assert pinned in (ROOT / "toolchain" / entry.name / file).read_text()


class TestTheKey:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        return Path(shutil.copytree(ROOT / "toolchain", tmp_path / "toolchain"))

    @pytest.mark.parametrize("file", ["go.mod", "go.sum", "main.go"])
    def test_it_changes_with_each_file_that_is_built_from(
        self, folder: Path, file: str
    ) -> None:
        entry = module("pulumi-resource-kubernetes")
        before = key(entry, folder)
        with (folder / entry.name / file).open("a") as more:
            more.write("\n")

        assert before != key(entry, folder)

    def test_it_changes_with_the_machine(self, folder: Path) -> None:
        entry = MODULES[0]

        keys = {key(entry, folder, on) for on in [("linux", "amd64"), ("linux", "arm64")]}

        assert 2 == len(keys)

    def test_it_is_the_same_in_every_checkout(self, folder: Path) -> None:
        (folder / "kwok/README.md").write_text("not built from")

        assert [key(entry, ROOT / "toolchain") for entry in MODULES] == [
            key(entry, folder) for entry in MODULES
        ]

    def test_a_relative_cache_folder_is_ignored(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("XDG_CACHE_HOME", "relative")

        assert Path.home() / ".cache/tenancy/toolchain" == cache_folder()


class TestOnPath:
    def test_a_complete_installation_is_used(self, path: Path, tmp_path: Path) -> None:
        install(path, **SAYS, **dict.fromkeys(COMPANIONS, ""))
        plugin = tmp_path / "home/plugins/resource-kubernetes-v4.25.0"
        plugin.mkdir(parents=True)
        install(plugin, **{"pulumi-resource-kubernetes": ""})

        everywhere = found(tmp_path)

        assert ToolSource.PLUGINS is everywhere.pop("pulumi-resource-kubernetes")
        assert {ToolSource.PATH} == set(everywhere.values())

        links = tools.find(tmp_path)

        assert (path / "etcd") == (links.bin / "etcd").readlink()
        assert plugin / "pulumi-resource-kubernetes" == links.provider
        assert not (links.bin / "pulumi-resource-kubernetes").exists()

    @pytest.mark.parametrize(
        ("name", "said", "fits"),
        [
            pytest.param("pulumi", "v3.254.9", False, id="old-engine"),
            pytest.param("pulumi", "v3.260.1", True, id="newer-engine"),
            pytest.param("pulumi", "", False, id="silent-engine"),
            pytest.param("kubectl", "v1.32.4-dispatcher", False, id="dispatcher"),
            pytest.param("kubectl", "v1.35.0", True, id="kubectl-one-minor-below"),
            pytest.param("kubectl", "v1.37.2", True, id="kubectl-one-minor-above"),
            pytest.param("kubectl", "v1.34.5", False, id="kubectl-two-minors-below"),
            pytest.param("kwok", "kwok version v0.7.0", False, id="old-kwok"),
            pytest.param("etcd", "etcd Version: 3.5.21", False, id="old-etcd"),
        ],
    )
    def test_only_a_fitting_version_is_used(
        self, path: Path, tmp_path: Path, name: str, said: str, fits: bool
    ) -> None:
        install(path, **{**SAYS, name: said})

        status = next(s for s in tools.report(tmp_path) if s.name == name)

        assert fits is (status.source is ToolSource.PATH)
        assert fits is not any(str(path / name) in rejected for rejected in status.rejected)

    @pytest.mark.parametrize("absent", ["etcd", "kube-scheduler"])
    def test_half_a_control_plane_is_not_used(
        self, path: Path, tmp_path: Path, absent: str
    ) -> None:
        install(path, **{name: said for name, said in SAYS.items() if name != absent})

        statuses = {status.name: status for status in tools.report(tmp_path)}

        assert ToolSource.MISSING is statuses["kube-apiserver"].source
        assert f"but these are missing: {absent}" in statuses["kube-apiserver"].rejected[0]
        assert ToolSource.PATH is statuses["kwok"].source

    def test_servers_of_two_minors_are_not_used(self, path: Path, tmp_path: Path) -> None:
        install(path, **{**SAYS, "kube-scheduler": "Kubernetes v1.35.4"})

        assert ToolSource.MISSING is found(tmp_path)["kube-apiserver"]

    def test_an_unfitting_one_hides_no_fitting_one_behind_it(
        self, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        install(path, kwok="kwok version v0.1.0")
        install(tmp_path / "second", kwok="kwok version v0.8.1")
        monkeypatch.setenv("PATH", f"{os.environ['PATH']}{os.pathsep}{tmp_path / 'second'}")

        status = next(s for s in tools.report(tmp_path) if s.name == "kwok")

        assert tmp_path / "second/kwok" == status.path

    def test_an_engine_without_its_companions_does_not_lend_them(
        self, path: Path, tmp_path: Path
    ) -> None:
        install(path, pulumi="v3.255.0")

        assert ToolSource.PATH is found(tmp_path)["pulumi"]
        assert ToolSource.MISSING is found(tmp_path)["pulumi-language-python"]

    def test_links_of_a_checkout_are_no_installation(
        self, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        links = tmp_path / "elsewhere/.toolchain/bin"
        links.mkdir(parents=True)
        install(links, **SAYS)
        monkeypatch.setenv("PATH", f"{os.environ['PATH']}{os.pathsep}{links}")

        assert {ToolSource.MISSING} == set(found(tmp_path).values())

    def test_an_unfinished_plugin_is_not_used(self, path: Path, tmp_path: Path) -> None:
        plugin = tmp_path / "home/plugins/resource-kubernetes-v4.25.0"
        plugin.mkdir(parents=True)
        install(plugin, **{"pulumi-resource-kubernetes": ""})
        assert ToolSource.PLUGINS is found(tmp_path)["pulumi-resource-kubernetes"]

        (plugin.parent / f"{plugin.name}.partial").touch()

        assert ToolSource.MISSING is found(tmp_path)["pulumi-resource-kubernetes"]

    def test_another_release_of_the_python_package_needs_its_own_plugin(
        self, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("importlib.metadata.version", lambda _: "4.29.1")

        status = next(
            s for s in tools.report(tmp_path) if s.name == "pulumi-resource-kubernetes"
        )

        assert status.remedy is not None
        assert "pulumi plugin install resource kubernetes v4.29.1" in status.remedy
        built = missing_modules(tools.report(tmp_path))
        assert "pulumi-resource-kubernetes" not in {entry.name for entry in built}


class TestWithoutSources:
    @pytest.fixture(autouse=True)
    def _installed_from_a_wheel(self, monkeypatch: pytest.MonkeyPatch) -> None:
        # The package has a function of the same name, so the module is reached by its own.
        monkeypatch.setattr(
            sys.modules["tenancy.local.tools.locate"], "sources", lambda _root: None
        )
        monkeypatch.setattr(tools, "sources", lambda _root: None)

    def test_what_is_missing_is_named_with_the_remedy(self, path: Path, tmp_path: Path) -> None:
        install(path, kwok=SAYS["kwok"], kubectl="v1.32.4-dispatcher")

        with pytest.raises(ToolsError) as refused:
            tools.ensure(tmp_path, quiet())

        said = str(refused.value)
        assert "11 tools missing" in said
        assert "pulumi: needs 3.255.0 or newer, below 4" in said
        assert f"found {path / 'kubectl'}: 1.32.4" in said
        assert 1 == said.count("install them on PATH")
        assert str(cache_folder()) in said

    def test_a_fitting_build_in_the_cache_is_used(self, path: Path, tmp_path: Path) -> None:
        finished = cache_folder() / f"kwok-{'0' * 16}"
        install_go(path)
        build([module("kwok")], ROOT / "toolchain", quiet())
        next(cache_folder().glob("kwok-*/")).rename(finished)

        assert ToolSource.CACHE is found(tmp_path)["kwok"]

        manifest = json.loads((finished / "build.json").read_text())
        manifest["versions"]["kwok"] = "0.1.0"
        (finished / "build.json").write_text(json.dumps(manifest))

        assert ToolSource.MISSING is found(tmp_path)["kwok"]


class TestInstalledFromAWheel:
    def test_the_modules_are_beside_the_programs_of_the_environment(
        self, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        declared = tomllib.loads((ROOT / "pyproject.toml").read_text())
        shared = declared["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]
        for source, goal in shared.items():
            shutil.copytree(ROOT / source, tmp_path / "venv" / goal)
        locate = sys.modules["tenancy.local.tools.locate"]
        monkeypatch.setattr(locate, "__file__", str(tmp_path / "a/b/c/d/locate.py"))
        monkeypatch.setattr("site.getuserbase", lambda: str(tmp_path / "nothing"))
        monkeypatch.setattr(sys, "prefix", str(tmp_path / "nothing"))

        assert sources(tmp_path) is None

        monkeypatch.setattr(sys, "prefix", str(tmp_path / "venv"))

        assert tmp_path / "venv/share/tenancy/toolchain" == sources(tmp_path)
        kwok = next(status for status in tools.report(tmp_path) if status.name == "kwok")
        assert kwok.remedy is not None
        assert kwok.remedy.startswith("run `tenancy sandbox tools`")


class TestBuilding:
    ENTRY = module("kwok")

    def build(self) -> None:
        build([self.ENTRY], ROOT / "toolchain", quiet())

    def test_every_tool_of_a_module_is_there_afterwards(
        self, path: Path, tmp_path: Path
    ) -> None:
        install_go(path)
        for name in ("kubernetes", "kwok", "pulumi", "pulumi-language-python"):
            entry = next(entry for entry in MODULES if entry.name == name)

            build([entry], ROOT / "toolchain", quiet())

            sources = found(tmp_path)
            assert {ToolSource.CACHE} == {sources[tool.name] for tool in entry.tools}
        assert not list(cache_folder().glob(".building-*"))

    def test_what_is_built_is_not_built_again(self, path: Path) -> None:
        calls = install_go(path)
        self.build()
        self.build()

        assert 1 == sum(call.startswith("build") for call in calls())

    def test_the_sandbox_waits_for_kubernetes_and_kwok_alone(
        self, path: Path, tmp_path: Path
    ) -> None:
        calls = install_go(path)

        toolchain = tools.ensure(tmp_path, quiet(), tools.OF_SANDBOX)

        assert 2 == sum(call.startswith("build") for call in calls())
        of_kubernetes = {"etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"}
        assert {*of_kubernetes, "kubectl", "kwok"} == {s.name for s in toolchain.statuses}
        assert toolchain.provider is None
        install_provider(toolchain, tmp_path / "home")
        assert not (tmp_path / "home").exists()
        with pytest.raises(ToolsError, match=r"pulumi: needs 3\.255\.0 or newer"):
            tools.find(tmp_path)

    def test_it_says_first_what_is_built_and_how_long_that_takes(self) -> None:
        said = announcement(MODULES)

        assert "About 24 minutes in total" in said
        for entry in MODULES:
            for name in entry.packages.values():
                assert name in said

    def test_flags_of_the_users_own_do_not_reach_it(
        self, path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("GOFLAGS", "-mod=vendor")
        monkeypatch.setenv("GOOS", "plan9")
        install_go(path, slow=f'echo "$GOFLAGS $GOOS" > "{tmp_path}/environment"')

        self.build()

        said = (tmp_path / "environment").read_text()
        assert "-mod=readonly" in said
        assert "plan9" not in said

    def test_without_go_it_says_what_to_do(self, path: Path) -> None:
        with pytest.raises(ToolsError, match=r"Go 1\.26 is needed to build kwok: install it"):
            self.build()

    @pytest.mark.parametrize(
        ("version", "named"),
        [
            pytest.param("go1.25.4", "Go 1.25.4", id="older-minor"),
            pytest.param("go1.9", "Go 1.9.0", id="two-parts"),
        ],
    )
    def test_an_older_go_is_refused_by_its_version(
        self, path: Path, version: str, named: str
    ) -> None:
        calls = install_go(path, version=version)

        with pytest.raises(ToolsError, match=f"is {named}; Go 1.26 or newer is needed"):
            self.build()

        assert not any(call.startswith("build") for call in calls())

    def test_a_cache_that_cannot_be_written_is_named(
        self, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        install_go(path)
        (tmp_path / "file").touch()
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))

        with pytest.raises(
            ToolsError, match=r"file/tenancy.*: Not a directory.*XDG_CACHE_HOME"
        ):
            tools.ensure(tmp_path, quiet())

    def test_the_doctor_says_that_go_is_missing_too(self, path: Path, tmp_path: Path) -> None:
        assert "Go 1.26 is needed" in str(tools.unbuildable(tmp_path))

        install_go(path)

        assert tools.unbuildable(tmp_path) is None

    def test_a_failed_build_leaves_nothing_half_done_and_shows_what_go_said(
        self, path: Path, tmp_path: Path
    ) -> None:
        install_go(path, slow="echo 'kwok.go:1: undefined: x' >&2; exit 1")

        with pytest.raises(ToolsError, match="undefined: x"):
            self.build()

        assert ToolSource.MISSING is found(tmp_path)["kwok"]
        assert [] == [entry.name for entry in cache_folder().iterdir() if entry.is_dir()]

        install_go(path)
        self.build()

        assert ToolSource.CACHE is found(tmp_path)["kwok"]

    def test_an_unreachable_proxy_is_named(self, path: Path) -> None:
        install_go(path, slow="echo 'dial tcp: lookup proxy.golang.org' >&2; exit 1")

        with pytest.raises(ToolsError, match="The Go module proxy cannot be reached"):
            self.build()

    def test_two_at_once_build_once(self, path: Path) -> None:
        calls = install_go(path, slow="sleep 0.3")
        threads = [threading.Thread(target=self.build) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert 1 == sum(call.startswith("build") for call in calls())
        assert 1 == len(list(cache_folder().glob("kwok-*/build.json")))

    def test_a_run_that_was_killed_leaves_nothing_that_the_next_takes_for_a_tool(
        self, path: Path, tmp_path: Path
    ) -> None:
        calls = install_go(path, slow="sleep 1")
        script = (
            "from pathlib import Path; from rich.console import Console; "
            "from tenancy.local.tools.build import build; "
            "from tenancy.local.tools.definitions import module; "
            f"build([module('kwok')], Path({str(ROOT / 'toolchain')!r}), Console(quiet=True))"
        )
        run = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT)
        while not any(call.startswith("build") for call in calls()):
            assert run.poll() is None
            time.sleep(0.01)
        run.send_signal(signal.SIGKILL)
        run.wait()

        assert ToolSource.MISSING is found(tmp_path)["kwok"]

        install_go(path)
        self.build()

        assert ToolSource.CACHE is found(tmp_path)["kwok"]
        assert not list(cache_folder().glob(".building-*"))


class TestTheEnvironment:
    def test_our_tools_and_this_python_come_first_and_once(self, tmp_path: Path) -> None:
        chosen = tools.Toolchain(bin=tmp_path / "bin", provider=tmp_path / "p", statuses=())
        python = str(Path(sys.executable).parent)

        once = tools.environment(chosen, {"PATH": f"/usr/bin{os.pathsep}{python}"})
        twice = tools.environment(chosen, once)

        expected = [str(tmp_path / "bin"), python, "/usr/bin"]
        assert expected == once["PATH"].split(os.pathsep)
        assert once == twice
        assert sys.executable == once["PULUMI_PYTHON_CMD"]
