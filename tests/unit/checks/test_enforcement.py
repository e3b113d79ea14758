"""Audits: each has a reason, and ends in time."""

from datetime import date

import pytest

from tenancy.checks.enforcement import enforcements
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
