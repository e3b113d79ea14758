"""Attacks by DRA claims: device classes that a namespace is not granted."""

from collections.abc import Iterator, Mapping

from tests.cluster.security import objects as make
from tests.cluster.security.attacks.writing import Attack, creations, guarded, post
from tests.cluster.security.objects import LAB, TRAIN, WEB, Object
from tests.cluster.security.world import CLOSED_CLASS, EDGE, EDGE_CLASS, SERVED_CLASS

GRANTED, OTHER = "gpu.nvidia.com", "other.example.com"


def device_classes() -> Iterator[Attack]:
    """Yield claims and templates by members, and claims as the scheduler makes them."""
    exactly = {"exactly": {"deviceClassName": OTHER, "count": 1}}
    for what, bad in {
        "one device": _claim({"name": "one", **exactly}),
        "all devices": _claim(
            {
                "name": "one",
                "exactly": {"deviceClassName": OTHER, "allocationMode": "All"},
            }
        ),
        "beside one that is granted": _claim(_exactly("one", GRANTED), _exactly("two", OTHER)),
        "an alternative": _claim(_first("one", OTHER)),
        "the second alternative": _claim(_first("one", GRANTED, OTHER)),
    }.items():
        for kind, found, good in (
            ("claim", bad, make.device_claim(LAB)),
            ("template", _template(bad), _template(make.device_claim(LAB))),
        ):
            for path, attack, control in creations(found, good):
                yield Attack(
                    rule=f"device-classes: {what} in a {kind}",
                    path=path,
                    person="rival",
                    request=attack,
                    reasons=guarded(
                        "tenancy-device-classes",
                        f"a claim of this namespace may name the device classes [{GRANTED}]",
                    ),
                    control=control,
                )
    for path, attack, control in creations(make.device_claim(WEB), make.device_claim(LAB)):
        yield Attack(
            rule="device-classes: one that another namespace is granted",
            path=path,
            person="developer",
            request=attack,
            reasons=guarded(
                "tenancy-device-classes",
                "a claim of this namespace may name the device classes [] only",
            ),
            control=control,
            controller="rival",
        )
    served = make.device_claim(TRAIN, of=SERVED_CLASS)
    for what, bad in {
        "one device": make.device_claim(TRAIN, of=CLOSED_CLASS),
        "beside one that is granted": _claim(
            _exactly("one", SERVED_CLASS), _exactly("two", CLOSED_CLASS), namespace=TRAIN
        ),
        "an alternative": _claim(_first("one", SERVED_CLASS, CLOSED_CLASS), namespace=TRAIN),
    }.items():
        yield Attack(
            rule=f"scheduler-claims: {what}",
            path="create",
            person="scheduler",
            request=post(bad),
            reasons=guarded(
                "tenancy-scheduler-claims",
                f"the device class {CLOSED_CLASS} is not of a GPU node pool",
            ),
            control=post(served),
        )
    yield Attack(
        rule="scheduler-claims: beside a class that is granted by name",
        path="create",
        person="scheduler",
        request=post(
            _claim(_exactly("one", EDGE_CLASS), _exactly("two", CLOSED_CLASS), namespace=EDGE)
        ),
        reasons=guarded("tenancy-scheduler-claims", f"the device class {CLOSED_CLASS} is not"),
        control=post(make.device_claim(EDGE, of=EDGE_CLASS)),
    )
    yield Attack(
        rule="scheduler-claims: a resource that another namespace is granted",
        path="create",
        person="scheduler",
        request=post(make.device_claim(WEB, of=SERVED_CLASS)),
        reasons=guarded(
            "tenancy-scheduler-claims", f"the device class {SERVED_CLASS} is not of"
        ),
        control=post(served),
    )


def _claim(*requests: Mapping, namespace: str = LAB) -> Object:
    found = make.device_claim(namespace)
    found["spec"]["devices"]["requests"] = list(requests)
    return found


def _exactly(name: str, device_class: str) -> Object:
    return {"name": name, "exactly": {"deviceClassName": device_class, "count": 1}}


def _first(name: str, *device_classes: str) -> Object:
    return {
        "name": name,
        "firstAvailable": [
            {"name": f"sub-{number}", "deviceClassName": one, "count": 1}
            for number, one in enumerate(device_classes)
        ],
    }


def _template(claim: Object) -> Object:
    found = make.device_claim_template(claim["metadata"]["namespace"])
    found["spec"] = {"spec": claim["spec"]}
    return found
