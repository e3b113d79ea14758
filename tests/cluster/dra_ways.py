"""Ways around the count of devices, each with the reason of its refusal."""

import itertools
from collections.abc import Iterator, Mapping

import attrs

from tests.cluster.dra_world import (
    CLAIM,
    CLAIM_GRANT,
    CLAIMED,
    GRANT,
    GRANTED,
    IMPLICIT,
    IMPLICIT_PREFIX,
    MIX,
    MIX_GRANT,
    MIXED,
    MIXED_RESOURCE,
    OTHER,
    OTHER_RESOURCE,
    PART,
    PARTS,
    PLAIN,
    RUN,
    TWIN,
    WHOLE,
    claim,
    exactly,
    gpu_pod,
    template,
    with_claims,
)
from tests.cluster.gpu_campaign import GPU

MARK = {"resource.kubernetes.io/extended-resource-claim": "true"}
_NUMBER = itertools.count()


@attrs.frozen
class Way:
    """
    One way, tried in a namespace whose grant is used up.

    Attributes:
        reason: What the refusal has to contain. None: it is accepted, and waits.
        is_last: Whether the refusal has to end with it: the last limit of a quota's answer.
    """

    name: str
    manifest: Mapping
    reason: str | None
    is_last: bool = False

    def has_reason(self, message: str) -> bool:
        """Return whether *message* is the refusal of this way."""
        wanted = self.reason or ""
        return message.endswith(wanted) if self.is_last else wanted in message


def ways() -> Iterator[Way]:
    """Yield every way."""
    yield from _claims()
    yield from _requests()
    yield from _pods_with_claims()
    yield from _mixed()


def _probe(kind: str = "way") -> str:
    return f"{kind}-{next(_NUMBER)}"


def _claims() -> Iterator[Way]:
    classes = "may name the device classes"
    most = f"may request at most 1 devices of {CLAIMED}"
    listed = [{"name": "a", "deviceClassName": CLAIMED, "count": 1}]
    whole = {"deviceClassName": CLAIMED, "allocationMode": "All"}
    bad: dict[str, tuple[tuple[Mapping, ...], str]] = {
        "another class of the same devices": ((exactly(TWIN),), classes),
        "a class of another pool": ((exactly(MIXED),), classes),
        "a class that a resource of another pool has": ((exactly(GRANTED),), classes),
        "a class with a resource of its own": ((exactly(OTHER),), classes),
        "a class without a resource": ((exactly(IMPLICIT),), classes),
        "a class that does not exist yet": ((exactly("later.example.com"),), classes),
        "two devices": ((exactly(CLAIMED, 2),), most),
        "two requests": ((exactly(CLAIMED), exactly(CLAIMED)), most),
        "all devices": (({"exactly": whole},), most),
        "two devices as an alternative": (
            ({"firstAvailable": [*listed, {**listed[0], "name": "b", "count": 2}]},),
            most,
        ),
        "all devices as an alternative": (
            ({"firstAvailable": [{"name": "b", **whole}, *listed]},),
            most,
        ),
        "another class as an alternative": (
            (
                {
                    "firstAvailable": [
                        *listed,
                        {**listed[0], "name": "b", "deviceClassName": TWIN},
                    ]
                },
            ),
            classes,
        ),
        "another class beside it": ((exactly(CLAIMED), exactly(TWIN)), classes),
    }
    for what, (requests, reason) in bad.items():
        made = claim(CLAIM, _probe(), *requests)
        yield Way(f"a claim of {what}", made, reason)
        yield Way(f"a template of {what}", template(made), reason)
    for what, name in {"the whole GPU": WHOLE, "a device of another pool": CLAIMED}.items():
        whole = claim(PARTS, _probe(), exactly(name))
        yield Way(f"{what} beside parts of GPUs", whole, classes)
        yield Way(f"a template of {what} beside parts of GPUs", template(whole), classes)
    yield Way(
        "the implicit resource of parts",
        gpu_pod(PARTS, _probe(), {IMPLICIT_PREFIX + PART: 1}),
        "may request only resources that are granted",
    )
    quota = f"limited: {CLAIMED}.deviceclass.resource.k8s.io/devices={CLAIM_GRANT}"
    yield Way("one claim more", claim(CLAIM, _probe(), exactly(CLAIMED)), quota)
    yield Way(
        "one claim more as an alternative",
        claim(CLAIM, _probe(), {"firstAvailable": listed}),
        quota,
    )
    yield Way(
        "a claim with admin access",
        claim(CLAIM, _probe(), exactly(CLAIMED, adminAccess=True)),
        "admin",
    )


def _requests() -> Iterator[Way]:
    unknown = "may request only resources that are granted"
    for what, resource in {
        "the implicit resource of the granted class": IMPLICIT_PREFIX + CLAIMED,
        "the implicit resource of another class of the devices": IMPLICIT_PREFIX + TWIN,
        "the implicit resource of a class without a resource": IMPLICIT_PREFIX + IMPLICIT,
        "another class's resource": OTHER_RESOURCE,
        "another vendor's GPU": "amd.com/gpu",
        "a MIG profile that no pool has": "nvidia.com/mig-1g.10gb",
        "a share that no pool has": "nvidia.com/gpu.shared",
        "a vendor that nobody knows": "chips.example.com/xpu.gpu",
        "memory of a GPU": "nvidia.com/gpumem",
    }.items():
        yield Way(f"a pod of {what}", gpu_pod(CLAIM, _probe(), {resource: 1}), unknown)
    implicit = IMPLICIT_PREFIX + CLAIMED
    for kind, keys in {
        "an init container": {},
        "a sidecar": {"restartPolicy": "Always"},
    }.items():
        hidden = gpu_pod(CLAIM, _probe())
        first = {**hidden["spec"]["containers"][0], "name": "first", **keys}
        amounts = {k: {**v, implicit: "1"} for k, v in first["resources"].items()}
        hidden["spec"]["initContainers"] = [{**first, "resources": amounts}]
        yield Way(f"the implicit resource in {kind}", hidden, unknown)
    for namespace in (CLAIM, PLAIN):
        for resource in (GPU, MIXED_RESOURCE):
            yield Way(
                f"a pod of {resource} that {namespace} is not granted",
                gpu_pod(namespace, _probe(), {resource: 1}),
                unknown,
            )
    yield Way(
        "a pod of one device more, of a resource that DRA serves",
        gpu_pod(RUN, _probe(), {GPU: 1}),
        f"limited: requests.{GPU}={GRANT}",
    )
    yield Way(
        "a claim of the class that serves the resource",
        claim(RUN, _probe(), exactly(GRANTED)),
        "may name the device classes",
    )


def _pods_with_claims() -> Iterator[Way]:
    yield Way(
        "a pod of three claims",
        with_claims(CLAIM, _probe(), "a", "b", "c"),
        "may have at most 2 devices",
    )
    yield Way(
        "a pod of a claim and two templates",
        with_claims(CLAIM, _probe(), "a", templates=("fitting", "fitting")),
        "may have at most 2 devices",
    )
    fitting = claim(CLAIM, "fitting", exactly(CLAIMED))
    yield Way("a template that fits", template(fitting), None)
    yield Way("a pod of a template", with_claims(CLAIM, "waits", templates=("fitting",)), None)
    yield Way(
        "a pod of two templates",
        with_claims(CLAIM, "waits-2", templates=("fitting", "fitting")),
        None,
    )
    yield Way(
        "a pod of a claim that is not there", with_claims(CLAIM, "waits-3", "later"), None
    )


def _mixed() -> Iterator[Way]:
    limited = f"limited: requests.{MIXED_RESOURCE}={MIX_GRANT}"
    yield Way(
        "one pod more beside a claim", gpu_pod(MIX, _probe(), {MIXED_RESOURCE: 1}), limited
    )
    # Where the pod has a device of DRA, the count of claims is exceeded too, and named first.
    yield Way(
        "one claim more beside a pod",
        claim(MIX, _probe(), exactly(MIXED)),
        f"requests.{MIXED_RESOURCE}={MIX_GRANT}",
        is_last=True,
    )
    yield Way(
        "the implicit resource beside both",
        gpu_pod(MIX, _probe(), {IMPLICIT_PREFIX + MIXED: 1}),
        "may request only resources that are granted",
    )
    yield Way(
        "a pod of devices and a claim",
        with_claims(MIX, _probe(), "a", devices={MIXED_RESOURCE: 2}),
        "may have at most 2 devices",
    )
    marked = claim(MIX, _probe(), exactly(MIXED), annotations=MARK)
    marked["metadata"]["ownerReferences"] = [
        {"apiVersion": "v1", "kind": "Pod", "name": "first", "uid": "0", "controller": True}
    ]
    yield Way("a claim that a pod was charged for", marked, "may be set by the scheduler only")
    yield Way(
        "a template of such claims",
        template(claim(MIX, _probe(), exactly(MIXED)), MARK),
        "may be set by the scheduler only",
    )
    yield Way(
        "a claim with the mark off",
        claim(MIX, _probe(), exactly(MIXED), annotations=dict.fromkeys(MARK, "false")),
        "may be set by the scheduler only",
    )
    yield Way("a template beside both", template(claim(MIX, "fits", exactly(MIXED))), None)
    yield Way("a pod of that template", with_claims(MIX, "waits", templates=("fits",)), None)
