"""
The guards of tokens: every token expires, at the latest when the platform sets.

A member who may write secrets could otherwise create a service account's token, and use
it after they have left the organization. Requested tokens expire at the requested time.
"""

from typing import Final

from tenancy.manifests.policies.applicability import applicable
from tenancy.manifests.policies.guard import (
    NOT_AUTHORISED,
    ORGANIZATIONS,
    Condition,
    Guard,
    PolicyRule,
    Resources,
    guard,
)

__all__ = [
    "NAME",
    "POD_TOKENS",
    "TOKEN_REQUESTS",
    "pod_tokens",
    "token_requests",
    "token_secrets",
]

NAME: Final = "tenancy-token-secrets"
TOKEN_REQUESTS: Final = "tenancy-token-requests"  # noqa: S105
POD_TOKENS: Final = "tenancy-pod-tokens"

_EXTENDED: Final = 3607
"""The seconds that kubelets request: the API server extends such a token of a pod to a year."""


def token_secrets() -> Guard:
    """Return the guard of Secrets into which Kubernetes would write a token."""
    return guard(
        NAME,
        [Resources("", ("secrets",), ("CREATE",))],
        [
            PolicyRule(
                "object.?type.orValue('') != 'kubernetes.io/service-account-token'",
                "secrets of type kubernetes.io/service-account-token are refused, because"
                " they never expire: request a token with kubectl create token",
            )
        ],
        conditions=[NOT_AUTHORISED],
        namespaces=ORGANIZATIONS,
    )


def token_requests(seconds: int) -> Guard:
    """
    Return the guard of requests for tokens of service accounts.

    Kubelets, which request the tokens of pods, are exempt.

    Args:
        seconds: How long a token may last.
    """
    asked = "object.spec.?expirationSeconds.orValue(3600)"
    return guard(
        TOKEN_REQUESTS,
        [Resources("", ("serviceaccounts/token",), ("CREATE",))],
        [
            PolicyRule(
                f"{asked} <= {seconds}",
                f"'a token may last at most {seconds} seconds; expirationSeconds is '"
                f" + string({asked})",
                computed=True,
            ),
            PolicyRule(
                f"{asked} != {_EXTENDED}",
                f"expirationSeconds may not be {_EXTENDED}, which API servers extend to"
                " a year: request another number of seconds",
            ),
        ],
        conditions=[
            Condition("not-a-kubelet", "!('system:nodes' in request.userInfo.groups)"),
            NOT_AUTHORISED,
        ],
        namespaces=ORGANIZATIONS,
    )


def pod_tokens(seconds: int) -> Guard:
    """
    Return the guard of tokens that pods mount.

    Args:
        seconds: How long a token may last.
    """
    volumes = "object.spec.?volumes.orValue([])"
    source = "source.?serviceAccountToken.?expirationSeconds.orValue(0)"
    return guard(
        POD_TOKENS,
        [Resources("", ("pods",), ("CREATE",))],
        [
            PolicyRule(
                f"{volumes}.all(volume, volume.?projected.?sources.orValue([]).all(source,"
                f" {source} <= {seconds}))",
                f"a mounted token may last at most {seconds} seconds: lower the"
                " expirationSeconds of the projected serviceAccountToken",
            ),
            PolicyRule(
                f"{volumes}.all(volume, volume.?projected.?sources.orValue([]).all(source,"
                f" !has(dyn(source).podCertificate)))",
                "a projected podCertificate may not be mounted: a certificate of a cluster's"
                " signer cannot be taken back and may last for months",
            ),
        ],
        conditions=[
            NOT_AUTHORISED,
            applicable(f"{volumes}.exists(volume, has(volume.projected))"),
        ],
        namespaces=ORGANIZATIONS,
    )
