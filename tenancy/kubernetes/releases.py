"""
What a minor release of Kubernetes changes for guardrails, as facts.

Source: pkg/features/kube_features.go, pkg/quota/v1, plugin/pkg/auth and the Pod Security
Standards of k8s.io/kubernetes v1.35.4, v1.36.3 and v1.37.2, with feature gates at their
defaults.
"""

import enum
import re
from typing import Final, NamedTuple

import attrs

__all__ = ["CHANGES", "KNOWN", "Concern", "Release", "ReleaseChange"]

_RELEASE: Final = re.compile(r"v?(1)\.(0|[1-9][0-9]?)(?:\.[0-9].*)?", re.ASCII)


class Release(NamedTuple):
    """A minor release of Kubernetes."""

    major: int
    minor: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"

    @classmethod
    def parse(cls, text: str) -> "Release | None":
        """
        Return the release in *text*, if it is one.

        >>> str(Release.parse("v1.37.2")), Release.parse("37") is None
        ('1.37', True)
        """
        found = _RELEASE.fullmatch(text)
        return None if found is None else cls(int(found[1]), int(found[2]))


class Concern(enum.Enum):
    """Whose guardrails a change touches."""

    ALL = "every platform"
    POOLS = "platforms with GPU node pools"
    REQUESTED = "platforms whose pods request GPUs by an extended resource"
    CLAIMED = "platforms with device classes"
    QUEUES = "platforms with queues"


@attrs.frozen(kw_only=True)
class ReleaseChange:
    """
    One change of a release.

    Attributes:
        release: The first release that has it.
        concern: Whose guardrails it touches.
        what: What changes in Kubernetes.
        guardrail: How the guardrails take it, and what is allowed.
        remedy: What to do.
    """

    release: Release
    concern: Concern
    what: str
    guardrail: str
    remedy: str


_1_36: Final = Release(1, 36)
_1_37: Final = Release(1, 37)

CHANGES: Final = (
    ReleaseChange(
        release=_1_36,
        concern=Concern.REQUESTED,
        what="DRAExtendedResource is on by default: where a DeviceClass has an"
        " extendedResourceName, the scheduler creates a ResourceClaim for a pod that requests"
        " that resource, and quotas count claims of the class under the resource too",
        guardrail="each device is counted once: the quota gpus has a count of claims for"
        " granted devices, and only the scheduler may mark a claim as its own",
        remedy="update the platform and the environments before the upgrade, and plan the"
        " platform after it, which compares the device classes",
    ),
    ReleaseChange(
        release=_1_36,
        concern=Concern.REQUESTED,
        what="deviceclass.resource.kubernetes.io/<class> is a resource that pods may request,"
        " of every DeviceClass",
        guardrail="pods may request granted resources only, and this one is never granted",
        remedy="update the platform before the upgrade",
    ),
    ReleaseChange(
        release=_1_36,
        concern=Concern.CLAIMED,
        what="DRAPartitionableDevices and DRAConsumableCapacity are on by default: a DRA driver"
        " may publish parts of a device, and devices that several claims share",
        guardrail="a quota counts each part and each share as one device",
        remedy="let the DeviceClass of each pool select devices of one size only",
    ),
    ReleaseChange(
        release=_1_36,
        concern=Concern.POOLS,
        what="MutatingAdmissionPolicy v1 is served",
        guardrail="the next update of the platform creates tenancy-placement, which sets node"
        " selector and tolerations of pods with GPUs; before, people write them",
        remedy="update the platform after the upgrade",
    ),
    ReleaseChange(
        release=_1_36,
        concern=Concern.QUEUES,
        what="MutablePodResourcesForSuspendedJobs and"
        " MutableSchedulingDirectivesForSuspendedJobs are on by default: the pod template of a"
        " suspended Job can be changed",
        guardrail="Kueue admits a Job as it is when it starts, and only Kueue starts it",
        remedy="use a release of Kueue that supports Kubernetes 1.36",
    ),
    ReleaseChange(
        release=_1_36,
        concern=Concern.ALL,
        what="ConstrainedImpersonation is on by default, with verbs such as"
        " impersonate:user-info and impersonate-on:user-info:get",
        guardrail="roles of the platform and Roles of members may not have them",
        remedy="look for them in ClusterRoles of other software",
    ),
    ReleaseChange(
        release=_1_37,
        concern=Concern.REQUESTED,
        what="DRAExtendedResource cannot be switched off any more",
        guardrail="devices are counted as in 1.36",
        remedy="remove the feature gate from the flags of the control plane",
    ),
    ReleaseChange(
        release=_1_37,
        concern=Concern.CLAIMED,
        what="DeviceTaintRules of resource.k8s.io/v1 are served: cluster-wide objects that keep"
        " pods off devices, and evict those that use them",
        guardrail="no role of Tenancy may write them",
        remedy="look for devicetaintrules in ClusterRoles of other software",
    ),
    ReleaseChange(
        release=_1_37,
        concern=Concern.CLAIMED,
        what="DRAFractionalCapacityRange is on by default: a claim may request a part of the"
        " capacity of a device",
        guardrail="a quota counts it as one device",
        remedy="let the DeviceClass of each pool select devices that cannot be shared",
    ),
    ReleaseChange(
        release=_1_37,
        concern=Concern.ALL,
        what="PodCertificateRequest and ClusterTrustBundleProjection are on by default: pods"
        " may mount certificates of the cluster's signers, for their service account",
        guardrail="no admission policy of Tenancy refuses these volumes, and no role of Tenancy"
        " may write their objects",
        remedy="see which signers the cluster has, before the upgrade",
    ),
    ReleaseChange(
        release=_1_37,
        concern=Concern.ALL,
        what="ClusterTrustBundles are served, and Kubernetes' own role"
        " system:cluster-trust-bundle-discovery lets every service account read them",
        guardrail="they hold public certificates, and no role of Tenancy may write them",
        remedy="keep certificates out of them whose names tenants must not know",
    ),
    ReleaseChange(
        release=_1_37,
        concern=Concern.ALL,
        what="the verb unsafe-delete-ignore-read-errors deletes objects that cannot be read,"
        " without their finalizers",
        guardrail="roles of the platform may not have it",
        remedy="look for it in ClusterRoles of other software",
    ),
    ReleaseChange(
        release=_1_37,
        concern=Concern.ALL,
        what="the Pod Security Standards of v1.37 allow two more sysctls,"
        " net.ipv4.tcp_slow_start_after_idle and net.ipv4.tcp_notsent_lowat",
        guardrail="podSecurityVersion pins the standards, so nothing changes by the upgrade",
        remedy="raise podSecurityVersion to v1.37 afterwards, if pods need them",
    ),
)
"""Every change, by release."""

KNOWN: Final = (Release(1, 35), _1_37)
"""The first and the last release whose facts are known."""
