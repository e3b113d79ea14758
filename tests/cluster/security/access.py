"""Access reviews by the thousand: what may be asked, and what the API server answers."""

import random
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from time import perf_counter

import attrs

from tests.cluster.security import expected_access as expected
from tests.cluster.security.world import World

THREADS = 8


@attrs.frozen
class Question:
    """Whether *person* may do *verb* to *resource*; a namespace "" is the cluster."""

    person: str
    namespace: str
    group: str
    resource: str
    verb: str

    def __str__(self) -> str:
        where = self.namespace or "the cluster"
        return f"{self.person}: {self.verb} {self.resource} ({self.group or 'core'}) in {where}"

    @property
    def attributes(self) -> dict[str, str]:
        """The attributes of the review."""
        resource, _, part = self.resource.partition("/")
        found = {"verb": self.verb, "group": self.group, "resource": resource}
        if part:
            found["subresource"] = part
        if self.namespace:
            found["namespace"] = self.namespace
        return found

    @property
    def expected(self) -> bool:
        return expected.allowed(
            self.person, self.namespace, self.group, self.resource, self.verb
        )


def resources(world: World) -> list[tuple[str, str]]:
    """Return every resource and subresource that the API server has, by API group."""

    def get(path: str) -> dict:
        return world.root.request("GET", path).accepted().body

    versions = [
        version["groupVersion"]
        for group in get("/apis")["groups"]
        for version in group["versions"]
    ]
    found = set(expected.VIRTUAL)
    for path in ("/api/v1", *(f"/apis/{version}" for version in versions)):
        group = path.removeprefix("/apis/").partition("/")[0] if path != "/api/v1" else ""
        found.update((group, resource["name"]) for resource in get(path)["resources"])
    return sorted(found)


def matrix(world: World) -> list[Question]:
    """Return every question."""
    return [
        Question(person, namespace, group, resource, verb)
        for group, resource in resources(world)
        for namespace, verb, person in product(
            expected.SCOPES,
            (*expected.VERBS, *expected.SPECIAL.get(group, "").split()),
            expected.PEOPLE,
        )
    ]


def sample(questions: Sequence[Question], seed: int, share: int) -> list[Question]:
    """Return one in *share* of what is granted and of what is not, chosen by *seed*."""
    chance = random.Random(seed)
    by_answer: dict[bool, list[Question]] = {True: [], False: []}
    for question in questions:
        by_answer[question.expected].append(question)
    found: list[Question] = []
    for some in by_answer.values():
        found += chance.sample(some, -(-len(some) // share))
    return found


@attrs.frozen
class Findings:
    """What came out: how many were asked, and which answers nobody wrote down."""

    asked: int
    granted: int
    unexpectedly_allowed: list[str]
    unexpectedly_refused: list[str]
    seconds: float

    @property
    def rate(self) -> float:
        return self.asked / self.seconds


def ask(world: World, questions: Iterable[Question]) -> Findings:
    """Ask all of *questions*, several at a time over connections that stay open."""
    found = list(questions)
    start = perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        shares = pool.map(
            lambda share: [
                world.allowed(question.person, **question.attributes) for question in share
            ],
            _shares(found),
        )
        answers = [answer for share in shares for answer in share]
    took = perf_counter() - start
    pairs = list(zip(found, answers, strict=True))
    return Findings(
        len(found),
        sum(answers),
        [str(question) for question, answer in pairs if answer and not question.expected],
        [str(question) for question, answer in pairs if question.expected and not answer],
        took,
    )


def _shares(found: list[Question], size: int = 200) -> Iterator[list[Question]]:
    for start in range(0, len(found), size):
        yield found[start : start + size]
