"""Codes of findings: quotas."""

from typing import Final

from tenancy.diagnostics.codes.code import Code, Group
from tenancy.diagnostics.severity import Severity

__all__ = ["GROUP"]

_ERROR: Final = Severity.ERROR
_WARNING: Final = Severity.WARNING
_NOT_CHECKED: Final = Severity.NOT_CHECKED

GROUP: Final = Group(
    "Quotas",
    (
        Code(
            "quota-key",
            "a key that Kubernetes refuses, or accepts and never enforces",
            "`nvidia.com/gpu`",
            "write the key that the finding names",
            (_ERROR, _WARNING),
        ),
        Code(
            "quota-key-twice",
            "two keys for the same resource",
            "`cpu` beside `requests.cpu`",
            "keep one of the keys",
            (_ERROR, _WARNING),
        ),
        Code(
            "quota-quantity",
            "an amount that cannot be counted",
            '`pods: "0.5"`',
            "write a whole number",
            (_ERROR, _WARNING),
        ),
        Code(
            "quota-requests-over-limits",
            "requests above the limits, which can never be used",
            "`requests.cpu: 4` with `limits.cpu: 2`",
            "lower the requests",
            (_WARNING,),
        ),
        Code(
            "quota-empty",
            "a quota without a key",
            "`hard: {}`",
            "write a key, or remove the quota",
            (_ERROR, _WARNING),
        ),
        Code("quota-name", "a quota's name is not valid", "`Batch`", "write it in lower case"),
        Code(
            "quota-name-reserved",
            "a name that Tenancy uses for one of its quotas",
            "`gpus`",
            "rename the quota",
        ),
        Code(
            "quota-only-scoped",
            "no quota limits the whole namespace",
            "scopes on every quota",
            "write a `quota` without scopes",
            (_ERROR, _WARNING),
        ),
        Code(
            "quota-scope-key",
            "a key that the quota's scope does not count",
            "`services` with `Terminating`",
            "move the key to a quota without this scope",
            (_ERROR, _WARNING),
        ),
        Code(
            "quota-scope-selector",
            "an operator or values that do not fit the scope",
            "`In` without values",
            "correct the operator or the values",
        ),
        Code(
            "quota-scopes-conflict",
            "scopes that exclude each other",
            "`Terminating` and `NotTerminating`",
            "write a quota for each scope",
        ),
        Code(
            "quota-gpus-by-hand",
            "a GPU key that differs from the grants",
            '`requests.nvidia.com/gpu: "4"` without a grant',
            "remove the key and grant GPUs",
            (_ERROR, _WARNING),
        ),
        Code(
            "quota-scoped-resource",
            "an extended resource that only a quota with scopes limits",
            "`requests.rdma/hca: 2` with the scope `Terminating` alone",
            "write the resource under `quota` too",
        ),
        Code(
            "quota-count-too-low",
            "a count below what Tenancy creates in every namespace",
            '`configmaps: "0"`',
            "raise the count",
        ),
        Code(
            "quota-needs-default",
            "a quota on CPU or memory without a default for containers",
            "`limits.cpu` and no limit range",
            "write the default in the limit range",
            (_ERROR, _WARNING),
        ),
        Code(
            "quota-over-ceiling",
            "the sum over all environments is over the ceiling",
            "quotas of 14 CPUs in total under a ceiling of 13",
            "lower a quota, or raise the ceiling",
        ),
        Code(
            "quota-unlimited",
            "a key of the ceiling that a namespace does not limit",
            "a ceiling of `requests.storage`, which a quota does not have",
            "limit the key in the namespace",
            (_ERROR, _WARNING),
        ),
        Code(
            "ceiling-differs",
            "one organization has two ceilings",
            "an organization that two stack files describe",
            "describe the organization once, in its own file",
        ),
        Code(
            "ceiling-not-checked",
            "the ceiling needs the other environments, which are not known here",
            "a component with `environment`",
            "run `tenancy check` in the project that describes all environments",
            (_NOT_CHECKED,),
        ),
        Code(
            "no-default-pod-fits",
            "a pod that states no resources does not fit; a *warning* where the quota is 0",
            "`requests.memory: 127Mi`, default 128Mi",
            "raise the quota, or lower the defaults",
            (
                _ERROR,
                _WARNING,
            ),
        ),
    ),
)
