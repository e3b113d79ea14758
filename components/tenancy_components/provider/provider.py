"""The provider of the package `tenancy`: dispatches requests by resource type."""

import functools
import json
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from pulumi.provider.experimental import provider as engine

from tenancy.diagnostics import Extra, TenancyError, needs
from tenancy_components.provider.log import EngineLog
from tenancy_components.provider.node_taints import NodeTaintsResource
from tenancy_components.provider.schema import package_schema
from tenancy_components.provider.update_plan import UpdatePlanResource
from tenancy_components.type_tokens import NODE_GROUP, NODE_TAINTS, UPDATE_PLAN

__all__ = ["TenancyProvider"]

if TYPE_CHECKING:
    from tenancy_components.provider.node_group import NodeGroupResource

_Resource: TypeAlias = "NodeGroupResource | NodeTaintsResource | UpdatePlanResource"


class TenancyProvider(engine.Provider):
    """
    The resources of this provider. `Components` creates components.

    Args:
        log: Sends messages to the user of the engine. Default: they are dropped.
    """

    def __init__(self, log: EngineLog | None = None) -> None:
        self._stop = threading.Event()
        log = log or EngineLog()
        self._resources: Mapping[str, Callable[[], _Resource]] = {
            NODE_GROUP: functools.cache(lambda: _node_groups(log, self._stop)),
            NODE_TAINTS: functools.cache(NodeTaintsResource),
            UPDATE_PLAN: functools.cache(lambda: UpdatePlanResource(log)),
        }

    def _of(self, token: str) -> _Resource:
        # The type in a URN begins with those of the parents.
        found = self._resources.get(token.rpartition("$")[2])
        if found is None:
            raise TenancyError(
                f"the provider `tenancy` has no resource type {token!r};"
                f" allowed: {', '.join(self._resources)};"
                " correct the type, or update the package"
            )
        return found()

    async def get_schema(self, request: engine.GetSchemaRequest) -> engine.GetSchemaResponse:
        """Return the package's schema."""
        del request
        return engine.GetSchemaResponse(json.dumps(package_schema()))

    async def configure(self, request: engine.ConfigureRequest) -> engine.ConfigureResponse:
        """Accept secrets, as a provider with components must; only components get outputs."""
        del request
        return engine.ConfigureResponse(
            accept_secrets=True,
            supports_preview=True,
            accept_outputs=True,
            accept_resources=False,
        )

    async def check(self, request: engine.CheckRequest) -> engine.CheckResponse:
        """Return all errors of a resource's inputs."""
        return await self._of(request.type).check(request)

    async def diff(self, request: engine.DiffRequest) -> engine.DiffResponse:
        """Return what new inputs change."""
        return await self._of(request.type).diff(request)

    async def create(self, request: engine.CreateRequest) -> engine.CreateResponse:
        """Create a resource."""
        return await self._of(request.type).create(request)

    async def read(self, request: engine.ReadRequest) -> engine.ReadResponse:
        """Read a resource."""
        return await self._of(request.type).read(request)

    async def update(self, request: engine.UpdateRequest) -> engine.UpdateResponse:
        """Change a resource in place."""
        return await self._of(request.type).update(request)

    async def delete(self, request: engine.DeleteRequest) -> None:
        """Delete a resource."""
        await self._of(request.type).delete(request)

    async def cancel(self) -> None:
        """End every wait; what an interrupted creation has made is deleted."""
        self._stop.set()


def _node_groups(log: EngineLog, stop: threading.Event) -> "NodeGroupResource":
    """Return the resource that needs boto3, which may not be installed."""
    with needs(Extra.EKS):
        from tenancy_components.provider.node_group import NodeGroupResource  # noqa: PLC0415

    return NodeGroupResource(log, stop)
