"""Codes of findings: platforms."""

from typing import Final

from tenancy.diagnostics.codes.code import Code, Group
from tenancy.diagnostics.severity import Severity

__all__ = ["GROUP"]

_ERROR: Final = Severity.ERROR
_WARNING: Final = Severity.WARNING
_NOT_CHECKED: Final = Severity.NOT_CHECKED

GROUP: Final = Group(
    "Platforms",
    (
        Code(
            "platform-unknown",
            "no stack file describes the platform that `platformStack` names",
            "`platformStack: platfrom`",
            "write the nearest name, or create the platform's file",
        ),
        Code(
            "platform-not-written",
            "no file describes the platform",
            "`platformStack: other`",
            "create the platform's file",
            (_NOT_CHECKED,),
        ),
        Code(
            "platform-on-another-cluster",
            "`platformStack` names a platform of another cluster",
            "`cluster: east`, and a platform on `west`",
            "correct `cluster` or `platformStack`",
        ),
        Code(
            "platform-differs",
            "two platforms for one cluster",
            "different values of `platformStack` in two environments of a cluster",
            "write the same `platformStack` in both",
        ),
        Code(
            "gang-job-kind",
            "a kind of gang jobs that is not known",
            "`gangJobs: [JobSet]`",
            "write the name of its CRD, such as `jobsets.jobset.x-k8s.io`",
        ),
        Code(
            "gang-job-not-queued",
            "gang jobs on a platform whose GPUs are queued: a queue starts Jobs only",
            "`gangJobs` beside `queues`",
            "write `allocation: dra` for their pools, or remove `queues`",
            (_WARNING,),
        ),
        Code(
            "platform-namespace-name",
            "a public or shared namespace's name is not a DNS label",
            "`Public`",
            "write it in lower case",
        ),
        Code(
            "platform-namespace-reserved",
            "a namespace of the system",
            "`kube-public`",
            "choose another name",
        ),
        Code("cluster-not-named", "a cluster's name is blank", '`cluster: " "`', "name it"),
        Code(
            "cluster-not-reachable",
            "a kubeconfig or a context is missing",
            "`cluster: east` alone",
            "write both `kubeconfig` and `context`",
        ),
        Code(
            "kubeconfig-content",
            "the content of a kubeconfig instead of its path; it is never repeated",
            '`kubeconfig: "apiVersion: v1…"`',
            "write the content to a file, name that file, and renew its credentials",
        ),
        Code(
            "cluster-sandbox",
            "a kubeconfig for the sandbox",
            "`cluster: sandbox` with `kubeconfig`",
            "give the cluster another name",
        ),
        Code(
            "cluster-not-asked",
            "the plan was made without the cluster",
            "`tenancy plan --offline`",
            "run `tenancy preview` where the cluster can be reached",
            (_NOT_CHECKED,),
        ),
        Code(
            "platform-not-applied",
            "the platform's roles and policies are not on the cluster; a *warning* in a preview",
            "`tenancy up` of dev before its platform",
            "apply the platform's stack first",
            (
                _ERROR,
                _WARNING,
            ),
        ),
        Code(
            "not-an-operator",
            "the admission policies would refuse the caller",
            "`tenancy up` of the platform by another user",
            "apply the platform as an operator, or name the caller under `operators`",
        ),
        Code(
            "pod-security-exception",
            "an exception from Pod Security that is not complete",
            "`podSecurityExceptions: {rdma: {}}`",
            "write what the exception allows",
        ),
        Code(
            "pod-security-capability",
            "a capability that reaches beyond a container",
            "`capabilities: [SYS_ADMIN]`",
            "remove the capability",
        ),
        Code(
            "pod-security-exception-unknown",
            "an exception that the platform does not list",
            "`exceptions: {rmda: …}`",
            "write the nearest name, or list the exception on the platform",
        ),
        Code(
            "pod-security-exception-level",
            "exceptions from another level than `baseline`",
            "`enforce: restricted` with exceptions",
            "write `enforce: baseline`",
        ),
        Code(
            "pod-security-version",
            "a version of the Pod Security Standards that changes with the cluster",
            "`latest`",
            "pin the version, such as `v1.36`",
        ),
        Code("port", "a number that is not a port", "`70000`", "write 1 to 65535"),
        Code(
            "shared-service-twice",
            "one service of a shared namespace twice",
            "two services called `loki`",
            "write one service with all ports",
        ),
        Code(
            "object-counts-key",
            "a key that does not count objects",
            "`requests.cpu`",
            "write the key into a profile",
        ),
        Code("class-name", "a class's name is not valid", "`Fast`", "write it in lower case"),
        Code(
            "class-unknown",
            "a class that the platform does not have; *not checked* where it is not described",
            "`storageClasses: [fats]`",
            "name the class on the platform first",
            (
                _ERROR,
                _NOT_CHECKED,
            ),
        ),
        Code(
            "priority-class-reserved",
            "a priority class whose name begins with `system-`",
            "`system-mine`",
            "rename the class",
        ),
        Code(
            "exceeds-platform",
            "an organization is given more than the platform's `organizationBounds` allow",
            "`ceiling: {requests.cpu: 64}` where at most 32 are allowed",
            "stay within the bound, or ask the platform's operators to raise it",
        ),
        Code(
            "bounds-organization-unknown",
            "bounds of an organization that is not on the cluster",
            "`organizationBounds.organizations.acem`",
            "correct the name",
            (_WARNING,),
        ),
        Code(
            "bounds-name-unknown",
            "bounds name a pool or a class that the platform does not have",
            "`gpus: {h10: 8}`",
            "name an existing pool or class",
        ),
        Code(
            "bounds-prefix-twice",
            "bounds give one prefix to two organizations",
            "`prefixes: [acme]` for two organizations",
            "remove the prefix from one of them",
        ),
        Code(
            "allowed-domain-closed",
            "a domain under `allowed` that stays closed, because controllers obey its keys",
            "`podAnnotations: [istio.io]`",
            "write the whole keys that are needed",
            (_WARNING,),
        ),
    ),
)
