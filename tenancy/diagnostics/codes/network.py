"""Codes of findings: network and deletion."""

from typing import Final

from tenancy.diagnostics.codes.code import Code, Group
from tenancy.diagnostics.severity import Severity

__all__ = ["GROUP"]

_ERROR: Final = Severity.ERROR
_WARNING: Final = Severity.WARNING
_NOT_CHECKED: Final = Severity.NOT_CHECKED

GROUP: Final = Group(
    "Network and deletion",
    (
        Code(
            "egress-cidr",
            "a text that is not a range of addresses, the range of every address, or a range with a metadata address",
            "`0.0.0.0/0`",
            "write the ranges that are needed",
        ),
        Code(
            "ingress-cidr",
            "a text that is not a range of addresses from which traffic can come",
            "`10.0.0.1/8`",
            "write the first address of the range",
        ),
        Code(
            "network-rule",
            "a rule of `ingress` or `egress` without ports, or not with exactly one peer",
            "`egress: [{ internet: true }]`",
            "write one peer and the ports on which it listens",
        ),
        Code(
            "ingress-controller-unknown",
            "an ingress controller that the platform does not have; *not checked* where the platform is not described",
            "`ingress: [{ controller: ngnix, ports: [8080] }]`",
            "correct the name",
            (
                _ERROR,
                _NOT_CHECKED,
            ),
        ),
        Code(
            "network-not-agreed",
            "traffic between two organizations that only one of them allows",
            "`ingress` for `globex`, which has no `egress` for this organization",
            "write the rule in the other organization too",
            (_WARNING,),
        ),
        Code(
            "platform-network",
            "an address, a range or a namespace that is not valid, under `dns`, `ingress` or `internet`",
            "`nodeLocalAddresses: [169.254.20.10/32]`",
            "correct the value",
        ),
        Code(
            "grant-without-effect",
            "a grant that another value of the namespace cancels",
            "`services.loadbalancers: 1` without node ports",
            "change the other value, or remove the grant",
            (_WARNING,),
        ),
        Code(
            "host-name",
            "a host that is not a DNS name, with or without `*.` before it",
            "`hosts: [https://acme.example]`",
            "write the host name alone, in lower case",
        ),
        Code(
            "host-taken",
            "a host name that another organization of the cluster has",
            "`hosts: [a.acme.example]` beside another's `*.acme.example`",
            "remove the host from one of the organizations",
        ),
        Code(
            "shared-service-unknown",
            "a shared namespace that does not exist; *not checked* where the platform is not described",
            "`sharedServices: [tool]`",
            "correct the name",
            (
                _ERROR,
                _NOT_CHECKED,
            ),
        ),
        Code(
            "allow-deletion-pattern",
            "a pattern instead of a name",
            "`acme-*`",
            "write out each name",
        ),
        Code(
            "allow-deletion-name",
            "a name that a namespace cannot have",
            "`Acme-dev`",
            "write the exact name",
        ),
        Code(
            "allow-deletion-reserved",
            "a namespace of the system",
            "`kube-system`",
            "remove the name",
        ),
        Code(
            "allow-deletion-twice",
            "a name is listed twice",
            "`acme-dev` twice",
            "remove one of the entries",
            (_WARNING,),
        ),
        Code(
            "allow-deletion-unknown",
            "a name of a namespace that this stack does not have, or no longer has",
            "`acme-old`",
            "correct the name; once the namespace is deleted, remove it",
            (_WARNING,),
        ),
        Code(
            "allow-below-usage-unknown",
            "a limit that is not written in this stack",
            "`acme-dev/pod`",
            "write `<namespace>/<quota key>`",
        ),
        Code(
            "namespace-removed",
            "a namespace would be deleted, and no earlier update allowed that",
            "a namespace that was removed from the file, or whose id was changed",
            "add the name to `allowDeletion` and apply that first, or run `tenancy release`",
        ),
        Code(
            "namespace-moved",
            "a namespace would get another organization or another id",
            "`organizations/acme.yaml` renamed to `umbrella.yaml`, with the same prefix",
            "restore its organization and its id; `displayName` may change",
        ),
        Code(
            "provider-missing",
            "a component without a Kubernetes provider",
            '`Organization("acme", …)` without `opts`',
            "pass `ResourceOptions(provider=…)`",
        ),
        Code(
            "plugin-missing",
            "the engine does not find `pulumi-resource-tenancy`",
            "a program with an EKS pool outside of `tenancy env`",
            "put the Python environment's `bin` folder on `PATH`, or name it under `plugins` in `Pulumi.yaml`",
        ),
        Code(
            "deleted-with",
            "a component was passed `deleted_with`",
            "`ResourceOptions(deleted_with=…)`",
            "remove the option",
        ),
        Code(
            "output-not-known",
            "a component was passed an Output or a secret where a plain value is needed",
            "`prefix` from another resource",
            "pass a plain value",
        ),
    ),
)
