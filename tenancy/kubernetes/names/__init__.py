"""
Names: their syntax in Kubernetes, and names that are reserved for others.

Every parser returns its input unchanged as a type of its own, so that a type checker can tell a
checked name from any text. Names are never lowercased, trimmed or normalized: a name that only
looks right is refused.
"""

from tenancy.kubernetes.names.reserved import (
    reserved_prefix_reason,
    reserved_reason,
    system_reason,
    workload_reason,
)
from tenancy.kubernetes.names.subjects import (
    GroupName,
    ServiceAccountName,
    UserName,
    parse_group,
    parse_oidc_prefix,
    parse_service_account,
    parse_user,
)
from tenancy.kubernetes.names.syntax import (
    AnnotationKey,
    InvalidNameError,
    Label,
    LabelKey,
    LabelValue,
    NamespaceId,
    NamespaceName,
    Prefix,
    RbacName,
    Subdomain,
    parse_annotation_key,
    parse_label,
    parse_label_key,
    parse_label_value,
    parse_namespace_id,
    parse_namespace_name,
    parse_prefix,
    parse_rbac_name,
    parse_subdomain,
    reserved_key_reason,
)

__all__ = [
    "AnnotationKey",
    "GroupName",
    "InvalidNameError",
    "Label",
    "LabelKey",
    "LabelValue",
    "NamespaceId",
    "NamespaceName",
    "Prefix",
    "RbacName",
    "ServiceAccountName",
    "Subdomain",
    "UserName",
    "parse_annotation_key",
    "parse_group",
    "parse_label",
    "parse_label_key",
    "parse_label_value",
    "parse_namespace_id",
    "parse_namespace_name",
    "parse_oidc_prefix",
    "parse_prefix",
    "parse_rbac_name",
    "parse_service_account",
    "parse_subdomain",
    "parse_user",
    "reserved_key_reason",
    "reserved_prefix_reason",
    "reserved_reason",
    "system_reason",
    "workload_reason",
]
