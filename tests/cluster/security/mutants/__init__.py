"""
Mutants of what is rendered: each field is deleted or loosened in turn, on the real cluster.

A mutant is caught if some attack is no longer refused for its reason, or some control no longer
accepted. Where many objects are rendered alike, one of them is tested for all.
"""

from collections.abc import Iterator, Mapping, Sequence

from tests.cluster.security.attacks import Attack
from tests.cluster.security.mutants.access import of_bindings, of_classes, of_roles
from tests.cluster.security.mutants.breaking import CHECKED_NAMESPACES, GUARDED, Mutant, mutant
from tests.cluster.security.mutants.catching import by_attacks, by_unguarded
from tests.cluster.security.mutants.namespaces import (
    of_exceptions,
    of_limits,
    of_namespaces,
    of_quotas,
)
from tests.cluster.security.mutants.networks import of_networks
from tests.cluster.security.mutants.policies import (
    of_mutations,
    of_policies,
    of_their_bindings,
)
from tests.cluster.security.objects import (
    DOMAIN,
    FULL,
    LAB,
    TRAIN,
    WEB,
    Object,
)
from tests.cluster.security.world import World


def table(world: World, attacks: Sequence[Attack]) -> list[Mutant]:
    """Return every mutant."""
    by_family: dict[str, list[Attack]] = {}
    for attack in attacks:
        by_family.setdefault(attack.family, []).append(attack)
    found: list[Mutant] = []
    seen: set[str] = set()
    for manifest in world.manifests:
        found += _of(manifest, by_family, seen)
    names = [mutant.name for mutant in found]
    assert len(names) == len(set(names)), [name for name in names if names.count(name) > 1]
    return found


def _of(  # noqa: C901
    manifest: Object, attacks: Mapping[str, list[Attack]], seen: set[str]
) -> Iterator[Mutant]:
    kind = manifest["kind"]
    namespace, name = manifest["metadata"].get("namespace", ""), manifest["metadata"]["name"]
    match kind:
        case "ValidatingAdmissionPolicy":
            yield from of_policies(manifest, attacks)
        case "ValidatingAdmissionPolicyBinding":
            yield from of_their_bindings(manifest, attacks)
        case "MutatingAdmissionPolicy" | "MutatingAdmissionPolicyBinding":
            yield from of_mutations(manifest)
        case "Namespace":
            yield from of_namespaces(manifest, attacks)
            yield from of_exceptions(manifest, attacks)
        case "ResourceQuota" if namespace in {WEB, TRAIN, LAB, FULL}:
            yield from of_quotas(manifest, attacks["quotas"])
        case "LimitRange" if namespace == WEB:
            yield from of_limits(manifest, attacks["limits"])
        case "NetworkPolicy" if namespace in CHECKED_NAMESPACES or name == "allow-egress":
            yield from of_networks(manifest)
        case "ClusterRole" | "Role":
            yield from of_roles(manifest, seen)
        case "RoleBinding" | "ClusterRoleBinding" if namespace != FULL:
            yield from of_bindings(manifest)
        case "ServiceAccount" if namespace == WEB:
            check = by_attacks(attacks["service-accounts"])
            yield mutant(manifest, "automountServiceAccountToken", check, loosened=True)
            yield mutant(manifest, "automountServiceAccountToken", check)
        case "PriorityClass":
            yield from of_classes(manifest)
    if kind in GUARDED and kind != "ServiceAccount" and namespace in {"", WEB}:
        yield mutant(manifest, f"metadata.labels.{DOMAIN}/managed", by_unguarded(manifest))
