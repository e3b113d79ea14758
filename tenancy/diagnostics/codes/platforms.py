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
            "write the nearest name, or its file",
        ),
        Code(
            "platform-not-written",
            "no file describes the platform",
            "`platformStack: other`",
            "write its file",
            (_NOT_CHECKED,),
        ),
        Code(
            "platform-on-another-cluster",
            "the platform of another cluster",
            "`cluster: east`, platform of `west`",
            "correct one",
        ),
        Code(
            "platform-differs",
            "two platforms on one cluster",
            "two `platformStack`",
            "name one",
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
            "choose another",
        ),
        Code("cluster-not-named", "a cluster's name is blank", '`cluster: " "`', "name it"),
        Code(
            "cluster-not-reachable",
            "a kubeconfig or a context is missing",
            "`cluster: east` alone",
            "write both",
        ),
        Code(
            "kubeconfig-content",
            "the content of a kubeconfig instead of its path; it is never repeated",
            '`kubeconfig: "apiVersion: v1…"`',
            "write it to a file, name that, and renew its credentials",
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
            "preview where the cluster can be reached",
            (_NOT_CHECKED,),
        ),
        Code(
            "platform-not-applied",
            "the platform's roles and policies are not on the cluster; a *warning* in a preview",
            "`up` of dev first",
            "apply the platform's stack first",
            (
                _ERROR,
                _WARNING,
            ),
        ),
        Code(
            "not-an-operator",
            "the admission policies would refuse the caller",
            "`up` of the platform by another user",
            "apply it as an operator, or name the caller under `operators`",
        ),
        Code(
            "pod-security-exception",
            "an exception from Pod Security that is not complete",
            "`podSecurityExceptions: {rdma: {}}`",
            "write what it allows",
        ),
        Code(
            "pod-security-capability",
            "a capability that reaches beyond a container",
            "`capabilities: [SYS_ADMIN]`",
            "remove it",
        ),
        Code(
            "pod-security-exception-unknown",
            "an exception that the platform does not list",
            "`exceptions: {rmda: …}`",
            "write the nearest name, or list it",
        ),
        Code(
            "pod-security-exception-level",
            "exceptions from another level than `baseline`",
            "`enforce: restricted` with exceptions",
            "write `enforce: baseline`",
        ),
        Code(
            "pod-security-version",
            "a version that changes with the cluster",
            "`latest`",
            "pin it: `v1.36`",
        ),
        Code("port", "a number that is not a port", "`70000`", "write 1 to 65535"),
        Code(
            "shared-service-twice", "one service twice", "two `loki`", "put its ports together"
        ),
        Code(
            "object-counts-key",
            "a key that does not count objects",
            "`requests.cpu`",
            "write it into a profile",
        ),
        Code("class-name", "a class's name is not valid", "`Fast`", "write it in lower case"),
        Code(
            "class-unknown",
            "a class that the platform does not have; *not checked* where it is not described",
            "`storageClasses: [fats]`",
            "name it there first",
            (
                _ERROR,
                _NOT_CHECKED,
            ),
        ),
        Code(
            "priority-class-reserved",
            "a name that begins with `system-`",
            "`system-mine`",
            "rename it",
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
            "name an existing one",
        ),
        Code(
            "bounds-prefix-twice",
            "bounds give one prefix to two organizations",
            "`prefixes: [acme]` twice",
            "remove one",
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
