"""The kinds that have a pod template, and where the spec of its pods is."""

from typing import Final

from tenancy.manifests.policies.guard import Resources

__all__ = ["CRON_JOBS", "CRON_JOB_PODS", "WORKLOADS", "WORKLOAD_PODS"]

WORKLOADS: Final = (
    Resources("", ("replicationcontrollers",)),
    Resources("apps", ("daemonsets", "deployments", "replicasets", "statefulsets")),
    Resources("batch", ("jobs",)),
)
WORKLOAD_PODS: Final = "object.spec.template.spec"
"""The spec of the pods of a workload, in an expression."""

CRON_JOBS: Final = (Resources("batch", ("cronjobs",)),)
CRON_JOB_PODS: Final = "object.spec.jobTemplate.spec.template.spec"
"""The spec of the pods of a cron job, in an expression."""
