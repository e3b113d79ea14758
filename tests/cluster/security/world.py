"""
A cluster with three organizations, as rendered, and the people who attack it.

Everything goes through spec, resolve, check and render, and is applied in the order in which
it is rendered. Beside it are objects that people made themselves, and helpers: people who
may write everything by the cluster's own roles, so that only the guards can refuse them.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import urlencode

import attrs
import urllib3

from tenancy import checks
from tenancy import manifests as render
from tenancy.config.project import load
from tenancy.diagnostics.finding import Severity
from tenancy.model import resolve
from tests.cluster.api import APPLY_PATCH, Answer, Api, path_of, until
from tests.cluster.security import objects as make
from tests.cluster.security.contents import (
    AUDITED,
    EDGE,
    FILLERS,
    classes,
    custom_kinds,
    edges,
    gateway_api,
    older_objects,
    seeds,
)
from tests.cluster.security.objects import FULL, LAB, RBAC, TRAIN, WEB, Object

PROJECT = Path(__file__).with_name("project")
POLICIES = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies"


PEOPLE: Mapping[str, tuple[str, ...]] = {
    # Each is a user and the groups that they have proven to be in.
    "admin": ("oidc:ada@acme.example", "oidc:acme-leads"),
    "developer": ("oidc:dan@acme.example", "oidc:acme-developers"),
    "viewer": ("oidc:vera@acme.example", "oidc:acme-viewers"),
    "auditor": ("oidc:eve@acme.example",),
    "account": (
        "system:serviceaccount:acme-web:deployer",
        "system:serviceaccounts",
        "system:serviceaccounts:acme-web",
    ),
    "pod": (
        "system:serviceaccount:acme-web:default",
        "system:serviceaccounts",
        "system:serviceaccounts:acme-web",
    ),
    "namesake": (
        "system:serviceaccount:globex-lab:deployer",
        "system:serviceaccounts",
        "system:serviceaccounts:globex-lab",
    ),
    "rival": ("oidc:gil@globex.example", "oidc:globex-leads"),
    "rival developer": ("oidc:gus@globex.example", "oidc:globex-developers"),
    "full": ("oidc:ivan@initech.example", "oidc:initech-leads"),
    "hooli lead": ("oidc:hana@hooli.example", "oidc:hooli-leads"),
    "hooli developer": ("oidc:hal@hooli.example", "oidc:hooli"),
    "hooli auditor": ("oidc:ines@hooli.example", "oidc:hooli-auditors"),
    "hooli account": (
        "system:serviceaccount:hooli-lab:bot",
        "system:serviceaccounts",
        "system:serviceaccounts:hooli-lab",
    ),
    "outsider": ("oidc:oscar@elsewhere.example", "oidc:elsewhere"),
    "impostor": (
        # Every name is nearly that of a group that is a member.
        "oidc:acme-leads",
        "acme-leads",
        "oidc:oidc:acme-leads",
        "oidc:ACME-leads",
        "oidc:acme-lead",
        "oidc:acme-leads-2",
    ),
    "anonymous": ("system:anonymous",),
    "operator": ("oidc:olga@platform.example", "oidc:platform-operators"),
    "kubelet": ("oidc:kit@platform.example", "helpers", "system:nodes"),
    "controllers": ("system:kube-controller-manager", "helpers"),
    "scheduler": ("system:kube-scheduler",),
    "namespace controller": (
        "system:serviceaccount:kube-system:namespace-controller",
        "system:serviceaccounts",
        "system:serviceaccounts:kube-system",
    ),
    "volume binder": (
        "system:serviceaccount:kube-system:persistent-volume-binder",
        "system:serviceaccounts",
        "system:serviceaccounts:kube-system",
    ),
    "endpoint controller": (
        "system:serviceaccount:kube-system:endpointslice-controller",
        "system:serviceaccounts",
        "system:serviceaccounts:kube-system",
    ),
    "helper": ("oidc:mallory@platform.example", "helpers"),
    "operating helper": ("oidc:olga@platform.example", "helpers", "oidc:platform-operators"),
}
UNAUTHENTICATED = {"anonymous"}


@attrs.frozen
class Request:
    """One request, as it goes over the wire."""

    method: str
    path: str
    body: object = None
    content_type: str = "application/json"
    query: Mapping[str, str] = attrs.field(factory=dict)
    dry: bool = True


def groups_of(person: str) -> tuple[str, ...]:
    """Return the groups of *person*, with the one that Kubernetes adds itself."""
    known = "unauthenticated" if person in UNAUTHENTICATED else "authenticated"
    return (*PEOPLE[person][1:], f"system:{known}")


class World:
    """The cluster as its administrator, and as everybody else."""

    def __init__(self, root: Api) -> None:
        self.root = root
        project, unread = load(PROJECT)
        tenancy, unresolved = resolve(project)
        wrong = [
            found
            for found in (*unread, *unresolved, *checks.check(tenancy))
            if found.severity is Severity.ERROR
        ]
        assert [] == wrong
        self.environment = tenancy.environments["dev"]
        self.platform = tenancy.platform_of(self.environment)
        self.manifests: list[Object] = [
            *render.platform(self.platform),
            *render.environment(self.environment, self.platform),
        ]
        self._lives: dict[str, Object] = {}

    def headers(self, person: str) -> urllib3.HTTPHeaderDict:
        """Return who speaks: *person*, or the administrator as "root"."""
        headers = urllib3.HTTPHeaderDict(self.root.headers)
        if person != "root":
            headers.add("Impersonate-User", PEOPLE[person][0])
            for name in groups_of(person):
                headers.add("Impersonate-Group", name)
        return headers

    def send(self, person: str, request: Request) -> Answer:
        """Send *request* as *person*, nothing being stored unless the request asks for it."""
        query = {**request.query, **({"dryRun": "All"} if request.dry else {})}
        headers = self.headers(person)
        headers.add("Content-Type", request.content_type)
        response = self.root.pool.request(
            request.method,
            f"{self.root.server}{request.path}?{urlencode(query)}",
            body=None if request.body is None else json.dumps(request.body),
            headers=headers,
            timeout=60,
        )
        text = response.data.decode()
        return Answer(
            response.status,
            json.loads(text) if text.startswith("{") else {"message": text},
            tuple(response.headers.getlist("Warning")),
        )

    def allowed(self, person: str, **attributes: str) -> bool:
        """Return what a SubjectAccessReview answers."""
        kind = "nonResourceAttributes" if "path" in attributes else "resourceAttributes"
        spec = {"user": PEOPLE[person][0], "groups": groups_of(person), kind: attributes}
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SubjectAccessReview",
            "spec": spec,
        }
        path = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
        answer = self.send("root", Request("POST", path, review, dry=False)).accepted()
        return bool(answer.body["status"]["allowed"])

    def live(self, found: Object) -> Object:
        """Return *found* as it was when it was first read, to be written over."""
        path = path_of(found)
        if path not in self._lives:
            body = self.root.request("GET", path).accepted().body
            body["metadata"].pop("resourceVersion", None)
            body["metadata"].pop("managedFields", None)
            # It may be deleted and created again in between.
            body["metadata"].pop("uid", None)
            self._lives[path] = body
        return json.loads(json.dumps(self._lives[path]))

    def apply(self, manifest: Object) -> Answer:
        """Apply *manifest* as those do who have it from us."""
        return self.root.request(
            "PATCH",
            path_of(manifest),
            manifest,
            content_type=APPLY_PATCH,
            fieldManager="tenancy",
            force="true",
        ).accepted()

    def build(self) -> None:
        """Apply everything, and wait until the policies answer."""
        for extra in (
            *_helpers(),
            *edges(),
            *classes(),
            *gateway_api(),
            *custom_kinds(),
        ):
            self.apply(extra)
        for made in (
            make.gateway(),
            make.notebook(),
            make.reference_grant(),
            *map(make.route_of, make.ROUTES),
        ):
            path = path_of(make.named(made, "none"), collection=True)
            until(lambda p=path: self.root.request("GET", p).ok, "the custom kinds are served")
        *before, armed = _stages(self.manifests)
        for stage in before:
            self._all(stage)
        for namespace in (EDGE, AUDITED):
            account = make.thing("v1", "ServiceAccount", "default", namespace)
            until(lambda a=account: self.root.get(a).ok, "a pod can be made")
        for found in older_objects().values():
            self.apply(found)
        self._all(armed)
        self.wait_for_quotas()
        self._all(seeds())
        self._fill()
        self._wait_for_policies()
        self._wait_for_pods()

    def wait_for_quotas(self) -> None:
        """Wait until every quota binds."""

        def filled() -> bool:
            items = self.root.request("GET", "/api/v1/resourcequotas").accepted().body["items"]
            return all(
                item.get("status", {}).get("hard", {}) == item["spec"].get("hard", {})
                for item in items
            )

        until(filled, "every quota binds")

    def _all(self, manifests: Iterable[Object]) -> None:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(self.apply, manifests))

    def _wait_for_policies(self) -> None:
        def checked() -> bool:
            items = self.root.request("GET", POLICIES).accepted().body["items"]
            return all(
                item.get("status", {}).get("observedGeneration")
                == item["metadata"]["generation"]
                for item in items
            )

        until(checked, "the API server has checked the types of every policy")
        warned = make.workload("Deployment", template=make.pod(nodeName="a"))
        probes = (
            (make.service(type="NodePort"), "tenancy-services"),
            (make.pod(nodeName="a"), "tenancy-pods"),
            (make.pod(main={"imagePullPolicy": "Never"}), "tenancy-image-pull"),
            (make.gpus(5), "tenancy-gpus-per-pod"),
            (make.labelled(make.config_map(), make.MANAGED), "tenancy-objects"),
            (make.config_map(NVIDIA_VISIBLE_DEVICES="YQ=="), "tenancy-device-environment"),
            (make.network_policy(ingress=[{}]), "tenancy-network-policies"),
            (make.binding(make.group("*")), "tenancy-role-bindings"),
            (make.pod(volumes=[make.token_volume(86401)]), "tenancy-pod-tokens"),
        )
        for found, name in probes:
            request = Request("POST", path_of(found, collection=True), found)
            until(lambda r=request, n=name: n in self.send("admin", r).message, f"{name} binds")
        request = Request("POST", path_of(warned, collection=True), warned)
        until(lambda: self.send("admin", request).warnings, "templates are warned of")

    def _wait_for_pods(self) -> None:
        def settled() -> bool:
            items = self.root.request("GET", f"/api/v1/namespaces/{WEB}/pods").body["items"]
            served = make.thing("v1", "Endpoints", "seed", WEB)
            if not self.root.get(served).ok:
                return False
            return bool(items) and all(i["status"].get("phase") == "Running" for i in items)

        until(settled, "the seeds' pods run")

    def _fill(self) -> None:
        """Fill the namespace that is for it, kind by kind, until its quota refuses more."""
        full: dict[str, bool] = {}
        for kind, found in FILLERS.items():
            for number in range(12):
                made = make.named(found, f"filler-{number}")
                answer = self.root.create(made)
                if not answer.ok and answer.status != 409:
                    answer.refused("exceeded quota: object-counts")
                    full[kind] = True
                    break
                sleep(0)
        assert dict.fromkeys(FILLERS, True) == full


def _stages(manifests: Sequence[Object]) -> list[list[Object]]:
    """Return *manifests* in stages, in which order does not matter: namespaces come first."""
    found: dict[int, list[Object]] = defaultdict(list)
    for manifest in manifests:
        kind = manifest["kind"]
        stage = 0 if kind == "Namespace" else 2 if kind == "RoleBinding" else 1
        found[3 if kind.endswith("PolicyBinding") else stage].append(manifest)
    return [found[stage] for stage in sorted(found)]


def _helpers() -> list[Object]:
    """Return a role with every right on Kubernetes' own kinds, which gives no right of ours."""
    groups = [
        "",
        "apps",
        "batch",
        "autoscaling",
        "policy",
        "networking.k8s.io",
        "discovery.k8s.io",
        "gateway.networking.k8s.io",
        "ml.example.com",
        "resource.k8s.io",
        "scheduling.k8s.io",
        RBAC,
    ]
    rule = {"apiGroups": groups, "resources": ["*"], "verbs": ["*"]}
    reference = {"apiGroup": RBAC, "kind": "ClusterRole", "name": "helpers"}
    return [
        make.thing(f"{RBAC}/v1", "ClusterRole", "helpers", rules=[rule]),
        make.thing(
            f"{RBAC}/v1",
            "ClusterRoleBinding",
            "helpers",
            roleRef=reference,
            subjects=[make.group("helpers")],
        ),
    ]


def wait(holds, what: str, *, seconds: float = 10) -> bool:
    """Return whether *holds* becomes true in time, looking often."""
    end = monotonic() + seconds
    while not holds():
        if monotonic() > end:
            return False
        sleep(0.05)
    return True


__all__ = [
    "FULL",
    "LAB",
    "PEOPLE",
    "TRAIN",
    "WEB",
    "Request",
    "World",
    "groups_of",
    "wait",
]
