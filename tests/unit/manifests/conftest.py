from pathlib import Path

import pytest

from tenancy.config.project import load
from tenancy.model import Tenancy, resolve

SAMPLE = Path(__file__).parent / "sample"
GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write what is rendered now into tests/unit/manifests/golden",
    )


@pytest.fixture(scope="session")
def tenancy() -> Tenancy:
    project, unread = load(SAMPLE)
    resolved, unresolved = resolve(project)
    assert ((), ()) == (unread, unresolved)
    return resolved


@pytest.fixture
def golden(request: pytest.FixtureRequest):
    """Compare a text with the golden file of that name; write it where that was asked for."""

    def compare(name: str, found: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--update-golden", default=False):
            path.write_text(found, encoding="utf-8")
        assert path.read_text(encoding="utf-8") == found, (
            f"{name} differs; if that is meant: pytest tests/unit/manifests --update-golden"
        )

    return compare
