"""A moto server of the test session's own, and nothing of the caller's AWS account."""

import urllib.request
from collections.abc import Iterator

import boto3
import botocore.session
import pytest
from botocore.loaders import Loader, create_loader

from tenancy.aws.session import ec2_client, eks_client

REGION = "eu-central-1"
CLUSTER = "main"


@pytest.fixture(scope="session", autouse=True)
def _models_are_read_once() -> Iterator[None]:
    """Let all sessions of boto3 share the models of AWS' services, which are slow to read."""
    loader = create_loader()

    def shared(_search_path: str | None = None) -> Loader:
        return loader

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", shared)
        yield


@pytest.fixture(scope="session")
def moto_endpoint() -> Iterator[str]:
    # Imported here: it takes seconds, and only the process that has these tests needs it.
    from moto.server import ThreadedMotoServer  # noqa: PLC0415

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def aws(moto_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_PROFILE", "AWS_DEFAULT_REGION", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto_endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_REGION", REGION)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    yield
    urllib.request.urlopen(
        urllib.request.Request(f"{moto_endpoint}/moto-api/reset", method="POST"), timeout=10
    ).close()


@pytest.fixture
def eks(aws):
    """A client of EKS in a region with one cluster."""
    client = eks_client(REGION)
    client.create_cluster(
        name=CLUSTER,
        version="1.36",
        roleArn="arn:aws:iam::123456789012:role/cluster",
        resourcesVpcConfig={"subnetIds": ["subnet-1", "subnet-2"]},
    )
    return client


@pytest.fixture
def ec2(aws):
    return ec2_client(REGION)


@pytest.fixture
def moto_instance_types(aws):
    """Return moto's module of instance types."""
    from moto.ec2.models import instance_types  # noqa: PLC0415

    return instance_types
