"""
Who may do what: everybody, every verb, every resource that the API server has, everywhere.

What is expected is written by hand in a module that imports nothing; so the product and the
table can only agree where both are right.
"""

import ast
import os
import random
from pathlib import Path

import pytest

from tests.cluster.security import expected_access as expected
from tests.cluster.security.access import Findings, ask, matrix, sample
from tests.cluster.security.world import World

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("security")]

SHARE = 10
SEED = int(os.environ.get("TENANCY_SEED", random.SystemRandom().randrange(2**32)))


def _told(findings: Findings, record_property, what: str) -> None:
    record_property(
        f"access reviews, {what}",
        f"{findings.asked} ({findings.granted} granted), {findings.rate:.0f} each second",
    )


def test_what_is_expected_is_written_by_hand():
    tree = ast.parse(Path(expected.__file__).read_text())

    assert [] == [
        node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)
    ]


def test_a_sample_of_the_matrix_is_as_written(world: World, record_property):
    whole = matrix(world)
    found = sample(whole, SEED, SHARE)
    print(f"seed {SEED}: {len(found)} of {len(whole)} reviews")

    findings = ask(world, found)

    _told(findings, record_property, f"sampled from {len(whole)} with seed {SEED}")
    assert 20_000 <= len(whole)
    assert len(whole) <= SHARE * findings.asked
    assert 0 < findings.granted
    assert [] == findings.unexpectedly_allowed
    assert [] == findings.unexpectedly_refused


@pytest.mark.nightly
def test_the_whole_matrix_is_as_written(world: World, record_property):
    findings = ask(world, matrix(world))

    _told(findings, record_property, "the whole")
    assert 20_000 <= findings.asked
    assert [] == findings.unexpectedly_allowed
    assert [] == findings.unexpectedly_refused


def test_a_right_too_many_and_a_right_too_few_are_both_found(world: World):
    """The table is not simply copied from the API server."""
    right = "acme-web", "", "secrets"
    asked = [found for found in matrix(world) if right == _place(found)]
    grown = {**expected.VIEWER, "": {**expected.VIEWER[""], "secrets": "get"}}
    shrunk = {**expected.DEVELOPER, "": {}}
    people = dict(expected.PEOPLE)
    try:
        expected.PEOPLE["viewer"] = ({}, {"acme-web": grown})
        expected.PEOPLE["developer"] = ({}, {"acme-web": shrunk})
        findings = ask(world, asked)
    finally:
        expected.PEOPLE.update(people)

    assert ["viewer: get secrets (core) in acme-web"] == findings.unexpectedly_refused
    assert 8 == len(findings.unexpectedly_allowed)


def test_what_is_no_resource_is_read_as_written(world: World):
    answers = {
        (person, path): world.allowed(person, path=path, verb="get")
        for person in expected.PEOPLE
        for path in expected.PATHS
    }

    assert {(person, path): expected.reads(person, path) for person, path in answers} == answers


@pytest.mark.parametrize("person", expected.PEOPLE)
def test_nobody_writes_to_what_is_no_resource(world: World, person: str):
    for path in ("/*", "/healthz", "/apis", "/metrics"):
        for verb in ("post", "put", "patch", "delete", "*"):
            assert not world.allowed(person, path=path, verb=verb), f"{verb} {path}"


def _place(question) -> tuple[str, str, str]:
    return question.namespace, question.group, question.resource
