"""
Who leaves has nothing left: a member, a role, an organization is taken out of the files.

What is rendered before and after is compared, and what is no longer there is deleted, as an
engine does. Then none of them may do anything, and no binding names them.
"""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml

from tenancy import manifests
from tenancy.config.project import load
from tenancy.model import resolve
from tests.cluster.api import path_of, until
from tests.cluster.security import expected_access as expected
from tests.cluster.security import objects as make
from tests.cluster.security.access import Question, ask
from tests.cluster.security.objects import RBAC, Object
from tests.cluster.security.world import PEOPLE, PROJECT, World

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("security")]

LAB, OPS = "hooli-lab", "hooli-ops"
EVERYBODY = ("hooli lead", "hooli developer", "hooli auditor", "hooli account")
HOOLI: Mapping = {
    "prefix": "hooli",
    "defaultNamespace": "lab",
    "members": [
        {"group": "hooli-leads", "role": "admin"},
        {"user": "hal@hooli.example", "role": "developer"},
        {"group": "hooli-auditors", "role": "auditor"},
        {"serviceAccount": "lab/bot", "role": "viewer", "namespaces": ["lab"]},
    ],
    "namespaces": [{"id": "lab", "profile": "standard"}, {"id": "ops"}],
}


class Hooli:
    """An organization that comes and goes, on the cluster that all share."""

    def __init__(self, world: World, root: Path) -> None:
        self.world, self.root = world, root
        shutil.copytree(PROJECT, root)
        stack = root / "Pulumi.dev.yaml"
        stack.write_text(
            stack.read_text().replace("    acme: {}\n", "    acme: {}\n    hooli: {}\n")
        )
        self._stands: dict[str, Object] = {}

    def is_written(self, organization: Mapping | None) -> None:
        """Apply what is rendered of *organization*, and delete what is not any more."""
        wanted = {path_of(found): found for found in self._rendered(organization)}
        gone = [found for path, found in self._stands.items() if path not in wanted]
        for found in reversed(gone):
            answer = self.world.root.delete(found)
            # The objects in a namespace are deleted with it.
            assert answer.ok or answer.status == 404, answer.message
        for found in wanted.values():
            self.world.apply(found)
        self._stands = wanted

    def _rendered(self, organization: Mapping | None) -> list[Object]:
        if organization is None:
            return []
        written = self.root / "organizations/hooli.yaml"
        written.write_text(yaml.safe_dump(dict(organization)))
        project, unread = load(self.root)
        tenancy, unresolved = resolve(project)
        assert () == (*unread, *unresolved)
        environment = tenancy.environments["dev"]
        return [
            found
            for found in manifests.environment(environment, tenancy.platform_of(environment))
            if "hooli-" in path_of(found)
        ]

    def granted(self, *people: str, rights: Mapping = expected.ADMIN) -> set[str]:
        """Return all that *people* may do in the organization's namespaces."""
        questions = [
            Question(person, namespace, group, resource, verb)
            for person in people
            for namespace in (LAB, OPS)
            for group, held in rights.items()
            for resource in held
            for verb in expected.VERBS
        ]
        # Nothing at all is expected of subjects that the table does not have.
        return set(ask(self.world, questions).unexpectedly_allowed)

    def bindings(self, *names: str) -> list[str]:
        """Return the bindings of all namespaces that name any of *names*."""
        found = []
        for plural in ("rolebindings", "clusterrolebindings"):
            answer = self.world.root.request("GET", f"/apis/{RBAC}/v1/{plural}").accepted()
            found += [
                f"{item['metadata'].get('namespace', '')}/{item['metadata']['name']}"
                for item in answer.body["items"]
                for subject in item.get("subjects", ())
                if subject["name"] in names
            ]
        return found


@pytest.fixture(scope="module")
def project(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hooli]:
    made = Hooli(world, tmp_path_factory.mktemp("hooli") / "project")
    try:
        yield made
    finally:
        made.is_written(None)
        _gone(world)


@pytest.fixture
def hooli(project: Hooli, monkeypatch: pytest.MonkeyPatch) -> Hooli:
    """Return the organization as it is written first."""
    for person in EVERYBODY:
        monkeypatch.setitem(expected.PEOPLE, person, ({}, {}))
    project.is_written(HOOLI)
    until(
        lambda: all(project.granted(who, rights=expected.AUDITOR) for who in EVERYBODY),
        "everybody may do something",
    )
    return project


_PODS = {"": {"pods": "get"}}


def _gone(world: World) -> None:
    for name in (LAB, OPS):
        until(
            lambda name=name: world.root.get(make.space(name)).status == 404,
            f"{name} is gone",
            seconds=60,
        )


def _without(**member: str) -> Mapping:
    kept = [held for held in HOOLI["members"] if not member.items() <= held.items()]
    assert len(kept) == len(HOOLI["members"]) - 1
    return {**HOOLI, "members": kept}


@pytest.mark.parametrize(
    ("member", "person", "name"),
    [
        pytest.param(
            {"user": "hal@hooli.example"},
            "hooli developer",
            "oidc:hal@hooli.example",
            id="a person",
        ),
        pytest.param({"group": "hooli-leads"}, "hooli lead", "oidc:hooli-leads", id="a group"),
        pytest.param(
            {"serviceAccount": "lab/bot"}, "hooli account", "bot", id="a service account"
        ),
        pytest.param({"role": "auditor"}, "hooli auditor", "oidc:hooli-auditors", id="a role"),
    ],
)
def test_nothing_is_left_of_who_leaves(hooli: Hooli, member: Mapping, person: str, name: str):
    others = [held for held in EVERYBODY if held != person]
    before = hooli.granted(*others, rights=expected.AUDITOR)
    assert hooli.granted(person, rights=expected.AUDITOR)

    hooli.is_written(_without(**member))

    until(lambda: not hooli.granted(person, rights=expected.AUDITOR), "it is known")
    assert set() == hooli.granted(person)
    assert before == hooli.granted(*others, rights=expected.AUDITOR)
    assert [] == hooli.bindings(name)


def test_a_smaller_role_leaves_nothing_of_the_greater(hooli: Hooli):
    secrets = {"": {"secrets": "get", "pods": "get"}}
    assert any(
        " secrets " in right for right in hooli.granted("hooli developer", rights=secrets)
    )
    members = [
        {**held, "role": "viewer"} if held.get("user") else held for held in HOOLI["members"]
    ]

    hooli.is_written({**HOOLI, "members": members})

    until(
        lambda: (
            not [
                right
                for right in hooli.granted("hooli developer", rights=secrets)
                if " secrets " in right
            ]
        ),
        "the greater role is gone",
    )
    assert {
        f"hooli developer: {verb} pods (core) in {namespace}"
        for verb in expected.READ.split()
        for namespace in (LAB, OPS)
    } == hooli.granted("hooli developer", rights=secrets)


def test_nothing_is_left_of_an_organization(world: World, hooli: Hooli, record_property):
    assert hooli.granted(*EVERYBODY, rights=_PODS)

    hooli.is_written(None)
    _gone(world)

    left = hooli.granted(*EVERYBODY)
    record_property("rights left of an organization that is gone", len(left))
    assert set() == left
    assert [] == hooli.bindings(
        "bot",
        *(name for person in EVERYBODY for name in PEOPLE[person] if name.startswith("oidc:")),
    )
