"""
A resolved tenancy as plain data: canonical, versioned, and kept in the stack's outputs.

The next plan reads the target of the last update from there, to show what changes for people.
It contains the values of the config, from which the manifests follow.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping

from tenancy.config.document import JSON, mapping
from tenancy.model import (
    Enforcement,
    Environment,
    LimitRange,
    Limits,
    Namespace,
    NamespaceObject,
    ObjectTemplate,
    Organization,
    Platform,
    Queues,
    Quota,
    Role,
    SharedNamespace,
    roles,
)
from tenancy.planning.network_data import network_data

__all__ = [
    "VERSION",
    "environment",
    "limit_range",
    "namespace",
    "object_digests",
    "organization",
    "platform",
    "platform_settings",
]

VERSION = 1
"""Incremented when a key changes its meaning."""


def environment(resolved: Environment) -> dict[str, JSON]:
    """Return *resolved*, an environment, as plain data."""
    return {
        "version": VERSION,
        "kind": "environment",
        "stack": resolved.stack,
        "environment": resolved.name,
        "cluster": resolved.cluster.name,
        "organizations": {o.name: organization(o) for o in resolved.organizations},
    }


def platform(resolved: Platform) -> dict[str, JSON]:
    """Return *resolved*, a platform, as plain data."""
    return {
        "version": VERSION,
        "kind": "platform",
        "stack": resolved.stack,
        "cluster": resolved.cluster.name if resolved.cluster else "",
        "operators": [str(s) for s in resolved.operators],
        "released": list(resolved.allow_deletion),
        "roles": {
            name: _rules(role)
            for name, role in roles.of(resolved).items()
            if role != roles.BUILT_IN.get(name)
        },
        "settings": platform_settings(resolved),
        **({} if resolved.queues is None else {"queues": _queues(resolved.queues)}),
        "namespaces": [own.name for own in resolved.own_namespaces],
        "pools": {
            pool.name: {
                "model": pool.model,
                "minNodes": pool.min_nodes,
                "maxNodes": pool.max_nodes,
                "resources": dict(pool.resources),
                "dedicatedTo": pool.dedicated_to,
            }
            for pool in resolved.pools
        },
    }


def platform_settings(resolved: Platform) -> dict[str, JSON]:
    """Return the settings of a platform that apply to every namespace."""
    public = resolved.public
    return {
        "publicReaders": [str(s) for s in public.readers] if public else [],
        **({"publicReads": list(public.reads)} if public and public.reads else {}),
        "shared": {
            shared.name: {
                "managed": shared.is_managed,
                "purpose": shared.purpose,
                "metricsPorts": list(shared.metrics_ports),
                "services": {
                    service.name: {
                        "ports": list(service.ports),
                        "podLabels": dict(service.pod_labels),
                    }
                    for service in shared.services
                },
                **_pod_security_of(shared),
                **_audit(shared.enforcement),
            }
            for shared in resolved.shared
        },
        "dns": {
            "namespace": resolved.dns.namespace,
            "podLabels": dict(resolved.dns.pod_labels),
            "ports": list(resolved.dns.ports),
            "nodeLocalAddresses": list(resolved.dns.node_local),
        },
        "ingress": {
            controller.name: {
                "namespace": controller.namespace,
                "podLabels": dict(controller.pod_labels),
            }
            for controller in resolved.ingress.values()
        },
        "internetExcluded": list(resolved.not_internet),
        "namespacesPerOrganization": resolved.max_namespaces,
        "environmentOrder": list(resolved.environment_order),
        "gpuResources": list(resolved.gpu_resources),
        "storageClasses": dict(resolved.storage_classes),
        "priorityClasses": list(resolved.priority_classes),
        "objectCounts": {key: str(amount) for key, amount in resolved.object_counts.items()},
        "podSecurityVersion": resolved.pod_security_version,
        "requireImagePull": resolved.require_image_pull,
        "bindableSubjects": [str(s) for s in resolved.bindable],
        "tokenSeconds": resolved.token_seconds,
        "allowed": resolved.allowed.model_dump(mode="json", by_alias=True),
        **(
            {"namespaceObjects": [_template(found) for found in resolved.namespace_objects]}
            if resolved.namespace_objects
            else {}
        ),
        **(
            {
                "podSecurityExceptions": {
                    name: {
                        "capabilities": list(one.capabilities),
                        "deviceClasses": dict(one.device_classes),
                    }
                    for name, one in resolved.pod_security_exceptions.items()
                }
            }
            if resolved.pod_security_exceptions
            else {}
        ),
    }


def _template(template: ObjectTemplate) -> str:
    """Return what a platform puts into namespaces as text, with a digest of its content."""
    if template.manifest is None:
        what = f"imagePullSecret {template.image_pull_secret}"
    else:
        name = mapping(template.manifest.get("metadata")).get("name")
        content = _digest(dict(template.manifest))
        what = f"{template.kind} {name} {content}"
    where = ",".join(f"{key}={value}" for key, value in sorted(template.match_labels.items()))
    return f"{what} where {where}" if where else what


def organization(resolved: Organization) -> dict[str, JSON]:
    """Return *resolved*, an organization, with its namespaces by final name."""
    return {
        "prefix": resolved.prefix,
        "ceiling": None if resolved.ceiling is None else _limits(resolved.ceiling),
        **({"queueWeight": resolved.queue_weight} if resolved.queue_weight != 1 else {}),
        "namespaces": {n.name: namespace(n) for n in resolved.namespaces},
    }


def namespace(resolved: Namespace) -> dict[str, JSON]:
    """Return *resolved*, a namespace, as plain data."""
    billing = resolved.billing
    return {
        "id": resolved.id,
        "workload": resolved.workload,
        "inheritsFrom": list(resolved.lineage),
        "quotas": {quota.name: _quota(quota) for quota in resolved.quotas},
        "limitRange": None
        if resolved.limit_range is None
        else limit_range(resolved.limit_range),
        **(
            {
                "limitRanges": {
                    found.name: limit_range(found) for found in resolved.further_limit_ranges
                }
            }
            if resolved.further_limit_ranges
            else {}
        ),
        **_audit(resolved.enforcement),
        "members": {b.role: [str(s) for s in b.subjects] for b in resolved.bindings},
        "gpus": {
            f"{grant.pool}:{grant.resource}": {
                "gpus": grant.gpus,
                "maxPerPod": grant.max_per_pod,
                **({"borrowing": grant.borrowing_limit} if grant.borrowing_limit else {}),
                **({} if grant.lending_limit is None else {"lending": grant.lending_limit}),
            }
            for grant in resolved.grants
        },
        "network": network_data(resolved.network),
        "podSecurity": resolved.pod_security.enforce,
        **(
            {"podSecurityExceptions": [*sorted(resolved.pod_security.exceptions)]}
            if resolved.pod_security.exceptions
            else {}
        ),
        "billing": {
            "subscriptionGroup": billing.subscription_group if billing else None,
            "costCenter": billing.cost_center if billing else None,
            "subscription": resolved.subscription,
        },
        "storageClasses": None
        if resolved.storage_classes is None
        else list(resolved.storage_classes),
        "priorityClasses": list(resolved.priority_classes),
        "loadBalancers": resolved.load_balancers,
        "hosts": list(resolved.hosts),
        "labels": dict(resolved.labels),
        "annotations": dict(resolved.annotations),
        "protect": resolved.protect,
        **(
            {"objects": {str(found): object_digests(found) for found in resolved.objects}}
            if resolved.objects
            else {}
        ),
        **(
            {"imagePullSecrets": list(resolved.image_pull_secrets)}
            if resolved.image_pull_secrets
            else {}
        ),
    }


def _pod_security_of(shared: SharedNamespace) -> dict[str, JSON]:
    level = shared.pod_security
    if level.origin is None:
        return {}
    return {"podSecurity": {"enforce": level.enforce, "reason": level.reason}}


def _audit(enforcement: Enforcement) -> dict[str, JSON]:
    if not enforcement.is_audit:
        return {}
    kept = enforcement.pod_security
    return {"enforcement": "audit", **({"enforcementPodSecurity": kept} if kept else {})}


def object_digests(found: NamespaceObject) -> dict[str, JSON]:
    """Return a digest of each value of *found* by its path; values may be long."""
    return {path: _digest(value) for path, value in _values(dict(found.manifest))}


def _values(value: JSON, path: str = "") -> Iterator[tuple[str, JSON]]:
    if isinstance(value, Mapping) and value:
        for key, entry in value.items():
            yield from _values(entry, f"{path}.{key}" if path else str(key))
    else:
        yield path, value


def _digest(value: JSON) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def limit_range(resolved: LimitRange) -> dict[str, JSON]:
    """Return the parts of a limit range by type; parts without a value are left out."""
    return {
        item.type: {
            name: _limits(limits)
            for name, limits in (
                ("default", item.default),
                ("defaultRequest", item.default_request),
                ("max", item.max),
                ("min", item.min),
                ("maxLimitRequestRatio", item.max_limit_request_ratio),
            )
            if limits
        }
        for item in resolved.items
    }


def _queues(queues: Queues) -> dict[str, JSON]:
    return {
        "cohort": queues.cohort,
        "fairSharing": queues.is_fair_sharing,
        "controller": queues.controller,
    }


def _rules(role: Role) -> list[JSON]:
    return [
        {
            "apiGroups": list(rule.api_groups),
            "resources": list(rule.resources),
            "verbs": list(rule.verbs),
            "resourceNames": list(rule.resource_names),
        }
        for rule in role.rules
    ]


def _quota(quota: Quota) -> dict[str, JSON]:
    return {
        "hard": _limits(quota.hard),
        "scopes": list(quota.scopes),
        "scopeSelector": [
            {"scopeName": e.scope_name, "operator": e.operator, "values": list(e.values)}
            for e in quota.scope_selector
        ],
    }


def _limits(limits: Limits) -> dict[str, JSON]:
    return {key: str(limit.quantity) for key, limit in limits.items()}


def organizations(snapshot: Mapping[str, JSON]) -> Mapping[str, Mapping[str, JSON]]:
    """Return the organizations of a *snapshot* by name; may be empty."""
    found = snapshot.get("organizations")
    if not isinstance(found, dict):
        return {}
    return {name: value for name, value in found.items() if isinstance(value, dict)}
