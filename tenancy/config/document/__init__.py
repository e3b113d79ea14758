"""What people write in YAML: read with exact positions, its traps refused by name."""

from tenancy.config.document.editing import Change, edited, write
from tenancy.config.document.reading import parse, read
from tenancy.config.document.stack_config import read_stack, secret_config
from tenancy.config.document.tree import JSON, Document

__all__ = [
    "JSON",
    "Change",
    "Document",
    "edited",
    "parse",
    "read",
    "read_stack",
    "secret_config",
    "write",
]
