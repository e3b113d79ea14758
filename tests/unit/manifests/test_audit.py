"""What exists of a namespace in audit, and which policies refuse there."""

from tenancy import manifests
from tenancy.kubernetes import labels
from tests.unit.builders import a_platform, a_pool, a_tenancy, the_platform

LEVEL = "pod-security.kubernetes.io"
LIMITS = {"container": {"default": {"cpu": "1", "memory": "1Gi"}}}


def rendered(**namespace: object) -> list[dict]:
    tenancy = a_tenancy(
        namespace=namespace, platform=a_platform(gpuNodePools=[a_pool()], deviceClasses=["d"])
    )
    [(_, found)] = tenancy.namespaces
    return list(manifests.namespace(found, tenancy.platforms["platform"]))


def audit(**keys: object) -> dict:
    return {"enforcement": {"mode": "audit", "reason": "moved in", **keys}}


def names(objects: list[dict]) -> set[tuple[str, str]]:
    return {(one["kind"], one["metadata"]["name"]) for one in objects}


MEMBERS = [{"group": "devs", "role": "developer"}]


def test_in_audit_only_what_people_wrote_exists_beside_the_bindings() -> None:
    more = {"members": MEMBERS, "limitRanges": {"older": LIMITS}}

    assert {
        ("Namespace", "acme-dev"),
        ("ResourceQuota", "quota"),
        ("LimitRange", "older"),
        ("RoleBinding", "tenancy:developer"),
    } == names(rendered(**audit(), **more))
    # The control: enforced, everything of ours is there too.
    assert {
        ("LimitRange", "limits"),
        ("ServiceAccount", "default"),
        ("NetworkPolicy", "default-deny"),
        ("ResourceQuota", "gpus"),
    } <= names(rendered(**more))


def test_granted_gpus_are_counted_in_audit_and_nothing_is_zero() -> None:
    objects = rendered(**audit(), gpus=[{"pool": "h100", "gpus": 4}])

    [quota] = [one for one in objects if one["metadata"]["name"] == "gpus"]
    assert {"requests.nvidia.com/gpu": "4"} == quota["spec"]["hard"]


def test_our_level_only_warns_in_audit_and_the_namespaces_own_stays() -> None:
    for kept, enforced in ((None, None), ("restricted", "restricted")):
        [space, *_] = rendered(
            **audit(**({"podSecurity": kept} if kept else {})),
            podSecurity={"enforce": "baseline", "reason": "older"},
        )
        found = space["metadata"]["labels"]
        assert enforced == found.get(f"{LEVEL}/enforce")
        assert {"baseline"} == {found[f"{LEVEL}/warn"], found[f"{LEVEL}/audit"]}
        assert "audit" == found[labels.ENFORCEMENT]
    [space, *_] = rendered()
    assert labels.ENFORCEMENT not in space["metadata"]["labels"]


def test_each_policy_refuses_where_the_label_is_not_exactly_audit_and_warns_where_it_is() -> (
    None
):
    permanent = {
        "tenancy-namespaces",
        "tenancy-objects",
        "tenancy-service-accounts",
        "tenancy-role-bindings",
        "tenancy-roles",
    }
    by_policy: dict[str, list[tuple[list[str], str]]] = {}
    for binding in manifests.platform(the_platform()).policy_bindings:
        spec = binding["spec"]
        selector = spec.get("matchResources", {}).get("namespaceSelector", {})
        how = [
            expression["operator"]
            for expression in selector.get("matchExpressions", [])
            if expression["key"] == labels.ENFORCEMENT
        ]
        by_policy.setdefault(spec["policyName"], []).append(
            (spec["validationActions"], "".join(how))
        )

    for policy, bound in by_policy.items():
        if policy in permanent:
            assert [(["Deny"], "")] == bound, policy
        elif bound != [(["Warn"], "")]:
            assert [(["Deny"], "NotIn"), (["Warn", "Audit"], "In")] == bound, policy
    assert permanent < set(by_policy)


def test_an_adopted_quota_keeps_its_name_and_ours_takes_another() -> None:
    objects = rendered(
        adopted={"origin": "adopt", "reason": "older", "name": "legacy"},
        quotas={"gpus": {"hard": {"pods": "3"}}},
    )
    quotas = {
        one["metadata"]["name"]: one["spec"]["hard"]
        for one in objects
        if one["kind"] == "ResourceQuota"
    }

    assert {"pods": "3"} == quotas["gpus"]
    assert "requests.nvidia.com/gpu" in quotas["tenancy-gpus"]


def test_a_namespace_without_a_quota_has_only_ours() -> None:
    for objects in (rendered(quota={}), rendered(profile=None, quota={})):
        assert {"gpus", "object-counts"} < {
            name for kind, name in names(objects) if kind == "ResourceQuota"
        }
        assert ("ResourceQuota", "quota") not in names(objects)
