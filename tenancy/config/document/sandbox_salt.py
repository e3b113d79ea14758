"""The sandbox's passphrase, which is public, and the salt of its stack files."""

from typing import Final

from tenancy.diagnostics import Finding, Origin

__all__ = ["SANDBOX_PASSPHRASE", "SANDBOX_SALT", "salt_elsewhere"]

SANDBOX_PASSPHRASE: Final = "public-passphrase-of-the-sandbox"  # noqa: S105 - it is public
"""The passphrase of every sandbox: its stacks hold no secret."""

SANDBOX_SALT: Final = "v1:J6YZVUr10T0=:v1:ZGL+UzhkmkS4V4XS:fpz+vWLGb1eCSTbYHpbGCyUOLRFiHw=="
"""
A salt that the engine made for `SANDBOX_PASSPHRASE`.

The engine writes a salt into a stack file that has none, even at a preview. Stack files of the
sandbox that are tracked by git have this one, so that nothing is written.
"""


def salt_elsewhere(source: str) -> Finding:
    """Return the finding that *source*, on another cluster, has the sandbox's salt."""
    return Finding(
        code="sandbox-salt",
        origin=Origin(source),
        found="the `encryptionsalt` of the sandbox, whose passphrase is public",
        allowed="this salt only in stacks whose cluster is `sandbox`",
        remedy="remove that line, and set PULUMI_CONFIG_PASSPHRASE to a passphrase of your own;"
        " Pulumi then writes a salt for it",
    )
