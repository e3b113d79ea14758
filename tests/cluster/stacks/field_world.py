"""What runs in the ten namespaces of public repositories, and who reaches and does what."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.cluster.api import until
from tests.cluster.conftest import Kubectl
from tests.unit.planning.network_oracle import Pod, Table

FIELD = Path(__file__).parent / "field"
NAMES = (
    "apps",
    "ai-training",
    "court-probation-dev",
    "hmpps-github-actions-runners",
    "person-sandbox",
    "ai4cloudops",
    "ds-ml-workflows-ws",
    "opf-jupyterhub",
    "sandbox",
    "thoth-amun-inspection-prod",
)
PATIENCE = {"seconds": 120, "pause": 0.5}
"""Real controllers work at their own pace."""
KINDS = "namespaces,resourcequotas,limitranges,rolebindings,networkpolicies,serviceaccounts"
MARK = {"field": "yes"}
HARDENED = {
    "runAsNonRoot": True,
    "runAsUser": 1000,
    "seccompProfile": {"type": "RuntimeDefault"},
}
CONTAINER = {
    "name": "c",
    "image": "i",
    "resources": {
        "requests": {"cpu": "10m", "memory": "32Mi"},
        "limits": {"cpu": "100m", "memory": "64Mi"},
    },
    "securityContext": {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
    },
}


def a_template(name: str, namespace: str, restart: str, **spec: object) -> dict:
    """A template of pods that every Pod Security level admits."""
    return {
        "metadata": {
            "labels": {"app": name, **MARK},
            "annotations": {"restart": restart},
        },
        "spec": {
            "automountServiceAccountToken": False,
            "securityContext": HARDENED,
            "containers": [
                {
                    **CONTAINER,
                    "env": [{"name": "DB", "value": f"postgres://db.{namespace}.svc:5432/x"}],
                }
            ],
            **spec,
        },
    }


def an_object(kind: str, name: str, namespace: str, spec: Mapping[str, object]) -> dict:
    """An object of that kind that is marked as one of the field's."""
    versions = {"Service": "v1", "Job": "batch/v1", "Ingress": "networking.k8s.io/v1"}
    return {
        "apiVersion": versions.get(kind, "apps/v1"),
        "kind": kind,
        "metadata": {"name": name, "namespace": namespace, "labels": MARK},
        "spec": spec,
    }


def workloads(namespace: str, restart: str = "0") -> list[dict]:
    """A Deployment, a StatefulSet with its Service, and a Job; *restart* restarts them."""

    def selecting(name: str) -> dict:
        return {"selector": {"matchLabels": {"app": name}}}

    return [
        an_object(
            "Deployment",
            "shop",
            namespace,
            {
                "replicas": 2,
                **selecting("shop"),
                "template": a_template("shop", namespace, restart),
            },
        ),
        an_object(
            "StatefulSet",
            "db",
            namespace,
            {
                "serviceName": "db",
                **selecting("db"),
                "template": a_template("db", namespace, restart),
            },
        ),
        an_object(
            "Job",
            f"task-{restart}",
            namespace,
            {"template": a_template("task", namespace, "0", restartPolicy="Never")},
        ),
        an_object(
            "Service", "db", namespace, {"selector": {"app": "db"}, "ports": [{"port": 5432}]}
        ),
    ]


def a_web(restart: str = "0") -> dict:
    """A Deployment whose pods the levels and the policies of ours refuse."""
    template = a_template(
        "web",
        "apps",
        restart,
        hostNetwork=True,
        tolerations=[{"operator": "Exists"}],
        containers=[
            {
                "name": "c",
                "image": "i",
                "args": ["--database=postgres://u:secret@10.1.2.3:5432/x"],
            }
        ],
    )
    selector = {"matchLabels": {"app": "web"}}
    spec = {"replicas": 2, "selector": selector, "template": template}
    return an_object("Deployment", "web", "apps", spec)


def ingress(name: str, namespace: str) -> list[dict]:
    """An Ingress to the pods *name*, with its Service."""
    backend = {"service": {"name": name, "port": {"number": 80}}}
    ports = [{"port": 80, "targetPort": 8080}]
    return [
        an_object("Service", name, namespace, {"selector": {"app": name}, "ports": ports}),
        an_object("Ingress", name, namespace, {"defaultBackend": backend}),
    ]


CONTROLLERS = {
    "apiVersion": "v1",
    "kind": "Namespace",
    "metadata": {"name": "controllers", "labels": {"component": "ingress-controllers"}},
}


BY_HAND = {
    "apiVersion": "discovery.k8s.io/v1",
    "kind": "EndpointSlice",
    "metadata": {
        "name": "legacy-db",
        "namespace": "apps",
        "labels": {"kubernetes.io/service-name": "legacy-db"},
    },
    "addressType": "IPv4",
    "endpoints": [{"addresses": ["10.9.9.9"]}],
    "ports": [{"port": 5432, "protocol": "TCP"}],
}
"""A database outside of the cluster, behind a Service."""


def everything() -> list[dict]:
    """What runs in all of them."""
    return [
        CONTROLLERS,
        a_web(),
        an_object("Service", "legacy-db", "apps", {"ports": [{"port": 5432}]}),
        BY_HAND,
        *ingress("web", "apps"),
        *ingress("shop", "court-probation-dev"),
        *(one for name in NAMES for one in workloads(name)),
    ]


def pods(kubectl: Kubectl) -> dict[str, dict[str, str]]:
    """The names and UIDs of the pods that run, by `<namespace>/<app>`."""
    found: dict[str, dict[str, str]] = {}
    for one in kubectl.json("get", "pods", "-A", "-l", "field=yes")["items"]:
        metadata = one["metadata"]
        if one["status"].get("phase") == "Running" and "deletionTimestamp" not in metadata:
            place = f"{metadata['namespace']}/{metadata['labels']['app']}"
            found.setdefault(place, {})[metadata["uid"]] = metadata["name"]
    return found


WANTED = {f"{namespace}/{app}": n for namespace in NAMES for app, n in (("shop", 2), ("db", 1))}


def running(kubectl: Kubectl, old: Mapping[str, Mapping[str, str]]) -> set[str]:
    """The workloads that have all their pods, none of which is one of *old*."""
    return {
        place
        for place, there in pods(kubectl).items()
        if len(there) == (WANTED | {"apps/web": 2}).get(place)
        and not there.keys() & old.get(place, {}).keys()
    }


def jobs(kubectl: Kubectl, name: str) -> set[str]:
    """The namespaces in which the Job *name* has run its pod, or runs it."""
    return {
        one["metadata"]["namespace"]
        for one in kubectl.json("get", "jobs", "-A", "-l", "field=yes")["items"]
        if one["metadata"]["name"] == name
        and one["status"].get("succeeded", 0) + one["status"].get("ready", 0) == 1
    }


def restarted(kubectl: Kubectl, step: str, names: Iterable[str] = NAMES) -> set[str]:
    """
    Restart everything, one after the other and then all at once; return what is lost.

    Jobs cannot be restarted: a new one is started each time.
    """
    chosen = set(names)
    refused = "reason=FailedCreate,involvedObject.kind=ReplicaSet"
    if "apps" in chosen:
        # Those of an earlier restart would decide this one.
        kubectl("delete", "events", "-n", "apps", "--field-selector", refused)
    wanted = {place for place in WANTED if place.partition("/")[0] in chosen}
    old = pods(kubectl)
    changed = [one for name in sorted(chosen) for one in workloads(name, step)]
    web = [a_web(step)] if "apps" in chosen else []
    kubectl.apply(*changed, *web)
    until(
        lambda: wanted <= running(kubectl, old) and chosen <= jobs(kubectl, f"task-{step}"),
        lambda: (wanted - running(kubectl, old), chosen - jobs(kubectl, f"task-{step}")),
        **PATIENCE,
    )
    old = pods(kubectl)
    for name in sorted(chosen):
        kubectl(
            *("delete", "pods", "-n", name, "-l", "app in (shop,db,web)"),
            *("--force", "--grace-period=0"),
        )
    until(
        lambda: wanted <= running(kubectl, old),
        lambda: wanted - running(kubectl, old),
        **PATIENCE,
    )
    if "apps" not in chosen:
        return set()

    def is_decided() -> bool:
        events = kubectl("get", "events", "-n", "apps", "--field-selector", refused)
        return "apps/web" in running(kubectl, old) or "web-" in events

    until(is_decided, "the pods of web run, or are refused", **PATIENCE)
    return set() if "apps/web" in running(kubectl, old) else {"Deployment/web"}


Connection = tuple[str, str, str]
"""The namespace, the object that names it, and its other end."""


def connections(kubectl: Kubectl) -> set[Connection]:
    """What the second evaluator of network policies lets through, of what objects name."""
    names = {
        one["metadata"]["name"]: one["metadata"].get("labels", {})
        for one in kubectl.json("get", "namespaces")["items"]
    }
    policies = kubectl.json("get", "networkpolicies", "-A")["items"]
    controller = Pod("controllers", (("app", "nginx"),))
    dns = Pod("kube-system", (("k8s-app", "kube-dns"),))
    pod = {
        (name, app): Pod(name, (("app", app), *MARK.items()))
        for name in NAMES
        for app in ("shop", "db", "web")
    }
    ports = [("TCP", 5432), ("TCP", 8080), ("UDP", 53)]
    table = Table(
        names, [controller, dns, *pod.values()], ["10.1.2.3", "10.9.9.9"], ports, policies
    )
    found = set()
    for name in NAMES:
        if table.connects(pod[name, "shop"], pod[name, "db"], ("TCP", 5432)):
            found.add((name, "Deployment/shop", "db"))
        if table.connects(pod[name, "shop"], dns, ("UDP", 53)):
            found.add((name, "Deployment/shop", "dns"))
    if table.sends_to(pod["apps", "web"], "10.1.2.3", ("TCP", 5432)):
        found.add(("apps", "Deployment/web", "10.1.2.3"))
    if table.sends_to(pod["apps", "shop"], "10.9.9.9", ("TCP", 5432)):
        found.add(("apps", "Service/legacy-db", "10.9.9.9"))
    for name, app in (("apps", "web"), ("court-probation-dev", "shop")):
        if table.connects(controller, pod[name, app], ("TCP", 8080)):
            found.add((name, f"Ingress/{app}", "controller"))
    return found


def permissions(kubectl: Kubectl) -> dict[tuple[str, str], set[tuple[str, str]]]:
    """Each verb that the API server allows every subject of a binding in its namespace."""
    found = {}
    for binding in kubectl.json("get", "rolebindings", "-A")["items"]:
        name = binding["metadata"]["namespace"]
        for subject in binding.get("subjects", []) if name in NAMES else []:
            who = subject["name"]
            if subject["kind"] == "ServiceAccount":
                user, groups = f"system:serviceaccount:{subject['namespace']}:{who}", ()
            elif subject["kind"] == "Group":
                user, groups = "a-member", (who,)
            else:
                user, groups = who, ()
            if (name, who) not in found:
                review = kubectl.as_user(user, *groups)
                listed = review("auth", "can-i", "--list", "-n", name, "--no-headers")
                # Its rules are merged, and their verbs listed, in an order that changes.
                found[name, who] = {
                    (" ".join(what.split()), verb)
                    for what, _, verbs in (line.rpartition("[") for line in listed.splitlines())
                    for verb in verbs.rstrip("]").split()
                }
    return found


def objects(kubectl: Kubectl) -> dict[str, tuple]:
    """What is in the ten namespaces, and its content, by its UID."""
    found = {}
    for item in kubectl.json("get", KINDS, "--all-namespaces")["items"]:
        metadata = item["metadata"]
        if metadata.get("namespace", metadata["name"]) in NAMES:
            rest = {
                k: item.get(k) for k in ("roleRef", "subjects", "automountServiceAccountToken")
            }
            spec = item.get("spec") if item["kind"] != "Namespace" else None
            found[metadata["uid"]] = (item["kind"], metadata["name"], repr(spec), repr(rest))
    return found
