"""What leaves a state with a release: the namespaces with what is in them."""

import copy

import pytest

from tenancy.engine.released_state import queued_namespaces, without_namespaces

KINDS = {"organization": "Organization", "namespace": "Namespace", "guard": "DestroyGuard"}
STACK = "urn:stack"


def component(kind: str, name: str, parent: str = STACK) -> dict:
    return {"urn": f"urn:{name}", "type": f"tenancy:index:{KINDS[kind]}", "parent": parent}


def kubernetes(kind: str, name: str, namespace: str, parent: str) -> dict:
    where = {"namespace": namespace} if namespace else {}
    return {
        "urn": f"urn:{kind}:{namespace}:{name}",
        "type": f"kubernetes:core/v1:{kind}",
        "parent": parent,
        "inputs": {"metadata": {"name": name, **where}},
    }


@pytest.fixture
def state() -> list[dict]:
    held = {"a": {"namespaces": {"a-1": {}, "a-2": {}}}, "b": {"namespaces": {"b-1": {}}}}
    made = [
        {
            "urn": STACK,
            "type": "pulumi:pulumi:Stack",
            "outputs": {"tenancy": {"organizations": held}, "clusterUid": "1"},
        }
    ]
    for organization, namespaces in (("a", ("a-1", "a-2")), ("b", ("b-1",))):
        made.append(component("organization", organization))
        for name in namespaces:
            made += [
                component("namespace", f"{organization}/{name}", f"urn:{organization}"),
                kubernetes("Namespace", name, "", f"urn:{organization}/{name}"),
                kubernetes("ResourceQuota", "quota", name, f"urn:{organization}/{name}"),
            ]
        guard = component("guard", f"{organization}-guard", f"urn:{organization}")
        quotas = [f"urn:ResourceQuota:{name}:quota" for name in namespaces]
        made.append({**guard, "dependencies": quotas, "propertyDependencies": {"on": quotas}})
    return made


def urns(state: list[dict]) -> set[str]:
    return {one["urn"] for one in state}


def test_one_namespace_leaves_with_what_is_in_it(state: list[dict]) -> None:
    before = copy.deepcopy(state)

    after = without_namespaces(state, ["a-1"])

    assert before == state
    gone = {"urn:a/a-1", "urn:Namespace::a-1", "urn:ResourceQuota:a-1:quota"}
    assert gone == urns(state) - urns(after)
    [guard] = [one for one in after if one["urn"] == "urn:a-guard"]
    assert ["urn:ResourceQuota:a-2:quota"] == guard["dependencies"]
    assert {"on": ["urn:ResourceQuota:a-2:quota"]} == guard["propertyDependencies"]
    record = after[0]["outputs"]["tenancy"]["organizations"]
    assert {"a": {"namespaces": {"a-2": {}}}, "b": {"namespaces": {"b-1": {}}}} == record
    assert "1" == after[0]["outputs"]["clusterUid"]


def test_an_organization_leaves_with_its_last_namespace(state: list[dict]) -> None:
    after = without_namespaces(without_namespaces(state, ["a-1"]), ["a-2"])

    assert without_namespaces(state, ["a-1", "a-2"]) == after
    assert {
        STACK,
        "urn:b",
        "urn:b/b-1",
        "urn:Namespace::b-1",
        "urn:ResourceQuota:b-1:quota",
        "urn:b-guard",
    } == urns(after)
    assert {"b": {"namespaces": {"b-1": {}}}} == after[0]["outputs"]["tenancy"]["organizations"]


def test_what_left_already_changes_nothing(state: list[dict]) -> None:
    once = without_namespaces(state, ["a-1", "a-2"])

    assert once == without_namespaces(once, ["a-1", "a-2"])
    assert state == without_namespaces(state, ["unknown"])


def test_namespaces_with_a_queue_of_gpu_jobs_are_named(state: list[dict]) -> None:
    queue = kubernetes("LocalQueue", "gpus", "a-1", "urn:a/a-1")

    assert () == queued_namespaces(state, ["a-1", "b-1"])
    assert ("a-1",) == queued_namespaces([*state, queue], ["a-1", "b-1"])
    assert () == queued_namespaces([*state, queue], ["b-1"])


def test_a_shared_namespace_leaves_and_its_platform_stays() -> None:
    platform = {"urn": "urn:p", "type": "tenancy:index:Platform", "parent": STACK}
    made = [platform]
    for name in ("public", "monitoring", "other"):
        made += [
            kubernetes("Namespace", name, "", "urn:p"),
            kubernetes("NetworkPolicy", "default-deny", name, "urn:p"),
        ]
    binding = kubernetes("ValidatingAdmissionPolicyBinding", "guard", "", "urn:p")
    binding["dependencies"] = [one["urn"] for one in made]
    held = {
        "monitoring": {"managed": True, "purpose": "x", "enforcement": "audit"},
        "other": {},
    }
    record = {
        "kind": "platform",
        "namespaces": ["public", "monitoring", "other"],
        "settings": {"shared": held, "podSecurityVersion": "v1"},
    }
    outputs, platform["inputs"] = {"tenancy": record}, record
    stack = {"urn": STACK, "type": "pulumi:pulumi:Stack", "outputs": outputs}
    state = [stack, *made, binding]

    after = without_namespaces(state, ["monitoring"])

    gone = {"urn:Namespace::monitoring", "urn:NetworkPolicy:monitoring:default-deny"}
    assert gone == urns(state) - urns(after)
    assert not gone & set(after[-1]["dependencies"])
    assert after[0]["outputs"]["tenancy"] == after[1]["inputs"]
    assert {
        "kind": "platform",
        "namespaces": ["public", "other"],
        "settings": {
            "shared": {"monitoring": {"managed": False, "purpose": "x"}, "other": {}},
            "podSecurityVersion": "v1",
        },
    } == after[0]["outputs"]["tenancy"]
    assert after == without_namespaces(after, ["monitoring"])
