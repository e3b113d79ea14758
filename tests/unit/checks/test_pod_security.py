"""Exceptions from Pod Security: what the platform may list, and what a namespace may have."""

import re
from collections.abc import Mapping

import pytest

from tests.unit.builders import a_platform, a_pool, findings

RDMA = {"rdma": {"capabilities": ["IPC_LOCK"], "deviceClasses": {"rdma.example.com": 2}}}
BASELINE = {"enforce": "baseline", "reason": "images of the card's maker"}


def found(
    listed: dict = RDMA, *, platform: Mapping[str, object] = {}, **level: object
) -> list[tuple[str, str]]:
    """The code and what was found, of a namespace with this Pod Security."""
    texts = findings(
        platform=a_platform(podSecurityExceptions=listed, **platform),
        namespace={"podSecurity": {**BASELINE, **level}},
    )
    said = [re.search(r" \[([a-z-]+)\] ([^;]*);", text) for text in texts]
    return [(one[1], one[2]) for one in said if one is not None]


def test_a_listed_exception_with_a_reason_is_right() -> None:
    assert [] == found(exceptions={"rdma": "registers memory"})
    assert [] == found()


@pytest.mark.parametrize(
    ("capability", "more"),
    [
        *((name, "") for name in ("SYS_ADMIN", "NET_ADMIN", "SYS_MODULE", "BPF", "ALL", "*")),
        *((name, "") for name in ("NET_RAW", "SYS_RESOURCE")),
        ("CAP_IPC_LOCK", ""),
        ("ipc_lock", ""),
        ("CHOWN", ", which baseline allows already"),
    ],
)
def test_a_capability_that_reaches_further_is_refused(capability, more) -> None:
    assert [("pod-security-capability", f"the capability {capability!r}{more}")] == found(
        {"rdma": {"capabilities": [capability]}}
    )


@pytest.mark.parametrize(
    ("listed", "code", "text"),
    [
        ({"rdma": {}}, "pod-security-exception", "the exception 'rdma', which allows nothing"),
        (
            {"rdma": {"deviceClasses": {"rdma.example.com": 0}}},
            "pod-security-exception",
            "0 devices of rdma.example.com",
        ),
        ({"rdma": {"deviceClasses": {"RDMA": 1}}}, "class-name", "the device class 'RDMA'"),
        (
            {"RDMA": {"capabilities": ["IPC_LOCK"]}},
            "pod-security-exception",
            "the exception 'RDMA'",
        ),
    ],
)
def test_an_exception_is_complete(listed, code, text) -> None:
    assert [(code, text)] == found(listed)


def test_devices_of_a_pool_are_granted_not_excepted() -> None:
    pool = a_pool(allocation="dra", deviceClass="gpu.example.com")
    listed = {"gpus": {"deviceClasses": {"gpu.example.com": 1}}}

    assert (
        "pod-security-exception",
        "the device class gpu.example.com of the GPU node pool h100",
    ) in found(listed, platform={"gpuNodePools": [pool]})


@pytest.mark.parametrize(
    ("level", "code", "text"),
    [
        (
            {"exceptions": {"rmda": "x"}},
            "pod-security-exception-unknown",
            "the exception 'rmda' of the namespace acme-dev",
        ),
        ({"exceptions": {"rdma": " "}}, "reason-blank", "a blank reason"),
        (
            {"exceptions": {"rdma": "x"}, "enforce": "restricted"},
            "pod-security-exception-level",
            "exceptions of acme-dev from the level restricted",
        ),
    ],
)
def test_a_namespace_has_listed_exceptions_from_baseline_with_reasons(
    level, code, text
) -> None:
    assert [(code, text)] == found(**level)


def test_bounds_say_which_organization_may_have_an_exception() -> None:
    def bounded(**bounds: object) -> list[str]:
        default = {"podSecurity": "baseline", **bounds}
        given = {"organizationBounds": {"default": default}}
        return [code for code, _ in found(platform=given, exceptions={"rdma": "x"})]

    assert ["exceeds-platform"] == bounded()
    assert [] == bounded(podSecurityExceptions=["rdma"])
