"""Saved plans: what is written, what is refused, and what counts as a change."""

import json
from pathlib import Path

import attrs
import pytest

from tenancy.assessment import assess
from tenancy.diagnostics.errors import RefusedError
from tenancy.diagnostics.exit_codes import Exit
from tenancy.engine import SavedPlan, read_plan, write_plan
from tenancy.engine.fingerprint import Fingerprint, differences, state_digests
from tenancy.engine.saved_plan import without_secrets
from tenancy.engine.stale_plan import stale
from tenancy.planning.build import plan
from tenancy.planning.plan_json import plan_data

SECRET = "4dabf18193072939515e22adb298388d"
FINGERPRINT = Fingerprint(
    files={"Pulumi.dev.yaml": "1", "organization acme": "2"},
    state={"urn:pulumi:dev::tenancy::kubernetes:core/v1:Namespace::acme": "3"},
    cluster_uid="uid",
    objects={"RoleBinding tenancy:developer in acme-dev": "4"},
)


@pytest.fixture
def saved(project: Path) -> SavedPlan:
    """A plan as `tenancy plan --save` makes it, without an engine."""
    found = assess(project, "dev")
    made = plan({}, found.tenancy, "dev", None)
    return SavedPlan(
        project="tenancy",
        stack="dev",
        plan=plan_data(made, made.findings, found.documents),
        made_from=FINGERPRINT,
        engine_plan={"resourcePlans": {}},
    )


def test_what_is_read_is_what_was_written(saved: SavedPlan, tmp_path: Path) -> None:
    path = tmp_path / "plans" / "dev.json"

    write_plan(saved, path)

    assert saved == read_plan(path)
    assert 0o600 == path.stat().st_mode & 0o777
    assert [path] == list(path.parent.iterdir())


def test_it_says_the_same_as_the_plan_for_programs(saved: SavedPlan, tmp_path: Path) -> None:
    path = tmp_path / "dev.json"

    write_plan(saved, path)

    content = json.loads(path.read_text())
    assert (1, "saved-plan", "dev") == (content["version"], content["kind"], content["stack"])
    assert saved.plan == content["plan"]


def test_a_link_in_the_place_of_the_file_is_left_alone(
    saved: SavedPlan, tmp_path: Path
) -> None:
    (tmp_path / "other").write_text("kept")
    (tmp_path / "dev.json").symlink_to(tmp_path / "other")

    with pytest.raises(RefusedError):
        write_plan(saved, tmp_path / "dev.json")

    assert "kept" == (tmp_path / "other").read_text()


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        pytest.param(lambda text: text[:-20], "it is not valid JSON", id="cut off"),
        pytest.param(lambda _: "[]", "it is not a saved plan", id="a list"),
        pytest.param(lambda _: "{}", "it is not a saved plan", id="something else"),
        pytest.param(
            lambda text: text.replace('"version": 1', '"version": 2', 1),
            "of version 2, not 1",
            id="another version",
        ),
        pytest.param(
            lambda text: text.replace('"madeFrom"', '"madeOf"'),
            "damaged at madeFrom",
            id="nothing to compare with",
        ),
        pytest.param(
            lambda text: text.replace('"cluster_uid"', "").replace('"clusterUid"', '"uid"'),
            "damaged at madeFrom.clusterUid",
            id="no cluster",
        ),
    ],
)
def test_a_damaged_plan_is_refused_with_what_is_wrong(
    saved: SavedPlan, tmp_path: Path, damage, said: str
) -> None:
    path = tmp_path / "dev.json"
    write_plan(saved, path)
    path.write_text(damage(path.read_text()))

    with pytest.raises(RefusedError) as refused:
        read_plan(path)

    assert said in str(refused.value)
    assert "save the plan again" in str(refused.value)
    assert Exit.REFUSED is refused.value.exit


def test_a_plan_that_is_not_there_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="cannot be read: no file of that name"):
        read_plan(tmp_path / "dev.json")


def test_the_engines_plan_is_given_to_it_in_a_file_that_goes(saved: SavedPlan) -> None:
    with saved.engine_file() as path:
        assert path is not None
        assert {"resourcePlans": {}} == json.loads(path.read_text())
        assert 0o600 == path.stat().st_mode & 0o777

    assert not path.exists()
    with attrs.evolve(saved, engine_plan=None).engine_file() as path:
        assert path is None


@pytest.mark.parametrize(
    "engine_plan",
    [
        {"config": {"tenancy:token": {"secure": "v1:abc"}}},
        {
            "resourcePlans": {
                "urn": {"state": {"a": [{SECRET: "1b47", "ciphertext": "v1:abc"}]}}
            }
        },
    ],
    ids=["config", "value"],
)
def test_no_encrypted_value_is_carried_along(engine_plan: dict) -> None:
    plain = {"config": {"tenancy:cluster": {"value": "eu-1"}}}

    assert without_secrets(engine_plan) is None
    assert plain == without_secrets(plain)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(
            {"files": {**FINGERPRINT.files, "organization acme": "9"}},
            "the configuration of organization acme changed",
            id="a file",
        ),
        pytest.param(
            {"files": {"Pulumi.dev.yaml": "1"}},
            "the configuration of organization acme was removed",
            id="a file that is gone",
        ),
        pytest.param(
            {"state": {}},
            "another update changed the state: Namespace acme was removed",
            id="the state",
        ),
        pytest.param(
            {"objects": {"RoleBinding tenancy:developer in acme-dev": "9"}},
            "on the cluster, RoleBinding tenancy:developer in acme-dev changed",
            id="an object",
        ),
        pytest.param(
            {"objects": {}},
            "on the cluster, RoleBinding tenancy:developer in acme-dev was removed",
            id="an object that is gone",
        ),
        pytest.param(
            {"objects": {**FINGERPRINT.objects, "RoleBinding mine in acme-dev": "1"}},
            "on the cluster, RoleBinding mine in acme-dev was added",
            id="a new object",
        ),
        pytest.param(
            {"cluster_uid": "other", "objects": {}},
            "another cluster answers: the UID of kube-system is other; it was uid",
            id="another cluster, whose objects are not listed",
        ),
    ],
)
def test_what_changed_is_named(change: dict, said: str) -> None:
    assert (said,) == differences(FINGERPRINT, attrs.evolve(FINGERPRINT, **change))


def test_equal_fingerprints_have_no_differences() -> None:
    assert () == differences(FINGERPRINT, attrs.evolve(FINGERPRINT))


def test_everything_that_changed_is_listed_at_once() -> None:
    now = attrs.evolve(FINGERPRINT, files={}, state={}, objects={})
    changes = differences(FINGERPRINT, now)
    error = stale("dev", changes)

    assert 4 == len(changes)
    assert [] == [one for one in changes if one not in str(error)]
    assert "tenancy plan --stack dev --save FILE" in str(error)
    assert str(error).endswith("Nothing was changed.")


def resource(**changes: object) -> dict:
    return {
        "urn": "urn:pulumi:dev::tenancy::kubernetes:core/v1:Namespace::acme",
        "type": "kubernetes:core/v1:Namespace",
        "id": "acme-dev",
        "inputs": {"metadata": {"name": "acme-dev"}},
        "outputs": {"status": {"phase": "Active"}},
        "protect": True,
        "dependencies": ["a", "b"],
        "created": "2026-01-01T00:00:00Z",
        "modified": "2026-01-01T00:00:00Z",
        **changes,
    }


@pytest.mark.parametrize(
    ("changes", "is_change"),
    [
        pytest.param({"modified": "2026-02-02T00:00:00Z"}, False, id="a time"),
        pytest.param({"outputs": {"status": {"phase": "x"}}}, False, id="what was read"),
        pytest.param(
            {"sourcePosition": "project:///a.py#1"}, False, id="a place in the program"
        ),
        pytest.param({"inputs": {"metadata": {"name": "other"}}}, True, id="inputs"),
        pytest.param({"protect": False}, True, id="protection"),
        pytest.param({"dependencies": ["b", "a"]}, False, id="the order of dependencies"),
        pytest.param({"dependencies": ["a"]}, True, id="dependencies"),
        pytest.param({"id": "other"}, True, id="another object"),
        pytest.param(
            {"type": "pulumi:pulumi:Stack", "outputs": {"tenancy": {"version": 1}}},
            True,
            id="the record of an update",
        ),
    ],
)
def test_only_updates_change_the_digests_of_the_state(changes: dict, is_change: bool) -> None:
    before, after = state_digests([resource()]), state_digests([resource(**changes)])

    assert is_change == (before != after)


def test_a_secret_that_is_encrypted_again_is_no_change() -> None:
    def with_secret(text: str) -> dict:
        return resource(inputs={"token": {SECRET: "1b47", "ciphertext": text}})

    assert state_digests([with_secret("a")]) == state_digests([with_secret("b")])


def test_what_waits_to_be_deleted_counts_beside_what_replaced_it() -> None:
    assert 2 == len(state_digests([resource(), resource(delete=True)]))
