"""The program of the README runs as it stands."""

from tests.program.recording import RecordingMonitor, build
from tests.snippets import blocks


def test_the_program_of_the_readme_creates_an_organization(monitor: RecordingMonitor) -> None:
    [block] = [block for block in blocks("python") if block.document == "README.md"]

    def program() -> None:
        exec(compile(block.text, "README.md", "exec"), {"__name__": "__main__"})

    made = build(monitor, program)

    expected = {("tenancy:index:Organization", "acme"), ("Namespace", "acme-dev")}
    assert expected <= made.keys()
