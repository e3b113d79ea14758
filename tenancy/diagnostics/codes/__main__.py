"""Write `docs/checks.md` of the project in the current folder."""

from pathlib import Path

from tenancy.diagnostics.codes.reference import markdown

Path("docs/checks.md").write_text(markdown(), encoding="utf-8")
