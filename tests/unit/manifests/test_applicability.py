"""A policy that cannot refuse a pod does not look at it; long lists of it cost little."""

import pytest

from tenancy import manifests
from tenancy.manifests.policies.applicability import APPLICABLE
from tenancy.manifests.policies.guard import each


def test_of_the_policies_for_pods_only_three_look_at_every_pod(tenancy) -> None:
    found = {
        manifest["metadata"]["name"]: [
            one["name"] for one in manifest["spec"].get("matchConditions", ())
        ]
        for manifest in manifests.platform(tenancy.platforms["platform"])
        if manifest["kind"] in {"ValidatingAdmissionPolicy", "MutatingAdmissionPolicy"}
        and any(
            "pods" in rule["resources"]
            for rule in manifest["spec"]["matchConstraints"]["resourceRules"]
        )
    }

    always = {name for name, names in found.items() if APPLICABLE not in names}
    assert {"tenancy-pods", "tenancy-pod-names", "tenancy-pod-security"} == always
    assert {"tenancy-finalizers", "tenancy-gpus-per-pod", "tenancy-placement"} <= found.keys()


def test_every_policy_refuses_where_it_fails_and_looks_at_every_version(tenancy) -> None:
    """On a cluster this changes the answer of few of them, so attacks tell it of few."""
    found = {
        (manifest["kind"], manifest["metadata"]["name"]): (
            manifest["spec"]["failurePolicy"],
            manifest["spec"]["matchConstraints"]["matchPolicy"],
        )
        for manifest in manifests.platform(tenancy.platforms["platform"])
        if manifest["kind"] in {"ValidatingAdmissionPolicy", "MutatingAdmissionPolicy"}
    }

    assert len(found) > 30
    assert {("Fail", "Equivalent")} == set(found.values())


@pytest.mark.parametrize("field", ["env", "envFrom", "volumeMounts"])
def test_no_rule_of_pods_makes_the_stack_of_costs_long(tenancy, field: str) -> None:
    [policy] = [
        manifest
        for manifest in manifests.platform(tenancy.platforms["platform"])
        if manifest["metadata"]["name"] == "tenancy-pods"
        and manifest["kind"] == "ValidatingAdmissionPolicy"
    ]
    rules = [one["expression"] for one in policy["spec"]["validations"]]
    about = [rule for rule in rules if f"c.?{field}.orValue([])" in rule]

    assert 1 == len(about)
    assert 3 == about[0].count(each(f"c.?{field}.orValue([])", "x", "").partition("(x,")[0])
