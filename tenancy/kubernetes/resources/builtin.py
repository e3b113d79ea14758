"""
The resources that Kubernetes itself can count, by group, and the older quota keys.

Source: k8s.io/kubernetes v1.36.3, pkg/apis/core/helper/helpers.go (standard quota
resources) and pkg/quota/v1 (what is counted, what is ignored, and the aliases).
"""

from typing import Final

__all__ = [
    "CLUSTER_SCOPED",
    "COUNTABLE",
    "COUNT_ALIASES",
    "GROUPS",
    "OBJECT_COUNTS",
    "UNCOUNTED",
    "VIRTUAL",
]

GROUPS: Final[dict[str, frozenset[str]]] = {
    "": frozenset(
        {
            "configmaps",
            "endpoints",
            "limitranges",
            "persistentvolumeclaims",
            "pods",
            "podtemplates",
            "replicationcontrollers",
            "resourcequotas",
            "secrets",
            "serviceaccounts",
            "services",
        }
    ),
    "apps": frozenset(
        {"controllerrevisions", "daemonsets", "deployments", "replicasets", "statefulsets"}
    ),
    "autoscaling": frozenset({"horizontalpodautoscalers"}),
    "batch": frozenset({"cronjobs", "jobs"}),
    "coordination.k8s.io": frozenset({"leases"}),
    "discovery.k8s.io": frozenset({"endpointslices"}),
    "networking.k8s.io": frozenset({"ingresses", "networkpolicies"}),
    "policy": frozenset({"poddisruptionbudgets"}),
    "rbac.authorization.k8s.io": frozenset({"rolebindings", "roles"}),
    "resource.k8s.io": frozenset({"resourceclaims", "resourceclaimtemplates"}),
    "storage.k8s.io": frozenset({"csistoragecapacities"}),
}
"""Namespaced resources of Kubernetes that a quota can count, by group."""

COUNTABLE: Final = {
    resource: group for group, resources in GROUPS.items() for resource in resources
}
"""The group of each such resource, by plural name; no name is in two groups."""

UNCOUNTED: Final = frozenset({"bindings", "events", "localsubjectaccessreviews"})
"""Namespaced resources that quotas ignore."""

CLUSTER_SCOPED: Final = frozenset(
    {
        "apiservices",
        "certificatesigningrequests",
        "clusterrolebindings",
        "clusterroles",
        "componentstatuses",
        "csidrivers",
        "csinodes",
        "customresourcedefinitions",
        "deviceclasses",
        "flowschemas",
        "ingressclasses",
        "ipaddresses",
        "mutatingadmissionpolicies",
        "mutatingadmissionpolicybindings",
        "mutatingwebhookconfigurations",
        "namespaces",
        "nodes",
        "persistentvolumes",
        "priorityclasses",
        "prioritylevelconfigurations",
        "resourceslices",
        "runtimeclasses",
        "servicecidrs",
        "storageclasses",
        "validatingadmissionpolicies",
        "validatingadmissionpolicybindings",
        "validatingwebhookconfigurations",
        "volumeattachments",
        "volumeattributesclasses",
    }
)
"""Cluster-wide resources, which quotas do not count."""

VIRTUAL: Final = frozenset(
    {"apiextensions.k8s.io", "authentication.k8s.io", "authorization.k8s.io", "events.k8s.io"}
)
"""Groups of Kubernetes without countable resources."""

OBJECT_COUNTS: Final = (
    "configmaps",
    "persistentvolumeclaims",
    "pods",
    "replicationcontrollers",
    "resourcequotas",
    "secrets",
    "services",
    "services.loadbalancers",
    "services.nodeports",
)
"""The keys that count objects without `count/`; other resources have none."""

COUNT_ALIASES: Final = {
    f"count/{resource}": resource
    for resource in OBJECT_COUNTS
    if resource in GROUPS[""] and resource != "pods"
}
"""
Keys with the same count under both names.

Pods differ: `pods` excludes ended pods, `count/pods` includes them.
"""
