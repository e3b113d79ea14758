"""What the files are after a release: what others have stays, with its comments."""

from pathlib import Path

import pytest

from tenancy.assessment import assess
from tenancy.diagnostics import RefusedError
from tenancy.engine.release_files import files_without

SHOP = """\
prefix: shop
defaultNamespace: web
members:
  - group: shop-devs
    role: developer
    namespaces: [web, db]
  - group: shop-dbas
    role: admin
    namespaces: [db]
namespaces:
  - id: web  # the first
    environments: [dev, staging]
    profile: standard
  - id: db
    environments: [dev]
    profile: db
    inheritFrom: web
  - id: batch
    profile: standard
profiles:
  db:
    quota: {pods: "3"}
"""


@pytest.fixture
def shop(project: Path) -> Path:
    (project / "organizations/shop.yaml").write_text(SHOP)
    for stack in ("dev", "staging"):
        path = project / f"Pulumi.{stack}.yaml"
        path.write_text(path.read_text().replace("    acme: {}", "    acme: {}\n    shop: {}"))
    return project


def without(project: Path, *names: str, stack: str = "dev") -> dict[str, str | None]:
    assessment = assess(project)
    [organization] = [
        one
        for one in assessment.tenancy.environments[stack].organizations
        if one.name == names[0].partition("-")[0]
    ]
    return files_without(assessment, stack, organization, names)


def test_a_namespace_leaves_with_its_profile_and_its_members(shop: Path) -> None:
    [(file, text)] = without(shop, "shop-db").items()

    assert "organizations/shop.yaml" == file
    lines = (text or "").splitlines()
    assert "  - id: web  # the first" in lines
    assert ["    namespaces:", "      - web"] == lines[5:7]
    for gone in ("shop-dbas", "id: db", "inheritFrom", 'pods: "3"'):
        assert gone in SHOP
        assert gone not in (text or "")


def test_a_namespace_stays_in_other_environments(shop: Path) -> None:
    text = without(shop, "shop-web")["organizations/shop.yaml"] or ""
    of_every_environment = without(shop, "shop-batch")["organizations/shop.yaml"] or ""

    assert "environments: [dev, staging]" in SHOP
    assert "environments: [dev, staging]" not in text
    (shop / "organizations/shop.yaml").write_text(of_every_environment)
    left = assess(shop).tenancy.environments
    assert ["shop-batch"] == [n.name for n in left["staging"].namespaces if n.id == "batch"]
    assert not [n.name for n in left["dev"].namespaces if n.id == "batch"]


def test_an_organization_leaves_the_stack_and_stays_in_others(shop: Path) -> None:
    [(file, text)] = without(shop, "shop-web", "shop-db", "shop-batch").items()

    assert "Pulumi.dev.yaml" == file
    assert "    acme: {}" in (text or "")
    assert "shop" not in (text or "")


def test_the_file_of_an_organization_that_no_stack_holds_is_deleted(shop: Path) -> None:
    path = shop / "Pulumi.staging.yaml"
    path.write_text(path.read_text().replace("    shop: {}\n", ""))

    files = without(shop, "shop-web", "shop-db", "shop-batch")

    assert files["organizations/shop.yaml"] is None


def test_what_the_stack_overrides_for_it_leaves_too(shop: Path) -> None:
    path = shop / "Pulumi.dev.yaml"
    own = "    shop:\n      namespaces:\n        db:\n          loadBalancers: 1\n"
    path.write_text(path.read_text().replace("    shop: {}\n", own))

    files = without(shop, "shop-db")

    assert "loadBalancers" not in (files["Pulumi.dev.yaml"] or "loadBalancers")


def test_a_namespace_that_two_stacks_have_in_one_environment_is_refused(shop: Path) -> None:
    text = (shop / "Pulumi.dev.yaml").read_text()
    (shop / "Pulumi.dev2.yaml").write_text(text)

    with pytest.raises(RefusedError, match="another stack has that environment"):
        without(shop, "shop-db")


def test_exceptions_of_the_stack_for_it_leave_too(shop: Path) -> None:
    path = shop / "Pulumi.dev.yaml"
    limits = "  tenancy:allowBelowUsage: [shop-db/pods, acme-dev/pods]\n"
    top = f"config:\n{limits}  tenancy:allowDeletion: [shop-db]\n"
    path.write_text(path.read_text().replace("config:\n", top, 1))

    one = without(shop, "shop-db")["Pulumi.dev.yaml"] or ""
    every = without(shop, "shop-web", "shop-db", "shop-batch")["Pulumi.dev.yaml"] or ""

    for text in (one, every):
        assert "shop-db" not in text
        assert "acme-dev/pods" in text
        assert "allowDeletion" not in text
