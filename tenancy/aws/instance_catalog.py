"""EC2's answers about the instance types of platforms whose config asks for them."""

import functools
from collections.abc import Callable, Iterator, Mapping

import attrs

from tenancy.config import Project
from tenancy.config.spec import InstanceTypeCatalogueSpec, PlatformSpec
from tenancy.diagnostics import AwsError, Extra, Finding, Origin, Severity, ToolsError, needs
from tenancy.model.gpu_catalog import InstanceType, Lookup, snapshot_source

__all__ = ["InstanceTypeAnswers", "instance_type_lookup", "instance_types_of"]


def _any(_backend: str) -> bool:
    return True


@attrs.frozen(kw_only=True)
class InstanceTypeAnswers:
    """
    EC2's answers for a project.

    Attributes:
        lookups: By the platform's stack; a platform without an answer is left out.
        findings: Missing answers, for which the bundled snapshot is used instead.
    """

    lookups: Mapping[str, Lookup] = attrs.field(factory=dict)
    findings: tuple[Finding, ...] = ()


def instance_types_of(
    project: Project,
    *,
    stack: str | None = None,
    offline: bool = False,
    is_on_ec2: Callable[[str], bool] = _any,
) -> InstanceTypeAnswers:
    """
    Ask EC2 about the instance types of the platforms of *project*.

    Args:
        project: What people wrote.
        stack: Only the platform of this stack. Default: every platform.
        offline: Send no request, and report that.
        is_on_ec2: Whether the nodes of a backend, by its name, are EC2 instances. Default: all.
    """
    wanted = set(project.platforms)
    if stack is not None:
        environment = project.environments.get(stack)
        wanted = {stack if environment is None else environment.spec.platform_stack}
    lookups: dict[str, Lookup] = {}
    findings: list[Finding] = []
    for name, written in project.platforms.items():
        if name in wanted:
            lookup, found = instance_type_lookup(
                written.spec.platform,
                written.origin / "platform",
                offline=offline,
                is_on_ec2=is_on_ec2,
            )
            findings += found
            if lookup is not None:
                lookups[name] = lookup
    return InstanceTypeAnswers(lookups=lookups, findings=tuple(findings))


def instance_type_lookup(
    spec: PlatformSpec,
    origin: Origin,
    *,
    offline: bool = False,
    is_on_ec2: Callable[[str], bool] = _any,
) -> tuple[Lookup | None, list[Finding]]:
    """
    Return EC2's answer about the instance types of one platform; None without one.

    It never raises: a missing answer is a finding.

    Args:
        spec: The platform.
        origin: Where it is written.
        offline: Send no request, and report that.
        is_on_ec2: Whether the nodes of a backend, by its name, are EC2 instances. Default: all.
    """
    catalogue = spec.instance_type_catalogue
    places = dict(_places(spec, origin, is_on_ec2))
    if catalogue is None or not places:
        return None, []
    where = origin / "instanceTypeCatalogue"
    if offline:
        return None, [_not_asked(catalogue, where, "--offline was given")]
    answer = _answer(catalogue.region, catalogue.profile, tuple(sorted(places)))
    if isinstance(answer, str):
        return None, [_not_asked(catalogue, where, answer)]
    return answer.get, [
        Finding(
            code="instance-type-not-offered",
            origin=place,
            found=f"the instance type {name}, which EC2 in {catalogue.region} does not have",
            allowed=f"instance types of {catalogue.region}",
            remedy=f"correct the name or the region; {snapshot_source()} was used instead, if"
            " it has the type",
            severity=Severity.WARNING,
        )
        for name, place in places.items()
        if name not in answer
    ]


def _places(
    spec: PlatformSpec, origin: Origin, is_on_ec2: Callable[[str], bool]
) -> Iterator[tuple[str, Origin]]:
    for number, pool in enumerate(spec.gpu_node_pools):
        if is_on_ec2(pool.backend):
            place = origin / "gpuNodePools" / number / "instanceTypes"
            yield from ((name, place / i) for i, name in enumerate(pool.instance_types))


@functools.cache
def _answer(
    region: str, profile: str | None, names: tuple[str, ...]
) -> Mapping[str, InstanceType] | str:
    """Return EC2's answer, or why it is missing; a process sends each request once."""
    try:
        # Importing boto3 takes long, and most projects send no request.
        with needs(Extra.EKS):
            from tenancy.aws.instance_types import described_live  # noqa: PLC0415
            from tenancy.aws.session import ec2_client  # noqa: PLC0415

            client = ec2_client(region, profile)
        return described_live(client, names)
    except ToolsError as error:
        return str(error)
    except AwsError as error:
        return f"{error.found}; {error.remedy}"


def _not_asked(catalogue: InstanceTypeCatalogueSpec, origin: Origin, why: str) -> Finding:
    return Finding(
        code="instance-types-not-asked",
        origin=origin,
        found=f"EC2 in {catalogue.region} did not describe the instance types: {why}",
        allowed="current facts about the instance types",
        remedy=f"run this again with access to EC2; {snapshot_source()} was used instead",
        severity=Severity.NOT_CHECKED,
    )
