"""Limit ranges: figures in order, and what a pod that states nothing gets."""

import pytest

from tenancy.model.container_defaults import container_defaults
from tests.unit.builders import CONTAINER, QUOTA, a_profile, findings, the_namespace


def container(**fields):
    """The container limits with single figures changed, as default_cpu="1"; None removes."""
    limits = {field: dict(figures) for field, figures in CONTAINER.items()}
    for name, figure in fields.items():
        field, _, resource = name.rpartition("_")
        if figure is None:
            limits[field].pop(resource)
        else:
            limits.setdefault(field, {})[resource] = figure
    return limits


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({"min_cpu": "100m"}, [], id="min = defaultRequest"),
        pytest.param(
            {"min_cpu": "101m"},
            [
                "Pulumi.dev.yaml: profiles.standard.limitRange.container.min.cpu "
                "[limit-range-order] min 101m of cpu, and defaultRequest 100m; allowed: "
                "min ≤ defaultRequest ≤ default ≤ max; lower min to 100m, or raise "
                "defaultRequest",
            ],
            id="min > defaultRequest",
        ),
        pytest.param({"defaultRequest_cpu": "250m"}, [], id="defaultRequest = default"),
        pytest.param(
            {"defaultRequest_cpu": "251m"},
            [
                "Pulumi.dev.yaml: "
                "profiles.standard.limitRange.container.defaultRequest.cpu "
                "[limit-range-order] defaultRequest 251m of cpu, and default 250m; "
                "allowed: min ≤ defaultRequest ≤ default ≤ max; lower defaultRequest to "
                "250m, or raise default",
            ],
            id="defaultRequest > default",
        ),
        pytest.param({"default_cpu": "500m"}, [], id="default = max"),
        pytest.param(
            {"default_memory": "513Mi"},
            [
                "Pulumi.dev.yaml: profiles.standard.limitRange.container.default.memory "
                "[limit-range-order] default 513Mi of memory, and max 512Mi; allowed: "
                "min ≤ defaultRequest ≤ default ≤ max; lower default to 512Mi, or raise "
                "max",
            ],
            id="default > max",
        ),
        pytest.param(
            {"default_cpu": None, "defaultRequest_cpu": None, "min_cpu": "501m"},
            [
                "Pulumi.dev.yaml: profiles.standard.limitRange.container.min.cpu "
                "[limit-range-order] min 501m of cpu, and max 500m; allowed: min ≤ "
                "defaultRequest ≤ default ≤ max; lower min to 500m, or raise max",
            ],
            id="min > max with nothing between",
        ),
    ],
)
def test_figures_are_min_then_default_request_then_default_then_max(fields, expected):
    assert expected == findings(profile=a_profile(container=container(**fields)))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param(
            {"maxLimitRequestRatio_cpu": "2500m"}, [], id="exactly what defaults have"
        ),
        pytest.param(
            {"maxLimitRequestRatio_cpu": "2499m"},
            [
                "Pulumi.dev.yaml: "
                "profiles.standard.limitRange.container.maxLimitRequestRatio.cpu "
                "[bare-pod-refused] a default of 250m over a default request of 100m of "
                "cpu, more than the ratio 2499m; allowed: values with which a pod without "
                "requests and limits is admitted; raise defaultRequest, lower default, or "
                "raise "
                "the ratio",
            ],
            id="less than defaults have",
        ),
        pytest.param(
            {"maxLimitRequestRatio_cpu": "1"},
            [
                "Pulumi.dev.yaml: "
                "profiles.standard.limitRange.container.maxLimitRequestRatio.cpu "
                "[bare-pod-refused] a default of 250m over a default request of 100m of "
                "cpu, more than the ratio 1; allowed: values with which a pod without requests "
                "and limits is admitted; raise defaultRequest, lower default, or raise "
                "the ratio",
            ],
            id="1, with room between",
        ),
        pytest.param(
            {"maxLimitRequestRatio_cpu": "1", "default_cpu": "100m"}, [], id="1, with none"
        ),
        pytest.param({"maxLimitRequestRatio_cpu": "50"}, [], id="exactly max/min"),
        pytest.param(
            {"maxLimitRequestRatio_cpu": "51"},
            [
                "Pulumi.dev.yaml: "
                "profiles.standard.limitRange.container.maxLimitRequestRatio.cpu "
                "[limit-range-ratio] a ratio of 51 of cpu; allowed: at most max/min, "
                "500m / 10m; lower the ratio, or widen min and max",
            ],
            id="more than max/min",
        ),
        pytest.param(
            {"maxLimitRequestRatio_cpu": "0.5"},
            [
                "Pulumi.dev.yaml: "
                "profiles.standard.limitRange.container.maxLimitRequestRatio.cpu "
                "[limit-range-ratio] cpu: 0.5 is less than 1: a limit is never "
                "smaller than its request; allowed: a ratio of 1 or more; write 1 or more",
            ],
            id="less than 1",
        ),
        pytest.param(
            {"maxLimitRequestRatio_ephemeral-storage": "2"},
            [
                "Pulumi.dev.yaml: "
                "profiles.standard.limitRange.container.maxLimitRequestRatio.ephemeral-storage "
                "[bare-pod-refused] a ratio of 2 of ephemeral-storage, and no default "
                "for both request and limit; allowed: values with which a pod without requests "
                "and limits is admitted; write default and defaultRequest of "
                "ephemeral-storage for containers",
            ],
            id="nothing to compare",
        ),
    ],
)
def test_a_ratio_can_be_kept_by_a_pod_without_figures(fields, expected):
    assert expected == findings(profile=a_profile(container=container(**fields)))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param(
            {"max_nvidia.com/gpu": "4"},
            [
                "Pulumi.dev.yaml: "
                'profiles.standard.limitRange.container.max["nvidia.com/gpu"] '
                "[limit-range-gpu] 'nvidia.com/gpu' in max of the type Container; "
                "allowed: resources that this type can limit; a limit range adds an extended "
                "resource to every pod that does not request it; grant GPUs under gpus, and "
                "remove the value here",
            ],
            id="a GPU",
        ),
        pytest.param(
            {"default_requests.nvidia.com/gpu": "4"},
            [
                "Pulumi.dev.yaml: "
                'profiles.standard.limitRange.container.default["requests.nvidia.com/gpu"] '
                "[limit-range-gpu] 'requests.nvidia.com/gpu' in default of the type "
                "Container; allowed: resources that this type can limit; a limit range adds an "
                "extended resource to every pod that does not request it; grant GPUs under "
                "gpus, and remove the value here",
            ],
            id="a GPU's quota key",
        ),
        pytest.param(
            {"max_pods": "4"},
            [
                "Pulumi.dev.yaml: profiles.standard.limitRange.container.max.pods "
                "[limit-range-resource] 'pods' in max of the type Container; allowed: "
                "resources that this type can limit; a Container does not have this resource; "
                "write "
                "cpu, memory or ephemeral-storage",
            ],
            id="no resource of a container",
        ),
        pytest.param(
            {"default_memory": "250m"},
            [
                "Pulumi.dev.yaml: profiles.standard.limitRange.container.default.memory "
                "[limit-range-quantity] memory: bytes are written without n, u "
                "and m: 250m is a fraction of a byte; allowed: an amount that Kubernetes "
                "counts; correct the amount",
            ],
            id="a fraction of a byte",
        ),
    ],
)
def test_only_resources_of_containers_are_limited(fields, expected):
    found = findings(profile=a_profile(container=container(**fields)))

    assert expected == [f for f in found if "limit-range-" in f and "order" not in f]


def with_limits(**limit_range):
    return {"quota": QUOTA, "limitRange": {"container": CONTAINER, **limit_range}}


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        pytest.param({"pod": {"max": {"cpu": "250m"}}}, [], id="max = default"),
        pytest.param(
            {"pod": {"max": {"cpu": "249m"}}},
            [
                "Pulumi.dev.yaml: profiles.standard.limitRange.pod.max.cpu "
                "[bare-pod-refused] a max of 249m of cpu for pods, and a container's "
                "default of 250m; allowed: values with which a pod without requests and limits "
                "is admitted; lower the default to 249m, or raise the max of pods",
            ],
            id="max < default",
        ),
        pytest.param({"pod": {"min": {"memory": "128Mi"}}}, [], id="min = default request"),
        pytest.param(
            {"pod": {"min": {"memory": "129Mi"}}},
            [
                "Pulumi.dev.yaml: profiles.standard.limitRange.pod.min.memory "
                "[bare-pod-refused] a min of 129Mi of memory for pods, and a container's "
                "default request of 128Mi; allowed: values with which a pod without requests "
                "and limits is admitted; raise defaultRequest to 129Mi, or lower the min of "
                "pods",
            ],
            id="min > default request",
        ),
        pytest.param(
            {"pod": {"max": {"ephemeral-storage": "1Gi"}}},
            [
                "Pulumi.dev.yaml: profiles.standard.limitRange.pod.max.ephemeral-storage "
                "[bare-pod-refused] a max of 1Gi of ephemeral-storage for pods, and no "
                "default for containers; allowed: values with which a pod without requests and "
                "limits is admitted; write default of ephemeral-storage for containers",
            ],
            id="max without a default",
        ),
        pytest.param(
            {"pod": {"min": {"ephemeral-storage": "1Gi"}}},
            [
                "Pulumi.dev.yaml: profiles.standard.limitRange.pod.min.ephemeral-storage "
                "[bare-pod-refused] a min of 1Gi of ephemeral-storage for pods, and no "
                "default for containers; allowed: values with which a pod without requests and "
                "limits is admitted; write defaultRequest of ephemeral-storage for "
                "containers",
            ],
            id="min without a default",
        ),
        pytest.param(
            {"pod": {"maxLimitRequestRatio": {"cpu": "2"}}},
            [
                "Pulumi.dev.yaml: "
                "profiles.standard.limitRange.pod.maxLimitRequestRatio.cpu "
                "[bare-pod-refused] a default of 250m over a default request of 100m of "
                "cpu, more than the ratio 2; allowed: values with which a pod without requests "
                "and limits is admitted; raise defaultRequest, lower default, or raise "
                "the ratio",
            ],
            id="a ratio of pods",
        ),
    ],
)
def test_a_pod_without_figures_keeps_the_bounds_of_pods(limits, expected):
    assert expected == findings(profile=with_limits(**limits))


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        pytest.param({"max": {"storage": "1Gi"}}, [], id="max"),
        pytest.param({"min": {"storage": "1Gi"}}, [], id="min"),
        pytest.param(
            {},
            [
                "Pulumi.dev.yaml: profiles.standard.limitRange.persistentVolumeClaim"
                " [limit-range-claim] a limit range for claims without min and max of"
                " storage; allowed: min or max of storage, or both; write min or max, or"
                " remove persistentVolumeClaim",
            ],
            id="neither",
        ),
        pytest.param(
            {"max": {"cpu": "1"}},
            [
                "Pulumi.dev.yaml: "
                "profiles.standard.limitRange.persistentVolumeClaim.max.cpu "
                "[limit-range-resource] 'cpu' in max of the type PersistentVolumeClaim; "
                "allowed: resources that this type can limit; only storage can be limited for "
                "a "
                "PersistentVolumeClaim; write 'storage'",
                "Pulumi.dev.yaml: profiles.standard.limitRange.persistentVolumeClaim"
                " [limit-range-claim] a limit range for claims without min and max of"
                " storage; allowed: min or max of storage, or both; write min or max, or"
                " remove persistentVolumeClaim",
            ],
            id="no storage",
        ),
        pytest.param(
            {"max": {"storage": "1Gi"}, "maxLimitRequestRatio": {"storage": "2"}},
            [
                "Pulumi.dev.yaml: profiles.standard.limitRange"
                ".persistentVolumeClaim.maxLimitRequestRatio.storage "
                "[limit-range-field] maxLimitRequestRatio for the type "
                "PersistentVolumeClaim; allowed: max, min; remove it: it has no effect "
                "or is refused",
            ],
            id="a ratio that nobody looks at",
        ),
        pytest.param(
            {"min": {"storage": "2Gi"}, "max": {"storage": "1Gi"}},
            [
                "Pulumi.dev.yaml: "
                "profiles.standard.limitRange.persistentVolumeClaim.min.storage "
                "[limit-range-order] min 2Gi of storage, and max 1Gi; allowed: min ≤ "
                "defaultRequest ≤ default ≤ max; lower min to 1Gi, or raise max",
            ],
            id="out of order",
        ),
    ],
)
def test_claims_have_a_min_or_a_max_of_storage(claim, expected):
    assert expected == findings(profile=with_limits(persistentVolumeClaim=claim))


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        pytest.param({"default_cpu": None}, [], id="max is the default"),
        pytest.param({"defaultRequest_cpu": None}, [], id="default is the default request"),
        pytest.param(
            {"default_cpu": None, "max_cpu": None},
            [
                'Pulumi.dev.yaml: profiles.standard.quota["limits.cpu"] '
                "[quota-needs-default] limits.cpu, and no default of cpu for containers; "
                "allowed: a quota on CPU or memory together with defaults, because every "
                "container must then specify it; write limitRange.container.default.cpu",
            ],
            id="no limit at all",
        ),
        pytest.param(
            {
                "default_cpu": None,
                "max_cpu": None,
                "defaultRequest_cpu": None,
                "min_cpu": None,
            },
            [
                'Pulumi.dev.yaml: profiles.standard.quota["requests.cpu"] '
                "[quota-needs-default] requests.cpu, and no defaultRequest of cpu for "
                "containers; allowed: a quota on CPU or memory together with defaults, because "
                "every container must then specify it; write "
                "limitRange.container.defaultRequest.cpu",
                'Pulumi.dev.yaml: profiles.standard.quota["limits.cpu"] '
                "[quota-needs-default] limits.cpu, and no default of cpu for containers; "
                "allowed: a quota on CPU or memory together with defaults, because every "
                "container must then specify it; write limitRange.container.default.cpu",
            ],
            id="no figure at all",
        ),
    ],
)
def test_a_quota_on_cpu_or_memory_stands_beside_defaults(missing, expected):
    assert expected == findings(profile=a_profile(container=container(**missing)))


def test_a_quota_on_cpu_or_memory_without_a_limit_range_is_refused():
    assert [
        'Pulumi.dev.yaml: profiles.standard.quota["requests.cpu"] '
        "[quota-needs-default] requests.cpu, and no defaultRequest of cpu for "
        "containers; allowed: a quota on CPU or memory together with defaults, because every "
        "container must then specify it; write "
        "limitRange.container.defaultRequest.cpu",
        'Pulumi.dev.yaml: profiles.standard.quota["requests.memory"] '
        "[quota-needs-default] requests.memory, and no defaultRequest of memory "
        "for containers; allowed: a quota on CPU or memory together with defaults, because "
        "every container must then specify it; write "
        "limitRange.container.defaultRequest.memory",
        'Pulumi.dev.yaml: profiles.standard.quota["limits.cpu"] '
        "[quota-needs-default] limits.cpu, and no default of cpu for containers; "
        "allowed: a quota on CPU or memory together with defaults, because every container "
        "must then specify it; write limitRange.container.default.cpu",
        'Pulumi.dev.yaml: profiles.standard.quota["limits.memory"] '
        "[quota-needs-default] limits.memory, and no default of memory for "
        "containers; allowed: a quota on CPU or memory together with defaults, because every "
        "container must then specify it; write "
        "limitRange.container.default.memory",
    ] == findings(profile=a_profile(container=None))


def test_a_quota_on_objects_alone_needs_no_defaults():
    assert [] == findings(profile={"quota": {"pods": "20", "requests.storage": "10Gi"}})


@pytest.mark.parametrize(
    ("quota", "limits", "expected"),
    [
        pytest.param({"limits.cpu": "500m", "requests.cpu": "500m"}, {}, [], id="max = quota"),
        pytest.param(
            {"limits.cpu": "499m", "requests.cpu": "499m"},
            {},
            [
                "Pulumi.dev.yaml: profiles.standard.limitRange.container.max.cpu "
                "[limit-range-over-quota] max 500m of cpu for each Container, and "
                "limits.cpu 499m for the whole namespace; allowed: bounds of one object up to "
                "the quota of the namespace; lower max to 499m, or raise the quota",
            ],
            id="max > quota",
        ),
        pytest.param(
            {"requests.storage": "9Gi"},
            {"persistentVolumeClaim": {"max": {"storage": "10Gi"}}},
            [
                "Pulumi.dev.yaml: "
                "profiles.standard.limitRange.persistentVolumeClaim.max.storage "
                "[limit-range-over-quota] max 10Gi of storage for each "
                "PersistentVolumeClaim, and requests.storage 9Gi for the whole "
                "namespace; allowed: bounds of one object up to the quota of the namespace; "
                "lower max to 9Gi, or raise the quota",
            ],
            id="a claim",
        ),
        pytest.param(
            {},
            {"pod": {"max": {"cpu": "4001m"}}},
            [
                "Pulumi.dev.yaml: profiles.standard.limitRange.pod.max.cpu "
                "[limit-range-over-quota] max 4001m of cpu for each Pod, and limits.cpu "
                "4 for the whole namespace; allowed: bounds of one object up to the quota of "
                "the namespace; lower max to 4, or raise the quota",
            ],
            id="a pod",
        ),
    ],
)
def test_the_largest_object_fits_the_quota(quota, limits, expected):
    profile = with_limits(**limits)

    assert expected == findings(profile={**profile, "quota": {**QUOTA, **quota}})


@pytest.mark.parametrize(
    ("limits", "requests", "limited"),
    [
        pytest.param(CONTAINER, "100m", "250m", id="as written"),
        pytest.param({"max": {"cpu": "2"}}, "2", "2", id="max alone"),
        pytest.param({"min": {"cpu": "2"}}, "2", None, id="min alone"),
        pytest.param({"default": {"cpu": "2"}}, "2", "2", id="default alone"),
        pytest.param({"min": {"cpu": "1"}, "max": {"cpu": "2"}}, "2", "2", id="min and max"),
        pytest.param({"defaultRequest": {"cpu": "1"}}, "1", None, id="default request alone"),
    ],
)
def test_a_bare_container_gets_what_the_server_injects(limits, requests, limited):
    """The rows are those that were tried on a live API server."""
    bare = container_defaults(the_namespace(profile=a_profile(container=limits)).limit_ranges)

    assert requests == str(bare.requests["cpu"])
    assert limited == (str(bare.limits["cpu"]) if "cpu" in bare.limits else None)
