"""
The guard of storage claims: a tenant gets only new storage, never an existing volume.

A claim without a class, or one that names or selects its volume, is bound to an existing volume
with its data.
"""

from typing import Final

from tenancy.config.spec import AllowedSpec
from tenancy.kubernetes import BETA_STORAGE_CLASS, labels
from tenancy.manifests.policies.guard import (
    NOT_AUTHORISED,
    ORGANIZATIONS,
    Condition,
    Guard,
    PolicyRule,
    Resources,
    annotation,
    guard,
    text,
    texts,
)

__all__ = ["NAME", "storage_claims"]

NAME: Final = "tenancy-storage-claims"

_BINDERS: Final = (
    "system:kube-controller-manager",
    "system:kube-scheduler",
    "system:serviceaccount:kube-system:persistent-volume-binder",
)


_OLD_CLASS: Final = f"object.metadata.?annotations[{text(BETA_STORAGE_CLASS)}].orValue('')"
_CLASS_BEFORE: Final = _OLD_CLASS.replace("object", "oldObject", 1)


def storage_claims(allowed: AllowedSpec) -> Guard:
    """
    Return the guard of PersistentVolumeClaims in organizations' namespaces.

    Args:
        allowed: What the platform allows.
    """
    attributes, attributes_before = (
        f"{thing}.spec.?volumeAttributesClassName.orValue('')"
        for thing in ("object", "oldObject")
    )
    listed = sorted(allowed.volume_attributes_classes)
    among = f"must be one of {', '.join(listed)}" if listed else "may not be set"
    volume, before = (
        f"{thing}.spec.?volumeName.orValue('')" for thing in ("object", "oldObject")
    )
    return guard(
        NAME,
        [Resources("", ("persistentvolumeclaims",))],
        [
            PolicyRule(
                f"{volume} == '' || (oldObject != null && {volume} == {before})",
                "a claim may not name its volume: it gets a new one",
            ),
            PolicyRule(
                "oldObject != null || object.spec.?storageClassName.orValue('') != ''",
                "a claim must name a storage class: without one it is bound to a volume that"
                " exists already",
            ),
            PolicyRule(
                "oldObject != null || object.spec.?storageClassName.orValue('') == ''"
                " || object.spec.storageClassName in variables.classes",
                "'a claim may name only storage classes of this namespace: '"
                " + (variables.classes.size() == 0 ? 'there are none'"
                " : variables.classes.join(', '))",
                computed=True,
            ),
            PolicyRule(
                "oldObject != null || !has(object.spec.selector)",
                "a claim may not select its volume: it gets a new one",
            ),
            PolicyRule(
                f"{attributes} in {texts(['', *listed])}"
                f" || (oldObject != null && {attributes} == {attributes_before})",
                f"spec.volumeAttributesClassName {among}: the platform lists others under"
                " allowed.volumeAttributesClasses",
            ),
            PolicyRule(
                f"{_OLD_CLASS} == '' || (oldObject != null && {_OLD_CLASS} == {_CLASS_BEFORE})",
                f"the annotation {BETA_STORAGE_CLASS} may not be set: it takes precedence over"
                " spec.storageClassName",
            ),
            PolicyRule(
                "oldObject != null"
                " || dyn(object.spec).?dataSourceRef.?namespace.orValue('') == ''",
                "a claim may not have a data source in another namespace",
            ),
        ],
        conditions=[
            # These controllers bind claims, and create claims from templates of tenants only.
            Condition(
                "not-a-binder",
                "request.operation == 'CREATE'"
                f" || !(request.userInfo.username in {texts(_BINDERS)})",
            ),
            NOT_AUTHORISED,
        ],
        variables=[Condition("classes", annotation(labels.STORAGE_CLASSES))],
        namespaces=ORGANIZATIONS,
    )
