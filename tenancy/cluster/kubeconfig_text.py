"""The text of a kubeconfig: of a regular file of a bounded size, which nothing waits for."""

from pathlib import Path
from typing import Final

from tenancy.cluster.private_client import KubeconfigError
from tenancy.config.document import Refusal, read_contents

__all__ = ["LARGEST", "kubeconfig_text"]

LARGEST: Final = 1024 * 1024
"""The largest kubeconfig in bytes. A thousand contexts take less."""


def kubeconfig_text(path: Path) -> str:
    """
    Return the text of the kubeconfig at *path*.

    Raises:
        KubeconfigError: It is missing, not a regular file, too large or not UTF-8.
    """
    contents = read_contents(path, path.name, root=None, largest=LARGEST)
    if isinstance(contents, Refusal):
        raise KubeconfigError(f"{contents.found}; {contents.remedy}")
    if len(contents) > LARGEST:
        raise KubeconfigError(f"more than {LARGEST // 1024**2} MiB")
    try:
        return contents.decode()
    except UnicodeDecodeError:
        raise KubeconfigError("text that is not UTF-8") from None
