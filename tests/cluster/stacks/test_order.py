"""
Guardrails before access, at every moment: what the API server went through is replayed.

Every event of an update is looked at, in the order of the server's own versions; so what held
for a millisecond is found too.
"""

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

import attrs
import pytest

from tenancy.assessment import assess
from tenancy.engine import EngineError, Exit, destroy
from tenancy.engine.recovery import was_interrupted
from tests.cluster.api import Api

pytestmark = pytest.mark.cluster

PATHS = {
    "Namespace": "/api/v1/namespaces",
    "ResourceQuota": "/api/v1/resourcequotas",
    "LimitRange": "/api/v1/limitranges",
    "ServiceAccount": "/api/v1/serviceaccounts",
    "NetworkPolicy": "/apis/networking.k8s.io/v1/networkpolicies",
    "RoleBinding": "/apis/rbac.authorization.k8s.io/v1/rolebindings",
}
GUARDRAILS = ("ResourceQuota", "LimitRange", "NetworkPolicy")
OURS = "tenancy.dev/managed"

Key = tuple[str, str, str]
"""Kind, namespace, name."""


@attrs.define
class History:
    """What happened on the cluster since it was last looked at."""

    api: Api
    versions: dict[str, int] = attrs.field(factory=dict)
    objects: dict[Key, Mapping] = attrs.field(factory=dict)

    @staticmethod
    def of(api: Api) -> "History":
        """Begin now."""
        made = History(api)
        for kind, path in PATHS.items():
            body = api.request("GET", path).accepted().body
            made.versions[kind] = int(body["metadata"]["resourceVersion"])
            made.objects |= {_key(kind, item): item for item in body["items"]}
        return made

    def states(self) -> Iterator[Mapping[Key, Mapping]]:
        """Yield every state that the cluster was in since, one for each write."""
        with ThreadPoolExecutor(len(PATHS)) as pool:
            found = list(pool.map(self._events, PATHS))
        events = sorted(chain(*found), key=lambda event: event[0])
        for version, kind, event in events:
            self.versions[kind] = max(self.versions[kind], version)
            key = _key(kind, event["object"])
            if event["type"] == "DELETED":
                self.objects.pop(key, None)
            else:
                self.objects[key] = event["object"]
            yield self.objects

    def _events(self, kind: str) -> list[tuple[int, str, Mapping]]:
        query = f"watch=true&resourceVersion={self.versions[kind]}&timeoutSeconds=2"
        answer = self.api.pool.request(
            "GET",
            f"{self.api.server}{PATHS[kind]}?{query}",
            headers=dict(self.api.headers),
            timeout=30,
        )
        events = [json.loads(line) for line in answer.data.decode().splitlines()]
        assert {event["type"] for event in events} <= {"ADDED", "MODIFIED", "DELETED"}, events
        return [(int(e["object"]["metadata"]["resourceVersion"]), kind, e) for e in events]


def _key(kind: str, found: Mapping) -> Key:
    metadata = found["metadata"]
    return kind, metadata.get("namespace", ""), metadata["name"]


def _managed(objects: Mapping[Key, Mapping], kinds: tuple[str, ...]) -> set[Key]:
    return {
        key
        for key, found in objects.items()
        if key[0] in kinds and found["metadata"].get("labels", {}).get(OURS) == "true"
    }


def _open(objects: Mapping[Key, Mapping], guardrails: set[Key]) -> Iterator[str]:
    """Yield what is missing where access exists; *guardrails* are all that there will be."""
    for _, namespace, name in _managed(objects, ("RoleBinding",)):
        where = f"{namespace}, where {name} gives access"
        space = objects.get(("Namespace", "", namespace), {"metadata": {}})
        labels = space["metadata"].get("labels", {})
        for label in ("enforce", "enforce-version"):
            if f"pod-security.kubernetes.io/{label}" not in labels:
                yield f"{where}: no pod security"
        account = objects.get(("ServiceAccount", namespace, "default"), {})
        if account.get("automountServiceAccountToken") is not False:
            yield f"{where}: the default account mounts its token"
        mine = {key for key in guardrails if key[1] == namespace}
        if not mine:
            yield f"{where}: no guardrails at all"
        yield from (f"{where}: {wrong}" for key in mine for wrong in _lacks(objects, key))


def _lacks(objects: Mapping[Key, Mapping], guardrail: Key) -> Iterator[str]:
    found = objects.get(guardrail)
    if found is None:
        yield f"no {guardrail[0]} {guardrail[2]}"
    elif guardrail[0] == "ResourceQuota":
        binding = found.get("status", {}).get("hard", {})
        if found["spec"].get("hard", {}).keys() != binding.keys():
            yield f"the quota {guardrail[2]} does not bind"


def _roles(objects: Mapping[Key, Mapping], namespace: str, name: str) -> frozenset[str]:
    return frozenset(
        key[2]
        for key, found in objects.items()
        if key[:2] == ("RoleBinding", namespace)
        and any(subject["name"] == name for subject in found.get("subjects") or ())
    )


@pytest.fixture(scope="module")
def project(make_project):
    return make_project()


@pytest.fixture(scope="module")
def api(project) -> Api:
    return Api.of(project.box.kubeconfig)


def test_a_binding_without_guardrails_would_be_found() -> None:
    bound = {("RoleBinding", "a", "b"): {"metadata": {"labels": {OURS: "true"}}}}
    quota = ("ResourceQuota", "a", "quota")
    unfilled = {quota: {"spec": {"hard": {"pods": "1"}}, "status": {}}}

    assert "a, where b gives access: no guardrails at all" in list(_open(bound, set()))
    assert "a, where b gives access: no ResourceQuota quota" in list(_open(bound, {quota}))
    assert "a, where b gives access: the quota quota does not bind" in list(
        _open(bound | unfilled, {quota})
    )


def test_at_no_moment_has_anybody_access_to_a_namespace_without_its_guardrails(
    project, api: Api, record_property
) -> None:
    """From an empty cluster through updates to an empty cluster."""
    history = History.of(api)
    seen: list[Mapping[Key, Mapping]] = []

    def note() -> None:
        seen.extend(dict(state) for state in history.states())

    for stack in ("platform", "dev", "staging"):
        project.up(stack)
        note()
    guardrails = _managed(history.objects, GUARDRAILS)
    role_bindings = _managed(history.objects, ("RoleBinding",))
    project.edit("organizations/acme.yaml", r"role: developer$", "role: viewer")
    project.edit("Pulumi.dev.yaml", r'pods: "20"', 'pods: "21"')
    project.up("dev")
    note()
    stacks = ["dev", "staging", "platform"]
    destroyed = destroy(assess(project.root), stacks, open_stack=project.session)
    note()

    assert Exit.DONE is destroyed.exit
    record_property("states of a cluster that were looked at", len(seen))
    assert {"acme-dev", "acme-staging", "llmos-public"} <= {key[1] for key in role_bindings}
    assert len(seen) > 100
    assert [] == [wrong for state in seen for wrong in _open(state, guardrails)]
    assert set() == _managed(history.objects, (*GUARDRAILS, "RoleBinding"))
    project.edit("organizations/acme.yaml", r"role: viewer\n    environments: \[dev, staging\]",
                 "role: developer\n    environments: [dev, staging]")  # fmt: skip
    project.edit("Pulumi.dev.yaml", r'pods: "21"', 'pods: "20"')


@pytest.mark.nightly
def test_a_change_of_role_never_leaves_somebody_without_one(project, api: Api) -> None:
    """Nor with more than the two that it is between, and afterwards with the new one alone."""
    for stack in ("platform", "dev"):
        project.up(stack)
    history = History.of(api)
    group = "oidc:acme-developers"
    assert {"tenancy:developer"} == _roles(history.objects, "acme-dev", group)
    project.edit("organizations/acme.yaml", r"role: developer$", "role: viewer")

    project.up("dev")

    held = [_roles(state, "acme-dev", group) for state in history.states()]
    assert frozenset() not in held
    assert {"tenancy:viewer"} == held[-1]
    assert {"tenancy:developer", "tenancy:viewer"} >= frozenset().union(*held)


DENIED = {
    "aa": ("", "resourcequotas"),
    "bb": ("", "limitranges"),
    "cc": ("networking.k8s.io", "networkpolicies"),
    "dd": ("", "serviceaccounts"),
}
"""By namespace: what cannot be written there while the update is made."""


def _denials() -> Iterator[dict]:
    api = "admissionregistration.k8s.io/v1"
    for number, (group, resource) in DENIED.items():
        rule = {
            "apiGroups": [group],
            "apiVersions": ["v1"],
            # An apply of the account `default` creates it if it comes before the controller.
            "operations": ["CREATE", "UPDATE"],
            "resources": [resource],
        }
        elsewhere = f"request.namespace != 'acme-{number}'"
        by_controllers = "request.userInfo.username.startsWith('system:')"
        yield {
            "apiVersion": api,
            "kind": "ValidatingAdmissionPolicy",
            "metadata": {"name": f"deny-{number}"},
            "spec": {
                "matchConstraints": {"resourceRules": [rule]},
                "validations": [
                    {
                        "expression": f"{elsewhere} || {by_controllers}",
                        "message": f"no {resource} in acme-{number} today",
                    }
                ],
            },
        }
        yield {
            "apiVersion": api,
            "kind": "ValidatingAdmissionPolicyBinding",
            "metadata": {"name": f"deny-{number}"},
            "spec": {"policyName": f"deny-{number}", "validationActions": ["Deny"]},
        }


def test_an_update_that_fails_halfway_grants_no_access_where_a_guardrail_is_missing(
    project, api: Api, kubectl_of
) -> None:
    """In each of four namespaces another kind of guardrail cannot be created."""
    kubectl = kubectl_of(project.box)
    project.up("platform")
    project.edit("organizations/acme.yaml", r"^ceiling:\n(  .*\n)+", "")
    entry = "".join(
        f"  - id: {number}\n    environments: [prod]\n    profile: standard\n"
        for number in (*DENIED, "ee")
    )
    project.edit("organizations/acme.yaml", r"^  - id: prod$", f"{entry}  - id: prod")
    kubectl.apply(*_denials())
    history = History.of(api)

    # So that nothing is spared because something else failed before.
    session = project.session("prod")
    with pytest.raises(Exception, match="no resourcequotas in acme-aa today") as failed:
        session.stack.up(continue_on_error=True, color="never")

    states = [dict(state) for state in history.states()]
    made = {key[2] for key in _managed(history.objects, ("Namespace",))}
    for number, (_, resource) in DENIED.items():
        assert f"no {resource} in acme-{number} today" in str(failed.value)
    # All namespaces and the other guardrails were created; no role binding was too early.
    assert _prod() <= made
    assert [] == [wrong for state in states for wrong in _open(state, _guardrails_of(history))]
    for number in DENIED:
        assert not [
            s for s in states for key in s if key[:2] == ("RoleBinding", f"acme-{number}")
        ]
        member = kubectl.as_user("oidc:vera", "oidc:acme-developers", "oidc:acme-leads")
        assert "no" in member.run("auth", "can-i", "get", "pods", "-n", f"acme-{number}").stdout

    # Nothing is pending, and still it is known that not all of it was made.
    assert was_interrupted(session, print)
    for found in _denials():
        kubectl("delete", found["kind"], found["metadata"]["name"])
    project.up("prod")
    assert not was_interrupted(session, print)

    list(history.states())
    assert _prod() <= {key[1] for key in _managed(history.objects, ("RoleBinding",))}
    assert [] == list(_open(history.objects, _managed(history.objects, GUARDRAILS)))


def _guardrails_of(history: History) -> set[Key]:
    """Return the guardrails of each namespace of prod, also those that could not be made."""
    standing = _managed(history.objects, GUARDRAILS)
    kinds = {(kind, name) for kind, namespace, name in standing if namespace in _prod()}
    wanted = {(kind, namespace, name) for kind, name in kinds for namespace in _prod()}
    return standing | wanted


def _prod() -> set[str]:
    return {f"acme-{number}" for number in (*DENIED, "ee", "prod")}


@pytest.mark.nightly
def test_an_organization_that_goes_leaves_no_access_in_a_namespace_that_stays(
    project, kubectl_of
) -> None:
    """Somebody takes the protection out of the state by hand; what is retained stays closed."""
    kubectl = kubectl_of(project.box)
    project.up("platform")
    project.up("dev")
    lead = kubectl.as_user("oidc:lara", "oidc:acme-leads")
    question = ("auth", "can-i", "get", "pods", "-n", "acme-dev")
    assert "yes" in lead(*question)
    session = project.session("dev")
    with pytest.raises(EngineError, match="because it is protected"):
        session.destroy()
    assert "yes" in lead(*question)

    session.stack.workspace.pulumi_command.run(
        ["state", "unprotect", "--all", "--yes", "--stack", "dev"],
        str(project.root),
        dict(session.engine.variables),
    )
    session.destroy()

    assert "acme-dev" in kubectl("get", "namespace", "acme-dev")
    assert "no" in lead.run(*question).stdout
    assert [] == kubectl.json("get", "rolebindings", "-n", "acme-dev")["items"]
