"""Audits: each has a reason, and ends in time."""

from datetime import date

import pytest

from tenancy.checks.enforcement import enforcements, shared_enforcements
from tests.unit.builders import a_platform, a_tenancy

TODAY = date(2026, 11, 28)


def codes(written: dict | None, **limits: int) -> list[str]:
    keys = {} if written is None else {"enforcement": written}
    tenancy = a_tenancy(namespace=keys, platform=a_platform(limits=limits))
    found = enforcements(tenancy.organizations, tenancy.platforms["platform"], TODAY)
    return [finding.code for finding in found]


REASON = "moved in"


@pytest.mark.parametrize(
    ("written", "limits", "expected"),
    [
        pytest.param(None, {}, [], id="nothing-is-written"),
        pytest.param({"mode": "enforce"}, {}, [], id="enforced"),
        pytest.param({"mode": "audit", "reason": REASON}, {}, [], id="without-an-end"),
        pytest.param({"mode": "audit"}, {}, ["audit-without-reason"], id="no-reason"),
        pytest.param(
            {"mode": "audit", "reason": " "}, {}, ["reason-blank"], id="a-reason-of-spaces"
        ),
        pytest.param(
            {"mode": "audit", "reason": REASON, "until": "2026-11-28"}, {}, [], id="to-this-day"
        ),
        pytest.param(
            {"mode": "audit", "reason": REASON, "until": "2026-11-27"},
            {},
            ["audit-over"],
            id="to-yesterday",
        ),
        pytest.param(
            {"mode": "audit", "reason": REASON},
            {"auditDays": 30},
            ["audit-without-end"],
            id="the-platform-wants-an-end",
        ),
        pytest.param(
            {"mode": "audit", "reason": REASON, "until": "2026-12-28"},
            {"auditDays": 30},
            [],
            id="within-the-days",
        ),
        pytest.param(
            {"mode": "audit", "reason": REASON, "until": "2026-12-29"},
            {"auditDays": 30},
            ["audit-too-long"],
            id="a-day-too-long",
        ),
        pytest.param(
            {"mode": "enforce", "podSecurity": "baseline"},
            {},
            ["audit-level-unused"],
            id="a-level-for-nothing",
        ),
    ],
)
def test_an_audit_has_a_reason_and_an_end(written, limits, expected):
    assert expected == codes(written, **limits)


def test_an_environment_may_enforce_what_another_still_audits():
    tenancy = a_tenancy(
        namespace={"enforcement": {"mode": "audit", "reason": REASON}},
        environment={
            "organizations": {
                "acme": {"namespaces": {"dev": {"enforcement": {"mode": "enforce"}}}}
            }
        },
    )
    assert [False] == [namespace.enforcement.is_audit for _, namespace in tenancy.namespaces]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        pytest.param({}, [], id="enforced"),
        pytest.param({"enforcement": {"mode": "audit", "reason": REASON}}, [], id="in-audit"),
        pytest.param(
            {"enforcement": {"mode": "audit"}}, ["audit-without-reason"], id="no-reason"
        ),
        pytest.param(
            {"enforcement": {"mode": "audit", "reason": REASON, "until": "2026-11-27"}},
            ["audit-over"],
            id="over",
        ),
        pytest.param(
            {"managed": False, "enforcement": {"mode": "audit", "reason": REASON}},
            ["shared-not-managed"],
            id="not-managed",
        ),
    ],
)
def test_the_audit_of_a_shared_namespace_has_the_same_rules(keys, expected):
    shared = [{"name": "monitoring", "services": [], **keys}]
    platform = a_tenancy(platform=a_platform(shared=shared)).platforms["platform"]
    assert expected == [finding.code for finding in shared_enforcements(platform, TODAY)]
