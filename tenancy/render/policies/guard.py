"""What every guard has in common: a policy, its binding, and who may pass."""

from typing import Final

import attrs

from tenancy import labels
from tenancy.render.manifest import Manifest

__all__ = ["MANAGE", "Guard", "Permission"]


@attrs.frozen(kw_only=True)
class Permission:
    """A verb on a virtual resource; RBAC knows it although no object of the kind exists."""

    group: str
    resource: str
    verb: str


MANAGE: Final = Permission(group=labels.DOMAIN, resource="tenancy", verb="manage")
"""What operators hold, and the guards ask for."""


@attrs.frozen(kw_only=True)
class Guard:
    """A policy, and the binding that puts it into force."""

    policy: Manifest
    binding: Manifest
