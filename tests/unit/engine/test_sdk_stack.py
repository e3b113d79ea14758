"""What is known of a stack without asking the command line."""

from pathlib import Path

import pytest
from pulumi.automation import LocalWorkspace

from tenancy.engine import Engine, Session
from tenancy.engine.sdk_stack import ExistingStack, state_file_exists


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param('{"version": 3}', True, id="a state"),
        pytest.param('{"version": 3', False, id="half of one"),
        pytest.param("", False, id="an empty file"),
        pytest.param(None, False, id="no file"),
    ],
)
def test_a_stack_is_made_where_its_state_can_be_read(
    tmp_path: Path, text: str | None, expected: bool
) -> None:
    state = tmp_path / "a state, 100%"
    folder = state / ".pulumi" / "stacks" / "tenancy"
    folder.mkdir(parents=True)
    if text is not None:
        (folder / "dev.json").write_text(text)
    variables = {"PULUMI_BACKEND_URL": f"{state.as_uri()}?metadata=skip"}

    assert expected is state_file_exists("tenancy", "dev", variables)
    assert not state_file_exists("tenancy", "prod", variables)
    assert not state_file_exists("tenancy", "dev", {})
    assert not state_file_exists("tenancy", "dev", {"PULUMI_BACKEND_URL": "s3://bucket"})


def test_a_session_can_be_shown() -> None:
    """The SDK's own words need what only its own constructor sets."""
    known = ExistingStack("dev", LocalWorkspace.__new__(LocalWorkspace))

    assert "stack=ExistingStack('dev')" in repr(Session(stack=known, engine=Engine()))
