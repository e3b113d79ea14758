"""AWS' answers in people's words."""

import pytest
from botocore.exceptions import ClientError, NoCredentialsError, NoRegionError

from tenancy.aws.boto_errors import aws_error
from tenancy.aws.errors import AwsError, AwsFailure
from tenancy.aws.session import environment_region, require_account

ARN = "arn:aws:eks:eu-central-1:{}:nodegroup/main/gpu-h100/1"


def refused(code: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "CreateNodegroup")


@pytest.mark.parametrize(
    ("error", "failure", "remedy"),
    [
        pytest.param(
            refused("ResourceNotFoundException", "No cluster found for name: main."),
            AwsFailure.CLUSTER_MISSING,
            "check clusterName",
            id="no cluster",
        ),
        pytest.param(
            refused("ResourceNotFoundException", "No node group found for name: gpu-h100."),
            AwsFailure.NODE_GROUP_MISSING,
            "pulumi refresh",
            id="no node group",
        ),
        pytest.param(
            refused("ResourceInUseException", "NodeGroup already exists with name gpu-h100"),
            AwsFailure.NODE_GROUP_EXISTS,
            "pulumi import",
            id="exists",
        ),
        pytest.param(
            refused("ResourceInUseException", "Nodegroup cannot be updated as it is UPDATING"),
            AwsFailure.OTHER,
            "wait until the running change is done",
            id="busy",
        ),
        pytest.param(
            refused("AccessDeniedException", "not authorized: eks:CreateNodegroup"),
            AwsFailure.OTHER,
            "give the caller the IAM action that the message names",
            id="denied",
        ),
        pytest.param(NoCredentialsError(), AwsFailure.OTHER, "log in to AWS", id="no login"),
        pytest.param(NoRegionError(), AwsFailure.OTHER, "set options.region", id="no region"),
    ],
)
def test_an_answer_of_aws_names_its_remedy(error, failure, remedy):
    said = aws_error(error, "node group gpu-h100 of the cluster main")

    assert said.failure is failure
    assert str(said).startswith("node group gpu-h100 of the cluster main: ")
    assert remedy in str(said)


def test_the_owners_account_is_let_through_and_another_is_refused(aws):
    require_account(ARN.format("123456789012"), "eu-central-1", "node group")

    with pytest.raises(AwsError) as wrong:
        require_account(ARN.format("999999999999"), "eu-central-1", "node group")

    assert wrong.value.failure is AwsFailure.WRONG_ACCOUNT
    assert str(wrong.value) == (
        "node group: credentials for the account 123456789012; allowed: credentials for the"
        " account 999999999999, which owns the resource; set AWS_PROFILE, or the"
        " credentials, to that"
        " account"
    )


def test_a_region_is_asked_for_where_there_is_none(aws, monkeypatch):
    assert environment_region() == "eu-central-1"
    monkeypatch.delenv("AWS_REGION")

    with pytest.raises(AwsError, match=r"set options\.region of the pool, or AWS_REGION"):
        environment_region()
