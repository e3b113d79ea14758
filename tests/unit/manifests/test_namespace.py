from collections import Counter

import attrs
import pytest

from tenancy import manifests as render
from tenancy.diagnostics.errors import NotFoundError
from tenancy.diagnostics.origin import Origin
from tenancy.kubernetes import labels
from tenancy.kubernetes.quantity import Quantity
from tenancy.model import Platform, RoleBinding
from tenancy.model.quota import Limit

NOWHERE = Origin("test")
STANDALONE = Platform(stack="platform", origin=NOWHERE, is_written=False)


@pytest.fixture
def rendered(tenancy):
    environment = tenancy.environments["dev"]
    platform = tenancy.platform_of(environment)
    return {found.name: render.namespace(found, platform) for found in environment.namespaces}


@pytest.fixture
def resolved(tenancy):
    return {found.name: found for found in tenancy.environments["dev"].namespaces}


def named(manifests, kind, name):
    (found,) = (m for m in manifests if m["kind"] == kind and m["metadata"]["name"] == name)
    return found


def hard(rendered, name):
    return named(rendered.guardrails, "ResourceQuota", name)["spec"]["hard"]


class TestWhatPeopleWrote:
    def test_a_quota_holds_exactly_the_written_keys_in_their_order(self, rendered):
        expected = [
            ("requests.cpu", "1"),
            ("requests.memory", "2Gi"),
            ("limits.cpu", "2"),
            ("limits.memory", "2Gi"),
        ]

        assert expected == list(hard(rendered["globex-lab"], "quota").items())

    def test_further_quotas_keep_their_scopes(self, rendered):
        guardrails = rendered["acme-train"].guardrails

        assert {
            "hard": {"pods": "5"},
            "scopeSelector": {
                "matchExpressions": [
                    {"scopeName": "PriorityClass", "operator": "In", "values": ["urgent"]}
                ]
            },
        } == named(guardrails, "ResourceQuota", "urgent")["spec"]
        assert {"hard": {"requests.cpu": "2"}, "scopes": ["Terminating"]} == named(
            guardrails, "ResourceQuota", "short"
        )["spec"]

    def test_a_limit_range_holds_exactly_what_was_written(self, rendered):
        expected = [
            {
                "type": "Container",
                "default": {"cpu": "250m", "memory": "256Mi"},
                "defaultRequest": {"cpu": "100m", "memory": "128Mi"},
                "max": {"cpu": "16", "memory": "16Gi"},
                "maxLimitRequestRatio": {"cpu": "4"},
            },
            {"type": "Pod", "max": {"cpu": "16"}},
            {"type": "PersistentVolumeClaim", "max": {"storage": "10Gi"}},
        ]

        found = named(rendered["acme-web"].guardrails, "LimitRange", "limits")

        assert expected == found["spec"]["limits"]

    def test_no_gpu_stands_in_a_limit_range(self, rendered):
        for namespace in rendered.values():
            for guardrail in namespace.guardrails:
                if guardrail["kind"] == "LimitRange":
                    assert "nvidia.com" not in str(guardrail)

    def test_a_namespace_without_a_limit_range_has_none(self, rendered):
        kinds = {guardrail["kind"] for guardrail in rendered["globex-lab"].guardrails}

        assert "LimitRange" not in kinds


class TestWallQuotas:
    def test_every_gpu_key_is_written_and_is_0_without_a_grant(self, rendered):
        assert {
            "requests.nvidia.com/gpu": "0",
            "requests.nvidia.com/mig-1g.10gb": "0",
            "gpu.nvidia.com.deviceclass.resource.k8s.io/devices": "0",
            "other.example.com.deviceclass.resource.k8s.io/devices": "0",
            "rdma.example.com.deviceclass.resource.k8s.io/devices": "0",
            "count/resourceclaims.resource.k8s.io": "0",
            "count/resourceclaimtemplates.resource.k8s.io": "0",
        } == hard(rendered["acme-web"], "gpus")

    def test_grants_are_summed_by_resource(self, rendered):
        found = hard(rendered["acme-train"], "gpus")

        assert ("12", "7") == (
            found["requests.nvidia.com/gpu"],
            found["requests.nvidia.com/mig-1g.10gb"],
        )

    def test_a_grant_of_a_pool_with_a_device_class_may_be_claimed(self, rendered):
        found = hard(rendered["globex-lab"], "gpus")

        assert "4" == found["gpu.nvidia.com.deviceclass.resource.k8s.io/devices"]
        assert "8" == found["count/resourceclaims.resource.k8s.io"]
        assert "4" == found["count/resourceclaimtemplates.resource.k8s.io"]
        assert "0" == found["other.example.com.deviceclass.resource.k8s.io/devices"]

    def test_there_may_be_a_claim_for_each_granted_device(self, rendered):
        found = hard(rendered["acme-train"], "gpus")

        assert "19" == found["count/resourceclaims.resource.k8s.io"]
        assert "0" == found["count/resourceclaimtemplates.resource.k8s.io"]

    def test_without_a_platform_gpus_are_0_all_the_same(self, resolved):
        alone = attrs.evolve(resolved["acme-web"], bindings=())

        assert (
            "0" == hard(render.namespace(alone, STANDALONE), "gpus")["requests.nvidia.com/gpu"]
        )

    @pytest.mark.parametrize(
        ("namespace", "closed"),
        [
            pytest.param("acme-web", ["fast", "slow"], id="none written: the shared ones"),
            pytest.param("acme-train", ["slow", "standard"], id="written: only those"),
        ],
    )
    def test_storage_classes_that_are_not_granted_are_0(self, rendered, namespace, closed):
        found = hard(rendered[namespace], "storage-classes")

        assert closed == sorted({key.split(".")[0] for key in found})
        assert {"0"} == set(found.values())

    def test_no_empty_quota_is_written_where_all_classes_are_open(self, tenancy, resolved):
        platform = attrs.evolve(tenancy.platforms["platform"], storage_classes={})

        found = render.namespace(resolved["acme-web"], platform)

        names = {
            w["metadata"]["name"] for w in found.guardrails if w["kind"] == "ResourceQuota"
        }
        assert "storage-classes" not in names
        assert all(w["spec"]["hard"] for w in found.guardrails if w["kind"] == "ResourceQuota")

    @pytest.mark.parametrize("name", ["acme-web", "acme-train", "globex-lab"])
    def test_counts_are_never_lower_than_what_is_rendered(self, rendered, name):
        kinds = Counter(manifest["kind"] for manifest in rendered[name])
        found = hard(rendered[name], "object-counts")

        for kind, key in (
            ("ResourceQuota", "resourcequotas"),
            ("NetworkPolicy", "count/networkpolicies.networking.k8s.io"),
            ("RoleBinding", "count/rolebindings.rbac.authorization.k8s.io"),
            ("ServiceAccount", "count/serviceaccounts"),
        ):
            assert kinds[kind] <= int(found[key]), kind

    def test_the_platform_sets_counts(self, rendered):
        assert "500" == hard(rendered["acme-web"], "object-counts")["count/jobs.batch"]

    def test_a_count_that_people_wrote_is_theirs_alone(self, rendered):
        assert "pods" not in hard(rendered["acme-web"], "object-counts")
        assert "50" == hard(rendered["globex-lab"], "object-counts")["pods"]

    def test_a_count_under_its_other_spelling_is_theirs_too(self, tenancy, resolved):
        lab = resolved["globex-lab"]
        written = attrs.evolve(
            lab.quotas[0], hard={"count/pods": Limit(Quantity.parse(200), NOWHERE)}
        )

        found = render.namespace(
            attrs.evolve(lab, quotas=(written,)), tenancy.platforms["platform"]
        )

        assert "pods" not in hard(found, "object-counts")

    def test_a_scoped_quota_bounds_nothing_else(self, tenancy, resolved):
        train = resolved["acme-train"]
        scoped = tuple(quota for quota in train.quotas if quota.is_scoped)

        found = render.namespace(
            attrs.evolve(train, quotas=scoped), tenancy.platforms["platform"]
        )

        assert "50" == hard(found, "object-counts")["pods"]

    def test_the_nine_object_quotas_are_always_there(self, rendered):
        nine = {
            "pods",
            "services",
            "replicationcontrollers",
            "resourcequotas",
            "secrets",
            "configmaps",
            "persistentvolumeclaims",
            "services.nodeports",
            "services.loadbalancers",
        }
        for namespace in rendered.values():
            keys = {
                key
                for guardrail in namespace.guardrails
                if guardrail["kind"] == "ResourceQuota"
                for key in guardrail["spec"]["hard"]
            }
            assert nine <= keys


class TestNamespaceObject:
    def test_it_says_what_is_enforced_at_which_version(self, rendered):
        found = rendered["globex-lab"].namespace["metadata"]["labels"]
        domain = "pod-security.kubernetes.io/"

        assert {
            "enforce": "baseline",
            "enforce-version": "v1.36",
            "warn": "restricted",
            "warn-version": "v1.36",
            "audit": "restricted",
            "audit-version": "v1.36",
        } == {
            key.removeprefix(domain): value
            for key, value in found.items()
            if key.startswith(domain)
        }

    def test_peoples_labels_never_stand_over_ours(self, tenancy, resolved):
        forged = {
            labels.ORGANIZATION: "globex",
            labels.MANAGED: "false",
            labels.MANAGED_BY: "somebody",
            "pod-security.kubernetes.io/enforce": "privileged",
            "team": "web",
        }

        found = render.namespace(
            attrs.evolve(resolved["acme-web"], labels=forged, annotations=forged),
            tenancy.platforms["platform"],
        ).namespace["metadata"]["labels"]

        assert ["acme", "true", "tenancy", "restricted", "web"] == [
            found[key] for key in forged
        ]

    def test_free_text_is_an_annotation(self, rendered):
        metadata = rendered["acme-web"].namespace["metadata"]

        assert "Acme: agents & more" == metadata["annotations"][labels.DISPLAY_NAME]
        assert labels.DISPLAY_NAME not in metadata["labels"]

    def test_an_inheriting_namespace_names_its_source(self, rendered):
        annotations = rendered["acme-train"].namespace["metadata"]["annotations"]

        assert "web" == annotations[labels.INHERITS_FROM]

    @pytest.mark.parametrize(
        ("key", "expected"),
        [
            (labels.MAX_PER_POD, "nvidia.com/gpu=4,nvidia.com/mig-1g.10gb=56"),
            (labels.GPU_POOLS, "a100,h100"),
            (labels.PRIORITY_CLASSES, "urgent"),
            (
                labels.TOLERATIONS,
                "nvidia.com/gpu=*:NoSchedule,nvidia.com/mig-1g.10gb=*:NoSchedule,"
                "tenancy.dev/gpu-pool=a100:NoSchedule,tenancy.dev/gpu-pool=h100:NoSchedule",
            ),
        ],
    )
    def test_what_was_granted_is_written_for_the_guards(self, rendered, key, expected):
        assert expected == rendered["acme-train"].namespace["metadata"]["annotations"][key]

    def test_a_pools_taints_are_tolerated_only_where_it_is_granted(self, rendered):
        found = {
            name: namespace.namespace["metadata"]["annotations"].get(labels.TOLERATIONS, "")
            for name, namespace in rendered.items()
        }

        assert ["globex-lab"] == [
            name
            for name, text in found.items()
            if "tenancy.dev/gpu-pool=l40s:NoSchedule" in text
        ]

    def test_nothing_is_written_where_nothing_was_granted(self, rendered):
        annotations = rendered["acme-web"].namespace["metadata"]["annotations"]

        assert not {labels.MAX_PER_POD, labels.GPU_POOLS, labels.TOLERATIONS} & set(annotations)

    def test_the_default_service_account_is_a_patch(self, rendered):
        (found,) = rendered["acme-web"].patches

        assert ("ServiceAccount", "default", False) == (
            found["kind"],
            found["metadata"]["name"],
            found["automountServiceAccountToken"],
        )


class TestRoleBindings:
    def test_there_is_one_binding_for_each_role_with_sorted_subjects(self, rendered):
        found = {
            binding["metadata"]["name"]: binding for binding in rendered["acme-train"].access
        }

        assert [
            "tenancy:admin",
            "tenancy:auditor",
            "tenancy:developer",
            "tenancy:viewer",
        ] == sorted(found)
        assert [
            {
                "apiGroup": "rbac.authorization.k8s.io",
                "kind": "Group",
                "name": "oidc:acme-developers",
            },
            {"kind": "ServiceAccount", "name": "deployer", "namespace": "acme-web"},
        ] == found["tenancy:developer"]["subjects"]

    def test_a_role_of_kubernetes_is_bound_by_its_own_name(self, rendered):
        found = named(rendered["acme-web"].access, "RoleBinding", "tenancy:kubernetes:view")

        assert {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "ClusterRole",
            "name": "view",
        } == found["roleRef"]
        assert "kubernetes.view" == found["metadata"]["labels"][labels.ROLE]

    def test_without_a_platform_the_roles_come_along_before_their_bindings(self, resolved):
        access = render.namespace(resolved["globex-lab"], STANDALONE).access

        assert ["Role", "RoleBinding"] == [binding["kind"] for binding in access]
        assert {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "Role",
            "name": "tenancy:admin",
        } == access[1]["roleRef"]

    def test_a_binding_of_a_role_has_another_name_than_one_of_a_cluster_role(
        self, tenancy, resolved
    ):
        """The API server lets no binding change its role, and no preview can replace it."""
        platform = tenancy.platforms["platform"]

        bindings = [
            named(render.namespace(resolved["globex-lab"], one).access, "RoleBinding", name)
            for one, name in (
                (platform, "tenancy:admin"),
                (STANDALONE, "tenancy:admin:namespaced"),
            )
        ]

        assert ["ClusterRole", "Role"] == [one["roleRef"]["kind"] for one in bindings]

    @pytest.mark.parametrize("role", ["nobody", "kubernetes:cluster-admin"])
    def test_an_unknown_role_is_never_rendered(self, tenancy, resolved, role):
        binding = RoleBinding(role=role, subjects=(), origins=())
        namespace = attrs.evolve(resolved["acme-web"], bindings=(binding,))

        with pytest.raises(NotFoundError, match=f"no role '{role}'.*viewer"):
            render.namespace(namespace, tenancy.platforms["platform"])


class TestOrder:
    def test_every_guardrail_comes_before_the_first_role_binding(self, tenancy):
        environment = tenancy.environments["dev"]
        kinds = [
            manifest["kind"]
            for manifest in render.environment(environment, tenancy.platform_of(environment))
        ]

        first = kinds.index("RoleBinding")

        assert {"RoleBinding"} == set(kinds[first:])
        assert ["Namespace"] * 3 == kinds[:3]

    def test_everything_is_marked_as_managed(self, tenancy):
        environment = tenancy.environments["dev"]
        platform = tenancy.platform_of(environment)

        for manifest in (
            *render.platform(platform),
            *render.environment(environment, platform),
        ):
            found = manifest["metadata"]["labels"]
            assert ("true", "tenancy") == (found[labels.MANAGED], found[labels.MANAGED_BY])

    def test_each_object_is_rendered_once(self, tenancy):
        environment = tenancy.environments["dev"]
        platform = tenancy.platform_of(environment)
        found = Counter(
            (m["kind"], m["metadata"].get("namespace"), m["metadata"]["name"])
            for m in (*render.platform(platform), *render.environment(environment, platform))
        )

        assert [] == [key for key, count in found.items() if count > 1]
