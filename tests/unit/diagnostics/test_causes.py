"""What only follows from an error is left out; no refusal and nothing unrelated is."""

from tenancy.diagnostics.causes import only_causes
from tenancy.diagnostics.finding import Finding, errors_in
from tenancy.diagnostics.origin import Origin
from tenancy.diagnostics.severity import Severity

ACME = Origin("organizations/acme.yaml")


def finding(
    code: str,
    origin: Origin,
    severity: Severity = Severity.ERROR,
    *,
    organization: str | None = None,
    needs: str | None = None,
) -> Finding:
    return Finding(
        code=code,
        origin=origin,
        found=code,
        allowed="",
        remedy="",
        severity=severity,
        organization=organization,
        needs=needs,
    )


def codes(*findings: Finding) -> list[str]:
    return [one.code for one in only_causes(findings)]


def test_a_finding_inside_the_value_is_the_cause_and_one_beside_it_is_not() -> None:
    unlimited = finding("quota-unlimited", ACME / "namespaces" / 0)
    inside = finding("unknown-profile", ACME / "namespaces" / 0 / "profile")
    beside = finding("unknown-profile", ACME / "namespaces" / 1 / "profile")

    assert ["unknown-profile"] == codes(unlimited, inside)
    assert ["quota-unlimited", "unknown-profile"] == codes(unlimited, beside)


def test_a_warning_causes_nothing_that_is_left_out() -> None:
    unreadable = finding("organization-unreadable", Origin("a"), needs=ACME.source)
    warning = finding("member-twice", ACME, Severity.WARNING)

    assert ["organization-unreadable", "member-twice"] == codes(unreadable, warning)


def test_a_refusal_stays_where_the_errors_of_its_file_are_not_reported() -> None:
    """About one stack, the errors of other files may have been taken out before."""
    unreadable = finding("organization-unreadable", Origin("a"), needs=ACME.source)

    assert ["organization-unreadable"] == codes(unreadable)
    assert ["yaml-tab"] == codes(unreadable, finding("yaml-tab", ACME))


def test_another_organization_is_not_the_cause() -> None:
    name = finding("namespace-name", ACME / "x", organization="acme")
    own = finding("prefix", ACME / "prefix", organization="acme")
    other = finding("prefix", Origin("b"), organization="globex")

    assert ["prefix"] == codes(name, own)
    assert ["namespace-name", "prefix"] == codes(name, other)


def test_what_no_file_hides_stays_beside_a_file_with_errors() -> None:
    unread = finding("file-not-read", Origin("a"), Severity.NOT_CHECKED)
    role = finding("role-unknown", ACME / "role", Severity.NOT_CHECKED)
    cloud = finding("instance-types-not-asked", Origin("b"), Severity.NOT_CHECKED)

    kept = only_causes((unread, role, cloud))

    assert ["instance-types-not-asked", "file-not-read"] == [one.code for one in kept]
    assert ("1 more value could not be checked without this file",) == kept[-1].details
    assert ["role-unknown"] == codes(role)


def test_findings_with_an_error_never_become_findings_without_one() -> None:
    one = finding("namespace-without-quota", ACME / "namespaces" / 0)
    same = finding("namespace-without-quota", ACME / "namespaces" / 0, organization="acme")

    assert 2 == len(errors_in(only_causes((one, same))))
