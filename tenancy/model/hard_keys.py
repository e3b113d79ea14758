"""The keys of a quota, parsed."""

from collections.abc import Iterator

from tenancy.kubernetes.resources import InvalidResourceError, QuotaKey, parse_quota_key
from tenancy.model.quota import Limits

__all__ = ["quota_keys"]


def quota_keys(limits: Limits) -> Iterator[QuotaKey]:
    """Yield the keys of *limits*, without keys that Kubernetes would not enforce."""
    for text in limits:
        try:
            yield parse_quota_key(text)
        except InvalidResourceError:
            continue
