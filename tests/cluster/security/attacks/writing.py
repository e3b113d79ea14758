"""What an attack is, and every way in which one object can be written."""

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import attrs

from tests.cluster.api import (
    APPLY_PATCH,
    JSON_PATCH,
    MERGE_PATCH,
    STRATEGIC_PATCH,
    path_of,
)
from tests.cluster.security import objects as make
from tests.cluster.security.objects import (
    Object,
)
from tests.cluster.security.world import Request, World

CREATING = ("create", "apply")
CHANGING = ("update", "JSON patch", "merge patch", "strategic merge patch", "apply over")
EVERY = (*CREATING, *CHANGING)
APPLY = {"fieldManager": "attacker", "force": "true"}
HARMLESS = {"probe": "harmless"}


@attrs.frozen(kw_only=True)
class Attack:
    """
    One attack.

    Attributes:
        rule: What it breaks: `<family>: <what>`.
        path: The write path.
        person: Who attacks, as in `PEOPLE`.
        request: What they send.
        reasons: What the refusal contains.
        control: What differs in that one thing, and is accepted.
        controller: Who sends it. Default: the same person.
        reaches: Where nothing can be accepted, because the object is made up: what in the
            answer shows that the request got through.
    """

    rule: str
    path: str
    person: str
    request: Request
    reasons: Sequence[str]
    control: Request
    controller: str = ""
    reaches: str = ""
    status: int = 403

    @property
    def family(self) -> str:
        return self.rule.partition(":")[0]

    def __str__(self) -> str:
        return f"{self.rule} by {self.path} as {self.person}"

    def attack(self, world: World) -> str:
        """Return what is wrong with the answer to the attack; nothing if it is refused."""
        answer = world.send(self.person, self.request)
        if answer.ok:
            return f"{self}: was accepted"
        missing = [reason for reason in self.reasons if reason not in answer.message]
        if missing or answer.status != self.status:
            return f"{self}: {answer.status} without {missing}: {answer.message}"
        return ""

    def controlled(self, world: World) -> str:
        """Return what is wrong with the answer to the control; nothing if it is accepted."""
        answer = world.send(self.controller or self.person, self.control)
        if answer.ok or (self.reaches and self.reaches in answer.message):
            return ""
        return f"{self}: its control was refused: {answer.status} {answer.message}"

    def outcome(self, world: World) -> str:
        """Return what is wrong with either."""
        return self.attack(world) or self.controlled(world)


def guarded(policy: str, *reasons: str) -> tuple[str, ...]:
    """Return the text of a refusal by the admission policy *policy*."""
    return (f"ValidatingAdmissionPolicy '{policy}'", *reasons)


# Write paths


def post(found: Object) -> Request:
    """Return the creation of *found*."""
    return Request("POST", path_of(found, collection=True), found)


def put(found: Object, part: str = "") -> Request:
    """Return the update to *found*."""
    return Request("PUT", path_of(found) + part, found)


def patch(found: Object, change: object, kind: str, part: str = "") -> Request:
    """Return a patch of *found*."""
    query = APPLY if kind == APPLY_PATCH else {}
    return Request("PATCH", path_of(found) + part, change, kind, query)


def creations(bad: Object, good: Object) -> Iterator[tuple[str, Request, Request]]:
    """Yield the two ways in which *bad* comes into being, each with *good*."""
    yield "create", post(bad), post(good)
    yield "apply", patch(bad, bad, APPLY_PATCH), patch(good, good, APPLY_PATCH)


def changes(
    held: Object, change: Mapping[str, object], good: Mapping[str, object], part: str = ""
) -> Iterator[tuple[str, Request, Request]]:
    """Yield the ways in which *held* becomes something with *change*, each with *good*."""
    bare = make.thing(
        held["apiVersion"],
        held["kind"],
        held["metadata"]["name"],
        held["metadata"].get("namespace"),
    )
    steps = [_steps(held, found) for found in (change, good)]
    merges = [_without_nothing(found) for found in (change, good)]
    yield "update", *(put(_merged(held, found), part) for found in (change, good))
    yield "JSON patch", *(patch(held, found, JSON_PATCH, part) for found in steps)
    for name, kind in (("merge", MERGE_PATCH), ("strategic merge", STRATEGIC_PATCH)):
        yield f"{name} patch", *(patch(held, found, kind, part) for found in (change, good))
    if merges[0]:
        yield (
            "apply over",
            *(patch(held, _merged(bare, found), APPLY_PATCH, part) for found in merges),
        )


def _merged(held: Mapping, change: Mapping) -> Object:
    """Return *held* with *change*, whose values `None` take away."""
    made = copy.deepcopy(dict(held))
    for key, value in change.items():
        if value is None:
            made.pop(key, None)
        elif isinstance(value, Mapping):
            made[key] = _merged(made.get(key) or {}, value)
        else:
            made[key] = copy.deepcopy(value)
    return made


def _without_nothing(change: Mapping) -> Object:
    """Return *change* without what it takes away, which an apply cannot express."""
    made = {}
    for key, value in change.items():
        if isinstance(value, Mapping):
            if inner := _without_nothing(value):
                made[key] = inner
            elif not value:
                made[key] = {}
        elif value is not None:
            made[key] = value
    return made


def _steps(held: Mapping, change: Mapping) -> list[Object]:
    """Return *change* as a JSON patch that replaces whole top-level fields."""
    made = _merged(held, change)
    found = []
    for key, value in change.items():
        if key == "metadata":
            found += [
                {"op": "add", "path": f"/metadata/{name}", "value": made["metadata"][name]}
                for name in value
            ]
        elif key in made:
            found.append({"op": "add", "path": f"/{key}", "value": made[key]})
        else:
            found.append({"op": "remove", "path": f"/{key}"})
    return found


def everyway(
    world: World,
    rule: str,
    bad: Object,
    reasons: Sequence[str],
    *,
    good: Object,
    person: str = "admin",
    paths: Sequence[str] = EVERY,
) -> Iterator[Attack]:
    """Yield the attack that makes *good* into *bad*, on every write path."""
    found = [*creations(bad, good)]
    if set(paths) & set(CHANGING):
        held = world.live(make.named(good, "seed"))
        held = {"apiVersion": good["apiVersion"], "kind": good["kind"], **held}
        change = {
            key: value
            for key, value in bad.items()
            if key not in {"apiVersion", "kind", "metadata"} and value != good.get(key)
        }
        if labels := bad["metadata"].get("labels"):
            change["metadata"] = {"labels": labels}
        found += changes(held, change, {"metadata": {"annotations": HARMLESS}})
    for path, attack, control in found:
        if path in paths:
            yield Attack(
                rule=rule,
                path=path,
                person=person,
                request=attack,
                control=control,
                reasons=reasons,
            )


def uncounted(found: Iterable[Attack]) -> Iterator[Attack]:
    """Yield *found*; of some kinds the quota allows none, and it is asked after the guards."""
    for attack in found:
        yield attrs.evolve(attack, reaches="exceeded quota: object-counts")


def failures(world: World, attacks: Iterable[Attack]) -> list[str]:
    """Return what is wrong with any of *attacks*; each control is sent once."""
    found = list(attacks)
    controls = {
        f"{attack.controller or attack.person} {attack.control} {attack.reaches}": attack
        for attack in found
    }
    with ThreadPoolExecutor(8) as pool:
        outcomes = [
            *pool.map(lambda attack: attack.attack(world), found),
            *pool.map(lambda attack: attack.controlled(world), controls.values()),
        ]
    return [outcome for outcome in outcomes if outcome]
