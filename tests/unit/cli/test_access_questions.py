import json
from collections.abc import Callable

import pytest
from typer.testing import Result

from tenancy.diagnostics.exit_codes import Exit

Run = Callable[..., Result]


def test_those_who_may_are_listed_with_the_role_that_lets_them(run: Run) -> None:
    result = run("who-can", "get", "secrets", "-n", "acme-dev", "--json")

    assert 0 == result.exit_code
    assert [
        ("Group oidc:acme-leads", "admin"),
        ("Group oidc:acme-developers", "developer"),
    ] == [(h["subject"], h["role"]) for h in json.loads(result.stdout)["holders"]]


@pytest.mark.parametrize(
    ("verb", "resource", "namespace", "who"),
    [
        pytest.param("get", "secrets", "acme-prod", {"acme-leads"}, id="not viewers"),
        pytest.param(
            "list", "pods", "acme-prod", {"acme-leads", "acme-developers"}, id="viewers, too"
        ),
        pytest.param(
            "create", "pods/exec", "acme-dev", {"acme-leads", "acme-developers"}, id="shells"
        ),
        pytest.param(
            "create", "rolebindings", "acme-dev", {"acme-leads"}, id="only admins give roles"
        ),
        pytest.param(
            "delete",
            "deployments.apps",
            "acme-dev",
            {"acme-leads", "acme-developers"},
            id="with its group",
        ),
    ],
)
def test_who_can_tells_roles_apart(
    run: Run, verb: str, resource: str, namespace: str, who: set[str]
) -> None:
    result = run("who-can", verb, resource, "-n", namespace, "--json")

    found = {h["subject"].partition("oidc:")[2] for h in json.loads(result.stdout)["holders"]}
    assert who == found


def test_a_question_that_no_subject_answers_ends_with_3(run: Run) -> None:
    result = run("who-can", "delete", "events", "-n", "acme-dev")

    assert Exit.REFUSED == result.exit_code
    assert (
        "acme-dev (stack dev, cluster sandbox)\n  the files grant no subject delete on events"
        in result.stdout
    )


@pytest.mark.parametrize(
    ("arguments", "guess"),
    [
        pytest.param(("who-can", "get", "pods", "-n", "acme-dve"), "acme-dev", id="namespace"),
        pytest.param(("who-can", "get", "secret", "-n", "acme-dev"), "secrets", id="resource"),
        pytest.param(("what-can", "acme-developer"), "acme-developers", id="member"),
    ],
)
def test_a_misspelt_name_gets_the_nearest_one(
    run: Run, arguments: tuple[str, ...], guess: str
) -> None:
    result = run(*arguments)

    assert Exit.USAGE == result.exit_code
    assert f"did you mean '{guess}'?" in result.output


def test_what_somebody_may_do_is_said_by_namespace_the_heaviest_first(run: Run) -> None:
    permissions = json.loads(run("what-can", "acme-developers", "--json").stdout)["permissions"]

    assert [
        ("acme-dev", ["developer"]),
        ("acme-prod", ["viewer"]),
        ("acme-staging", ["developer"]),
    ] == [(r["namespace"], r["roles"]) for r in permissions]
    assert "secrets" == permissions[0]["allowed"][0]["resource"]
    assert "secrets" not in {a["resource"] for a in permissions[1]["allowed"]}


def test_groups_of_a_user_count_where_they_are_named(run: Run) -> None:
    assert Exit.USAGE == run("what-can", "dana").exit_code
    assert 0 == run("what-can", "dana", "--group", "acme-leads").exit_code


def test_usage_without_a_cluster_is_not_checked_and_never_zero(run: Run) -> None:
    result = run("usage", "--stack", "dev", "--json")

    rows = json.loads(result.stdout[result.stdout.index("{") :])["usage"]
    assert {("acme-dev", "pods", "20", None)} <= {
        (r["namespace"], r["key"], r["limit"], r["used"]) for r in rows
    }
    assert "not checked" in run("usage", "--stack", "dev").stdout


def test_what_only_the_cluster_knows_is_not_checked_without_live(run: Run) -> None:
    said = "not checked: bindings on the cluster that are not in the files; add --live"

    assert said in run("who-can", "get", "secrets", "-n", "acme-dev").stdout
    assert said in run("what-can", "acme-leads").stdout
    result = run("who-can", "get", "secrets", "-n", "acme-dev", "--json")
    assert json.loads(result.stdout)["live"] is None


def test_live_needs_a_cluster_that_answers(run: Run) -> None:
    result = run("who-can", "get", "secrets", "-n", "acme-dev", "--live")

    assert Exit.DONE != result.exit_code
    assert "sandbox" in result.output


def test_doctor_does_not_promise_what_it_cannot_see(run: Run) -> None:
    result = run("doctor", "--stack", "dev")

    assert "not checked: whether pods' tokens last a year" in " ".join(result.output.split())
    tokens = json.loads(run("doctor", "--stack", "dev", "--json").stdout)["tokens"]
    assert tokens["podTokensLastAYear"] is None
    assert tokens["notChecked"]
    assert json.loads(run("doctor", "--json").stdout)["tokens"] is None
