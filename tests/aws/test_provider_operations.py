"""What the engine asks of `tenancy:aws:NodeGroup`, against a moto server, without an engine."""

import asyncio

import pytest
from pulumi.provider.experimental.provider import (
    CreateRequest,
    DeleteRequest,
    ReadRequest,
    UpdateRequest,
)
from tenancy_components.provider import TenancyProvider
from tenancy_components.provider.values import known, properties

from tenancy.aws.errors import AwsError
from tests.aws.groups import group
from tests.aws.test_node_group_lifecycle import fail

URN = "urn:pulumi:test::p::tenancy:aws:NodeGroup::h100"
ID = "main/gpu-h100"
INPUTS = group(region="eu-central-1").model_dump(
    by_alias=True, mode="json", exclude_none=True, exclude_defaults=True
)


@pytest.fixture
def provider(eks) -> TenancyProvider:
    return TenancyProvider()


def create(provider, **changed) -> dict:
    request = CreateRequest(URN, properties(INPUTS | changed), 0, preview=False)
    answer = asyncio.run(provider.create(request))
    assert ID == answer.resource_id
    return known(answer.properties)


def read(provider, state=None, inputs=None, resource_id=ID):
    request = ReadRequest(URN, resource_id, properties(state or {}), properties(inputs or {}))
    answer = asyncio.run(provider.read(request))
    return answer.resource_id, known(answer.properties), known(answer.inputs)


def test_nothing_that_moves_by_itself_is_kept(provider, eks):
    """A state with a size or a status in it would change at every refresh."""
    state = create(provider)

    assert {"arn", "autoScalingGroups"} == set(state) - set(INPUTS)

    eks.update_nodegroup_config(
        clusterName="main", nodegroupName="gpu-h100", scalingConfig={"desiredSize": 2}
    )

    assert (ID, state, INPUTS) == read(provider, state, INPUTS)


def test_an_import_reads_every_input(provider):
    state = create(provider)

    resource_id, properties_, inputs = read(provider)

    assert ID == resource_id
    assert INPUTS == {key: inputs[key] for key in INPUTS}
    assert state["arn"] == properties_["arn"]
    assert "version" not in inputs


def test_an_id_that_is_none_is_refused(provider):
    with pytest.raises(AwsError, match="<cluster>/<node group>"):
        read(provider, resource_id="gpu-h100")


def test_what_is_gone_reads_as_gone_with_the_right_account_alone(provider, eks):
    state = create(provider)
    eks.delete_nodegroup(clusterName="main", nodegroupName="gpu-h100")

    assert ("", {}, {}) == read(provider, state, INPUTS)

    foreign = state | {"arn": state["arn"].replace("123456789012", "999999999999")}
    with pytest.raises(AwsError, match="credentials for the account 123456789012"):
        read(provider, foreign, INPUTS)
    with pytest.raises(AwsError, match="credentials for the account 123456789012"):
        asyncio.run(provider.delete(DeleteRequest(URN, ID, properties(foreign), 0)))
    asyncio.run(provider.delete(DeleteRequest(URN, ID, properties(state), 0)))


def test_an_update_and_a_deletion_reach_eks(provider, eks):
    state = create(provider)
    news = INPUTS | {"labels": {"a": "b"}}

    request = UpdateRequest(URN, ID, properties(state), properties(news), 0, [], preview=False)
    asyncio.run(provider.update(request))

    live = eks.describe_nodegroup(clusterName="main", nodegroupName="gpu-h100")["nodegroup"]
    assert {"a": "b"} == live["labels"]

    asyncio.run(provider.delete(DeleteRequest(URN, ID, properties(state), 0)))
    assert [] == eks.list_nodegroups(clusterName="main")["nodegroups"]


def test_an_interrupted_creation_ends_at_once_and_leaves_nothing(provider, eks, monkeypatch):
    fail(monkeypatch, "CREATING")

    async def interrupted() -> None:
        request = CreateRequest(URN, properties(INPUTS), 0, preview=False)
        making = asyncio.create_task(provider.create(request))
        await asyncio.sleep(1)
        await provider.cancel()
        await making

    with pytest.raises(AwsError, match="the wait was interrupted while it was CREATING"):
        asyncio.run(interrupted())

    assert [] == eks.list_nodegroups(clusterName="main")["nodegroups"]
