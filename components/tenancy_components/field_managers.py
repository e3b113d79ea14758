"""The first update of a stack whose objects were applied without its field manager."""

from collections.abc import Iterable

import attrs
import pulumi

from tenancy import manifests
from tenancy.assessment import Assessment
from tenancy.cluster import Connection, use_one_field_manager
from tenancy.kubernetes import field_manager
from tenancy.planning import PreviousUpdate

__all__ = ["move_to_one_field_manager", "stack_manager"]


def stack_manager(assessment: Assessment, stack: str) -> str:
    """Return the field manager of *stack*."""
    return field_manager(assessment.name, stack, assessment.cluster(stack).provider_name)


def move_to_one_field_manager(
    assessment: Assessment, stack: str, connection: Connection, previous: PreviousUpdate
) -> None:
    """
    Give the stack's field manager the objects that an earlier version applied under others.

    Only updates do this, until one has recorded the manager in the outputs.

    Raises:
        ClusterError: The cluster refused.
    """
    manager = stack_manager(assessment, stack)
    if previous.field_manager == manager:
        return
    if pulumi.runtime.is_dry_run():
        if previous.cluster_uid is not None:
            pulumi.warn(
                f"the objects of this stack get one field manager, {manager}, in the next"
                " update. If this preview reports a conflict with pulumi-kubernetes-…, run"
                f" `tenancy drift --stack {stack} --repair` first: it rewrites the managers"
            )
        return
    tenancy = assessment.tenancy
    environment = tenancy.environments.get(stack)
    desired: Iterable[manifests.Manifest]
    if environment is not None:
        desired = manifests.environment(environment, tenancy.platform_of(environment))
    else:
        desired = rendered = manifests.platform(tenancy.platforms[stack])
        group, version = "admissionregistration.k8s.io", "v1"
        if not connection.serves(group, version, "MutatingAdmissionPolicy"):
            desired = attrs.evolve(rendered, mutations=(), mutation_bindings=())
    use_one_field_manager(connection, desired, manager, stack=stack)
