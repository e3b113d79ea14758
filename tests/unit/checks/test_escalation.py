"""Escalation: roles of a platform's own give no more than a namespace."""

import pytest

from tenancy.checks.escalation import role
from tenancy.model.roles import BUILT_IN, PUBLIC_READER
from tests.unit.builders import a_platform, findings, said


def of_rule(groups=("",), resources=("pods",), verbs=("get",), names=(), reason=None):
    """The findings of the checks about a role with one rule."""
    rule = {"apiGroups": list(groups), "resources": list(resources), "verbs": list(verbs)}
    if reason:
        rule["reason"] = reason
    if names:
        rule["resourceNames"] = list(names)
    return findings(platform=a_platform(roles={"peek": {"rules": [rule]}}))


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param({}, id="pods"),
        pytest.param({"resources": ["pods/exec"], "verbs": ["create"]}, id="a subresource"),
        pytest.param({"groups": ["", "apps"], "resources": ["pods", "deployments"]}, id="two"),
        pytest.param(
            {"groups": ["example.com"], "resources": ["roles"], "reason": "they are lists"},
            id="roles of another API group, with a reason",
        ),
        pytest.param(
            {"groups": ["gateway.networking.k8s.io"], "resources": ["httproutes"]},
            id="routes by host, which a guard checks",
        ),
        pytest.param({"groups": ["cilium.io"], "resources": ["ciliumnodes"]}, id="to read"),
        pytest.param({"resources": ["pods/status", "services/status"]}, id="to read a status"),
        pytest.param({"resources": ["namespaces"]}, id="to read one's namespace"),
        pytest.param({"resources": ["resourcequotas"], "verbs": ["list"]}, id="to read quotas"),
        pytest.param(
            {"groups": ["rbac.authorization.k8s.io"], "resources": ["roles"]},
            id="to read roles",
        ),
        pytest.param({"resources": ["secrets"], "names": ["one"]}, id="one secret"),
    ],
)
def test_what_stays_inside_a_namespace_is_allowed(rule):
    assert [] == of_rule(**rule)


RBAC = "rbac.authorization.k8s.io"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        pytest.param(
            {"groups": [RBAC], "resources": ["roles"], "verbs": ["escalate"]},
            [
                "Pulumi.platform.yaml: platform.roles.peek.rules[0].verbs "
                "[role-escalation] the verb escalate in the role peek, to write roles with "
                "more permissions than one's own; allowed: permissions within a namespace that "
                "do not affect its guardrails; remove it from the rule",
            ],
            id="escalate",
        ),
        pytest.param(
            {"groups": [RBAC], "resources": ["clusterroles"], "verbs": ["bind"]},
            [
                "Pulumi.platform.yaml: platform.roles.peek.rules[0].verbs "
                "[role-escalation] the verb bind in the role peek, to bind roles with more "
                "permissions than one's own; allowed: permissions within a namespace that do "
                "not affect its guardrails; remove it from the rule",
                "warning: Pulumi.platform.yaml: platform.roles.peek.rules[0].resources "
                "[role-cluster-scoped] clusterroles in the role peek; allowed: namespaced "
                "resources; this one is cluster-wide, so the rule has no effect; remove "
                "it",
            ],
            id="bind",
        ),
        pytest.param(
            {"resources": ["serviceaccounts"], "verbs": ["impersonate"]},
            [
                "Pulumi.platform.yaml: platform.roles.peek.rules[0].verbs "
                "[role-escalation] the verb impersonate in the role peek, to act as "
                "another user; allowed: permissions within a namespace that do not affect its "
                "guardrails; remove it from the rule",
            ],
            id="impersonate",
        ),
        pytest.param(
            {"resources": ["nodes/proxy"], "verbs": ["get"]},
            [
                "Pulumi.platform.yaml: platform.roles.peek.rules[0].resources "
                "[role-escalation] get nodes/proxy in the role peek, to reach every pod of a "
                "node without admission and audit; allowed: permissions within a namespace "
                "that do not affect its guardrails; remove it from the rule",
            ],
            id="nodes/proxy",
        ),
        pytest.param(
            {"resources": ["namespaces"], "verbs": ["get", "patch"]},
            [
                "Pulumi.platform.yaml: platform.roles.peek.rules[0].resources "
                "[role-escalation] get and patch namespaces in the role peek, to change "
                "labels by which policies select a namespace; allowed: permissions within a "
                "namespace that do not affect its guardrails; remove it from the rule",
            ],
            id="namespaces",
        ),
        pytest.param(
            {"resources": ["namespaces/status"], "verbs": ["update"]},
            [
                "Pulumi.platform.yaml: platform.roles.peek.rules[0].resources "
                "[role-escalation] update namespaces/status in the role peek, to change "
                "labels by which policies select a namespace; allowed: permissions within a "
                "namespace that do not affect its guardrails; remove it from the rule",
            ],
            id="their status",
        ),
        pytest.param(
            {"resources": ["namespaces/finalize"], "verbs": ["update"]},
            [
                "Pulumi.platform.yaml: platform.roles.peek.rules[0].resources "
                "[role-escalation] update namespaces/finalize in the role peek, to "
                "change labels by which policies select a namespace; allowed: permissions "
                "within a namespace that do not affect its guardrails; remove it from the rule",
            ],
            id="their end",
        ),
        pytest.param(
            {"resources": ["persistentvolumes"], "verbs": ["create"]},
            [
                "Pulumi.platform.yaml: platform.roles.peek.rules[0].resources "
                "[role-escalation] create persistentvolumes in the role peek, to mount paths "
                "of a node and volumes of others; allowed: permissions within a namespace that "
                "do not affect its guardrails; remove it from the rule",
            ],
            id="volumes",
        ),
        pytest.param(
            {"resources": ["resourcequotas"], "verbs": ["update"]},
            [
                "Pulumi.platform.yaml: platform.roles.peek.rules[0].resources "
                "[role-escalation] update resourcequotas in the role peek, to change "
                "one's own limits; allowed: permissions within a namespace that do not affect "
                "its guardrails; remove it from the rule",
            ],
            id="quotas",
        ),
        pytest.param(
            {"resources": ["limitranges"], "verbs": ["delete"]},
            [
                "Pulumi.platform.yaml: platform.roles.peek.rules[0].resources "
                "[role-escalation] delete limitranges in the role peek, to change one's "
                "own limits; allowed: permissions within a namespace that do not affect its "
                "guardrails; remove it from the rule",
            ],
            id="limit ranges",
        ),
        pytest.param(
            {"groups": [RBAC], "resources": ["rolebindings"], "verbs": ["create"]},
            [
                "Pulumi.platform.yaml: platform.roles.peek.rules[0].resources "
                "[role-escalation] create rolebindings in the role peek, to give permissions "
                "to others; allowed: permissions within a namespace that do not affect its "
                "guardrails; remove it from the rule",
            ],
            id="role bindings",
        ),
        pytest.param(
            {
                "groups": ["admissionregistration.k8s.io"],
                "resources": ["validatingwebhookconfigurations"],
                "verbs": ["create"],
            },
            [
                "Pulumi.platform.yaml: platform.roles.peek.rules[0].resources "
                "[role-escalation] create validatingwebhookconfigurations in the role "
                "peek, to change the admission control; allowed: permissions within a "
                "namespace that do not affect its guardrails; remove it from the rule",
            ],
            id="webhooks",
        ),
        pytest.param(
            {
                "groups": ["admissionregistration.k8s.io"],
                "resources": ["validatingadmissionpolicies"],
                "verbs": ["delete"],
            },
            [
                "Pulumi.platform.yaml: platform.roles.peek.rules[0].resources "
                "[role-escalation] delete validatingadmissionpolicies in the role peek, "
                "to change the admission control; allowed: permissions within a namespace that "
                "do not affect its guardrails; remove it from the rule",
            ],
            id="admission policies",
        ),
        pytest.param(
            {
                "groups": ["apiextensions.k8s.io"],
                "resources": ["customresourcedefinitions"],
                "verbs": ["create"],
            },
            [
                "Pulumi.platform.yaml: platform.roles.peek.rules[0].resources "
                "[role-escalation] create customresourcedefinitions in the role peek, "
                "to change custom resource definitions; allowed: permissions within a "
                "namespace that do not affect its guardrails; remove it from the rule",
            ],
            id="CRDs",
        ),
        pytest.param(
            {
                "groups": ["certificates.k8s.io"],
                "resources": ["certificatesigningrequests/approval"],
                "verbs": ["update"],
            },
            [
                "Pulumi.platform.yaml: platform.roles.peek.rules[0].resources "
                "[role-escalation] update certificatesigningrequests/approval in the "
                "role peek, to get a certificate for any user; allowed: permissions within a "
                "namespace that do not affect its guardrails; remove it from the rule",
            ],
            id="approval of certificates",
        ),
        pytest.param(
            {"resources": ["pods/binding"], "verbs": ["create"]},
            [
                "Pulumi.platform.yaml: platform.roles.peek.rules[0].resources "
                "[role-escalation] create pods/binding in the role peek, to place pods on any "
                "node without the scheduler; allowed: permissions within a namespace that do "
                "not affect its guardrails; remove it from the rule",
            ],
            id="the scheduler's work",
        ),
        pytest.param(
            {"resources": ["endpoints"], "verbs": ["update"]},
            [
                "Pulumi.platform.yaml: platform.roles.peek.rules[0].resources "
                "[role-escalation] update endpoints in the role peek, to send a "
                "service's traffic elsewhere; allowed: permissions within a namespace that do "
                "not affect its guardrails; remove it from the rule",
            ],
            id="others' traffic",
        ),
        pytest.param(
            {"groups": ["tenancy.dev"], "resources": ["managed"], "verbs": ["manage"]},
            [
                "Pulumi.platform.yaml: platform.roles.peek.rules[0].verbs "
                "[role-escalation] the verb manage in the role peek, to change what this "
                "tool manages; allowed: permissions within a namespace that do not affect its "
                "guardrails; remove it from the rule",
                "Pulumi.platform.yaml: platform.roles.peek.rules[0].resources "
                "[role-escalation] managed in the role peek, to change what this tool "
                "manages; allowed: permissions within a namespace that do not affect its "
                "guardrails; remove it from the rule",
            ],
            id="this tool's own right",
        ),
        pytest.param(
            {"groups": ["", RBAC], "resources": ["pods", "roles"], "verbs": ["patch"]},
            [
                "Pulumi.platform.yaml: platform.roles.peek.rules[0].resources "
                "[role-escalation] patch roles in the role peek, to give permissions to "
                "others; allowed: permissions within a namespace that do not affect its "
                "guardrails; remove it from the rule",
            ],
            id="hidden among others",
        ),
    ],
)
def test_what_reaches_further_is_refused(rule, expected):
    assert expected == of_rule(**rule)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        pytest.param(
            {"groups": ["*"]},
            [
                "Pulumi.platform.yaml: platform.roles.peek.rules[0].apiGroups "
                "[role-wildcard] '*' in apiGroups of the role peek; allowed: single names; a "
                "wildcard also matches what does not exist yet; write the apiGroups that are "
                "needed",
            ],
            id="groups",
        ),
        pytest.param(
            {"resources": ["*"]},
            [
                "Pulumi.platform.yaml: platform.roles.peek.rules[0].resources "
                "[role-wildcard] '*' in resources of the role peek; allowed: single names; a "
                "wildcard also matches what does not exist yet; write the resources that are "
                "needed",
            ],
            id="resources",
        ),
        pytest.param(
            {"resources": ["pods/*"]},
            [
                "Pulumi.platform.yaml: platform.roles.peek.rules[0].resources "
                "[role-wildcard] 'pods/*' in resources of the role peek; allowed: single "
                "names; a wildcard also matches what does not exist yet; write the resources "
                "that are needed",
            ],
            id="subresources",
        ),
        pytest.param(
            {"verbs": ["*"]},
            [
                "Pulumi.platform.yaml: platform.roles.peek.rules[0].verbs "
                "[role-wildcard] '*' in verbs of the role peek; allowed: single names; a "
                "wildcard also matches what does not exist yet; write the verbs that are "
                "needed",
            ],
            id="verbs",
        ),
        pytest.param(
            {"names": ["*"]},
            [
                "Pulumi.platform.yaml: platform.roles.peek.rules[0].resourceNames "
                "[role-wildcard] '*' in resourceNames of the role peek; allowed: single names; "
                "a wildcard also matches what does not exist yet; write the resourceNames that "
                "are needed",
            ],
            id="names",
        ),
    ],
)
def test_wildcards_are_refused(rule, expected):
    assert expected == of_rule(**rule)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        pytest.param(
            {"resources": ["pod"]},
            [
                "Pulumi.platform.yaml: platform.roles.peek.rules[0].resources "
                "[role-resource] the resource 'pod' of the role peek; allowed: plural "
                "names of the core group; did you mean 'pods'?",
            ],
            id="the singular",
        ),
        pytest.param(
            {"groups": [RBAC], "resources": ["role"], "verbs": ["create"]},
            [
                "Pulumi.platform.yaml: platform.roles.peek.rules[0].resources "
                "[role-resource] the resource 'role' of the role peek; allowed: plural "
                "names of the API group rbac.authorization.k8s.io; did you mean 'roles'?",
            ],
            id="the singular of what is refused",
        ),
        pytest.param(
            {"resources": ["Pods"]},
            [
                "Pulumi.platform.yaml: platform.roles.peek.rules[0].resources "
                "[role-resource] the resource 'Pods' of the role peek; allowed: plural "
                "names of the core group; did you mean 'pods'?",
            ],
            id="upper case",
        ),
        pytest.param(
            {"resources": ["deployments"]},
            [
                "Pulumi.platform.yaml: platform.roles.peek.rules[0].resources "
                "[role-resource] the resource 'deployments' of the role peek; allowed: "
                "plural names of the core group; it belongs to the API group apps",
            ],
            id="another group",
        ),
        pytest.param(
            {"resources": ["pods/logs"]},
            [
                "Pulumi.platform.yaml: platform.roles.peek.rules[0].resources "
                "[role-resource] the subresource 'pods/logs' of the role peek; allowed: "
                "pods/attach, pods/binding, pods/ephemeralcontainers, pods/eviction, "
                "pods/exec, pods/log, pods/portforward, pods/proxy, pods/resize, "
                "pods/status; did you mean 'pods/log'?",
            ],
            id="a subresource misspelt",
        ),
        pytest.param(
            {"groups": ["core"]},
            [
                "Pulumi.platform.yaml: platform.roles.peek.rules[0].apiGroups "
                "[role-group] the API group 'core' of the role peek; allowed: groups "
                'without a version, and "" for the core group; write ""',
            ],
            id="the core group by name",
        ),
        pytest.param(
            {"groups": ["apps/v1"], "resources": ["deployments"]},
            [
                "Pulumi.platform.yaml: platform.roles.peek.rules[0].apiGroups "
                "[role-group] the API group 'apps/v1' of the role peek; allowed: groups "
                'without a version, and "" for the core group; write apps',
            ],
            id="with a version",
        ),
        pytest.param(
            {"groups": ["app"], "resources": ["deployments"]},
            [
                "Pulumi.platform.yaml: platform.roles.peek.rules[0].apiGroups "
                "[role-group] the API group 'app' of the role peek; allowed: groups "
                'without a version, and "" for the core group; write apps',
            ],
            id="no group",
        ),
        pytest.param(
            {"verbs": ["read"]},
            [
                "Pulumi.platform.yaml: platform.roles.peek.rules[0].verbs [role-verb] "
                "the verb 'read' of the role peek; allowed: get, list, watch, create, "
                "update, patch, delete, deletecollection; did you mean 'create'?",
            ],
            id="no verb",
        ),
        pytest.param(
            {"verbs": []},
            [
                "Pulumi.platform.yaml: platform.roles.peek.rules[0] [role-rule-empty] a "
                "rule of the role peek without verbs; allowed: apiGroups, resources and "
                "verbs, at least one each; write verbs, or remove the rule",
            ],
            id="no verbs",
        ),
    ],
)
def test_a_rule_that_gives_nothing_is_refused(rule, expected):
    assert expected == of_rule(**rule)


def test_a_role_has_rules():
    assert [
        "Pulumi.platform.yaml: platform.roles.peek [role-rule-empty] the role peek without"
        " a rule; allowed: at least one rule; write what the role allows, or remove the role",
    ] == findings(platform=a_platform(roles={"peek": {"rules": []}}))


def test_tokens_and_what_is_in_no_namespace_are_warned_of():
    assert [
        "warning: Pulumi.platform.yaml: platform.roles.peek.rules[0].resources "
        "[role-token] tokens of service accounts in the role peek; allowed: "
        "roles that do not allow acting as another identity; remove it, unless members may act "
        "as every service account of the namespace",
    ] == of_rule(resources=["serviceaccounts/token"], verbs=["create"])
    assert [
        "warning: Pulumi.platform.yaml: platform.roles.peek.rules[0].resources "
        "[role-cluster-scoped] storageclasses in the role peek; allowed: "
        "namespaced resources; this one is cluster-wide, so the rule has no effect; remove it",
    ] == of_rule(groups=["storage.k8s.io"], resources=["storageclasses"])


@pytest.mark.parametrize("name", ["viewer", "developer", "public-reader"])
def test_the_built_in_roles_do_not_escalate(name):
    found = {**BUILT_IN, PUBLIC_READER.name: PUBLIC_READER}[name]

    assert [] == said(tuple(role(found)))


def test_an_admin_may_give_roles_and_take_tokens_in_their_own_namespaces_and_no_more():
    """Admission policies bound what an admin binds; a role of one's own may not go as far."""
    codes = [f"{v.code}: {v.found}" for v in role(BUILT_IN["admin"])]

    assert [
        "role-token: tokens of service accounts in the role admin",
        "role-escalation: get, list, watch, create, update, patch, delete and deletecollection"
        " rolebindings in the role admin, to give permissions to others",
        "role-escalation: get, list, watch, create, update, patch, delete and deletecollection"
        " roles in the role admin, to give permissions to others",
    ] == codes


@pytest.mark.parametrize(
    ("group", "resource", "why"),
    [
        ("cilium.io", "ciliumnetworkpolicies", "network policies"),
        ("crd.projectcalico.org", "networkpolicies", "network policies"),
        ("networking.istio.io", "virtualservices", "network policies"),
        ("security.istio.io", "authorizationpolicies", "network policies"),
        ("k8s.cni.cncf.io", "network-attachment-definitions", "network policies"),
        ("gateway.networking.k8s.io", "referencegrants", "hosts that admission cannot check"),
        ("gateway.networking.x-k8s.io", "xlistenersets", "hosts that admission cannot check"),
        ("gateway.networking.k8s.io", "tcproutes", "hosts that admission cannot check"),
        ("traefik.io", "ingressroutes", "hosts that admission cannot check"),
        ("externaldns.k8s.io", "dnsendpoints", "hosts that admission cannot check"),
        ("linkerd.io", "serviceprofiles", "network policies"),
        ("operators.coreos.com", "subscriptions", "applied by a deployer"),
        ("kubernetes.crossplane.io", "objects", "applied by a deployer"),
        ("hnc.x-k8s.io", "subnamespaceanchors", "applied by a deployer"),
        ("nfd.k8s-sigs.io", "nodefeatures", "to change nodes"),
        ("argoproj.io", "applications", "applied by a deployer"),
        ("kustomize.toolkit.fluxcd.io", "kustomizations", "applied by a deployer"),
        ("helm.cattle.io", "helmcharts", "applied by a deployer"),
        ("velero.io", "restores", "applied by a deployer"),
        ("kyverno.io", "policyexceptions", "to exempt objects from policies"),
        ("policies.kyverno.io", "policyexceptions", "to exempt objects from policies"),
        ("config.gatekeeper.sh", "configs", "to exempt objects from policies"),
        ("", "pods/status", "without the checks of the object"),
        ("", "services/status", "without the checks of the object"),
        ("networking.k8s.io", "ingresses/status", "without the checks of the object"),
        ("example.com", "widgets/status", "without the checks of the object"),
    ],
)
def test_no_role_writes_what_leads_past_the_guards(group, resource, why):
    """To read the same is allowed: the reason is needed for a group that is not known alone."""
    kept = {"groups": (group,), "resources": (resource,), "reason": "for a test"}
    assert [] == of_rule(**kept)

    (found,) = of_rule(**kept, verbs=("get", "create", "patch"))

    assert f"[role-escalation] get, create and patch {resource} in the role peek, to" in found
    assert why in found


@pytest.mark.parametrize("resource", ["pods/proxy", "services/proxy"])
@pytest.mark.parametrize("verb", ["get", "create"])
def test_no_role_reaches_pods_through_the_api_server(resource, verb):
    (found,) = of_rule(resources=(resource,), verbs=(verb,))

    assert f"{verb} {resource} in the role peek, to reach pods through the API server" in found
    assert [] == of_rule(resources=("pods/portforward",), verbs=(verb,))


@pytest.mark.parametrize(
    "verb",
    ["impersonate:user-info", "impersonate:arbitrary-node", "impersonate-on:user-info:list"],
)
def test_new_verbs_of_impersonation_are_refused_as_the_old_one(verb):
    (found,) = of_rule(resources=("serviceaccounts",), verbs=(verb,))

    assert f"[role-escalation] the verb {verb} in the role peek, to act as another" in found


def test_an_api_group_that_is_not_known_needs_a_reason():
    rule = {"groups": ("widgets.example",), "resources": ("widgets",)}

    assert [
        "Pulumi.platform.yaml: platform.roles.peek.rules[0].apiGroups [role-group-unknown]"
        " the API group 'widgets.example' of the role peek, whose objects may give"
        " permissions: Tenancy does not know them; allowed: API groups of Kubernetes; any"
        " other API group with a reason; write under reason why its controllers do nothing"
        " outside of the namespace"
    ] == of_rule(**rule)
    assert [] == of_rule(**rule, reason="its controller only writes into the same namespace")
