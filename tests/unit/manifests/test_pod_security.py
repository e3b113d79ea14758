"""Labels, annotations and quotas of a namespace with exceptions from Pod Security."""

from tenancy import manifests
from tests.unit.builders import a_platform, a_tenancy

LISTED = {
    "rdma": {"capabilities": ["IPC_LOCK"], "deviceClasses": {"rdma.example.com": 2}},
    "nice": {"capabilities": ["SYS_NICE", "IPC_LOCK"]},
}
LEVEL = "pod-security.kubernetes.io/enforce"


def rendered(exceptions: dict, **namespace: object) -> list[dict]:
    level = {"enforce": "baseline", "reason": "old images", "exceptions": exceptions}
    tenancy = a_tenancy(
        namespace={"podSecurity": level, **namespace},
        platform=a_platform(podSecurityExceptions=LISTED),
    )
    [(_, found)] = tenancy.namespaces
    return list(manifests.namespace(found, tenancy.platforms["platform"]))


def test_exceptions_make_the_label_privileged_and_are_named_for_the_policy() -> None:
    [space, *_] = rendered({"rdma": "registers memory", "nice": "pins threads"})
    metadata = space["metadata"]

    assert "privileged" == metadata["labels"][LEVEL]
    assert "restricted" == metadata["labels"]["pod-security.kubernetes.io/warn"]
    annotations = metadata["annotations"]
    assert "IPC_LOCK,SYS_NICE" == annotations["tenancy.dev/capabilities"]
    assert (
        "old images; nice: pins threads; rdma: registers memory"
        == annotations["tenancy.dev/pod-security-reason"]
    )
    # The control: without one, the level is the label.
    [space, *_] = rendered({})
    assert "baseline" == space["metadata"]["labels"][LEVEL]
    assert "tenancy.dev/capabilities" not in space["metadata"]["annotations"]


def test_in_audit_the_label_that_was_there_stays() -> None:
    audit = {"mode": "audit", "reason": "moved in", "podSecurity": "baseline"}
    [space, *_] = rendered({"rdma": "registers memory"}, enforcement=audit)

    assert "baseline" == space["metadata"]["labels"][LEVEL]


def test_host_devices_are_claimed_up_to_their_count() -> None:
    key = "rdma.example.com.deviceclass.resource.k8s.io/devices"
    for exceptions, counted in (({"rdma": "x"}, "2"), ({}, "0")):
        objects = rendered(exceptions)
        [quota] = [one for one in objects if one["metadata"]["name"] == "gpus"]
        assert counted == quota["spec"]["hard"][key]
        assert counted == quota["spec"]["hard"]["count/resourceclaims.resource.k8s.io"]
        annotations = objects[0]["metadata"]["annotations"]
        bounds = "rdma.example.com:2:2:" if exceptions else None
        assert bounds == annotations.get("tenancy.dev/device-bounds")


def test_the_policy_exists_where_the_platform_lists_exceptions() -> None:
    def policies(**platform: object) -> set[str]:
        tenancy = a_tenancy(platform=a_platform(**platform))
        found = manifests.platform(tenancy.platforms["platform"]).policies
        return {one["metadata"]["name"] for one in found}

    assert {"tenancy-pod-security"} == policies(podSecurityExceptions=LISTED) - policies()
