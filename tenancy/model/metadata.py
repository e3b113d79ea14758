"""What describes a namespace: labels, annotations, and who pays."""

from collections.abc import Mapping

import attrs

from tenancy.config.spec import BillingSpec, NamespaceSpec, OrganizationSpec
from tenancy.diagnostics import Origin
from tenancy.model.values import Billing

__all__ = ["Metadata", "billing", "metadata"]


@attrs.frozen(kw_only=True, slots=True)
class Metadata:
    """
    The labels and annotations of a namespace.

    Attributes:
        of_organization: Where those are written that it has from its organization, by
            `labels` or `annotations` and the key.
    """

    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    of_organization: Mapping[tuple[str, str], Origin]


def metadata(own: NamespaceSpec, organization: OrganizationSpec, origin: Origin) -> Metadata:
    """
    Return the labels and annotations of a namespace; its own take precedence.

    Args:
        own: The namespace.
        organization: The organization, whose labels and annotations all namespaces have.
        origin: Where the organization is written.
    """
    parts = (
        ("labels", own.labels, organization.labels),
        ("annotations", own.annotations, organization.annotations),
    )
    return Metadata(
        labels={**organization.labels, **own.labels},
        annotations={**organization.annotations, **own.annotations},
        of_organization={
            (part, key): origin / part / key
            for part, mine, all_have in parts
            for key in all_have
            if key not in mine
        },
    )


def billing(spec: BillingSpec | None, origin: Origin) -> Billing | None:
    """Return *spec* as it is resolved; None without one."""
    if spec is None:
        return None
    return Billing(
        subscription_group=spec.subscription_group,
        cost_center=spec.cost_center,
        origin=origin,
    )
