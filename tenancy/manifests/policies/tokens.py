"""
The guard of tokens that never expire.

Who may write secrets could have one made for a service account, keep it, and come back with it
after they have left. Tokens that pods and people ask for expire by themselves.
"""

from typing import Final

from tenancy.manifests.policies.guard import (
    NOT_AUTHORISED,
    ORGANIZATIONS,
    Guard,
    Resources,
    Rule,
    guard,
)

__all__ = ["NAME", "token_secrets"]

NAME: Final = "tenancy-token-secrets"


def token_secrets() -> Guard:
    """Return the guard of Secrets that Kubernetes would put a token into."""
    return guard(
        NAME,
        [Resources("", ("secrets",), ("CREATE",))],
        [
            Rule(
                "object.?type.orValue('') != 'kubernetes.io/service-account-token'",
                "secrets of type kubernetes.io/service-account-token are refused, for they"
                " never expire: ask for a token with kubectl create token",
            )
        ],
        conditions=[NOT_AUTHORISED],
        namespaces=ORGANIZATIONS,
    )
