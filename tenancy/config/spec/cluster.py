"""The way to a cluster: a path and a context, never credentials."""

from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from tenancy.diagnostics import is_kubeconfig

__all__ = ["KubeconfigPath"]


class KubeconfigContentError(ValueError):
    """The content of a kubeconfig was written instead of its path. Messages do not repeat it."""

    code: str = "kubeconfig-content"
    reason = "the content of a kubeconfig"
    allowed = "its path, relative to the project, on one line"
    remedy = (
        "write it to a file that git ignores, and name that file here; then replace its "
        "credentials, because config is stored and shown"
    )


def _path(text: str) -> str:
    if is_kubeconfig(text):
        raise KubeconfigContentError
    return text


KubeconfigPath = Annotated[str, StringConstraints(min_length=1), AfterValidator(_path)]
"""The path of a kubeconfig. Its content is refused, because config is not secret."""
