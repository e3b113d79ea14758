"""`pulumi-resource-tenancy`: the program of the provider, which the engine starts."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

import grpc
import pulumi
from pulumi.provider.experimental.provider import Provider
from pulumi.runtime.proto import provider_pb2_grpc

from tenancy.diagnostics import TenancyError
from tenancy_components.provider.log import EngineLog
from tenancy_components.provider.provider import TenancyProvider
from tenancy_components.provider.servicer import Servicer
from tenancy_components.stack_traces import without_stack_traces

__all__ = ["main", "serve"]

_OPTIONS: Final = (
    ("grpc.max_receive_message_length", 400 * 1024 * 1024),
    ("grpc.server_max_unrequested_time_in_server", 30 * 60),
)
"""
The largest message in bytes, and how many seconds one may wait, as in Pulumi's own SDK: a large
update sends more at once than the defaults of gRPC allow.
"""


class _Context(Protocol):
    async def abort(self, code: object, details: str) -> None: ...


class _Handler(Protocol):
    unary_unary: Callable[[object, _Context], Awaitable[object]] | None
    request_deserializer: object
    response_serializer: object


class _CleanErrors(grpc.aio.ServerInterceptor):  # type: ignore[misc]
    """Reports a user's mistakes in one message; a defect of ours keeps its traceback."""

    async def intercept_service(
        self,
        continuation: Callable[[object], Awaitable[_Handler | None]],
        handler_call_details: object,
    ) -> object:
        handler = await continuation(handler_call_details)
        if handler is None or handler.unary_unary is None:
            return handler
        answer = handler.unary_unary

        async def call(request: object, context: _Context) -> object:
            try:
                return await answer(request, context)
            except (TenancyError, pulumi.RunError) as error:
                await context.abort(grpc.StatusCode.UNKNOWN, str(error))
                raise

        return grpc.unary_unary_rpc_method_handler(
            call,
            request_deserializer=handler.request_deserializer,
            response_serializer=handler.response_serializer,
        )


async def serve(provider: Provider, engine: str) -> None:
    """Serve *provider* to the engine at the address *engine*, until it is stopped."""
    server = grpc.aio.server(interceptors=[_CleanErrors()], options=_OPTIONS)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Servicer(provider, engine), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    # The engine reads the port from the first line; nothing else may be written before it.
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await server.wait_for_termination()


def main() -> None:
    """Run as the engine starts it: with the engine's address as the argument."""
    parser = argparse.ArgumentParser(
        prog="pulumi-resource-tenancy",
        description="The provider of the package tenancy. The Pulumi engine starts it.",
    )
    parser.add_argument("engine", help="the engine's address")
    address = parser.parse_known_args()[0].engine
    without_stack_traces()
    try:
        asyncio.run(serve(TenancyProvider(EngineLog(address)), address))
    except KeyboardInterrupt:
        return
