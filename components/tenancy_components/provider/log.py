"""Messages to the user of the engine, with the resource that they concern."""

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

__all__ = ["EngineLog"]


class EngineLog:
    """
    The engine's log.

    Args:
        address: Where the engine listens: `127.0.0.1:12345`. Default: none, as in
            tests; messages are then dropped.
    """

    def __init__(self, address: str | None = None) -> None:
        self._address = address

    async def warning(self, message: str, urn: str) -> None:
        """Send *message* as a warning about the resource *urn*."""
        await self._send(engine_pb2.WARNING, message, urn)

    async def info(self, message: str, urn: str) -> None:
        """Send *message* about the resource *urn*."""
        await self._send(engine_pb2.INFO, message, urn)

    async def _send(
        self, severity: "engine_pb2.LogSeverity.ValueType", message: str, urn: str
    ) -> None:
        if self._address is None:
            return
        async with grpc.aio.insecure_channel(self._address) as channel:
            stub = engine_pb2_grpc.EngineStub(channel)
            await stub.Log(engine_pb2.LogRequest(severity=severity, message=message, urn=urn))
