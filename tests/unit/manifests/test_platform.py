import attrs
import pytest

from tenancy import manifests
from tenancy.manifests.policies.guard import text
from tenancy.model import roles


@pytest.fixture
def rendered(tenancy):
    return manifests.platform(tenancy.platforms["platform"])


def test_operators_may_pass_the_guards_and_nothing_else(rendered):
    role, binding = rendered.operators

    assert [
        {"apiGroups": ["tenancy.dev"], "resources": ["tenancy"], "verbs": ["manage"]}
    ] == role["rules"]
    assert ["oidc:platform-operators", "oidc:root@platform.example"] == [
        subject["name"] for subject in binding["subjects"]
    ]


def test_every_role_is_a_cluster_role_that_nothing_widens(rendered):
    assert [
        "tenancy:viewer",
        "tenancy:developer",
        "tenancy:admin",
        "tenancy:auditor",
    ] == [role["metadata"]["name"] for role in rendered.roles]
    for role in rendered.roles:
        assert "aggregationRule" not in role
        assert not [key for key in role["metadata"]["labels"] if "aggregate" in key]


def test_a_platform_may_set_its_own_rules_for_a_built_in_role(tenancy):
    platform = tenancy.platforms["platform"]
    own = attrs.evolve(platform.roles["auditor"], name="viewer", cluster_role="tenancy:viewer")

    found = manifests.platform(attrs.evolve(platform, roles={"viewer": own}))

    (viewer,) = (r for r in found.roles if r["metadata"]["name"] == "tenancy:viewer")
    assert [{"apiGroups": [""], "resources": ["events"], "verbs": list(roles.READ)}] == viewer[
        "rules"
    ]


def test_the_public_namespace_is_read_and_holds_no_key_to_secrets(rendered):
    public = rendered.namespaces[0]
    role, binding = public.access

    assert "llmos-public" == public.namespace["metadata"]["name"]
    assert {"get", "list", "watch"} >= {
        verb for rule in role["rules"] for verb in rule["verbs"]
    }
    assert "secrets" not in {r for rule in role["rules"] for r in rule["resources"]}
    assert ["system:authenticated"] == [s["name"] for s in binding["subjects"]]


def test_public_and_shared_namespaces_have_guardrails_before_access(rendered):
    for namespace in rendered.namespaces:
        names = [guardrail["metadata"]["name"] for guardrail in namespace.guardrails]
        assert {"gpus", "default-deny", "allow-dns"} <= set(names)
        enforced = namespace.namespace["metadata"]["labels"]
        assert "restricted" == enforced["pod-security.kubernetes.io/enforce"]


def test_nobody_is_bound_in_a_shared_namespace(rendered):
    assert [(), (), ()] == [namespace.access for namespace in rendered.namespaces[1:]]


def test_priority_classes_preempt_only_where_that_was_written(rendered):
    assert [
        ("batch", -10, "Never"),
        ("gpu-h100", 0, "Never"),
        ("gpu-l40s", 0, "Never"),
        ("urgent", 1000, "Never"),
    ] == [
        (c["metadata"]["name"], c["value"], c["preemptionPolicy"])
        for c in rendered.priority_classes
    ]


class TestPolicies:
    def test_each_policy_has_its_binding(self, rendered):
        policies = [policy["metadata"]["name"] for policy in rendered.policies]

        assert policies == list(
            dict.fromkeys(b["spec"]["policyName"] for b in rendered.policy_bindings)
        )

    def test_each_policy_fails_closed(self, rendered):
        assert {"Fail"} == {policy["spec"]["failurePolicy"] for policy in rendered.policies}

    def test_no_policy_looks_at_all_resources(self, rendered):
        for policy in rendered.policies:
            for rule in policy["spec"]["matchConstraints"]["resourceRules"]:
                for resource in rule["resources"]:
                    assert "*" not in resource

    def test_no_policy_looks_at_the_status_of_quotas(self, rendered):
        looked_at = {
            resource
            for policy in rendered.policies
            for rule in policy["spec"]["matchConstraints"]["resourceRules"]
            for resource in rule["resources"]
        }

        assert "resourcequotas" in looked_at
        assert "resourcequotas/status" not in looked_at

    def test_the_namespace_guard_selects_by_no_label(self, rendered):
        (binding,) = (
            b for b in rendered.policy_bindings if b["metadata"]["name"] == "tenancy-namespaces"
        )
        (policy,) = (
            p for p in rendered.policies if p["metadata"]["name"] == "tenancy-namespaces"
        )

        assert "matchResources" not in binding["spec"]
        assert not {"objectSelector", "namespaceSelector"} & set(
            policy["spec"]["matchConstraints"]
        )

    def test_only_templates_are_warned_of_rather_than_refused(self, rendered):
        assert {"tenancy-workloads", "tenancy-cron-jobs"} == {
            b["metadata"]["name"]
            for b in rendered.policy_bindings
            if b["spec"]["validationActions"] == ["Warn"]
        }

    def test_fresh_images_are_demanded_only_where_asked_for(self, tenancy):
        platform = tenancy.platforms["platform"]
        fresh = manifests.platform(attrs.evolve(platform, require_image_pull=True))

        assert "tenancy-image-pull" in {p["metadata"]["name"] for p in fresh.policies}
        assert "tenancy-image-pull" not in {
            p["metadata"]["name"] for p in manifests.platform(platform).policies
        }

    def test_a_platforms_own_role_may_be_bound_by_tenants(self, rendered):
        (policy,) = (
            p for p in rendered.policies if p["metadata"]["name"] == "tenancy-role-bindings"
        )

        assert '"tenancy:auditor"' in str(policy["spec"]["validations"])

    @pytest.mark.parametrize("value", ["a' || true || '", 'a" || true || "', "a\nb", "a\\"])
    def test_no_text_leaves_its_quotes(self, value):
        quoted = text(value)

        assert '"' == quoted[0] == quoted[-1]
        inside = quoted[1:-1].replace("\\\\", "").replace('\\"', "")
        assert not {'"', "\n", "\\"} & set(inside.replace("\\n", ""))

    def test_without_pools_nothing_is_placed(self, tenancy):
        platform = attrs.evolve(tenancy.platforms["platform"], pools=())
        found = manifests.platform(platform)

        assert ((), ()) == (found.mutations, found.mutation_bindings)
        assert "tenancy-placement" not in {p["metadata"]["name"] for p in found.policies}

    def test_what_not_every_cluster_serves_comes_last(self, rendered):
        kinds = [manifest["kind"] for manifest in rendered]

        assert ["MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding"] == kinds[-2:]
