"""Attacks by changes of a namespace, one's own and others'."""

from collections.abc import Iterator, Mapping

from tests.cluster.api import (
    path_of,
)
from tests.cluster.security import objects as make
from tests.cluster.security.attacks.writing import Attack, changes, creations, guarded
from tests.cluster.security.objects import (
    DOMAIN,
    MANAGED,
    ORGANIZATION,
    POOL,
    WEB,
    Object,
)
from tests.cluster.security.world import Request, World


def namespaces(world: World) -> Iterator[Attack]:
    """Yield every write over the labels of a namespace, through all three resources."""
    level = "pod-security.kubernetes.io/enforce"
    labels: dict[str, Mapping[str, str | None]] = {
        "moved": {ORGANIZATION: "globex"},
        "unmanaged": {f"{DOMAIN}/managed": None},
        "nobody's": {ORGANIZATION: None},
        "privileged": {level: "privileged"},
        "old standards": {f"{level}-version": "v1.0"},
        "no standards": {level: None},
        "every device": {"resource.kubernetes.io/admin-access": "true"},
        "a new label": {"example.com/a": "b"},
    }
    notes: dict[str, Mapping[str, str | None]] = {
        "addresses": {f"{DOMAIN}/egress-cidrs": "0.0.0.0/0"},
        "shared services taken": {f"{DOMAIN}/shared-services": None},
        "tolerations": {f"{DOMAIN}/tolerations": f"{POOL}=l40s:NoSchedule"},
        "pools": {f"{DOMAIN}/gpu-pools": "l40s"},
        "classes": {f"{DOMAIN}/priority-classes": "urgent"},
        "shared services": {f"{DOMAIN}/shared-services": "registry"},
        "load balancers": {f"{DOMAIN}/load-balancers": "true"},
        "a node selector": {"scheduler.alpha.kubernetes.io/node-selector": "a=b"},
    }
    owner = {"apiVersion": "v1", "kind": "Node", "name": "a", "uid": "a"}
    wrong: dict[str, tuple[Mapping, str]] = {
        **{what: ({"labels": found}, "other labels") for what, found in labels.items()},
        **{
            what: ({"annotations": found}, f"other annotations of {DOMAIN} or of the scheduler")
            for what, found in notes.items()
        },
        "owner": ({"ownerReferences": [owner]}, "other owners or finalizers"),
        "finalizer": ({"finalizers": ["example.com/a"]}, "other owners or finalizers"),
    }
    held = {"apiVersion": "v1", "kind": "Namespace", **world.live(make.space(WEB))}
    good = {"metadata": {"annotations": {"example.com/note": "seen"}}}
    for what, (metadata, reason) in wrong.items():
        reasons = guarded(
            "tenancy-namespaces",
            f"namespace {WEB} may be given {reason} only by users who may manage"
            " tenancy.tenancy.dev; you are oidc:mallory",
        )
        for part, path, attack, control in _parts(held, {"metadata": metadata}, good):
            way = f"{path} of {part[1:]}" if part else path
            yield Attack(
                rule=f"namespaces: {what}",
                path=way,
                person="helper",
                request=attack,
                reasons=reasons,
                control=control,
            )
            if what in {"moved", "privileged", "addresses"}:
                verb = "update" if path == "update" else "patch"
                yield Attack(
                    rule=f"rights: a namespace {what}",
                    path=way,
                    person="admin",
                    request=attack,
                    reasons=(
                        "is forbidden: User",
                        f'cannot {verb} resource "namespaces{part}"',
                    ),
                    control=attack,
                    controller="operating helper",
                )


def _parts(
    held: Object, change: Mapping, good: Mapping
) -> Iterator[tuple[str, str, Request, Request]]:
    """Yield the ways in which a namespace is changed, through all three resources."""
    for part in ("", "/status", "/finalize"):
        for path, attack, control in changes(held, change, good, part):
            # The last is served for updates alone.
            if part != "/finalize" or path == "update":
                yield part, path, attack, control


def other_namespaces(world: World) -> Iterator[Attack]:
    """Yield namespaces that are forged, taken or deleted."""
    good = {"metadata": {"annotations": {"example.com/note": "seen"}}}
    for name in (WEB, "observability", "llmos-public"):
        request = Request("DELETE", path_of(make.space(name)))
        yield Attack(
            rule=f"namespaces: {name} deleted",
            path="delete",
            person="helper",
            request=request,
            reasons=guarded("tenancy-namespaces", f"namespace {name} may be deleted only by"),
            control=request,
            controller="operating helper",
        )
    for what, metadata in {
        "managed": {"labels": MANAGED},
        "an organization's": {"labels": {ORGANIZATION: "acme"}},
        "shared": {"labels": {f"{DOMAIN}/shared": "observability"}},
        "granted addresses": {"annotations": {f"{DOMAIN}/egress-cidrs": "0.0.0.0/0"}},
    }.items():
        bad = make.space("forged", **metadata)
        for path, attack, control in creations(bad, make.space("forged")):
            yield Attack(
                rule=f"namespaces: forged, {what}",
                path=path,
                person="helper",
                request=attack,
                reasons=guarded(
                    "tenancy-namespaces",
                    f"namespace forged may be created with labels of {DOMAIN}",
                ),
                control=control,
            )
    for name in ("kube-system", "default"):
        other = {"apiVersion": "v1", "kind": "Namespace", **world.live(make.space(name))}
        taken = {"metadata": {"labels": {ORGANIZATION: "acme"}}}
        for part, path, attack, control in _parts(other, taken, good):
            yield Attack(
                rule=f"namespaces: {name} taken",
                path=f"{path} of {part[1:]}" if part else path,
                person="helper",
                request=attack,
                reasons=guarded("tenancy-namespaces", "may be given other labels only"),
                control=control,
            )
