"""Namespaces and members are made by functions and joined."""

from tenancy_components import (
    MemberArgs,
    Organization,
    OrganizationArgs,
    OrganizationNamespaceArgs,
)


def namespace(environment: str, pods: int) -> OrganizationNamespaceArgs:
    return {"id": environment, "environments": [environment], "quota": {"pods": pods}}


def developers(*groups: str) -> list[MemberArgs]:
    return [{"group": group, "role": "developer"} for group in groups]


args: OrganizationArgs = {
    "prefix": "acme",
    "members": developers("acme-leads", "acme-developers"),
    "namespaces": [namespace("dev", 10), namespace("prod", 50)],
}
Organization("acme", args, environment="dev")
