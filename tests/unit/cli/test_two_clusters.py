"""One namespace name on two clusters: every answer keeps them apart and loses neither."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def west(project: Path) -> None:
    """Dev a second time, on another cluster, with half of the quota and without developers."""
    text = (project / "Pulumi.dev.yaml").read_text()
    for old, new in (
        ("tenancy:cluster: sandbox", "tenancy:cluster: west\n  tenancy:kubeconfig: west.yaml"),
        ("tenancy:platformStack: platform", "tenancy:platformStack: platform-west"),
        ('requests.cpu: "2"', 'requests.cpu: "1"'),
    ):
        assert old in text
        text = text.replace(old, new)
    (project / "Pulumi.west.yaml").write_text(text)
    organization = project / "organizations" / "acme.yaml"
    organization.write_text(
        organization.read_text().replace('requests.cpu: "14"', 'requests.cpu: "20"')
    )


def test_who_can_answers_for_each_cluster(run: Run) -> None:
    holders = json.loads(run("who-can", "get", "secrets", "-n", "acme-dev", "--json").stdout)

    places = [(h["subject"], h["stack"], h["cluster"]) for h in holders["holders"]]
    assert {
        ("Group oidc:acme-leads", "dev", "sandbox"),
        ("Group oidc:acme-leads", "west", "west"),
    } <= {*places}
    assert len(places) == len(set(places))


@pytest.mark.parametrize(
    "question", [("who-can", "get", "secrets", "-n", "acme-dev"), ("what-can", "acme-leads")]
)
def test_stack_selects_one_of_them(run: Run, question: tuple[str, ...]) -> None:
    both, one = run(*question), run(*question, "--stack", "west")

    assert "acme-dev (stack dev, cluster sandbox)" in both.stdout
    assert "acme-dev (stack west, cluster west)" in both.stdout
    assert "sandbox" not in one.stdout
    assert "acme-dev (stack west, cluster west)" in one.stdout


def test_usage_has_a_row_for_each_cluster(run: Run) -> None:
    result = run("usage", "--json")

    rows = json.loads(result.stdout[result.stdout.index("{") :])["usage"]
    assert {("dev", "sandbox", "2"), ("west", "west", "1")} == {
        (r["stack"], r["cluster"], r["limit"])
        for r in rows
        if (r["namespace"], r["key"]) == ("acme-dev", "requests.cpu")
    }


def test_the_summary_counts_and_lists_both(run: Run) -> None:
    [acme] = json.loads(run("plan", "--offline", "--json").stdout)["organizations"]
    [cpu] = [total for total in acme["totals"] if total["key"] == "requests.cpu"]
    [leads] = [m for m in acme["access"] if m["subject"] == "Group oidc:acme-leads"][:1]

    dev = [n for n in acme["namespaces"] if n["namespace"] == "acme-dev"]
    assert {("dev", "sandbox"), ("west", "west")} == {(n["stack"], n["cluster"]) for n in dev}
    assert {("dev", "2"), ("west", "1")} <= {
        (n["stack"], n["amount"]) for n in cpu["namespaces"]
    }
    assert "15" == cpu["total"]
    assert {"sandbox", "west"} == {n["cluster"] for n in leads["namespaces"]}


def test_the_summary_in_words_names_the_stack_of_each(run: Run) -> None:
    text = run("plan", "--offline").stdout

    assert "2  acme-dev (stack dev)" in text
    assert "1  acme-dev (stack west)" in text
