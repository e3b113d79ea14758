"""boto3 clients for an explicit region, and the check of the account."""

import os
from typing import TYPE_CHECKING, Final

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tenancy.aws.boto_errors import aws_error
from tenancy.aws.errors import AwsError, AwsFailure

if TYPE_CHECKING:
    import boto3.session
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_eks import EKSClient

__all__ = ["ec2_client", "eks_client", "environment_region", "require_account"]

_CONFIG: Final = Config(retries={"mode": "standard", "max_attempts": 6}, connect_timeout=10)
_LOOKUP_CONFIG: Final = Config(
    retries={"mode": "standard", "max_attempts": 2}, connect_timeout=5, read_timeout=20
)
"""Short timeouts, because lookups have a fallback."""


def environment_region() -> str:
    """
    Return the region that boto3 finds in the environment or the profile.

    Raises:
        AwsError: Neither has a region.
    """
    region: str | None = os.environ.get("AWS_REGION") or _session().region_name
    if region is None:
        raise AwsError(
            "AWS",
            "no AWS region",
            "a region in the config or in AWS_REGION",
            "set options.region of the pool, or AWS_REGION",
        )
    return region


def eks_client(region: str) -> "EKSClient":
    """
    Return a client of EKS in *region*, with the credentials of the environment.

    Raises:
        AwsError: boto3 cannot make one, such as for an unknown profile.
    """
    try:
        return _session().client("eks", region_name=region, config=_CONFIG)
    except BotoCoreError as error:
        raise aws_error(error, f"EKS in {region}") from error


def ec2_client(region: str, profile: str | None = None) -> "EC2Client":
    """
    Return a client of EC2 in *region*.

    Args:
        region: Where.
        profile: A profile of AWS' own configuration. Default: the environment's credentials.

    Raises:
        AwsError: boto3 cannot make one, such as for an unknown profile.
    """
    try:
        session = _session(profile_name=profile)
        return session.client("ec2", region_name=region, config=_LOOKUP_CONFIG)
    except BotoCoreError as error:
        raise aws_error(error, f"EC2 in {region}") from error
    except ValueError as error:
        raise AwsError(
            f"EC2 in {region}",
            str(error),
            "an endpoint that begins with https://",
            "correct AWS_ENDPOINT_URL",
        ) from error


def require_account(arn: str, region: str, where: str) -> None:
    """
    Return if the credentials belong to the account in *arn*.

    Call it before treating a node group as deleted: with another account's credentials every
    node group looks deleted, and a refresh would drop it from the state.

    Raises:
        AwsError: They are for another account, or AWS does not report whose they are.
    """
    owner = arn.split(":")[4]
    try:
        client = _session().client("sts", region_name=region, config=_CONFIG)
        account = client.get_caller_identity()["Account"]
    except (ClientError, BotoCoreError) as error:
        raise aws_error(error, where) from error
    if account != owner:
        raise AwsError(
            where,
            f"credentials for the account {account}",
            f"credentials for the account {owner}, which owns the resource",
            "set AWS_PROFILE, or the credentials, to that account",
            failure=AwsFailure.WRONG_ACCOUNT,
        )


def _session(profile_name: str | None = None) -> "boto3.session.Session":
    """Return a session of boto3, which is slow to import and is needed only for AWS."""
    import boto3.session  # noqa: PLC0415

    return boto3.session.Session(profile_name=profile_name)
