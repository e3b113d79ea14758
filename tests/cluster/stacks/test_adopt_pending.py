"""An adoption while the files have lost something that the stack still manages."""

import pytest
import yaml
from typer.testing import CliRunner

from tenancy.cli import app
from tests.cluster.stacks.hard_world import an_object
from tests.cluster.stacks.released_world import marks

pytestmark = pytest.mark.cluster


def adopt(project, *arguments: str):
    """Run it in this process."""
    where = ("-C", str(project.root), "-s", "dev", "--yes")
    return CliRunner().invoke(app, ["adopt", *where, "-o", *arguments])


def test_what_the_engine_would_delete_refuses_before_anything_changes(
    project, kubectl_of
) -> None:
    kubectl = kubectl_of(project.box)
    for name in ("pend-gone", "pend-stays", "next"):
        kubectl("create", "namespace", name)
    quota = an_object("v1", "ResourceQuota", "odd", inside="pend-stays")
    kubectl.apply({**quota, "spec": {"hard": {"pods": "5"}}})
    first = adopt(project, "pend", "pend-gone", "pend-stays")
    assert 0 == first.exit_code, first.output
    path = project.root / "organizations/pend.yaml"
    written = path.read_text()

    without = yaml.safe_load(written)
    without["namespaces"] = [one for one in without["namespaces"] if one["id"] == "stays"]
    without["defaultNamespace"] = "stays"
    unlimited = yaml.safe_load(written)
    unlimited["profiles"]["stays"]["quotas"] = {}
    for changed, found, remedy in (
        (without, "Namespace pend-gone", "restore pend-gone in the files"),
        (unlimited, "ResourceQuota odd in pend-stays", "apply that change first"),
    ):
        path.write_text(yaml.safe_dump(changed, sort_keys=False))
        refused = adopt(project, "next", "next")
        assert 3 == refused.exit_code, refused.output
        text = " ".join(refused.output.split())
        assert f"stack dev still manages {found}, which its files no longer describe" in text
        assert remedy in text
        assert [] == marks(kubectl, "next")
        assert not (project.root / "organizations/next.yaml").exists()

    path.write_text(written)
    allowed = adopt(project, "next", "next")
    assert 0 == allowed.exit_code, allowed.output
    assert marks(kubectl, "next")
