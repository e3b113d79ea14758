from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from typer.testing import Result

from tenancy.diagnostics.exit_codes import Exit

Run = Callable[..., Result]

OIDC = ("--oidc-issuer-url", "https://login.example.com", "--oidc-client-id", "kube")


@pytest.fixture
def started(project: Path) -> Path:
    """Return a project whose sandbox left a kubeconfig, with an administrator in it."""
    (project / ".sandbox").mkdir()
    (project / ".sandbox" / "kubeconfig").write_text(
        yaml.safe_dump(
            {
                "clusters": [
                    {
                        "name": "sandbox",
                        "cluster": {
                            "server": "https://127.0.0.1:1",
                            "certificate-authority-data": "UEVN",
                        },
                    }
                ],
                "users": [{"name": "admin", "user": {"token": "the-admins-own"}}],
                "contexts": [
                    {"name": "sandbox", "context": {"cluster": "sandbox", "user": "admin"}}
                ],
                "current-context": "sandbox",
            }
        )
    )
    return project


def test_a_member_logs_in_with_the_identity_provider(run: Run, started: Path) -> None:
    result = run(
        "kubeconfig", "--stack", "dev", "--user", "ana", "--group", "acme-leads",
        "--out", "out", *OIDC,
    )  # fmt: skip

    path = started / "out" / "dev--user-ana.kubeconfig"
    written = yaml.safe_load(path.read_text())
    assert 0 == result.exit_code
    assert ["acme-dev"] == [context["name"] for context in written["contexts"]]
    assert ["oidc:ana"] == [user["name"] for user in written["users"]]
    assert "the-admins-own" not in path.read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param((), "give --user, --group or --service-account", id="nobody"),
        pytest.param(("--group", "acme-lead"), "did you mean 'acme-leads'?", id="misspelt"),
        pytest.param(("--group", "system:masters"), "system:", id="the system's own"),
        pytest.param(("--user", "system:admin"), "system:", id="a user of the system"),
        pytest.param(("--group", "*"), "'*'", id="a wildcard"),
        pytest.param(
            ("--group", "acme-leads", "--default", "prod"), "allowed: acme-dev", id="default"
        ),
        pytest.param(
            ("--group", "acme-leads", "--expires", "30d"), "10m to 7d", id="too long a time"
        ),
        pytest.param(("--group", "acme-leads", "--expires", "ten"), "10m to 7d", id="no time"),
        pytest.param(
            ("--group", "acme-leads", "--oidc-client-id", "kube"),
            "must be given together",
            id="half a login",
        ),
        pytest.param(
            ("--group", "acme-leads", "--oidc-issuer-url", "http://x", "--oidc-client-id", "k"),
            "https://",
            id="an open line",
        ),
        pytest.param(
            ("--service-account", "dev/ci"), "as a member with a role", id="unknown account"
        ),
        pytest.param(
            ("--service-account", "dev/ci", "--user", "ana"),
            "--service-account cannot be combined",
            id="account and user",
        ),
        pytest.param(
            ("--group", "acme-leads", "--organization", "globex"),
            "it has one in acme: give --organization acme",
            id="organization",
        ),
    ],
)
def test_what_cannot_be_right_is_refused_and_nothing_is_written(
    run: Run, started: Path, arguments: tuple[str, ...], said: str
) -> None:
    result = run("kubeconfig", "--stack", "dev", "--out", "out", *arguments)

    assert Exit.USAGE == result.exit_code
    assert said in result.stderr
    assert not (started / "out").exists()


def test_a_platform_has_no_members(run: Run, started: Path) -> None:
    result = run("kubeconfig", "--stack", "platform", "--group", "acme-leads")

    assert Exit.USAGE == result.exit_code
    assert "name an environment: dev, prod, staging" in result.stderr


def test_without_a_cluster_the_remedy_is_said(run: Run) -> None:
    result = run("kubeconfig", "--stack", "dev", "--group", "acme-leads", *OIDC)

    assert 1 == result.exit_code
    assert "run `make up`" in result.stderr


def test_without_a_stack_one_file_has_all_namespaces_of_the_cluster(
    run: Run, started: Path
) -> None:
    result = run("kubeconfig", "--group", "acme-leads", "--out", "out", *OIDC)

    assert 0 == result.exit_code, result.stderr
    [path] = (started / "out").iterdir()
    written = yaml.safe_load(path.read_text())
    names = [context["name"] for context in written["contexts"]]
    assert ["acme-dev", "acme-staging", "acme-prod"] == names
    assert "acme-dev" == written["current-context"]
    [user] = written["users"]
    assert "oidc-login" in user["user"]["exec"]["args"]


def test_without_a_stack_each_cluster_gets_a_file_of_its_own(run: Run, started: Path) -> None:
    admin = (started / ".sandbox" / "kubeconfig").read_text()
    (started / "eu.yaml").write_text(admin.replace("127.0.0.1:1", "eu.example"))
    for name, other in (("prod", "prod"), ("platform", "eu")):
        own = (started / f"Pulumi.{name}.yaml").read_text()
        own = own.replace("platformStack: platform", "platformStack: eu")
        own = own.replace(
            "tenancy:cluster: sandbox",
            "tenancy:cluster: eu-1\n  tenancy:kubeconfig: eu.yaml\n  tenancy:context: sandbox",
        )
        lines = [line for line in own.splitlines() if "encryptionsalt" not in line]
        (started / f"Pulumi.{other}.yaml").write_text("\n".join(lines))

    result = run("kubeconfig", "--group", "acme-developers", "--out", "out", *OIDC)

    assert 0 == result.exit_code, result.stderr
    written = {
        (found["clusters"][0]["cluster"]["server"], found["contexts"][-1]["name"])
        for found in (yaml.safe_load(path.read_text()) for path in (started / "out").iterdir())
    }
    assert {
        ("https://127.0.0.1:1", "acme-staging"),
        ("https://eu.example", "acme-prod"),
    } == written


def test_without_a_stack_a_stranger_is_refused(run: Run, started: Path) -> None:
    result = run("kubeconfig", "--group", "acme-lead", "--out", "out", *OIDC)

    assert Exit.USAGE == result.exit_code
    assert "has no role in cluster sandbox (3 stacks)" in result.stderr
    assert "did you mean 'acme-leads'?" in result.stderr
    assert not (started / "out").exists()
