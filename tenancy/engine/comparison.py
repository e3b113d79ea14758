"""Compare the objects on a stack's cluster with those that its files describe."""

from collections.abc import Mapping

import attrs

from tenancy.assessment import Assessment
from tenancy.cluster import Connection
from tenancy.config.document import JSON
from tenancy.diagnostics import Exit
from tenancy.drifting import KINDS, Difference, Identity, differences
from tenancy.engine.cluster_readings import ClusterReadings
from tenancy.kubernetes import field_manager
from tenancy.manifests import Manifest
from tenancy.planning import desired_manifests

__all__ = ["StackDrift", "compare"]


@attrs.frozen(kw_only=True)
class StackDrift:
    """
    The objects that the files of a stack describe, beside those on its cluster.

    Attributes:
        desired: As the files describe them.
        live: As they are on the cluster, by kind and name.
        manager: The stack's field manager.
    """

    stack: str
    connection: Connection
    desired: tuple[Manifest, ...]
    live: Mapping[Identity, Mapping[str, JSON]]
    manager: str

    @property
    def differences(self) -> tuple[Difference, ...]:
        """The differences, the worst first."""
        return differences(self.desired, self.live, manager=self.manager)

    @property
    def exit(self) -> Exit:
        """Whether anything differs."""
        return Exit.CHANGES if self.differences else Exit.DONE

    def against(self, desired: tuple[Manifest, ...]) -> "StackDrift":
        """Return the comparison of the same cluster with other manifests."""
        return attrs.evolve(self, desired=desired)


def compare(
    assessment: Assessment, stack: str, readings: ClusterReadings | None = None
) -> StackDrift:
    """
    Return the objects of *stack* as its files describe them and as its cluster has them.

    Args:
        assessment: The project.
        stack: The stack.
        readings: What was read of clusters in the same call. Default: nothing yet.

    Raises:
        ClusterError: The cluster cannot be reached or read.
    """
    asked = readings or ClusterReadings()
    connection = asked.connect(assessment.cluster(stack), assessment.root)
    desired = desired_manifests(assessment, stack, connection)
    wanted = [Identity.of(manifest) for manifest in desired]
    kinds = (*KINDS, *(identity.listed_as for identity in wanted))
    return StackDrift(
        stack=stack,
        connection=connection,
        desired=desired,
        live=asked.objects(
            connection, kinds, namespaces={one.inside for one in wanted} - {""}, stack=stack
        ),
        manager=field_manager(assessment.name, stack, assessment.cluster(stack).provider_name),
    )
