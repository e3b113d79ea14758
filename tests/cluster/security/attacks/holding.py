"""Attacks by finalizers that are never removed, and budgets that block every eviction."""

from collections.abc import Iterator

from tests.cluster.security import objects as make
from tests.cluster.security.attacks.writing import Attack, changes, creations, guarded
from tests.cluster.security.objects import Object
from tests.cluster.security.world import World

__all__ = ["disruption_budgets", "finalizers"]


def finalizers(world: World) -> Iterator[Attack]:
    """Yield finalizers that are not allowed."""
    for good in (
        make.config_map(),
        make.config_map(kind="Secret"),
        make.pod(),
        make.service(),
        make.volume_claim(),
        make.workload("Deployment"),
    ):
        kind = good["kind"]
        held = world.live(make.named(good, "seed"))
        held = {"apiVersion": good["apiVersion"], "kind": kind, **held}
        present = held["metadata"].get("finalizers", [])

        def having(*names: str, of: Object = good) -> Object:
            return {**of, "metadata": {**of["metadata"], "finalizers": list(names)}}

        known = ["example.com/known", "foregroundDeletion"]
        for path, attack, control in (
            *creations(having("example.com/mine"), having(*known)),
            *(
                way
                for way in changes(
                    held,
                    {"metadata": {"finalizers": [*present, "example.com/mine"]}},
                    {"metadata": {"finalizers": [*present, *known]}},
                )
                if way[0] in {"update", "merge patch"}
            ),
        ):
            yield Attack(
                rule=f"finalizers: of a {kind}",
                path=path,
                person="developer",
                request=attack,
                reasons=guarded("tenancy-finalizers", "finalizers may be batch.kubernetes.io/"),
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
