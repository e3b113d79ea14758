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
            "write its file, or correct the name",
        ),
        Code(
            "organization-unreadable",
            "an organization's file has an error",
            "a syntax error there",
            "correct the file",
        ),
        Code("duplicate-id", "an id is used twice", "two `id: dev`", "rename one"),
        Code(
            "default-namespace-missing",
            "several namespaces and no default",
            "two namespaces",
            "name `defaultNamespace`",
        ),
        Code(
            "default-namespace-unknown",
            "the default namespace does not exist",
            "`defaultNamespace: dve`",
            "name one",
        ),
        Code(
            "inherit-from-unknown",
            "the namespace to inherit from does not exist here",
            "`inheritFrom: prod` in dev",
            "name one of the same environment",
        ),
        Code(
            "inheritance-cycle",
            "namespaces inherit from each other",
            "`a` from `b` from `a`",
            "give one a profile",
        ),
        Code(
            "namespace-without-quota",
            "a namespace without a profile, a quota and a namespace to inherit from",
            "a standalone namespace without a profile",
            "write one of them",
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
