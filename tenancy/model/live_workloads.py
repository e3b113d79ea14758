"""The workloads and the traffic rules of namespaces, as read from a cluster."""

from collections.abc import Mapping

import attrs

from tenancy.kubernetes.pods import Fields
from tenancy.kubernetes.quantity import Quantity

__all__ = ["KindOfObject", "LiveWorkloads", "ServiceClient", "Workload"]


@attrs.frozen(kw_only=True, slots=True)
class Workload:
    """
    Pods of one controller that have the same spec, or a template that may have no pod now.

    Attributes:
        name: The controller, or the pod itself, as `Deployment/web`.
        metadata: A pod's, or a template's.
        spec: A pod's, or a template's.
        pods: How many pods of it run now.
    """

    namespace: str
    name: str
    metadata: Fields
    spec: Fields
    pods: int = 0


@attrs.frozen(kw_only=True, slots=True)
class KindOfObject:
    """A kind by its API group and its name in paths."""

    group: str
    plural: str


@attrs.frozen(kw_only=True, slots=True)
class ServiceClient:
    """
    An object by which the API server calls a Service.

    Attributes:
        object: Such as `ValidatingWebhookConfiguration/cert-manager`.
        port: The port of the Service.
    """

    object: str
    namespace: str
    service: str
    port: int


@attrs.frozen(kw_only=True)
class LiveWorkloads:
    """
    The workloads of a cluster, and what routes traffic to them.

    Attributes:
        workloads: The workloads of every namespace, by namespace.
        services: Services, by namespace.
        endpoints: Address, protocol and port of what is behind each Service without a selector,
            by namespace, then by Service.
        ingresses: Ingresses, by namespace.
        network_policies: Every NetworkPolicy of the cluster.
        disruption_budgets: PodDisruptionBudgets, by namespace.
        used: The use in the requested namespaces, by quota key.
        policy_answers: The admission policies' answers to a dry run of each workload, by
            namespace, then by workload. A namespace without a dry run is missing.
        pod_security_answers: The warnings of a dry run of the new Pod Security label, by
            namespace. A namespace without a dry run is missing.
        token_unmounted: Namespaces whose account `default` already gives pods no token.
        is_exempt: Whether the dry runs of pods ran as the caller, who may be exempt.
        service_clients: Webhooks and aggregated APIs of the cluster.
        judged: Further objects of the requested namespaces, by kind, then by namespace.
    """

    workloads: Mapping[str, tuple[Workload, ...]] = attrs.field(factory=dict)
    services: Mapping[str, tuple[Fields, ...]] = attrs.field(factory=dict)
    endpoints: Mapping[str, Mapping[str, tuple[tuple[str, str, int], ...]]] = attrs.field(
        factory=dict
    )
    ingresses: Mapping[str, tuple[Fields, ...]] = attrs.field(factory=dict)
    network_policies: tuple[Fields, ...] = ()
    disruption_budgets: Mapping[str, tuple[Fields, ...]] = attrs.field(factory=dict)
    used: Mapping[str, Mapping[str, Quantity]] = attrs.field(factory=dict)
    policy_answers: Mapping[str, Mapping[str, tuple[str, ...]]] = attrs.field(factory=dict)
    pod_security_answers: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    token_unmounted: frozenset[str] = frozenset()
    is_exempt: bool = False
    service_clients: tuple[ServiceClient, ...] = ()
    judged: Mapping[KindOfObject, Mapping[str, tuple[Fields, ...]]] = attrs.field(factory=dict)
