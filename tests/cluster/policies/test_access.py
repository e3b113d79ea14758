"""Which roles may be written, and who may be bound to them."""

import pytest

from tests.cluster.api import (
    until,
)
from tests.cluster.policies.objects import LAB, WEB, account, group, role_binding, user

pytestmark = pytest.mark.cluster


class TestRoleBindings:
    POLICY = "tenancy-role-bindings"

    @pytest.mark.parametrize(
        ("made", "reason"),
        [
            pytest.param(
                role_binding(group("system:authenticated")),
                "subjects may not be named system:",
                id="everybody",
            ),
            pytest.param(
                role_binding(group("system:serviceaccounts")),
                "subjects may not be named system:",
                id="every service account",
            ),
            pytest.param(
                role_binding(user("system:anonymous")),
                "subjects may not be named system:",
                id="nobody in particular",
            ),
            pytest.param(
                role_binding(user("system:serviceaccount:globex-lab:default")),
                "subjects may not be named system:",
                id="a service account as a user",
            ),
            pytest.param(
                role_binding(account(LAB, "default")),
                "service accounts of other organizations may not be bound here",
                id="a foreign service account",
            ),
            pytest.param(role_binding(group("*")), "a subject may not be *", id="wildcard"),
            pytest.param(
                role_binding(group("oidc:friends"), account(LAB, "default")),
                "service accounts of other organizations",
                id="one among good ones",
            ),
        ],
    )
    def test_nobody_foreign_is_bound(self, admin, made, reason):
        admin.create(role_binding(group("oidc:friends")), dry=True).accepted()
        # RBAC takes the namespace of the binding.
        own = {"kind": "ServiceAccount", "name": "default"}
        admin.create(role_binding(own), dry=True).accepted()

        admin.create(made, dry=True).refused_by(self.POLICY, reason)

    @pytest.mark.parametrize("name", ["view", "edit", "admin", "cluster-admin"])
    def test_no_role_is_bound_that_others_may_widen(self, root, admin, name):
        made = role_binding(group("oidc:friends"), role=("ClusterRole", name))
        somebody = root.as_user("kim", "bind-everything", "oidc:acme-leads")

        answer = somebody.create(made, dry=True)

        # Kubernetes refuses what the admin does not hold; the policy, whatever they hold.
        if "ValidatingAdmissionPolicy" in answer.message:
            answer.refused_by(
                self.POLICY, "of ClusterRoles only tenancy:admin, tenancy:auditor"
            )
        else:
            answer.refused("is attempting to grant RBAC permissions not currently held")

    def test_even_who_holds_everything_binds_none_of_kubernetes(self, root):
        # `bind` on all ClusterRoles, and writing of bindings, but not the operators' verb.
        role = {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRole",
            "metadata": {"name": "binders"},
            "rules": [
                {
                    "apiGroups": ["rbac.authorization.k8s.io"],
                    "resources": ["clusterroles", "rolebindings"],
                    "verbs": ["bind", "create"],
                }
            ],
        }
        root.apply(role).accepted()
        root.apply(
            {
                "apiVersion": "rbac.authorization.k8s.io/v1",
                "kind": "ClusterRoleBinding",
                "metadata": {"name": "binders"},
                "roleRef": {
                    "apiGroup": "rbac.authorization.k8s.io",
                    "kind": "ClusterRole",
                    "name": "binders",
                },
                "subjects": [group("binders")],
            }
        ).accepted()
        binder = root.as_user("kim", "binders")
        friends = group("oidc:friends")
        until(lambda: binder.create(role_binding(friends), dry=True).ok, "the binder may bind")

        for name in ("view", "edit", "admin", "cluster-admin"):
            made = role_binding(friends, role=("ClusterRole", name))
            binder.create(made, dry=True).refused_by(
                self.POLICY, "of ClusterRoles only tenancy:admin, tenancy:auditor"
            )

    @pytest.mark.parametrize(
        "made",
        [
            pytest.param(role_binding(group("oidc:acme-developers")), id="a group"),
            pytest.param(role_binding(account(WEB, "deployer")), id="an own service account"),
            pytest.param(
                role_binding(group("oidc:acme-leads"), role=("ClusterRole", "tenancy:admin")),
                id="admin",
            ),
        ],
    )
    def test_an_admin_hands_out_what_they_hold(self, admin, made):
        admin.create(made, dry=True).accepted()

    def test_a_good_binding_does_not_turn_bad(self, admin):
        mine = role_binding(group("oidc:friends"), name="mine")
        admin.create(mine).accepted()

        admin.patch(mine, {"subjects": [group("system:authenticated")]}).refused_by(
            self.POLICY, "subjects may not be named system:"
        )
        admin.delete(mine).accepted()


class TestRoles:
    POLICY = "tenancy-roles"

    def role(self, *, groups=("",), resources=("pods",), verbs=("get",)):
        return {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "Role",
            "metadata": {"name": "probe", "namespace": WEB},
            "rules": [
                {"apiGroups": list(groups), "resources": list(resources), "verbs": list(verbs)}
            ],
        }

    def test_an_admin_makes_roles_of_what_they_hold(self, admin):
        admin.create(self.role(), dry=True).accepted()

    @pytest.mark.parametrize(
        "change",
        [
            {"groups": ["*"]},
            {"resources": ["*"]},
            {"verbs": ["*"]},
            {"verbs": ["impersonate"], "resources": ["serviceaccounts"]},
            {"verbs": ["escalate"], "resources": ["roles"]},
            {"resources": ["resourcequotas"], "verbs": ["update"]},
        ],
        ids=str,
    )
    def test_kubernetes_lets_nobody_give_more(self, admin, change):
        admin.create(self.role(**change), dry=True).refused(
            "is attempting to grant RBAC permissions not currently held"
        )

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"groups": ["*"]}, "a role may have no wildcards"),
            ({"resources": ["*"]}, "a role may have no wildcards"),
            ({"verbs": ["*"]}, "a role may have no wildcards"),
            ({"verbs": ["impersonate"]}, "a role may not have the verbs escalate, bind"),
            ({"verbs": ["bind"]}, "a role may not have the verbs escalate, bind"),
        ],
        ids=str,
    )
    def test_the_policy_lets_nobody_either_who_may_escalate(self, root, change, reason):
        root.apply(
            {
                "apiVersion": "rbac.authorization.k8s.io/v1",
                "kind": "ClusterRole",
                "metadata": {"name": "escalators"},
                "rules": [
                    {
                        "apiGroups": ["rbac.authorization.k8s.io"],
                        "resources": ["roles"],
                        "verbs": ["create", "escalate"],
                    }
                ],
            }
        ).accepted()
        root.apply(
            {
                "apiVersion": "rbac.authorization.k8s.io/v1",
                "kind": "ClusterRoleBinding",
                "metadata": {"name": "escalators"},
                "roleRef": {
                    "apiGroup": "rbac.authorization.k8s.io",
                    "kind": "ClusterRole",
                    "name": "escalators",
                },
                "subjects": [group("escalators")],
            }
        ).accepted()
        escalator = root.as_user("kim", "escalators")
        until(lambda: escalator.create(self.role(), dry=True).ok, "they may create roles")

        escalator.create(self.role(**change), dry=True).refused_by(self.POLICY, reason)
