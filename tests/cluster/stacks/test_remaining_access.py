"""A member who arranged every way back is removed, and none of the ways is left."""

from collections.abc import Iterator

import pytest
import yaml

from tenancy import engine as automation
from tenancy.assessment import assess
from tenancy.cluster import connect
from tenancy.cluster.access_removal import (
    delete_secret,
    renew_service_account,
    take_out_subjects,
)
from tenancy.engine import Interaction
from tests.cluster.api import Answer, Api, until
from tests.cluster.stacks.conftest import Project

pytestmark = pytest.mark.cluster

SPACE, RBAC = "acme-dev", "rbac.authorization.k8s.io"
DANA, MARK, LEADS = "oidc:dana@acme.example", "oidc:mark@acme.example", "oidc:acme-leads"
_CORE = f"/api/v1/namespaces/{SPACE}"
_BINDINGS = f"/apis/{RBAC}/v1/namespaces/{SPACE}/rolebindings"


class Notes(Interaction):
    """Keeps what an update reports."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def note(self, line: str) -> None:
        self.lines.append(line)


def subject(kind: str, name: str) -> dict[str, str]:
    if kind == "ServiceAccount":
        return {"kind": kind, "name": name, "namespace": SPACE}
    return {"apiGroup": RBAC, "kind": kind, "name": name}


def a_binding(
    name: str, *subjects: dict[str, str], role: str = "tenancy:admin", namespace: str = SPACE
) -> dict[str, object]:
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": "RoleBinding" if namespace else "ClusterRoleBinding",
        "metadata": {"name": name, **({"namespace": namespace} if namespace else {})},
        "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": role},
        "subjects": list(subjects),
    }


@pytest.fixture(scope="module")
def root(project: Project) -> Api:
    return Api.of(project.box.kubeconfig)


@pytest.fixture(scope="module")
def arranged(project: Project, root: Api) -> Iterator[Project]:
    """The dev environment after an admin of it has arranged every way back."""
    project.edit(
        "organizations/acme.yaml",
        r"^  - group: acme-leads\n    role: admin$",
        "  - user: dana@acme.example\n    role: admin\n    environments: [dev]\n"
        "  - user: mark@acme.example\n    role: viewer\n    environments: [dev]\n"
        "  - group: acme-leads\n    role: admin",
    )
    project.up("dev")
    dana = root.as_user(DANA)
    until(lambda: dana.request("GET", f"{_CORE}/secrets").ok, "the admin has access")
    for made in (
        a_binding("mine", subject("User", DANA)),
        a_binding("mine-2", subject("User", DANA), role="tenancy:viewer"),
        a_binding(
            "ours", subject("User", DANA), subject("User", MARK), role="tenancy:developer"
        ),
        a_binding("theirs", subject("User", MARK), role="tenancy:developer"),
        a_binding("runner", subject("ServiceAccount", "runner")),
    ):
        dana.create(made).accepted()
    dana.request(
        "POST",
        f"{_CORE}/serviceaccounts",
        {
            "metadata": {
                "name": "runner",
                "labels": {"app": "runner"},
                "annotations": {"example.com/team": "a"},
            },
            "imagePullSecrets": [{"name": "registry"}],
        },
    ).accepted()
    # Older than the policies, or made by a user who may make it.
    root.request(
        "POST",
        f"{_CORE}/secrets",
        {
            "metadata": {
                "name": "forever",
                "annotations": {"kubernetes.io/service-account.name": "runner"},
            },
            "type": "kubernetes.io/service-account-token",
        },
    ).accepted()
    wide = a_binding("dana-views", subject("User", DANA), role="view", namespace="")
    root.create(wide).accepted()
    yield project
    root.delete(wide)


def token_of(api: Api, account: str) -> str:
    body = {"spec": {"expirationSeconds": 3600}}
    answer = api.request("POST", f"{_CORE}/serviceaccounts/{account}/token", body)
    return str(answer.accepted().body["status"]["token"])


def with_token(root: Api, token: str) -> Answer:
    """Return what the API server answers to nobody but the holder of *token*."""
    review = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenReview",
        "spec": {"token": token},
    }
    return root.request("POST", "/apis/authentication.k8s.io/v1/tokenreviews", review)


def is_known(root: Api, token: str) -> bool:
    return with_token(root, token).body["status"].get("authenticated") is True


def allowed(root: Api, user: str) -> set[str]:
    """Return what reviews allow *user* in the namespace."""
    found = set()
    for group, resource, verb in (
        ("", "secrets", "get"),
        ("", "pods", "get"),
        ("", "pods", "create"),
        ("", "pods/exec", "create"),
        ("", "serviceaccounts/token", "create"),
        (RBAC, "rolebindings", "create"),
        ("apps", "deployments", "delete"),
        ("", "configmaps", "list"),
    ):
        name, _, sub = resource.partition("/")
        spec = {
            "user": user,
            "groups": ["system:authenticated"],
            "resourceAttributes": {
                "group": group,
                "resource": name,
                "subresource": sub,
                "verb": verb,
                "namespace": SPACE,
            },
        }
        answer = root.request(
            "POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", {"spec": spec}
        )
        if answer.accepted().body["status"]["allowed"]:
            found.add(f"{verb} {resource}")
    return found


def bindings(root: Api) -> dict[str, list[str]]:
    items = root.request("GET", _BINDINGS).accepted().body["items"]
    return {
        item["metadata"]["name"]: [one["name"] for one in item.get("subjects", ())]
        for item in items
    }


def test_every_way_back_is_named_and_none_is_left(arranged: Project, root: Api) -> None:
    dana = root.as_user(DANA)
    early = token_of(dana, "runner")
    default = token_of(dana, "default")
    until(
        lambda: root.request("GET", f"{_CORE}/secrets/forever").body.get("data"),
        "a controller has made the token",
    )
    before = root.request("GET", f"{_CORE}/serviceaccounts/runner").accepted().body
    assert is_known(root, early)
    assert is_known(root, default)
    mark = allowed(root, MARK)
    organization = arranged.root / "organizations/acme.yaml"
    text = organization.read_text()
    written = yaml.safe_load(text)
    written["members"] = [m for m in written["members"] if m.get("user") != "dana@acme.example"]
    organization.write_text(yaml.safe_dump(written))

    [outcome] = automation.plan(assess(arranged.root), ["dev"], open_stack=arranged.session).of
    facts = [fact.text for fact in outcome.result.plan.facts]
    refused = arranged.pulumi("dev", "up", "--yes", "--skip-preview")

    said = "\n".join(facts)
    for part in (
        f"User {DANA} is removed from RoleBinding {SPACE}/mine (tenancy:admin)",
        f"User {DANA} is removed from RoleBinding {SPACE}/mine-2 (tenancy:viewer)",
        f"User {DANA} is removed from RoleBinding {SPACE}/ours (tenancy:developer), which is",
        f"the Secret {SPACE}/forever, a token of the service account runner",
        "tokens of the service accounts default and runner in acme-dev",
        "by ClusterRoleBinding dana-views (view); kept: it is cluster-wide",
    ):
        assert part in said, part
    assert 0 != refused.returncode
    assert "run `tenancy up --stack dev`" in " ".join(refused.stdout.split())
    assert {"mine", "mine-2", "ours", "theirs", "runner"} <= set(bindings(root))

    connection = connect(assess(arranged.root).cluster("dev"), arranged.root)
    for what, tried in {
        "rolebindings/mine": take_out_subjects(
            connection, SPACE, "mine", [f"User {DANA}"], dry_run=True
        ),
        "rolebindings/ours": take_out_subjects(
            connection, SPACE, "ours", [f"User {DANA}"], dry_run=True
        ),
        "secrets/forever": delete_secret(connection, SPACE, "forever", dry_run=True),
        "serviceaccounts/runner": renew_service_account(
            connection, SPACE, "runner", dry_run=True
        ),
    }.items():
        assert tried, what
    assert [DANA, MARK] == bindings(root)["ours"]
    assert [DANA] == bindings(root)["mine"]
    assert root.request("GET", f"{_CORE}/secrets/forever").ok
    assert before == root.request("GET", f"{_CORE}/serviceaccounts/runner").accepted().body

    notes = Notes()
    [done] = automation.up(
        assess(arranged.root),
        ["dev"],
        open_stack=arranged.session,
        renew_service_accounts=True,
        interaction=notes,
    ).of
    assert done.error is None, done.error

    root.request("DELETE", f"/apis/{RBAC}/v1/clusterrolebindings/dana-views").accepted()
    until(lambda: not allowed(root, DANA), "the removal is known")
    assert set() == allowed(root, DANA)
    assert mark == allowed(root, MARK)
    assert {
        "ours": [MARK],
        "theirs": [MARK],
        "runner": ["runner"],
    } == {
        name: subjects
        for name, subjects in bindings(root).items()
        if not name.startswith("tenancy:")
    }
    assert 404 == root.request("GET", f"{_CORE}/secrets/forever").status
    until(lambda: not is_known(root, early), "an early token is refused")
    until(lambda: not is_known(root, default), "the default account's token is refused")
    after = root.request("GET", f"{_CORE}/serviceaccounts/runner").accepted().body
    assert before["metadata"]["uid"] != after["metadata"]["uid"]
    for key in ("labels", "annotations"):
        assert before["metadata"][key] == after["metadata"][key]
    assert before["imagePullSecrets"] == after["imagePullSecrets"]
    assert {
        f"stack dev: RoleBinding {SPACE}/mine deleted: removed User {DANA}",
        f"stack dev: RoleBinding {SPACE}/mine-2 deleted: removed User {DANA}",
        f"stack dev: RoleBinding {SPACE}/ours changed: removed User {DANA}",
        f"stack dev: Secret {SPACE}/forever deleted",
        f"stack dev: service account {SPACE}/default renewed, its earlier tokens are no longer "
        "valid",
        f"stack dev: service account {SPACE}/runner renewed, its earlier tokens are no longer "
        "valid",
    } == set(notes.lines)
    # What the engine wrote into the account that Kubernetes made is there again.
    made = root.request("GET", f"{_CORE}/serviceaccounts/default").accepted().body
    assert made["automountServiceAccountToken"] is False
    assert "true" == made["metadata"]["labels"]["tenancy.dev/managed"]
    assert arranged.session("dev").preview(refresh=True).is_empty
