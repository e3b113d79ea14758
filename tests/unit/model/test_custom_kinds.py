"""Custom kinds that a platform lists: who reads and who writes them, and what is refused."""

import re

import pytest

from tenancy import manifests
from tenancy.model import roles
from tenancy.planning.sections.access import Access
from tests.unit.builders import a_platform, findings, the_platform
from tests.unit.planning.changing import a_plan, a_record

NOTEBOOKS = {
    "apiGroup": "ml.llmos.ai",
    "resources": ["notebooks"],
    "reason": "its controller creates pods of the namespace only",
}
KEY = ("ml.llmos.ai", "notebooks")


def verbs(role: roles.Role) -> set[str]:
    return {
        verb
        for rule in role.rules
        for group in rule.api_groups
        for resource in rule.resources
        if (group, resource) == KEY
        for verb in rule.verbs
    }


@pytest.mark.parametrize(
    ("entry", "written"),
    [(NOTEBOOKS, set(roles.ALL_VERBS)), ({**NOTEBOOKS, "write": False}, set(roles.READ))],
)
def test_viewers_and_readers_read_them_and_developers_and_admins_write_them(
    entry, written
) -> None:
    platform = the_platform(customKinds=[entry])
    found = roles.of(platform)

    assert set(roles.READ) == verbs(found["viewer"]) == verbs(roles.public_reader(platform))
    assert written == verbs(found["developer"]) == verbs(found["admin"])
    assert set() == verbs(roles.of(the_platform())["admin"])


def test_the_cluster_roles_have_them_and_readers_never_read_secrets() -> None:
    public = {"name": "public", "readers": [{"group": "system:authenticated"}]}
    rendered = list(manifests.platform(the_platform(customKinds=[NOTEBOOKS], public=public)))
    rules = {
        (one["kind"], one["metadata"]["name"]): one["rules"]
        for one in rendered
        if one["kind"] in ("ClusterRole", "Role")
    }
    expected = {"apiGroups": ["ml.llmos.ai"], "resources": ["notebooks"]}
    read = {**expected, "verbs": list(roles.READ)}

    assert read in rules["ClusterRole", "tenancy:viewer"]
    assert read in rules["Role", "tenancy:public-reader"]
    assert {**expected, "verbs": list(roles.ALL_VERBS)} in rules["ClusterRole", "tenancy:admin"]
    assert not any(
        "secrets" in rule["resources"] for rule in rules["Role", "tenancy:public-reader"]
    )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"apiGroup": "cilium.io", "resources": ["ciliumnetworkpolicies"]}, "role-escalation"),
        ({"apiGroup": "kyverno.io", "resources": ["policyexceptions"]}, "role-escalation"),
        ({"resources": ["*"]}, "role-wildcard"),
        ({"resources": []}, "role-rule-empty"),
        ({"apiGroup": "batch", "resources": ["jobs"]}, "role-group"),
        ({"apiGroup": "rbac.authorization.k8s.io", "resources": ["roles"]}, "role-escalation"),
    ],
)
def test_what_leads_past_the_guards_is_refused_as_in_roles(change, code) -> None:
    found = findings(platform=a_platform(customKinds=[{**NOTEBOOKS, **change}]))

    codes = [match[1] for text in found if (match := re.search(r"\[([a-z-]+)\] ", text))]
    assert code in codes
    assert [] == findings(platform=a_platform(customKinds=[NOTEBOOKS]))


def test_a_plan_names_who_gains_the_kind() -> None:
    members = {"organization": {"members": [{"group": "devs", "role": "developer"}]}}
    listed = {"platform": a_platform(customKinds=[NOTEBOOKS]), **members}

    plan = a_plan(a_record(stack="platform", **members), stack="platform", **listed)
    texts = [fact.text for fact in plan.section(Access).facts()]
    assert any("notebooks" in text for text in texts), texts


def reading(*names: str) -> dict:
    public = {"name": "public", "readers": [{"group": "system:authenticated"}]}
    return {"public": {**public, "reads": list(names)}}


def test_readers_of_the_public_namespace_read_every_kind_that_is_listed() -> None:
    names = (
        *("persistentvolumeclaims", "events", "resourcequotas", "serviceaccounts"),
        *("events.events.k8s.io", "horizontalpodautoscalers.autoscaling"),
        *("roles.rbac.authorization.k8s.io", "resourceclaimtemplates.resource.k8s.io"),
        *("notebooks.ml.llmos.ai", "certificates.cert-manager.io", "secrets.example.com"),
    )
    role = roles.public_reader(the_platform(**reading(*names)))
    read = {
        (resource, group)
        for rule in role.rules
        if set(roles.READ) == set(rule.verbs)
        for group in rule.api_groups
        for resource in rule.resources
    }

    assert {(name.partition(".")[0], name.partition(".")[2]) for name in names} <= read
    assert ("pods", "") in read
    assert ("secrets", "") not in read
    assert [] == findings(platform=a_platform(**reading(*names)))


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("secrets", "public-kind"),
        ("*", "public-kind"),
        ("*.ml.llmos.ai", "public-kind"),
        ("pods/exec", "public-kind"),
        ("pods/log", "public-kind"),
        ("serviceaccounts/token", "public-kind"),
        ("Notebooks.ml.llmos.ai", "public-kind"),
        ("deployments", "role-resource"),
        ("persistentvolumeclaim", "role-resource"),
        ("nodes", "role-escalation"),
        ("storageclasses.storage.k8s.io", "role-cluster-scoped"),
    ],
)
def test_readers_never_have_secrets_and_what_is_no_kind_is_refused(name, code) -> None:
    found = findings(platform=a_platform(**reading(name)))

    assert [code] == [m[1] for text in found if (m := re.search(r"\[([a-z-]+)\] ", text))]
    assert "public" in found[0]
