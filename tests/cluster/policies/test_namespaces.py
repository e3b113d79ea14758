"""What may be changed on namespaces, on managed objects and on service accounts."""

import copy

import pytest

from tenancy.kubernetes import labels
from tests.cluster.api import (
    JSON_PATCH,
    MERGE_PATCH,
    STRATEGIC_PATCH,
)
from tests.cluster.policies.objects import (
    LAB,
    TRAIN,
    WEB,
    config_map,
    group,
    namespace,
    policy,
    role_binding,
    service,
)

pytestmark = pytest.mark.cluster


class TestNamespaces:
    POLICY = "tenancy-namespaces"
    CHANGES = (
        pytest.param({labels.ORGANIZATION: "globex"}, "labels", id="move"),
        pytest.param({labels.MANAGED: None}, "labels", id="unmanage"),
        pytest.param(
            {"pod-security.kubernetes.io/enforce": "privileged"}, "labels", id="privileged"
        ),
        pytest.param({"resource.kubernetes.io/admin-access": "true"}, "labels", id="every GPU"),
        pytest.param({"anything": "else"}, "labels", id="a new label"),
    )

    @pytest.mark.parametrize("part", ["", "/status", "/finalize"])
    @pytest.mark.parametrize(("change", "what"), CHANGES)
    def test_labels_are_changed_by_operators_alone(self, helper, operator, part, change, what):
        held = helper.get(namespace(WEB)).accepted().body
        held["metadata"]["labels"] = {
            key: value
            for key, value in {**held["metadata"]["labels"], **change}.items()
            if value is not None
        }

        helper.replace(held, part=part, dry=True).refused_by(
            self.POLICY,
            "namespace acme-web may be given other labels only by users who may manage"
            " tenancy.tenancy.dev; you are mallory",
        )
        operator.replace(held, part=part, dry=True).accepted()

    @pytest.mark.parametrize("kind", [MERGE_PATCH, STRATEGIC_PATCH])
    @pytest.mark.parametrize("part", ["", "/status"])
    @pytest.mark.parametrize(("change", "what"), CHANGES)
    def test_labels_are_patched_by_operators_alone(
        self, helper, operator, part, kind, change, what
    ):
        patch = {"metadata": {"labels": change}}

        helper.patch(namespace(WEB), patch, part=part, kind=kind, dry=True).refused_by(
            self.POLICY, "may be given other labels"
        )
        operator.patch(namespace(WEB), patch, part=part, kind=kind, dry=True).accepted()

    def test_labels_are_not_patched_step_by_step(self, helper):
        step = {"op": "remove", "path": "/metadata/labels"}

        helper.patch(namespace(WEB), [step], kind=JSON_PATCH, dry=True).refused_by(
            self.POLICY, "may be given other labels"
        )

    def test_labels_are_not_applied(self, helper):
        forged = namespace(WEB, labels={labels.ORGANIZATION: "globex"})

        helper.apply(forged, dry=True).refused_by(self.POLICY, "may be given other labels")

    @pytest.mark.parametrize(
        "key",
        [
            labels.EGRESS_CIDRS,
            labels.PRIORITY_CLASSES,
            labels.TOLERATIONS,
            labels.MAX_PER_POD,
            labels.SHARED_SERVICES,
            labels.LOAD_BALANCERS,
            "scheduler.alpha.kubernetes.io/node-selector",
        ],
    )
    def test_annotations_that_guards_read_are_guarded(self, helper, operator, key):
        patch = {"metadata": {"annotations": {key: "0.0.0.0/0"}}}
        reason = "may be given other annotations"

        helper.patch(namespace(LAB), patch, dry=True).refused_by(self.POLICY, reason)
        operator.patch(namespace(LAB), patch, dry=True).accepted()

    def test_an_annotation_of_ours_is_not_taken_away(self, helper):
        patch = {"metadata": {"annotations": {labels.MAX_PER_POD: None}}}

        helper.patch(namespace(TRAIN), patch, dry=True).refused_by(
            self.POLICY, "may be given other annotations"
        )

    def test_other_annotations_are_everybodys_who_may_write(self, helper):
        patch = {"metadata": {"annotations": {"example.com/note": "seen"}}}

        helper.patch(namespace(WEB), patch, dry=True).accepted()

    @pytest.mark.parametrize(
        "metadata",
        [
            pytest.param({"finalizers": ["example.com/stuck"]}, id="finalizer"),
            pytest.param(
                {
                    "ownerReferences": [
                        {"apiVersion": "v1", "kind": "Node", "name": "a", "uid": "a"}
                    ]
                },
                id="owner",
            ),
        ],
    )
    def test_owners_and_finalizers_are_guarded(self, helper, operator, metadata):
        patch = {"metadata": metadata}

        helper.patch(namespace(WEB), patch, dry=True).refused_by(
            self.POLICY, "may be given other owners or finalizers"
        )
        operator.patch(namespace(WEB), patch, dry=True).accepted()

    @pytest.mark.parametrize("name", [WEB, "observability", "llmos-public"])
    def test_none_is_deleted_but_by_operators(self, helper, operator, name):
        helper.delete(namespace(name), dry=True).refused_by(
            self.POLICY, f"namespace {name} may be deleted only by"
        )
        operator.delete(namespace(name), dry=True).accepted()

    @pytest.mark.parametrize(
        "metadata",
        [
            pytest.param({"labels": {labels.MANAGED: "true"}}, id="managed"),
            pytest.param({"labels": {labels.ORGANIZATION: "acme"}}, id="organization"),
            pytest.param({"labels": {labels.SHARED: "observability"}}, id="shared"),
            pytest.param({"annotations": {labels.EGRESS_CIDRS: "0.0.0.0/0"}}, id="grant"),
        ],
    )
    def test_no_namespace_is_forged(self, helper, operator, metadata):
        helper.create(namespace("forged"), dry=True).accepted()

        helper.create(namespace("forged", **metadata), dry=True).refused_by(
            self.POLICY, "namespace forged may be created with labels of tenancy.dev only by"
        )
        operator.create(namespace("forged", **metadata), dry=True).accepted()

    @pytest.mark.parametrize("name", ["kube-system", "default"])
    @pytest.mark.parametrize("part", ["", "/status"])
    def test_no_other_namespace_joins_an_organization(self, helper, name, part):
        patch = {"metadata": {"labels": {labels.ORGANIZATION: "acme"}}}

        helper.patch(namespace(name), patch, part=part, dry=True).refused_by(
            self.POLICY, f"namespace {name} may be given other labels"
        )
        other = {"metadata": {"labels": {"example.com/team": "a"}}}
        helper.patch(namespace(name), other, part=part, dry=True).accepted()


class TestManagedObjects:
    POLICY = "tenancy-objects"

    def managed(self, root):
        found = root.get(policy("default-deny")).accepted().body
        return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", **found}

    def test_a_tenant_neither_deletes_nor_changes_them(self, root, admin):
        guardrail = self.managed(root)
        reason = "networkpolicies default-deny is managed by tenancy"

        admin.delete(guardrail, dry=True).refused_by(self.POLICY, reason, "DELETE", "ada")
        open_up = {"spec": {"policyTypes": ["Ingress"]}}
        for kind in (MERGE_PATCH, STRATEGIC_PATCH):
            admin.patch(guardrail, open_up, kind=kind, dry=True).refused_by(self.POLICY, reason)
        admin.replace(
            {**guardrail, "spec": {"podSelector": {}, "policyTypes": ["Ingress"]}}, dry=True
        ).refused_by(self.POLICY, reason)
        admin.apply(policy("default-deny", policyTypes=["Ingress"]), dry=True).refused_by(
            self.POLICY, reason
        )

    def test_a_tenant_does_not_take_the_label_off(self, admin):
        patch = {"metadata": {"labels": {labels.MANAGED: None}}}

        admin.patch(policy("default-deny"), patch, dry=True).refused_by(
            self.POLICY, "networkpolicies default-deny is managed by tenancy"
        )

    def test_a_tenant_does_not_delete_them_as_a_collection(self, admin):
        admin.delete_collection(policy(), dry=True).refused_by(
            self.POLICY, "is managed by tenancy (label tenancy.dev/managed): DELETE refused"
        )

    def test_a_tenants_own_are_their_own(self, admin):
        mine = policy("mine", policyTypes=["Ingress"])
        admin.create(mine).accepted()
        forged = {"metadata": {"labels": {labels.MANAGED: "true"}}}

        admin.patch(mine, forged).refused_by(self.POLICY, "mine is managed by tenancy")
        admin.patch(mine, {"metadata": {"labels": {"a": "b"}}}).accepted()
        admin.delete(mine).accepted()

    @pytest.mark.parametrize(
        "made",
        [
            pytest.param(policy(policyTypes=["Ingress"]), id="NetworkPolicy"),
            pytest.param(role_binding(group("oidc:friends")), id="RoleBinding"),
            pytest.param(service(), id="Service"),
            pytest.param(config_map(data={}), id="ConfigMap"),
        ],
    )
    def test_the_label_is_not_forged(self, admin, made):
        admin.create(made, dry=True).accepted()
        forged = copy.deepcopy(made)
        forged["metadata"]["labels"] = {labels.MANAGED: "true"}

        admin.create(forged, dry=True).refused_by(self.POLICY, "probe is managed by tenancy")

    def test_a_name_that_the_server_makes_does_not_help(self, admin):
        forged = policy(policyTypes=["Ingress"])
        forged["metadata"] = {
            "namespace": WEB,
            "generateName": "guardrail-",
            "labels": {labels.MANAGED: "true"},
        }

        admin.create(forged, dry=True).refused_by(self.POLICY, "managed by tenancy")

    def test_a_tenant_does_not_delete_bindings_that_operators_made(self, admin):
        theirs = role_binding(name="tenancy:developer")

        admin.delete(theirs, dry=True).refused_by(
            self.POLICY, "rolebindings tenancy:developer is managed by tenancy"
        )

    def test_an_operator_changes_them(self, operator):
        operator.delete(policy("default-deny"), dry=True).accepted()


class TestServiceAccounts:
    POLICY = "tenancy-service-accounts"

    def default(self):
        return {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": "default", "namespace": WEB},
        }

    @pytest.mark.parametrize(
        "change",
        [
            pytest.param({"automountServiceAccountToken": True}, id="mount"),
            pytest.param({"automountServiceAccountToken": None}, id="mount by default"),
            pytest.param({"metadata": {"labels": {labels.MANAGED: None}}}, id="unmanage"),
        ],
    )
    def test_the_token_stays_unmounted(self, developer, change):
        developer.patch(self.default(), change, dry=True).refused_by(
            self.POLICY, "serviceaccounts default is managed by tenancy"
        )

    def test_it_is_not_deleted(self, developer):
        developer.delete(self.default(), dry=True).refused_by(
            self.POLICY, "serviceaccounts default is managed by tenancy"
        )

    def test_a_member_gives_it_secrets_to_pull_images_with(self, developer):
        change = {"imagePullSecrets": [{"name": "registry"}]}

        developer.patch(self.default(), change, dry=True).accepted()
