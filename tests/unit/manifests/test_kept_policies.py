"""Network policies of people keep their names; those of Tenancy get others beside them."""

from tenancy import manifests
from tests.unit.builders import a_platform, a_tenancy, the_platform


def names(found: manifests.NamespaceManifests) -> set[str]:
    return {
        manifests.object_name(one) for one in found.guardrails if one["kind"] == "NetworkPolicy"
    }


def test_a_policy_that_stays_is_not_replaced_by_ours_of_the_same_name() -> None:
    kept = ["NetworkPolicy/default-deny", "NetworkPolicy/theirs", "Service/allow-dns"]
    tenancy = a_tenancy(namespace={"ignore": kept})
    [namespace] = tenancy.environments["dev"].namespaces
    found = names(manifests.namespace(namespace, tenancy.platforms["platform"]))

    assert {"tenancy-default-deny", "allow-dns", "allow-same-organization"} <= found
    assert not found & {"default-deny", "theirs"}


def test_an_adopted_shared_namespace_keeps_its_policies() -> None:
    def of(**keys: object) -> set[str]:
        shared = {"name": "monitoring", "services": [], **keys}
        platform = the_platform(**{**a_platform(), "shared": [shared]})
        return names(manifests.shared_namespace(platform.shared[0], platform))

    ours = {"default-deny", "allow-dns", "allow-same-namespace"}
    assert ours == of()
    assert {f"tenancy-{name}" for name in ours} == of(enforcement={"mode": "enforce"})
    assert set() == of(enforcement={"mode": "audit", "reason": "adopted"})
