"""What an adoption would loosen is named, whatever it is."""

from datetime import date
from pathlib import Path

import pytest
import yaml

from tenancy import manifests
from tenancy.drifting import Identity
from tenancy.drifting.adoption import propose, weakened
from tests.unit.builders import a_tenancy, an_environment, the_platform

LEVEL = "pod-security.kubernetes.io/enforce"


def an_object(kind: str, name: str = "a", namespace: str = "shop", **body: object) -> dict:
    metadata: dict = {"name": name}
    if kind != "Namespace":
        metadata["namespace"] = namespace
    return {"kind": kind, "metadata": metadata, **body}


def space(**labels: str) -> dict:
    metadata = {"name": "shop", "labels": labels}
    return {"kind": "Namespace", "metadata": metadata}


def quota(**hard: str) -> dict:
    return an_object("ResourceQuota", spec={"hard": hard})


def limits(**parts: dict) -> dict:
    return an_object("LimitRange", spec={"limits": [{"type": "Container", **parts}]})


def found(before: dict, after: dict) -> list[str]:
    return [one.what for one in weakened([after], {Identity.of(before): before})]


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        (
            space(**{LEVEL: "restricted"}),
            space(**{LEVEL: "baseline"}),
            "Pod Security restricted becomes baseline",
        ),
        (
            space(**{LEVEL: "baseline"}),
            space(**{LEVEL: "privileged"}),
            "Pod Security baseline becomes privileged",
        ),
        (
            space(**{LEVEL: "baseline", f"{LEVEL}-version": "v1.36"}),
            space(**{LEVEL: "baseline", f"{LEVEL}-version": "v1.34"}),
            "the version of Pod Security v1.36 becomes v1.34",
        ),
        (
            space(**{LEVEL: "baseline"}),
            space(**{LEVEL: "baseline", f"{LEVEL}-version": "v1.34"}),
            "the version of Pod Security latest becomes v1.34",
        ),
        (quota(pods="20"), quota(pods="21"), "pods 20 becomes 21"),
        (quota(pods="20", cpu="2"), quota(pods="20"), "cpu 2 is no longer limited"),
        (quota(cpu="1900m"), quota(cpu="2"), "cpu 1900m becomes 2"),
        (
            limits(max={"cpu": "1"}),
            limits(max={"cpu": "2"}),
            "max cpu of each Container 1 becomes 2",
        ),
        (limits(max={"cpu": "1"}), limits(), "max cpu of each Container 1 is no longer set"),
        (
            limits(min={"cpu": "100m"}),
            limits(min={"cpu": "50m"}),
            "min cpu of each Container 100m becomes 50m",
        ),
        (
            limits(default={"memory": "1Gi"}),
            limits(default={"memory": "2Gi"}),
            "default memory of each Container 1Gi becomes 2Gi",
        ),
        (
            limits(defaultRequest={"cpu": "1"}),
            limits(defaultRequest={"cpu": "500m"}),
            "defaultRequest cpu of each Container 1 becomes 500m",
        ),
        (
            limits(maxLimitRequestRatio={"cpu": "2"}),
            limits(maxLimitRequestRatio={"cpu": "4"}),
            "maxLimitRequestRatio cpu of each Container 2 becomes 4",
        ),
        (
            an_object("ServiceAccount", automountServiceAccountToken=False),
            an_object("ServiceAccount", automountServiceAccountToken=True),
            "its token would be mounted in every pod",
        ),
    ],
)
def test_what_becomes_looser_is_named_and_the_other_way_is_not(before, after, what) -> None:
    assert [what] == found(before, after)
    assert [] == found(after, before) or "latest" in what
    assert [] == found(before, before)


def test_the_same_amount_in_another_spelling_is_the_same() -> None:
    assert [] == found(quota(cpu="1000m"), quota(cpu="1"))
    assert [] == found(quota(pods="20"), quota(pods="20", services="5"))


FIELD = Path(__file__).parents[3] / "cluster" / "stacks" / "field"


@pytest.mark.parametrize("file", sorted(path.name for path in FIELD.glob("*.yaml")))
def test_a_proposal_loosens_nothing_of_a_namespace_in_the_field(file) -> None:
    objects = [one for one in yaml.safe_load_all((FIELD / file).read_text()) if one]
    live = {Identity.of(one): one for one in objects}
    names = tuple(identity.name for identity in live if identity.kind == "Namespace")
    config = propose(
        names,
        live,
        the_platform(),
        environment="dev",
        prefix="field",
        reason="older",
        until=date(2099, 1, 1),
    ).organization("field")
    tenancy = a_tenancy(
        environments={"dev": an_environment("dev", "field")}, organizations={"field": config}
    )
    environment = tenancy.environments["dev"]
    desired = manifests.environment(environment, tenancy.platform_of(environment))

    assert [] == list(weakened(desired, live))
    quotas = [one for one in desired if one["kind"] == "ResourceQuota"]
    for one in quotas:
        one["spec"]["hard"] = {}
    limited = any(identity.kind == "ResourceQuota" for identity in live)
    assert limited == bool(list(weakened(quotas, live)))
