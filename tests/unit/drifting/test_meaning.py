"""What makes an object another one for a plan that was saved, and what does not."""

import copy
from collections.abc import Callable

import pytest

from tenancy import manifests
from tenancy.drifting import Identity
from tenancy.drifting.meanings import live_meanings, meaning
from tenancy.kubernetes import labels
from tests.unit.builders import a_tenancy


def desired() -> list[dict]:
    tenancy = a_tenancy(organization={"members": [{"group": "devs", "role": "developer"}]})
    environment = tenancy.environments["dev"]
    return list(manifests.environment(environment, tenancy.platform_of(environment)))


DESIRED = desired()
[NAMESPACE] = [m for m in DESIRED if m["kind"] == "Namespace"]
NAME = NAMESPACE["metadata"]["name"]
STACK = NAMESPACE["metadata"]["labels"][labels.STACK]


def an_object(kind: str) -> dict:
    found = copy.deepcopy(next(m for m in DESIRED if m["kind"] == kind))
    found["metadata"]["uid"] = "1"
    return found


def bookkeeping(manifest: dict) -> None:
    manifest["status"] = {"used": {"pods": "7"}}
    manifest["metadata"] |= {
        "resourceVersion": "77",
        "generation": 3,
        "creationTimestamp": "2026-01-01T00:00:00Z",
        "managedFields": [{"manager": "somebody", "fieldsV1": {}}],
    }


def by_a_controller(manifest: dict) -> None:
    manifest["metadata"]["labels"]["kubernetes.io/metadata.name"] = "x"
    annotations = manifest["metadata"].setdefault("annotations", {})
    annotations["pulumi.com/patchForce"] = "true"


@pytest.mark.parametrize(
    ("kind", "change", "is_another"),
    [
        pytest.param("ResourceQuota", bookkeeping, False, id="use and versions"),
        pytest.param("Namespace", by_a_controller, False, id="what controllers write"),
        pytest.param(
            "ResourceQuota",
            lambda m: m["spec"]["hard"].update(pods="20000m"),
            False,
            id="another spelling",
        ),
        pytest.param(
            "RoleBinding",
            lambda m: m["metadata"].update(uid="2"),
            False,
            id="created again with the same content",
        ),
        pytest.param(
            "Namespace",
            lambda m: m["metadata"].update(uid="2"),
            True,
            id="a namespace created again",
        ),
        pytest.param(
            "Namespace",
            lambda m: m["metadata"].update(deletionTimestamp="2026-01-01T00:00:00Z"),
            True,
            id="being deleted",
        ),
        pytest.param(
            "ResourceQuota", lambda m: m["spec"]["hard"].update(pods="21"), True, id="a limit"
        ),
        pytest.param(
            "RoleBinding",
            lambda m: m["subjects"].append({"kind": "User", "name": "eve"}),
            True,
            id="a subject",
        ),
        pytest.param(
            "Namespace",
            lambda m: m["metadata"]["labels"].update({"tenancy.dev/workload": "x"}),
            True,
            id="a label",
        ),
        pytest.param(
            "NetworkPolicy", lambda m: m["spec"].update(ingress=[{}]), True, id="a rule"
        ),
    ],
)
def test_only_what_counts_makes_it_another(
    kind: str, change: Callable[[dict], object], is_another: bool
) -> None:
    before, after = an_object(kind), an_object(kind)
    if kind == "ResourceQuota":
        before["spec"]["hard"]["pods"] = after["spec"]["hard"]["pods"] = "20"
    change(after)

    assert is_another == (meaning(before) != meaning(after))


def live(*more: dict) -> dict[Identity, dict]:
    return {Identity.of(m): m for m in (*copy.deepcopy(DESIRED), *more)}


def binding(namespace: str, name: str = "by-hand") -> dict:
    return {
        "kind": "RoleBinding",
        "metadata": {"name": name, "namespace": namespace},
        "roleRef": {"kind": "ClusterRole", "name": "view"},
        "subjects": [{"kind": "User", "name": "eve"}],
    }


def namespace(name: str, stack: str) -> dict:
    own = {labels.MANAGED: "true", labels.STACK: stack}
    return {"kind": "Namespace", "metadata": {"name": name, "labels": own}}


@pytest.mark.parametrize(
    ("more", "counts"),
    [
        pytest.param([binding(NAME)], True, id="a binding by hand in a namespace of ours"),
        pytest.param([binding("default")], False, id="a binding somewhere else"),
        pytest.param([namespace("gone", STACK)], True, id="a namespace that would go"),
        pytest.param([namespace("other", "prod")], False, id="a namespace of another stack"),
    ],
)
def test_what_is_added_counts_where_the_update_works(more: list[dict], counts: bool) -> None:
    before = live_meanings(DESIRED, live(), STACK)

    after = live_meanings(DESIRED, live(*more), STACK)

    assert counts == (before != after)
    assert before.items() <= after.items()


def test_what_is_in_a_namespace_that_would_go_counts() -> None:
    going = namespace("gone", STACK)

    found = live_meanings(DESIRED, live(going, binding("gone")), STACK)

    assert Identity.of(binding("gone")) in found


def test_pods_and_secrets_are_no_part_of_it() -> None:
    pod = {"kind": "Pod", "metadata": {"name": "a", "namespace": NAME}}
    secret = {"kind": "Secret", "metadata": {"name": "a", "namespace": NAME}}

    assert live_meanings(DESIRED, live(), STACK) == live_meanings(
        DESIRED, live(pod, secret), STACK
    )
