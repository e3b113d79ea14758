"""Resources that are created only if what they depend on exists, also with `--exclude`."""

from collections.abc import Sequence

import pulumi
from pulumi.runtime._callbacks import _CallbackServicer
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import get_monitor

__all__ = ["if_these_exist"]


def if_these_exist(
    parent: pulumi.Resource, name: str, dependencies: Sequence[pulumi.Resource]
) -> pulumi.ResourceHookBinding | None:
    """
    Return hooks that refuse to create or change a resource without *dependencies*.

    With `--target` the engine refuses a resource whose dependencies do not exist. With
    `--exclude` it creates the resource anyway: a role binding without its quotas, and a
    state that the engine itself then refuses. A program does not see these flags, but in an
    update only a resource that was left out and does not exist has no ID.

    Args:
        parent: The component of these resources.
        name: With the type of *parent*, it names the hook in the whole update.
        dependencies: What `depends_on` lists. Components have no ID and count as existing.

    Returns:
        None in a unit test with Pulumi's mocks, which has no engine.
    """
    if isinstance(get_monitor(), MockMonitor):
        return None

    _forget_servers_of_earlier_runs()

    async def refuse(args: pulumi.ResourceHookArgs) -> None:
        missing = [found for found in dependencies if not await _exists(found)]
        if missing:
            names = ", ".join(found.pulumi_resource_name for found in missing)
            raise pulumi.RunError(
                f"{args.name} depends on resources that do not exist, because this update"
                f" leaves them out: {names}. Run it again without --exclude"
            )

    hook = pulumi.ResourceHook(f"{parent.pulumi_resource_type}::{name}", refuse)
    return pulumi.ResourceHookBinding(before_create=[hook], before_update=[hook])


async def _exists(dependency: pulumi.Resource) -> bool:
    if not isinstance(dependency, pulumi.CustomResource):
        return True
    try:
        return await dependency.id.is_known()
    except Exception:
        # Its creation failed, and the engine itself skips what depends on it.
        return True


def _forget_servers_of_earlier_runs() -> None:
    """
    Forget the servers of hooks whose run was cut off in this process.

    At the end of an inline program the SDK stops the servers of all runs, also those whose
    event loop no longer runs, and fails (pulumi/runtime/_callbacks.py, shutdown).
    """
    servers = _CallbackServicer._servicers
    servers[:] = [found for found in servers if found._server._loop.is_running()]
