"""What an update of some namespaces cannot leave out."""

import pytest

from tenancy.diagnostics import RefusedError
from tenancy.engine.pending_deletions import pending_deletions, require_no_pending_deletion


def manifest(kind: str, name: str, namespace: str = "") -> dict:
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata}


SHOP = [manifest("Namespace", "shop"), manifest("ResourceQuota", "quota", "shop")]
LEFT = [manifest("Namespace", "left"), manifest("ResourceQuota", "quota", "left")]
CLUSTER_WIDE = manifest("ClusterRole", "tenancy")


def state(*inputs: dict) -> list[dict]:
    stack = {"type": "pulumi:pulumi:Stack", "inputs": {}}
    return [stack, *({"type": f"kubernetes:core/v1:{i['kind']}", "inputs": i} for i in inputs)]


def test_what_the_files_describe_is_not_deleted() -> None:
    found = pending_deletions(state(*SHOP, CLUSTER_WIDE), [*SHOP, *LEFT, CLUSTER_WIDE])

    assert () == tuple(found)
    require_no_pending_deletion("dev", state(*SHOP), [*SHOP, *LEFT])


def test_a_namespace_that_left_the_files_refuses_with_what_to_do() -> None:
    with pytest.raises(RefusedError) as refused:
        require_no_pending_deletion("dev", state(*SHOP, *LEFT), SHOP)

    text = str(refused.value)
    assert "stack dev still manages Namespace left, which its files no longer" in text
    assert "restore left in the files" in text
    assert "release --keep" in text


@pytest.mark.parametrize(
    "left",
    [
        pytest.param(CLUSTER_WIDE, id="a role"),
        pytest.param(
            {
                "apiVersion": "kueue.x-k8s.io/v1beta1",
                "kind": "ClusterQueue",
                "metadata": {"name": "shop"},
            },
            id="a queue",
        ),
    ],
)
def test_a_cluster_wide_object_that_left_the_files_refuses_too(left: dict) -> None:
    with pytest.raises(RefusedError) as refused:
        require_no_pending_deletion("dev", state(*SHOP, left), SHOP)

    text = str(refused.value)
    name = left["metadata"]["name"]
    assert f"stack dev still manages {left['kind']} {name}, which its files" in text
    assert "apply that change first with `tenancy up --stack dev`" in text


def test_an_object_that_left_the_files_is_to_be_applied_first() -> None:
    with pytest.raises(RefusedError, match="apply that change first with `tenancy up --stack"):
        require_no_pending_deletion("dev", state(*SHOP), SHOP[:1])
