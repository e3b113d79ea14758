"""The release of Kubernetes, as API servers of several distributions answer."""

import contextlib

import pytest

from tenancy.cluster import server_release


class Answering:
    """A cluster that answers *version* when it is asked for it."""

    def __init__(self, version):
        self.version = version
        self.asked = []

    def errors(self, _):
        return contextlib.nullcontext()

    def request(self, request):
        self.asked.append((request.method, request.path))
        return self.version


@pytest.mark.parametrize(
    ("version", "release"),
    [
        pytest.param({"gitVersion": "v1.36.3"}, (1, 36), id="Kubernetes"),
        pytest.param({"gitVersion": "v1.35.2-eks-1a2b3c4"}, (1, 35), id="EKS"),
        pytest.param({"gitVersion": "v1.37.0+k3s1"}, (1, 37), id="k3s"),
        pytest.param({"gitVersion": "v1.36.0-gke.1"}, (1, 36), id="GKE"),
        pytest.param({"gitVersion": ""}, None, id="a build without a version"),
        pytest.param({}, None, id="something else"),
    ],
)
def test_the_release_is_read_from_the_version_of_the_api_server(version, release):
    cluster = Answering(version)

    assert release == server_release(cluster)
    assert [("GET", "/version")] == cluster.asked
