"""Codes of findings: queues."""

from typing import Final

from tenancy.diagnostics.codes.code import Code, Group
from tenancy.diagnostics.severity import Severity

__all__ = ["GROUP"]

_WARNING: Final = (Severity.WARNING,)

GROUP: Final = Group(
    "Queues",
    (
        Code(
            "queue-limit-without-queue",
            "a borrowing or lending limit where nothing is queued",
            "`borrowingLimit: 8` on a platform without `queues`",
            "write `queues` on the platform, or remove the limit",
        ),
        Code(
            "queue-lending-limit",
            "a namespace lends more devices than it is granted",
            "`lendingLimit: 9` under a grant of 8 GPUs",
            "lower the limit",
        ),
        Code(
            "queue-borrowing-limit",
            "a namespace may borrow more devices than other namespaces lend",
            "`borrowingLimit: 8`, while other namespaces lend 4 devices",
            "lower the limit",
            _WARNING,
        ),
        Code(
            "queue-quota-scoped",
            "a quota with scopes limits pods of jobs that a queue admits",
            "`requests.nvidia.com/gpu: 2` in a quota of a priority class",
            "remove the key",
        ),
        Code(
            "queue-quota-limits",
            "a quota on limits beside a queue, which counts requests only",
            "`limits.cpu: 8` without a `maxLimitRequestRatio`",
            "remove the key, or write the ratio",
            _WARNING,
        ),
        Code(
            "queue-overcommit",
            "a pool with queues is overcommitted",
            "`overcommit: 1.5`",
            "remove `overcommit`, and let namespaces borrow",
            _WARNING,
        ),
        Code(
            "queue-flavor",
            "a pool that cannot be a ResourceFlavor: nine taints, or the name of the flavor of CPU and memory",
            "`name: tenancy-other-resources`",
            "rename the pool, or remove taints",
        ),
        Code(
            "queue-groups",
            "more queued resources in a namespace than a ClusterQueue has groups",
            "grants of 16 resources",
            "grant some of them in another namespace",
        ),
        Code(
            "queue-weight-unused",
            "a weight on a platform that does not share by weights",
            "`queueWeight: 2` without `fairSharing`",
            "write `fairSharing: true`, or remove the weight",
            _WARNING,
        ),
        Code(
            "queue-cohort",
            "the cohort's name is not a DNS label",
            "`cohort: All GPUs`",
            "write a name such as `gpus`",
        ),
        Code(
            "queue-controller",
            "the controller is not a service account",
            "`controller: kueue`",
            "write `<namespace>/<name>`",
        ),
        Code(
            "queues-not-served",
            "the cluster does not serve Kueue's objects",
            "`queues` on the platform, and no Kueue on the cluster",
            "install Kueue's CRDs and controller first",
        ),
    ),
)
