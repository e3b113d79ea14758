"""Attacks by deletions and evictions that give a pod years to end."""

from collections.abc import Iterator

from tests.cluster.api import path_of
from tests.cluster.security import objects as make
from tests.cluster.security.attacks.writing import Attack, guarded
from tests.cluster.security.objects import WEB
from tests.cluster.security.world import Request

__all__ = ["deletions"]

MOST = 600
"""As the platform's file allows."""


def deletions() -> Iterator[Attack]:
    """Yield deletions with a grace period that holds the node and the namespace."""
    seed = make.pod(name="seed")
    one, all_of_them = path_of(seed), path_of(seed, collection=True)

    def by_query(path: str, seconds: int) -> Request:
        return Request("DELETE", path, query={"gracePeriodSeconds": str(seconds)})

    def by_body(path: str, seconds: int) -> Request:
        body = {"apiVersion": "v1", "kind": "DeleteOptions", "gracePeriodSeconds": seconds}
        return Request("DELETE", path, {**body, "dryRun": ["All"]})

    def evicting(path: str, seconds: int) -> Request:
        options = {"gracePeriodSeconds": seconds}
        body = make.thing("policy/v1", "Eviction", "seed", WEB, deleteOptions=options)
        return Request("POST", f"{path}/eviction", body)

    for seconds in (MOST + 1, 86_400, 2**31, 2**53):
        for verb, how, path, request in (
            ("delete", "the query", one, by_query),
            ("delete", "the body", one, by_body),
            ("deletecollection", "the query", all_of_them, by_query),
            ("deletecollection", "the body", all_of_them, by_body),
            ("create", "an eviction", one, evicting),
        ):
            for person in ("developer", "admin"):
                yield Attack(
                    rule=f"deletions: {seconds} seconds in {how} as {person}",
                    path=verb,
                    person=person,
                    request=request(path, seconds),
                    reasons=guarded(
                        "tenancy-deletions", f"gracePeriodSeconds may be at most {MOST}"
                    ),
                    control=request(path, MOST),
                )
