"""YAML that people write, read with exact positions; ambiguous values are refused by name."""

from tenancy.config.document.editing import Change, edited, write
from tenancy.config.document.json_access import as_json, mapping, text, texts
from tenancy.config.document.reading import parse, read
from tenancy.config.document.sandbox_salt import SANDBOX_PASSPHRASE, SANDBOX_SALT
from tenancy.config.document.stack_config import read_stack, secret_config
from tenancy.config.document.tree import JSON, Document

__all__ = [
    "JSON",
    "SANDBOX_PASSPHRASE",
    "SANDBOX_SALT",
    "Change",
    "Document",
    "as_json",
    "edited",
    "mapping",
    "parse",
    "read",
    "read_stack",
    "secret_config",
    "text",
    "texts",
    "write",
]
