"""
Who may do what, written by hand. Nothing of it comes from the product, and so it can be wrong.

What is not written here is refused: every verb, on every resource, everywhere.
"""

READ = "get list watch"
ALL = "get list watch create update patch delete deletecollection"
SCALE = "get update patch"

VIEWER = {
    "": {
        "namespaces": "get",
        "configmaps": READ,
        "persistentvolumeclaims": READ,
        "pods": READ,
        "pods/log": READ,
        "replicationcontrollers": READ,
        "services": READ,
        "endpoints": READ,
        "events": READ,
        "limitranges": READ,
        "resourcequotas": READ,
        "serviceaccounts": READ,
    },
    "apps": {
        "daemonsets": READ,
        "deployments": READ,
        "replicasets": READ,
        "statefulsets": READ,
        "deployments/scale": "get",
        "replicasets/scale": "get",
        "statefulsets/scale": "get",
    },
    "autoscaling": {"horizontalpodautoscalers": READ},
    "batch": {"cronjobs": READ, "jobs": READ},
    "discovery.k8s.io": {"endpointslices": READ},
    "events.k8s.io": {"events": READ},
    "ml.example.com": {"notebooks": READ},
    "networking.k8s.io": {"ingresses": READ, "networkpolicies": READ},
    "policy": {"poddisruptionbudgets": READ},
    "rbac.authorization.k8s.io": {"rolebindings": READ, "roles": READ},
    "resource.k8s.io": {"resourceclaims": READ, "resourceclaimtemplates": READ},
}

DEVELOPER = {
    "": {
        "namespaces": "get",
        "configmaps": ALL,
        "persistentvolumeclaims": ALL,
        "pods": ALL,
        "pods/attach": "get create",
        "pods/eviction": "create",
        "pods/exec": "get create",
        "pods/log": READ,
        "pods/portforward": "get create",
        "replicationcontrollers": ALL,
        "replicationcontrollers/scale": SCALE,
        "services": ALL,
        "secrets": ALL,
        "endpoints": READ,
        "events": READ,
        "limitranges": READ,
        "resourcequotas": READ,
        "serviceaccounts": ALL,
    },
    "apps": {
        "daemonsets": ALL,
        "deployments": ALL,
        "replicasets": ALL,
        "statefulsets": ALL,
        "deployments/scale": SCALE,
        "replicasets/scale": SCALE,
        "statefulsets/scale": SCALE,
    },
    "autoscaling": {"horizontalpodautoscalers": ALL},
    "batch": {"cronjobs": ALL, "jobs": ALL},
    "discovery.k8s.io": {"endpointslices": READ},
    "events.k8s.io": {"events": READ},
    "ml.example.com": {"notebooks": ALL},
    "networking.k8s.io": {"ingresses": ALL, "networkpolicies": READ},
    "policy": {"poddisruptionbudgets": ALL},
    "rbac.authorization.k8s.io": {"rolebindings": READ, "roles": READ},
    "resource.k8s.io": {"resourceclaims": ALL, "resourceclaimtemplates": ALL},
}

ADMIN = {
    **DEVELOPER,
    "": {**DEVELOPER[""], "serviceaccounts/token": "create"},
    "authorization.k8s.io": {"localsubjectaccessreviews": "create"},
    "networking.k8s.io": {"ingresses": ALL, "networkpolicies": ALL},
    "rbac.authorization.k8s.io": {"rolebindings": ALL, "roles": ALL},
}

AUDITOR = {"": {"events": READ}}

PUBLIC_READER = {
    "": {
        "namespaces": "get",
        "configmaps": READ,
        "endpoints": READ,
        "pods": READ,
        "services": READ,
    },
    "apps": {
        "daemonsets": READ,
        "deployments": READ,
        "replicasets": READ,
        "statefulsets": READ,
    },
    "batch": {"cronjobs": READ, "jobs": READ},
    "discovery.k8s.io": {"endpointslices": READ},
    "ml.example.com": {"notebooks": READ},
    "networking.k8s.io": {"ingresses": READ},
}

OPERATOR = {"tenancy.dev": {"tenancy": "manage"}}

# What Kubernetes lets everybody who is known do, anywhere: ask about themselves.
EVERYBODY = {
    "authorization.k8s.io": {
        "selfsubjectaccessreviews": "create",
        "selfsubjectrulesreviews": "create",
    },
    "authentication.k8s.io": {"selfsubjectreviews": "create"},
}

# What Kubernetes lets every service account read, where it is served: since 1.37.
EVERY_ACCOUNT = {"certificates.k8s.io": {"clustertrustbundles": READ}}

PUBLIC = "llmos-public"
SCOPES = (
    "acme-web",
    "acme-train",
    "globex-lab",
    "observability",
    PUBLIC,
    "kube-system",
    "",
)
"""The last is the cluster itself."""

# Person: what holds everywhere, and what holds in which namespace.
PEOPLE = {
    "admin": ({}, {"acme-web": ADMIN, "acme-train": ADMIN}),
    "developer": ({}, {"acme-web": DEVELOPER, "acme-train": DEVELOPER}),
    "viewer": ({}, {"acme-web": VIEWER, "acme-train": VIEWER}),
    "auditor": ({}, {"acme-train": AUDITOR}),
    "account": ({}, {"acme-web": DEVELOPER}),
    "pod": ({}, {}),
    "namesake": ({}, {}),
    "rival": ({}, {"globex-lab": ADMIN}),
    "rival developer": ({}, {"globex-lab": DEVELOPER}),
    "outsider": ({}, {}),
    "impostor": ({}, {}),
    "anonymous": ({}, {}),
    "operator": (OPERATOR, {}),
}
UNKNOWN = ("anonymous",)
ACCOUNTS = ("account", "pod", "namesake")

VERBS = tuple(ALL.split())
SPECIAL = {
    # Verbs that only some resources have, by API group; they are asked for there, and for "*".
    "rbac.authorization.k8s.io": "escalate bind",
    "": "impersonate",
    "authentication.k8s.io": "impersonate",
    "certificates.k8s.io": "approve sign attest",
    "tenancy.dev": "manage",
    "scheduling.k8s.io": "use",
    "*": "escalate bind impersonate approve sign manage use *",
}

# What no discovery lists, and yet is a right: people to pose as, signers, our own virtual one.
VIRTUAL = (
    ("", "users"),
    ("", "groups"),
    ("authentication.k8s.io", "uids"),
    ("authentication.k8s.io", "userextras/scopes"),
    ("certificates.k8s.io", "signers"),
    ("tenancy.dev", "tenancy"),
    ("autoscaling", "deployments/scale"),
    ("extensions", "ingresses"),
    ("metrics.k8s.io", "pods"),
    ("metrics.k8s.io", "nodes"),
    ("policy", "podsecuritypolicies"),
    ("*", "*"),
)

PATHS = {
    # Whether everybody reads it, the unknown too; what is not here is read by no member.
    "/version": "all",
    "/healthz": "all",
    "/livez": "all",
    "/readyz": "all",
    "/api": "known",
    "/apis": "known",
    "/openapi/v3": "known",
    "/metrics": "none",
    "/logs": "none",
    "/debug/pprof": "none",
    "/configz": "none",
    "/flagz": "none",
}


def allowed(person: str, namespace: str, group: str, resource: str, verb: str) -> bool:
    """Return whether it is written above."""
    everywhere, somewhere = PEOPLE[person]
    held = [everywhere, somewhere.get(namespace, {})]
    if person not in UNKNOWN:
        held.append(EVERYBODY)
        if namespace == PUBLIC:
            held.append(PUBLIC_READER)
    if person in ACCOUNTS:
        held.append(EVERY_ACCOUNT)
    return any(verb in rights.get(group, {}).get(resource, "").split() for rights in held)


def reads(person: str, path: str) -> bool:
    """Return whether it is written above."""
    return PATHS[path] == "all" or (PATHS[path] == "known" and person not in UNKNOWN)
