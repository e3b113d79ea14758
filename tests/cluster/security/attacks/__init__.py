"""
Attacks: a rule, a write path and a user who breaks it, beside what is accepted there.

Each is refused for the reason that it states. Nothing of it is stored: the API server is asked
to run all of admission as a dry run.
"""

from tests.cluster.security.attacks.access import (
    bindings,
    forged,
    managed,
    roles,
    service_accounts,
)
from tests.cluster.security.attacks.annotations import annotations, pod_labels
from tests.cluster.security.attacks.claims import counted_devices, device_classes
from tests.cluster.security.attacks.containers import (
    device_environment,
    pod_security,
    storage_claims,
)
from tests.cluster.security.attacks.deletions import deletions
from tests.cluster.security.attacks.elsewhere import cluster, others
from tests.cluster.security.attacks.exceptions import exceptions
from tests.cluster.security.attacks.exposing import gateways, ingresses, load_balancers, routes
from tests.cluster.security.attacks.gateway_references import gateway_references
from tests.cluster.security.attacks.holding import (
    disruption_budgets,
    finalizers,
    finalizers_of_clouds,
    misplaced_finalizers,
    removed_finalizers,
)
from tests.cluster.security.attacks.names import pod_names, storage_classes
from tests.cluster.security.attacks.namespaces import namespaces, other_namespaces
from tests.cluster.security.attacks.networks import endpoints, network_policies, services
from tests.cluster.security.attacks.pods import pods
from tests.cluster.security.attacks.quotas import limits, quotas
from tests.cluster.security.attacks.taints import (
    device_taints,
    failed_nodes,
    pods_of_controllers,
)
from tests.cluster.security.attacks.templates import controllers_of_jobs, template_claims
from tests.cluster.security.attacks.tokens import pod_tokens, token_requests
from tests.cluster.security.attacks.volumes import claim_annotations, volumes
from tests.cluster.security.attacks.writing import Attack, failures, patch, post
from tests.cluster.security.world import World

__all__ = ["Attack", "failures", "patch", "post", "table"]


def table(world: World) -> list[Attack]:
    """Return every attack."""
    return [
        *pods(world),
        *pod_security(world),
        *exceptions(world),
        *device_environment(world),
        *storage_claims(),
        *device_classes(),
        *counted_devices(),
        *services(world),
        *endpoints(world),
        *network_policies(world),
        *bindings(world),
        *roles(world),
        *managed(world),
        *forged(world),
        *service_accounts(world),
        *token_requests(),
        *pod_tokens(),
        *namespaces(world),
        *other_namespaces(world),
        *quotas(),
        *limits(),
        *others(),
        *cluster(),
        *pod_names(world),
        *storage_classes(),
        *annotations(world),
        *load_balancers(world),
        *ingresses(world),
        *gateways(world),
        *routes(world),
        *finalizers(world),
        *finalizers_of_clouds(world),
        *misplaced_finalizers(world),
        *removed_finalizers(world),
        *disruption_budgets(world),
        *deletions(),
        *volumes(),
        *claim_annotations(world),
        *pod_labels(world),
        *gateway_references(world),
        *failed_nodes(world),
        *device_taints(),
        *pods_of_controllers(),
        *template_claims(),
        *controllers_of_jobs(),
    ]
