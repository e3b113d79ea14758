"""Namespaces in the style of public charts, with what their charts leave in them."""

from collections.abc import Iterator, Mapping

from tests.cluster.stacks.hard_world import HARDENED, NET, RBAC, an_object

MARKS = {"app.kubernetes.io/managed-by": "Helm", "argocd.argoproj.io/instance": "apps"}
NAMES = ("certificates", "delivery", "prometheus-stack", "redis-operator", "keycloak")
"""The usual names of two of these are reserved: adopt those as shared ones."""


def a_workload(
    kind: str,
    namespace: str,
    name: str,
    container: Mapping[str, object] = {},
    spec: Mapping[str, object] = {},
    **pod: object,
) -> dict:
    """A workload as charts render it, with the labels of Helm."""
    labels = {"app.kubernetes.io/name": name, "app.kubernetes.io/instance": namespace}
    amounts = {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}}
    given = {"name": name, "image": f"quay.io/charts/{name}:v1", "resources": amounts}
    template = {
        "metadata": {"labels": labels | {"helm.sh/chart": f"{name}-1.0.0"}},
        "spec": {"containers": [{**given, "securityContext": HARDENED, **container}], **pod},
    }
    selector = {"selector": {"matchLabels": labels}}
    service = {"serviceName": name} if kind == "StatefulSet" else {}
    body = {**selector, "template": template, **service, **spec}
    if kind == "Job":
        body = {"template": template}
    return an_object(
        "batch/v1" if kind == "Job" else "apps/v1",
        kind,
        name,
        inside=namespace,
        metadata={"labels": labels | MARKS},
        spec=body,
    )


def an_account(
    namespace: str, name: str, *rules: dict, inside: str | None = None
) -> Iterator[dict]:
    """A service account with a Role, and its binding."""
    subject = {"kind": "ServiceAccount", "name": name, "namespace": inside or namespace}
    reference = {"apiGroup": RBAC, "kind": "Role", "name": name}
    if inside is None:
        yield an_object("v1", "ServiceAccount", name, inside=namespace)
    yield an_object(f"{RBAC}/v1", "Role", name, inside=namespace, rules=[*rules])
    yield an_object(
        f"{RBAC}/v1",
        "RoleBinding",
        name,
        inside=namespace,
        roleRef=reference,
        subjects=[subject],
    )


def a_rule(group: str, resources: str, verbs: str, *names: str) -> dict:
    rule = {"apiGroups": [group], "resources": resources.split(), "verbs": verbs.split()}
    return {**rule, "resourceNames": [*names]} if names else rule


def a_service(namespace: str, name: str, port: int, target: object = None) -> dict:
    ports = [{"name": "web", "port": port, "targetPort": target or port}]
    selector = {"app.kubernetes.io/name": name}
    return an_object(
        "v1", "Service", name, inside=namespace, spec={"selector": selector, "ports": ports}
    )


def a_namespace(name: str, **labels: str) -> dict:
    every = {"charts": "yes", **MARKS, **labels}
    return an_object("v1", "Namespace", name, inside=None, metadata={"labels": every})


LEASES = a_rule("coordination.k8s.io", "leases", "get create update patch")
SECRETS = a_rule("", "secrets", "get list watch create update delete patch")


def cert_manager() -> Iterator[dict]:
    """A webhook that the API server calls, and a Job that ran at the installation."""
    name = "certificates"
    yield a_namespace(name, **{"cert-manager.io/disable-validation": "true"})
    yield from an_account(name, "cert-manager", LEASES, SECRETS)
    yield from an_account(
        name, "webhook-dynamic-serving", a_rule("", "secrets", "get list watch update", "ca")
    )
    yield a_workload("Deployment", name, "cert-manager", serviceAccountName="cert-manager")
    port = {"ports": [{"name": "https", "containerPort": 10250}]}
    yield a_workload("Deployment", name, "webhook", port, automountServiceAccountToken=False)
    yield a_service(name, "webhook", 443, "https")
    yield a_workload("Job", name, "startupapicheck", restartPolicy="OnFailure")
    client = {"service": {"name": "webhook", "namespace": name, "path": "/validate"}}
    rule = {
        "apiGroups": ["cert-manager.io"],
        "apiVersions": ["v1"],
        "operations": ["CREATE"],
        "resources": ["*/*"],
    }
    yield an_object(
        "admissionregistration.k8s.io/v1",
        "ValidatingWebhookConfiguration",
        "cert-manager-webhook",
        inside=None,
        webhooks=[
            {
                "name": "webhook.cert-manager.io",
                "clientConfig": client,
                "admissionReviewVersions": ["v1"],
                "sideEffects": "None",
                "failurePolicy": "Ignore",
                "rules": [rule],
            }
        ],
    )


def argo_cd() -> Iterator[dict]:
    """Its own network policies, a controller in a StatefulSet, secrets with its label."""
    name = "delivery"
    yield a_namespace(name)
    every = a_rule("", "secrets configmaps events", "create get list watch update patch delete")
    for account in ("argocd-server", "argocd-application-controller"):
        yield from an_account(name, account, every, LEASES)
    yield a_workload(
        "StatefulSet",
        name,
        "argocd-application-controller",
        serviceAccountName="argocd-application-controller",
    )
    redis = {"env": [{"name": "REDIS_SERVER", "value": "argocd-redis:6379"}]}
    yield a_workload(
        "Deployment", name, "argocd-server", redis, serviceAccountName="argocd-server"
    )
    yield a_workload("Deployment", name, "argocd-redis", automountServiceAccountToken=False)
    yield a_service(name, "argocd-redis", 6379)
    yield a_service(name, "argocd-server", 443, 8080)
    of_redis = {"podSelector": {"matchLabels": {"app.kubernetes.io/name": "argocd-redis"}}}
    server = {"podSelector": {"matchLabels": {"app.kubernetes.io/name": "argocd-server"}}}
    yield an_object(
        NET,
        "NetworkPolicy",
        "argocd-redis",
        inside=name,
        spec={
            **of_redis,
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [{"from": [server], "ports": [{"port": 6379}]}],
            "egress": [{"ports": [{"port": 53, "protocol": "UDP"}]}],
        },
    )
    labels = {"argocd.argoproj.io/secret-type": "cluster"}
    data = {"server": "https://example.com"}
    yield an_object(
        "v1", "Secret", "cluster", inside=name, metadata={"labels": labels}, stringData=data
    )


def prometheus_stack() -> Iterator[dict]:
    """Agents on the host network that read the host, and a quota of the chart's values."""
    name = "prometheus-stack"
    yield a_namespace(name, **{"pod-security.kubernetes.io/enforce": "privileged"})
    agent = {"ports": [{"containerPort": 9100, "hostPort": 9100}], "securityContext": {}}
    yield a_workload(
        "DaemonSet",
        name,
        "node-exporter",
        agent,
        hostNetwork=True,
        hostPID=True,
        tolerations=[{"effect": "NoSchedule", "operator": "Exists"}],
        volumes=[{"name": "proc", "hostPath": {"path": "/proc"}}],
        automountServiceAccountToken=False,
    )
    yield from an_account(name, "prometheus", a_rule("", "services pods", "get list watch"))
    yield a_workload(
        "StatefulSet",
        name,
        "prometheus",
        serviceAccountName="prometheus",
        terminationGracePeriodSeconds=600,
    )
    yield a_workload("Deployment", name, "grafana", automountServiceAccountToken=False)
    yield a_service(name, "prometheus", 9090)
    ingress = {"defaultBackend": {"service": {"name": "grafana", "port": {"number": 80}}}}
    yield a_service(name, "grafana", 80, 3000)
    yield an_object(NET, "Ingress", "grafana", inside=name, spec=ingress)
    hard = {"requests.memory": "64Gi", "limits.memory": "128Gi", "count/jobs.batch": "50"}
    yield an_object("v1", "ResourceQuota", "chart-quota", inside=name, spec={"hard": hard})


def redis_operator() -> Iterator[dict]:
    """An operator with custom objects that it owns, and disruption budgets."""
    name = "redis-operator"
    yield a_namespace(name)
    yield from an_account(name, "redis-operator", LEASES, a_rule("apps", "*", "*"))
    yield a_workload("Deployment", name, "redis-operator", serviceAccountName="redis-operator")
    storage = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    claims = {"volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": storage}]}
    yield a_workload("StatefulSet", name, "redis-failover", spec={"replicas": 3, **claims})
    budget = {"minAvailable": 2, "selector": {"matchLabels": {"app": "redis"}}}
    yield an_object(
        "policy/v1", "PodDisruptionBudget", "redis-failover", inside=name, spec=budget
    )
    maximum = {"type": "Container", "default": {"cpu": "200m"}, "max": {"cpu": "2"}}
    yield an_object("v1", "LimitRange", "limits", inside=name, spec={"limits": [maximum]})
    hard = {"persistentvolumeclaims": "20", "services.loadbalancers": "0"}
    for one, limits in (("quota", hard), ("quota-of-the-team", {"pods": "40"})):
        yield an_object("v1", "ResourceQuota", one, inside=name, spec={"hard": limits})


def keycloak() -> Iterator[dict]:
    """A StatefulSet with a database beside it, scaled, and with a token of a Job."""
    name = "keycloak"
    yield a_namespace(name, **{"kustomize.toolkit.fluxcd.io/name": "keycloak"})
    env = [{"name": "KC_DB_URL", "value": "jdbc:postgresql://keycloak-postgresql:5432/kc"}]
    yield a_workload("StatefulSet", name, "keycloak", {"env": env})
    yield a_workload("StatefulSet", name, "keycloak-postgresql")
    yield a_service(name, "keycloak", 8080)
    yield a_service(name, "keycloak-postgresql", 5432)
    yield a_workload("Job", name, "realm-import", restartPolicy="Never")
    target = {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "keycloak"}
    scaled = {"maxReplicas": 3, "scaleTargetRef": target}
    yield an_object(
        "autoscaling/v2", "HorizontalPodAutoscaler", "keycloak", inside=name, spec=scaled
    )
    group = {"apiGroup": RBAC, "kind": "Group", "name": "oidc:identity-team"}
    reference = {"apiGroup": RBAC, "kind": "ClusterRole", "name": "admin"}
    yield an_object(
        f"{RBAC}/v1",
        "RoleBinding",
        "identity-team",
        inside=name,
        roleRef=reference,
        subjects=[group],
    )


def everything() -> list[dict]:
    """All five."""
    made = (cert_manager, argo_cd, prometheus_stack, redis_operator, keycloak)
    return [one for make in made for one in make()]
