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
            "an entry of `namespaceObjects` has no object, or two objects",
            "`manifest` and `imagePullSecret` in one entry",
            "write `manifest` or `imagePullSecret`",
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
            "write the object under the key that the message names, or remove it",
        ),
        Code(
            "namespace-object-secret",
            "a value that is a secret",
            "a private key in a ConfigMap",
            "list an ExternalSecret",
        ),
        Code(
            "namespace-object-fact",
            "a placeholder for a fact that no namespace has",
            "`{namespace.nmae}`",
            "write one of the placeholders that the message lists",
        ),
        Code(
            "namespace-object-fact-missing",
            "a placeholder for a fact that one of the namespaces does not have",
            "`{namespace.owner}` for a namespace without an `owner`",
            "write the fact for the namespace, or select other namespaces",
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
            "correct the label",
        ),
        Code(
            "namespace-object-twice",
            "two objects of one kind and name in a namespace",
            "two ConfigMaps called `company-ca`",
            "rename one of them",
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
            "install the CRD first",
        ),
        Code(
            "namespace-object-exists",
            "an object of that name exists in a namespace, with other content",
            "a ConfigMap `company-ca` that a team created",
            "rename one of the objects, or list the existing one under the namespace's `ignore`",
        ),
        Code(
            "image-pull-secrets-replaced",
            "the service account `default` would lose image pull secrets",
            "a Secret that was added with `kubectl`",
            "write the Secret under `imagePullSecrets` of the namespace",
        ),
    ),
)
