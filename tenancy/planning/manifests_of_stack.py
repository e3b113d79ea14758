"""The objects that the files of a stack describe, of the kinds that its cluster serves."""

import attrs

from tenancy import manifests
from tenancy.assessment import Assessment
from tenancy.cluster import Connection
from tenancy.manifests import Manifest

__all__ = ["desired_manifests"]


def desired_manifests(
    assessment: Assessment, stack: str, connection: Connection
) -> tuple[Manifest, ...]:
    """Return the objects in the files of *stack*, of kinds that its cluster serves."""
    environment = assessment.tenancy.environments.get(stack)
    if environment is not None:
        return tuple(
            manifests.environment(environment, assessment.tenancy.platform_of(environment))
        )
    rendered = manifests.platform(assessment.tenancy.platforms[stack])
    if not connection.serves("admissionregistration.k8s.io", "v1", "MutatingAdmissionPolicy"):
        rendered = attrs.evolve(rendered, mutations=(), mutation_bindings=())
    return tuple(rendered)
