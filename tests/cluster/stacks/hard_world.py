"""A namespace with much that is rare in one namespace and common in a cluster."""

from collections.abc import Mapping

NAME = "a-name-of-63-characters-that-a-chart-made-of-a-release-and-team"
"""The longest possible one."""
RBAC = "rbac.authorization.k8s.io"
NET = "networking.k8s.io/v1"

HARDENED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "runAsUser": 1000,
    "seccompProfile": {"type": "RuntimeDefault"},
}


def an_object(
    version: str, kind: str, name: str, *, inside: str | None = NAME, **body: object
) -> dict:
    metadata = {"name": name, **body.pop("metadata", {})}  # type: ignore[dict-item]
    if inside:
        metadata["namespace"] = inside
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **body}


def a_pod(name: str, container: Mapping[str, object] = {}, **spec: object) -> dict:
    """A pod template that `restricted` admits, but for what is given."""
    metadata = {"labels": {"app": name}, **spec.pop("metadata", {})}  # type: ignore[dict-item]
    amounts = {"cpu": "10m", "memory": "32Mi"}
    given = {
        "name": "c",
        "image": "i",
        "resources": {"requests": amounts, "limits": amounts},
        "securityContext": HARDENED,
        **container,
    }
    return {
        "metadata": metadata,
        "spec": {"automountServiceAccountToken": False, "containers": [given], **spec},
    }


def a_pod_of(template: Mapping[str, dict], namespace: str) -> dict:
    """The pod that a controller creates from *template*."""
    metadata = {**template["metadata"], "generateName": "x-", "namespace": namespace}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata,
        "spec": template["spec"],
    }


VOLUME = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
PLAIN = {
    # A sidecar with a named port, as service meshes add.
    "sidecar": a_pod(
        "sidecar",
        initContainers=[
            {
                "name": "proxy",
                "image": "i",
                "restartPolicy": "Always",
                "ports": [{"name": "https", "containerPort": 8443}],
                "resources": {
                    "requests": {"cpu": "10m", "memory": "32Mi"},
                    "limits": {"cpu": "20m", "memory": "32Mi"},
                },
                "securityContext": HARDENED,
            }
        ],
    ),
    "best-effort": a_pod("best-effort", {"resources": {}}),
    "projected": a_pod(
        "projected",
        volumes=[
            {
                "name": "t",
                "projected": {"sources": [{"downwardAPI": {"items": []}}]},
            }
        ],
    ),
}
"""Pods that start again after enforcement."""

REFUSED = {
    "injected": a_pod(
        "injected", metadata={"annotations": {"vault.hashicorp.com/agent-inject": "true"}}
    ),
    "sandboxed": a_pod("sandboxed", runtimeClassName="gvisor"),
    "volcano": a_pod("volcano", schedulerName="volcano"),
    "patient": a_pod("patient", terminationGracePeriodSeconds=864000),
    "fpga": a_pod("fpga", {"resources": {"limits": {"example.com/fpga": "1"}}}),
    "scratch": a_pod(
        "scratch",
        volumes=[
            {
                "name": "v",
                "ephemeral": {
                    "volumeClaimTemplate": {"spec": {**VOLUME, "storageClassName": "local"}}
                },
            }
        ],
    ),
    "everywhere": a_pod("everywhere", tolerations=[{"operator": "Exists"}]),
    "host": a_pod("host", {"ports": [{"containerPort": 80, "hostPort": 80}]}),
    "root": a_pod("root", {"securityContext": {"privileged": True}}),
    "long-lived": a_pod(
        "long-lived",
        volumes=[
            {
                "name": "t",
                "projected": {
                    "sources": [
                        {"serviceAccountToken": {"path": "t", "expirationSeconds": 31536000}}
                    ]
                },
            }
        ],
    ),
}
"""Pods that policies refuse once the namespace is enforced, each for another reason."""


def of_pods() -> list[dict]:
    """A Deployment of each, and kinds that make pods in other ways."""
    found = []
    for name, template in {**PLAIN, **REFUSED}.items():
        selector = {"matchLabels": {"app": name}}
        spec = {"replicas": 1, "selector": selector, "template": template}
        found.append(an_object("apps/v1", "Deployment", name, spec=spec))
    claims = [{"metadata": {"name": "data"}, "spec": {**VOLUME, "storageClassName": "local"}}]
    selector = {"matchLabels": {"app": "db"}}
    once = a_pod("once", restartPolicy="Never")
    return [
        *found,
        an_object(
            "apps/v1",
            "StatefulSet",
            "db",
            spec={
                "serviceName": "headless",
                "selector": selector,
                "template": a_pod("db"),
                "volumeClaimTemplates": claims,
            },
        ),
        an_object(
            "batch/v1",
            "CronJob",
            "nightly",
            spec={"schedule": "0 3 * * *", "jobTemplate": {"spec": {"template": once}}},
        ),
        an_object("batch/v1", "Job", "suspended", spec={"suspend": True, "template": once}),
    ]


def traffic() -> list[dict]:
    """Services of every type, addresses by hand, and network policies of every form."""
    selector = {"app": "sidecar"}
    ports = [{"port": 443, "targetPort": "https"}]
    slice_ = {
        "addressType": "FQDN",
        "endpoints": [{"addresses": ["db.example.com"]}],
        "ports": [{"port": 5432}],
    }
    named = {"metadata": {"labels": {"kubernetes.io/service-name": "by-hand"}}}
    block = {"cidr": "0.0.0.0/0", "except": ["10.1.0.0/16"]}
    return [
        an_object(
            "v1",
            "Service",
            "hook",
            spec={"selector": selector, "ports": ports, "ipFamilyPolicy": "PreferDualStack"},
        ),
        an_object(
            "v1", "Service", "headless", spec={"clusterIP": "None", "selector": {"app": "db"}}
        ),
        an_object(
            "v1",
            "Service",
            "node",
            spec={"type": "NodePort", "selector": selector, "ports": ports},
        ),
        an_object(
            "v1",
            "Service",
            "outside",
            spec={"type": "ExternalName", "externalName": "db.example.com"},
        ),
        an_object("v1", "Service", "by-hand", spec={"ports": [{"port": 5432}]}),
        an_object("discovery.k8s.io/v1", "EndpointSlice", "by-hand", **named, **slice_),
        an_object(
            NET,
            "NetworkPolicy",
            "own",
            spec={
                "podSelector": {"matchExpressions": [{"key": "app", "operator": "Exists"}]},
                "policyTypes": ["Ingress"],
                "ingress": [
                    {
                        "from": [{"ipBlock": block}, {"namespaceSelector": {}}],
                        "ports": [{"port": "https"}, {"port": 8000, "endPort": 8100}],
                    }
                ],
            },
        ),
        # It has the name of one of Tenancy, and denies less.
        an_object(
            NET,
            "NetworkPolicy",
            "default-deny",
            spec={"podSelector": {}, "policyTypes": ["Ingress"]},
        ),
        an_object(
            "policy/v1",
            "PodDisruptionBudget",
            "db",
            spec={"minAvailable": "100%", "selector": {"matchLabels": {"app": "db"}}},
        ),
        an_object(
            "autoscaling/v2",
            "HorizontalPodAutoscaler",
            "sidecar",
            spec={
                "maxReplicas": 3,
                "scaleTargetRef": {
                    "apiVersion": "apps/v1",
                    "kind": "Deployment",
                    "name": "sidecar",
                },
            },
        ),
    ]


def limits() -> list[dict]:
    """Quotas with scopes and classes, and limits of every type."""
    by_class = {"scopeName": "PriorityClass", "operator": "In", "values": ["high"]}
    return [
        an_object("v1", "ResourceQuota", "objects", spec={"hard": {"count/secrets": "100"}}),
        an_object(
            "v1",
            "ResourceQuota",
            "best-effort",
            spec={"hard": {"pods": "5"}, "scopes": ["BestEffort"]},
        ),
        an_object(
            "v1",
            "ResourceQuota",
            "high",
            spec={
                "hard": {"pods": "3", "requests.cpu": "500m"},
                "scopeSelector": {"matchExpressions": [by_class]},
            },
        ),
        an_object(
            "v1",
            "ResourceQuota",
            "storage",
            spec={"hard": {"local.storageclass.storage.k8s.io/requests.storage": "50Gi"}},
        ),
        an_object(
            "v1",
            "LimitRange",
            "of-every-type",
            spec={
                "limits": [
                    {
                        "type": "Container",
                        "max": {"cpu": "2"},
                        "default": {"cpu": "100m", "memory": "64Mi"},
                        "defaultRequest": {"cpu": "50m", "memory": "32Mi"},
                        "maxLimitRequestRatio": {"cpu": "8"},
                    },
                    {"type": "Pod", "max": {"memory": "4Gi"}, "min": {"cpu": "1m"}},
                    {"type": "PersistentVolumeClaim", "max": {"storage": "10Gi"}},
                ]
            },
        ),
    ]


def access() -> list[dict]:
    """Bindings of every kind of subject, a role with wildcards, and a token for ever."""

    def binding(name: str, kind: str, role: str, *subjects: dict) -> dict:
        reference = {"apiGroup": RBAC, "kind": kind, "name": role}
        return an_object(
            f"{RBAC}/v1", "RoleBinding", name, roleRef=reference, subjects=[*subjects]
        )

    group = {"apiGroup": RBAC, "kind": "Group"}
    return [
        an_object(
            f"{RBAC}/v1",
            "Role",
            "wide",
            rules=[{"apiGroups": [""], "resources": ["*"], "verbs": ["get"]}],
        ),
        binding("members", "ClusterRole", "edit", {**group, "name": "oidc:devs"}),
        binding("all", "ClusterRole", "view", {**group, "name": "system:authenticated"}),
        binding(
            "foreign",
            "Role",
            "wide",
            {"kind": "ServiceAccount", "namespace": "ci", "name": "bot"},
        ),
        an_object(
            "v1",
            "Secret",
            "for-ever",
            metadata={"annotations": {"kubernetes.io/service-account.name": "default"}},
            type="kubernetes.io/service-account-token",
        ),
        an_object("v1", "ConfigMap", "env", data={"NVIDIA_VISIBLE_DEVICES": "all"}),
    ]


def everything() -> list[dict]:
    """The namespace with all of it, and what it needs of the cluster."""
    by_tools = {
        "app.kubernetes.io/managed-by": "Helm",
        "argocd.argoproj.io/instance": "hard",
        "kustomize.toolkit.fluxcd.io/name": "hard",
    }
    hook = {
        "name": "hook.example.com",
        "clientConfig": {"service": {"name": "hook", "namespace": NAME}, "caBundle": ""},
        "admissionReviewVersions": ["v1"],
        "sideEffects": "None",
        "failurePolicy": "Ignore",
        # It matches nothing here.
        "rules": [
            {
                "apiGroups": ["hard.example.com"],
                "apiVersions": ["*"],
                "operations": ["CREATE"],
                "resources": ["nothing"],
            }
        ],
    }
    return [
        an_object(
            "v1",
            "Namespace",
            NAME,
            inside=None,
            metadata={
                "labels": {"team": "hard", **by_tools},
                "finalizers": ["example.com/held"],
            },
        ),
        an_object("node.k8s.io/v1", "RuntimeClass", "gvisor", inside=None, handler="runsc"),
        an_object("scheduling.k8s.io/v1", "PriorityClass", "high", inside=None, value=1000),
        *access(),
        *limits(),
        *traffic(),
        *of_pods(),
        an_object(
            "admissionregistration.k8s.io/v1",
            "ValidatingWebhookConfiguration",
            "hard",
            inside=None,
            webhooks=[hook],
        ),
    ]


ANNOUNCED = {
    "ConfigMap/env",
    "EndpointSlice/by-hand",
    "NetworkPolicy/own",
    "PersistentVolumeClaim/data-db-0",
    "PodDisruptionBudget/db",
    "Role/wide",
    "RoleBinding/all",
    "RoleBinding/foreign",
    "Secret/for-ever",
    "Service/node",
    "Service/outside",
    "StatefulSet/db",
}
"""Objects that stay, and whose changes or likes are refused."""
