"""Codes of findings: names."""

from typing import Final

from tenancy.diagnostics.codes.code import Code, Group
from tenancy.diagnostics.severity import Severity

__all__ = ["GROUP"]

_ERROR: Final = Severity.ERROR
_WARNING: Final = Severity.WARNING
_NOT_CHECKED: Final = Severity.NOT_CHECKED

GROUP: Final = Group(
    "Names",
    (
        Code(
            "organization-name",
            "an organization's name is not a DNS label",
            "`Acme`",
            "write it in lower case",
        ),
        Code(
            "prefix",
            "a prefix is not a DNS label, or leaves no room for an id",
            "`acme-`",
            "use letters and digits at both ends",
        ),
        Code(
            "resource-name-taken",
            "two objects with one name in the engine's state",
            "adopted role bindings `a:b` and `a-b`",
            "rename one of the objects",
        ),
        Code(
            "prefix-empty",
            "an empty prefix that the platform does not allow",
            '`prefix: ""`',
            "write a prefix, or list the organization under `plainNames`",
        ),
        Code(
            "prefix-reserved",
            "a prefix whose names belong to Kubernetes or Tenancy",
            "`kube`",
            "choose another prefix",
        ),
        Code(
            "prefix-differs",
            "one organization has different prefixes in two stacks",
            "an organization that two stack files describe",
            "describe the organization once, in its own file",
        ),
        Code(
            "prefix-shared",
            "two organizations share a prefix",
            "`prefix: acme` in two organizations",
            "give one of them another prefix",
            (_WARNING,),
        ),
        Code(
            "namespace-id",
            "an id is not 1 to 7 lowercase letters and digits",
            "`dev-1`",
            "leave out the hyphen; `limits.idLength` of the platform sets the length",
        ),
        Code(
            "namespace-name",
            "a namespace's full name is not a DNS label",
            "a name of 64 characters",
            "shorten the prefix or the id",
        ),
        Code(
            "namespace-name-reserved",
            "a namespace of Kubernetes or of the platform",
            "`kube-system`",
            "choose another prefix or id",
        ),
        Code(
            "namespace-name-taken",
            "two namespaces of one name on a cluster",
            "`acme-dev` in two stacks",
            "use another id, or `{environment}` in `nameTemplate`",
        ),
        Code(
            "adopted-name-needless",
            "an adopted name that equals the name Tenancy gives",
            "`adopted: {name: acme-dev}`",
            "remove the key `name`",
        ),
        Code(
            "adopted-nothing",
            "`adopted` keeps no name",
            "`adopted: {origin: adopt, reason: older}`",
            "name the existing object, or remove `adopted`",
        ),
        Code(
            "adopted-name",
            "a name that a limit range or role binding cannot have",
            "`limitRange: Limits`",
            "write the name of the existing object",
        ),
        Code(
            "adopted-binding-taken",
            "one name for the bindings of two roles",
            '`roleBindings: {kubernetes:edit: "tenancy:viewer"}`',
            "remove the entry",
        ),
        Code(
            "adopted-binding-unused",
            "a binding's name for a role that no member has",
            "`roleBindings: {kubernetes:view: readers}`",
            "remove the entry",
            (_WARNING,),
        ),
        Code(
            "name-template",
            "a template whose names cannot be split into prefix and id again",
            "`{prefix}{id}`",
            "keep `{prefix}` and `{id}`, joined by hyphens",
        ),
        Code(
            "too-many-namespaces",
            "an organization has more namespaces than allowed, over all environments",
            "11 namespaces where 10 are allowed",
            "remove a namespace, or raise `limits.namespaces`",
        ),
        Code(
            "environment-name",
            "an environment's name is not a DNS label",
            "`Prod`",
            "write it in lower case",
        ),
        Code(
            "environment-misspelt",
            "an environment that no organization names, while organizations name one that is called like the stack; *not checked* for other stacks",
            "`environment: deev` in `Pulumi.dev.yaml`",
            "write the environment that the finding names",
            (
                _ERROR,
                _NOT_CHECKED,
            ),
        ),
        Code(
            "environment-unknown",
            "an environment that no stack describes; *not checked* where a stack cannot be read",
            "`environments: [stagign]`",
            "name an existing environment",
            (
                _ERROR,
                _NOT_CHECKED,
            ),
        ),
        Code(
            "label-key",
            "a label's key is not valid",
            "`te am`",
            "remove the characters that the finding names",
        ),
        Code(
            "annotation-key",
            "an annotation's key is not valid",
            "`te am`",
            "remove the characters that the finding names",
        ),
        Code(
            "label-reserved",
            "a label of Kubernetes or Tenancy",
            "`kubernetes.io/metadata.name`",
            "use a domain of your own",
        ),
        Code(
            "annotation-reserved",
            "an annotation of Kubernetes or Tenancy",
            "`kubernetes.io/metadata.name`",
            "use a domain of your own",
        ),
        Code(
            "label-not-allowed",
            "a label of a namespace that the platform does not list",
            "`istio-injection: enabled`",
            "use a key without a domain, or list it under `allowed.namespaceLabels`",
        ),
        Code(
            "annotation-not-allowed",
            "an annotation of a namespace that the platform does not list",
            "`linkerd.io/inject: enabled`",
            "use a key without a domain, or list it under `allowed.namespaceAnnotations`",
        ),
        Code(
            "label-value",
            "a value that becomes a label is not valid as one",
            "`subscription: sub/dev`",
            "use letters, digits, `-`, `_` and `.`",
        ),
        Code(
            "annotations-too-large",
            "annotations of more than 256 KiB",
            "a whole manual in an annotation",
            "store the text elsewhere",
        ),
        Code(
            "reason-blank",
            "a reason without text",
            '`reason: " "`',
            "write why the rule does not apply",
        ),
        Code(
            "names-not-checked",
            "an organization in a separate component is not compared with others",
            '`Organization("acme", …)`',
            "run `tenancy check` in the project that describes all organizations",
            (_NOT_CHECKED,),
        ),
    ),
)
