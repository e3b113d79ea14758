"""A control plane with the sample's policies, quotas and people, and those who ask it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tenancy import manifests
from tenancy.config.project import load
from tenancy.local import sandbox
from tenancy.local.tools import Toolchain
from tenancy.model import resolve
from tests.cluster.api import (
    Api,
    until,
)
from tests.cluster.policies.objects import gpu_pod, pod, policy, service

SAMPLE = Path(__file__).parents[2] / "unit" / "manifests" / "sample"


@pytest.fixture(scope="session")
def root(toolchain: Toolchain, sandboxes: Path, user_of) -> Iterator[Api]:
    """
    Return the API server as its administrator, with what the sample renders applied.

    The tests of this folder run in one process, one after another, and share it.
    """
    folder = sandboxes / "policies"
    with user_of(folder):
        api = Api.of(sandbox.up(folder, toolchain=toolchain).kubeconfig)
        _build(api)
        yield api


def _rendered() -> tuple[manifests.Manifest, ...]:
    project, _ = load(SAMPLE)
    tenancy, _ = resolve(project)
    environment = tenancy.environments["dev"]
    platform = tenancy.platform_of(environment)
    return (*manifests.platform(platform), *manifests.environment(environment, platform))


def rendered_policies() -> set[str]:
    """Return the names of the validating policies that the sample renders."""
    return {
        str(one["metadata"]["name"])
        for one in _rendered()
        if one["kind"] == "ValidatingAdmissionPolicy"
    }


def _build(api: Api) -> None:
    for manifest in _rendered():
        api.apply(manifest).accepted()
    helpers = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "metadata": {"name": "namespace-writers"},
    }
    everything = ["namespaces", "namespaces/status", "namespaces/finalize"]
    api.apply(
        {
            **helpers,
            "kind": "ClusterRole",
            "rules": [
                {"apiGroups": [""], "resources": everything, "verbs": ["*"]},
                {
                    "apiGroups": ["networking.k8s.io", "", "rbac.authorization.k8s.io"],
                    "resources": ["networkpolicies", "services", "endpoints", "configmaps"],
                    "verbs": ["*"],
                },
            ],
        }
    ).accepted()
    api.apply(
        {
            **helpers,
            "kind": "ClusterRoleBinding",
            "roleRef": {
                "apiGroup": "rbac.authorization.k8s.io",
                "kind": "ClusterRole",
                "name": "namespace-writers",
            },
            "subjects": [
                {
                    "apiGroup": "rbac.authorization.k8s.io",
                    "kind": "Group",
                    "name": "namespace-writers",
                }
            ],
        }
    ).accepted()
    _wait_for_policies(api)
    _wait_for_quotas(api)


def _wait_for_policies(api: Api) -> None:
    path = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies"

    def checked() -> bool:
        items = api.request("GET", path).accepted().body["items"]
        return bool(items) and all(
            item.get("status", {}).get("observedGeneration") == item["metadata"]["generation"]
            for item in items
        )

    until(checked, "the API server has checked the types of every policy")
    admin = api.as_user("ada", "oidc:acme-leads")
    until(
        lambda: (
            "tenancy-pods" in api.create(pod(nodeName="cpu-0"), dry=True).message
            and "tenancy-services" in admin.create(service(type="NodePort"), dry=True).message
            and "tenancy-objects" in admin.delete(policy("default-deny"), dry=True).message
            and "tenancy-gpus-per-pod" in api.create(gpu_pod(5), dry=True).message
            and "nodeSelector" in api.create(gpu_pod(1), dry=True).body.get("spec", {})
        ),
        "the policies answer",
    )


def _wait_for_quotas(api: Api) -> None:
    def filled() -> bool:
        items = api.request("GET", "/api/v1/resourcequotas").accepted().body["items"]
        return all(
            item.get("status", {}).get("hard", {}).keys() == item["spec"]["hard"].keys()
            for item in items
        )

    until(filled, "every quota binds")


@pytest.fixture
def admin(root) -> Api:
    return root.as_user("ada", "oidc:acme-leads")


@pytest.fixture
def developer(root) -> Api:
    return root.as_user("dan", "oidc:acme-developers")


@pytest.fixture
def helper(root) -> Api:
    """Return a user who may write every namespace and is not an operator."""
    return root.as_user("mallory", "namespace-writers")


@pytest.fixture
def operator(root) -> Api:
    """Return a user with the same rights who is an operator."""
    return root.as_user("olga", "namespace-writers", "oidc:platform-operators")
