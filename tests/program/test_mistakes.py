"""What people pass to a component by mistake: refused in words, without a traceback."""

import pulumi
import pytest
from tenancy_components import Organization
from tenancy_components.refusal import ComponentRefusedError

from tests.program.recording import build, cluster

ACME = {"prefix": "acme", "namespaces": [{"id": "dev", "quota": {"pods": 10}}]}


def refusal(monitor, program) -> str:
    """Return why *program* is refused, on one line."""
    with pytest.raises(pulumi.RunError) as refused:
        build(monitor, lambda: program() and None)
    return " ".join(str(refused.value).split())


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [
        pytest.param({"args": "acme"}, "a dict or OrganizationSpec", id="args"),
        pytest.param(
            {"args": pulumi.Output.secret(ACME)}, "a dict or OrganizationSpec", id="an output"
        ),
        pytest.param({"platform": {}}, "a Platform or None", id="platform"),
        pytest.param(
            {"allow_deletion": "acme-dev"}, "list, tuple, set or frozenset", id="a text"
        ),
    ],
)
def test_another_type_is_refused_with_the_types_that_people_pass(
    monitor, arguments: dict, allowed: str
) -> None:
    text = refusal(
        monitor, lambda: Organization("acme", **{"args": ACME, "opts": cluster(), **arguments})
    )

    assert f"allowed: {allowed}" in text
    assert "tenancy.model" not in text


def test_the_same_arguments_with_the_right_types_are_accepted(monitor) -> None:
    def program() -> None:
        Organization("acme", args=ACME, opts=cluster(), allow_deletion=("acme-dev",))

    assert ("Namespace", "acme-dev") in build(monitor, program)


def test_a_role_that_does_not_exist_is_refused_without_a_platform_too(monitor) -> None:
    members = [{"group": "g", "role": "develper"}]

    text = refusal(
        monitor, lambda: Organization("acme", ACME | {"members": members}, opts=cluster())
    )

    assert "members[0].role [role-unknown]" in text
    assert "did you mean 'developer'?" in text


def test_a_namespace_that_the_organization_does_not_have_is_named_with_the_known_ones(
    monitor,
) -> None:
    def program() -> None:
        acme = Organization("acme", ACME, opts=cluster())
        assert "prod" not in acme.namespaces
        assert acme.namespaces.get("prod") is None
        pulumi.export("name", acme.namespaces["prd"].name)

    text = refusal(monitor, program)

    assert "there is no namespace of acme with the id 'prd'; known: dev" in text


def test_an_annotation_that_is_an_output_is_shown_as_one(monitor) -> None:
    def program() -> None:
        named = ACME["namespaces"][0] | {"annotations": {"sum": pulumi.Output.secret("x")}}
        Organization("acme", ACME | {"namespaces": [named]}, opts=cluster())

    found = build(monitor, program)

    plan = found["tenancy:kubernetes:UpdatePlan", "acme-plan"].object
    assert "(an output)" == plan["args"]["namespaces"][0]["annotations"]["sum"]


def test_a_refusal_is_one_that_the_engine_prints_without_a_traceback() -> None:
    assert issubclass(ComponentRefusedError, pulumi.RunError)
