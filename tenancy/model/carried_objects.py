"""The objects of a platform that one namespace carries, with its facts filled in."""

from collections.abc import Iterable, Iterator, Mapping
from typing import cast

import attrs

from tenancy.config.document import JSON
from tenancy.diagnostics import Finding, quoted
from tenancy.kubernetes import labels
from tenancy.model.namespace_facts import facts_in, filled, is_fact
from tenancy.model.namespace_objects import NamespaceObject, ObjectTemplate
from tenancy.model.values import Namespace

__all__ = ["carrying"]


def carrying(
    namespace: Namespace, templates: Iterable[ObjectTemplate]
) -> tuple[Namespace, list[Finding]]:
    """
    Return *namespace* with what *templates* put there, and the findings.

    What the namespace's `ignore` names is not put there.
    """
    templates = tuple(templates)
    own = namespace.image_pull_secrets
    if not templates and len(set(own)) == len(own):
        return namespace, []
    own_labels, facts = _labels(namespace), _facts(namespace)
    objects: list[NamespaceObject] = []
    secrets: list[str] = []
    findings: list[Finding] = []
    for template in templates:
        if not template.selects(own_labels):
            continue
        if template.image_pull_secret is not None:
            secrets.append(template.image_pull_secret)
        if template.manifest is None:
            continue
        found = NamespaceObject(
            manifest=cast("Mapping[str, JSON]", filled(dict(template.manifest), facts)),
            plural=template.plural,
            origin=template.origin / "manifest",
        )
        if f"{found.kind}/{found.name}" in namespace.ignored:
            continue
        objects.append(found)
        findings.extend(_missing(template, namespace, facts))
    every = dict.fromkeys((*secrets, *own))
    return attrs.evolve(
        namespace, objects=tuple(objects), image_pull_secrets=tuple(every)
    ), findings


def _missing(
    template: ObjectTemplate, namespace: Namespace, facts: Mapping[str, str]
) -> Iterator[Finding]:
    """Refuse facts that *namespace* does not have; a check of the platform refuses others."""
    assert template.manifest is not None
    for name, path in dict(facts_in(template.manifest)).items():
        if is_fact(name) and name not in facts:
            yield Finding(
                code="namespace-object-fact-missing",
                origin=(template.origin / "manifest").within(path),
                found=f"{{namespace.{name}}}, which the namespace {namespace.name} does not"
                " have",
                allowed="facts that every namespace with this object has",
                remedy=f"write {_place(name)} for the namespace, or select other namespaces"
                " with matchLabels",
                organization=namespace.organization,
            )


def _place(name: str) -> str:
    part, dot, key = name.partition(".")
    return f"the {part.removesuffix('s')} {quoted(key)}" if dot else name


def _labels(namespace: Namespace) -> dict[str, str]:
    ours = {
        labels.ORGANIZATION: namespace.organization,
        labels.ENVIRONMENT: namespace.environment,
        labels.ID: namespace.id,
        labels.STACK: namespace.stack,
        labels.WORKLOAD: namespace.workload or "",
    }
    return {**namespace.labels, **{key: value for key, value in ours.items() if value}}


def _facts(namespace: Namespace) -> dict[str, str]:
    billing = namespace.billing
    named = {
        "name": namespace.name,
        "id": namespace.id,
        "organization": namespace.organization,
        "environment": namespace.environment,
        "displayName": namespace.display_name or namespace.organization,
        "owner": namespace.owner,
        "workload": namespace.workload,
        "subscription": namespace.subscription,
        "subscriptionGroup": billing.subscription_group if billing else None,
        "costCenter": billing.cost_center if billing else None,
    }
    return {
        **{name: value for name, value in named.items() if value},
        **{f"labels.{key}": value for key, value in namespace.labels.items()},
        **{f"annotations.{key}": value for key, value in namespace.annotations.items()},
    }
