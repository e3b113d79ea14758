"""Quota keys, scopes and limits: what Kubernetes enforces, and what it only stores."""

import pickle

import pytest

from tenancy.diagnostics.errors import TenancyError
from tenancy.kubernetes.quantity import Quantity
from tenancy.kubernetes.resources import (
    InvalidResourceError,
    KeyKind,
    LimitField,
    LimitType,
    Operator,
    Scope,
    Unit,
    check_limit_quantity,
    check_quantity,
    conflicting_scopes,
    expression_reason,
    is_gpu,
    limit_fields,
    parse_limit_resource,
    parse_quota_key,
    scope_reason,
)

C, E, P, N = KeyKind.COMPUTE, KeyKind.EPHEMERAL, KeyKind.PODS, KeyKind.OBJECTS
S, H, X, D = KeyKind.STORAGE, KeyKind.HUGEPAGES, KeyKind.EXTENDED, KeyKind.DEVICES
COUNT, CPU, BYTES = Unit.COUNT, Unit.CPU, Unit.BYTES
GOLD = "gold.storageclass.storage.k8s.io"
GPU_CLASS = "gpu.nvidia.com.deviceclass.resource.k8s.io/devices"

KEYS = [
    # text, name, kind, unit, requests, limits
    ("cpu", "requests.cpu", C, CPU, "cpu", None),
    ("requests.cpu", "requests.cpu", C, CPU, "cpu", None),
    ("limits.cpu", "limits.cpu", C, CPU, None, "cpu"),
    ("memory", "requests.memory", C, BYTES, "memory", None),
    ("requests.memory", "requests.memory", C, BYTES, "memory", None),
    ("limits.memory", "limits.memory", C, BYTES, None, "memory"),
    ("ephemeral-storage", "requests.ephemeral-storage", E, BYTES, "ephemeral-storage", None),
    ("requests.ephemeral-storage",) * 2 + (E, BYTES, "ephemeral-storage", None),
    ("limits.ephemeral-storage",) * 2 + (E, BYTES, None, "ephemeral-storage"),
    ("pods", "pods", P, COUNT, None, None),
    ("count/pods", "count/pods", N, COUNT, None, None),
    *[
        (text, text, N, COUNT, None, None)
        for text in (
            "configmaps",
            "persistentvolumeclaims",
            "replicationcontrollers",
            "resourcequotas",
            "secrets",
            "services",
            "services.loadbalancers",
            "services.nodeports",
            "count/deployments.apps",
            "count/jobs.batch",
            "count/cronjobs.batch",
            "count/ingresses.networking.k8s.io",
            "count/networkpolicies.networking.k8s.io",
            "count/rolebindings.rbac.authorization.k8s.io",
            "count/resourceclaims.resource.k8s.io",
            "count/resourceclaimtemplates.resource.k8s.io",
            "count/serviceaccounts",
            # Of custom resources nothing is known but their form.
            "count/widgets.example.com",
            "count/jobs.batch.volcano.sh",
            "count/gateways.gateway.networking.k8s.io",
            "count/networkpolicies.crd.projectcalico.org",
            "count/ingresses.networking.internal.knative.dev",
        )
    ],
    ("count/services", "services", N, COUNT, None, None),
    ("count/secrets", "secrets", N, COUNT, None, None),
    ("requests.storage", "requests.storage", S, BYTES, "storage", None),
    (f"{GOLD}/requests.storage",) * 2 + (S, BYTES, "storage", None),
    (f"{GOLD}/persistentvolumeclaims",) * 2 + (S, COUNT, None, None),
    ("hugepages-2Mi", "requests.hugepages-2Mi", H, BYTES, "hugepages-2Mi", None),
    ("requests.hugepages-1Gi",) * 2 + (H, BYTES, "hugepages-1Gi", None),
    ("requests.nvidia.com/gpu",) * 2 + (X, COUNT, "nvidia.com/gpu", None),
    ("requests.nvidia.com/gpu.shared",) * 2 + (X, COUNT, "nvidia.com/gpu.shared", None),
    ("requests.nvidia.com/mig-1g.10gb",) * 2 + (X, COUNT, "nvidia.com/mig-1g.10gb", None),
    ("requests.amd.com/gpu",) * 2 + (X, COUNT, "amd.com/gpu", None),
    ("requests.example.com/dongle",) * 2 + (X, COUNT, "example.com/dongle", None),
    ("requests.rdma/hca_shared",) * 2 + (X, COUNT, "rdma/hca_shared", None),
    (GPU_CLASS, GPU_CLASS, D, COUNT, None, None),
    ("requests.deviceclass.resource.kubernetes.io/h100",) * 2
    + (X, COUNT, "deviceclass.resource.kubernetes.io/h100", None),
]


@pytest.mark.parametrize(
    ("text", "name", "kind", "unit", "requests", "limits"),
    [pytest.param(*row, id=row[0]) for row in KEYS],
)
def test_every_key_that_kubernetes_enforces_is_known(text, name, kind, unit, requests, limits):
    key = parse_quota_key(text)

    assert (text, name, kind, unit) == (key.text, key.name, key.kind, key.unit)
    assert (requests, limits) == (key.requests_resource, key.limits_resource)
    assert text == str(key)


REFUSED = [
    # text, what is meant, a part of the reason
    ("nvidia.com/gpu", "requests.nvidia.com/gpu", "under requests. only"),
    ("limits.nvidia.com/gpu", "requests.nvidia.com/gpu", "under requests. only"),
    ("nvidia.com/mig-1g.10gb", "requests.nvidia.com/mig-1g.10gb", "under requests. only"),
    ("limits.nvidia.com/GPU", "requests.nvidia.com/gpu", "under requests. only"),
    ("requests.nvidia.com/GPU", "requests.nvidia.com/gpu", "no device plugin"),
    ("requests.nvidia.com/gpus", "requests.nvidia.com/gpu", "no device plugin"),
    ("requests.nvidia.com/gpu-shared", "requests.nvidia.com/gpu.shared", "no device plugin"),
    ("requests.nvidia.com/MIG-1g.10gb", "requests.nvidia.com/mig-1g.10gb", "no device plugin"),
    ("requests.nvidia.com/mig-1g.10GB", "requests.nvidia.com/mig-1g.10gb", "no device plugin"),
    ("requests.amd.com/GPU", "requests.amd.com/gpu", "no device plugin"),
    ("requests.NVIDIA.com/gpu", "requests.nvidia.com/gpu", "not a domain in lower case"),
    ("requests.limits.nvidia.com/gpu", "requests.nvidia.com/gpu", "requests. twice"),
    ("requests.foo.kubernetes.io/x", None, "not extended resources"),
    ("gpu", "requests.nvidia.com/gpu", "vendor"),
    ("requests.gpu", "requests.nvidia.com/gpu", "vendor"),
    ("storage", "requests.storage", "under requests. only"),
    ("limits.storage", "requests.storage", "under requests. only"),
    ("requests.cpus", "requests.cpu", "no such key"),
    ("Requests.CPU", "requests.cpu", "no such key"),
    ("cpu\n", "cpu", "no such key"),
    ("pod", "pods", "no such key"),
    ("services.loadbalancer", "services.loadbalancers", "no such key"),
    ("", None, "no such key"),
    ("qqqqqqqqqqqq", None, "no such key"),
    ("deployments", "count/deployments.apps", "count/ only"),
    ("resourceclaims", "count/resourceclaims.resource.k8s.io", "count/ only"),
    ("serviceaccounts", "count/serviceaccounts", "count/ only"),
    ("count/resourceclaims", "count/resourceclaims.resource.k8s.io", "resource.k8s.io"),
    (
        "count/ResourceClaims.resource.k8s.io",
        "count/resourceclaims.resource.k8s.io",
        "plural name in lower case",
    ),
    ("count/deployments", "count/deployments.apps", "in the group apps"),
    ("count/deployment.apps", "count/deployments.apps", "does not have namespaced deployment"),
    ("count/deployments.extensions", "count/deployments.apps", "no group extensions"),
    ("count/pods.apps", "count/pods", "does not have namespaced pods"),
    ("count/pod", "count/pods", "core group"),
    ("count/ingresses.network.k8s.io", "count/ingresses.networking.k8s.io", "no group"),
    ("count/nodes", None, "are cluster-wide"),
    ("count/clusterroles.rbac.authorization.k8s.io", None, "are cluster-wide"),
    ("count/events", None, "does not count"),
    ("count/events.events.k8s.io", None, "does not count"),
    ("count/", None, "after the /"),
    ("count/pods/exec", "count/pods", "before the /"),
    (f"count/{'a' * 61}.io", None, "1 to 63 characters"),
    (f"{GOLD}/storage", f"{GOLD}/requests.storage", "storage class"),
    (f"{GOLD}/persistentvolumeclaim", f"{GOLD}/persistentvolumeclaims", "storage class"),
    ("GOLD.storageclass.storage.k8s.io/requests.storage", None, "lower case"),
    (
        "x.deviceclass.resource.k8s.io/device",
        "x.deviceclass.resource.k8s.io/devices",
        "device class",
    ),
    ("hugepages-2048Ki", "hugepages-2Mi", "counted as 2Mi"),
    ("requests.hugepages-1024Mi", "requests.hugepages-1Gi", "counted as 1Gi"),
    ("limits.hugepages-2Mi", "requests.hugepages-2Mi", "under requests. only"),
    ("hugepages-big", "hugepages-2Mi", "not a quantity"),
    ("hugepages-0", "hugepages-2Mi", "whole number of bytes"),
]


@pytest.mark.parametrize(
    ("text", "meant", "reason"), [pytest.param(*row, id=ascii(row[0])) for row in REFUSED]
)
def test_a_key_that_would_limit_nothing_is_refused_and_the_right_one_named(text, meant, reason):
    with pytest.raises(InvalidResourceError) as caught:
        parse_quota_key(text)

    assert reason in caught.value.reason
    assert meant == caught.value.nearest
    if meant is not None:
        assert repr(meant) in caught.value.remedy
        parse_quota_key(meant)


@pytest.mark.parametrize("text", ["requests.nvidia.com/gpu", "count/pods", "cpu"])
def test_two_keys_written_alike_are_one(text):
    assert parse_quota_key(text) == pickle.loads(pickle.dumps(parse_quota_key(text)))
    assert hash(parse_quota_key(text)) == hash(
        pickle.loads(pickle.dumps(parse_quota_key(text)))
    )


def test_two_spellings_are_added_up_under_one_name_and_stay_as_they_were_written():
    short, long = parse_quota_key("memory"), parse_quota_key("requests.memory")

    assert short.name == long.name
    assert short != long


def test_a_refused_key_says_what_was_found_and_what_to_write():
    with pytest.raises(InvalidResourceError) as caught:
        parse_quota_key("nvidia.com/gpu")

    expected = (
        "'nvidia.com/gpu' has no effect: extended resources are counted under requests. "
        "only; write 'requests.nvidia.com/gpu'"
    )
    assert expected == str(caught.value)
    assert isinstance(caught.value, TenancyError)
    assert isinstance(caught.value, ValueError)
    assert str(caught.value) == str(pickle.loads(pickle.dumps(caught.value)))


@pytest.mark.parametrize("text", [None, 1, True])
def test_a_key_is_text(text):
    with pytest.raises(InvalidResourceError):
        parse_quota_key(text)


def test_only_cpu_and_memory_make_containers_state_their_own():
    compute = {row[0] for row in KEYS if parse_quota_key(row[0]).is_compute}

    assert {
        "cpu",
        "requests.cpu",
        "limits.cpu",
        "memory",
        "requests.memory",
        "limits.memory",
    } == compute


def test_pod_effective_keys_are_those_a_pod_is_charged_for():
    effective = {row[0] for row in KEYS if parse_quota_key(row[0]).pod_effective}

    assert {"pods", "count/pods", "requests.cpu", "requests.nvidia.com/gpu"} <= effective
    assert effective.isdisjoint({"services", "requests.storage", GPU_CLASS, "count/jobs.batch"})


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ("nvidia.com/gpu", True),
        ("nvidia.com/gpu.shared", True),
        ("nvidia.com/mig-1g.10gb", True),
        ("nvidia.com/mig-1c.2g.20gb", True),
        ("nvidia.com/mig-1g.12gb.me", True),
        ("nvidia.com/gpumem", True),
        ("amd.com/gpu", True),
        ("gpu.intel.com/i915", True),
        ("example.com/gpu", True),
        ("example.com/gpu-mem", True),
        ("nvidia.com/hostdev", False),
        ("example.com/dongle", False),
        ("example.com/mig-1g.10gb", False),
        ("example.com/gpus-of-others", False),
        ("cpu", False),
        ("gpu", False),
    ],
)
def test_gpus_are_told_from_other_extended_resources(resource, expected):
    assert expected is is_gpu(resource)
    if "/" in resource:
        assert expected is is_gpu(parse_quota_key(f"requests.{resource}"))


@pytest.mark.parametrize("text", ["cpu", "pods", "requests.storage", GPU_CLASS, "count/pods"])
def test_no_other_key_counts_gpus(text):
    assert not is_gpu(parse_quota_key(text))


@pytest.mark.parametrize(
    ("text", "class_name", "container"),
    [
        pytest.param(f"{GOLD}/requests.storage", "gold", None, id="storage class"),
        pytest.param(f"{GOLD}/persistentvolumeclaims", "gold", None, id="claims of a class"),
        pytest.param(GPU_CLASS, "gpu.nvidia.com", None, id="device class"),
        pytest.param("requests.storage", None, None, id="all storage"),
        pytest.param("limits.memory", None, "memory", id="limits"),
        pytest.param("memory", None, "memory", id="requests"),
        pytest.param("requests.nvidia.com/gpu", None, "nvidia.com/gpu", id="extended"),
    ],
)
def test_a_key_names_its_class_and_the_resource_of_a_container(text, class_name, container):
    key = parse_quota_key(text)

    assert (class_name, container) == (key.class_name, key.container_resource)


AMOUNTS = [
    # key, a fitting amount, a refused one, a part of the reason
    ("pods", "20", "0.5", "whole number"),
    ("count/jobs.batch", "1k", "500m", "whole number"),
    ("services.nodeports", "0", "1e-3", "whole number"),
    ("persistentvolumeclaims", "10", "1500m", "whole number"),
    ("requests.nvidia.com/gpu", "8", "0.5", "whole number"),
    ("requests.nvidia.com/mig-1g.10gb", "1", "1n", "whole number"),
    (GPU_CLASS, "2", "2500m", "whole number"),
    ("requests.cpu", "100m", "100u", "finer than 1m"),
    ("limits.cpu", "0.001", "0.0001", "finer than 1m"),
    ("cpu", "2", "1n", "finer than 1m"),
    ("requests.memory", "128Mi", "400m", "a fraction of a byte"),
    ("limits.memory", "1.5Gi", "2000m", "2 bytes"),
    ("memory", "1000000", "1500m", "not whole bytes"),
    ("memory", "1e9", "1n", "without n, u and m"),
    ("requests.storage", "10Gi", "0.5", "whole number of bytes"),
    (f"{GOLD}/requests.storage", "10Gi", "0.3Ki", "whole number of bytes"),
    ("requests.ephemeral-storage", "1G", "1m", "a fraction of a byte"),
    ("hugepages-2Mi", "4Mi", "3Mi", "pages of 2Mi"),
]


@pytest.mark.parametrize(
    ("text", "fits", "refused", "reason"),
    [pytest.param(*row, id=f"{row[0]} {row[2]}") for row in AMOUNTS],
)
def test_an_amount_that_kubernetes_would_round_or_nobody_could_use_is_refused(
    text, fits, refused, reason
):
    key = parse_quota_key(text)

    assert check_quantity(key, Quantity.parse(fits)) is None
    assert reason in check_quantity(key, Quantity.parse(refused))


@pytest.mark.parametrize(
    "text",
    [
        "pods",
        "count/jobs.batch",
        GPU_CLASS,
        f"{GOLD}/requests.storage",
        "persistentvolumeclaims",
    ],
)
def test_a_number_so_large_that_the_server_takes_it_for_a_fraction_is_refused(text):
    key = parse_quota_key(text)

    assert check_quantity(key, Quantity.parse("8Pi")) is None
    assert "more than 9223372036854775" in check_quantity(key, Quantity.parse("9Pi"))
    # The server's overflow does not show with the largest decimal suffixes.
    assert check_quantity(key, Quantity.parse("10P")) is None


@pytest.mark.parametrize(
    "text", ["requests.storage", "memory", "cpu", "requests.nvidia.com/gpu"]
)
def test_other_keys_take_all_that_a_quantity_can_be(text):
    assert check_quantity(parse_quota_key(text), Quantity.parse("7Ei")) is None


def test_no_key_takes_less_than_nothing():
    overdrawn = Quantity.parse("1") - Quantity.parse("2")

    assert "-1 is negative" == check_quantity(parse_quota_key("pods"), overdrawn)


PODS = ("pods", "count/pods")
COMPUTED = ("cpu", "requests.memory", "limits.cpu")
GPUS = ("requests.nvidia.com/gpu",)
CLAIMS = ("persistentvolumeclaims", "requests.storage", f"{GOLD}/requests.storage")
OTHERS = (
    "services",
    "configmaps",
    "count/jobs.batch",
    "requests.ephemeral-storage",
    "hugepages-2Mi",
    GPU_CLASS,
)
SCOPED = {
    **dict.fromkeys(
        (
            Scope.TERMINATING,
            Scope.NOT_TERMINATING,
            Scope.NOT_BEST_EFFORT,
            Scope.PRIORITY_CLASS,
            Scope.CROSS_NAMESPACE_POD_AFFINITY,
        ),
        (*PODS, *COMPUTED, *GPUS),
    ),
    Scope.BEST_EFFORT: (*PODS, *GPUS),
    Scope.VOLUME_ATTRIBUTES_CLASS: (*CLAIMS, "count/persistentvolumeclaims"),
}


@pytest.mark.parametrize("scope", list(Scope))
def test_a_scope_goes_with_the_keys_it_has_an_effect_on_and_no_other(scope):
    known = {*PODS, *COMPUTED, *GPUS, *CLAIMS, *OTHERS, "count/persistentvolumeclaims"}
    fitting = {text for text in known if scope_reason(scope, parse_quota_key(text)) is None}

    assert set(SCOPED[scope]) == fitting


def test_a_scope_that_does_not_fit_says_what_it_counts():
    reason = scope_reason(Scope.PRIORITY_CLASS, parse_quota_key("services"))

    expected = (
        "the scope PriorityClass counts pods, cpu, memory and extended resources, not services"
    )
    assert expected == reason


@pytest.mark.parametrize(
    ("scopes", "expected"),
    [
        ([], None),
        ([Scope.TERMINATING, Scope.BEST_EFFORT], None),
        (
            [Scope.NOT_TERMINATING, Scope.TERMINATING],
            (Scope.TERMINATING, Scope.NOT_TERMINATING),
        ),
        (
            [Scope.NOT_BEST_EFFORT, Scope.BEST_EFFORT],
            (Scope.BEST_EFFORT, Scope.NOT_BEST_EFFORT),
        ),
    ],
)
def test_scopes_that_exclude_each_other_are_found(scopes, expected):
    assert expected == conflicting_scopes([Scope(scope) for scope in scopes])


CLASSES = (Scope.PRIORITY_CLASS, Scope.VOLUME_ATTRIBUTES_CLASS)


@pytest.mark.parametrize("scope", [scope for scope in Scope if scope not in CLASSES])
def test_most_scopes_either_hold_or_do_not(scope):
    assert expression_reason(scope, Operator.EXISTS, []) is None
    for operator in (Operator.IN, Operator.NOT_IN, Operator.DOES_NOT_EXIST):
        assert "allows only the operator Exists" in expression_reason(scope, operator, ["x"])


@pytest.mark.parametrize("scope", CLASSES)
def test_classes_are_compared_by_name(scope):
    for operator in (Operator.IN, Operator.NOT_IN):
        assert expression_reason(scope, operator, ["gold", "silver.fast"]) is None
        assert "at least one value" in expression_reason(scope, operator, [])
        assert "not the name of a class" in expression_reason(scope, operator, ["Gold"])
        assert "not the name of a class" in expression_reason(scope, operator, ["g" * 64])
        assert "not the name of a class" in expression_reason(scope, operator, ["gold\n"])
    for operator in (Operator.EXISTS, Operator.DOES_NOT_EXIST):
        assert expression_reason(scope, operator, []) is None
        assert "takes no values" in expression_reason(scope, operator, ["gold"])


ALL_FIELDS = ["default", "defaultRequest", "max", "min", "maxLimitRequestRatio"]


@pytest.mark.parametrize(
    ("limit_type", "fields"),
    [
        (LimitType.CONTAINER, ALL_FIELDS),
        (LimitType.POD, ["max", "min", "maxLimitRequestRatio"]),
        (LimitType.PERSISTENT_VOLUME_CLAIM, ["max", "min"]),
    ],
)
def test_each_type_of_limit_has_the_fields_that_kubernetes_looks_at(limit_type, fields):
    assert fields == [str(field) for field in limit_fields(limit_type)]


@pytest.mark.parametrize("limit_type", [LimitType.CONTAINER, LimitType.POD])
def test_containers_and_pods_are_limited_in_what_containers_ask_for(limit_type):
    for text in ("cpu", "memory", "ephemeral-storage", "hugepages-2Mi"):
        assert text == str(parse_limit_resource(limit_type, text))
    with pytest.raises(InvalidResourceError):
        parse_limit_resource(limit_type, "storage")


def test_claims_are_limited_in_storage():
    claim = LimitType.PERSISTENT_VOLUME_CLAIM

    assert Unit.BYTES is parse_limit_resource(claim, "storage").unit
    with pytest.raises(InvalidResourceError) as caught:
        parse_limit_resource(claim, "cpu")
    assert "storage" == caught.value.nearest


@pytest.mark.parametrize("limit_type", [LimitType.CONTAINER, LimitType.POD])
@pytest.mark.parametrize(
    "text",
    ["nvidia.com/gpu", "nvidia.com/mig-1g.10gb", "example.com/x", "requests.nvidia.com/gpu"],
)
def test_a_gpu_in_a_limit_range_is_refused(limit_type, text):
    """`max: {nvidia.com/gpu: 4}` alone gives four GPUs to every pod that requests none."""
    with pytest.raises(InvalidResourceError) as caught:
        parse_limit_resource(limit_type, text)

    assert "every pod that does not request it" in caught.value.reason


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("requests.cpu", "cpu"),
        ("limits.memory", "memory"),
        ("Memory", "memory"),
        ("pods", None),
    ],
)
def test_a_misspelt_resource_of_a_limit_names_the_right_one(text, meant):
    with pytest.raises(InvalidResourceError) as caught:
        parse_limit_resource(LimitType.CONTAINER, text)

    assert meant == caught.value.nearest


@pytest.mark.parametrize(
    ("text", "field", "fits", "refused", "reason"),
    [
        ("cpu", LimitField.MAX, "2", "1u", "finer than 1m"),
        ("memory", LimitField.DEFAULT, "256Mi", "100m", "fraction of a byte"),
        ("cpu", LimitField.MAX_LIMIT_REQUEST_RATIO, "1", "999m", "less than 1"),
        ("memory", LimitField.MAX_LIMIT_REQUEST_RATIO, "1.5", "1.0001", "thousandth"),
    ],
)
def test_amounts_in_a_limit_range_are_checked_as_in_a_quota(text, field, fits, refused, reason):
    resource = parse_limit_resource(LimitType.CONTAINER, text)

    assert check_limit_quantity(resource, field, Quantity.parse(fits)) is None
    assert reason in check_limit_quantity(resource, field, Quantity.parse(refused))
