"""Role bindings wait for the admission policies: no access before they apply."""

import asyncio
from collections.abc import Mapping

import pulumi

from tenancy.cluster import Connection, wait_for_policies
from tenancy.diagnostics import TenancyError

__all__ = ["bindings_wait_for_policies"]

_ROLE_BINDING = "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding"


def bindings_wait_for_policies(connection: Connection) -> pulumi.ResourceTransformation:
    """
    Return a hook that makes each role binding wait until the policies answer in its namespace.

    Each namespace is tested once in an update, and none in a preview.

    Args:
        connection: To the cluster of the policies.
    """
    trials: dict[str, asyncio.Task[None]] = {}

    async def answered(args: pulumi.ResourceHookArgs) -> None:
        namespace = _namespace(args.new_inputs or {})
        if namespace not in trials:
            trials[namespace] = asyncio.ensure_future(_try(connection, namespace))
        await trials[namespace]

    hook = pulumi.ResourceHook("policies-answer", answered)
    waiting = pulumi.ResourceOptions(
        hooks=pulumi.ResourceHookBinding(before_create=[hook], before_update=[hook])
    )

    def transform(
        args: pulumi.ResourceTransformationArgs,
    ) -> pulumi.ResourceTransformationResult | None:
        if args.type_ != _ROLE_BINDING:
            return None
        opts = pulumi.ResourceOptions.merge(args.opts, waiting)
        return pulumi.ResourceTransformationResult(args.props, opts)

    return transform


async def _try(connection: Connection, namespace: str) -> None:
    try:
        tried = await asyncio.to_thread(wait_for_policies, connection, namespace)
    except TenancyError as error:
        raise pulumi.RunError(str(error)) from error
    if not tried:
        pulumi.warn(
            f"not checked: whether the admission policies answer in {namespace}, because the"
            " caller may not create deployments, which the dry run needs"
        )


def _namespace(inputs: Mapping[str, object]) -> str:
    metadata = inputs.get("metadata")
    assert isinstance(metadata, Mapping)
    return str(metadata["namespace"])
