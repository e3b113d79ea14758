"""What is remembered of a sandbox between two runs."""

import json
from pathlib import Path
from typing import cast

import attrs

from tenancy.local.sandbox.errors import SandboxError
from tenancy.local.sandbox.layout import private

__all__ = ["Record"]


@attrs.frozen(kw_only=True)
class Record:
    """
    What is remembered.

    Attributes:
        ports: The port of each listener; used again where it is still free.
        uid: The cluster's, once it is known: that of `kube-system`.
        commands: A digest of how each part was started, to see when that has changed.
    """

    ports: dict[str, int] = attrs.field(factory=dict)
    uid: str | None = None
    commands: dict[str, str] = attrs.field(factory=dict)

    @classmethod
    def load(cls, path: Path) -> "Record | None":
        """
        Return what *path* holds; none if there is no such file.

        Raises:
            SandboxError: It is damaged.
        """
        try:
            content = cast("dict[str, object]", json.loads(path.read_text()))
            return cls(
                ports=cast("dict[str, int]", content["ports"]),
                uid=cast("str | None", content["uid"]),
                commands=cast("dict[str, str]", content["commands"]),
            )
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise SandboxError(
                f"{path} is damaged ({error}): "
                "run `tenancy sandbox up --wipe`, which starts anew"
            ) from error

    def save(self, path: Path) -> None:
        """Write it in one step."""
        content = {
            "ports": self.ports,
            "uid": self.uid,
            "commands": self.commands,
        }
        private(path, (json.dumps(content, indent=2) + "\n").encode())
