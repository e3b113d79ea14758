"""Attacks by DRA claims: device classes that a namespace is not granted."""

from collections.abc import Iterator, Mapping

from tests.cluster.api import MERGE_PATCH
from tests.cluster.security import objects as make
from tests.cluster.security.attacks.writing import Attack, creations, guarded, patch, post
from tests.cluster.security.contents import (
    CLOSED_CLASS,
    EDGE,
    EDGE_CLASS,
    SERVED_CLASS,
    UNCOUNTED_CLASS,
)
from tests.cluster.security.objects import LAB, TRAIN, WEB, Object

GRANTED, OTHER = "gpu.nvidia.com", "other.example.com"
MARK = "resource.kubernetes.io/extended-resource-claim"


def counted_devices() -> Iterator[Attack]:
    """Yield claims of too many devices, and those that would not be counted."""
    policy = "tenancy-device-classes"
    most = guarded(policy, "may request at most 4 devices of gpu.nvidia.com")
    for what, bad in {
        "more than a claim may have": _claim(_exactly("one", GRANTED, 5)),
        "more in two requests": _claim(
            _exactly("one", GRANTED, 2), _exactly("two", GRANTED, 3)
        ),
        "more as an alternative": _claim(_first("one", GRANTED, count=5)),
    }.items():
        for kind, found, good in (
            ("claim", bad, make.device_claim(LAB)),
            ("template", _template(bad), _template(make.device_claim(LAB))),
        ):
            yield Attack(
                rule=f"device-classes: {what} in a {kind}",
                path="create",
                person="rival",
                request=post(found),
                reasons=most,
                control=post(good),
            )
    admin = make.device_claim(EDGE, of=EDGE_CLASS)
    admin["spec"]["devices"]["requests"][0]["exactly"]["adminAccess"] = True
    yield Attack(
        rule="device-classes: admin access where the API server allows it",
        path="create",
        person="admin",
        request=post(admin),
        reasons=guarded(policy, "a claim may not have adminAccess"),
        control=post(make.device_claim(EDGE, of=EDGE_CLASS)),
    )
    reason = guarded(policy, "may be set by the scheduler only")
    mark = {"metadata": {"annotations": {MARK: "true"}}}
    harmless = {"metadata": {"annotations": {"example.com/a": "true"}}}
    marked = {**make.device_claim(LAB)}
    marked["metadata"] = {**marked["metadata"], **mark["metadata"]}
    giving = make.device_claim_template(LAB)
    giving["spec"] = {**giving["spec"], **mark}
    for what, path, attack, control in (
        ("the scheduler's mark", "create", post(marked), post(make.device_claim(LAB))),
        (
            "the scheduler's mark from a template",
            "create",
            post(giving),
            post(make.device_claim_template(LAB)),
        ),
        *(
            (
                "the scheduler's mark later",
                "merge patch",
                patch(held, mark, MERGE_PATCH),
                patch(held, harmless, MERGE_PATCH),
            )
            for held in (
                make.device_claim(LAB, "seed"),
                make.device_claim_template(LAB, "seed"),
            )
        ),
    ):
        yield Attack(
            rule=f"device-classes: {what}",
            path=path,
            person="rival",
            request=attack,
            reasons=reason,
            control=control,
        )
    for path, attack, control in creations(
        make.device_claim(EDGE, of=UNCOUNTED_CLASS), make.device_claim(EDGE, of=EDGE_CLASS)
    ):
        yield Attack(
            rule="counted-claims: of a class that does not count under the resource",
            path=path,
            person="admin",
            request=attack,
            reasons=guarded(
                "tenancy-counted-claims", f"claims of the device class {UNCOUNTED_CLASS}"
            ),
            control=control,
        )
    template = _template(make.device_claim(EDGE, of=UNCOUNTED_CLASS))
    yield Attack(
        rule="counted-claims: a template of such claims",
        path="create",
        person="admin",
        request=post(template),
        reasons=guarded(
            "tenancy-counted-claims", f"claims of the device class {UNCOUNTED_CLASS}"
        ),
        control=post(_template(make.device_claim(EDGE, of=EDGE_CLASS))),
    )
    for what, bad, good, reason in (
        (
            "claims of more than a pod may have",
            make.pod(LAB, resourceClaims=[_named("a"), _named("b")]),
            make.pod(LAB, resourceClaims=[_named("a")]),
            "may have at most 4 devices of gpu.nvidia.com",
        ),
    ):
        yield Attack(
            rule=f"gpus-per-pod: {what}",
            path="create",
            person="rival",
            request=post(bad),
            reasons=guarded("tenancy-gpus-per-pod", reason),
            control=post(good),
        )


def _named(name: str) -> Object:
    return {"name": name, "resourceClaimName": name}


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


def _exactly(name: str, device_class: str, count: int = 1) -> Object:
    return {"name": name, "exactly": {"deviceClassName": device_class, "count": count}}


def _first(name: str, *device_classes: str, count: int = 1) -> Object:
    return {
        "name": name,
        "firstAvailable": [
            {"name": f"sub-{number}", "deviceClassName": one, "count": count}
            for number, one in enumerate(device_classes)
        ],
    }


def _template(claim: Object) -> Object:
    found = make.device_claim_template(claim["metadata"]["namespace"])
    found["spec"] = {"spec": claim["spec"]}
    return found
