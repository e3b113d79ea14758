"""
A cluster full of GPU pods, of which a third try to get where they may not.

Everything goes through spec, resolve, check and render. What is stored is read from a watch:
each event is one moment of the cluster, and after each the sums are added up again, by hand,
from the pods themselves.
"""

import json
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import attrs
import yaml

from tenancy import checks
from tenancy import manifests as render
from tenancy.config.project import load
from tenancy.diagnostics.finding import Severity
from tenancy.kubernetes.labels import GPU_POOL
from tenancy.model import resolve
from tests.cluster.api import Api, until
from tests.cluster.security import objects as make

Object = dict
GPU, SHARED, MIG = "nvidia.com/gpu", "nvidia.com/gpu.shared", "nvidia.com/mig-1g.10gb"
DEVICE_CLASS = "gpu.nvidia.com"
WORKERS = 8
PRIORITY = "urgent"


@attrs.frozen
class Scale:
    """How large it is."""

    organizations: int
    nodes: int
    pods: int


TENTH = Scale(organizations=4, nodes=20, pods=200)
FULL = Scale(organizations=20, nodes=200, pods=2_000)
FIVEFOLD = Scale(organizations=100, nodes=1_000, pods=10_000)


@attrs.frozen
class Pool:
    """Nodes of one pool: their device, how many each has, and how many nodes there are."""

    name: str
    resource: str
    per_node: int
    nodes: int
    spec: Mapping[str, object] = attrs.field(factory=dict)

    @property
    def node_names(self) -> list[str]:
        return [f"{self.name}-{number}" for number in range(self.nodes)]


@attrs.frozen
class Grant:
    """What one namespace may use of one pool."""

    pool: Pool
    devices: int
    per_pod: int


@attrs.frozen
class Organization:
    """One organization: `<name>-run` has its grants, `<name>-plain` has none."""

    name: str
    grants: tuple[Grant, ...]

    @property
    def run(self) -> str:
        return f"{self.name}-run"

    def fields(self, pool: Pool, priority: str = "") -> dict:
        """Return the fields of a pod where several granted pools have the same device."""
        same = [g for g in self.grants if g.pool.resource == pool.resource]
        if len(same) == 1:
            return {}
        return {
            "nodeSelector": {GPU_POOL: pool.name},
            "priorityClassName": f"gpu-{pool.name}{priority}",
        }

    @property
    def plain(self) -> str:
        return f"{self.name}-plain"


def pools(scale: Scale) -> list[Pool]:
    """Return the pools: whole GPUs of two kinds, slices, shared ones, and dedicated ones."""
    owners = range(0, scale.organizations, 4)
    dedicated = scale.nodes // 4 // len(owners)
    shared = scale.nodes - dedicated * len(owners)
    mig, sliced, small = shared // 5, shared // 5, shared // 5
    return [
        Pool("h100", GPU, 8, shared - mig - sliced - small),
        Pool("l40s", GPU, 4, small),
        Pool(
            "mig",
            MIG,
            28,
            mig,
            {"sharing": {"type": "mig", "layout": [{"profile": "1g.10gb", "perGpu": 7}]}},
        ),
        Pool(
            "sliced", SHARED, 16, sliced, {"sharing": {"type": "time-slicing", "replicas": 4}}
        ),
        *(
            Pool(f"own-{number}", GPU, 8, dedicated, {"dedicatedTo": f"org{number}"})
            for number in owners
        ),
    ]


def organizations(scale: Scale) -> list[Organization]:
    """Return the organizations: one in four has a pool of its own, the others share."""
    by_name = {pool.name: pool for pool in pools(scale)}
    wanted = {
        number: ([f"own-{number}"], ["h100"], ["l40s", "mig"], ["h100", "l40s", "sliced"])[
            number % 4
        ]
        for number in range(scale.organizations)
    }
    sharers = Counter(name for names in wanted.values() for name in names)
    return [
        Organization(
            f"org{number}",
            tuple(
                Grant(
                    pool=by_name[name],
                    devices=by_name[name].nodes * by_name[name].per_node // sharers[name],
                    # Half of them leave it at what a node has.
                    per_pod=by_name[name].per_node // (1 + number // 4 % 2),
                )
                for name in names
            ),
        )
        for number, names in wanted.items()
    ]


def project(folder: Path, scale: Scale, *, more: Mapping[str, int] | None = None) -> None:
    """Write the project: what people would have written for such a cluster."""
    platform = {
        "operators": [{"group": "platform-operators"}],
        "deviceClasses": [DEVICE_CLASS],
        "priorityClasses": {PRIORITY: {"value": 1000}},
        "objectCounts": {"pods": "5000"},
        "gpuNodePools": [
            {
                "name": pool.name,
                "model": pool.name.upper(),
                "gpusPerNode": 4 if pool.name in {"mig", "sliced"} else pool.per_node,
                "nodes": {"min": pool.nodes, "max": pool.nodes},
                **({"priorityClasses": [PRIORITY]} if pool.name in {"h100", "l40s"} else {}),
                **pool.spec,
            }
            for pool in pools(scale)
        ],
    }
    raised = more or {}
    written = {
        organization.name: {
            "prefix": organization.name,
            "members": [{"group": f"{organization.name}-people", "role": "developer"}],
            "defaultNamespace": "plain",
            "namespaces": [
                {
                    "id": "plain",
                    "quota": {"requests.cpu": "10000"},
                    "limitRange": {
                        "container": {
                            "default": {"cpu": "1", "memory": "1Gi"},
                            "defaultRequest": {"cpu": "100m", "memory": "1Gi"},
                        }
                    },
                },
                {
                    "id": "run",
                    "priorityClasses": [PRIORITY],
                    "gpus": [
                        {
                            "pool": grant.pool.name,
                            "gpus": grant.devices + raised.get(organization.name, 0),
                            **(
                                {}
                                if grant.per_pod == grant.pool.per_node
                                else {"maxPerPod": grant.per_pod}
                            ),
                        }
                        for grant in organization.grants
                    ],
                },
            ],
        }
        for organization in organizations(scale)
    }
    files = {
        "Pulumi.yaml": {"name": "tenancy", "runtime": "python"},
        "Pulumi.platform.yaml": {
            "config": {"tenancy:cluster": "sandbox", "tenancy:platform": platform}
        },
        "Pulumi.dev.yaml": {
            "config": {
                "tenancy:environment": "dev",
                "tenancy:cluster": "sandbox",
                "tenancy:organizations": written,
            }
        },
    }
    for name, content in files.items():
        (folder / name).write_text(yaml.safe_dump(content, sort_keys=False))


def manifests(folder: Path) -> list[Object]:
    """Return what the project in *folder* is rendered to; nothing in it may be wrong."""
    read, unread = load(folder)
    tenancy, unresolved = resolve(read)
    found = (*unread, *unresolved, *checks.check(tenancy))
    assert [] == [f"{v.code}: {v.found}" for v in found if v.severity is Severity.ERROR]
    environment = tenancy.environments["dev"]
    platform = tenancy.platform_of(environment)
    return [*render.platform(platform), *render.environment(environment, platform)]


def node(name: str, pool: Pool | None) -> Object:
    """Return a fake node, which kwok keeps alive."""
    capacity = {"cpu": "192", "memory": "2Ti", "pods": "1000"}
    carried = {"kubernetes.io/hostname": name}
    taints = []
    if pool is not None:
        capacity[pool.resource] = str(pool.per_node)
        carried |= {GPU_POOL: pool.name, "nvidia.com/gpu.product": pool.name}
        taints = [{"key": GPU_POOL, "value": pool.name, "effect": "NoSchedule"}]
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "annotations": {
                "kwok.x-k8s.io/node": "fake",
                "node.alpha.kubernetes.io/ttl": "0",
            },
            "labels": carried,
        },
        "spec": {"taints": taints},
        "status": {"capacity": capacity, "allocatable": capacity},
    }


def pod(
    namespace: str, name: str, devices: Mapping[str, int] | None = None, **spec: object
) -> Object:
    """Return a pod that asks for *devices*, and that every other guardrail allows."""
    found = make.pod(namespace, name, **spec)
    resources = found["spec"]["containers"][0]["resources"]
    for resource, count in (devices or {}).items():
        for kind in ("limits", "requests"):
            resources[kind][resource] = str(count)
    return found


class World:
    """A cluster of that scale, set up and ready to be attacked."""

    def __init__(self, root: Api, folder: Path, scale: Scale) -> None:
        self.root = root
        self.scale = scale
        self.pools = {pool.name: pool for pool in pools(scale)}
        self.organizations = organizations(scale)
        self.grants = {o.run: o.grants for o in self.organizations}
        self.pool_of = {
            name: pool.name for pool in self.pools.values() for name in pool.node_names
        }
        project(folder, scale)
        self._apply(manifests(folder))

    def member(self, namespace: str) -> Api:
        """Return what speaks as a developer of the organization that has *namespace*."""
        people = f"oidc:{namespace.partition('-')[0]}-people"
        return self.root.as_user("oidc:somebody", people)

    def _apply(self, found: Sequence[Object]) -> None:
        for name in ("sandbox-gpu-1", "sandbox-gpu-2"):
            # They belong to no pool; every other GPU here belongs to one.
            self.root.request("DELETE", f"/api/v1/nodes/{name}").accepted()
        nodes = [node(name, self.pools[pool]) for name, pool in self.pool_of.items()]
        nodes += [node(f"cpu-{number}", None) for number in range(self.scale.nodes // 10)]
        # Namespaces come first, and bindings of policies after what they would refuse.
        stages: dict[int, list[Object]] = defaultdict(list)
        for manifest in found:
            kind = manifest["kind"]
            stage = {"Namespace": 0, "RoleBinding": 2}.get(kind, 1)
            stages[3 if kind.endswith("PolicyBinding") else stage].append(manifest)
        with ThreadPoolExecutor(WORKERS) as several:
            list(several.map(lambda n: self.root.create(n).accepted(), nodes))
            for stage in sorted(stages):
                list(several.map(lambda m: self.root.apply(m).accepted(), stages[stage]))
        until(self._quotas_bind, "every quota binds", seconds=120)
        self._wait_for_policies()

    def quotas(self) -> list[Object]:
        """Return the quotas of devices, as they are stored now."""
        items = self.root.request("GET", "/api/v1/resourcequotas").accepted().body["items"]
        return [item for item in items if item["metadata"]["name"] == "gpus"]

    def _quotas_bind(self) -> bool:
        items = self.root.request("GET", "/api/v1/resourcequotas").accepted().body["items"]
        return bool(items) and all(
            item.get("status", {}).get("hard", {}).keys() == item["spec"]["hard"].keys()
            for item in items
        )

    def _wait_for_policies(self) -> None:
        first = self.organizations[0]
        [grant] = first.grants
        asked = {grant.pool.resource: 1}
        for found, reason in (
            (pod(first.plain, "probe", nodeName="cpu-0"), "tenancy-pods"),
            (pod(first.run, "probe", {GPU: 999}), "tenancy-gpus-per-pod"),
            (
                pod(first.run, "probe", nodeSelector={GPU_POOL: "h100"}),
                "tenancy-placement",
            ),
        ):
            until(
                lambda f=found, r=reason: r in self.root.create(f, dry=True).message,
                f"{reason} binds",
            )
        drawn = pod(first.run, "probe", asked)
        until(
            lambda: (
                self.root.create(drawn, dry=True).body.get("spec", {}).get("nodeSelector")
                == {GPU_POOL: grant.pool.name}
            ),
            "pods are drawn to their pool",
        )


def devices_of(found: Object) -> Counter[str]:
    """Return the devices that a stored pod holds: none once it has ended."""
    if found.get("status", {}).get("phase") in {"Succeeded", "Failed"}:
        return Counter()
    counted: Counter[str] = Counter()
    for container in found["spec"]["containers"]:
        limits = container.get("resources", {}).get("limits", {})
        for resource in (GPU, SHARED, MIG):
            counted[resource] += int(limits.get(resource, 0))
    return counted


def name_of(found: Object) -> str:
    """Return `<namespace>/<name>`."""
    return f"{found['metadata']['namespace']}/{found['metadata']['name']}"


class Watch:
    """Everything that happens to pods and quotas, and what is wrong after each event."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.wrong: list[str] = []
        self.moments: Counter[str] = Counter()
        self.most: Counter[tuple[str, str]] = Counter()
        self.pods: dict[str, Object] = {}
        self.served: set[str] = set()
        self._by_namespace: dict[str, dict[str, Counter[str]]] = defaultdict(dict)
        self._by_node: dict[str, dict[str, Counter[str]]] = defaultdict(dict)
        self._said: dict[str, Mapping[str, str]] = {}
        self._stopped = threading.Event()
        self._threads = [
            threading.Thread(target=self._follow, args=arguments, daemon=True)
            for arguments in (
                ("/api/v1/pods", self._pod),
                ("/api/v1/resourcequotas", self._quota),
            )
        ]

    def __enter__(self) -> "Watch":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join(30)

    def has_seen(self, found: Sequence[Object]) -> bool:
        """Return whether all pods of *found*, and no others, are known as they are there."""
        stored = {p["metadata"]["uid"]: p["metadata"]["resourceVersion"] for p in found}
        return stored == {
            uid: p["metadata"]["resourceVersion"] for uid, p in list(self.pods.items())
        }

    def held(self) -> dict[str, Counter[str]]:
        """Return the devices that the pods of each namespace hold."""
        found: dict[str, Counter[str]] = {}
        for namespace, pods in list(self._by_namespace.items()):
            found[namespace] = sum(list(pods.values()), Counter())
        return found

    def names(self) -> set[str]:
        """Return the pods that are there, as `<namespace>/<name>`."""
        return {name_of(found) for found in list(self.pods.values())}

    def _follow(self, path: str, handle: Callable[[str, Object], None]) -> None:
        try:
            listed = self.world.root.request("GET", path).accepted().body
            version = listed["metadata"]["resourceVersion"]
            for item in listed["items"]:
                handle("ADDED", item)
            while not self._stopped.is_set():
                for event in self._events(path, version):
                    version = event["object"]["metadata"]["resourceVersion"]
                    if event["type"] != "BOOKMARK":
                        handle(event["type"], event["object"])
        # A watch that ends silently would see nothing wrong.
        except Exception as error:
            self.wrong.append(f"the watch of {path} ended: {error!r}")

    def _events(self, path: str, version: str) -> Iterator[dict]:
        root = self.world.root
        query = f"watch=1&resourceVersion={version}&timeoutSeconds=3&allowWatchBookmarks=1"
        response = root.pool.request(
            "GET",
            f"{root.server}{path}?{query}",
            headers=dict(root.headers),
            preload_content=False,
            timeout=60,
        )
        rest = b""
        for chunk in response.stream(65536):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                event = json.loads(line)
                assert event["type"] != "ERROR", event["object"]
                yield event
        response.release_conn()

    def _pod(self, kind: str, found: Object) -> None:
        self.moments["pods"] += 1
        namespace, uid = found["metadata"]["namespace"], found["metadata"]["uid"]
        where = found["spec"].get("nodeName")
        if kind == "DELETED":
            self.pods.pop(uid, None)
            self._by_namespace[namespace].pop(uid, None)
            self._by_node[where or ""].pop(uid, None)
            return
        self.pods[uid] = found
        held = self._by_namespace[namespace][uid] = devices_of(found)
        if where is not None:
            self._by_node[where][uid] = held
        name = name_of(found)
        pool = self.world.pool_of.get(where or "")
        grants = self.world.grants.get(namespace, ())
        if pool is not None and held.total():
            self.served.add(pool)
        if pool is not None and pool not in {grant.pool.name for grant in grants}:
            self.wrong.append(f"{name} is on {where}, of another's pool {pool}")
        if pool is not None and not found["spec"]["containers"][0]["resources"][
            "limits"
        ].keys() & {
            GPU,
            SHARED,
            MIG,
        }:
            self.wrong.append(f"{name} asks for no device and is on {where}")
        self._sums(namespace, grants)
        self._by_pool(namespace, grants)
        if where is not None:
            self._node(where, pool)

    def _sums(self, namespace: str, grants: Sequence[Grant]) -> None:
        used: Counter[str] = Counter()
        for held in self._by_namespace[namespace].values():
            used += held
        granted: Counter[str] = Counter()
        for grant in grants:
            granted[grant.pool.resource] += grant.devices
        for resource, count in used.items():
            self.most[namespace, resource] = max(self.most[namespace, resource], count)
            if count > granted[resource]:
                self.wrong.append(
                    f"{namespace} holds {count} of {granted[resource]} {resource}"
                )

    def _by_pool(self, namespace: str, grants: Sequence[Grant]) -> None:
        used: Counter[str] = Counter()
        for uid, held in self._by_namespace[namespace].items():
            selected = self.pods[uid]["spec"].get("nodeSelector", {}).get(GPU_POOL, "")
            used[selected] += sum(held.values())
        for grant in grants:
            if used[grant.pool.name] > grant.devices:
                self.wrong.append(
                    f"{namespace} holds {used[grant.pool.name]} of {grant.devices}"
                    f" of the pool {grant.pool.name}"
                )

    def _node(self, name: str, pool: str | None) -> None:
        carried: Counter[str] = Counter()
        for held in self._by_node[name].values():
            carried += held
        there = self.world.pools.get(pool or "")
        for resource, count in carried.items():
            has = there.per_node if there and there.resource == resource else 0
            if count > has:
                self.wrong.append(f"{name} carries {count} of {has} {resource}")

    def _quota(self, kind: str, found: Object) -> None:
        if kind == "DELETED" or found["metadata"]["name"] != "gpus":
            return
        self.moments["quotas"] += 1
        hard, status = found["spec"]["hard"], found.get("status", {})
        self._said[found["metadata"]["namespace"]] = status.get("used", {})
        for key, used in status.get("used", {}).items():
            if int(used) > int(hard[key]):
                self.wrong.append(
                    f"{found['metadata']['namespace']} uses {used} of {hard[key]} {key}"
                )
