"""What is on the cluster before it is attacked: older than the guards, or made by members."""

from collections.abc import Mapping

from tests.cluster.security import objects as make
from tests.cluster.security.objects import FULL, LAB, RDMA, TRAIN, WEB, Object

__all__ = [
    "AUDITED",
    "CHANGEABLE",
    "CLOSED_CLASS",
    "EDGE",
    "EDGE_CLASS",
    "FILLERS",
    "OLDER_GATEWAY_API",
    "SERVED_CLASS",
    "UNCOUNTED_CLASS",
    "WORKLOADS",
    "classes",
    "custom_kinds",
    "edges",
    "finalized",
    "gateway_api",
    "older_objects",
    "seeds",
]

EDGE = "acme-edge"


AUDITED = "acme-audited"
"""A namespace in audit, where the guards only warn."""


CLOSED_CLASS, SERVED_CLASS = "closed.example.com", "served.example.com"
"""Device classes: of a resource that nobody is granted, and of `nvidia.com/gpu`."""


EDGE_CLASS = "edge.example.com"
"""A device class of no resource, which the namespace that operators opened is granted."""


UNCOUNTED_CLASS = "uncounted.example.com"
"""A device class without a resource, under whose name that namespace has one all the same."""


OLDER_GATEWAY_API: Mapping[str, str] = {
    "Gateway": "v1beta1",
    "HTTPRoute": "v1beta1",
    "GRPCRoute": "v1alpha2",
    "TLSRoute": "v1alpha2",
    "ReferenceGrant": "v1beta1",
}
"""Guarded kinds of the Gateway API, with the version that is served beside `v1`."""


FILLERS: Mapping[str, Object] = {
    "configmaps": make.config_map(FULL),
    "secrets": make.config_map(FULL, kind="Secret"),
    "services": make.service(FULL),
    "persistentvolumeclaims": make.volume_claim(FULL),
    "pods": make.pod(FULL),
    "count/serviceaccounts": make.service_account(FULL),
    "count/deployments.apps": make.workload("Deployment", FULL),
    "count/replicasets.apps": make.workload("ReplicaSet", FULL),
    "count/statefulsets.apps": make.workload("StatefulSet", FULL),
    "count/daemonsets.apps": make.workload("DaemonSet", FULL),
    "replicationcontrollers": make.workload("ReplicationController", FULL),
    "count/jobs.batch": make.workload("Job", FULL),
    "count/cronjobs.batch": make.workload("CronJob", FULL),
    "count/horizontalpodautoscalers.autoscaling": make.autoscaler(FULL),
    "count/poddisruptionbudgets.policy": make.disruption_budget(FULL),
    "count/ingresses.networking.k8s.io": make.ingress(FULL),
    "count/networkpolicies.networking.k8s.io": make.network_policy(FULL),
    "count/roles.rbac.authorization.k8s.io": make.role(FULL),
    "count/rolebindings.rbac.authorization.k8s.io": make.binding(namespace=FULL),
    "resourcequotas": make.quota(FULL),
}
"""One object of each kind that the quotas count; the names are quota keys."""


WORKLOADS = (
    "ReplicationController",
    "DaemonSet",
    "Deployment",
    "ReplicaSet",
    "StatefulSet",
    "Job",
    "CronJob",
)
"""The kinds with a template of pods."""
CHANGEABLE = ("Deployment", "ReplicaSet", "StatefulSet", "CronJob")
"""Those that a quota allows, and whose template may be changed."""


def seeds() -> list[Object]:
    """Return what members made themselves, and all that is well with it."""
    four = make.named(make.gpus(4), "seed-gpus")
    # It is counted, and waits for ever: the sandbox's nodes belong to no pool.
    four["spec"]["nodeSelector"] = {make.POOL: "h100"}
    balanced = make.service(
        TRAIN, "seed-balancer", type="LoadBalancer", allocateLoadBalancerNodePorts=False
    )
    points = make.thing(
        "discovery.k8s.io/v1", "EndpointSlice", "seed", WEB, addressType="IPv4", endpoints=[]
    )
    gated = make.pod(TRAIN, "seed-gated", schedulingGates=[{"name": "example.com/wait"}])
    excepted = [
        make.pod(RDMA, "seed"),
        *(make.named(make.workload(kind, RDMA), "seed") for kind in CHANGEABLE),
    ]
    audited = make.pod(AUDITED, "seed")
    return [four, balanced, points, gated, audited, *excepted] + [
        make.named(found, "seed")
        for found in (
            make.pod(),
            make.service(),
            make.config_map(),
            make.config_map(kind="Secret"),
            make.network_policy(),
            make.role(),
            make.binding(),
            make.service_account(),
            make.volume_claim(),
            make.ingress(),
            make.gateway(),
            *map(make.route_of, make.ROUTES),
            make.reference_grant(),
            make.disruption_budget(),
            make.workload("Deployment"),
            make.workload("CronJob"),
            make.autoscaler(),
            make.notebook(),
            make.device_claim(),
            make.device_claim_template(),
        )
    ]


def older_objects() -> Mapping[str, Object]:
    """Return what is older than the guards, by the guard that would refuse it today."""
    main = {
        "env": [{"name": "NVIDIA_VISIBLE_DEVICES", "value": "all"}],
        "imagePullPolicy": "Never",
    }
    pod = make.pod(
        EDGE,
        main=main,
        nodeSelector={make.POOL: "h100"},
        annotations={"cdi.k8s.io/devices": "nvidia.com/gpu=all"},
        terminationGracePeriodSeconds=10**6,
        hostIPC=True,
    )
    service = make.annotated(make.service(EDGE, type="NodePort"))
    ingress = make.annotated(make.ingress(EDGE, host="elsewhere.example"))
    gateway = make.annotated(make.gateway(EDGE, host="elsewhere.example"))
    found = {
        "tenancy-pods": pod,
        "tenancy-pod-names": pod,
        "tenancy-pod-security": pod,
        "tenancy-image-pull": pod,
        "tenancy-placement": pod,
        "tenancy-pod-annotations": pod,
        "tenancy-device-environment": make.config_map(EDGE, NVIDIA_VISIBLE_DEVICES="YQ=="),
        "tenancy-workload-names": _stopped("Deployment"),
        "tenancy-cron-job-names": _stopped("CronJob"),
        "tenancy-service-annotations": service,
        "tenancy-services": service,
        "tenancy-ingress-annotations": ingress,
        "tenancy-ingresses": ingress,
        "tenancy-finalizers": finalized(make.config_map(EDGE, "finalized")),
        "tenancy-gateway-annotations": gateway,
        "tenancy-gateways": gateway,
        "tenancy-gateway-references": make.reference_grant(EDGE, of=LAB),
        "tenancy-routes": make.route(EDGE, host="elsewhere.example"),
        "tenancy-disruption-budgets": make.disruption_budget(EDGE, maxUnavailable=0),
        "tenancy-network-policies": make.network_policy(EDGE, ingress=[{}]),
        "tenancy-roles": make.role(EDGE, verbs=("*",)),
        "tenancy-role-bindings": make.binding(
            make.group("oidc:old"), namespace=EDGE, to=("ClusterRole", "view")
        ),
    }
    return {
        guard: make.named(one, "older-object") if one["metadata"]["name"] == "probe" else one
        for guard, one in found.items()
    }


def finalized(found: Object) -> Object:
    """Return *found* with a finalizer that no controller removes."""
    return {**found, "metadata": {**found["metadata"], "finalizers": ["example.com/mine"]}}


def _stopped(kind: str) -> Object:
    """Return a workload without pods, whose pods no guard would let through."""
    template = make.pod(EDGE, terminationGracePeriodSeconds=10**6)
    found = make.workload(kind, EDGE, template=template)
    found["spec"] |= {"suspend": True} if kind == "CronJob" else {"replicas": 0}
    return found


def edges() -> list[Object]:
    """Return namespaces that operators made: wider than the checks let, in audit, outside."""
    uncounted = f"{UNCOUNTED_CLASS}:4:4:nvidia.com/gpu"
    bounds = {
        f"{make.DOMAIN}/max-per-pod": "nvidia.com/gpu=4",
        f"{make.DOMAIN}/device-bounds": uncounted,
    }
    edge = make.space(
        EDGE,
        labels={
            **make.MANAGED,
            make.ORGANIZATION: "acme",
            "resource.kubernetes.io/admin-access": "true",
        },
        annotations={
            f"{make.DOMAIN}/egress-cidrs": "168.0.0.0/7,fc00::/7",
            f"{make.DOMAIN}/device-classes": f"{EDGE_CLASS},{UNCOUNTED_CLASS}",
            f"{make.DOMAIN}/device-bounds": uncounted,
            f"{make.DOMAIN}/hosts": "acme.example",
            f"{make.DOMAIN}/load-balancers": "true",
            f"{make.DOMAIN}/ingress-peers": f"{make.NAME}=router;app=edge;;TCP/8080-8080",
            f"{make.DOMAIN}/egress-peers": f"{make.NAME}=database;;;TCP/5432-5432",
            f"{make.DOMAIN}/ingress-blocks": "203.0.113.0/24;;;TCP/443-443",
            f"{make.DOMAIN}/egress-blocks": "198.51.100.0/24;;;TCP/443-443",
        },
    )
    leads = make.binding(
        make.group("oidc:acme-leads"), namespace=EDGE, to=("ClusterRole", "tenancy:admin")
    )
    # No role of the platform may have this right; with it, the guard itself has to answer.
    writers = make.role(
        EDGE,
        "gateway-writers",
        groups=("gateway.networking.k8s.io",),
        resources=("gateways",),
        verbs=("get", "patch"),
    )
    may_write = make.binding(
        make.group("oidc:acme-leads"),
        namespace=EDGE,
        name="gateway-writers",
        to=("Role", "gateway-writers"),
    )
    audited = make.space(
        AUDITED,
        labels={
            **make.MANAGED,
            make.ORGANIZATION: "acme",
            f"{make.DOMAIN}/enforcement": "audit",
        },
        annotations=bounds,
    )
    # The bounds of the others have no effect here: no organization lives in it.
    outside = make.space("default", annotations=bounds)
    return [edge, leads, writers, may_write, audited, outside]


def classes() -> list[Object]:
    """Return a runtime class, and device classes whose claims the scheduler makes for pods."""
    return [
        make.thing("node.k8s.io/v1", "RuntimeClass", "nvidia-legacy", handler="nvidia"),
        *_device_classes(),
    ]


def gateway_api() -> list[Object]:
    """Return the guarded kinds of the Gateway API, in two versions, with any fields."""
    group = "gateway.networking.k8s.io"
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    definitions = [
        make.thing(
            "apiextensions.k8s.io/v1",
            "CustomResourceDefinition",
            f"{kind.lower()}s.{group}",
            spec={
                "group": group,
                "names": {"kind": kind, "plural": f"{kind.lower()}s"},
                "scope": "Namespaced",
                "versions": [
                    {
                        "name": version,
                        "served": True,
                        "storage": version == "v1",
                        "schema": {"openAPIV3Schema": anything},
                    }
                    for version in ("v1", older)
                ],
            },
        )
        for kind, older in OLDER_GATEWAY_API.items()
    ]
    for definition in definitions:
        # The API server asks for it in groups of Kubernetes.
        definition["metadata"]["annotations"] = {
            "api-approved.kubernetes.io": "unapproved, these are for tests"
        }
    return definitions


def custom_kinds() -> list[Object]:
    """Return the custom kind that the platform lets members write."""
    group = "ml.example.com"
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {
        "name": "v1",
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": anything},
    }
    spec = {
        "group": group,
        "names": {"kind": "Notebook", "plural": "notebooks"},
        "scope": "Namespaced",
        "versions": [version],
    }
    kind = "CustomResourceDefinition"
    return [make.thing("apiextensions.k8s.io/v1", kind, f"notebooks.{group}", spec=spec)]


def _device_classes() -> list[Object]:
    return [
        make.thing(
            "resource.k8s.io/v1",
            "DeviceClass",
            name,
            spec={
                **({"extendedResourceName": resource} if resource else {}),
                "selectors": [{"cel": {"expression": "device.driver == 'example.com'"}}],
            },
        )
        for name, resource in (
            (CLOSED_CLASS, "closed.example.com/gpu"),
            (SERVED_CLASS, "nvidia.com/gpu"),
            (EDGE_CLASS, None),
            (UNCOUNTED_CLASS, None),
        )
    ]
