"""What objects of organizations may name, beside what every cluster has."""

from pydantic import Field

from tenancy.config.spec.access import NonEmpty
from tenancy.config.spec.model import Listed, Spec

__all__ = ["AllowedSpec"]


class AllowedSpec(Spec):
    """What objects of organizations may name. Admission refuses every other name."""

    schedulers: Listed[NonEmpty] = ()
    """Schedulers of pods, beside `default-scheduler`. Default: none."""
    runtime_classes: Listed[NonEmpty] = ()
    """Runtime classes of pods. Default: none."""
    csi_drivers: Listed[NonEmpty] = ()
    """CSI drivers of volumes that are written inside of a pod. Default: none."""
    load_balancer_classes: Listed[NonEmpty] = ()
    """Classes of Services of type LoadBalancer. Default: none."""
    ingress_classes: Listed[NonEmpty] = ()
    """Classes of Ingresses. Default: none, so that there are no Ingresses."""
    gateway_classes: Listed[NonEmpty] = ()
    """Classes of Gateways. Default: none, so that there are no Gateways."""
    pod_annotations: Listed[NonEmpty] = ()
    """Further annotations of pods: a domain such as `example.com`, or a whole key. Default: none."""
    service_annotations: Listed[NonEmpty] = ()
    """Further annotations of Services, as in `podAnnotations`. Default: none."""
    ingress_annotations: Listed[NonEmpty] = ()
    """Further annotations of Ingresses, as in `podAnnotations`. Default: none."""
    finalizers: Listed[NonEmpty] = ()
    """Further finalizers, beside `foregroundDeletion` and `orphan`. Default: none."""
    max_grace_period_seconds: int = Field(default=3600, ge=30)
    """The longest that a pod may take to end, in seconds. Default: an hour."""
    refused_variables: Listed[NonEmpty] = ()
    """Further environment variables that containers may not set. Default: those by which known runtimes hand out devices."""
