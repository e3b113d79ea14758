"""Attacks by claims that choose a volume, its attributes, or what drivers do with it."""

from collections.abc import Iterator, Mapping

from tests.cluster.security import objects as make
from tests.cluster.security.attacks.writing import Attack, changes, creations, guarded
from tests.cluster.security.world import World

__all__ = ["claim_annotations", "volumes"]

_OBEYED = (
    "cdi.kubevirt.io/storage.import.endpoint",
    "ebs.csi.aws.com/iops",
    "k8s.io/CloneOf",
    "pv.kubernetes.io/bind-completed",
    "volume.beta.kubernetes.io/mount-options",
    "volume.kubernetes.io/selected-node",
    "volume.kubernetes.io/storage-provisioner",
)
_PASSING = {"example.com/note": "a", "helm.sh/resource-policy": "keep", "rollme": "a"}


def volumes() -> Iterator[Attack]:
    """Yield claims that select a volume, or a class of attributes that is not listed."""
    attributes = "spec.volumeAttributesClassName must be one of silver"
    for what, spec, fine, reason in (
        (
            "a volume by its labels",
            {"selector": {"matchLabels": {"tenant": "globex"}}},
            {},
            "a claim may not select its volume",
        ),
        (
            "a volume by an expression",
            {"selector": {"matchExpressions": [{"key": "tenant", "operator": "Exists"}]}},
            {},
            "a claim may not select its volume",
        ),
        ("any volume", {"selector": {}}, {}, "a claim may not select its volume"),
        (
            "attributes that are not listed",
            {"volumeAttributesClassName": "gold"},
            {"volumeAttributesClassName": "silver"},
            attributes,
        ),
    ):
        bad, good = make.volume_claim(), make.volume_claim()
        bad["spec"] |= spec
        good["spec"] |= fine
        for path, attack, control in creations(bad, good):
            yield Attack(
                rule=f"storage-claims: {what}",
                path=path,
                person="developer",
                request=attack,
                reasons=guarded("tenancy-storage-claims", reason),
                control=control,
            )


def claim_annotations(world: World) -> Iterator[Attack]:
    """Yield annotations of claims that drivers, importers and the scheduler obey."""
    good = make.volume_claim()
    held = world.live(make.named(good, "seed"))
    held = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", **held}

    def noted(notes: Mapping[str, str]) -> make.Object:
        return {**good, "metadata": {**good["metadata"], "annotations": dict(notes)}}

    for key in _OBEYED:
        for path, attack, control in (
            *creations(noted({key: "a"}), noted(_PASSING)),
            *changes(
                held,
                {"metadata": {"annotations": {key: "a"}}},
                {"metadata": {"annotations": _PASSING}},
            ),
        ):
            yield Attack(
                rule=f"claim-annotations: {key}",
                path=path,
                person="developer",
                request=attack,
                reasons=guarded("tenancy-claim-annotations", f"that are not allowed: {key};"),
                control=control,
            )
