"""Members, operators and readers, and the roles that they have."""

from typing import Annotated

from pydantic import StringConstraints

from tenancy.config.spec.model import Listed, Spec

__all__ = ["CustomKindsSpec", "MemberSpec", "RoleSpec", "RuleSpec", "SubjectSpec"]

NonEmpty = Annotated[str, StringConstraints(min_length=1)]


class SubjectSpec(Spec):
    """Exactly one of a user, a group or a service account."""

    user: str | None = None
    """A user as the identity provider names them, without the cluster's prefix."""
    group: str | None = None
    """A group as the identity provider names it, without the cluster's prefix."""
    service_account: str | None = None
    """`<namespace id>/<name>` in a namespace of the same organization; `<namespace>/<name>` for the platform's subjects, and for members that the platform lists under `bindableSubjects`."""


class MemberSpec(SubjectSpec):
    """A member of an organization and the role that they have there."""

    role: NonEmpty
    """`viewer`, `developer`, `admin`, a role that the platform defines, or `kubernetes:admin|edit|view`."""
    namespaces: Listed[str] | None = None
    """Ids of the namespaces. Default: all of the organization's."""
    environments: Listed[str] | None = None
    """Environments in which they have the role. Default: all."""


class RuleSpec(Spec):
    """One rule of a role, as Kubernetes writes it. Wildcards are refused."""

    api_groups: Listed[str]
    """API groups, `""` for the core group."""
    resources: Listed[str]
    """Plural resource names and `resource/subresource`."""
    verbs: Listed[str]
    """The verbs, such as `get`."""
    resource_names: Listed[str] = ()
    """Only objects of these names. Default: every object."""
    reason: NonEmpty | None = None
    """Why members may access an API group that Tenancy does not know. Required for such a group."""


class CustomKindsSpec(Spec):
    """Custom kinds that the built-in roles cover, and that readers of the public namespace read."""

    api_group: NonEmpty
    """The API group of the kinds, such as `ml.example.com`."""
    resources: Listed[NonEmpty]
    """The plural names of the kinds, such as `notebooks`."""
    write: bool = True
    """Whether developers and admins may write them; viewers read them. Default: yes."""
    reason: NonEmpty
    """Why their controllers do nothing outside of the namespace."""


class RoleSpec(Spec):
    """A role that the platform defines; members of any organization may have it."""

    description: str | None = None
    """What the role is for."""
    rules: Listed[RuleSpec]
    """What the role allows inside a namespace."""
