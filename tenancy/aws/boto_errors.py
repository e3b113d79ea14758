"""Turn what boto3 raises into errors with a remedy."""

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
)

from tenancy.diagnostics import AwsError, AwsFailure

__all__ = ["aws_error"]

_REMEDIES = {
    "AccessDeniedException": "give the caller the IAM action that the message names",
    "AuthFailure": "renew the credentials, and check their account",
    "ExpiredTokenException": "renew the credentials",
    "InvalidParameterException": "correct the value that the message names",
    "InvalidRequestException": (
        "wait until the cluster and the node group are ACTIVE, or correct what is named"
    ),
    "ResourceLimitExceededException": "ask AWS for a higher quota, or remove a node group",
    "ServerException": "try again; EKS had an internal error",
    "ServiceUnavailableException": "try again; EKS was not available",
    "ThrottlingException": "try again later; AWS is limiting the calls of this account",
    "UnrecognizedClientException": "renew the credentials, and check their account",
}


def aws_error(error: BotoCoreError | ClientError, where: str) -> AwsError:
    """
    Return *error* as an error with a remedy.

    Args:
        error: What boto3 raised.
        where: The subject of the request.
    """
    if isinstance(error, ClientError):
        return _client_error(error, where)
    if isinstance(
        error, NoCredentialsError | PartialCredentialsError | CredentialRetrievalError
    ):
        return AwsError(
            where,
            f"no usable AWS credentials ({error})",
            "credentials that boto3 finds: AWS_PROFILE, AWS_ACCESS_KEY_ID or a role",
            "log in to AWS, or set AWS_PROFILE",
        )
    if isinstance(error, NoRegionError):
        return AwsError(
            where,
            "no AWS region",
            "a region in the config or in AWS_REGION",
            "set options.region of the pool, or AWS_REGION",
        )
    if isinstance(error, EndpointConnectionError):
        return AwsError(
            where,
            str(error),
            "an AWS endpoint that answers",
            "check the network, AWS_ENDPOINT_URL and the region's name",
        )
    return AwsError(where, str(error), "an answer from AWS", "correct the cause and try again")


def _client_error(error: ClientError, where: str) -> AwsError:
    answer = error.response.get("Error", {})
    code = answer.get("Code", "Unknown")
    message = answer.get("Message") or str(error)
    if code == "ResourceNotFoundException":
        if "cluster" in message.lower() and "node group" not in message.lower():
            return AwsError(
                where,
                f"AWS answered {message!r}",
                "a cluster that exists in this account and region",
                "check clusterName, the region and the credentials' account",
                failure=AwsFailure.CLUSTER_MISSING,
            )
        return AwsError(
            where,
            f"AWS answered {message!r}",
            "a node group that exists",
            "run `pulumi refresh`, then `pulumi up` to create it again",
            failure=AwsFailure.NODE_GROUP_MISSING,
        )
    if code == "ResourceInUseException" and "exist" not in message.lower():
        return AwsError(
            where,
            f"AWS answered {message!r}",
            "one change of a node group or its cluster at a time",
            "wait until the running change is done and try again",
        )
    if code == "ResourceInUseException":
        return AwsError(
            where,
            f"AWS answered {message!r}",
            "a name that no node group of the cluster has",
            "import it with `pulumi import`, give the pool another name, or delete it by hand",
            failure=AwsFailure.NODE_GROUP_EXISTS,
        )
    return AwsError(
        where,
        f"AWS refused with {code}: {message}",
        "a request that AWS accepts",
        _REMEDIES.get(code, "correct what the message names and try again"),
    )
