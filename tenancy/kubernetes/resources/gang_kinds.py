"""Kinds of gang jobs, whose controllers start several pods together."""

from typing import Final

__all__ = ["GANG_KINDS"]

GANG_KINDS: Final = (
    "jaxjobs.kubeflow.org",
    "jobsets.jobset.x-k8s.io",
    "leaderworkersets.leaderworkerset.x-k8s.io",
    "mpijobs.kubeflow.org",
    "paddlejobs.kubeflow.org",
    "pytorchjobs.kubeflow.org",
    "rayclusters.ray.io",
    "raycronjobs.ray.io",
    "rayjobs.ray.io",
    "rayservices.ray.io",
    "tfjobs.kubeflow.org",
    "trainingruntimes.trainer.kubeflow.org",
    "trainjobs.trainer.kubeflow.org",
    "xgboostjobs.kubeflow.org",
)
"""
Names of their CRDs: JobSet, LeaderWorkerSet, Kubeflow's trainer, training and MPI operators,
and KubeRay.

All are namespaced, and their controllers create pods, Jobs, Services and what these need in the
namespace of the object only. So members who may create pods gain nothing by them. Kinds that
wrap any manifest, such as AppWrapper, are not here: a controller creates it, with its rights.
"""
