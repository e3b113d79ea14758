"""Attacks by finalizers that are never removed, and budgets that block every eviction."""

from collections.abc import Iterator

from tests.cluster.security import objects as make
from tests.cluster.security.attacks.writing import Attack, changes, creations, guarded
from tests.cluster.security.objects import Object
from tests.cluster.security.world import World

__all__ = [
    "disruption_budgets",
    "finalizers",
    "finalizers_of_clouds",
    "misplaced_finalizers",
    "removed_finalizers",
]

VERSIONED = {"Notebook", "PodDisruptionBudget"}
"""Kinds that are not updated without the version that was read."""
NONE_OF = {"DaemonSet", "ReplicationController"}
"""Kinds of which the quota allows none; it is asked after the guards."""

CHANGED = (
    make.config_map(),
    make.config_map(kind="Secret"),
    make.pod(),
    make.service(),
    make.volume_claim(),
    make.workload("Deployment"),
    make.autoscaler(),
    make.workload("CronJob"),
    make.ingress(),
    make.disruption_budget(),
    make.role(),
    make.device_claim_template(),
    make.notebook(),
)
"""Objects of which a seed can be changed: at least one of each API group."""

KINDS = (
    *CHANGED,
    *(
        make.workload(kind)
        for kind in (
            "ReplicationController",
            "DaemonSet",
            "ReplicaSet",
            "StatefulSet",
            "Job",
        )
    ),
    make.service_account(),
    make.network_policy(),
    make.binding(make.group("oidc:acme-developers")),
    make.device_claim(),
)
"""One object of every kind that members may create."""


def finalizers(world: World) -> Iterator[Attack]:
    """Yield finalizers that are not allowed, on every kind that members may create."""
    known = ["example.com/known", "foregroundDeletion"]
    reasons = guarded("tenancy-finalizers", "finalizers may be example.com/known, ")
    for good in KINDS:
        for path, attack, control in creations(
            _having(good, "example.com/mine"), _having(good, *known)
        ):
            yield Attack(
                rule=f"finalizers: of a {good['kind']}",
                path=path,
                # What members may not create in this namespace, a helper may.
                person="helper",
                request=attack,
                reasons=reasons,
                control=control,
                reaches="exceeded quota: object-counts" if good["kind"] in NONE_OF else "",
            )
    for good in CHANGED:
        held = world.live(make.named(good, "seed"))
        held = {"apiVersion": good["apiVersion"], "kind": good["kind"], **held}
        present = held["metadata"].get("finalizers", [])
        for path, attack, control in changes(
            held,
            {"metadata": {"finalizers": [*present, "example.com/mine"]}},
            {"metadata": {"finalizers": [*present, *known]}},
        ):
            if path == "merge patch" or (path == "update" and held["kind"] not in VERSIONED):
                yield Attack(
                    rule=f"finalizers: of a {good['kind']}",
                    path=path,
                    person="rival" if good["kind"] == "ResourceClaimTemplate" else "admin",
                    request=attack,
                    reasons=reasons,
                    control=control,
                )
    for kind in ("Deployment", "CronJob"):
        bad, good = make.workload(kind), make.workload(kind)
        for found, name in ((bad, "example.com/mine"), (good, "example.com/known")):
            spec = found["spec"].get("jobTemplate", found)["spec"]
            spec["template"]["metadata"]["finalizers"] = [name]
        for path, attack, control in creations(bad, good):
            yield Attack(
                rule=f"finalizers: of the pods of a {kind}",
                path=path,
                person="developer",
                request=attack,
                reasons=guarded("tenancy-finalizers", "a template may have no other"),
                control=control,
            )


def misplaced_finalizers(world: World) -> Iterator[Attack]:
    """Yield finalizers that a controller removes from one kind, on another: they stay."""
    for good in (make.config_map(), make.pod(), make.device_claim_template()):
        for path, attack, control in creations(
            _having(good, "kubernetes.io/pvc-protection"), _having(good, "foregroundDeletion")
        ):
            yield Attack(
                rule=f"finalizers: of a volume claim, on a {good['kind']}",
                path=path,
                person="helper",
                request=attack,
                reasons=guarded("tenancy-finalizers", "finalizers may be example.com/known, "),
                control=control,
            )


def finalizers_of_clouds(world: World) -> Iterator[Attack]:
    """Yield the finalizer that only a cloud's controller removes, by a member."""
    bad, good = "service.kubernetes.io/load-balancer-cleanup", "foregroundDeletion"
    held = world.live(make.named(make.service(), "seed"))
    held = {"apiVersion": "v1", "kind": "Service", **held}
    for path, attack, control in (
        *creations(_having(make.service(), bad), _having(make.service(), good)),
        *changes(
            held,
            {"metadata": {"finalizers": [bad]}},
            {"metadata": {"finalizers": [good]}},
        ),
    ):
        yield Attack(
            rule="finalizers: of a cloud's controller, on a Service",
            path=path,
            person="admin",
            request=attack,
            reasons=guarded("tenancy-finalizers", "finalizers may be example.com/known, "),
            control=control,
        )


def removed_finalizers(world: World) -> Iterator[Attack]:
    """Yield the removal of the finalizer that keeps a claim, and its storage, counted."""
    held = world.live(make.named(make.volume_claim(), "seed"))
    held = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", **held}
    present = held["metadata"]["finalizers"]
    for path, attack, control in changes(
        held,
        {"metadata": {"finalizers": ["foregroundDeletion"]}},
        {"metadata": {"finalizers": [*present, "foregroundDeletion"]}},
    ):
        # The other ways to write merge lists of finalizers.
        if path in ("merge patch", "update"):
            yield Attack(
                rule="finalizers: removed from a volume claim",
                path=path,
                person="admin",
                request=attack,
                reasons=guarded(
                    "tenancy-finalizers",
                    "the finalizers kubernetes.io/pvc-protection,"
                    " service.kubernetes.io/load-balancer-cleanup may not be removed",
                ),
                control=control,
            )


def _having(good: Object, *names: str) -> Object:
    return {**good, "metadata": {**good["metadata"], "finalizers": list(names)}}


def disruption_budgets(world: World) -> Iterator[Attack]:
    """Yield budgets that block every eviction."""
    for what, spec, fine, reason in (
        (
            "none",
            {"maxUnavailable": 0},
            {"maxUnavailable": 1},
            "spec.maxUnavailable may",
        ),
        ("0%", {"maxUnavailable": "0%"}, {"maxUnavailable": "1%"}, "spec.maxUnavailable may"),
        (
            "0000%",
            {"maxUnavailable": "0000%"},
            {"maxUnavailable": "0001%"},
            "spec.maxUnavailable may",
        ),
        (
            "0100%",
            {"minAvailable": "0100%"},
            {"minAvailable": "0010%"},
            "spec.minAvailable may",
        ),
        ("all", {"minAvailable": "100%"}, {"minAvailable": "99%"}, "spec.minAvailable may"),
    ):
        held = world.live(make.named(make.disruption_budget(), "seed"))
        held = {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", **held}
        others = {"minAvailable": None, "maxUnavailable": None}
        for path, attack, control in (
            *creations(make.disruption_budget(**spec), make.disruption_budget(**fine)),
            *(
                way
                for way in changes(
                    held, {"spec": {**others, **spec}}, {"spec": {**others, **fine}}
                )
                if way[0] == "merge patch"
            ),
        ):
            yield Attack(
                rule=f"disruption-budgets: {what}",
                path=path,
                person="developer",
                request=attack,
                reasons=guarded("tenancy-disruption-budgets", reason),
                control=control,
            )
