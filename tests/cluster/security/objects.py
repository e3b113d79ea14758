"""Objects that every guardrail allows, except for what a test gives."""

import copy
from collections.abc import Mapping

WEB, TRAIN, LAB, FULL = "acme-web", "acme-train", "globex-lab", "initech-full"
RDMA = "globex-rdma"
"""The namespace with an exception from Pod Security."""

DOMAIN = "tenancy.dev"
MANAGED = {f"{DOMAIN}/managed": "true"}
POOL = f"{DOMAIN}/gpu-pool"
ORGANIZATION = f"{DOMAIN}/organization"
RBAC = "rbac.authorization.k8s.io"
NAME = "kubernetes.io/metadata.name"
RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
}
POD_SECURITY = {
    "runAsNonRoot": True,
    "runAsUser": 1000,
    "seccompProfile": {"type": "RuntimeDefault"},
}

Object = dict


def thing(
    api_version: str, kind: str, name: str, namespace: str | None = None, **body
) -> Object:
    """Return an object."""
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **body}


def container(name: str = "main", *, security: Mapping | None = None, **more) -> Object:
    """Return a container that Pod Security's `restricted` lets through."""
    return {
        "name": name,
        "image": "example.com/image:1",
        "imagePullPolicy": "Always",
        "resources": {
            "limits": {"cpu": "200m", "memory": "64Mi"},
            "requests": {"cpu": "100m", "memory": "64Mi"},
        },
        "securityContext": {**RESTRICTED, **(security or {})},
        **more,
    }


def pod(
    namespace: str = WEB,
    name: str = "probe",
    *,
    main: Mapping | None = None,
    security: Mapping | None = None,
    annotations: Mapping | None = None,
    **spec,
) -> Object:
    """Return a pod."""
    found = thing(
        "v1",
        "Pod",
        name,
        namespace,
        spec={
            "securityContext": {**POD_SECURITY, **(security or {})},
            "containers": [container(**(main or {}))],
            **spec,
        },
    )
    if annotations:
        found["metadata"]["annotations"] = dict(annotations)
    return found


def asking(namespace: str = WEB, *, limits: Mapping | None = None, **requests) -> Object:
    """Return a pod that asks for resources, written as `requests_cpu="1"` is not."""
    found = pod(namespace)
    resources = found["spec"]["containers"][0]["resources"]
    resources["requests"].update(requests)
    resources["limits"].update({**requests, **(limits or {})})
    return found


def gpus(count: int, namespace: str = TRAIN, resource: str = "nvidia.com/gpu") -> Object:
    """Return a pod that asks for GPUs."""
    return asking(namespace, **{resource: str(count)})


def workload(
    kind: str, namespace: str = WEB, name: str = "probe", template: Object | None = None
) -> Object:
    """Return a workload whose pods every guardrail allows."""
    labels = {"app": name}
    spec = copy.deepcopy((template or pod())["spec"])
    if kind in {"Job", "CronJob"}:
        spec["restartPolicy"] = "Never"
    written = {"metadata": {"labels": labels}, "spec": spec}
    if kind == "Job":
        return thing(
            "batch/v1", kind, name, namespace, spec={"suspend": True, "template": written}
        )
    if kind == "CronJob":
        job = {"spec": {"template": written}}
        return thing(
            "batch/v1",
            kind,
            name,
            namespace,
            spec={"schedule": "0 0 1 1 *", "suspend": True, "jobTemplate": job},
        )
    body = {"selector": {"matchLabels": labels}, "template": written}
    if kind != "DaemonSet":
        body["replicas"] = 0
    if kind == "StatefulSet":
        body["serviceName"] = name
    if kind == "ReplicationController":
        body["selector"] = labels
        return thing("v1", kind, name, namespace, spec=body)
    return thing("apps/v1", kind, name, namespace, spec=body)


def service(namespace: str = WEB, name: str = "probe", **spec) -> Object:
    """Return a Service."""
    body = {"ports": [{"port": 80, "protocol": "TCP"}], "selector": {"app": "probe"}, **spec}
    return thing("v1", "Service", name, namespace, spec=body)


def config_map(
    namespace: str = WEB, name: str = "probe", *, kind: str = "ConfigMap", **data
) -> Object:
    """Return a ConfigMap, or a Secret."""
    return thing("v1", kind, name, namespace, data=data or {"harmless": "YWxs"})


def network_policy(namespace: str = WEB, name: str = "probe", **spec) -> Object:
    """Return a NetworkPolicy."""
    body = {"podSelector": {}, **(spec or {"policyTypes": ["Ingress"]})}
    return thing("networking.k8s.io/v1", "NetworkPolicy", name, namespace, spec=body)


def role(
    namespace: str = WEB,
    name: str = "probe",
    *,
    groups: tuple = ("",),
    resources: tuple = ("pods",),
    verbs: tuple = ("get",),
) -> Object:
    """Return a Role with one rule."""
    rule = {"apiGroups": list(groups), "resources": list(resources), "verbs": list(verbs)}
    return thing(f"{RBAC}/v1", "Role", name, namespace, rules=[rule])


def binding(
    *subjects: Object,
    namespace: str = WEB,
    name: str = "probe",
    to: tuple = ("ClusterRole", "tenancy:viewer"),
) -> Object:
    """Return a RoleBinding."""
    reference = {"apiGroup": RBAC, "kind": to[0], "name": to[1]}
    return thing(
        f"{RBAC}/v1",
        "RoleBinding",
        name,
        namespace,
        roleRef=reference,
        subjects=list(subjects or (group("oidc:friends"),)),
    )


def group(name: str) -> Object:
    return {"apiGroup": RBAC, "kind": "Group", "name": name}


def user(name: str) -> Object:
    return {"apiGroup": RBAC, "kind": "User", "name": name}


def account(namespace: str, name: str) -> Object:
    return {"kind": "ServiceAccount", "name": name, "namespace": namespace}


def volume_claim(
    namespace: str = WEB, name: str = "probe", *, of: str = "standard", size: str = "1Gi"
) -> Object:
    """Return a PersistentVolumeClaim."""
    return thing(
        "v1",
        "PersistentVolumeClaim",
        name,
        namespace,
        spec={
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": of,
            "resources": {"requests": {"storage": size}},
        },
    )


def device_claim(
    namespace: str = LAB, name: str = "probe", *, of: str = "gpu.nvidia.com", count: int = 1
) -> Object:
    """Return a ResourceClaim."""
    request = {"name": "one", "exactly": {"deviceClassName": of, "count": count}}
    return thing(
        "resource.k8s.io/v1",
        "ResourceClaim",
        name,
        namespace,
        spec={"devices": {"requests": [request]}},
    )


def device_claim_template(namespace: str = LAB, name: str = "probe") -> Object:
    """Return a ResourceClaimTemplate."""
    spec = device_claim()["spec"]
    return thing(
        "resource.k8s.io/v1", "ResourceClaimTemplate", name, namespace, spec={"spec": spec}
    )


def ingress(namespace: str = WEB, name: str = "probe", *, host: str = "", **spec) -> Object:
    """Return an Ingress for a host, by default that of the namespace's organization."""
    backend = {"service": {"name": "probe", "port": {"number": 80}}}
    organization = namespace.partition("-")[0]
    rule = {
        "host": host or f"{organization}.example",
        "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]},
    }
    body = {"ingressClassName": "public", "rules": [rule], **spec}
    return thing("networking.k8s.io/v1", "Ingress", name, namespace, spec=body)


def gateway(namespace: str = WEB, name: str = "probe", *, host: str = "", **spec) -> Object:
    """Return a Gateway for a host, by default that of the namespace's organization."""
    host = host or f"{namespace.partition('-')[0]}.example"
    listener = {"name": "web", "hostname": host, "port": 80, "protocol": "HTTP"}
    body = {"gatewayClassName": "public", "listeners": [listener], **spec}
    return thing("gateway.networking.k8s.io/v1", "Gateway", name, namespace, spec=body)


def route(
    namespace: str = WEB,
    name: str = "probe",
    *,
    kind: str = "HTTPRoute",
    host: str = "",
    **spec,
) -> Object:
    """Return a route for a host, by default that of the namespace's organization."""
    body = {"hostnames": [host or f"{namespace.partition('-')[0]}.example"], **spec}
    return thing("gateway.networking.k8s.io/v1", kind, name, namespace, spec=body)


def reference_grant(namespace: str = WEB, name: str = "probe", *, of: str = WEB) -> Object:
    """Return a ReferenceGrant that lets routes of the namespace *of* name Services."""
    api = "gateway.networking.k8s.io"
    source = {"group": api, "kind": "HTTPRoute", "namespace": of}
    spec = {"from": [source], "to": [{"group": "", "kind": "Service"}]}
    return thing(f"{api}/v1", "ReferenceGrant", name, namespace, spec=spec)


ROUTES = ("HTTPRoute", "GRPCRoute", "TLSRoute")


def route_of(kind: str) -> Object:
    """Return a route of *kind*."""
    return route(kind=kind)


def notebook(namespace: str = WEB, name: str = "probe") -> Object:
    """Return an object of a custom kind that the platform lets members write."""
    # Its template is a name, and no template of pods.
    return thing("ml.example.com/v1", "Notebook", name, namespace, spec={"template": "a"})


def autoscaler(namespace: str = WEB, name: str = "probe") -> Object:
    """Return a HorizontalPodAutoscaler."""
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "probe"}
    return thing(
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
        name,
        namespace,
        spec={"scaleTargetRef": target, "maxReplicas": 2},
    )


def disruption_budget(namespace: str = WEB, name: str = "probe", **spec) -> Object:
    """Return a PodDisruptionBudget."""
    spec = {**(spec or {"minAvailable": 1}), "selector": {"matchLabels": {"app": "probe"}}}
    return thing("policy/v1", "PodDisruptionBudget", name, namespace, spec=spec)


def service_account(namespace: str = WEB, name: str = "probe") -> Object:
    """Return a ServiceAccount."""
    return thing("v1", "ServiceAccount", name, namespace)


def quota(namespace: str = WEB, name: str = "probe") -> Object:
    """Return a ResourceQuota."""
    return thing("v1", "ResourceQuota", name, namespace, spec={"hard": {"pods": "99"}})


def space(name: str, **metadata) -> Object:
    """Return a Namespace."""
    found = thing("v1", "Namespace", name)
    found["metadata"].update(metadata)
    return found


def annotated(found: Object) -> Object:
    """Return *found* with an annotation that a service mesh obeys."""
    made = copy.deepcopy(found)
    made["metadata"]["annotations"] = {"linkerd.io/inject": "a"}
    return made


def named(found: Object, name: str) -> Object:
    """Return *found* under another name."""
    made = copy.deepcopy(found)
    made["metadata"]["name"] = name
    return made


def labelled(found: Object, labels: Mapping) -> Object:
    """Return *found* with further labels."""
    made = copy.deepcopy(found)
    made["metadata"]["labels"] = {**made["metadata"].get("labels", {}), **labels}
    return made


def token_volume(seconds: int, audience: str = "vault") -> Object:
    """Return a volume with a service account's token that lasts for *seconds*."""
    source = {"audience": audience, "expirationSeconds": seconds, "path": "token"}
    return {"name": "token", "projected": {"sources": [{"serviceAccountToken": source}]}}
