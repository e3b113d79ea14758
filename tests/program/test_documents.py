"""The program of the README runs unchanged."""

from tests.program.recording import RecordingMonitor, build
from tests.snippets import blocks


def test_the_program_of_the_readme_creates_an_organization(monitor: RecordingMonitor) -> None:
    [block] = blocks("python", "README.md")

    def program() -> None:
        exec(compile(block.text, "README.md", "exec"), {"__name__": "__main__"})

    made = build(monitor, program)

    expected = {("tenancy:index:Organization", "acme"), ("Namespace", "acme-dev")}
    assert expected <= made.keys()
