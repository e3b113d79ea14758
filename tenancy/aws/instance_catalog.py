"""What EC2 says of the instance types of a platform whose config asks for that, asked once."""

import functools
from collections.abc import Iterator, Mapping
from typing import Final

import attrs

from tenancy.aws.errors import AwsError
from tenancy.aws.instance_types import described_live
from tenancy.config.project import Project
from tenancy.config.spec import InstanceTypeCatalogueSpec, PlatformSpec
from tenancy.diagnostics.finding import Finding, Severity
from tenancy.diagnostics.origin import Origin
from tenancy.model.gpu_catalog import InstanceType, Lookup, snapshot_source

__all__ = ["Asked", "ask", "ask_all"]

_NOT_OURS: Final = frozenset({"coreweave"})
"""Backends whose instance types are another cloud's."""


@attrs.frozen(kw_only=True)
class Asked:
    """
    What came of it.

    Attributes:
        lookups: By the platform's stack; nothing for one that asks nobody, or got no answer.
        findings: What was not answered, and that the snapshot was used instead.
    """

    lookups: Mapping[str, Lookup] = attrs.field(factory=dict)
    findings: tuple[Finding, ...] = ()


def ask_all(project: Project, *, stack: str | None = None, offline: bool = False) -> Asked:
    """
    Ask what the platforms of *project* want to be asked.

    Args:
        project: As it was written.
        stack: Only what this stack, or an environment of it, is on. Default: every platform.
        offline: Ask nobody, and say so.
    """
    wanted = set(project.platforms)
    if stack is not None:
        environment = project.environments.get(stack)
        wanted = {stack if environment is None else environment.spec.platform_stack}
    lookups: dict[str, Lookup] = {}
    findings: list[Finding] = []
    for name, written in project.platforms.items():
        if name in wanted:
            lookup, found = ask(
                written.spec.platform, written.origin / "platform", offline=offline
            )
            findings += found
            if lookup is not None:
                lookups[name] = lookup
    return Asked(lookups=lookups, findings=tuple(findings))


def ask(
    spec: PlatformSpec, origin: Origin, *, offline: bool = False
) -> tuple[Lookup | None, list[Finding]]:
    """
    Return what EC2 says of the instance types of one platform; None where it says nothing.

    It never fails: an answer that does not come is a finding.

    Args:
        spec: The platform.
        origin: Where it is written.
        offline: Ask nobody, and say so.
    """
    catalogue = spec.instance_type_catalogue
    places = dict(_places(spec, origin))
    if catalogue is None or not places:
        return None, []
    where = origin / "instanceTypeCatalogue"
    if offline:
        return None, [_not_asked(catalogue, where, "it was to be offline")]
    answer = _answer(catalogue.region, catalogue.profile, tuple(sorted(places)))
    if isinstance(answer, AwsError):
        return None, [_not_asked(catalogue, where, f"{answer.found}; {answer.remedy}")]
    return answer.get, [
        Finding(
            code="instance-type-not-offered",
            origin=place,
            found=f"the instance type {name}, which EC2 in {catalogue.region} does not have",
            allowed=f"instance types of {catalogue.region}",
            remedy=f"correct it, or the region; what it has is from {snapshot_source()}, if"
            " that knows it",
            severity=Severity.WARNING,
        )
        for name, place in places.items()
        if name not in answer
    ]


def _places(spec: PlatformSpec, origin: Origin) -> Iterator[tuple[str, Origin]]:
    for number, pool in enumerate(spec.gpu_node_pools):
        if pool.backend not in _NOT_OURS:
            place = origin / "gpuNodePools" / number / "instanceTypes"
            yield from ((name, place / i) for i, name in enumerate(pool.instance_types))


@functools.cache
def _answer(
    region: str, profile: str | None, names: tuple[str, ...]
) -> Mapping[str, InstanceType] | AwsError:
    """Return EC2's answer, or why there is none: in one process each question is asked once."""
    # Nobody waits for boto3 where nobody is asked.
    from tenancy.aws.session import ec2_client  # noqa: PLC0415

    try:
        return described_live(ec2_client(region, profile), names)
    except AwsError as error:
        return error


def _not_asked(catalogue: InstanceTypeCatalogueSpec, origin: Origin, why: str) -> Finding:
    return Finding(
        code="instance-types-not-asked",
        origin=origin,
        found=f"EC2 in {catalogue.region} did not say what the instance types have: {why}",
        allowed="facts of the instance types as they are today",
        remedy=f"ask again where EC2 answers; {snapshot_source()} was used instead",
        severity=Severity.NOT_CHECKED,
    )
