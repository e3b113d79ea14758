"""What a release refuses before it reads a cluster."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tenancy import engine
from tenancy.assessment import assess
from tenancy.cli import app
from tenancy.diagnostics import ClusterError, RefusedError
from tests.unit.engine.test_release_files import SHOP, shop

__all__ = ["shop"]


def refused(project: Path, *names: str, **options: str) -> str:
    before = {path: path.read_text() for path in project.rglob("*.yaml")}
    with pytest.raises(RefusedError) as found:
        engine.release(assess(project), "dev", names, **options)  # type: ignore[arg-type]
    assert before == {path: path.read_text() for path in project.rglob("*.yaml")}
    return str(found.value)


def test_names_that_the_stack_does_not_have_are_refused(shop: Path) -> None:
    assert "namespace nope: stack dev does not describe it" in refused(shop, "nope")
    assert "organization nope: stack dev does not hold it" in refused(shop, organization="nope")
    assert "name namespaces of one organization" in refused(shop)
    both = refused(shop, "acme-dev", "shop-web")
    assert "one organization, or give --organization; these are of acme, shop" in both


def test_what_the_checks_refuse_afterwards_is_refused(shop: Path) -> None:
    text = SHOP.replace("  - id: batch\n    profile: standard\n", "  - id: batch\n")
    (shop / "organizations/shop.yaml").write_text(text)

    found = refused(shop, "shop-web", "shop-db")

    assert "[namespace-without-quota]" in found
    assert "The checks refuse the files without these namespaces. Nothing was changed." in found


def test_a_namespace_that_others_inherit_from_is_refused(shop: Path) -> None:
    inherited = "    profile: standard\n    loadBalancers: 1\n  - id: db"
    path = shop / "organizations/shop.yaml"
    path.write_text(SHOP.replace("    profile: standard\n  - id: db", inherited))

    assert "namespace shop-batch of stack dev would change" in refused(
        shop, "shop-web", "shop-db"
    )
    # It needs a cluster from there on: nothing refuses the one that others do not need.
    with pytest.raises(ClusterError, match="sandbox has not been started"):
        engine.release(assess(shop), "dev", ["shop-batch"])


@pytest.mark.parametrize("flags", [(), ("--keep", "--remove-guardrails")])
def test_what_becomes_of_the_guardrails_has_to_be_given(shop: Path, flags: tuple) -> None:
    result = CliRunner().invoke(
        app, ["release", "-C", str(shop), "-s", "dev", "-o", "shop", *flags]
    )

    assert 3 == result.exit_code
    assert "give either --keep or --remove-guardrails" in result.output
