"""Traffic that our policies would add to what a namespace's own policies allow is named."""

import pytest

from tenancy.drifting import Identity
from tenancy.planning.weakened_traffic import weakened_traffic

OURS = {"tenancy.dev/managed": "true"}
ALL = {"podSelector": {}}
DB = {"matchLabels": {"app": "db"}}
DNS = {
    "to": [
        {
            "namespaceSelector": {
                "matchLabels": {"kubernetes.io/metadata.name": "kube-system"}
            },
            "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
        }
    ],
    "ports": [{"protocol": "UDP", "port": 53}],
}


def a_policy(name: str, marks: dict | None = None, **spec: object) -> dict:
    metadata = {"name": name, "namespace": "shop", "labels": marks or {}}
    return {
        "kind": "NetworkPolicy",
        "metadata": metadata,
        "spec": {"podSelector": {}, **spec},
    }


def a_namespace(name: str, **marks: str) -> dict:
    labels = {key.replace("_", "-"): value for key, value in marks.items()}
    return {"kind": "Namespace", "metadata": {"name": name, "labels": labels}}


DENY = a_policy("default-deny", policyTypes=["Ingress", "Egress"])
SAME = a_policy(
    "allow-same-namespace",
    policyTypes=["Ingress", "Egress"],
    ingress=[{"from": [ALL]}],
    egress=[{"to": [ALL]}],
)
ALLOW_DNS = a_policy("allow-dns", policyTypes=["Egress"], egress=[DNS])
INTERNET = a_policy(
    "allow-egress",
    policyTypes=["Egress"],
    egress=[{"to": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"]}}]}],
)


def named(desired: list[dict], *live: dict) -> list[str]:
    there = [a_namespace("shop"), a_namespace("kube-system"), *live]
    found = weakened_traffic(desired, {Identity.of(one): one for one in there})
    return [f"{one.object.name}: {one.what.split(',')[0]}" for one in found]


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (
            [a_policy("own", policyTypes=["Ingress", "Egress"])],
            [
                "allow-same-namespace: it allows ingress from shop/* to shop/* on TCP any other"
                " port",
                "allow-same-namespace: it allows egress to shop/* on TCP any other port",
            ],
        ),
        (
            [a_policy("own")],
            [
                "allow-same-namespace: it allows ingress from shop/* to shop/* on TCP any other"
                " port"
            ],
        ),
        (
            [a_policy("own", podSelector=DB, policyTypes=["Ingress"])],
            [
                "allow-same-namespace: it allows ingress from shop/* to shop/app=db on TCP any"
                " other port"
            ],
        ),
        ([], []),
        ([a_policy("own", policyTypes=["Ingress", "Egress"], ingress=[{}], egress=[{}])], []),
        ([a_policy("own", ingress=[{"from": [ALL]}], policyTypes=["Ingress"])], []),
    ],
)
def test_what_the_namespaces_own_policies_deny_is_named(own, expected) -> None:
    assert expected == named([DENY, SAME], *own)


def test_dns_and_the_internet_are_named_by_what_they_reach() -> None:
    own = a_policy("own", policyTypes=["Egress"])

    assert [
        "allow-dns: it allows egress to kube-system/k8s-app=kube-dns on UDP 53",
        "allow-egress: it allows egress to 1.1.1.1 on TCP any other port",
    ] == named([ALLOW_DNS, INTERNET], own)
    same = a_policy("own-dns", policyTypes=["Egress"], egress=[DNS])
    assert [] == named([ALLOW_DNS], own, same)
    wider = a_policy("own-dns", policyTypes=["Egress"], egress=[{"ports": DNS["ports"]}])
    assert [] == named([ALLOW_DNS], own, wider)
    open_ = {"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]}
    assert [] == named([INTERNET], own, a_policy("out", policyTypes=["Egress"], egress=[open_]))


def test_labels_that_the_namespace_will_have_count() -> None:
    peer = {"namespaceSelector": {"matchLabels": {"team": "shop"}}}
    ours = a_policy("allow-team", policyTypes=["Ingress"], ingress=[{"from": [peer]}])
    own = a_policy("own")

    assert [] == named([ours], own)
    assert 1 == len(named([a_namespace("shop", team="shop"), ours], own))
    assert 1 == len(named([ours], own, a_namespace("other", team="shop")))


def test_a_policy_that_replaces_one_of_the_same_name_is_compared_with_it() -> None:
    theirs = a_policy("allow-same-namespace")
    ours = a_policy("allow-same-namespace", OURS, **SAME["spec"])

    assert 1 == len(named([ours], theirs))
    # One of ours that is there already adds nothing.
    assert [] == named([ours], ours, a_policy("own"))


def test_many_namespaces_that_no_selector_distinguishes_count_as_one() -> None:
    many = [a_namespace(f"n{number}", team=f"t{number}") for number in range(2000)]
    own = a_policy("own", policyTypes=["Egress"])

    assert 1 == len(named([ALLOW_DNS], own, *many))
