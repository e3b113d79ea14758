"""The allowed traffic of namespaces, and the cluster's DNS and ingress controllers."""

from typing import Annotated, Literal

from pydantic import Field

from tenancy.config.spec.access import NonEmpty
from tenancy.config.spec.model import Listed, Spec

__all__ = [
    "DnsSpec",
    "EgressSpec",
    "IngressControllerSpec",
    "IngressSpec",
    "InternetSpec",
    "NetworkSpec",
    "PortSpec",
]

PortNumber = Annotated[int, Field(ge=1, le=65535)]


class PortSpec(Spec):
    """A port, or a range of ports, of pods."""

    port: PortNumber
    """The port on which the pods listen, which may differ from a Service's port."""
    end_port: PortNumber | None = None
    """The last port of a range that begins with `port`. Default: only `port`."""
    protocol: Literal["TCP", "UDP", "SCTP"] = "TCP"
    """The protocol. Default: TCP."""


Ports = Listed[PortNumber | PortSpec]
"""Ports of pods; a number is a TCP port."""


class IngressSpec(Spec):
    """Traffic into a namespace from one source: exactly one of `controller`, `organization` and `cidrs`."""

    controller: NonEmpty | None = None
    """The name of an ingress controller under the platform's `ingress`."""
    organization: NonEmpty | None = None
    """Another organization on the cluster; its `egress` must name this one."""
    namespaces: Listed[NonEmpty] = ()
    """With `organization`: ids of its namespaces in the same environment. Default: all of them."""
    cidrs: Listed[str] = ()
    """Ranges of addresses outside of the cluster, from which clients reach the pods through a load balancer. Its Service needs `externalTrafficPolicy: Local`; otherwise the pods see the address of a node."""
    ports: Ports
    """The ports of the pods here that are reached."""
    pod_labels: dict[str, str] = Field(default={})
    """Labels of the pods here that are reached. Default: every pod."""


class EgressSpec(Spec):
    """Traffic out of a namespace to one target: exactly one of `cidrs`, `internet` and `organization`."""

    cidrs: Listed[str] = ()
    """Ranges of addresses outside of the cluster."""
    internet: bool = False
    """The public internet: every address except private, link-local and other special ranges, and those of the platform's `internet.excluded`."""
    organization: NonEmpty | None = None
    """Another organization on the cluster; its `ingress` must name this one."""
    namespaces: Listed[NonEmpty] = ()
    """With `organization`: ids of its namespaces in the same environment. Default: all of them."""
    ports: Ports
    """The ports of the target; if it is an organization, the ports of its pods."""
    pod_labels: dict[str, str] = Field(default={})
    """Labels of the pods here that may connect. Default: every pod."""


class NetworkSpec(Spec):
    """The traffic that is allowed; all other traffic is denied."""

    same_organization: bool = True
    """Traffic to and from the organization's other namespaces on the cluster. Default: yes."""
    observability: bool = True
    """The shared observability namespaces reach the metrics ports here, and pods here reach their services. Default: yes."""
    metrics_ports: Listed[PortNumber] = ()
    """TCP ports on which pods here serve metrics or health, in addition to those that the observability namespaces list. Default: none."""
    shared_services: Listed[str] = ()
    """Names of further shared namespaces whose services pods here may reach. Default: none."""
    egress_cidrs: Listed[str] = ()
    """Addresses outside of the cluster that pods may reach on every port. Default: none."""
    ingress: Listed[IngressSpec] = ()
    """Traffic from ingress controllers, other organizations and load balancers. Default: none."""
    egress: Listed[EgressSpec] = ()
    """Traffic to addresses, the internet and other organizations, by port. Default: none."""


class DnsSpec(Spec):
    """The cluster's DNS, which every pod can reach. Keys that are not set have the distribution's values."""

    distribution: Literal["kubeadm", "openshift", "gke"] = "kubeadm"
    """`kubeadm`: pods with `k8s-app: kube-dns` in `kube-system`, port 53. `openshift`: those of `openshift-dns`, port 5353. `gke`: as kubeadm, and the node-local cache. Default: kubeadm, which fits most clusters."""
    namespace: NonEmpty | None = None
    """The namespace of the DNS pods."""
    pod_labels: dict[str, str] | None = None
    """Labels of the DNS pods."""
    ports: Listed[PortNumber] | None = None
    """UDP and TCP ports on which the DNS pods listen."""
    node_local_addresses: Listed[str] | None = None
    """Addresses of a DNS cache on each node, such as `169.254.20.10`; reached on port 53."""


class IngressControllerSpec(Spec):
    """An ingress controller. It can reach namespaces whose `ingress` names it; nothing is created in its namespace."""

    namespace: NonEmpty
    """The namespace of its pods."""
    pod_labels: dict[str, str] = Field(default={})
    """Labels of its pods. Default: every pod of the namespace. Network policies cannot select pods on the host network by labels; their traffic comes from node addresses."""


class InternetSpec(Spec):
    """Addresses that do not count as the internet, in addition to private, link-local and other special ranges."""

    excluded: Listed[str] = ()
    """Ranges of the cluster's nodes, pods and Services, of IPv4 and IPv6, where they are not private. Default: none."""
