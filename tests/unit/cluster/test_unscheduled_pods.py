"""Which pods wait for a node, and why: from their conditions, claims and events."""

from collections.abc import Mapping

import pytest

from tenancy.cluster import Connection, waiting_pods
from tenancy.cluster.transport import Request

CLASS = "b200.example.com.deviceclass.resource.k8s.io/devices"
IMPLICIT = "requests.deviceclass.resource.kubernetes.io/b200.example.com"
FORBIDDEN = (
    'create resourceclaim: resourceclaims.resource.k8s.io "waiting-one-x7k2p" is forbidden: '
)
OVER = (
    f"{FORBIDDEN}exceeded quota: gpus, requested: {CLASS}=1, used: {CLASS}=4,"
    f" limited: {CLASS}=4"
)
MISSING = 'resource claim template "one": resourceclaimtemplate.resource.k8s.io "one" not found'
LISTS = {
    "pods": "spec.nodeName=,status.phase=Pending",
    "events": "involvedObject.kind=Pod,reason=FailedResourceClaimCreation",
    "resourceclaims": None,
}


class Answering(Connection):
    """A cluster with these objects by plural; it filters no list."""

    there: Mapping[str, list[dict]]
    asked: list[str]

    def request(self, request: Request) -> Mapping[str, object]:
        plural = request.path.rpartition("/")[2]
        assert request.query.get("fieldSelector") == LISTS[plural]
        self.asked.append(plural)
        return {"items": self.there.get(plural, []), "metadata": {}}


def a_cluster(**there: list[dict]) -> Answering:
    found = Answering(cluster="c", api=None, uid="u")
    object.__setattr__(found, "there", there)
    object.__setattr__(found, "asked", [])
    return found


def a_pod(name: str = "waiting", namespace: str = "acme-train", **parts: dict) -> dict:
    return {
        "metadata": {"name": name, "namespace": namespace},
        "spec": parts.get("spec", {}),
        "status": parts.get("status", {}),
    }


def of_template(name: str = "waiting", template: str = "one", made: bool = False) -> dict:
    claims = [{"name": "gpu", "resourceClaimTemplateName": template}]
    status = {"resourceClaimStatuses": [{"name": "gpu", "resourceClaimName": "x"}]}
    return a_pod(name, spec={"resourceClaims": claims}, status=status if made else {})


def unscheduled(message: str) -> dict:
    condition = {"type": "PodScheduled", "status": "False", "message": message}
    return {"conditions": [{"type": "Initialized", "status": "False"}, condition]}


def an_event(message: str, pod: str = "waiting", when: str = "2026-01-01T00:00:00Z") -> dict:
    return {
        "involvedObject": {"kind": "Pod", "namespace": "acme-train", "name": pod},
        "lastTimestamp": when,
        "message": f"PodResourceClaim gpu: {message}",
    }


def why(cluster: Answering) -> str:
    [found] = waiting_pods(cluster, {"acme-train"})
    assert ("waiting",) == found.pods
    return found.why


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        pytest.param(
            OVER,
            "the quota gpus refused its claim of the template one: 4 of 4 devices of"
            " b200.example.com are used, and it requests 1 device",
            id="quota of a device class",
        ),
        pytest.param(
            f"{FORBIDDEN}exceeded quota: gpus, requested: {CLASS}=2,requests.example.com/l40=2,"
            f" used: {CLASS}=3,requests.example.com/l40=3,"
            f" limited: {CLASS}=4,requests.example.com/l40=4",
            "the quota gpus refused its claim of the template one: 3 of 4 devices of"
            " b200.example.com are used, and it requests 2 devices; 3 of 4"
            " requests.example.com/l40 are used, and it requests 2",
            id="two keys",
        ),
        pytest.param(
            f"{FORBIDDEN}exceeded quota: gpus, requested: {CLASS}=1,{IMPLICIT}=1,"
            f" used: {CLASS}=4,{IMPLICIT}=4, limited: {CLASS}=4,{IMPLICIT}=4",
            "the quota gpus refused its claim of the template one: 4 of 4 devices of"
            " b200.example.com are used, and it requests 1 device",
            id="the implicit resource repeats the class",
        ),
        pytest.param(
            f"{FORBIDDEN}exceeded quota: gpus, requested: {IMPLICIT}=1, used: {IMPLICIT}=4,"
            f" limited: {IMPLICIT}=4",
            "the quota gpus refused its claim of the template one: 4 of 4"
            f" {IMPLICIT} are used, and it requests 1",
            id="the implicit resource alone",
        ),
        pytest.param(
            f"{FORBIDDEN}ValidatingAdmissionPolicy 'tenancy-device-classes' with binding"
            " 'tenancy-device-classes' denied request: claims in acme-train may name the device"
            " classes b200.example.com",
            "its claim of the template one was refused: claims in acme-train may name the"
            " device classes b200.example.com",
            id="policy",
        ),
        pytest.param(
            MISSING,
            f"its claim of the template one was not created: {MISSING}",
            id="no template",
        ),
    ],
)
def test_a_claim_that_is_refused_is_named_with_its_reason(message, reason):
    assert reason == why(a_cluster(pods=[of_template()], events=[an_event(message)]))


def test_the_last_event_counts():
    older = an_event(FORBIDDEN + "older", when="2026-01-01T00:00:00Z")
    newer = an_event(OVER, when="2026-01-01T00:10:00Z")
    foreign = an_event(FORBIDDEN + "foreign", pod="other", when="2026-01-01T00:20:00Z")

    for events in ([older, newer, foreign], [foreign, newer, older]):
        assert why(a_cluster(pods=[of_template()], events=events)).startswith("the quota gpus")


def test_an_event_that_stands_for_similar_ones_has_the_reason_too():
    event = an_event(OVER)
    event["message"] = f"(combined from similar events): {event['message']}"

    assert why(a_cluster(pods=[of_template()], events=[event])).startswith("the quota gpus")


def test_a_claim_without_an_event_is_not_guessed():
    assert "its claim of the template one is not created yet, and no event has a reason" == why(
        a_cluster(pods=[of_template()])
    )


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        pytest.param([], "the ResourceClaim mine does not exist", id="missing"),
        pytest.param(
            [{"deletionTimestamp": "2026-01-01T00:00:00Z"}],
            "the ResourceClaim mine is being deleted",
            id="deleted",
        ),
        pytest.param([{}], "no node fits: resourceclaim in use", id="there"),
        pytest.param(
            [{"namespace": "globex-lab"}],
            "the ResourceClaim mine does not exist",
            id="of another namespace",
        ),
    ],
)
def test_a_claim_that_is_named_has_to_be_there(claims, reason):
    named = [{"name": "gpu", "resourceClaimName": "mine"}]
    pod = a_pod(spec={"resourceClaims": named}, status=unscheduled("resourceclaim in use"))
    there = [{"metadata": {"name": "mine", "namespace": "acme-train", **own}} for own in claims]

    assert reason == why(a_cluster(pods=[pod], resourceclaims=there))


@pytest.mark.parametrize(
    ("pod", "reason"),
    [
        pytest.param(
            a_pod(
                status=unscheduled(
                    "0/4 nodes are available: 1 Insufficient nvidia.com/gpu. no new claims to"
                    " deallocate, preemption: 0/4 nodes are available: 4 No preemption victims."
                )
            ),
            "no node fits: 0/4 nodes are available: 1 Insufficient nvidia.com/gpu.",
            id="no node",
        ),
        pytest.param(
            a_pod(
                spec={"schedulingGates": [{"name": "a.example/b"}]},
                status=unscheduled("Scheduling is blocked due to non-empty scheduling gates"),
            ),
            "it has the scheduling gate a.example/b",
            id="gate",
        ),
        pytest.param(a_pod(), "the scheduler has not tried it yet", id="new"),
        pytest.param(
            of_template(made=True), "the scheduler has not tried it yet", id="claim is made"
        ),
    ],
)
def test_another_reason_is_the_schedulers(pod, reason):
    cluster = a_cluster(pods=[pod])

    assert reason == why(cluster)
    assert ["pods"] == cluster.asked


def test_pods_with_one_reason_are_together_and_other_namespaces_are_left_out():
    foreign = a_pod("theirs", "globex-lab")
    pods = [of_template("b"), foreign, of_template("a"), a_pod("c")]
    events = [an_event(OVER, pod=name) for name in "ab"]

    found = waiting_pods(a_cluster(pods=pods, events=events), {"acme-train"})

    assert [("a", "b"), ("c",)] == [one.pods for one in sorted(found, key=lambda w: w.pods)]
    assert {"acme-train"} == {one.namespace for one in found}
