"""Attacks by tokens that last too long."""

from collections.abc import Iterator

from tests.cluster.security import objects as make
from tests.cluster.security.attacks.writing import (
    CREATING,
    Attack,
    creations,
    guarded,
)
from tests.cluster.security.objects import LAB, WEB, Object
from tests.cluster.security.world import Request

DAY = 24 * 3600


def token_requests() -> Iterator[Attack]:
    """Yield requests for tokens of service accounts."""
    long = f"a token may last at most {DAY} seconds; expirationSeconds is "
    extended = "expirationSeconds may not be 3607, which API servers extend to a year"
    for what, seconds, reason in (
        ("a second too long", DAY + 1, f"{long}{DAY + 1}"),
        ("a week", 7 * DAY, f"{long}{7 * DAY}"),
        ("a year", 365 * DAY, f"{long}{365 * DAY}"),
        ("as long as can be written", 2**32, f"{long}{2**32}"),
        ("what is extended to a year", 3607, extended),
    ):
        for person, namespace, account in (
            ("admin", WEB, "default"),
            ("rival", LAB, "default"),
        ):
            for audience in ((), ("vault",)):
                yield _request(
                    what, person, (namespace, account), seconds, reason, audience=audience
                )
    for seconds, reason in ((3607, extended), (DAY + 1, long)):
        bound = {"kind": "Pod", "apiVersion": "v1", "name": "seed"}
        yield _request(
            "bound to a pod", "admin", (WEB, "default"), seconds, reason, bound=bound
        )


def _request(
    what: str,
    person: str,
    account: tuple[str, str],
    seconds: int,
    reason: str,
    *,
    audience: tuple[str, ...] = (),
    bound: Object | None = None,
) -> Attack:
    path = f"/api/v1/namespaces/{account[0]}/serviceaccounts/{account[1]}/token"

    def asking(lasting: int) -> Request:
        spec: Object = {"expirationSeconds": lasting, "audiences": list(audience)}
        if bound is not None:
            spec["boundObjectRef"] = bound
        body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec}
        return Request("POST", path, body)

    named = f" for {audience[0]}" if audience else ""
    return Attack(
        rule=f"token-requests: {what}{named} ({seconds})",
        path="create",
        person=person,
        request=asking(seconds),
        reasons=guarded("tenancy-token-requests", reason),
        control=asking(DAY if seconds > DAY else 3608),
    )


def pod_tokens() -> Iterator[Attack]:
    """Yield pods that mount a token that lasts too long."""
    good = make.pod(volumes=[make.token_volume(DAY)])
    plain = {"name": "plain", "emptyDir": {}}
    for what, bad in {
        "a second too long": make.pod(volumes=[make.token_volume(DAY + 1)]),
        "a year": make.pod(volumes=[make.token_volume(365 * DAY)]),
        "the second volume": make.pod(volumes=[plain, make.token_volume(DAY + 1)]),
        "the second source": make.pod(volumes=[_second_source(DAY + 1)]),
        "the API server's own audience": make.pod(volumes=[make.token_volume(DAY + 1, "")]),
    }.items():
        for path, attack, control in creations(bad, good):
            assert path in CREATING
            yield Attack(
                rule=f"pod-tokens: {what}",
                path=path,
                person="developer",
                request=attack,
                reasons=guarded(
                    "tenancy-pod-tokens", f"a mounted token may last at most {DAY}"
                ),
                control=control,
            )


def _second_source(seconds: int) -> Object:
    volume = make.token_volume(3600)
    [second] = make.token_volume(seconds)["projected"]["sources"]
    second["serviceAccountToken"]["path"] = "second"
    volume["projected"]["sources"].append(second)
    return volume
