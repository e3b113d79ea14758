"""Never the wrong cluster."""

import shutil

import pytest

from tenancy.engine import EngineError
from tenancy.local import sandbox as local_sandbox
from tests.cluster.stacks.refusals import is_refusal

pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module")
def applied(make_project):
    return make_project("platform", "dev")


def remembered(project) -> dict:
    """What the state holds, without the times at which it was written."""
    return {
        r["urn"]: (r.get("inputs"), r.get("outputs")) for r in project.session("dev").state()
    }


def test_a_new_address_and_certificate_replace_nothing(applied) -> None:
    """The kubeconfig names another port after a restart; the cluster is the same."""
    kubeconfig = applied.root / ".sandbox/kubeconfig"
    text = kubeconfig.read_text()
    kubeconfig.write_text(text.replace("127.0.0.1", "localhost"))

    result = applied.session("dev").preview()

    kubeconfig.write_text(text)
    assert not [s for s in result.steps if s.op not in {"same", "update"}]
    assert not [s for s in result.steps if s.type.startswith("kubernetes:")]


def test_another_cluster_under_the_same_name_is_refused(applied, sandbox) -> None:
    kubeconfig = applied.root / ".sandbox/kubeconfig"
    own = kubeconfig.read_bytes()
    shutil.copy(sandbox.kubeconfig, kubeconfig)
    state = remembered(applied)

    with pytest.raises(EngineError, match="another cluster answers"):
        applied.session("dev").preview()
    with pytest.raises(EngineError, match="another cluster answers"):
        applied.up("dev")

    kubeconfig.write_bytes(own)
    assert state == remembered(applied)
    assert applied.session("dev").preview().is_empty


def test_an_unreachable_cluster_is_an_error_and_loses_nothing(applied) -> None:
    state = remembered(applied)
    local_sandbox.down(applied.root)

    with pytest.raises(EngineError, match=r"got no answer.*run `make up`"):
        applied.session("dev").preview()
    with pytest.raises(EngineError, match="got no answer"):
        applied.up("dev")

    assert state == remembered(applied)
    local_sandbox.up(applied.root)
    assert applied.session("dev").preview().is_empty


def test_a_stack_without_a_kubeconfig_is_refused(applied) -> None:
    applied.edit("Pulumi.dev.yaml", "tenancy:cluster: sandbox", "tenancy:cluster: elsewhere")

    with pytest.raises(EngineError, check=is_refusal, match="kubeconfig"):
        applied.session("dev").preview()

    applied.edit("Pulumi.dev.yaml", "tenancy:cluster: elsewhere", "tenancy:cluster: sandbox")
    assert applied.session("dev").preview().is_empty


@pytest.mark.nightly
def test_a_mistake_in_another_stack_is_named_and_does_not_stand_in_the_way(applied) -> None:
    applied.edit("Pulumi.prod.yaml", r'pods: "50"', "pods: no")

    preview = applied.session("dev").preview()

    assert preview.is_empty
    assert "Pulumi.prod.yaml" in preview.text
    assert "not checked" in preview.text.lower()
    with pytest.raises(EngineError, check=is_refusal, match="yaml-boolean-word"):
        applied.session("prod").preview()
    applied.edit("Pulumi.prod.yaml", "pods: no", 'pods: "50"')
    assert "Pulumi.prod.yaml" not in applied.session("dev").preview().text
