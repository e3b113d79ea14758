"""What is written back of a service account that is created again."""

import pytest

from tenancy.cluster.access_removal import _applied

MANAGED = {"tenancy.dev/managed": "true"}


def an_account(manager: str, operation: str = "Apply") -> dict:
    fields = {
        "f:automountServiceAccountToken": {},
        "f:metadata": {"f:labels": {"f:tenancy.dev/managed": {}}},
    }
    entry = {"manager": manager, "operation": operation, "fieldsV1": fields}
    return {
        "automountServiceAccountToken": False,
        "metadata": {"labels": {**MANAGED, "app": "runner"}, "managedFields": [entry]},
    }


@pytest.mark.parametrize("manager", ["pulumi-kubernetes-1a2b3c4d", "tenancy/acme/dev/sandbox"])
def test_what_the_engine_applied_is_the_engines_again(manager: str) -> None:
    assert (
        manager,
        {"automountServiceAccountToken": False, "metadata": {"labels": MANAGED}},
    ) == _applied(an_account(manager))


def test_what_people_wrote_is_not_the_engines() -> None:
    assert ("", {}) == _applied(an_account("kubectl"))
    assert ("", {}) == _applied(an_account("pulumi-kubernetes", "Update"))
