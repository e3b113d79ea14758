"""The record of a sandbox that is kept between two runs."""

import json
from pathlib import Path
from typing import cast

import attrs

from tenancy.local.sandbox.errors import SandboxError
from tenancy.local.sandbox.layout import write_owner_only

__all__ = ["SandboxRecord"]


@attrs.frozen(kw_only=True)
class SandboxRecord:
    """
    What is kept of a sandbox between two runs.

    Attributes:
        ports: The port of each listener; reused while it is free.
        uid: The UID of `kube-system`, once it is known.
        commands: A digest of each part's command line, to detect a change.
    """

    ports: dict[str, int] = attrs.field(factory=dict)
    uid: str | None = None
    commands: dict[str, str] = attrs.field(factory=dict)

    @classmethod
    def load(cls, path: Path) -> "SandboxRecord | None":
        """
        Return the record in *path*, or None if the file does not exist.

        Raises:
            SandboxError: The file is damaged.
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
                "run `tenancy sandbox up --wipe`, which starts with an empty cluster"
            ) from error

    def save(self, path: Path) -> None:
        """Write the record atomically."""
        content = {
            "ports": self.ports,
            "uid": self.uid,
            "commands": self.commands,
        }
        write_owner_only(path, (json.dumps(content, indent=2) + "\n").encode())
