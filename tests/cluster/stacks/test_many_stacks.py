"""Several stacks in one call, and what each command ends with, from the real command line."""

import json
import re

import jsonschema
import pytest

from tenancy import engine
from tenancy.assessment import assess
from tenancy.diagnostics import Severity
from tenancy.engine import EngineError, EngineFailure, Exit
from tenancy.local.sandbox.layout import Layout
from tenancy.output.outcomes_json import schema
from tests.cluster.stacks.refusals import is_refusal

pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module")
def applied(make_project):
    return make_project("platform", "dev")


@pytest.fixture
def kubectl(applied, kubectl_of):
    return kubectl_of(applied.box)


@pytest.fixture
def taken(applied, kubectl):
    """A namespace of staging that another tool made, so that staging is refused."""
    kubectl("create", "namespace", "acme-staging")
    yield "acme-staging"
    kubectl("delete", "namespace", "acme-staging", "--wait=true")


def test_one_stack_that_is_refused_loses_nothing_of_the_others(applied, taken) -> None:
    found = assess(applied.root)

    plans = engine.plan(found, open_stack=applied.session)
    previews = engine.preview(found, ["staging", "dev"], open_stack=applied.session)
    done = engine.up(found, ["dev", "staging", "platform"], open_stack=applied.session)

    codes = {"platform": Exit.DONE, "dev": Exit.DONE, "staging": Exit.REFUSED}
    assert {**codes, "prod": Exit.CHANGES} == {o.stack: o.exit for o in plans}
    assert Exit.REFUSED is plans.exit
    assert {s: c for s, c in codes.items() if s != "platform"} == {
        o.stack: o.exit for o in previews
    }
    assert ["platform", "dev", "staging"] == [o.stack for o in done]
    assert codes == {o.stack: o.exit for o in done}
    assert is_refusal(done["staging"].error)
    assert done["dev"].result is not None
    assert done["dev"].result.is_empty


@pytest.mark.nightly
def test_what_is_on_a_platform_that_is_refused_is_left_alone(applied) -> None:
    def open_stack(stack: str) -> engine.Session:
        if stack == "platform":
            raise EngineError("platform", "no", EngineFailure.REFUSED)
        return applied.session(stack)

    done = engine.up(assess(applied.root), ["platform", "dev"], open_stack=open_stack)

    assert "skipped, because it depends on stack platform" in str(done["dev"].error)
    assert Exit.REFUSED is done.exit


def test_a_state_that_the_engine_cannot_read_is_said_in_words(applied, tenancy) -> None:
    """A newer version wrote it; `dev` is refreshed beside it."""
    applied.session("prod")
    state = Layout(applied.root).pulumi_state / ".pulumi/stacks/tenancy/prod.json"
    before = state.read_text()
    state.write_text('{"version": 99, "checkpoint": {}}')

    done = tenancy(applied, "refresh", "--stack=prod", "--stack=dev")

    state.write_text(before)
    assert Exit.FAILED == done.returncode
    assert f"stack prod: its state {state} was written by a newer Pulumi" in done.stderr
    assert "Summary: dev done, prod failed" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.nightly
def test_each_command_ends_with_what_it_found(applied, tenancy) -> None:
    def code(*arguments: str) -> int:
        return tenancy(applied, *arguments).returncode

    assert Exit.DONE == code("check")
    assert Exit.DONE == code("plan", "--stack=dev")
    assert Exit.DONE == code("preview", "--stack=dev")
    assert Exit.DONE == code("drift", "--stack=dev")
    assert Exit.DONE == code("refresh", "--stack=dev")
    assert Exit.DONE == code("up", "--stack=dev", "--yes")
    assert Exit.CHANGES == code("plan", "--stack=staging")
    assert Exit.CHANGES == code("preview", "--stack=staging", "--stack=dev")
    assert Exit.CHANGES == code("drift", "--stack=staging")
    assert Exit.REFUSED == code("up", "--stack=staging")
    assert Exit.REFUSED == code("destroy", "--stack=platform", "--yes")
    assert Exit.USAGE == code("up", "--stack=deev")
    assert Exit.USAGE == code("refresh")


@pytest.mark.nightly
def test_what_cannot_be_said_is_no_refusal(applied, tenancy) -> None:
    kubeconfig = applied.root / ".sandbox/kubeconfig"
    own = kubeconfig.read_text()
    kubeconfig.write_text(re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:9", own))

    codes = [
        tenancy(applied, command, "--stack=dev").returncode
        for command in ("drift", "refresh", "preview")
    ]

    kubeconfig.write_text(own)
    assert [Exit.FAILED, Exit.FAILED, Exit.FAILED] == codes


@pytest.mark.nightly
def test_a_refused_check_is_refused_by_every_command(applied, tenancy) -> None:
    applied.edit("Pulumi.dev.yaml", r'pods: "20"', "pods: no")

    codes = {
        command: tenancy(applied, command, *options).returncode
        for command, options in (
            ("check", ()),
            ("plan", ("--stack=dev",)),
            ("preview", ("--stack=dev",)),
            ("up", ("--stack=dev", "--yes")),
            ("drift", ("--stack=dev",)),
        )
    }

    applied.edit("Pulumi.dev.yaml", r"pods: no", 'pods: "20"')
    assert {Exit.REFUSED} == set(codes.values()), codes


def test_programs_read_what_came_of_each_stack(applied, tenancy, taken) -> None:
    done = tenancy(
        applied, "up", "--yes", "--json", "--stack=staging", "--stack=platform", "--stack=dev"
    )

    said = json.loads(done.stdout)
    jsonschema.validate(said, schema())
    assert Exit.REFUSED == done.returncode == said["exit"]
    assert [("platform", "done"), ("dev", "done"), ("staging", "refused")] == [
        (one["stack"], one["status"]) for one in said["stacks"]
    ]
    assert said["stacks"][2]["result"] is None
    assert [None, None] == [one["error"] for one in said["stacks"][:2]]
    assert "name-taken" in said["stacks"][2]["error"]
    assert [True, True] == [one["result"]["empty"] for one in said["stacks"][:2]]
    # People read the same beside it.
    assert "stack dev: no changes" in done.stderr


@pytest.mark.nightly
def test_a_preview_for_programs_has_the_steps(applied, tenancy) -> None:
    done = tenancy(applied, "preview", "--json", "--stack=staging")

    [staging] = json.loads(done.stdout)["stacks"]
    assert (Exit.CHANGES, "changes") == (done.returncode, staging["status"])
    assert "create" in staging["result"]["changes"]
    created = {(s["op"], s["type"]) for s in staging["result"]["steps"]}
    assert ("create", "kubernetes:core/v1:Namespace") in created
    assert "acme-staging" in " ".join(staging["result"]["messages"])


@pytest.mark.nightly
def test_a_refresh_forgets_what_was_deleted_and_changes_no_cluster(
    applied, tenancy, kubectl
) -> None:
    kubectl("delete", "networkpolicy", "allow-dns", "-n", "acme-dev")

    done = tenancy(applied, "refresh", "--json", "--stack=dev")

    assert Exit.DONE == done.returncode, done.stderr
    [dev] = json.loads(done.stdout)["stacks"]
    assert {"delete": 1} == dev["result"]["changes"]
    names = kubectl("get", "networkpolicies", "-n", "acme-dev", "-o", "name")
    assert "allow-dns" not in names
    assert ["create"] == [
        s.op for s in applied.up("dev").steps if s.type.startswith("kubernetes:")
    ]


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture
def held(kubectl):
    """Begin to delete a namespace that a ConfigMap in it holds; yields what releases it."""

    def delete(namespace: str):
        metadata = {
            "name": "held",
            "namespace": namespace,
            "finalizers": ["example.com/mine"],
        }
        kubectl.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
        kubectl("delete", "namespace", namespace, "--wait=false")
        condition = "condition=NamespaceFinalizersRemaining"
        kubectl("wait", f"--for={condition}", f"namespace/{namespace}", "--timeout=60s")

        def release() -> None:
            gone = json.dumps({"metadata": {"finalizers": None}})
            kubectl(
                "patch", "configmap", "held", f"-n={namespace}", "--type=merge", f"-p={gone}"
            )
            kubectl("wait", "--for=delete", f"namespace/{namespace}", "--timeout=60s")

        return release

    return delete


def test_a_namespace_that_others_delete_is_refused_and_told_by_every_command(
    applied, kubectl, held
) -> None:
    found = assess(applied.root)
    release = held("acme-dev")

    plan = engine.plan(found, ["dev"], open_stack=applied.session)
    preview = engine.preview(found, ["dev"], open_stack=applied.session)
    done = engine.up(found, ["dev"], open_stack=applied.session)
    drift = engine.drift(found, ["dev"])

    assert [Exit.REFUSED] * 3 == [plan.exit, preview.exit, done.exit]
    [finding] = [f for f in plan.results[0].findings if f.severity is Severity.ERROR]
    assert "namespace-being-deleted" == finding.code
    assert (
        "Some content in the namespace has finalizers remaining: example.com" in finding.found
    )
    assert "held by configmaps/held (finalizers: example.com/mine)" in finding.found
    for one in (preview["dev"], done["dev"]):
        assert is_refusal(one.error)
        assert "[namespace-being-deleted]" in one.error.message
        assert "last-update-unfinished" not in one.error.message
    [difference] = drift.results[0].differences
    assert "Namespace acme-dev" == str(difference.object)
    assert "it is being deleted since 20" in difference.what
    assert "example.com/mine in 1 resource instances" in difference.what

    release()
    [planned] = engine.plan(found, ["dev"], open_stack=applied.session).results
    previewed = applied.pulumi("dev", "preview")
    done = engine.up(found, ["dev"], open_stack=applied.session)
    drift = engine.drift(found, ["dev"])

    assert [("namespace-gone", Severity.ERROR)] == [
        (f.code, f.severity) for f in planned.findings if f.code.startswith("namespace-")
    ]
    # It could have `--refresh`, of which a program is not told.
    assert 0 == previewed.returncode, previewed.stderr
    assert "[namespace-gone]" in previewed.stdout
    assert is_refusal(done["dev"].error)
    assert "in the state of stack dev and not on the cluster" in words(
        done["dev"].error.message
    )
    [difference] = drift.results[0].differences
    assert "the object itself: it is not on the cluster" == difference.what
    # What the finding says to do.
    engine.refresh(found, ["dev"], open_stack=applied.session)
    done = engine.up(found, ["dev"], open_stack=applied.session)
    assert Exit.DONE is done.exit
    assert () == engine.drift(found, ["dev"]).results[0].differences


def test_the_namespace_of_a_platform_is_created_again_by_an_update_with_a_refresh(
    applied, kubectl, held
) -> None:
    release = held("llmos-public")
    refused = applied.pulumi("platform", "up", "--yes", "--skip-preview")
    release()
    gone = applied.pulumi("platform", "preview")
    done = applied.pulumi("platform", "up", "--yes", "--skip-preview", "--refresh")

    assert 0 != refused.returncode, refused.stdout
    assert "[namespace-being-deleted]" in refused.stdout
    assert 0 == gone.returncode, gone.stdout
    assert "[namespace-gone]" in gone.stdout
    assert "run `pulumi up --refresh`, or run `tenancy refresh" in words(gone.stdout)
    assert 0 == done.returncode, done.stdout
    assert "Active" in kubectl("get", "namespace", "llmos-public")


@pytest.mark.nightly
def test_environments_go_before_their_platform_in_one_call(applied, tenancy, kubectl) -> None:
    done = tenancy(applied, "destroy", "--yes", "--json", "--stack=platform", "--stack=dev")

    assert Exit.DONE == done.returncode, done.stderr
    assert ["dev", "platform"] == [s["stack"] for s in json.loads(done.stdout)["stacks"]]
    left = kubectl("get", "ns,clusterroles", "-l", "tenancy.dev/managed=true", "-o", "name")
    assert "" == left
