"""Who: members, operators and readers; and the roles that they hold."""

from typing import Annotated

from pydantic import StringConstraints

from tenancy.config.spec.model import Listed, Spec

__all__ = ["MemberSpec", "RoleSpec", "RuleSpec", "SubjectSpec"]

NonEmpty = Annotated[str, StringConstraints(min_length=1)]


class SubjectSpec(Spec):
    """Exactly one of a user, a group or a service account."""

    user: str | None = None
    """A user as the identity provider names them, without the cluster's prefix."""
    group: str | None = None
    """A group as the identity provider names it, without the cluster's prefix."""
    service_account: str | None = None
    """`<namespace id>/<name>` in a namespace of the same organization; for the platform's operators, `<namespace>/<name>`."""


class MemberSpec(SubjectSpec):
    """A member of an organization and the role that they hold there."""

    role: NonEmpty
    """`viewer`, `developer`, `admin`, a role of the platform's own, or `kubernetes:admin|edit|view`."""
    namespaces: Listed[str] | None = None
    """Ids of the namespaces. Default: all of the organization's."""
    environments: Listed[str] | None = None
    """Environments in which it holds. Default: all."""


class RuleSpec(Spec):
    """One rule of a role, as Kubernetes writes it. Wildcards are refused."""

    api_groups: Listed[str]
    """API groups, `""` for the core group."""
    resources: Listed[str]
    """Plural resource names and `resource/subresource`."""
    verbs: Listed[str]
    """Verbs."""
    resource_names: Listed[str] = ()
    """Only objects of these names. Default: every object."""
    reason: NonEmpty | None = None
    """Why members may have kinds of an API group that Tenancy does not know. Needed for such a group."""


class RoleSpec(Spec):
    """A role of the platform's own, which members of any organization may hold."""

    description: str | None = None
    """What it is for."""
    rules: Listed[RuleSpec]
    """What it allows inside a namespace."""
