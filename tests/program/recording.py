"""What a program registers, as the engine would get it, without an engine."""

from collections.abc import Mapping

import pulumi
import pulumi_kubernetes
from pulumi.runtime import mocks


class Recorder(mocks.Mocks):
    """Answers as an engine would that makes everything."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict]:
        return f"{args.name}-id", args.inputs

    def call(self, args: mocks.MockCallArgs) -> dict:
        return {}


class RecordingMonitor(mocks.MockMonitor):
    """Keeps every registration as the engine would get it."""

    def __init__(self) -> None:
        super().__init__(Recorder())
        self.requests: list = []

    def RegisterResource(self, request):
        self.requests.append(request)
        return super().RegisterResource(request)


def cluster(**opts: object) -> pulumi.ResourceOptions:
    """Return options with a provider, as every component wants them; nothing is reached."""
    provider = pulumi_kubernetes.Provider("cluster", kubeconfig="none")
    return pulumi.ResourceOptions(provider=provider, **opts)


def build(monitor: RecordingMonitor, program) -> Mapping[str, object]:
    """Run *program* and return what it registered, by type and name."""
    pulumi.runtime.test(program)()
    requests = [r for r in monitor.requests if not r.type.startswith("pulumi:")]
    found = {(kind_of(r.type), r.name): r for r in requests}
    assert len(found) == len(requests), "two resources have one name"
    return found


def kind_of(token: str) -> str:
    """Return the kind of a Kubernetes type token, and any other token as it is."""
    return token.rpartition(":")[2] if token.startswith("kubernetes:") else token
