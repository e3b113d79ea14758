"""Every key of an organization's file is bounded by the platform, or is its own matter."""

import typing
from collections.abc import Iterator, Mapping

import pydantic
import pytest

from tenancy.config.spec import (
    BoundsSpec,
    LimitRangeSpec,
    OrganizationSpec,
    ScopeExpressionSpec,
)
from tests.unit.builders import a_namespace, a_platform, a_pool, an_organization, findings

AUDIT = {"mode": "audit", "reason": "moves in", "until": "2999-01-31"}
ADOPTED = {"name": "globex-old", "origin": "adopt", "reason": "older"}
BASELINE = {"enforce": "baseline", "reason": "a vendor's image"}
EXCEPTION = {**BASELINE, "exceptions": {"rdma": "MPI"}}
PLATFORM = {
    "gpuNodePools": [a_pool()],
    "queues": {"fairSharing": True},
    "roles": {
        "debugger": {
            "rules": [{"apiGroups": [""], "resources": ["pods/log"], "verbs": ["get"]}]
        }
    },
    "podSecurityExceptions": {"rdma": {"capabilities": ["IPC_LOCK"]}},
    "priorityClasses": {"urgent": {"value": 1000}},
    "storageClasses": {"fast": "granted", "slow": "shared"},
    "ingress": {"nginx": {"namespace": "ingress-nginx"}},
}


def in_namespace(**keys: object) -> Mapping[str, object]:
    return {"namespaces": [a_namespace(**keys)]}


def granting(**grant: object) -> Mapping[str, object]:
    return in_namespace(gpus=[{"pool": "h100", **grant}])


def opening(**network: object) -> Mapping[str, object]:
    return in_namespace(network=network)


OUT = {"egress": [{"cidrs": ["192.0.2.0/24"], "ports": [443]}]}
IN = {"ingress": [{"cidrs": ["192.0.2.0/24"], "ports": [443]}]}

ATTACKS: dict[str, tuple[Mapping[str, object], Mapping[str, object], str]] = {
    "prefix": ({"prefix": "globex"}, {"prefixes": ["globex"]}, "prefixes"),
    "billing.subscriptionGroup": (
        {"billing": {"subscriptionGroup": "globex-pays"}},
        {"billing": ["globex-pays"]},
        "billing",
    ),
    "billing.costCenter": (
        {"billing": {"subscriptionGroup": "acme-pays", "costCenter": "globex-pays"}},
        {"billing": ["acme-pays", "globex-pays"]},
        "billing",
    ),
    "namespaces.subscription": (
        in_namespace(subscription="globex-pays"),
        {"billing": ["globex-pays"]},
        "billing",
    ),
    "ceiling": ({"ceiling": {"requests.cpu": "9"}}, {"ceiling": {"cpu": "9"}}, "ceiling"),
    "hosts": ({"hosts": ["acme.example"]}, {"hosts": ["acme.example"]}, "hosts"),
    "queueWeight": ({"queueWeight": 1000}, {"queueWeight": 1000}, "queueWeight"),
    "members.role": (
        {"members": [{"user": "ann", "role": "debugger"}]},
        {"roles": ["debugger"]},
        "roles",
    ),
    "namespaces.members.role": (
        in_namespace(members=[{"user": "ann", "role": "kubernetes:admin"}]),
        {"roles": ["kubernetes:admin"]},
        "roles",
    ),
    "namespaces.quota": (
        in_namespace(quota={"count/secrets": "5000"}),
        {"namespaceQuota": {"count/secrets": "5000"}},
        "namespaceQuota",
    ),
    "namespaces.quotas.hard": (
        in_namespace(quotas={"more": {"hard": {"count/jobs.batch": "5000"}}}),
        {"namespaceQuota": {"count/jobs.batch": "5000"}},
        "namespaceQuota",
    ),
    "profiles.quota": (
        {
            "profiles": {"own": {"quota": {"requests.ephemeral-storage": "9Ti"}}},
            **in_namespace(profile="own"),
        },
        {"namespaceQuota": {"requests.ephemeral-storage": "9Ti"}},
        "namespaceQuota",
    ),
    "namespaces.loadBalancers": (
        in_namespace(loadBalancers=3),
        {"namespaceQuota": {"services.loadbalancers": "3"}},
        "namespaceQuota",
    ),
    "namespaces.gpus.gpus": (granting(gpus=8), {"gpus": {"h100": 8}}, "gpus"),
    "namespaces.gpus.borrowingLimit": (
        granting(gpus=0, borrowingLimit=16),
        {"borrowedGpus": {"h100": 16}},
        "borrowedGpus",
    ),
    "namespaces.podSecurity.enforce": (
        in_namespace(podSecurity=BASELINE),
        {"podSecurity": "baseline"},
        "podSecurity",
    ),
    "namespaces.podSecurity.exceptions": (
        in_namespace(podSecurity=EXCEPTION),
        {"podSecurity": "baseline", "podSecurityExceptions": ["rdma"]},
        "podSecurityExceptions",
    ),
    "namespaces.storageClasses": (
        in_namespace(storageClasses=["fast"]),
        {"storageClasses": ["fast"]},
        "storageClasses",
    ),
    "namespaces.priorityClasses": (
        in_namespace(priorityClasses=["urgent"]),
        {"priorityClasses": ["urgent"]},
        "priorityClasses",
    ),
    "namespaces.network.egressCidrs": (
        opening(egressCidrs=["192.0.2.0/24"]),
        {"egressCidrs": ["192.0.2.0/24"]},
        "egressCidrs",
    ),
    "namespaces.network.egress.cidrs": (
        opening(**OUT),
        {"egressCidrs": ["192.0.2.0/24"]},
        "egressCidrs",
    ),
    "namespaces.network.egress.internet": (
        opening(egress=[{"internet": True, "ports": [443]}]),
        {"internet": True},
        "internet",
    ),
    "namespaces.network.ingress.cidrs": (
        opening(**IN),
        {"ingressCidrs": ["192.0.2.0/24"]},
        "ingressCidrs",
    ),
    "namespaces.adopted.name": (
        in_namespace(adopted=ADOPTED),
        {"exceptions": ["adopted"]},
        "exceptions",
    ),
    "namespaces.enforcement.mode": (
        in_namespace(enforcement=AUDIT),
        {"exceptions": ["enforcement"]},
        "exceptions",
    ),
    "namespaces.enforcement.mayWeaken": (
        in_namespace(enforcement={"mode": "enforce", "mayWeaken": ["ResourceQuota/team"]}),
        {"exceptions": ["enforcement"]},
        "exceptions",
    ),
    "namespaces.ignore": (
        in_namespace(ignore=["ConfigMap/audit-agent"]),
        {"exceptions": ["ignore"]},
        "exceptions",
    ),
}
"""By key: what a tenant writes, the bound that allows it, and the bound that refuses it."""

INSIDE = {
    "namespaces.adopted": "with `adopted.name`, by the one exception",
    "namespaces.adopted.limitRange": "as above",
    "namespaces.adopted.origin": "as above",
    "namespaces.adopted.reason": "as above",
    "namespaces.adopted.roleBindings": "as above",
    "namespaces.enforcement": "with `mode`",
    "namespaces.enforcement.podSecurity": "only in an audit",
    "namespaces.enforcement.reason": "only in an audit",
    "namespaces.enforcement.until": "only in an audit",
    "namespaces.podSecurity": "with `enforce`",
    "namespaces.podSecurity.reason": "a reason allows nothing by itself",
    "namespaces.gpus.pool": "with `gpus`; a pool without a bound is 0",
    "namespaces.gpus.migProfile": "its devices count as `gpus` of the pool",
    "namespaces.profile": "what it has counts as written in the namespace",
    "namespaces.inheritFrom": "as above",
    "defaultNamespace": "as above",
    "namespaces.quotas": "with `hard`",
    "profiles": "with `quota`",
    "profiles.quotas": "as `namespaces.quotas`",
    "network": "with its parts",
    "namespaces.network": "with its parts",
    "namespaces.network.egress": "with its parts",
    "namespaces.network.ingress": "with its parts",
    "members": "with `role`",
    "namespaces.members": "with `role`",
    "namespaces.gpus": "with `gpus`",
    "billing": "with its parts",
    "namespaces": "limits.namespaces of the platform",
    "labels": "allowed.namespaceLabels of the platform",
    "annotations": "allowed.namespaceAnnotations of the platform",
    "namespaces.labels": "allowed.namespaceLabels of the platform",
    "namespaces.annotations": "allowed.namespaceAnnotations of the platform",
}
"""Keys that another key or another list of the platform bounds, and which."""

OWN = {
    "displayName": "shown to people",
    "owner": "shown to people",
    "namespaces.id": "names of its own, within its prefix",
    "namespaces.environments": "the stacks decide which environments have the organization",
    "namespaces.workload": "a label of its own",
    "namespaces.imagePullSecrets": "Secrets of its own namespaces",
    "namespaces.gpus.maxPerPod": "only lowers what a pod may have",
    "namespaces.gpus.maxPerClaim": "only lowers what a claim may have",
    "namespaces.gpus.lendingLimit": "what it does not lend is its own",
    "namespaces.quotas.scopes": "a quota with scopes only refuses more",
    "namespaces.quotas.scopeSelector": "a quota with scopes only refuses more",
    "namespaces.limitRange": "limits of its own containers, below its quota",
    "namespaces.limitRanges": "limits of its own containers, below its quota",
    "profiles.limitRange": "limits of its own containers, below its quota",
    "profiles.limitRanges": "limits of its own containers, below its quota",
    "namespaces.enforcement.mayStop": "only its own workloads stop",
    "members.user": "who works for it",
    "members.group": "who works for it",
    "members.serviceAccount": "its own, or one of bindableSubjects",
    "members.namespaces": "narrows a role",
    "members.environments": "narrows a role",
    "namespaces.network.sameOrganization": "between its own namespaces",
    "namespaces.network.observability": "narrows; what the platform offers to all",
    "namespaces.network.metricsPorts": "its own pods, for the platform's observability",
    "namespaces.network.sharedServices": "what the platform offers to all",
    "namespaces.network.ingress.controller": "what the platform offers to all; see `hosts`",
    "namespaces.network.ingress.organization": "the other one names it too",
    "namespaces.network.ingress.namespaces": "narrows",
    "namespaces.network.ingress.ports": "its own pods",
    "namespaces.network.ingress.podLabels": "narrows",
    "namespaces.network.egress.organization": "the other one names it too",
    "namespaces.network.egress.namespaces": "narrows",
    "namespaces.network.egress.ports": "narrows",
    "namespaces.network.egress.podLabels": "narrows",
}
"""Keys that need no bound, and why."""

ALONE = (LimitRangeSpec, ScopeExpressionSpec)
"""Models whose key as a whole is its own matter."""


def models_in(annotation: object) -> Iterator[type[pydantic.BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, pydantic.BaseModel):
        yield annotation
    for inner in typing.get_args(annotation):
        yield from models_in(inner)


def keys_of(model: type[pydantic.BaseModel], before: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        key = f"{before}{field.alias or name}"
        yield key
        for inner in models_in(field.annotation):
            if inner not in ALONE:
                yield from keys_of(inner, f"{key}.")


def one_place(key: str) -> str:
    """The place of *key* in the tables; `network` and the like may be written in several."""
    for again, first in (
        ("network.", "namespaces.network."),
        ("namespaces.members.", "members."),
        ("profiles.quotas.", "namespaces.quotas."),
    ):
        if key.startswith(again) and key not in ATTACKS:
            return first + key.removeprefix(again)
    return key


def test_every_key_of_an_organizations_file_is_in_one_of_the_tables() -> None:
    keys = {one_place(key) for key in keys_of(OrganizationSpec)}
    # One range counts the addresses and the ports that a rule names.
    ports = {key for key in keys if ".ports." in key}

    assert keys - ports == {one_place(key) for key in ATTACKS} | INSIDE.keys() | OWN.keys()
    assert not (INSIDE.keys() & OWN.keys())
    assert not (ATTACKS.keys() & (INSIDE | OWN).keys())


def beyond(written: Mapping[str, object], bounds: Mapping[str, object]) -> list[str]:
    """The bounds that *written* exceeds, by their keys."""
    others = {"globex": {"prefixes": ["globex"], "billing": ["globex-pays"]}}
    if "prefixes" in bounds or "billing" in bounds or bounds.get("exceptions") == ["adopted"]:
        others = {}
    found = findings(
        platform=a_platform(
            organizationBounds={"default": bounds, "organizations": others}, **PLATFORM
        ),
        organizations={"acme": an_organization(**{"prefix": "acme", **written})}
        if "namespaces" not in written
        else {"acme": {"prefix": "acme", **written}},
    )
    return [
        f.partition("the bound in ")[2].partition(";")[0]
        for f in found
        if "[exceeds-platform]" in f
    ]


@pytest.mark.parametrize("key", ATTACKS)
def test_what_a_tenant_writes_is_refused_until_the_platform_allows_it(key: str) -> None:
    written, allowed, bound = ATTACKS[key]
    closed = {"ceiling": {"cpu": "2"}} if key == "ceiling" else {}

    assert [] == beyond(written, allowed)
    refused = beyond(written, closed)
    assert any(place.endswith(f".{bound}") or f".{bound}." in place for place in refused)


def test_every_bound_has_an_attack() -> None:
    bounds = {field.alias or name for name, field in BoundsSpec.model_fields.items()}

    assert bounds == {bound for _, _, bound in ATTACKS.values()}


WAYS: dict[str, tuple[Mapping[str, object], str]] = {
    "traffic of all namespaces": ({"network": OUT}, "default.egressCidrs"),
    "a Pod Security level that is inherited": (
        {
            "defaultNamespace": "dev",
            "namespaces": [a_namespace(podSecurity=BASELINE), a_namespace("lab")],
        },
        "default.podSecurity",
    ),
    "one grant, inherited by many": (
        {
            "defaultNamespace": "dev",
            "namespaces": [
                a_namespace(gpus=[{"pool": "h100", "gpus": 1}]),
                *(a_namespace(f"n{i}") for i in range(3)),
            ],
        },
        "default.gpus",
    ),
    "an own profile in place of the environment's": (
        {"profiles": {"standard": {"quota": {"pods": "999"}}}},
        "default.namespaceQuota",
    ),
    "a count by its other name": (
        in_namespace(profile=None, quota={"count/pods": "999"}),
        "default.namespaceQuota",
    ),
    "a count only of pods that end": (
        in_namespace(
            profile=None,
            quota={},
            quotas={"a": {"hard": {"pods": "999"}}},
        ),
        "default.namespaceQuota",
    ),
    "an amount in another spelling": (
        in_namespace(quota={"secrets": "0.2k"}),
        "default.namespaceQuota",
    ),
    "a role in one namespace and one environment": (
        in_namespace(
            members=[{"group": "g", "role": "debugger", "environments": ["dev"]}],
        ),
        "default.roles",
    ),
    "an adopted name that begins with the prefix of another": (
        in_namespace(adopted=ADOPTED),
        "organizations.globex.prefixes",
    ),
    "a prefix that begins with the prefix of another": (
        {"prefix": "globex-eu"},
        "organizations.globex.prefixes",
    ),
    "a cost center of another": (
        {"billing": {"subscriptionGroup": "mine", "costCenter": "globex-pays"}},
        "organizations.globex.billing",
    ),
    "borrowed by several": (
        {
            "defaultNamespace": "dev",
            "namespaces": [
                a_namespace(gpus=[{"pool": "h100", "gpus": 0, "borrowingLimit": 1}]),
                a_namespace("lab"),
            ],
        },
        "default.borrowedGpus",
    ),
    "an audit with the level that the namespace had": (
        in_namespace(enforcement={**AUDIT, "podSecurity": "privileged"}),
        "default.exceptions",
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_way_around_a_bound_is_refused(way: str) -> None:
    written, bound = WAYS[way]

    assert [] == beyond({}, {})
    assert any(f"organizationBounds.{bound}" in place for place in beyond(written, {}))


def test_a_count_that_the_platform_writes_needs_no_bound() -> None:
    def found(written: Mapping[str, object]) -> list[str]:
        return findings(
            platform=a_platform(
                organizationBounds={},
                profiles={"large": {"quota": {"pods": "500"}}},
            ),
            organizations={"acme": {"prefix": "acme", **written}},
        )

    assert [] == found(in_namespace(profile="large"))
    assert 1 == len(found(in_namespace(profile="large", quota={"pods": "501"})))


def test_what_tenancy_limits_by_itself_is_not_unlimited() -> None:
    bounds = {
        "requests.ephemeral-storage": "100Gi",
        "limits.ephemeral-storage": "200Gi",
        "fast.storageclass.storage.k8s.io/requests.storage": "0",
    }
    less = {**bounds, "requests.ephemeral-storage": "99Gi"}

    assert [] == beyond({}, {"namespaceQuota": bounds})
    assert 1 == len(beyond({}, {"namespaceQuota": less}))


def test_a_count_of_all_pods_takes_the_place_of_the_default_for_pods() -> None:
    def bounded(count: str) -> list[str]:
        written = in_namespace(profile=None, quota={"count/pods": count})
        return beyond(written, {"namespaceQuota": {"pods": "60"}})

    assert [] == bounded("60")
    assert 1 == len(bounded("61"))


def test_granted_load_balancers_come_with_node_ports() -> None:
    three = in_namespace(loadBalancers=3)

    assert [] == beyond(three, {"namespaceQuota": {"services.loadbalancers": "3"}})
    assert 2 == len(beyond(three, {}))
    none = {"namespaceQuota": {"services.loadbalancers": "3", "services.nodeports": "0"}}
    assert 1 == len(beyond(three, none))
