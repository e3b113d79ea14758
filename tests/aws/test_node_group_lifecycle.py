"""The life of a node group on a moto server."""

import datetime
import threading

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.stub import Stubber

from tenancy.aws import node_group_lifecycle
from tenancy.aws.errors import (
    AwsError,
    AwsFailure,
)
from tenancy.aws.node_group import (
    LaunchTemplate,
    NodeRepairConfig,
    ScalingConfig,
    Taint,
    UpdateConfig,
)
from tenancy.aws.node_group_changes import NodeGroupPlanKind, plan_change
from tenancy.aws.wait_options import WaitOptions
from tests.aws.groups import group

QUICK = WaitOptions(
    timeout=datetime.timedelta(seconds=5), interval=datetime.timedelta(milliseconds=10)
)


def raw(eks, name="gpu-h100"):
    return eks.describe_nodegroup(clusterName="main", nodegroupName=name)["nodegroup"]


def names(eks):
    return eks.list_nodegroups(clusterName="main")["nodegroups"]


def test_a_node_group_is_made_as_it_was_asked_for(eks):
    made = node_group_lifecycle.create(eks, group(), QUICK)

    assert plan_change(made.group, group()).kind is NodeGroupPlanKind.NONE
    assert made.status == "ACTIVE"
    assert made.account == "123456789012"
    assert raw(eks)["taints"] == [
        {"key": "tenancy.dev/gpu-pool", "value": "h100", "effect": "NO_SCHEDULE"}
    ]
    assert raw(eks)["scalingConfig"] == {"minSize": 0, "maxSize": 4, "desiredSize": 0}
    assert raw(eks)["diskSize"] == 200
    assert raw(eks)["tags"] == {"team": "platform"}


@pytest.mark.parametrize(
    ("kubernetes", "eks_spelling"),
    [
        ("NoSchedule", "NO_SCHEDULE"),
        ("PreferNoSchedule", "PREFER_NO_SCHEDULE"),
        ("NoExecute", "NO_EXECUTE"),
    ],
)
def test_each_taint_effect_goes_there_and_back(eks, kubernetes, eks_spelling):
    taint = Taint(key="k", value="v", effect=kubernetes)

    made = node_group_lifecycle.create(eks, group(taints=(taint,)), QUICK)

    assert raw(eks)["taints"][0]["effect"] == eks_spelling
    assert made.group.taints == (taint,)


def test_what_eks_did_not_take_with_the_creation_is_sent_afterwards(eks):
    wanted = group(
        update_config=UpdateConfig(max_unavailable=2, update_strategy="MINIMAL"),
        node_repair_config=NodeRepairConfig(enabled=True),
    )

    made = node_group_lifecycle.create(eks, wanted, QUICK)

    assert made.group.update_config == wanted.update_config
    assert made.group.node_repair_config == wanted.node_repair_config


def test_an_existing_node_group_is_refused_and_stays(eks):
    before = node_group_lifecycle.create(eks, group(labels={"owner": "somebody"}), QUICK)

    with pytest.raises(AwsError, match=r"pulumi import .* main/gpu-h100"):
        node_group_lifecycle.create(eks, group(), QUICK)

    assert node_group_lifecycle.read(eks, "main", "gpu-h100") == before


def test_one_that_appears_between_the_look_and_the_creation_is_refused_and_stays(
    eks, monkeypatch
):
    node_group_lifecycle.create(eks, group(labels={"owner": "somebody"}), QUICK)
    monkeypatch.setattr(node_group_lifecycle, "read", lambda *_: None)

    with pytest.raises(AwsError, match="NodeGroup already exists"):
        node_group_lifecycle.create(eks, group(), QUICK)

    assert raw(eks)["labels"] == {"owner": "somebody"}


def test_a_cluster_that_is_missing_is_named(eks):
    with pytest.raises(AwsError) as refused:
        node_group_lifecycle.create(eks, group(cluster_name="mian"), QUICK)

    assert str(refused.value) == (
        "node group gpu-h100 of the cluster mian:"
        " AWS answered 'No cluster found for name: mian.';"
        " allowed: a cluster that exists in this account and region;"
        " check clusterName, the region and the credentials' account"
    )


def moto_eks():
    """Return moto's module of EKS, which takes seconds to import."""
    from moto.eks import models  # noqa: PLC0415

    return models


def fail(monkeypatch, status="CREATE_FAILED"):
    """Let moto's node groups come to *status*, as EKS' do where there is no capacity."""
    original = moto_eks().Nodegroup.__init__

    def failing(self, **given):
        original(self, **given)
        self.status = status
        self.health = {
            "issues": [
                {
                    "code": "AsgInstanceLaunchFailures",
                    "message": "We currently do not have sufficient p5.48xlarge capacity",
                    "resourceIds": ["eks-asg-1"],
                }
            ]
        }

    monkeypatch.setattr(moto_eks().Nodegroup, "__init__", failing)


@pytest.mark.parametrize("status", ["CREATE_FAILED", "DEGRADED", "CREATING"])
def test_a_failed_creation_leaves_nothing_and_says_why(eks, monkeypatch, status):
    fail(monkeypatch, status)
    hurried = WaitOptions(
        timeout=datetime.timedelta(0), interval=datetime.timedelta(milliseconds=1)
    )

    with pytest.raises(AwsError) as failed:
        node_group_lifecycle.create(eks, group(), hurried)

    assert names(eks) == []
    assert status in str(failed.value)
    assert str(failed.value).endswith(
        "AsgInstanceLaunchFailures: We currently do not have sufficient p5.48xlarge capacity"
        " (eks-asg-1)\n    what was created has been deleted"
    )


def test_a_creation_that_fails_in_its_second_step_leaves_nothing(eks, monkeypatch):
    def refused(**_):
        raise ClientError(
            {
                "Error": {
                    "Code": "AccessDeniedException",
                    "Message": "eks:UpdateNodegroupConfig",
                }
            },
            "UpdateNodegroupConfig",
        )

    monkeypatch.setattr(eks, "update_nodegroup_config", refused)

    with pytest.raises(AwsError, match="give the caller the IAM action"):
        node_group_lifecycle.create(
            eks, group(update_config=UpdateConfig(max_unavailable=1)), QUICK
        )

    assert names(eks) == []


def test_an_interruption_of_a_creation_leaves_nothing(eks, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(node_group_lifecycle, "wait", interrupted)

    with pytest.raises(KeyboardInterrupt):
        node_group_lifecycle.create(eks, group(), QUICK)

    assert names(eks) == []


def test_a_failed_creation_that_cannot_be_cleaned_up_says_how_to(eks, monkeypatch):
    fail(monkeypatch)

    def refused(**_):
        raise EndpointConnectionError(endpoint_url="https://eks")

    monkeypatch.setattr(eks, "delete_nodegroup", refused)

    with pytest.raises(AwsError) as failed:
        node_group_lifecycle.create(eks, group(), QUICK)

    assert failed.value.details[-1].endswith(
        "delete it: aws eks delete-nodegroup --cluster-name main --nodegroup-name gpu-h100"
    )
    assert names(eks) == ["gpu-h100"]


def test_a_wait_ends_when_the_person_ends_it(eks, monkeypatch):
    fail(monkeypatch, "CREATING")
    stop = threading.Event()
    stop.set()

    with pytest.raises(AwsError, match="the wait was interrupted while it was CREATING"):
        node_group_lifecycle.create(eks, group(), WaitOptions(stop=stop))

    assert names(eks) == []


def test_labels_taints_and_range_change_in_place(eks):
    old = group(
        labels={"a": "1", "b": "2"},
        taints=(
            Taint(key="stays", value="x", effect="NoSchedule"),
            Taint(key="changes", value="old", effect="NoSchedule"),
            Taint(key="goes", effect="NoExecute"),
        ),
    )
    new = group(
        labels={"a": "1", "c": "3"},
        taints=(
            Taint(key="stays", value="x", effect="NoSchedule"),
            Taint(key="changes", value="new", effect="NoSchedule"),
            Taint(key="comes", effect="PreferNoSchedule"),
        ),
        scaling_config=ScalingConfig(min_size=0, max_size=6),
    )
    made = node_group_lifecycle.create(eks, old, QUICK)

    changed = node_group_lifecycle.update(eks, old, new, QUICK)

    assert plan_change(changed.group, new).kind is NodeGroupPlanKind.NONE
    assert changed.arn == made.arn


def test_an_update_touches_only_our_own_labels_and_taints(eks):
    old, new = group(labels={"a": "1"}, taints=()), group(labels={"a": "2"}, taints=())
    node_group_lifecycle.create(eks, old, QUICK)
    eks.update_nodegroup_config(
        clusterName="main",
        nodegroupName="gpu-h100",
        labels={"addOrUpdateLabels": {"theirs": "x"}},
        taints={"addOrUpdateTaints": [{"key": "theirs", "effect": "NO_EXECUTE"}]},
    )

    changed = node_group_lifecycle.update(eks, old, new, QUICK)

    assert changed.group.labels == {"a": "2", "theirs": "x"}
    assert [taint.key for taint in changed.group.taints] == ["theirs"]


@pytest.mark.parametrize(
    ("desired", "range_", "after"),
    [
        pytest.param(3, (0, 6), 3, id="inside the new range it stays"),
        pytest.param(3, (0, 2), 2, id="above the new maximum it comes down to it"),
        pytest.param(1, (2, 6), 2, id="below the new minimum it goes up to it"),
    ],
)
def test_the_desired_size_is_the_autoscalers(eks, desired, range_, after):
    old = group()
    new = group(scaling_config=ScalingConfig(min_size=range_[0], max_size=range_[1]))
    node_group_lifecycle.create(eks, old, QUICK)
    eks.update_nodegroup_config(
        clusterName="main", nodegroupName="gpu-h100", scalingConfig={"desiredSize": desired}
    )

    assert (
        plan_change(node_group_lifecycle.read(eks, "main", "gpu-h100").group, old).kind
        is NodeGroupPlanKind.NONE
    )

    assert node_group_lifecycle.update(eks, old, new, QUICK).desired_size == after


def test_two_node_groups_do_not_share_their_range(eks):
    """moto keeps one default for all of them, so the range always has to be sent."""
    node_group_lifecycle.create(eks, group(), QUICK)
    node_group_lifecycle.update(
        eks, group(), group(scaling_config=ScalingConfig(min_size=1, max_size=9)), QUICK
    )

    second = node_group_lifecycle.create(eks, group(nodegroup_name="gpu-second"), QUICK)

    assert second.group.scaling_config.max_size == 4


def test_an_update_of_what_is_gone_says_so(eks):
    with pytest.raises(AwsError, match="it was deleted during the wait"):
        node_group_lifecycle.update(eks, group(), group(labels={}), QUICK)


def test_a_node_group_that_degrades_in_an_update_says_why(eks, monkeypatch):
    node_group_lifecycle.create(eks, group(), QUICK)
    backend_update = eks.update_nodegroup_config

    def degrading(**request):
        answer = backend_update(**request)
        fail_now()
        return answer

    def fail_now():
        for account in moto_eks().eks_backends.values():
            for backend in account.values():
                for cluster in backend.clusters.values():
                    for found in cluster.nodegroups.values():
                        found.status = "DEGRADED"
                        found.health = {
                            "issues": [{"code": "Ec2SubnetNotFound", "message": "no subnet"}]
                        }

    monkeypatch.setattr(eks, "update_nodegroup_config", degrading)

    with pytest.raises(AwsError, match="DEGRADED") as failed:
        node_group_lifecycle.update(eks, group(), group(labels={}), QUICK)

    assert failed.value.failure is AwsFailure.NODE_GROUP_FAILED
    assert failed.value.details == ("Ec2SubnetNotFound: no subnet",)
    assert names(eks) == ["gpu-h100"]


def test_a_degraded_node_group_can_still_be_changed(eks, monkeypatch):
    node_group_lifecycle.create(eks, group(), QUICK)
    region = moto_eks().eks_backends["123456789012"]["eu-central-1"]
    found = region.clusters["main"].nodegroups
    found["gpu-h100"].status = "DEGRADED"
    backend_update = eks.update_nodegroup_config

    def mending(**request):
        found["gpu-h100"].status = "ACTIVE"
        return backend_update(**request)

    monkeypatch.setattr(eks, "update_nodegroup_config", mending)

    assert node_group_lifecycle.update(eks, group(), group(labels={}), QUICK).status == "ACTIVE"


def test_a_deletion_leaves_nothing_and_a_second_one_is_no_mistake(eks):
    node_group_lifecycle.create(eks, group(), QUICK)

    node_group_lifecycle.delete(eks, "main", "gpu-h100", QUICK)
    node_group_lifecycle.delete(eks, "main", "gpu-h100", QUICK)
    node_group_lifecycle.delete(eks, "no-such-cluster", "gpu-h100", QUICK)

    assert names(eks) == []


def test_a_node_group_that_is_not_there_reads_as_none(eks):
    assert node_group_lifecycle.read(eks, "main", "gpu-h100") is None


def answer(**changed):
    return {
        "nodegroup": {
            "clusterName": "main",
            "nodegroupName": "gpu-h100",
            "nodegroupArn": "arn:aws:eks:eu-central-1:123456789012:nodegroup/main/gpu-h100/1",
            "status": "ACTIVE",
            "capacityType": "ON_DEMAND",
            "scalingConfig": {"minSize": 0, "maxSize": 4, "desiredSize": 0},
            "instanceTypes": ["p5.48xlarge"],
            "subnets": ["subnet-1", "subnet-2"],
            "amiType": "AL2023_x86_64_NVIDIA",
            "nodeRole": "arn:aws:iam::123456789012:role/nodes",
            "labels": {"tenancy.dev/gpu-pool": "h100"},
            "taints": [
                {"key": "tenancy.dev/gpu-pool", "value": "h100", "effect": "NO_SCHEDULE"}
            ],
            "diskSize": 200,
            "tags": {"team": "platform"},
            "version": "1.35",
            "health": {"issues": []},
        }
        | changed
    }


ID = {"clusterName": "main", "nodegroupName": "gpu-h100"}
UPDATE = {"update": {"id": "1", "status": "InProgress"}}


def test_a_new_version_is_sent_by_a_call_of_its_own_and_waited_for(eks):
    """moto has no UpdateNodegroupVersion, so EKS' answers are written here."""
    with Stubber(eks) as stub:
        stub.add_response("describe_nodegroup", answer(), ID)
        stub.add_response(
            "update_nodegroup_version",
            UPDATE,
            ID | {"version": "1.36"},
        )
        stub.add_response("describe_nodegroup", answer(status="UPDATING"), ID)
        stub.add_response("describe_nodegroup", answer(version="1.36"), ID)

        changed = node_group_lifecycle.update(
            eks, group(version="1.35"), group(version="1.36"), QUICK
        )

        stub.assert_no_pending_responses()
    assert changed.group.version == "1.36"


def test_another_version_of_the_launch_template_is_sent(eks):
    def templated(version):
        return group(
            disk_size=None,
            instance_types=(),
            launch_template=LaunchTemplate(id="lt-1", version=version),
        )

    with Stubber(eks) as stub:
        stub.add_response(
            "describe_nodegroup",
            answer(launchTemplate={"id": "lt-1", "name": "gpu", "version": "3"}),
            ID,
        )
        stub.add_response(
            "update_nodegroup_version",
            UPDATE,
            ID | {"launchTemplate": {"id": "lt-1", "version": "4"}},
        )
        stub.add_response(
            "describe_nodegroup",
            answer(launchTemplate={"id": "lt-1", "name": "gpu", "version": "4"}),
            ID,
        )

        node_group_lifecycle.update(eks, templated("3"), templated("4"), QUICK)

        stub.assert_no_pending_responses()


def test_tags_are_changed_by_the_node_groups_arn(eks):
    """moto refuses tags of node groups, so EKS' answers are written here."""
    arn = answer()["nodegroup"]["nodegroupArn"]
    with Stubber(eks) as stub:
        stub.add_response("describe_nodegroup", answer(tags={"team": "platform", "x": "y"}), ID)
        stub.add_response(
            "tag_resource", {}, {"resourceArn": arn, "tags": {"cost-center": "cc-1"}}
        )
        stub.add_response("untag_resource", {}, {"resourceArn": arn, "tagKeys": ["team"]})
        stub.add_response("describe_nodegroup", answer(tags={"cost-center": "cc-1"}), ID)

        node_group_lifecycle.update(eks, group(), group(tags={"cost-center": "cc-1"}), QUICK)

        stub.assert_no_pending_responses()


def test_a_lost_answer_to_a_creation_is_said_to_be_unknown(eks, monkeypatch):
    def lost(**_):
        raise EndpointConnectionError(endpoint_url="https://eks")

    monkeypatch.setattr(eks, "create_nodegroup", lost)

    with pytest.raises(AwsError, match="it may exist: check with"):
        node_group_lifecycle.create(eks, group(), QUICK)
