"""
Published advisories of systems that share clusters too, each replayed on what is ours.

Only those are listed whose mechanism has an object like one of ours to work on. Each names the
mechanism and the attacks that are its replay: none reproduces.
"""

import json
from collections.abc import Callable, Sequence

import attrs
import pytest
import urllib3

from tests.cluster.api import path_of
from tests.cluster.security import expected_access as expected
from tests.cluster.security import objects as make
from tests.cluster.security.access import Question, ask
from tests.cluster.security.attacks import Attack, failures, post
from tests.cluster.security.objects import LAB, WEB
from tests.cluster.security.world import PEOPLE, World

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("security")]

Replay = Callable[[World], list[str]]
"""What reproduces, one text for each thing."""


@attrs.frozen
class Advisory:
    """
    One advisory.

    Attributes:
        id: As it was published.
        system: Whose it is.
        mechanism: What was done to which object.
        rules: What the rules of the attacks that replay it begin with.
        paths: What their write path ends with. Default: any.
        replay: What else replays it.
    """

    id: str
    system: str
    mechanism: str
    rules: Sequence[str] = ()
    paths: str = ""
    replay: Replay | None = None


def _rights(person: str, *namespaces: str) -> Replay:
    """Return the replay that asks for every right of *person* there; all are as written."""

    def replay(world: World) -> list[str]:
        findings = ask(
            world,
            [
                Question(person, namespace, group, resource, verb)
                for namespace in namespaces
                for group, held in expected.ADMIN.items()
                for resource in held
                for verb in expected.VERBS
            ],
        )
        return findings.unexpectedly_allowed

    return replay


def _as_group_and_as_user(world: World) -> list[str]:
    """A subject is of the kind that its binding states: a group's name is not a user's."""
    found = _rights("impostor", WEB)(world)
    for path in ("rolebindings", "clusterrolebindings"):
        answer = world.root.request("GET", f"/apis/{make.RBAC}/v1/{path}").accepted()
        for item in answer.body["items"]:
            if item["metadata"].get("labels", {}).get("tenancy.dev/managed") != "true":
                continue
            found += [
                f"{item['metadata']['name']}: {subject}"
                for subject in item["subjects"]
                if subject.get("apiGroup", "")
                != ("" if subject["kind"] == "ServiceAccount" else make.RBAC)
            ]
    return found


def _without_a_token(*headers: tuple[str, str]) -> Replay:
    """Return the replay that sends *headers* over a connection that proves nobody."""

    def replay(world: World) -> list[str]:
        found = []
        authority = world.root.pool.connection_pool_kw["ca_certs"]
        with urllib3.PoolManager(ca_certs=authority) as nobody:
            for path in (path_of(make.config_map(WEB), collection=True), "/api/v1/secrets"):
                answer = nobody.request(
                    "GET", world.root.server + path, headers=dict(headers), timeout=60
                )
                if answer.status not in {401, 403}:
                    found.append(f"{path}: {answer.status} with {headers}")
        return found

    return replay


def _in_default(world: World) -> list[str]:
    """Nobody starts a pod where the cluster's own service accounts are."""
    found = []
    for namespace in ("default", "kube-system"):
        for person in ("admin", "account"):
            request = post(make.pod(namespace))
            answer = world.send(person, request)
            if answer.ok or 'cannot create resource "pods"' not in answer.message:
                found.append(f"{person} in {namespace}: {answer.status} {answer.message}")
    return found


def _through_a_namespace(world: World) -> list[str]:
    """A right on a kind of one API group does not cover such a kind in another group."""
    return ask(
        world,
        [
            Question(person, namespace, group, "namespaces", verb)
            for person in ("admin", "developer", "viewer", "account")
            for namespace in (WEB, LAB, "")
            for group in ("", "project.openshift.io", "management.cattle.io", "*")
            for verb in expected.VERBS
        ],
    ).unexpectedly_allowed


ADVISORIES = (
    Advisory(
        "CVE-2022-46167",
        "Capsule",
        "who may patch a namespace takes its ownerReference off, and the rules with it",
        ("namespaces: owner", "namespaces: unmanaged", "rights: a namespace moved"),
    ),
    Advisory(
        "CVE-2024-39690",
        "Capsule",
        "a tenant's owner patches a namespace that nobody owns, and takes it",
        ("namespaces: kube-system taken", "namespaces: default taken"),
    ),
    Advisory(
        "CVE-2025-55205",
        "Capsule",
        "the tenant's label is put on namespaces of the system",
        ("namespaces: kube-system taken", "namespaces: forged, an organization's"),
    ),
    Advisory(
        "CVE-2026-30963",
        "Capsule",
        "a namespace is taken through its subresource status, which nobody guards",
        ("namespaces: moved", "namespaces: kube-system taken"),
        "of status",
    ),
    Advisory(
        "CVE-2026-55636",
        "Capsule",
        "the guard of the subresource finalize names the resource in the singular",
        ("namespaces: moved", "namespaces: kube-system taken"),
        "of finalize",
    ),
    Advisory(
        "CVE-2026-22872",
        "Capsule",
        "a controller with all rights creates what tenants hand to it, cluster-wide kinds too",
        ("cluster: clusterroles", "cluster: clusterrolebindings"),
    ),
    Advisory(
        "CVE-2026-65835",
        "Capsule",
        "cluster-wide kinds escape the namespace that is stamped on a tenant's raw items",
        ("cluster: validatingwebhookconfigurations", "cluster: persistentvolumes"),
    ),
    Advisory(
        "CVE-2023-46254",
        "capsule-proxy",
        "a service account of the same name in another namespace is taken for the tenant's",
        replay=_rights("namesake", WEB, "acme-train", LAB),
    ),
    Advisory(
        "CVE-2022-23652",
        "capsule-proxy",
        "a request names the user that it claims to be in a header, and the server does"
        " not check who sends it",
        replay=_without_a_token(
            ("Impersonate-User", PEOPLE["admin"][0]),
            ("Impersonate-Group", PEOPLE["admin"][1]),
            ("Connection", "Impersonate-User"),
        ),
    ),
    Advisory(
        "CVE-2023-48312",
        "capsule-proxy",
        "a blank token passes for a good one",
        replay=_without_a_token(("Authorization", "Bearer ")),
    ),
    Advisory(
        "CVE-2020-10676",
        "Rancher",
        "a namespace is moved to another project, and its members keep their rights",
        ("namespaces: moved", "namespaces: nobody's"),
    ),
    Advisory(
        "CVE-2023-32194",
        "Rancher",
        "rights on namespaces of any API group become rights on those of the core",
        ("rights: a role of namespaces",),
        replay=_through_a_namespace,
    ),
    Advisory(
        "CVE-2024-22031",
        "Rancher",
        "who makes a project chooses its name, and so gains another's",
        ("namespaces: forged", "cluster: namespaces as admin"),
    ),
    Advisory(
        "CVE-2018-20321",
        "Rancher",
        "a pod of a member mounts a privileged service account of the namespace default",
        replay=_in_default,
    ),
    Advisory(
        "CVE-2022-31247",
        "Rancher",
        "an owner of bindings gives the owner's own and greater rights by escalate and *",
        (
            "rights: a role of escalate",
            "rights: a role of bind",
            "rights: a role of every verb",
            "rights: a binding to cluster-admin",
        ),
    ),
    Advisory(
        "CVE-2021-25318",
        "Rancher",
        "roles are written without an API group, and so name kinds of every group",
        ("rights: a role of every group", "roles: every group"),
        replay=_as_group_and_as_user,
    ),
    Advisory(
        "CVE-2023-32196",
        "Rancher",
        "a template refers to a role from elsewhere, whose rules nobody checks",
        ("role-bindings: to edit", "role-bindings: to helpers"),
    ),
    Advisory(
        "CVE-2026-41053",
        "Rancher",
        "a team's name also means every team whose name begins with it",
        ("others: secrets as impostor", "others: pods as impostor"),
        replay=_rights("impostor", WEB, LAB),
    ),
    Advisory(
        "CVE-2026-22806",
        "vCluster Platform",
        "a key that is meant for one tenant works for all",
        ("others: secrets as account", "others: configmaps as account"),
        replay=_rights("account", "acme-train", LAB),
    ),
    Advisory(
        "GCP-2024-003",
        "GKE",
        "a role is bound to system:authenticated, which is everybody on the internet",
        ("role-bindings: everybody", "role-bindings: every service account"),
    ),
    Advisory(
        "CVE-2020-8554",
        "Kubernetes",
        "a service takes over others' traffic with externalIPs",
        ("services: external addresses",),
    ),
    Advisory(
        "CVE-2021-25740",
        "Kubernetes",
        "endpoints that are written by hand lead into other namespaces",
        ("endpoints: ", "rights: Endpoint"),
    ),
    Advisory(
        "CVE-2024-7598",
        "Kubernetes",
        "network policies go before the pods while their namespace is deleted",
        ("namespaces: acme-web deleted", "objects: default-deny"),
        "delete",
    ),
    Advisory(
        "CVE-2023-2727",
        "Kubernetes",
        "an ephemeral container gets round the policy of images",
        ("image-pull: ephemeral",),
    ),
    Advisory(
        "CVE-2023-2728",
        "Kubernetes",
        "an ephemeral container gets round what other containers may mount",
        ("pods: ephemeral", "pod-security-level: ephemeral container's privileged"),
    ),
    Advisory(
        "CVE-2024-3177",
        "Kubernetes",
        "envFrom gets round what env may name",
        (
            "pods: devices by prefix",
            "pods: init container's devices by prefix",
            "device-environment: NVIDIA_VISIBLE_DEVICES",
        ),
    ),
)


@pytest.mark.parametrize("advisory", ADVISORIES, ids=lambda found: found.id)
def test_it_does_not_reproduce(world: World, attacks: list[Attack], advisory: Advisory):
    replayed = [
        attack
        for attack in attacks
        if attack.rule.startswith(tuple(advisory.rules))
        and attack.path.endswith(advisory.paths)
    ]
    covered = {
        rule for rule in advisory.rules for attack in replayed if attack.rule.startswith(rule)
    }

    assert set(advisory.rules) == covered
    assert replayed or advisory.replay
    assert [] == failures(world, replayed)
    if advisory.replay is not None:
        assert [] == advisory.replay(world)


def test_there_are_at_least_twenty(record_property):
    ids = {advisory.id for advisory in ADVISORIES}
    record_property("advisories replayed, none reproduces", len(ids))
    print(json.dumps(sorted(ids)))

    assert len(ADVISORIES) == len(ids)
    assert 20 <= len(ids)
    assert all(advisory.mechanism for advisory in ADVISORIES)
