"""The public API: what it has, what importing it costs, and that its reference is current."""

import subprocess
import sys
from pathlib import Path

import pytest

import tenancy
from tenancy.output.api_reference import FILE, api_reference

ROOT = Path(__file__).parents[3]
VERBS = ("plan", "preview", "up", "refresh", "drift", "destroy", "adopt", "assess", "load")
ROOMS = ("planning", "drifting", "engine", "assessment", "checks", "output", "cluster", "cli")


def in_a_new_process(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert "" == done.stderr
    return done.stdout.strip()


def test_the_committed_reference_is_up_to_date() -> None:
    """Run `python -m tenancy.output.api_reference` where it is not."""
    assert (ROOT / FILE).read_text(encoding="utf-8") == api_reference()


def test_every_public_name_is_described() -> None:
    page = api_reference()

    assert [] == [name for name in tenancy.__all__ if f"### `{name}`\n" not in page]
    assert {*VERBS} <= {*tenancy.__all__}
    assert "exit_under" not in page


def test_importing_the_package_loads_no_engine_and_no_cloud() -> None:
    heavy = "[m for m in ('pulumi', 'boto3', 'kubernetes', 'pydantic') if m in sys.modules]"

    assert "[]" == in_a_new_process(f"import sys, tenancy; print({heavy})")
    # The control: a verb needs the engine.
    assert "pulumi" in in_a_new_process(f"import sys, tenancy; tenancy.up; print({heavy})")


@pytest.mark.parametrize("rooms_first", [True, False], ids=["rooms first", "verbs first"])
def test_no_room_hides_a_verb_whatever_is_imported_first(rooms_first: bool) -> None:
    rooms = "; ".join(f"import tenancy.{room}" for room in ROOMS)
    verbs = "; ".join(f"from tenancy import {verb}" for verb in VERBS)
    code = f"{rooms}; {verbs}" if rooms_first else f"{verbs}; {rooms}"
    kinds = ", ".join(f"type(tenancy.{verb}).__name__" for verb in VERBS)

    assert "{'function'}" == in_a_new_process(f"{code}; import tenancy; print({{{kinds}}})")
