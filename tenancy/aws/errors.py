"""Errors of AWS, each with a remedy."""

from collections.abc import Iterable

import attrs

from tenancy.diagnostics import AwsError, AwsFailure

__all__ = ["AwsError", "AwsFailure", "HealthIssue", "node_group_failed"]


@attrs.frozen(kw_only=True, slots=True)
class HealthIssue:
    """
    What EKS reports about a node group that is not healthy.

    Attributes:
        code: EKS' code, such as `AsgInstanceLaunchFailures`.
        message: EKS' message.
        resource_ids: The affected instances, subnets or Auto Scaling group.
    """

    code: str
    message: str
    resource_ids: tuple[str, ...] = ()

    def __str__(self) -> str:
        about = f" ({', '.join(self.resource_ids)})" if self.resource_ids else ""
        return f"{self.code}: {self.message}{about}"


def node_group_failed(
    where: str, found: str, remedy: str, issues: Iterable[HealthIssue] = ()
) -> AwsError:
    """Return the error for a node group that did not reach the expected state."""
    return AwsError(
        where,
        found,
        "a node group that is ACTIVE",
        remedy,
        map(str, issues),
        failure=AwsFailure.NODE_GROUP_FAILED,
    )
