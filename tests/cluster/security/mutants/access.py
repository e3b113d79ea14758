"""Mutants of roles, bindings and classes."""

from collections.abc import Iterator, Mapping, Sequence

import attrs

from tests.cluster.security import expected_access as expected
from tests.cluster.security import objects as make
from tests.cluster.security.access import Question, ask
from tests.cluster.security.attacks import post
from tests.cluster.security.mutants.breaking import Check, Mutant, mutant
from tests.cluster.security.objects import (
    RBAC,
    TRAIN,
    WEB,
    Object,
)
from tests.cluster.security.world import World

# Access

_HOLDERS: Mapping[str, tuple[str, str]] = {
    "tenancy:viewer": ("viewer", WEB),
    "tenancy:developer": ("developer", WEB),
    "tenancy:admin": ("admin", WEB),
    "tenancy:auditor": ("auditor", TRAIN),
    "tenancy:public-reader": ("outsider", expected.PUBLIC),
    "tenancy:operator": ("operator", ""),
}


def _effective(rules: Sequence[Object]) -> set[tuple[str, str, str]]:
    return {
        (group, resource, verb)
        for rule in rules
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


def _reviews(person: str, namespace: str, places: set[tuple[str, str]]) -> Check:
    """Return the check that *person* may do there what is written, and nothing else."""
    asked = [
        Question(person, namespace, group, resource, verb)
        for group, resource in sorted(places)
        for verb in (*expected.VERBS, *expected.SPECIAL["*"].split())
    ]

    def check(world: World) -> list[str]:
        findings = ask(world, asked)
        return [*findings.unexpectedly_allowed, *findings.unexpectedly_refused]

    return check


def of_roles(manifest: Object, seen: set[str]) -> Iterator[Mutant]:
    name, rules = manifest["metadata"]["name"], manifest["rules"]
    person, namespace = _HOLDERS[name]
    held = _effective(rules)

    def one(path: str, **more: object) -> Iterator[Mutant]:
        found = mutant(manifest, path, lambda _: [], **more)
        differs = held ^ _effective(found.changed["rules"])
        # A rule that another rule of the role repeats is left out: without it nothing differs.
        if differs:
            places = {(group, resource) for group, resource, _ in differs}
            if "*" in {resource for _, resource in places}:
                places |= {("", "nodes"), ("", "secrets"), ("", "pods/proxy")}
            yield attrs.evolve(found, check=_reviews(person, namespace, places))

    for i, rule in enumerate(rules):
        yield from one(f"rules.{i}")
        # A rule that a smaller role has too has been broken there, field by field.
        if str(rule) in seen:
            continue
        seen.add(str(rule))
        yield from one(f"rules.{i}.verbs", loosened=["*"])
        yield from one(f"rules.{i}.resources", loosened=["*"])
        yield from one(f"rules.{i}.apiGroups", loosened=["*"])
        for field in ("resources", "verbs"):
            if len(rule[field]) > 1:
                for j in range(len(rule[field])):
                    yield from one(f"rules.{i}.{field}.{j}")


def of_bindings(manifest: Object) -> Iterator[Mutant]:
    namespace = manifest["metadata"].get("namespace", "")
    name = manifest["metadata"]["name"]

    def check(world: World) -> list[str]:
        asked = [
            Question(person, namespace, group, resource, verb)
            for person in expected.PEOPLE
            for group, resource in (
                ("", "pods"),
                ("", "events"),
                ("", "secrets"),
                (RBAC, "roles"),
                ("tenancy.dev", "tenancy"),
            )
            for verb in ("get", "create", "manage")
        ]
        findings = ask(world, asked)
        return [*findings.unexpectedly_allowed, *findings.unexpectedly_refused]

    for i in range(len(manifest["subjects"])):
        yield mutant(manifest, f"subjects.{i}", check)
    everybody = make.group("system:authenticated")
    if everybody not in manifest["subjects"]:
        more = [*manifest["subjects"], everybody]
        yield mutant(manifest, "subjects", check, loosened=more)
    unknown = [*manifest["subjects"], make.group("system:unauthenticated")]
    yield mutant(manifest, "subjects", check, loosened=unknown)
    wide = {"apiGroup": RBAC, "kind": "ClusterRole", "name": "cluster-admin"}
    if name != "tenancy:operator":
        yield mutant(manifest, "roleRef", check, loosened=wide, recreated=True)


def of_classes(manifest: Object) -> Iterator[Mutant]:
    def check(world: World) -> list[str]:
        answer = world.send("developer", post(make.pod(TRAIN, priorityClassName="urgent")))
        got = answer.body.get("spec", {})
        plain = world.send("developer", post(make.pod())).body.get("spec", {})
        held = (got.get("priority"), got.get("preemptionPolicy"), plain.get("priority"))
        wrong = [] if held == (1000, "Never", 0) else [f"priorities are {held}"]
        for name in ("gpu-h100", "gpu-l40s"):
            # A pool's class tells pools apart and puts nobody before anybody.
            pod = make.pod("default", priorityClassName=name)
            spec = world.send("root", post(pod)).accepted().body["spec"]
            if (spec["priority"], spec["preemptionPolicy"]) != (0, "Never"):
                wrong.append(f"{name} has {spec['priority']}, {spec['preemptionPolicy']}")
        return wrong

    yield mutant(manifest, "value", check, loosened=1_000_000, recreated=True)
    yield mutant(
        manifest, "preemptionPolicy", check, loosened="PreemptLowerPriority", recreated=True
    )
    yield mutant(manifest, "globalDefault", check, loosened=True)
