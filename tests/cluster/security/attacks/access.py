"""Attacks by role bindings, roles, managed objects and service accounts."""

from collections.abc import Iterator, Mapping

from tests.cluster.api import (
    path_of,
)
from tests.cluster.security import objects as make
from tests.cluster.security.attacks.writing import (
    CREATING,
    Attack,
    changes,
    creations,
    everyway,
    guarded,
)
from tests.cluster.security.objects import (
    DOMAIN,
    LAB,
    MANAGED,
    WEB,
    Object,
)
from tests.cluster.security.world import Request, World

# Access


def bindings(world: World) -> Iterator[Attack]:
    """Yield the bindings that name others, or roles that others widen."""
    named = "subjects may not be named system:"
    foreign = "service accounts of other organizations may not be bound here"
    stranger = "may not be bound here, only members of the organization"
    for what, subject, reason in (
        ("everybody", make.group("system:authenticated"), named),
        ("everybody unknown", make.group("system:unauthenticated"), named),
        ("every service account", make.group("system:serviceaccounts"), named),
        ("another's service accounts", make.group(f"system:serviceaccounts:{LAB}"), named),
        ("anonymous", make.user("system:anonymous"), named),
        ("an account as a user", make.user(f"system:serviceaccount:{LAB}:default"), named),
        ("the masters", make.group("system:masters"), named),
        ("another's service account", make.account(LAB, "default"), foreign),
        ("a wildcard", make.group("*"), "a subject may not be *"),
        ("a wildcard user", make.user("*"), "a subject may not be *"),
    ):
        yield from everyway(
            world,
            f"role-bindings: {what}",
            make.binding(make.group("oidc:friends"), subject),
            guarded("tenancy-role-bindings", reason),
            good=make.binding(),
        )
    yield from strangers(world, stranger)
    for name in ("tenancy:later", "tenancy:", "tenancy:kubernetes:edit"):
        yield from everyway(
            world,
            f"role-bindings: named {name}, as ours are",
            make.binding(name=name),
            guarded("tenancy-role-bindings", "a role binding may not be named tenancy:…"),
            good=make.binding(name=name.replace("tenancy:", "tenancy-")),
            paths=CREATING,
        )
    for what, subject in (
        ("another's service account", make.account(LAB, "builder")),
        ("a namesake of one that is listed", make.account("ci-system", "builder2")),
        ("an account of the cluster's own", make.account("kube-system", "default")),
        ("an account whose namespace begins alike", make.account("acme-we", "deployer")),
        ("an account whose namespace ends alike", make.account("acme-web-2", "deployer")),
    ):
        yield from everyway(
            world,
            f"role-bindings: {what}",
            make.binding(subject),
            guarded("tenancy-role-bindings", foreign),
            good=make.binding(make.account("acme-train", "deployer")),
            paths=CREATING,
        )
    for name in ("cluster-admin", "admin", "edit", "view", "helpers"):
        bad = make.binding(to=("ClusterRole", name))
        # Who holds `bind` on everything is stopped by the guard, a member by Kubernetes itself.
        yield from everyway(
            world,
            f"role-bindings: to {name}",
            bad,
            guarded("tenancy-role-bindings", "of ClusterRoles only tenancy:admin"),
            good=make.binding(),
            person="helper",
            paths=CREATING,
        )
        if name != "view":
            yield from everyway(
                world,
                f"rights: a binding to {name}",
                bad,
                ("is attempting to grant RBAC permissions not currently held",),
                good=make.binding(),
                paths=CREATING,
            )


def strangers(world: World, reason: str) -> Iterator[Attack]:
    """Yield bindings of who is no member, each nearly a member's or a listed subject's."""
    members = (
        make.group("oidc:acme-viewers"),
        make.user("oidc:eve@acme.example"),
        make.account(WEB, "anything"),
        make.user("oidc:ci@platform.example"),
        make.account("ci-system", "builder"),
    )
    for what, subject in (
        ("the cluster's administrator", make.user("kubernetes-admin")),
        ("administrators of kubeadm", make.group("kubeadm:cluster-admins")),
        ("another organization's group", make.group("oidc:globex-leads")),
        ("another organization's person", make.user("oidc:gil@globex.example")),
        ("an operator", make.group("oidc:platform-operators")),
        ("a group without the prefix", make.group("acme-leads")),
        ("a group with the prefix twice", make.group("oidc:oidc:acme-leads")),
        ("a group in capitals", make.group("oidc:ACME-leads")),
        ("a group that begins alike", make.group("oidc:acme-lead")),
        ("a group that a member begins", make.group("oidc:acme-leads-2")),
        ("every group at once", make.group("oidc:acme-leads\nGroup oidc:acme-viewers")),
        ("a group of no name", make.group(" ")),
        ("a user called as a group is", make.user("oidc:acme-leads")),
        ("a group called as a user is", make.group("oidc:eve@acme.example")),
        ("a listed user as a group", make.group("oidc:ci@platform.example")),
        ("a person of nobody", make.user("oidc:oscar@elsewhere.example")),
    ):
        yield from everyway(
            world,
            f"role-bindings: {what}",
            make.binding(members[0], subject),
            guarded("tenancy-role-bindings", subject["name"].replace("\n", " "), reason),
            good=make.binding(*members),
        )


def roles(world: World) -> Iterator[Attack]:
    """Yield roles that give more than an admin holds, or what nobody can foresee."""
    yield from everyway(
        world,
        "roles: named as ours are",
        make.role(name="tenancy:later"),
        guarded("tenancy-roles", "a role may not be named tenancy:…"),
        good=make.role(name="tenancy-later"),
        paths=CREATING,
    )
    for what, rule in {
        "every group": {"groups": ("*",)},
        "every resource": {"resources": ("*",)},
        "every verb": {"verbs": ("*",)},
        "impersonate": {"resources": ("serviceaccounts",), "verbs": ("impersonate",)},
        "impersonate:user-info": {
            "groups": ("authentication.k8s.io",),
            "resources": ("users",),
            "verbs": ("impersonate:user-info",),
        },
        "impersonate-on:user-info:list": {"verbs": ("impersonate-on:user-info:list",)},
        "escalate": {"groups": (make.RBAC,), "resources": ("roles",), "verbs": ("escalate",)},
        "bind": {"groups": (make.RBAC,), "resources": ("roles",), "verbs": ("bind",)},
        "quotas": {"resources": ("resourcequotas",), "verbs": ("update",)},
        "nodes/proxy": {"resources": ("nodes/proxy",), "verbs": ("get",)},
        "namespaces": {"resources": ("namespaces",), "verbs": ("patch",)},
        "secrets' finalizers": {"resources": ("namespaces/finalize",), "verbs": ("update",)},
    }.items():
        bad = make.role(**rule)
        yield from everyway(
            world,
            f"rights: a role of {what}",
            bad,
            ("is attempting to grant RBAC permissions not currently held",),
            good=make.role(),
        )
        verbs = [
            verb
            for verb in rule.get("verbs", ())
            if verb.startswith(("impersonate", "escalate", "bind"))
        ]
        if verbs or "*" in next(iter(rule.values())):
            yield from everyway(
                world,
                f"roles: {what}",
                bad,
                guarded(
                    "tenancy-roles",
                    "a role may not have the verbs"
                    if verbs
                    else "a role may have no wildcards",
                ),
                good=make.role(),
                person="helper",
            )


def managed(world: World) -> Iterator[Attack]:
    """Yield every write over what this tool manages."""
    note = {"metadata": {"annotations": {"probe": "changed"}}}
    wider = {"spec": {"policyTypes": ["Ingress"]}}
    more = {"spec": {"hard": {"pods": "999"}}}
    v1, rbac = "v1", f"{make.RBAC}/v1"
    friends = {"subjects": [make.group("oidc:friends")]}
    mapped = make.labelled(make.named(make.config_map(), "operators"), MANAGED)
    secret = make.labelled(make.named(make.config_map(kind="Secret"), "operators"), MANAGED)
    served = make.labelled(make.named(make.service(), "operators"), MANAGED)
    role = make.labelled(make.named(make.role(), "operators"), MANAGED)
    for made in (mapped, secret, served, role):
        world.apply(made)
    targets: list[tuple[str, Object, Mapping]] = [
        ("admin", make.thing("networking.k8s.io/v1", "NetworkPolicy", name, WEB), wider)
        for name in ("default-deny", "allow-same-organization")
    ]
    targets += [
        ("admin", make.thing(rbac, "RoleBinding", "tenancy:developer", WEB), friends),
        ("admin", role, {"rules": []}),
        ("admin", mapped, {"data": {"a": "b"}}),
        ("admin", secret, {"data": {"a": "YQ=="}}),
        ("admin", served, {"spec": {"selector": {"app": "other"}}}),
        ("helper", make.thing(rbac, "RoleBinding", "tenancy:admin", LAB), friends),
        ("helper", make.thing(v1, "ResourceQuota", "quota", WEB), more),
        ("helper", make.thing(v1, "ResourceQuota", "gpus", WEB), more),
        ("helper", make.thing(v1, "LimitRange", "limits", WEB), {"spec": {"limits": []}}),
        ("helper", make.thing(rbac, "ClusterRole", "tenancy:viewer"), {"rules": []}),
        ("helper", make.thing(rbac, "ClusterRole", "tenancy:operator"), {"rules": []}),
        ("helper", make.thing(rbac, "ClusterRoleBinding", "tenancy:operator"), friends),
        ("helper", make.thing("scheduling.k8s.io/v1", "PriorityClass", "urgent"), note),
    ]
    off = {"metadata": {"labels": {f"{DOMAIN}/managed": None}}}
    for person, target, change in targets:
        held = world.live(target)
        held = {"apiVersion": target["apiVersion"], "kind": target["kind"], **held}
        plural = path_of(target, collection=True).rpartition("/")[2]
        name = target["metadata"]["name"]
        reasons = guarded(
            "tenancy-objects", f"{plural} {name} is managed by tenancy", "refused for"
        )
        ways = [
            (f"{what}|{path}", attack, reasons)
            for what, found in (("changed", change), ("label taken off", off))
            for path, attack, _ in changes(held, found, {})
        ]
        ways.append(("deleted|delete", Request("DELETE", path_of(target)), reasons))
        ways.append(
            (
                "deleted|deletecollection",
                Request("DELETE", path_of(target, collection=True)),
                guarded("tenancy-objects", f"{plural} ", "is managed by tenancy"),
            )
        )
        for way, request, said in ways:
            what, _, path = way.partition("|")
            yield Attack(
                rule=f"objects: {name} ({target['kind']}) {what}",
                path=path,
                person=person,
                request=request,
                reasons=said,
                control=request,
                controller="operating helper",
            )
        if person == "helper" and target["kind"] in {"ResourceQuota", "LimitRange"}:
            for way, request, _ in ways:
                what, _, path = way.partition("|")
                yield Attack(
                    rule=f"rights: {name} ({target['kind']}) {what}",
                    path=path,
                    person="admin",
                    request=request,
                    reasons=("is forbidden: User", f'resource "{plural}"'),
                    control=request,
                    controller="operating helper",
                )


def forged(world: World) -> Iterator[Attack]:
    """Yield the label of what is managed, on what people made themselves."""
    for good in (
        make.network_policy(),
        make.binding(),
        make.role(),
        make.service(),
        make.config_map(),
        make.config_map(kind="Secret"),
    ):
        yield from everyway(
            world,
            f"objects: forged {good['kind']}",
            make.labelled(good, MANAGED),
            guarded("tenancy-objects", "is managed by tenancy (label tenancy.dev/managed)"),
            good=good,
        )

    for good in (
        make.thing("scheduling.k8s.io/v1", "PriorityClass", "probe", value=1),
        make.thing(f"{make.RBAC}/v1", "ClusterRole", "probe", rules=[]),
        make.thing("v1", "LimitRange", "probe", WEB, spec={"limits": []}),
        make.named(make.quota(), "probe"),
    ):
        for path, attack, control in creations(make.labelled(good, MANAGED), good):
            yield Attack(
                rule=f"objects: forged {good['kind']}",
                path=path,
                person="helper",
                request=attack,
                reasons=guarded("tenancy-objects", "is managed by tenancy"),
                control=control,
            )


def service_accounts(world: World) -> Iterator[Attack]:
    """Yield the ways to have tokens mounted unasked."""
    default = make.thing("v1", "ServiceAccount", "default", WEB)
    held = {"apiVersion": "v1", "kind": "ServiceAccount", **world.live(default)}
    reasons = guarded(
        "tenancy-service-accounts", "serviceaccounts default is managed by tenancy"
    )
    good = {"imagePullSecrets": [{"name": "registry"}]}
    for what, change in {
        "token mounted": {"automountServiceAccountToken": True},
        "token mounted by default": {"automountServiceAccountToken": None},
        "label taken off": {"metadata": {"labels": {f"{DOMAIN}/managed": None}}},
    }.items():
        for path, attack, control in changes(held, change, good):
            yield Attack(
                rule=f"service-accounts: {what}",
                path=path,
                person="developer",
                request=attack,
                reasons=reasons,
                control=control,
            )
    for path, target in (("delete", path_of(default)), ("deletecollection", "")):
        request = Request("DELETE", target or path_of(default, collection=True))
        yield Attack(
            rule="service-accounts: deleted",
            path=path,
            person="developer",
            request=request,
            reasons=reasons,
            control=request,
            controller="operating helper",
        )
    yield from everyway(
        world,
        "service-accounts: forged",
        make.labelled(make.service_account(), MANAGED),
        guarded("tenancy-service-accounts", "is managed by tenancy"),
        good=make.service_account(),
        person="developer",
    )
