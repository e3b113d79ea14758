"""Quota keys that count devices: of an extended resource, of a DRA device class, and claims."""

from typing import Final

__all__ = [
    "DEVICE_CLASS_SUFFIX",
    "IMPLICIT_PREFIX",
    "RESOURCE_CLAIMS",
    "RESOURCE_CLAIM_TEMPLATES",
    "devices_key",
    "implicit_resource",
    "requests_key",
]

DEVICE_CLASS_SUFFIX: Final = ".deviceclass.resource.k8s.io"
"""Follows a device class in the key that counts its claimed devices."""

IMPLICIT_PREFIX: Final = "deviceclass.resource.kubernetes.io/"
"""Precedes a device class in the extended resource that pods request without a claim."""

RESOURCE_CLAIMS: Final = "count/resourceclaims.resource.k8s.io"
RESOURCE_CLAIM_TEMPLATES: Final = "count/resourceclaimtemplates.resource.k8s.io"


def requests_key(resource: str) -> str:
    """
    Return the key that counts what pods request of *resource*.

    >>> requests_key("nvidia.com/gpu")
    'requests.nvidia.com/gpu'
    """
    return f"requests.{resource}"


def devices_key(device_class: str) -> str:
    """
    Return the key that counts the claimed devices of *device_class*.

    >>> devices_key("gpu.nvidia.com")
    'gpu.nvidia.com.deviceclass.resource.k8s.io/devices'
    """
    return f"{device_class}{DEVICE_CLASS_SUFFIX}/devices"


def implicit_resource(device_class: str) -> str:
    """
    Return the extended resource by which a pod requests *device_class* without a claim.

    The scheduler creates the claim (feature gate DRAExtendedResource).

    >>> implicit_resource("gpu.nvidia.com")
    'deviceclass.resource.kubernetes.io/gpu.nvidia.com'
    """
    return IMPLICIT_PREFIX + device_class
