"""One mistake in a file gives one error, its cause, and one line on what it hides."""

import shutil
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet

from tenancy.assessment import assess
from tenancy.diagnostics.finding import Finding, Severity, errors_in

ROOT = Path(__file__).parents[2]
SHIPPED = ("Pulumi.yaml", *(f"Pulumi.{s}.yaml" for s in ("dev", "staging", "prod", "platform")))

DEV, STAGING, PROD = "Pulumi.dev.yaml", "Pulumi.staging.yaml", "Pulumi.prod.yaml"
PLATFORM, ACME = "Pulumi.platform.yaml", "organizations/acme.yaml"


def typo(
    file: str, before: str, after: str, code: str, where: str | None = None
) -> ParameterSet:
    """Return one mistake: in *file*, *after* replaces *before*."""
    name = f"{code} in {file}: {after.strip()[:40]!r}"
    return pytest.param(file, before, after, code, where or file, id=name)


TYPOS = [
    typo(DEV, "tenancy:environment: dev", "tenancy:enviroment: dev", "unknown-key"),
    typo(DEV, "tenancy:environment: dev", "tenancy:environment: deev", "environment-misspelt"),
    typo(DEV, "platformStack: platform", "platformStack: platfrom", "platform-unknown"),
    typo(DEV, "tenancy:profiles:", "tenancy:profile:", "unknown-key"),
    typo(DEV, "tenancy:organizations:", "tenancy:organisations:", "unknown-key"),
    typo(DEV, "tenancy:cluster:", "tenancy:clutser:", "unknown-key"),
    typo(DEV, "tenancy:cluster: sandbox", "tenancy:cluster: [sandbox]", "wrong-type"),
    typo(DEV, "acme: {}", "acem: {}", "unknown-organization"),
    typo(DEV, "environment: dev", "environment: Dev", "environment-name"),
    typo(DEV, "    standard:\n", "    standrad:\n", "unknown-profile", ACME),
    typo(DEV, 'pods: "20"', "pods: [20]", "invalid-quantity"),
    typo(DEV, "requests.memory: 2Gi", "requests.memory: 2GB", "invalid-quantity"),
    typo(DEV, 'limits.cpu: "4"', 'limits.cpus: "4"', "quota-key"),
    typo(DEV, "      quota:\n", "      qouta:\n", "unknown-key"),
    typo(DEV, "      limitRange:\n", "      limitRnge:\n", "unknown-key"),
    typo(DEV, "    enforce: baseline", "    enforce: bseline", "unknown-choice"),
    typo(DEV, "    standard:\n", "\tstandard:\n", "yaml-tab"),
    typo(DEV, '        pods: "20"', '       pods: "20"', "yaml-syntax"),
    typo(
        DEV,
        '        pods: "20"',
        '        pods: "20"\n        pods: "20"',
        "yaml-duplicate-key",
    ),
    typo(DEV, "tenancy:environment: dev", "tenancy:environment: no", "yaml-boolean-word"),
    typo(PROD, "tenancy:profiles:", "tenancy:profile:", "unknown-key"),
    typo(PROD, 'pods: "50"', "pods: fifty", "invalid-quantity"),
    typo(ACME, "prefix: acme", "prefx: acme", "unknown-key"),
    typo(ACME, "prefix: acme", "prefix: acme-", "prefix"),
    typo(ACME, "prefix: acme", "prefix: Acme", "prefix"),
    typo(ACME, "environments: [dev]", "environments: [dve]", "environment-unknown"),
    typo(ACME, "profile: standard", "profile: standrad", "unknown-profile"),
    typo(ACME, "role: developer", "role: develper", "role-unknown"),
    typo(ACME, "ceiling:", "cieling:", "unknown-key"),
    typo(ACME, '  pods: "120"', '  pod: "120"', "quota-key"),
    typo(ACME, '  pods: "120"', "  pods: lots", "invalid-quantity"),
    typo(ACME, "defaultNamespace: dev", "defaultNamespace: dve", "default-namespace-unknown"),
    typo(ACME, "  - id: prod", "  - di: prod", "unknown-key"),
    typo(ACME, "  - id: prod", "  - id: pr-od", "namespace-id"),
    typo(ACME, "  - id: prod", "  - id: staging", "duplicate-id"),
    typo(ACME, "members:\n", "members: {}\n", "yaml-syntax"),
    typo(ACME, "subscription: sub-acme-dev", "subscription: sub/acme-dev", "label-value"),
    typo(PLATFORM, "tenancy:platform:", "tenancy:platfrom:", "unknown-key"),
    typo(PLATFORM, "    gpuNodePools:", "    gpuNodePool:", "unknown-key"),
    typo(PLATFORM, "nodes: { min: 2, max: 2 }", "nodes: { min: 2, mx: 2 }", "unknown-key"),
    typo(PLATFORM, "backend: existing", "backend: exsting", "unknown-backend"),
    typo(PLATFORM, "memoryPerNode: 1Ti", "memoryPerNode: 1TB", "invalid-quantity"),
    typo(PLATFORM, "- group: platform-operators", "- gruop: platform-operators", "unknown-key"),
    typo(PLATFORM, "ports: [9090]", "ports: [90900]", "port"),
]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in SHIPPED:
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "organizations", tmp_path / "organizations")
    return tmp_path


def findings_of(project: Path) -> tuple[Finding, ...]:
    return assess(project, offline=True).findings


def test_the_project_without_a_mistake_has_no_error(project: Path) -> None:
    assert () == errors_in(findings_of(project))


@pytest.mark.parametrize(("file", "before", "after", "code", "where"), TYPOS)
def test_one_mistake_gives_one_error_which_is_its_cause(
    project: Path, file: str, before: str, after: str, code: str, where: str
) -> None:
    text = (project / file).read_text()
    assert before in text
    (project / file).write_text(text.replace(before, after, 1))

    findings = findings_of(project)

    assert [(code, where)] == [(f.code, f.origin.source) for f in errors_in(findings)]
    assert 1 >= sum(f.severity is Severity.NOT_CHECKED for f in findings)


def test_several_files_with_errors_are_one_line_of_what_is_not_checked(project: Path) -> None:
    for file in (DEV, PROD):
        path = project / file
        path.write_text(path.read_text().replace("tenancy:profiles:", "tenancy:profile:"))

    findings = findings_of(project)

    assert [DEV, PROD] == [error.origin.source for error in errors_in(findings)]
    assert [f"errors in {DEV}, {PROD}"] == [
        finding.found for finding in findings if finding.severity is Severity.NOT_CHECKED
    ]


def test_two_mistakes_that_do_not_cause_one_another_are_both_reported(project: Path) -> None:
    """The control: what is left out is left out for its cause alone."""
    acme = project / ACME
    text = acme.read_text().replace("role: developer", "role: develper")
    acme.write_text(text.replace("profile: standard", "profile: standrad", 1))

    assert {"role-unknown", "unknown-profile"} == {
        error.code for error in errors_in(findings_of(project))
    }
