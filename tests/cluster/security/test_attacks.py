"""
Everybody who is not an operator, and every way to write: nothing that breaks a rule is stored.

Each attack is refused for the reason that it states. Beside it is a request that differs in
that one thing and is accepted.
"""

from collections import Counter

import pytest

from tests.cluster.security.attacks import Attack, failures
from tests.cluster.security.world import World

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("security")]

FAMILIES = {
    # Guardrail: the fewest attacks that run against it.
    "pods": 66,
    "image-pull": 8,
    "gpus-per-pod": 7,
    "placement": 12,
    "pod-security-level": 90,
    "pod-security": 250,
    "device-environment": 84,
    "pod-annotations": 110,
    "service-annotations": 40,
    "ingress-annotations": 20,
    "gateway-annotations": 24,
    "pod-names": 50,
    "workload-names": 70,
    "cron-job-names": 50,
    "ingresses": 34,
    "gateways": 30,
    "routes": 45,
    "gateway-references": 150,
    "finalizers": 70,
    "disruption-budgets": 8,
    "device-classes": 52,
    "scheduler-claims": 4,
    "counted-claims": 3,
    "token-secrets": 2,
    "token-requests": 12,
    "pod-tokens": 8,
    "storage-claims": 23,
    "claim-annotations": 40,
    "pod-labels": 60,
    "deletions": 40,
    "services": 32,
    "endpoints": 4,
    "network-policies": 170,
    "role-bindings": 190,
    "roles": 40,
    "objects": 200,
    "service-accounts": 20,
    "namespaces": 200,
    "quotas": 80,
    "limits": 14,
    "rights": 130,
    "others": 250,
    "cluster": 50,
}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_attack_is_refused_for_its_reason(
    world: World, attacks: list[Attack], family: str
):
    mine = [attack for attack in attacks if attack.family == family]

    assert [] == failures(world, mine)
    assert FAMILIES[family] <= len(mine)


def test_there_are_at_least_150_by_rule_and_write_path(attacks: list[Attack], record_property):
    distinct = {(attack.rule, attack.path) for attack in attacks}
    guardrails = {(attack.family, attack.reasons[-1], attack.path) for attack in attacks}
    paths = Counter(attack.path for attack in attacks)
    record_property("attacks, by rule and write path", len(distinct))
    record_property("attacks, by guardrail, stated reason and write path", len(guardrails))
    print(f"{len(distinct)} attacks by rule and write path: {dict(paths)}")

    assert {attack.family for attack in attacks} == FAMILIES.keys()
    assert 150 <= len(guardrails) <= len(distinct)
    assert {
        "create",
        "update",
        "JSON patch",
        "merge patch",
        "strategic merge patch",
        "apply",
        "apply over",
        "update of status",
        "update of finalize",
        "delete",
        "deletecollection",
    } <= paths.keys()
