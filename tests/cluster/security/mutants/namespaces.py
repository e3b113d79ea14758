"""Mutants of namespaces, quotas and limits."""

from collections.abc import Iterator, Mapping, Sequence

from tests.cluster.api import MERGE_PATCH
from tests.cluster.security import objects as make
from tests.cluster.security.attacks import Attack, patch, post
from tests.cluster.security.mutants.breaking import Check, Mutant, mutant
from tests.cluster.security.mutants.catching import by_attacks
from tests.cluster.security.objects import (
    DOMAIN,
    FULL,
    LAB,
    RDMA,
    TRAIN,
    WEB,
    Object,
)
from tests.cluster.security.world import World

# Namespaces


def of_namespaces(manifest: Object, attacks: Mapping[str, list[Attack]]) -> Iterator[Mutant]:
    name, metadata = manifest["metadata"]["name"], manifest["metadata"]
    if name not in {WEB, TRAIN, LAB, "observability", "llmos-public"}:
        return
    level = "pod-security.kubernetes.io/"
    for field in ("labels", "annotations"):
        for key in metadata.get(field, ()):
            # Only where less is enforced do warnings show more than refusals.
            if name != LAB and key.startswith((f"{level}warn", f"{level}audit")):
                continue
            checks: list[Check] = [_not_taken(name, field, key)]
            if key.startswith(level):
                checks = [_standards(name)]
            if key == make.ORGANIZATION and name == WEB:
                checks = [by_attacks(attacks["network-policies"][:20])]
            path = f"metadata.{field}.{key}"
            yield mutant(manifest, path, by_attacks((), *checks))
            if key.endswith(("/enforce", "/warn")):
                yield mutant(manifest, path, _standards(name), loosened="privileged")
            if key == f"{DOMAIN}/max-per-pod" and name == TRAIN:
                check = by_attacks(attacks["gpus-per-pod"])
                yield mutant(manifest, path, check, loosened="nvidia.com/gpu=64")
            if key == f"{DOMAIN}/gpu-pools" and name == TRAIN:
                check = by_attacks(attacks["placement"])
                yield mutant(manifest, path, check, loosened="a100,h100,l40s")


def of_exceptions(manifest: Object, attacks: Mapping[str, list[Attack]]) -> Iterator[Mutant]:
    """Yield mutants of what the namespace with an exception may do."""
    if manifest["metadata"]["name"] != RDMA:
        return
    for key, loosened, family in (
        ("capabilities", "IPC_LOCK,SYS_ADMIN", "pod-security"),
        ("device-bounds", "rdma.example.com:9:9:", "device-classes"),
    ):
        path, check = f"metadata.annotations.{DOMAIN}/{key}", by_attacks(attacks[family])
        yield mutant(manifest, path, check)
        yield mutant(manifest, path, check, loosened=loosened)


def _not_taken(name: str, field: str, key: str) -> Check:
    """Return the check that nobody takes *key* off: where it is missing, they seem to."""
    request = patch(make.space(name), {"metadata": {field: {key: None}}}, MERGE_PATCH)

    def check(world: World) -> list[str]:
        answer = world.send("helper", request)
        if answer.ok:
            return [f"a helper took {key} off {name}"]
        if "ValidatingAdmissionPolicy 'tenancy-namespaces'" not in answer.message:
            return [answer.message]
        return []

    return check


def _standards(name: str) -> Check:
    """Return the check that pods are refused, and warned of, by the standards of *name*."""
    baseline = name == LAB
    enforced = "baseline" if baseline else "restricted"

    def check(world: World) -> list[str]:
        wrong = []
        answer = world.send("helper", post(make.pod(name, hostPID=True)))
        if answer.ok or f'violates PodSecurity "{enforced}:v1.36"' not in answer.message:
            wrong.append(f"host PIDs in {name}: {answer.status} {answer.message}")
        rooted = make.pod(name, main={"security": {"runAsNonRoot": False}})
        answer = world.send("helper", post(rooted))
        told = [
            text.replace('\\"', '"')
            for text in (answer.warnings if baseline else (answer.message,))
        ]
        said = 'PodSecurity "restricted:v1.36": runAsNonRoot != true'
        if answer.ok is not baseline or not any(said in text for text in told):
            wrong.append(f"root in {name}: {answer.status} {answer.message} {told}")
        return wrong

    return check


# Quotas and limits


def of_quotas(manifest: Object, attacks: Sequence[Attack]) -> Iterator[Mutant]:
    name, where = manifest["metadata"]["name"], manifest["metadata"]["namespace"]
    for key in manifest["spec"]["hard"]:
        rules = {f"quotas: {name} {key} ({where})"}
        if where == FULL:
            rules.add(f"quotas: {name} {key}")
        mine = [attack for attack in attacks if attack.rule in rules]
        if not mine:
            # Rendered alike in another namespace, where there are attacks on it.
            assert any(a.rule.startswith(f"quotas: {name} {key}") for a in attacks), (name, key)
            continue
        check = by_attacks(mine)
        yield mutant(manifest, f"spec.hard.{key}", check, settles="quota")
        # A thousand bytes would be no more than none.
        more = "1Pi" if key.endswith(("memory", "storage")) else "1k"
        yield mutant(manifest, f"spec.hard.{key}", check, settles="quota", loosened=more)
    if name == "cross-namespace-affinity" and where == WEB:
        mine = [attack for attack in attacks if name in attack.rule]
        # The scope of a quota may not be changed in every way; a new one may have any.
        yield mutant(
            manifest, "spec.scopeSelector", by_attacks(mine), settles="quota", recreated=True
        )


def of_limits(manifest: Object, attacks: Sequence[Attack]) -> Iterator[Mutant]:
    check = by_attacks(attacks, _defaults)
    for i, item in enumerate(manifest["spec"]["limits"]):
        yield mutant(manifest, f"spec.limits.{i}", check)
        for field, bounds in item.items():
            if field == "type":
                continue
            if len(item) > 2:
                yield mutant(manifest, f"spec.limits.{i}.{field}", check)
            if len(bounds) > 1:
                for key in bounds:
                    yield mutant(manifest, f"spec.limits.{i}.{field}.{key}", check)


def _defaults(world: World) -> list[str]:
    """A pod that states nothing gets what was written for it."""
    found = make.pod()
    del found["spec"]["containers"][0]["resources"]
    answer = world.send("developer", post(found))
    expected_resources = {
        "limits": {"cpu": "250m", "memory": "256Mi"},
        "requests": {"cpu": "100m", "memory": "128Mi"},
    }
    if not answer.ok:
        return [f"a bare pod: {answer.message}"]
    got = answer.body["spec"]["containers"][0]["resources"]
    return [] if got == expected_resources else [f"a bare pod got {got}"]
