"""Attacks in others' namespaces, and on what belongs to the whole cluster."""

from collections.abc import Iterator

from tests.cluster.api import (
    APPLY_PATCH,
    MERGE_PATCH,
    path_of,
)
from tests.cluster.security import objects as make
from tests.cluster.security.attacks.writing import APPLY, HARMLESS, Attack, patch, post, put
from tests.cluster.security.objects import (
    LAB,
    WEB,
    Object,
)
from tests.cluster.security.world import Request

# Others' namespaces, and the cluster


def others() -> Iterator[Attack]:
    """Yield what belongs to another organization: read, written, entered, deleted."""
    found: list[tuple[str, Object]] = [
        ("pods", make.pod(LAB)),
        ("secrets", make.config_map(LAB, kind="Secret")),
        ("configmaps", make.config_map(LAB)),
        ("services", make.service(LAB)),
        ("deployments", make.workload("Deployment", LAB)),
        ("jobs", make.workload("Job", LAB)),
        ("networkpolicies", make.network_policy(LAB)),
        ("rolebindings", make.binding(namespace=LAB)),
        ("roles", make.role(LAB)),
        ("serviceaccounts", make.service_account(LAB)),
    ]
    for plural, target in found:
        where, path = path_of(target, collection=True), path_of(target)
        note = {"metadata": {"annotations": HARMLESS}}
        requests: dict[str, tuple[Request, str]] = {
            "list": (Request("GET", where, dry=False), ""),
            "create": (post(target), ""),
            "get": (Request("GET", path, dry=False), "not found"),
            "update": (put(target), "not found"),
            "patch": (patch(target, note, MERGE_PATCH), "not found"),
            "delete": (Request("DELETE", path), "not found"),
        }
        if plural not in {"networkpolicies", "rolebindings", "serviceaccounts"}:
            requests["deletecollection"] = (Request("DELETE", where), "")
        for verb, (request, reaches) in requests.items():
            for person in ("admin", "account", "outsider", "impostor"):
                yield Attack(
                    rule=f"others: {plural} as {person}",
                    path=verb,
                    person=person,
                    request=request,
                    reasons=(
                        f'cannot {verb} resource "{plural}"',
                        f'in the namespace "{LAB}"',
                    ),
                    control=request,
                    controller="rival",
                    reaches=reaches or ("not found" if verb == "update" else ""),
                )
    for part, verb in (
        ("log", "get"),
        ("exec?command=id", "get"),
        ("attach", "get"),
        ("portforward", "get"),
    ):
        name = part.partition("?")[0]
        request = Request("GET", f"/api/v1/namespaces/{LAB}/pods/probe/{name}", dry=False)
        for person in ("admin", "outsider"):
            yield Attack(
                rule=f"others: pods/{name} as {person}",
                path=verb,
                person=person,
                request=request,
                reasons=(f'resource "pods/{name}"', f'in the namespace "{LAB}"'),
                control=request,
                controller="rival",
                reaches="not found",
            )
    token = make.thing("authentication.k8s.io/v1", "TokenRequest", "default", LAB, spec={})
    request = Request("POST", f"/api/v1/namespaces/{LAB}/serviceaccounts/default/token", token)
    yield Attack(
        rule="others: a token",
        path="create",
        person="admin",
        request=request,
        reasons=('cannot create resource "serviceaccounts/token"',),
        control=request,
        controller="rival",
    )


def cluster() -> Iterator[Attack]:
    """Yield what is the whole cluster's."""
    volume = make.thing(
        "v1",
        "PersistentVolume",
        "probe",
        spec={
            "capacity": {"storage": "1Gi"},
            "accessModes": ["ReadWriteOnce"],
            "hostPath": {"path": "/"},
        },
    )
    reference = {"apiGroup": make.RBAC, "kind": "ClusterRole", "name": "cluster-admin"}
    api = "admissionregistration.k8s.io/v1"
    unbound = make.thing(
        api,
        "ValidatingAdmissionPolicyBinding",
        "tenancy-pods",
        spec={"policyName": "tenancy-pods", "validationActions": ["Audit"]},
    )
    made: tuple[tuple[str, Object], ...] = (
        ("/api/v1/persistentvolumes", volume),
        ("/api/v1/namespaces", make.space("probe")),
        (
            f"/apis/{make.RBAC}/v1/clusterroles",
            make.thing(f"{make.RBAC}/v1", "ClusterRole", "probe", rules=[]),
        ),
        (
            f"/apis/{make.RBAC}/v1/clusterrolebindings",
            make.thing(
                f"{make.RBAC}/v1",
                "ClusterRoleBinding",
                "probe",
                roleRef=reference,
                subjects=[make.user("oidc:ada@acme.example")],
            ),
        ),
        (
            f"/apis/{api}/validatingwebhookconfigurations",
            make.thing(api, "ValidatingWebhookConfiguration", "probe", webhooks=[]),
        ),
        (
            f"/apis/{api}/mutatingwebhookconfigurations",
            make.thing(api, "MutatingWebhookConfiguration", "probe", webhooks=[]),
        ),
        (
            "/apis/scheduling.k8s.io/v1/priorityclasses",
            make.thing("scheduling.k8s.io/v1", "PriorityClass", "probe", value=1),
        ),
        (
            "/apis/storage.k8s.io/v1/storageclasses",
            make.thing(
                "storage.k8s.io/v1", "StorageClass", "probe", provisioner="example.com/a"
            ),
        ),
        (
            "/apis/node.k8s.io/v1/runtimeclasses",
            make.thing("node.k8s.io/v1", "RuntimeClass", "probe", handler="a"),
        ),
        (
            "/apis/apiregistration.k8s.io/v1/apiservices",
            make.thing(
                "apiregistration.k8s.io/v1",
                "APIService",
                "v1.example.com",
                spec={
                    "group": "example.com",
                    "version": "v1",
                    "groupPriorityMinimum": 1,
                    "versionPriority": 1,
                    "insecureSkipTLSVerify": True,
                    "service": {"name": "a", "namespace": WEB},
                },
            ),
        ),
    )
    for path, body in made:
        request = Request("POST", path, body)
        plural = path.rpartition("/")[2]
        for person in ("admin", "account", "operator"):
            yield Attack(
                rule=f"cluster: {plural} as {person}",
                path="create",
                person=person,
                request=request,
                reasons=(f'cannot create resource "{plural}"', "at the cluster scope"),
                control=request,
                controller="root",
            )
    collection = f"/apis/{api}/validatingadmissionpolicybindings"
    for path, verb, request in (
        ("delete", "delete", Request("DELETE", f"{collection}/tenancy-pods")),
        ("deletecollection", "deletecollection", Request("DELETE", collection)),
        (
            "apply over",
            "patch",
            Request("PATCH", f"{collection}/tenancy-pods", unbound, APPLY_PATCH, APPLY),
        ),
    ):
        for person in ("admin", "helper"):
            yield Attack(
                rule=f"cluster: guards as {person}",
                path=path,
                person=person,
                request=request,
                reasons=(f'cannot {verb} resource "validatingadmissionpolicybindings"',),
                control=request,
                controller="root",
            )
    for rule, path, verb in (
        ("nodes/proxy", "/api/v1/nodes/sandbox-cpu-1/proxy/", "get"),
        ("nodes", "/api/v1/nodes", "list"),
        ("namespaces", "/api/v1/namespaces", "list"),
        ("secrets", "/api/v1/secrets", "list"),
        ("pods", "/api/v1/pods", "list"),
    ):
        request = Request("GET", path, dry=False)
        for person in ("admin", "account", "anonymous"):
            yield Attack(
                rule=f"cluster: {rule} as {person}",
                path=verb,
                person=person,
                request=request,
                reasons=(f'cannot {verb} resource "{rule}"', "at the cluster scope"),
                control=request,
                controller="root",
                # The fake node has no address that anything could be passed on to.
                reaches="no preferred addresses found" if "proxy" in path else "",
            )
