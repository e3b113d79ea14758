"""
What is rendered, field by field: if one were missing or weaker, an attack would show it.

Each mutant is applied to the real cluster, attacked, and taken back.
"""

import os
import random
from collections.abc import Iterator, Sequence
from itertools import count
from time import sleep

import pytest

from tests.cluster.api import path_of, until
from tests.cluster.security import mutants as breaking
from tests.cluster.security import objects as make
from tests.cluster.security.attacks import Attack, post
from tests.cluster.security.contents import EDGE, older_objects
from tests.cluster.security.mutants import Mutant, catching, networks, policies
from tests.cluster.security.world import World, wait

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("security")]

# One mutant takes one to two seconds: the nightly run has all of them.
SHARE = 100
PARTS = 8
"""Of the nightly run, each of some minutes, so that one can be run alone."""
SEED = int(os.environ.get("TENANCY_SEED", random.SystemRandom().randrange(2**32)))

SURVIVORS: dict[str, str] = {
    "tenancy-placement: spec.reinvocationPolicy is 'Never'": (
        "it tells where another mutating policy asks for GPUs after ours has run, and here none"
        " does"
    ),
    "tenancy-pods: spec.matchConstraints.resourceRules.0.resources.2 (pods/resize) deleted": (
        "a resize changes requests and limits, of which no rule of this policy speaks"
    ),
    **{
        f"{policy}: spec.matchConstraints.resourceRules.{rule}.operations.1 (UPDATE) deleted": (
            "it tells where a ReplicationController exists, of which the quota allows none"
            if kind == "rc"
            else "the template of a Job may not be changed, and its pods are refused too"
        )
        for policy, rule, kind in (
            ("tenancy-pod-security", 1, "rc"),
            ("tenancy-pod-security", 3, "job"),
            ("tenancy-pod-labels", 1, "rc"),
            ("tenancy-pod-labels", 3, "job"),
            ("tenancy-workload-names", 0, "rc"),
            ("tenancy-workload-names", 2, "job"),
        )
    },
    **{
        f"tenancy-placement: spec.{part}": (
            "it tells where a namespace is granted two pools of one resource, and here none is"
        )
        for part in (
            "validations.3.expression is 'true'",
            "variables.3.expression is \"''\"",
        )
    },
    **{
        f"tenancy-pod-names: spec.matchConstraints.resourceRules.0.{part} deleted": (
            "the API server lets nobody change these fields of a pod that exists"
        )
        for part in ("resources.1 (pods/resize)", "operations.1 (UPDATE)")
    },
    "tenancy-pod-security: spec.validations.4.expression is 'true'": (
        "the API server wants hostNetwork beside it, which another rule refuses"
    ),
    "tenancy-gpus-per-pod: spec.variables.1.expression is \"''\"": (
        "it distinguishes pools that have one resource in different numbers, and here are none"
    ),
    "tenancy-scheduler-claims: spec.matchConditions.0 deleted": (
        "what anybody else claims of such a class, tenancy-device-classes refuses too"
    ),
    **{
        f"tenancy-device-classes: spec.validations.{number}.expression is 'true'": (
            "it tells where a claim has devices, and here no scheduler gives any"
        )
        for number in (5, 6)
    },
    "tenancy-pod-tokens: spec.validations.1.expression is 'true'": (
        "the API server drops the field that it looks at, unless a gate is opened"
    ),
    "tenancy-storage-claims: spec.validations.6.expression is 'true'": (
        "the API server drops the field that it looks at, unless a gate is opened"
    ),
    "globex-lab: metadata.labels.pod-security.kubernetes.io/audit deleted": (
        "it adds to the audit log, which no answer shows"
    ),
    "globex-lab: metadata.labels.pod-security.kubernetes.io/audit-version deleted": (
        "it adds to the audit log, which no answer shows"
    ),
}
"""Those that no attack can catch, by the end of their name, each with the reason."""


class Laboratory:
    """Where mutants are made and taken back."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._numbers = count()
        self._restored = False
        self._tell("beginning")

    def survives(self, mutant: Mutant, seconds: float = 1.5) -> bool:
        """
        Return whether nothing catches *mutant* within *seconds*.

        The cluster is as before afterwards.
        """
        if self._restored and mutant.settles not in {"policy", "binding"}:
            self._tell("restored")
        self._restored = False
        try:
            self._put(mutant, mutant.changed)
            self._settle(mutant)
            if mutant.check(self.world):
                return False
            # Perhaps the API server has not seen it yet.
            return not wait(lambda: mutant.check(self.world), "caught", seconds=seconds)
        finally:
            self._put(mutant, mutant.original)
            if mutant.settles == "policy":
                # What is next waits for policies too, and so for this one.
                self._restored = True
            else:
                self._settle(mutant)

    def _put(self, mutant: Mutant, found: dict) -> None:
        root = self.world.root
        if mutant.recreated:
            root.delete(found).accepted()
            root.create(found).accepted()
            return
        until(lambda: self._written(mutant, found), mutant.name)

    def _written(self, mutant: Mutant, found: dict) -> bool:
        """Return whether *found* is written; not where a controller wrote in between."""
        root = self.world.root
        live = root.get(found).accepted().body
        # What is left out goes, which an apply by another manager would not do.
        for key in ("status", "managedFields"):
            live.pop(key, None)
        body = {**live, **{key: found[key] for key in found if key != "metadata"}}
        for key in live:
            if key not in found and key in mutant.original:
                body.pop(key)
        metadata = live["metadata"]
        metadata.pop("managedFields", None)
        own = {"kubernetes.io/metadata.name"}
        for field in ("labels", "annotations"):
            kept = {k: v for k, v in metadata.get(field, {}).items() if k in own}
            metadata[field] = {**kept, **found["metadata"].get(field, {})}
        answer = root.request(
            "PUT", path_of(found), {**body, "metadata": metadata}, fieldManager="tenancy"
        )
        assert answer.ok or answer.status == 409, f"{mutant.name}: {answer.message}"
        return answer.ok

    def _settle(self, mutant: Mutant) -> None:
        if mutant.settles == "quota":
            self.world.wait_for_quotas()
        elif mutant.settles == "mutation":
            sleep(1.2)
        elif mutant.settles:
            self._tell(mutant.settles)

    def _tell(self, what: str) -> None:
        """Change a policy of no consequence, and wait until the API server follows it."""
        number = f"{what} {next(self._numbers)}"
        api = "admissionregistration.k8s.io/v1"
        rule = {
            "apiGroups": [""],
            "apiVersions": ["v1"],
            "operations": ["CREATE"],
            "resources": ["configmaps"],
        }
        spec = {
            "matchConstraints": {"resourceRules": [rule]},
            "validations": [
                {"expression": "object.metadata.name != 'sentinel'", "message": number}
            ],
        }
        binding = {
            "policyName": "sentinel",
            "validationActions": ["Deny"],
            "matchResources": {
                "objectSelector": {"matchLabels": {"number": number.replace(" ", "-")}}
            },
        }
        self.world.apply(make.thing(api, "ValidatingAdmissionPolicy", "sentinel", spec=spec))
        self.world.apply(
            make.thing(api, "ValidatingAdmissionPolicyBinding", "sentinel", spec=binding)
        )
        probe = make.labelled(
            make.config_map("default", "sentinel"), {"number": number.replace(" ", "-")}
        )
        assert wait(lambda: number in self.world.send("root", post(probe)).message, number), (
            "the API server follows no policy"
        )

    def close(self) -> None:
        self._tell("end")
        for kind in ("ValidatingAdmissionPolicyBinding", "ValidatingAdmissionPolicy"):
            api = "admissionregistration.k8s.io/v1"
            self.world.root.delete(make.thing(api, kind, "sentinel")).accepted()


@pytest.fixture(scope="module")
def laboratory(world: World) -> Iterator[Laboratory]:
    made = Laboratory(world)
    yield made
    made.close()


@pytest.fixture(scope="module")
def mutants(world: World, attacks: list[Attack]) -> list[Mutant]:
    return breaking.table(world, attacks)


def _known(name: str) -> bool:
    return any(name.endswith(end) for end in SURVIVORS)


def _survivors(laboratory: Laboratory, found: Sequence[Mutant]) -> list[str]:
    """Return the names of the survivors; an unknown one had a second and longer try."""
    first = [mutant for mutant in found if laboratory.survives(mutant)]
    again = [one for one in first if _known(one.name) or laboratory.survives(one, 10)]
    return [one.name for one in again]


def test_nothing_catches_what_is_as_rendered(world: World, mutants: list[Mutant]):
    checks = {id(mutant.check): mutant for mutant in mutants if mutant.settles == "policy"}

    assert [] == networks.routes(world)
    assert [] == policies.drawn(world)
    for policy in ("tenancy-workloads", "tenancy-cron-jobs"):
        assert [] == catching.templates(policy)(world)
    assert checks


@pytest.mark.parametrize("guard", catching.IN_AUDIT)
def test_a_guard_warns_in_audit_and_does_not_look_outside_of_organizations(
    world: World, guard: str
):
    assert [] == catching.in_audit(guard)(world)


@pytest.mark.parametrize("policy", older_objects())
def test_what_is_older_than_a_guard_is_labelled_and_nothing_like_it_is_made(
    world: World, policy: str
):
    """Whoever takes finalizers away does no more than that: else nothing older ever goes."""
    found = make.named(YOUNGER.get(policy, older_objects()[policy]), "younger")

    world.send("helper", post(found)).refused_by(policy)
    assert [] == catching.older(policy)(world)


YOUNGER = {
    "tenancy-pods": make.pod(
        EDGE, main={"env": [{"name": "NVIDIA_VISIBLE_DEVICES", "value": "a"}]}
    ),
    "tenancy-image-pull": make.pod(EDGE, main={"imagePullPolicy": "Never"}),
    "tenancy-placement": make.pod(EDGE, nodeSelector={make.POOL: "h100"}),
    "tenancy-pod-annotations": make.pod(EDGE, annotations={"cdi.k8s.io/devices": "a"}),
    "tenancy-pod-security": make.pod(EDGE, hostIPC=True),
    "tenancy-pod-names": make.pod(EDGE, terminationGracePeriodSeconds=601),
    "tenancy-services": make.service(EDGE, type="NodePort"),
    "tenancy-service-annotations": make.annotated(make.service(EDGE)),
    "tenancy-ingresses": make.ingress(EDGE, host="elsewhere.example"),
    "tenancy-ingress-annotations": make.annotated(make.ingress(EDGE)),
    "tenancy-gateway-annotations": make.annotated(make.gateway(EDGE)),
    "tenancy-gateways": make.gateway(EDGE, host="elsewhere.example"),
}
"""What one guard alone refuses, where several refuse what is older."""


def test_what_is_known_to_survive_is_at_most_5_in_100(mutants: list[Mutant]):
    """So that a sample in which all others are caught shows what the whole would show."""
    known = [mutant.name for mutant in mutants if _known(mutant.name)]

    assert len(known) <= 0.05 * len(mutants)
    assert [] == [end for end in SURVIVORS if not any(name.endswith(end) for name in known)]
    assert all(len(reason.split()) > 5 for reason in SURVIVORS.values())


def test_a_sample_of_the_mutants_is_caught(
    laboratory: Laboratory, mutants: list[Mutant], record_property
):
    """
    The sample is drawn from all of them.

    A known survivor may be in it and is counted as not caught; every other mutant
    has to be caught.
    """
    some = random.Random(SEED).sample(mutants, -(-len(mutants) // SHARE))
    survivors = _survivors(laboratory, some)
    print(f"seed {SEED}: {len(some)} of {len(mutants)} mutants, {len(survivors)} not caught")
    record_property(
        f"mutants, sampled from {len(mutants)} with seed {SEED}",
        f"{len(some)}, {len(survivors)} not caught",
    )

    assert SHARE * len(some) >= len(mutants)
    assert [] == [name for name in survivors if not _known(name)]


@pytest.mark.nightly
@pytest.mark.parametrize("part", range(PARTS))
def test_at_least_95_in_100_mutants_are_caught(
    part: int, laboratory: Laboratory, mutants: list[Mutant], record_property
):
    """All parts together are the whole; those that survive are at most the known ones."""
    mine = mutants[part::PARTS]
    survivors = _survivors(laboratory, mine)
    print(f"{len(mine)} mutants, {len(survivors)} not caught:", *survivors, sep="\n  ")
    record_property(
        f"mutants, part {part + 1} of {PARTS}", f"{len(mine)}, {len(survivors)} not caught"
    )

    known = {mutant.name for mutant in mine if _known(mutant.name)}
    assert [] == [name for name in survivors if not _known(name)]
    # An entry that is caught after all would hide the next mutant of that name.
    assert set() == known - set(survivors)
