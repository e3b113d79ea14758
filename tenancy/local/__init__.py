"""What runs on this machine: the tools and the sandbox control plane."""

from tenancy.local.private_file import write_private

__all__ = ["write_private"]
