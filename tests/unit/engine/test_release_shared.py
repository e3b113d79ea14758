"""Which shared namespaces are released, and what the platform's file is then."""

from pathlib import Path

import pytest

from tenancy import engine
from tenancy.assessment import assess
from tenancy.diagnostics import RefusedError
from tenancy.engine.operations.release_shared import shared_files, shared_names

ENTRIES = """\
    shared:
      - name: monitoring  # of the platform team
        purpose: observability
        services:
          - { name: prometheus, ports: [9090] }
        podSecurity:
          enforce: privileged
          reason: node agents
        enforcement:
          mode: audit
          reason: adopted
      - name: registry
        managed: false
        services: []
"""


@pytest.fixture
def shared(project: Path) -> Path:
    path = project / "Pulumi.platform.yaml"
    before, _, after = path.read_text().partition("    shared:\n")
    rest = after.splitlines(keepends=True)
    while rest and rest[0].startswith("      "):
        rest.pop(0)
    path.write_text(before + ENTRIES + "".join(rest))
    return project


def test_it_stays_in_the_file_as_one_that_is_not_managed(shared: Path) -> None:
    assessment = assess(shared)
    chosen = shared_names(assessment.tenancy.platforms["platform"], ["monitoring"])

    [(file, text)] = shared_files(assessment, "platform", chosen).items()

    assert "Pulumi.platform.yaml" == file
    assert "- name: monitoring  # of the platform team" in text
    assert "{ name: prometheus, ports: [9090] }" in text
    (shared / file).write_text(text)
    [found, other] = assess(shared).tenancy.platforms["platform"].shared
    assert (False, None, None) == (
        found.is_managed,
        found.pod_security.origin,
        found.enforcement.origin,
    )
    assert found.services == chosen[0].services
    assert not other.is_managed


@pytest.mark.parametrize(
    ("names", "organization", "reason"),
    [
        ([], None, "name shared namespaces that it manages: monitoring"),
        (
            ["registry"],
            None,
            "manages no shared namespace of that name; it manages: monitoring",
        ),
        (["llmos-public"], None, "manages no shared namespace of that name"),
        (["monitoring"], "acme", "it is a platform, which has no organizations"),
    ],
    ids=["none", "not-managed", "public", "organization"],
)
def test_what_is_no_shared_namespace_is_refused(
    shared: Path, names: list[str], organization: str | None, reason: str
) -> None:
    with pytest.raises(RefusedError, match=reason):
        engine.release(assess(shared), "platform", names, organization=organization)
