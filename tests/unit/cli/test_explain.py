"""`tenancy explain`: each value of a namespace with its file and line."""

import re
from collections.abc import Callable
from pathlib import Path

from typer.testing import Result

Run = Callable[..., Result]

INHERITING = """prefix: acme
owner: platform@acme.example
defaultNamespace: dev
members:
  - { group: devs, role: developer }
namespaces:
  - id: dev
    environments: [dev]
    profile: standard
    quota: { pods: 7 }
    storageClasses: [fast]
  - id: test
    environments: [dev]
    inheritFrom: dev
    labels: { team.example/name: blue }
"""


def rows(result: Result) -> dict[str, tuple[str, str]]:
    """Return value and place by key."""
    assert 0 == result.exit_code, result.output
    found = [re.split(r" {2,}", line.strip()) for line in result.stdout.splitlines()[1:]]
    return {row[0]: (row[1], row[2]) for row in found}


def line_of(path: Path, text: str) -> int:
    [number] = [n for n, line in enumerate(path.read_text().splitlines(), 1) if text in line]
    return number


def test_each_value_has_the_line_that_it_is_written_in(run: Run, project: Path) -> None:
    found = rows(run("explain", "acme-dev"))

    dev, acme = project / "Pulumi.dev.yaml", project / "organizations/acme.yaml"
    assert ("20", f"Pulumi.dev.yaml:{line_of(dev, 'pods:')}") == found["quota.pods"]
    owner = f"organizations/acme.yaml:{line_of(acme, 'owner:')}"
    assert ("platform@acme.example", owner) == found["owner"]
    level = f"Pulumi.dev.yaml:{line_of(dev, 'podSecurity:')}"
    assert ("baseline", level) == found["podSecurity.enforce"]
    assert ("enforce", "default") == found["enforcement.mode"]
    assert "Group oidc:acme-leads" == found["members.admin"][0]


def test_what_a_namespace_inherits_is_led_back_to_the_other_and_its_profile(
    run: Run, project: Path
) -> None:
    acme = project / "organizations/acme.yaml"
    acme.write_text(INHERITING)
    for other in ("staging", "prod"):
        (project / f"Pulumi.{other}.yaml").unlink()

    by_profile = run("explain", "acme-test", "requests.cpu").stdout.splitlines()
    by_namespace = run("explain", "acme-test", "quota.pods").stdout.splitlines()
    its_own = rows(run("explain", "acme-test"))

    inherits = f"organizations/acme.yaml:{line_of(acme, 'inheritFrom')}"
    profile = f"organizations/acme.yaml:{line_of(acme, 'profile')}"
    assert "  quota.requests.cpu = 2" == by_profile[1]
    assert by_profile[2].endswith('profiles.standard.quota["requests.cpu"]')
    assert f"    {profile}  namespaces[0].profile: standard" == by_profile[3]
    assert f"    {inherits}  namespaces[1].inheritFrom: dev" == by_profile[4]
    assert "  quota.pods = 7" == by_namespace[1]
    assert by_namespace[2].endswith("namespaces[0].quota.pods")
    assert f"    {inherits}  namespaces[1].inheritFrom: dev" == by_namespace[3]
    label = f"organizations/acme.yaml:{line_of(acme, 'labels')}"
    assert ("blue", label) == its_own["labels.team.example/name"]
    assert (
        f"organizations/acme.yaml:{line_of(acme, 'storageClasses')}"
        == (its_own["storageClasses"][1])
    )


def test_what_a_stack_sets_for_one_namespace_is_shown_there(run: Run, project: Path) -> None:
    dev = project / "Pulumi.dev.yaml"
    own = "acme:\n      namespaces:\n        dev: { quota: { pods: 9 } }"
    dev.write_text(dev.read_text().replace("acme: {}", own))

    found = rows(run("explain", "acme-dev"))

    assert ("9", f"Pulumi.dev.yaml:{line_of(dev, 'pods: 9')}") == found["quota.pods"]


def test_an_end_or_a_beginning_of_a_key_is_enough(run: Run) -> None:
    end = run("explain", "acme-dev", "limits.cpu").stdout
    beginning = run("explain", "acme-dev", "limitRange").stdout

    assert ["  quota.limits.cpu = 4"] == re.findall(r"^ {2}\S.*$", end, flags=re.MULTILINE)
    assert 8 == len(re.findall(r"^ {2}limitRange\.container\.", beginning, flags=re.MULTILINE))


def test_an_unknown_namespace_or_key_is_answered_with_the_nearest(run: Run) -> None:
    namespace, key = run("explain", "acme-deev"), run("explain", "acme-dev", "quota.pod")

    assert (64, 64) == (namespace.exit_code, key.exit_code)
    assert "did you mean 'acme-dev'?" in namespace.stderr
    assert "did you mean 'quota.pods'?" in key.stderr


def test_what_the_platform_puts_there_has_the_line_of_the_platforms_file(
    run: Run, project: Path
) -> None:
    platform = project / "Pulumi.platform.yaml"
    manifest = "{apiVersion: v1, kind: ConfigMap, metadata: {name: company-ca}}"
    entries = f"[{{manifest: {manifest}}}, {{imagePullSecret: registry}}]"
    text = platform.read_text()
    platform.write_text(
        text.replace("    public:\n", f"    namespaceObjects: {entries}\n    public:\n", 1)
    )

    found = rows(run("explain", "acme-dev"))

    place = f"Pulumi.platform.yaml:{line_of(platform, 'namespaceObjects')}"
    assert ("v1", place) == found["namespaceObjects.ConfigMap/company-ca"]
    assert place == found["imagePullSecrets.registry"][1]
