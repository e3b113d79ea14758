"""Special files: pipes, devices, folders, links in circles, too large, too deep."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tenancy.assessment import assess
from tenancy.cluster import connect, connect_by, endpoint
from tenancy.cluster.kubeconfig_text import LARGEST as LARGEST_KUBECONFIG
from tenancy.config.answers import read_answers
from tenancy.config.document import write
from tenancy.diagnostics import RefusedError, TenancyError
from tenancy.engine import saved_plan
from tenancy.engine.adoption_files import AdoptionFiles, copied
from tenancy.engine.saved_plan import read_plan
from tenancy.model import Cluster
from tests.unit.cli.conftest import ROOT

DEEP = "[" * 200_000


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def a_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def a_folder(path: Path) -> None:
    path.mkdir()


def a_circle(path: Path) -> None:
    path.symlink_to(path.name)


def a_socket(path: Path) -> None:
    here = Path.cwd()
    # An address of a socket has at most 107 characters.
    os.chdir(path.parent)
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(path.name)
    os.chdir(here)


def not_text(path: Path) -> None:
    path.write_bytes(b"\xff\xfe\x00")


def too_deep(path: Path) -> None:
    path.write_text(DEEP)


def too_large(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(max(LARGEST_KUBECONFIG, saved_plan.LARGEST) + 1)


def nothing(_: Path) -> None:
    """No file at all."""


SPECIAL = (
    a_pipe,
    a_device,
    a_folder,
    a_circle,
    a_socket,
    not_text,
    too_deep,
    too_large,
    nothing,
)


def the_cluster(path: Path) -> Cluster:
    return Cluster(name="shared-1", kubeconfig=str(path), context="operator")


READERS: dict[str, Callable[[Path], object]] = {
    "a saved plan": read_plan,
    "answers": read_answers,
    "a kubeconfig of a stack": lambda path: connect(the_cluster(path), path.parent),
    "a kubeconfig of a program": lambda path: connect_by(str(path), None),
    "the address in a kubeconfig": lambda path: endpoint(the_cluster(path), path.parent),
}


REASONS = (
    "a pipe, a socket or a device",
    "Is a directory",
    "a link that leads to itself",
    "Too many levels of symbolic links",
    "no file of that name",
    "no kubeconfig exists at",
    "MiB",
    "UTF-8",
    "not valid JSON",
    "RecursionError",
    "the kubeconfig given cannot be read",
    "levels",
)


@pytest.mark.parametrize("special", SPECIAL, ids=lambda one: one.__name__)
@pytest.mark.parametrize("reader", READERS)
def test_a_special_file_is_refused_and_not_waited_for(
    reader: str, special: Callable[[Path], None], tmp_path: Path, record_property
) -> None:
    path = tmp_path / "given"
    special(path)
    record_property("hostile", "special files|1")

    with pytest.raises(TenancyError) as refused:
        READERS[reader](path)

    message = str(refused.value)
    assert [words for words in REASONS if words in message], message
    assert DEEP[:100] not in message


def test_a_kubeconfig_of_a_regular_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "given"
    path.write_text(
        "contexts: [{name: operator, context: {cluster: c}}]\n"
        "clusters: [{name: c, cluster: {server: 'https://127.0.0.1:1'}}]\n"
    )

    assert "https://127.0.0.1:1" == endpoint(the_cluster(path), tmp_path).server


def test_a_link_where_a_new_file_is_prepared_is_replaced_and_not_followed(
    tmp_path: Path,
) -> None:
    outside = tmp_path / "outside"
    outside.write_text("theirs")
    path = tmp_path / "acme.yaml"
    (tmp_path / ".acme.yaml.new").symlink_to(outside)

    write(path, "ours")

    assert "theirs" == outside.read_text()
    assert "ours" == path.read_text()
    assert not path.is_symlink()


def test_a_link_in_the_place_of_a_file_is_replaced_and_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("theirs")
    path = tmp_path / "acme.yaml"
    path.symlink_to(outside)

    write(path, "ours")

    assert "theirs" == outside.read_text()
    assert "ours" == path.read_text()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with a file of an organization, beside which special files are."""
    made = tmp_path / "project"
    organizations = made / "organizations"
    organizations.mkdir(parents=True)
    for path in ROOT.glob("Pulumi*.yaml"):
        (made / path.name).write_text(path.read_text())
    for path in (ROOT / "organizations").glob("*.yaml"):
        (organizations / path.name).write_text(path.read_text())
    return made


def test_a_project_is_copied_without_pipes_devices_and_circles(
    folder: Path, tmp_path: Path
) -> None:
    organizations = folder / "organizations"
    a_pipe(organizations / "pipe")
    a_device(organizations / "zero")
    (organizations / "again").symlink_to(organizations)
    there = tmp_path / "copy"
    there.mkdir()

    copied(assess(folder), there)

    expected = sorted(path.name for path in organizations.glob("*.yaml"))
    assert expected == sorted(path.name for path in (there / "organizations").iterdir())
    assert assess(there).findings == assess(folder).findings


def test_no_organization_is_written_through_a_link_out_of_the_project(
    folder: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    (folder / "organizations").rename(outside)
    (folder / "organizations").symlink_to(outside)
    files = AdoptionFiles(root=folder, stack="dev", project="tenancy")
    before = sorted(outside.iterdir())

    with pytest.raises(RefusedError, match="a link that leads out of the project"):
        files.write("new", "new", None)  # type: ignore[arg-type]

    assert before == sorted(outside.iterdir())
