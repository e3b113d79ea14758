"""Namespaces with quotas, limits and objects that few have; `hard_world` has one more."""

from tests.cluster.stacks import charts_world as charts
from tests.cluster.stacks.hard_world import an_object

LONG = "rare-quotas-of-a-release-with-a-long-name-and-suffix-of-a-team"
NAMES = (LONG, "rare-no-quota")

CUSTOM = an_object(
    "apiextensions.k8s.io/v1",
    "CustomResourceDefinition",
    "widgets.rare.example.com",
    inside=None,
    spec={
        "group": "rare.example.com",
        "names": {"kind": "Widget", "plural": "widgets", "singular": "widget"},
        "scope": "Namespaced",
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "x-kubernetes-preserve-unknown-fields": True,
                    }
                },
            }
        ],
    },
)
QUOTAS = {
    "0.odd.name-1": {"requests.cpu": "1e1", "limits.memory": "0.5Ti"},
    "quota-1.team": {"count/widgets.rare.example.com": "5", "count/gone.example.com": "3"},
    "of-a-class-that-is-gone": {
        "gone.storageclass.storage.k8s.io/requests.storage": "10Gi",
        "requests.example.com/fpga": "2",
    },
}
LIMITS = {
    "first": [{"type": "Container", "default": {"cpu": "100m", "memory": "64Mi"}}],
    "second.of-two": [
        {"type": "Container", "max": {"memory": "2Gi"}, "defaultRequest": {"cpu": "10m"}},
        {"type": "Pod", "max": {"cpu": "8"}},
    ],
}
"""Two limit ranges, both of which hold."""


def everything() -> list[dict]:
    """Both, without quotas and objects of the custom kind, which is not served at once."""
    budget = {"maxUnavailable": "30%", "selector": {"matchLabels": {"app": "any"}}}
    found = [CUSTOM]
    for name in NAMES:
        plain, root = "plain-as-charts-are", "as-root"
        found += [
            an_object("v1", "Namespace", name, inside=None, metadata={"labels": {"rare": "1"}}),
            charts.a_workload("Deployment", name, plain),
            charts.a_workload("StatefulSet", name, root, {"securityContext": {}}),
            charts.a_workload(
                "Deployment", name, "of-the-host", hostNetwork=True, hostIPC=True
            ),
            an_object("policy/v1", "PodDisruptionBudget", "any", inside=name, spec=budget),
        ]
    found += [
        an_object("v1", "LimitRange", name, inside=LONG, spec={"limits": limits})
        for name, limits in LIMITS.items()
    ]
    return found


def custom_objects() -> list[dict]:
    """One of a custom kind in each, which its controller holds."""
    held = {"finalizers": ["rare.example.com/held"]}
    return [
        an_object("rare.example.com/v1", "Widget", "one", inside=name, metadata=held)
        for name in NAMES
    ]


def quotas() -> list[dict]:
    """Those of the first; once one counts a new kind, objects of it wait for the count."""
    return [
        an_object("v1", "ResourceQuota", name, inside=LONG, spec={"hard": hard})
        for name, hard in QUOTAS.items()
    ]
