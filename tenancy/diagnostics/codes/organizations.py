"""Codes of findings: organizations."""

from typing import Final

from tenancy.diagnostics.codes.code import Code, Group

__all__ = ["GROUP"]

GROUP: Final = Group(
    "Organizations",
    (
        Code(
            "unknown-organization",
            "an organization has no file and no inline description",
            "`organizations: {acem: {}}`",
            "write the organization's file, or correct the name",
        ),
        Code(
            "organization-unreadable",
            "an organization's file has an error",
            "a syntax error in `organizations/acme.yaml`",
            "correct the file",
        ),
        Code("duplicate-id", "an id is used twice", "two `id: dev`", "rename one"),
        Code(
            "default-namespace-missing",
            "an organization with several namespaces and no default namespace",
            "two namespaces, and no `defaultNamespace`",
            "write `defaultNamespace`",
        ),
        Code(
            "default-namespace-unknown",
            "the default namespace does not exist",
            "`defaultNamespace: dve`",
            "name a namespace of the organization",
        ),
        Code(
            "inherit-from-unknown",
            "the namespace to inherit from does not exist in this environment",
            "`inheritFrom: prod` in dev",
            "name a namespace of the same environment",
        ),
        Code(
            "inheritance-cycle",
            "namespaces inherit from each other",
            "`a` inherits from `b`, and `b` from `a`",
            "give one of them a profile",
        ),
        Code(
            "namespace-without-quota",
            "a namespace without a profile, a quota and a namespace to inherit from",
            "a standalone namespace without a profile",
            "write a profile, a quota or `inheritFrom`",
        ),
        Code(
            "unknown-profile",
            "a profile that does not exist",
            "`profile: standrad`",
            "name an existing profile, or describe it",
        ),
        Code(
            "override-unknown",
            "an override for a namespace that does not exist",
            "`organizations.acme.namespaces.dve`",
            "correct the id",
        ),
    ),
)
