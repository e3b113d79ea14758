"""The package's own provider, asked as the engine asks it, without an engine."""

import asyncio
import json

import pytest
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.provider.experimental.provider import (
    CheckRequest,
    CreateRequest,
    DiffRequest,
    GetSchemaRequest,
    PropertyDiffKind,
    UpdateRequest,
)
from pulumi.runtime import rpc
from tenancy_components.provider import TenancyProvider, package_schema
from tenancy_components.provider.log import EngineLog
from tenancy_components.provider.values import known, properties, secret_as, unknown_keys

from tenancy.aws.node_group import NodeGroup
from tenancy.diagnostics.errors import TenancyError

URN = "urn:pulumi:test::p::test:index:Pool$tenancy:aws:NodeGroup::h100"
GROUP = {
    "clusterName": "main",
    "nodegroupName": "gpu-h100",
    "region": "eu-central-1",
    "nodeRole": "arn:aws:iam::123456789012:role/nodes",
    "subnets": ["subnet-1"],
    "scalingConfig": {"minSize": 0, "maxSize": 4},
    "instanceTypes": ["p5.48xlarge"],
    "amiType": "AL2023_x86_64_NVIDIA",
    "labels": {"a.example/b": "c"},
    "taints": [{"key": "k", "value": "v", "effect": "NoSchedule"}],
}
TAINTS_URN = "urn:pulumi:test::p::tenancy:kubernetes:NodeTaints::gpu-0"
NODE = {
    "node": "gpu-0",
    "taints": [{"key": "k", "value": "v", "effect": "NoSchedule"}],
    "kubeconfig": "/kubeconfig",
}
STATE = {"arn": "arn:aws:eks:eu-central-1:123456789012:nodegroup/main/gpu-h100/1"}


class Heard(EngineLog):
    """What the person at the engine reads."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[str] = []

    async def warning(self, message: str, urn: str) -> None:
        self.messages.append(message)


@pytest.fixture
def log() -> Heard:
    return Heard()


@pytest.fixture
def provider(log: Heard) -> TenancyProvider:
    return TenancyProvider(log)


def check(provider, urn=URN, old=None, **inputs):
    request = CheckRequest(urn, properties(old or {}), values(inputs), b"")
    return asyncio.run(provider.check(request))


def values(inputs):
    hidden = {k: PropertyValue(rpc.UNKNOWN) for k, v in inputs.items() if v is ...}
    return properties({k: v for k, v in inputs.items() if v is not ...}) | hidden


def diff(provider, old, new, urn=URN):
    request = DiffRequest(urn, "id", properties(old), values(new), [])
    return asyncio.run(provider.diff(request))


def test_right_inputs_pass(provider):
    answer = check(provider, **GROUP)

    assert [] == answer.failures
    assert GROUP == known(answer.inputs)


def test_wrong_inputs_are_refused_all_at_once_each_at_its_place(provider):
    answer = check(
        provider,
        **GROUP
        | {
            "scalingConfig": {"minSize": 5, "maxSize": 4},
            "amiType": "AL2023_ARM_64_NVIDIA",
        },
    )

    assert [
        (
            "scalingConfig.minSize",
            "minSize 5 over maxSize 4; allowed: 0 to 4; lower minSize or raise maxSize",
        ),
        (
            "amiType",
            "AL2023_ARM_64_NVIDIA for p5.48xlarge, which is x86_64; allowed: an AMI type"
            " for x86_64,"
            " such as AL2023_x86_64_NVIDIA; choose an AMI type of the instance type's"
            " architecture",
        ),
    ] == [(f.property, f.reason) for f in answer.failures]


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        pytest.param({"colour": "red"}, "colour", id="an unknown input"),
        pytest.param({"diskSize": 1.5}, "diskSize", id="half a gibibyte"),
        pytest.param(
            {"taints": [{"key": "k", "effect": "NO_SCHEDULE"}]}, "taints[0].effect", id="effect"
        ),
        pytest.param({"subnets": []}, "subnets", id="no subnet"),
    ],
)
def test_inputs_of_the_wrong_shape_are_refused_at_their_place(provider, changed, place):
    assert [place] == [f.property for f in check(provider, **GROUP | changed).failures]


@pytest.mark.parametrize(
    "key", ["nodeRole", "subnets", "clusterName", "instanceTypes", "labels"]
)
def test_what_is_not_known_yet_is_not_judged_and_all_else_is(provider, key):
    assert [] == check(provider, **GROUP | {key: ...}).failures

    wrong = GROUP | {key: ..., "diskSize": 0}

    assert ["diskSize"] == [f.property for f in check(provider, **wrong).failures]


def test_the_region_is_kept_from_the_first_time_on(provider, monkeypatch):
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    without = {k: v for k, v in GROUP.items() if k != "region"}

    assert "us-east-1" == known(check(provider, **without).inputs)["region"]
    assert "eu-central-1" == known(check(provider, old=GROUP, **without).inputs)["region"]


def test_an_instance_type_that_nobody_knows_is_said_to_be_unchecked(provider, log):
    assert [] == check(provider, **GROUP | {"instanceTypes": ["p9.48xlarge"]}).failures
    assert ["not checked: p9.48xlarge, which the GPU catalog does not contain"] == [
        message.partition(";")[0] for message in log.messages
    ]


def test_the_same_inputs_are_no_change(provider, log):
    answer = diff(provider, GROUP | STATE, GROUP)

    assert (False, [], {}) == (answer.changes, answer.replaces, answer.detailed_diff)
    assert [] == log.messages


def test_a_change_in_place_names_its_path(provider, log):
    answer = diff(provider, GROUP | STATE, GROUP | {"labels": {"a.example/b": "d", "e": "f"}})

    assert {
        'labels["a.example/b"]': PropertyDiffKind.UPDATE,
        "labels.e": PropertyDiffKind.ADD,
    } == {path: one.kind for path, one in answer.detailed_diff.items()}
    assert [] == answer.replaces
    assert [] == log.messages


def test_a_replacement_deletes_first_and_says_why(provider, log):
    answer = diff(provider, GROUP | STATE, GROUP | {"instanceTypes": ["p5en.48xlarge"]})

    assert (["instanceTypes"], True) == (answer.replaces, answer.delete_before_replace)
    assert [
        "node group gpu-h100 of the cluster main will be REPLACED: up to 4 nodes are drained"
        " and deleted, with everything that runs there, before new ones are created\n"
        "  instanceTypes [p5.48xlarge] → [p5en.48xlarge]: EKS cannot change the instance types"
        " of a node group"
    ] == log.messages


def test_a_new_name_is_made_before_the_old_one_goes(provider):
    answer = diff(provider, GROUP | STATE, GROUP | {"nodegroupName": "gpu-b"})

    assert (["nodegroupName"], False) == (answer.replaces, answer.delete_before_replace)


def test_what_is_not_known_yet_may_replace(provider):
    answer = diff(provider, GROUP | STATE, GROUP | {"nodeRole": ...})

    assert ["nodeRole"] == answer.replaces


def test_what_was_given_as_a_secret_stays_one():
    """Whoever makes components must take secrets, so the engine no longer keeps them away."""
    given = {"tags": PropertyValue({"a": PropertyValue("b", is_secret=True)})}
    made = secret_as(properties({"tags": {"a": "b"}, "arn": "arn"}), given)

    assert {"tags": True, "arn": False} == {k: v.is_secret for k, v in made.items()}


def test_a_preview_calls_nobody_and_knows_what_is_known(provider):
    """AWS has no address here: a call would fail."""
    request = CreateRequest(URN, properties(GROUP), 0, preview=True)
    made = asyncio.run(provider.create(request))

    assert GROUP == known(made.properties)
    assert {"arn", "autoScalingGroups"} == unknown_keys(made.properties)

    update = UpdateRequest(
        URN, "id", properties(GROUP | STATE), properties(GROUP), 0, [], preview=True
    )

    assert GROUP | STATE == known(asyncio.run(provider.update(update)).properties)


def test_node_taints_are_checked_and_compared_without_their_order(provider):
    two = [*NODE["taints"], {"key": "l", "effect": "NoExecute"}]

    assert [] == check(provider, TAINTS_URN, **NODE).failures
    assert ["node"] == [
        f.property for f in check(provider, TAINTS_URN, **NODE | {"node": ""}).failures
    ]
    assert not diff(
        provider, NODE | {"taints": two}, NODE | {"taints": two[::-1]}, TAINTS_URN
    ).changes
    assert ["taints"] == diff(provider, NODE, NODE | {"taints": two}, TAINTS_URN).diffs
    assert ["node"] == diff(provider, NODE, NODE | {"node": "gpu-1"}, TAINTS_URN).replaces
    assert not diff(provider, NODE, NODE | {"context": ...}, TAINTS_URN).changes


def test_a_type_that_is_not_ours_is_named(provider):
    with pytest.raises(TenancyError, match="no resource type 'tenancy:aws:Pool'"):
        check(provider, "urn:pulumi:test::p::tenancy:aws:Pool::x")


def test_the_schema_says_what_the_models_say(provider):
    schema = json.loads(asyncio.run(provider.get_schema(GetSchemaRequest(0))).schema)
    assert json.loads(json.dumps(package_schema())) == schema

    group = schema["resources"]["tenancy:aws:NodeGroup"]

    assert {field.alias for field in NodeGroup.model_fields.values()} == set(
        group["inputProperties"]
    )
    assert ["clusterName", "nodeRole", "nodegroupName", "scalingConfig", "subnets"] == group[
        "requiredInputs"
    ]
    assert group["inputProperties"]["subnets"]["willReplaceOnChanges"]
    assert "willReplaceOnChanges" not in group["inputProperties"]["labels"]
    effect = schema["types"]["tenancy:aws:Taint"]["properties"]["effect"]
    assert "#/types/tenancy:aws:TaintEffect" == effect["$ref"]
    assert ["NoSchedule", "PreferNoSchedule", "NoExecute"] == [
        one["value"] for one in schema["types"]["tenancy:aws:TaintEffect"]["enum"]
    ]


def test_every_type_that_the_schema_refers_to_is_in_it():
    text = json.dumps(package_schema())
    referred = {part.split('"')[0] for part in text.split("#/types/")[1:]}

    assert referred == set(package_schema()["types"])
