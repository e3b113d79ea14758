"""A saved plan is applied as it was looked at, or refused with everything that moved since."""

import itertools
import json
import re
from collections.abc import Callable
from pathlib import Path

import attrs
import pytest

from tenancy import engine
from tenancy.assessment import assess
from tenancy.engine import AUTOMATIC, EngineError, Exit, RefusedError, read_plan
from tenancy.engine.fingerprint import fingerprint
from tenancy.engine.operations.updating import apply_saved_plan

pytestmark = pytest.mark.cluster

SUBJECT = {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "oidc:eve"}
# Downwards from what is shipped: staging's number bounds them from above.
NUMBERS = itertools.count(19, -1)
RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "runAsUser": 1000,
    "seccompProfile": {"type": "RuntimeDefault"},
}


@pytest.fixture(scope="module")
def applied(make_project):
    return make_project("platform", "dev")


@pytest.fixture
def kubectl(applied, kubectl_of):
    return kubectl_of(applied.box)


@pytest.fixture
def pods(applied):
    """Return what writes another number of pods into the files, one that was never there."""

    def raise_by_one() -> int:
        number = next(NUMBERS)
        applied.edit("Pulumi.dev.yaml", r'pods: "\d+"', f'pods: "{number}"')
        return number

    return raise_by_one


@pytest.fixture
def saved(applied, tenancy, pods, tmp_path) -> Path:
    """A plan that was saved of a change that was written."""
    pods()
    path = tmp_path / "dev.plan.json"
    done = tenancy(applied, "plan", "--stack=dev", f"--save={path}")
    assert Exit.CHANGES == done.returncode, done.stdout + done.stderr
    return path


@pytest.fixture
def refused(applied, tenancy, kubectl) -> Callable[[Path], list[str]]:
    """Return what applies a plan that is stale, and gives what it names; nothing changes."""

    def run(path: Path) -> list[str]:
        before = written(kubectl)
        done = tenancy(applied, "up", "--yes", "--stack=dev", f"--plan={path}")
        assert Exit.REFUSED == done.returncode, done.stdout + done.stderr
        assert "the plan is stale" in done.stderr
        assert "Nothing was changed." in done.stderr
        assert before == written(kubectl)
        return re.findall(r"^  (\S.*)$", done.stderr, flags=re.MULTILINE)

    return run


def written(kubectl) -> str:
    kinds = "resourcequotas,rolebindings,limitranges,networkpolicies"
    items = kubectl.json("get", kinds, "-n", "acme-dev")["items"]
    return json.dumps([(i["kind"], i["metadata"]["resourceVersion"]) for i in items if i])


def hard_pods(kubectl) -> str:
    quota = kubectl.json("get", "resourcequota", "quota", "-n", "acme-dev")
    return quota["spec"]["hard"]["pods"]


def pod(name: str) -> dict:
    container = {"name": "worker", "image": "agent-worker", "securityContext": RESTRICTED}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {"containers": [container]},
    }


def test_a_plan_that_was_saved_is_applied_once(
    applied, tenancy, saved, refused, kubectl
) -> None:
    wanted = re.search(r'pods: "(\d+)"', (applied.root / "Pulumi.dev.yaml").read_text())[1]
    assert wanted != hard_pods(kubectl)

    done = tenancy(applied, "up", "--yes", "--stack=dev", f"--plan={saved}")

    assert Exit.DONE == done.returncode, done.stdout + done.stderr
    assert wanted == hard_pods(kubectl)
    # What it was made from is gone by its own doing.
    again = refused(saved)
    assert any("another update changed the state: ResourceQuota" in one for one in again)
    assert any("on the cluster, ResourceQuota quota in acme-dev" in one for one in again)


@pytest.mark.nightly
def test_the_plan_of_a_stack_that_does_not_exist_yet_makes_it(
    applied, tenancy, kubectl, tmp_path
) -> None:
    """All its objects are new, and what the cluster fills in is not known beforehand."""
    path = tmp_path / "{stack}.json"
    planned = tenancy(applied, "plan", "--stack=staging", f"--save={path}")
    file = tmp_path / "staging.json"
    assert Exit.CHANGES == planned.returncode, planned.stdout + planned.stderr
    assert read_plan(file).engine_plan is not None

    done = tenancy(applied, "up", "--yes", "--stack=staging", f"--plan={file}")

    assert Exit.DONE == done.returncode, done.stdout + done.stderr
    assert "acme-staging" in kubectl("get", "namespaces", "-o", "name")


@pytest.mark.nightly
def test_pods_that_come_and_go_leave_it_as_it_is(applied, tenancy, saved, kubectl) -> None:
    kubectl("create", "-n", "acme-dev", "-f", "-", manifest=[pod("a"), pod("b")])
    kubectl("delete", "pod", "a", "-n", "acme-dev", "--wait=true")
    kubectl("create", "configmap", "notes", "-n", "acme-dev")

    done = tenancy(applied, "up", "--yes", "--stack=dev", f"--plan={saved}")

    kubectl("delete", "pod", "b", "-n", "acme-dev", "--wait=true")
    assert Exit.DONE == done.returncode, done.stdout + done.stderr


@pytest.mark.nightly
def test_a_file_that_changed_is_named(saved, refused, pods) -> None:
    pods()

    found = refused(saved)

    assert {
        "the configuration of Pulumi.dev.yaml changed",
        "the configuration of organization acme changed",
        "the configuration of ResourceQuota quota in acme-dev changed",
    } == set(found)


def test_an_update_by_somebody_else_is_named(applied, saved, refused, pods) -> None:
    files = {p: p.read_text() for p in applied.root.glob("Pulumi.dev.yaml")}
    pods()
    applied.up("dev")
    for path, text in files.items():
        path.write_text(text)

    found = refused(saved)

    assert {
        "on the cluster, ResourceQuota quota in acme-dev changed",
        "another update changed the state: Organization acme changed",
        "another update changed the state: ResourceQuota acme-dev-quota changed",
        "another update changed the state: Stack tenancy-dev changed",
    } == set(found)


@pytest.mark.nightly
def test_an_update_that_changes_nothing_moves_nothing(applied, tenancy, saved, kubectl) -> None:
    path = applied.root / "Pulumi.dev.yaml"
    text = path.read_text()
    path.write_text(re.sub(r'pods: "\d+"', f'pods: "{hard_pods(kubectl)}"', text))
    assert applied.up("dev").is_empty
    applied.session("dev").refresh()
    path.write_text(text)

    done = tenancy(applied, "up", "--yes", "--stack=dev", f"--plan={saved}")

    assert Exit.DONE == done.returncode, done.stdout + done.stderr


def test_what_somebody_changed_by_hand_is_named_object_by_object(
    saved, refused, kubectl
) -> None:
    add = [{"op": "add", "path": "/subjects/-", "value": SUBJECT}]
    binding = ("rolebinding", "tenancy:developer", "-n", "acme-dev")
    kubectl("patch", *binding, "--type=json", f"--patch={json.dumps(add)}")
    kubectl("label", "namespace", "acme-dev", "team=blue")
    kubectl(
        "create", "rolebinding", "mine", "-n", "acme-dev", "--clusterrole=view", "--user=eve"
    )
    kubectl("delete", "networkpolicy", "allow-dns", "-n", "acme-dev")

    found = refused(saved)

    assert {
        "on the cluster, RoleBinding tenancy:developer in acme-dev changed",
        "on the cluster, RoleBinding mine in acme-dev was added",
        "on the cluster, NetworkPolicy allow-dns in acme-dev was removed",
    } == set(found)
    remove = [{"op": "remove", "path": "/subjects/-1"}]
    subjects = kubectl.json("get", *binding)["subjects"]
    remove[0]["path"] = f"/subjects/{len(subjects) - 1}"
    kubectl("patch", *binding, "--type=json", f"--patch={json.dumps(remove)}")
    kubectl("label", "namespace", "acme-dev", "team-")
    kubectl("delete", "rolebinding", "mine", "-n", "acme-dev")


@pytest.mark.nightly
def test_an_object_that_is_missing_is_made_by_the_next_plan(applied, tenancy, tmp_path) -> None:
    applied.session("dev").up(refresh=True)
    path = tmp_path / "dev.plan.json"

    done = tenancy(applied, "plan", "--stack=dev", f"--save={path}")

    assert Exit.DONE == done.returncode, done.stdout + done.stderr
    assert [] == read_plan(path).plan["facts"]


def test_another_cluster_of_the_same_name_is_refused(saved, refused) -> None:
    plan = json.loads(saved.read_text())
    plan["madeFrom"]["clusterUid"] = "another"
    saved.write_text(json.dumps(plan))

    [found] = refused(saved)

    assert found.startswith("another cluster answers: the UID of kube-system is ")


@pytest.mark.nightly
def test_the_plan_of_another_stack_is_a_wrong_command_line(applied, tenancy, saved) -> None:
    other = tenancy(applied, "up", "--yes", "--stack=platform", f"--plan={saved}")
    both = tenancy(applied, "up", "--yes", "--stack=dev", "--stack=platform", f"--plan={saved}")

    assert (Exit.USAGE, Exit.USAGE) == (other.returncode, both.returncode)
    assert "it is the plan of stack dev, which is not applied" in other.stderr
    assert "none is given for stack platform" in both.stderr


def test_a_plan_that_is_refused_is_not_saved(applied, tenancy, tmp_path) -> None:
    path = tmp_path / "dev.plan.json"
    applied.edit("organizations/acme.yaml", r"^prefix: acme$", "prefix: acne")

    done = tenancy(applied, "plan", "--stack=dev", f"--save={path}")

    applied.edit("organizations/acme.yaml", r"^prefix: acne$", "prefix: acme")
    assert Exit.REFUSED == done.returncode, done.stdout + done.stderr
    assert "no plan was saved" in done.stderr
    assert not path.exists()


def test_no_secret_and_no_passphrase_is_in_the_file(applied, saved) -> None:
    text = saved.read_text()

    assert 0o600 == saved.stat().st_mode & 0o777
    variables = applied.box.environment()
    secrets = [v for k, v in variables.items() if "PASSPHRASE" in k and "FILE" not in k]
    secrets += [
        line.partition(": ")[2]
        for line in (applied.root / ".sandbox/kubeconfig").read_text().splitlines()
        if "data" in line or "token" in line
    ]
    assert secrets
    assert [] == [secret for secret in secrets if secret in text]
    assert "ciphertext" not in text


@pytest.mark.nightly
def test_the_automation_api_saves_applies_and_refuses_the_same(applied, pods, kubectl) -> None:
    number = pods()
    found = assess(applied.root)
    [first] = engine.save_plans(found, ["dev"], open_stack=applied.session).results
    [second] = engine.save_plans(found, ["dev"], open_stack=applied.session).results
    assert first.saved is not None
    assert second.saved is not None
    assert Exit.CHANGES is first.exit

    done = engine.up(
        found, ["dev"], saved_plans={"dev": first.saved}, open_stack=applied.session
    )
    late = engine.up(
        found, ["dev"], saved_plans={"dev": second.saved}, open_stack=applied.session
    )

    assert (Exit.DONE, Exit.REFUSED) == (done.exit, late.exit)
    assert str(number) == hard_pods(kubectl)
    [error] = late.errors
    assert isinstance(error, RefusedError)
    assert any("ResourceQuota" in one for one in str(error).splitlines())


def test_what_moves_after_the_comparison_is_refused_by_the_engine(
    applied, pods, kubectl
) -> None:
    """Its own plan is carried along: nobody can look at everything at the same moment."""
    before = hard_pods(kubectl)
    pods()
    [saving] = engine.save_plans(
        assess(applied.root), ["dev"], open_stack=applied.session
    ).results
    assert saving.saved is not None
    assert saving.saved.engine_plan is not None
    pods()
    opened = applied.session("dev")
    now = fingerprint(assess(applied.root, "dev"), opened)

    with pytest.raises(EngineError, match="violates plan") as refused:
        apply_saved_plan(
            assess(applied.root), opened, attrs.evolve(saving.saved, made_from=now), AUTOMATIC
        )

    assert Exit.REFUSED is refused.value.exit
    assert before == hard_pods(kubectl)
