"""The calls of the engine: resources and components are handled differently."""

from pulumi.provider.experimental.provider import Provider
from pulumi.provider.experimental.server import ProviderServicer
from pulumi.provider.server import ProviderServicer as ComponentServicer
from pulumi.runtime import proto

from tenancy import __version__
from tenancy_components.provider.hosting import Components

__all__ = ["Servicer"]


class Servicer(ProviderServicer):
    """
    The provider as a service.

    Components use the SDK's older servicer: the newer one drops aliases, `deletedWith`,
    `retainOnDelete` and secrets inside of a value, and cannot read a value that is not known.

    Args:
        provider: Handles resources.
        engine: Where the engine listens.
    """

    def __init__(self, provider: Provider, engine: str) -> None:
        super().__init__([], __version__, provider, engine_address=engine)
        self._components = ComponentServicer(Components(__version__), [], engine)

    async def Construct(  # noqa: N802 (the protocol's name)
        self, request: proto.ConstructRequest, context: object
    ) -> proto.ConstructResponse:
        """Create a component, as its program requests."""
        return await self._components.Construct(request, context)
