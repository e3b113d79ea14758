"""Codes of findings: objects that a platform puts into namespaces."""

from typing import Final

from tenancy.diagnostics.codes.code import Code, Group
from tenancy.diagnostics.severity import Severity

__all__ = ["GROUP"]

_WARNING: Final = (Severity.WARNING,)

GROUP: Final = Group(
    "Objects in every namespace",
    (
        Code(
            "namespace-object-choice",
            "an entry of `namespaceObjects` has no object, or two",
            "`manifest` and `imagePullSecret`",
            "write one of them",
        ),
        Code(
            "namespace-object-manifest",
            "a manifest is not complete, or has fields that only the API server writes",
            "a manifest with `metadata.namespace`",
            "write what the message names",
        ),
        Code(
            "namespace-object-kind",
            "a kind that is a guardrail, access, a secret, or one of Kubernetes' own",
            "`kind: RoleBinding`",
            "write it at the place that the message names, or remove it",
        ),
        Code(
            "namespace-object-secret",
            "a value that is a secret",
            "a private key in a ConfigMap",
            "list an ExternalSecret",
        ),
        Code(
            "namespace-object-fact",
            "a fact that no namespace has",
            "`{namespace.nmae}`",
            "write one of those that the message lists",
        ),
        Code(
            "namespace-object-fact-missing",
            "a fact that one of the namespaces does not have",
            "`{namespace.owner}`, and no `owner`",
            "write it, or select other namespaces",
        ),
        Code(
            "namespace-object-name",
            "a name that no object can have",
            "`Company_CA`",
            "write it in lower case",
        ),
        Code(
            "namespace-object-label",
            "a label that no namespace can have",
            "`matchLabels: {tier: a b}`",
            "correct it",
        ),
        Code(
            "namespace-object-twice",
            "two objects of one kind and name in a namespace",
            "two ConfigMaps `company-ca`",
            "rename one",
        ),
        Code(
            "namespace-object-unused",
            "labels that no namespace has",
            "`matchLabels: {tier: gold}`",
            "correct the labels",
            _WARNING,
        ),
        Code(
            "namespace-object-not-served",
            "the cluster does not serve the kind, or not in namespaces, or by another plural name",
            "an ExternalSecret without its CRD",
            "install it first",
        ),
        Code(
            "namespace-object-exists",
            "an object of that name exists in a namespace, with other content",
            "a ConfigMap `company-ca` of a team",
            "rename one of them, or list it under the namespace's `ignore`",
        ),
        Code(
            "image-pull-secrets-replaced",
            "the account `default` would lose image pull secrets",
            "one that `kubectl` added",
            "write it under `imagePullSecrets` of the namespace",
        ),
    ),
)
