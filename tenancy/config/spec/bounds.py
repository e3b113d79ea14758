"""Bounds: the most that an organization may be given, which only the platform's file can raise."""

from typing import Literal

from pydantic import Field

from tenancy.config.spec.model import Listed, Quantities, Spec

__all__ = ["BoundsSpec", "ExceptionName", "OrganizationBoundsSpec"]

ExceptionName = Literal[
    "allowDeletion",
    "allowBelowUsage",
    "environmentOrderExceptions",
    "adopted",
    "enforcement",
    "ignore",
]
"""
An exception to a rule, by the key under which it is written.

`enforcement` is an audit, in which nothing is refused, or `mayWeaken`.
"""


class BoundsSpec(Spec):
    """The most that an organization may be given. A key that is not set is taken from `default`."""

    ceiling: Quantities | None = None
    """The largest `ceiling`, by quota key; a ceiling must then have these keys. Default: not bounded."""
    namespace_quota: Quantities | None = None
    """The most for each of its namespaces, by quota key: `services.loadbalancers`, `pods`, `count/jobs.batch`. Default: not bounded."""
    gpus: dict[str, int] | None = None
    """The most GPUs that are granted to all its namespaces together, by pool. Default: none."""
    borrowed_gpus: dict[str, int] | None = None
    """The largest sum of the `borrowingLimit` of all its namespaces, by pool. Default: none."""
    queue_weight: int | None = Field(default=None, ge=1)
    """The largest `queueWeight`. Default: 1."""
    pod_security: Literal["restricted", "baseline"] | None = None
    """The lowest Pod Security level of its namespaces. Default: `restricted`."""
    pod_security_exceptions: Listed[str] | None = None
    """Exceptions of the platform's `podSecurityExceptions` that its namespaces may name. Default: none."""
    egress_cidrs: Listed[str] | None = None
    """Ranges of addresses in which its `egressCidrs` and the `cidrs` of its `egress` must be. Default: none."""
    internet: bool | None = None
    """Whether its `egress` may name the internet. Default: no."""
    ingress_cidrs: Listed[str] | None = None
    """Ranges of addresses in which the `cidrs` of its `ingress` must be. Default: none."""
    priority_classes: Listed[str] | None = None
    """Priority classes that its namespaces may name. Default: none."""
    storage_classes: Listed[str] | None = None
    """Storage classes that are `granted` and that its namespaces may name; `shared` ones always may. Default: none."""
    prefixes: Listed[str] | None = None
    """Its prefixes, which no other organization may have. Default: any prefix that is listed for no organization."""
    billing: Listed[str] | None = None
    """Subscription groups, subscriptions and cost centers that it may name. Default: any that is listed for no other organization."""
    roles: Listed[str] | None = None
    """Roles that its members may have: also roles of the platform, and `kubernetes:admin`, `kubernetes:edit` and `kubernetes:view`. Default: `viewer`, `developer` and `admin`."""
    hosts: Listed[str] | None = None
    """Host names in which its `hosts` must be: `acme.example`, and `*.acme.example` for every name under it. Default: none."""
    exceptions: Listed[ExceptionName] | None = None
    """The exceptions that may be written for it. Default: none."""


class OrganizationBoundsSpec(Spec):
    """Bounds of every organization. They apply to values in every file; only this file can raise them."""

    default: BoundsSpec = BoundsSpec()
    """Bounds of organizations that are not named in `organizations`. Default: every list is empty."""
    organizations: dict[str, BoundsSpec] = Field(default={})
    """Bounds of single organizations, by name; a key that is set here replaces the one in `default`."""
