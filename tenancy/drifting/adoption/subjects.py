"""Live role bindings as members, or the reason why the config cannot describe them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from tenancy.config.document import JSON
from tenancy.drifting.difference import Identity
from tenancy.model import KUBERNETES, KUBERNETES_PREFIX, Platform, roles

__all__ = ["member", "role_of", "unprefixed"]


def role_of(binding: Mapping[str, JSON], platform: Platform) -> tuple[str | None, str | None]:
    """Return the role that *binding* gives, in the config's spelling; or why it has none."""
    reference = binding.get("roleRef")
    if not isinstance(reference, dict):
        return None, "it does not name a role"
    kind, name = str(reference.get("kind")), str(reference.get("name"))
    if kind == "ClusterRole" and name in KUBERNETES:
        return f"{KUBERNETES_PREFIX}{name}", None
    if kind == "ClusterRole":
        # Namespaces that were released keep their bindings to the platform's own roles.
        for role in roles.of(platform).values():
            if role.cluster_role == name:
                return role.name, None
    return None, f"members cannot have the {kind} {name}"


def member(
    subject: JSON, namespace: str, ids: Mapping[str, str], platform: Platform
) -> tuple[dict[str, JSON] | None, str | None]:
    """
    Return *subject* of a binding in *namespace* as a member; or why this is not possible.

    Args:
        ids: The ids of the organization's namespaces, by their names.
    """
    if not isinstance(subject, dict):
        return None, "it has a subject without a kind"
    kind, who = str(subject.get("kind")), str(subject.get("name"))
    if kind == "ServiceAccount":
        where = str(subject.get("namespace") or namespace)
        if where in ids:
            return {"serviceAccount": f"{ids[where]}/{who}"}, None
        listed = {str(one) for one in platform.bindable}
        if f"ServiceAccount {where}/{who}" in listed and where not in ids.values():
            return {"serviceAccount": f"{where}/{who}"}, None
        return None, (
            f"the service account {where}/{who} is of another organization, and"
            " bindableSubjects of the platform does not list it"
        )
    if who.startswith("system:"):
        return None, f"{who} is not a member of an organization"
    key = {"User": "user", "Group": "group"}.get(kind)
    prefix = platform.username_prefix if key == "user" else platform.groups_prefix
    if key is None or not who.startswith(prefix) or who == prefix:
        return None, f"{kind} {who} does not begin with the platform's prefix {prefix!r}"
    return {key: who.removeprefix(prefix)}, None


def unprefixed(
    names: Iterable[str], live: Mapping[Identity, Mapping[str, JSON]], platform: Platform
) -> Iterator[str]:
    """
    Yield, for users and for groups, what the prefix seems to be if it is not the platform's.

    It is the text before the first colon of most subjects of the bindings to Kubernetes'
    own roles in the namespaces *names*; empty if most have none.
    """
    wanted = frozenset(names)
    seen: dict[str, Counter[str]] = {"User": Counter(), "Group": Counter()}
    for identity, found in live.items():
        if identity.kind != "RoleBinding" or identity.namespace not in wanted:
            continue
        subjects = found.get("subjects")
        for subject in subjects if isinstance(subjects, list) else ():
            kind = str(subject.get("kind")) if isinstance(subject, dict) else ""
            who = str(subject.get("name")) if isinstance(subject, dict) else ""
            if kind in seen and not who.startswith("system:") and role_of(found, platform)[0]:
                before, colon, _ = who.partition(":")
                seen[kind][f"{before}:" if colon else ""] += 1
    for kind, key, prefix in (
        ("User", "usernamePrefix", platform.username_prefix),
        ("Group", "groupsPrefix", platform.groups_prefix),
    ):
        if seen[kind] and (likely := seen[kind].most_common(1)[0][0]) != prefix:
            yield (
                f"most {kind.lower()}s in these bindings begin with {likely!r}, and"
                f" oidc.{key} of the platform is {prefix!r}; with that prefix in the platform "
                "they would become members"
                if likely
                else f"most {kind.lower()}s in these bindings have no prefix, and"
                f" oidc.{key} of the platform is {prefix!r}, so their bindings stay unchanged"
            )
