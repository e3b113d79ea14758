"""Names that objects of organizations may use in addition to those of every cluster."""

from pydantic import Field

from tenancy.config.spec.access import NonEmpty
from tenancy.config.spec.model import Listed, Spec

__all__ = ["AllowedSpec"]


class AllowedSpec(Spec):
    """Names that objects of organizations may use. Admission refuses every other name."""

    schedulers: Listed[NonEmpty] = ()
    """Schedulers of pods, in addition to `default-scheduler`. Default: none."""
    runtime_classes: Listed[NonEmpty] = ()
    """Runtime classes of pods. Default: none."""
    csi_drivers: Listed[NonEmpty] = ()
    """CSI drivers of volumes that are written inside of a pod. Default: none."""
    device_taints: Listed[NonEmpty] = ()
    """Keys of device taints that claims may tolerate. Default: none."""
    job_controllers: Listed[NonEmpty] = ()
    """Controllers that Jobs may name under `managedBy`, in addition to `kubernetes.io/job-controller`. Default: none."""
    load_balancer_classes: Listed[NonEmpty] = ()
    """Classes of Services of type LoadBalancer. Default: none."""
    ingress_classes: Listed[NonEmpty] = ()
    """Classes of Ingresses. Default: none, so that every Ingress is refused."""
    gateway_classes: Listed[NonEmpty] = ()
    """Classes of Gateways. Default: none, so that every Gateway is refused."""
    pod_annotations: Listed[NonEmpty] = ()
    """Further annotations of pods: a domain such as `example.com`, or a whole key. Default: none."""
    pod_labels: Listed[NonEmpty] = ()
    """Whole keys of labels by which pods join or leave a mesh, such as `sidecar.istio.io/inject`; all other labels are free. Default: none of those."""
    claim_annotations: Listed[NonEmpty] = ()
    """Further annotations of PersistentVolumeClaims, as in `podAnnotations`. Default: none."""
    volume_attributes_classes: Listed[NonEmpty] = ()
    """VolumeAttributesClasses of PersistentVolumeClaims. Default: none."""
    service_annotations: Listed[NonEmpty] = ()
    """Further annotations of Services, as in `podAnnotations`. Default: none."""
    ingress_annotations: Listed[NonEmpty] = ()
    """Further annotations of Ingresses, as in `podAnnotations`. Default: none."""
    gateways: Listed[NonEmpty] = ()
    """Gateways that routes may name as parents, as `namespace/name`, beside those of the organization. Default: none."""
    gateway_annotations: Listed[NonEmpty] = ()
    """Further annotations of Gateways, of what they create and of their routes, as in `podAnnotations`. Default: none."""
    namespace_labels: Listed[NonEmpty] = ()
    """Labels that files may put on namespaces, beside keys without a domain: a domain or a whole key. Default: none."""
    namespace_annotations: Listed[NonEmpty] = ()
    """Annotations that files may put on namespaces, as in `namespaceLabels`. Default: none."""
    finalizers: Listed[NonEmpty] = ()
    """Further finalizers, in addition to `foregroundDeletion` and `orphan`. Default: none."""
    max_grace_period_seconds: int = Field(default=3600, ge=30)
    """The longest that a pod may take to end, in seconds. Default: an hour."""
    refused_variables: Listed[NonEmpty] = ()
    """Further environment variables that containers may not set. Default: those with which known runtimes assign devices."""
