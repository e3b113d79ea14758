"""The API server, spoken to directly: every write path, as anybody, and what it answers."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic, sleep

import attrs
import urllib3
from kubernetes import client, config

Manifest = Mapping[str, object]

PLURALS = {
    "DeviceClass": "deviceclasses",
    "NetworkPolicy": "networkpolicies",
    "PriorityClass": "priorityclasses",
    "RuntimeClass": "runtimeclasses",
}
CLUSTER_SCOPED = {
    "ClusterQueue",
    "Cohort",
    "CustomResourceDefinition",
    "DeviceClass",
    "Namespace",
    "Node",
    "ClusterRole",
    "ClusterRoleBinding",
    "PriorityClass",
    "ResourceFlavor",
    "RuntimeClass",
    "StorageClass",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
}

JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC_PATCH = "application/strategic-merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"


@attrs.frozen
class Answer:
    """What the API server answered."""

    status: int
    body: dict
    warnings: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def message(self) -> str:
        return self.body.get("message", "") if not self.ok else ""

    def accepted(self) -> "Answer":
        """Return it; it has to be a success."""
        assert self.ok, f"{self.status}: {self.message}"
        return self

    def refused(self, *reasons: str, status: int = 403) -> str:
        """Return the message; it has to be a refusal for all of *reasons*."""
        assert not self.ok, f"was accepted; expected a refusal for {reasons}"
        missing = [reason for reason in reasons if reason not in self.message]
        assert not missing, f"refused, but not for {missing}: {self.message}"
        assert status == self.status, self.message
        return self.message

    def refused_by(self, policy: str, *reasons: str) -> str:
        """Return the message; it has to be the refusal of the admission policy *policy*."""
        return self.refused(f"ValidatingAdmissionPolicy '{policy}'", *reasons)


def path_of(manifest: Manifest, *, collection: bool = False) -> str:
    """Return the path of the object, or of those of its kind."""
    metadata = manifest["metadata"]
    group, _, version = str(manifest["apiVersion"]).rpartition("/")
    kind = str(manifest["kind"])
    plural = PLURALS.get(kind, kind.lower().removesuffix("s") + "s")
    if kind in {"Ingress"}:
        plural = "ingresses"
    if kind == "Endpoints":
        plural = "endpoints"
    if kind.endswith("Policy"):
        plural = kind.lower()[:-1] + "ies"
    path = f"/apis/{group}/{version}" if group else f"/api/{version}"
    if kind not in CLUSTER_SCOPED:
        path += f"/namespaces/{metadata['namespace']}"
    return f"{path}/{plural}" + ("" if collection else f"/{metadata['name']}")


@attrs.frozen
class Api:
    """One API server, as one user."""

    server: str
    pool: urllib3.PoolManager
    headers: tuple[tuple[str, str], ...] = ()

    @staticmethod
    def of(kubeconfig: Path) -> "Api":
        """Return it as the user of *kubeconfig*."""
        configuration = client.Configuration()
        config.load_kube_config(str(kubeconfig), client_configuration=configuration)
        api = client.ApiClient(configuration)
        token = configuration.api_key.get("authorization")
        return Api(
            configuration.host,
            api.rest_client.pool_manager,
            (("Authorization", token),) if token else (),
        )

    def as_user(self, user: str, *groups: str) -> "Api":
        """Return the same for another authenticated user."""
        impersonated = [("Impersonate-User", user)]
        impersonated += [
            ("Impersonate-Group", group) for group in (*groups, "system:authenticated")
        ]
        return attrs.evolve(self, headers=(*self.headers, *impersonated))

    def request(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        content_type: str = "application/json",
        dry: bool = False,
        **query: str,
    ) -> Answer:
        """Send one request."""
        if dry:
            query["dryRun"] = "All"
        headers = urllib3.HTTPHeaderDict(self.headers)
        headers.add("Content-Type", content_type)
        response = self.pool.request(
            method,
            self.server + path + ("?" + "&".join(f"{k}={v}" for k, v in query.items())),
            body=None if body is None else json.dumps(body),
            headers=headers,
            timeout=60,
        )
        text = response.data.decode()
        return Answer(
            response.status,
            json.loads(text) if text.startswith("{") else {"message": text},
            tuple(response.headers.getlist("Warning")),
        )

    def get(self, manifest: Manifest) -> Answer:
        return self.request("GET", path_of(manifest))

    def create(self, manifest: Manifest, *, dry: bool = False) -> Answer:
        return self.request("POST", path_of(manifest, collection=True), manifest, dry=dry)

    def replace(self, manifest: Manifest, *, part: str = "", dry: bool = False) -> Answer:
        return self.request("PUT", path_of(manifest) + part, manifest, dry=dry)

    def patch(
        self,
        manifest: Manifest,
        change: object,
        *,
        part: str = "",
        kind: str = MERGE_PATCH,
        dry: bool = False,
    ) -> Answer:
        return self.request(
            "PATCH", path_of(manifest) + part, change, content_type=kind, dry=dry
        )

    def apply(self, manifest: Manifest, *, dry: bool = False, part: str = "") -> Answer:
        return self.request(
            "PATCH",
            path_of(manifest) + part,
            manifest,
            content_type=APPLY_PATCH,
            dry=dry,
            fieldManager="test",
            force="true",
        )

    def delete(self, manifest: Manifest, *, dry: bool = False, **query: str) -> Answer:
        return self.request("DELETE", path_of(manifest), dry=dry, **query)

    def delete_collection(self, manifest: Manifest, *, dry: bool = False) -> Answer:
        return self.request("DELETE", path_of(manifest, collection=True), dry=dry)


def until(
    holds: Callable[[], object],
    what: str | Callable[[], object],
    *,
    seconds: float = 30,
    pause: float = 0.1,
) -> None:
    """Wait until *holds* returns something true; *what* is that, or what is still missing."""
    end = monotonic() + seconds
    while not holds():
        assert monotonic() < end, (
            f"not within {seconds} s: {what if isinstance(what, str) else what()}"
        )
        sleep(pause)
