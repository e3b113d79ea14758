"""YAML that people write, read with exact positions; ambiguous values are refused by name."""

from typing import TYPE_CHECKING

from tenancy.first_use import at_first_use

if TYPE_CHECKING:
    from tenancy.config.document.contents import Refusal, read_contents
    from tenancy.config.document.editing import Change, edited, write
    from tenancy.config.document.json_access import as_json, items, mapping, text, texts
    from tenancy.config.document.kept_documents import KeptDocuments
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
    "KeptDocuments",
    "Refusal",
    "as_json",
    "edited",
    "items",
    "mapping",
    "parse",
    "read",
    "read_contents",
    "read_stack",
    "secret_config",
    "text",
    "texts",
    "write",
]

if not TYPE_CHECKING:
    __getattr__ = at_first_use(__name__)
