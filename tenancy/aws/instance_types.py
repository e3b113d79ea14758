"""GPU facts of instance types, read from EC2."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, cast

from botocore.exceptions import BotoCoreError, ClientError

from tenancy.aws.boto_errors import aws_error
from tenancy.model.gpu_catalog import InstanceType, described

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ec2.literals import InstanceTypeType

__all__ = ["described_live", "offered"]

_AT_ONCE: Final = 100
"""EC2 describes at most this many instance types by name in one call."""


def described_live(client: "EC2Client", names: Iterable[str]) -> dict[str, InstanceType]:
    """
    Return EC2's facts about the instance types *names*; unknown types are missing.

    The result's `get` is a lookup for the catalogue.

    Raises:
        AwsError: EC2 did not answer, or refused.
    """
    wanted = sorted(set(names))
    source = f"EC2 in {client.meta.region_name}"
    found: dict[str, InstanceType] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        # By filter rather than by name: one unknown name would fail the whole call.
        part = wanted[start : start + _AT_ONCE]
        try:
            pages = client.get_paginator("describe_instance_types").paginate(
                Filters=[{"Name": "instance-type", "Values": part}]
            )
            for page in pages:
                for answer in page["InstanceTypes"]:
                    fact = described(cast("Mapping[str, object]", answer), source)
                    found[fact.name] = fact
        except (ClientError, BotoCoreError) as error:
            raise aws_error(error, f"instance types {', '.join(part)}") from error
    return found


def offered(client: "EC2Client", name: str) -> tuple[str, ...]:
    """
    Return the availability zones of the client's region that offer the instance type *name*.

    Raises:
        AwsError: EC2 did not answer, or refused.
    """
    try:
        answer = client.describe_instance_type_offerings(
            LocationType="availability-zone",
            Filters=[{"Name": "instance-type", "Values": [cast("InstanceTypeType", name)]}],
        )
    except (ClientError, BotoCoreError) as error:
        raise aws_error(error, f"instance type {name}") from error
    return tuple(sorted(entry["Location"] for entry in answer["InstanceTypeOfferings"]))
