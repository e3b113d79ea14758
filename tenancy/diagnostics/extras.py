"""The extras of this package: Python packages that only some commands need."""

import contextlib
import enum
from collections.abc import Iterator

from tenancy.diagnostics.errors import ToolsError

__all__ = ["Extra", "needs"]


class Extra(enum.Enum):
    """An extra, by its name in `pip install 'tenancy-sdk[...]'`."""

    EKS = "eks"
    """boto3, for EKS node groups and facts about EC2 instance types."""
    SANDBOX = "sandbox"
    """cryptography, for the certificates of the sandbox."""


_PURPOSES = {
    Extra.EKS: ("EKS node groups and facts about EC2 instance types", "boto3"),
    Extra.SANDBOX: ("the certificates of the sandbox", "cryptography"),
}
_MODULES = {"boto3": Extra.EKS, "botocore": Extra.EKS, "cryptography": Extra.SANDBOX}


@contextlib.contextmanager
def needs(extra: Extra) -> Iterator[None]:
    """
    Explain a missing package of *extra*; import its modules in the block.

    Raises:
        ToolsError: The package is not installed; the message has the command that installs it.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if _MODULES.get((error.name or "").partition(".")[0]) is not extra:
            raise
        purpose, package = _PURPOSES[extra]
        raise ToolsError(
            f"the Python package {package} is not installed, and {purpose} need it; run "
            f"`pip install 'tenancy-sdk[{extra.value}]'`",
            [package],
        ) from error
