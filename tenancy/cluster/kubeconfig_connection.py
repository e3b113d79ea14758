"""A connection by a kubeconfig that the caller passes, as a path or as its text."""

from pathlib import Path

from kubernetes import config

from tenancy.cluster.connection import ClusterError, Connection, connected
from tenancy.cluster.kubeconfig_text import kubeconfig_text
from tenancy.cluster.private_client import KubeconfigError, private_client
from tenancy.diagnostics import is_kubeconfig, quoted, shown

__all__ = ["connect_by"]


def connect_by(kubeconfig: str, context: str | None) -> Connection:
    """
    Connect to the cluster that *kubeconfig* names, and learn its UID.

    Args:
        kubeconfig: A path, or the text of one. Never shown.
        context: Default: the current one of that kubeconfig.

    Raises:
        ClusterError: It is not a kubeconfig, or the cluster does not answer or refuses.
    """
    name = context or "of the kubeconfig"
    try:
        if is_kubeconfig(kubeconfig):
            api = private_client(kubeconfig, context, Path())
        else:
            path = Path(kubeconfig).expanduser()
            if not path.exists():
                raise FileNotFoundError
            api = private_client(kubeconfig_text(path), context, path.parent)
    except KubeconfigError as error:
        raise ClusterError(
            name,
            f"the kubeconfig cannot be used ({error})",
            "pass a kubeconfig, and a context in it",
        ) from None
    except (config.ConfigException, OSError) as error:
        raise ClusterError(
            name, _why_not(error, kubeconfig, context), "pass a kubeconfig, and a context in it"
        ) from None
    return connected(name, api, "asking the cluster for its UID")


def _why_not(error: Exception, kubeconfig: str, context: str | None) -> str:
    """Return why *kubeconfig* cannot be used, with nothing of its content."""
    if isinstance(error, FileNotFoundError):
        return f"no kubeconfig exists at {shown(kubeconfig, ('kubeconfig',))}"
    if isinstance(error, OSError):
        return f"the kubeconfig cannot be read: {error.strerror}"
    if isinstance(error, config.ConfigException) and context is not None:
        return f"the kubeconfig has no complete context {quoted(context)}"
    return f"the kubeconfig cannot be used ({type(error).__name__})"
