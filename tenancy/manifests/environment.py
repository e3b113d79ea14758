"""An environment as one ordered list, to apply manifests without Pulumi."""

from tenancy.manifests.manifest import Manifest
from tenancy.manifests.namespace import namespace
from tenancy.manifests.queues import organization_queues
from tenancy.model import Environment, Platform

__all__ = ["environment"]


def environment(resolved: Environment, platform: Platform) -> list[Manifest]:
    """
    Return every manifest of *resolved*, in the order in which to apply them.

    The quotas, limits and policies of all namespaces come before the first role binding.

    Raises:
        NotFoundError: A role that does not exist; a check reports it first.
    """
    rendered = [namespace(each, platform) for each in resolved.namespaces]
    return [
        *(each.namespace for each in rendered),
        *(
            queue
            for organization in resolved.organizations
            for queue in organization_queues(organization, platform)
        ),
        *(manifest for each in rendered for manifest in (*each.patches, *each.guardrails)),
        *(manifest for each in rendered for manifest in each.access),
        *(manifest for each in rendered for manifest in each.objects),
    ]
