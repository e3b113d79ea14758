"""Role bindings and exceptions from Pod Security wait for the admission policies."""

import asyncio
from collections.abc import Callable, Collection, Mapping

import pulumi

from tenancy.cluster import (
    Connection,
    namespace_of_an_organization,
    wait_for_pod_security,
    wait_for_policies,
)
from tenancy.diagnostics import TenancyError
from tenancy.manifests import NAMESPACE_TOKEN

__all__ = ["wait_for_the_policies"]

_ROLE_BINDING = "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding"


def wait_for_the_policies(
    connection: Connection, excepted: Collection[str] = ()
) -> pulumi.ResourceTransformation:
    """
    Return a hook that makes resources wait until the policies answer.

    Role bindings wait for the policies in their namespace: no access before they apply. A
    namespace whose label becomes `privileged` waits for the policy that takes the place of the
    level. Each namespace is tested once in an update, and none in a preview.

    Args:
        connection: To the cluster of the policies.
        excepted: Names of namespaces with exceptions from Pod Security. Default: none.
    """
    trials = _Trials(connection, excepted)
    bindings = pulumi.ResourceHook("policies-answer", trials.before_binding)
    update = pulumi.ResourceHook("pod-security-answers", trials.before_label)
    creation = pulumi.ResourceHook("pod-security-answers-elsewhere", trials.before_namespace)
    waiting = {
        _ROLE_BINDING: pulumi.ResourceHookBinding(
            before_create=[bindings], before_update=[bindings]
        ),
        NAMESPACE_TOKEN: pulumi.ResourceHookBinding(
            before_create=[creation], before_update=[update]
        ),
    }

    def transform(
        args: pulumi.ResourceTransformationArgs,
    ) -> pulumi.ResourceTransformationResult | None:
        if args.type_ not in waiting:
            return None
        metadata = args.props.get("metadata")
        name = metadata.get("name") if isinstance(metadata, Mapping) else None
        if args.type_ == NAMESPACE_TOKEN and name not in excepted:
            return None
        hooks = pulumi.ResourceOptions(hooks=waiting[args.type_])
        opts = pulumi.ResourceOptions.merge(args.opts, hooks)
        return pulumi.ResourceTransformationResult(args.props, opts)

    return transform


class _Trials:
    """The tests of one update, each done once."""

    def __init__(self, connection: Connection, excepted: Collection[str]) -> None:
        self._connection = connection
        self._excepted = excepted
        self._done: dict[tuple[str, str], asyncio.Task[None]] = {}

    async def before_binding(self, args: pulumi.ResourceHookArgs) -> None:
        namespace = _metadata(args, "namespace")
        await self._once("policies", namespace, lambda: _policies(self._connection, namespace))
        if namespace in self._excepted:
            await self._level(namespace)

    async def before_label(self, args: pulumi.ResourceHookArgs) -> None:
        await self._level(_metadata(args, "name"))

    async def before_namespace(self, _: pulumi.ResourceHookArgs) -> None:
        # A new namespace has no access and no pods until its role bindings, which wait too.
        other = await asyncio.to_thread(namespace_of_an_organization, self._connection)
        if other is not None:
            await self._level(other)

    async def _level(self, namespace: str) -> None:
        await self._once(
            "level", namespace, lambda: wait_for_pod_security(self._connection, namespace)
        )

    async def _once(self, what: str, namespace: str, trial: Callable[[], None]) -> None:
        key = (what, namespace)
        if key not in self._done:
            self._done[key] = asyncio.ensure_future(_try(trial))
        await self._done[key]


async def _try(trial: Callable[[], None]) -> None:
    try:
        await asyncio.to_thread(trial)
    except TenancyError as error:
        raise pulumi.RunError(str(error)) from error


def _policies(connection: Connection, namespace: str) -> None:
    if not wait_for_policies(connection, namespace):
        pulumi.warn(
            f"not checked: whether the admission policies answer in {namespace}, because the"
            " caller may not create deployments, which the dry run needs"
        )


def _metadata(args: pulumi.ResourceHookArgs, key: str) -> str:
    metadata = (args.new_inputs or {}).get("metadata")
    assert isinstance(metadata, Mapping)
    return str(metadata[key])
