"""
A campaign of pods that ask for GPUs in every way: extended resources, claims and templates.

What namespaces have is counted from the status of claims and from bound pods, by the pool of
the node. The events of both are replayed in the order of their revisions, so that each moment
of the cluster is judged.
"""

import itertools
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

import attrs

from tests.cluster.api import until
from tests.cluster.dra_events import CLAIMS, PODS, Events
from tests.cluster.dra_ways import Way, ways
from tests.cluster.dra_world import (
    CLAIMED,
    GRANTS,
    MIXED,
    MIXED_RESOURCE,
    PART,
    URGENT,
    World,
    allocated,
    claim,
    devices_of,
    exactly,
    gpu_pod,
    nodes_of,
    template,
    with_claims,
)
from tests.cluster.gpu_campaign import GPU

KEYS = {
    "run": f"requests.{GPU}",
    "claim": f"{CLAIMED}.deviceclass.resource.k8s.io/devices",
    "mix": f"requests.{MIXED_RESOURCE}",
    "pair": f"requests.{GPU}",
    "parts": f"{PART}.deviceclass.resource.k8s.io/devices",
}
"""The key of the quota `gpus` that counts every device of the namespace, by its id."""
RESOURCES = {"run": GPU, "mix": MIXED_RESOURCE, "pair": GPU}
CLASSES = {"claim": CLAIMED, "mix": MIXED, "parts": PART}
OVER = ("exceeded quota: gpus", "exceeded quota: gpu-h100", "exceeded quota: gpu-a100")
TRESPASS = ("trespass", "", "")
WAYS = (
    ("resource", "run", "h100"),
    TRESPASS,
    ("claim", "claim", "b200"),
    ("template", "claim", "b200"),
    ("resource", "pair", "h100"),
    TRESPASS,
    ("resource", "pair", "a100"),
    ("resource", "mix", "l40"),
    ("claim", "mix", "l40"),
    ("claim", "parts", "mig"),
    TRESPASS,
    ("template", "mix", "l40"),
    TRESPASS,
    ("template", "parts", "mig"),
)
"""What is asked in turn: how, in which namespace, and for a device of which pool."""
WORKERS = 4
_NUMBER = itertools.count()

TRESPASSES = [
    way
    for way in ways()
    if way.reason is not None and not way.is_last and "limited:" not in way.reason
]
"""Ways that are refused whether or not a grant is used up."""


@attrs.define
class Outcome:
    """
    What came of a campaign.

    Attributes:
        urgent: How many accepted pods have the value of the priority class, by namespace's id.
        most: The largest number of devices at one moment, by namespace and pool.
    """

    asked: int = 0
    accepted: Counter[str] = attrs.field(factory=Counter)
    urgent: Counter[str] = attrs.field(factory=Counter)
    over: int = 0
    trespasses: int = 0
    moments: int = 0
    ended: int = 0
    most: Counter[tuple[str, str]] = attrs.field(factory=Counter)
    wrong: list[str] = attrs.field(factory=list)


class Campaign:
    """Rounds of requests; between them pods and claims end, and the quotas are counted."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.chance = random.Random(seed)
        self.outcome = Outcome()
        self.namespaces = {
            f"{name}-{kind}" for name in world.scale.organizations for kind in GRANTS
        }
        self._pool_of = {node.name: node.pool for node in nodes_of(world.scale)}
        self._here: dict[str, dict[str, dict[str, dict]]] = {
            path: defaultdict(dict) for path in (PODS, CLAIMS)
        }
        self._events: Events | None = None
        # A list of every quota of a large cluster takes the API server as long as many pods.
        self._pause = min(1.0, max(0.1, len(world.scale.organizations) / 50))
        self._given: dict[tuple[str, str, str], str] = {}
        self._devices_of: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
        for name, kind in itertools.product(world.scale.organizations, CLASSES):
            one = claim(f"{name}-{kind}", "campaign", exactly(CLASSES[kind]))
            world.root.create(template(one)).accepted()

    def run(self, rounds: int, asks: int) -> Outcome:
        """Run *rounds* of *asks* requests each, and judge every moment of them."""
        with Events(self.world.root) as events, ThreadPoolExecutor(WORKERS) as several:
            self._events = events
            for _ in range(rounds):
                seeds = [self.chance.random() for _ in range(asks)]
                list(several.map(self._ask, seeds, range(asks)))
                until(
                    lambda: not self._unsettled(),
                    lambda: f"every pod is bound, or was tried: {self._unsettled()[:10]}",
                    seconds=600,
                    pause=self._pause,
                )
                self._replay(events)
                self._end()
                self._replay(events)
        return self.outcome

    def _ask(self, seed: float, number: int) -> None:
        chance = random.Random(seed)
        self.outcome.asked += 1
        organization = chance.choice(self.world.scale.organizations)
        how, kind, pool = WAYS[number % len(WAYS)]
        if how == "trespass":
            self._trespass(chance.choice(TRESPASSES), organization)
            return
        name, namespace = f"campaign-{next(_NUMBER)}", f"{organization}-{kind}"
        # In turn, and the first of each: so every namespace has pods of both.
        priority = "" if number // len(WAYS) % 2 else URGENT
        if kind == "pair":
            priority = f"gpu-{pool}.{priority}" if priority else f"gpu-{pool}"
        spec = {"priorityClassName": priority} if priority else {}
        if how == "resource":
            devices = {RESOURCES[kind]: chance.choice((1, 1, 2))}
            wanted = gpu_pod(namespace, name, devices, pool, **spec)
        elif how == "claim":
            own = claim(namespace, name, exactly(CLASSES[kind]))
            if not self._create(own, "claim by hand").get("spec"):
                return
            wanted = with_claims(namespace, name, name, **spec)
        else:
            wanted = with_claims(namespace, name, templates=("campaign",), **spec)
        created = self._create(wanted, f"pod by {how}")
        if created and priority.endswith(URGENT):
            self.outcome.urgent[kind] += created["spec"].get("priority") == 1000

    def _create(self, wanted: dict, what: str) -> dict:
        """Return what was created, or nothing."""
        tenant = self.world.tenant_of(wanted["metadata"]["namespace"])
        answer = tenant.create(wanted)
        for _ in range(5):
            if "please apply your changes to the latest version" not in answer.message:
                break
            answer = tenant.create(wanted)
        if answer.ok:
            self.outcome.accepted[what] += 1
            return answer.body
        if any(over in answer.message for over in OVER):
            self.outcome.over += 1
        else:
            self.outcome.wrong.append(f"{what}: {answer.message}")
        return {}

    def _trespass(self, way: Way, organization: str) -> None:
        self.outcome.trespasses += 1
        _, _, kind = way.manifest["metadata"]["namespace"].partition("-")
        changed = {
            "name": f"trespass-{next(_NUMBER)}",
            "namespace": f"{organization}-{kind}",
        }
        metadata = {**way.manifest["metadata"], **changed}
        tenant = self.world.tenant_of(metadata["namespace"])
        answer = tenant.create({**way.manifest, "metadata": metadata})
        if answer.ok or not way.has_reason(answer.message):
            self.outcome.wrong.append(f"{way.name}: {answer.status} {answer.message}")

    def _present(self, path: str) -> Iterator[dict]:
        assert self._events is not None
        items = self._events.present(path)
        return (item for item in items if item["metadata"]["namespace"] in self.namespaces)

    def _unsettled(self) -> list[str]:
        """Return the pods that are neither bound nor found to have no node, or no claim."""
        waiting = [
            found
            for found in self._present(PODS)
            if not found["spec"].get("nodeName")
            and not any(c["status"] == "False" for c in found["status"].get("conditions", ()))
        ]
        used = self._used()
        return [
            f"{namespace}/{found['metadata']['name']}: {used.get(namespace)} used"
            for found in waiting
            for namespace in (found["metadata"]["namespace"],)
            for kind in (namespace.partition("-")[2],)
            if not _has_no_claim(found)
            or used[namespace] < sum(GRANTS[kind].values()) * self.world.scale.times
        ]

    def _quotas(self) -> list[dict]:
        path, named = "/api/v1/resourcequotas", "metadata.name=gpus"
        answer = self.world.root.request("GET", path, fieldSelector=named)
        return answer.accepted().body["items"]

    def _used(self) -> dict[str, int]:
        """Return the devices that the quota `gpus` of each namespace counts."""
        return {
            namespace: int(quota["status"]["used"][KEYS[kind]])
            for quota in self._quotas()
            for namespace in (quota["metadata"]["namespace"],)
            for kind in (namespace.partition("-")[2],)
            if namespace in self.namespaces and kind in KEYS
        }

    def _end(self) -> None:
        """End pods and the claims that people made for them, and wait until that is counted."""
        ended = [
            {"apiVersion": "v1", "kind": "Pod", **found}
            for found in self._present(PODS)
            if "nodeName" not in found["spec"] or self.chance.random() < 0.6
        ]
        self.outcome.ended += len(ended)
        with ThreadPoolExecutor(WORKERS) as several:
            list(several.map(self._end_pod, ended))
        assert self._events is not None
        self._events.catch_up()
        until(
            self._claims_of_ended_are_gone,
            "claims of ended pods are gone",
            seconds=300,
            pause=self._pause,
        )
        until(
            lambda: not self._miscounted(),
            lambda: f"the quotas count what is left: {self._miscounted()}",
            seconds=300,
            pause=self._pause,
        )

    def _end_pod(self, pod: dict) -> None:
        self.world.root.delete(pod, gracePeriodSeconds="0").accepted()

    def _claims_of_ended_are_gone(self) -> bool:
        names = {
            (f["metadata"]["namespace"], f["metadata"]["name"]) for f in self._present(PODS)
        }
        left = []
        for found in self._present(CLAIMS):
            metadata = found["metadata"]
            [owner] = metadata.get("ownerReferences", [metadata])
            if (metadata["namespace"], owner["name"]) not in names:
                left.append(found)
        for found in left:
            if "ownerReferences" not in found["metadata"]:
                kind = {"apiVersion": "resource.k8s.io/v1", "kind": "ResourceClaim"}
                self.world.root.delete({**kind, **found})
        return not left

    def _miscounted(self) -> list[str]:
        """Return the namespaces whose quota counts other devices than there are."""
        here: dict[str, dict[str, list[dict]]] = defaultdict(lambda: {PODS: [], CLAIMS: []})
        for path in (PODS, CLAIMS):
            for found in self._present(path):
                here[found["metadata"]["namespace"]][path].append(found)
        return [
            f"{name}: {count} instead of {devices}"
            for name, count in self._used().items()
            for devices in (devices_of(here[name][CLAIMS], here[name][PODS]).total(),)
            if count != devices
        ]

    def _replay(self, events: Events) -> None:
        """Judge each moment since the last time, in the order of the cluster's revisions."""
        for path, event in events.since_last():
            found = event["object"]
            namespace, uid = found["metadata"]["namespace"], found["metadata"]["uid"]
            if namespace not in self.namespaces:
                continue
            here = self._here[path][namespace]
            if event["type"] == "DELETED":
                here.pop(uid, None)
            else:
                here[uid] = found
            self.outcome.moments += 1
            self._judge(namespace)
            if path == CLAIMS:
                self._judge_devices(found, is_deleted=event["type"] == "DELETED")

    def _judge(self, namespace: str) -> None:
        here = {path: there[namespace].values() for path, there in self._here.items()}
        granted = GRANTS[namespace.partition("-")[2]]
        by_pool: Counter[str] = Counter()
        for node, count in devices_of(here[CLAIMS], here[PODS]).items():
            by_pool[self._pool_of[node]] += count
        for pool, count in by_pool.items():
            key, most = (namespace, pool), granted.get(pool, 0) * self.world.scale.times
            self.outcome.most[key] = max(self.outcome.most[key], count)
            if count > most:
                self.outcome.wrong.append(f"{namespace} has {count} of {most} of {pool}")

    def _judge_devices(self, found: Mapping, *, is_deleted: bool) -> None:
        """Judge that no device of *found* is another claim's."""
        uid = found["metadata"]["uid"]
        for device in self._devices_of.pop(uid, ()):
            self._given.pop(device, None)
        for result in () if is_deleted else allocated(found):
            device = (result["driver"], result["pool"], result["device"])
            if device in self._given:
                self.outcome.wrong.append(f"{device} is given to two claims")
            self._given[device] = uid
            self._devices_of[uid].append(device)


def _has_no_claim(pod: Mapping) -> bool:
    """Return whether *pod* names a template, of which no claim was made."""
    named = pod["spec"].get("resourceClaims", ())
    made = pod["status"].get("resourceClaimStatuses", ())
    return any("resourceClaimTemplateName" in entry for entry in named) and not made
