"""What people write in YAML: read with exact positions, its traps refused by name."""

from tenancy.document.reading import parse, read
from tenancy.document.stack import read_stack, secret_config
from tenancy.document.tree import JSON, Document

__all__ = ["JSON", "Document", "parse", "read", "read_stack", "secret_config"]
