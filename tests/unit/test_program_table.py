"""The table of programs: a cell without a result has its reason, and never counts as passed."""

from types import SimpleNamespace

from tests.program_table import BEHAVIOURS, CELL, NOT_RUN, NOTE, ROWS, lines


def report(row: str, behaviour: str, outcome: str, when: str = "call", why: str = ""):
    """Return what pytest reports of one phase of the test of one cell."""
    return SimpleNamespace(
        user_properties=[(CELL, f"{row}|{behaviour}")],
        when=when,
        passed=outcome == "passed",
        skipped=outcome == "skipped",
        longrepr=("file", 1, f"Skipped: {why}") if outcome == "skipped" else None,
    )


def marks(row: str, table: list[str]) -> list[str]:
    [line] = [line for line in table if line.startswith(f"{row} ")]
    return line.removeprefix(row).split()


def test_each_cell_has_its_result_and_the_others_a_reason():
    table = lines(
        [
            report("YAML", "plan printed", "passed"),
            report("YAML", "shrink refused", "failed"),
            report("Go", "plan printed", "skipped", "setup", "its host is not built"),
        ]
    )

    others = ["-"] * (len(BEHAVIOURS) - 3)
    assert ["yes", "-", "NO", *others] == marks("YAML", table)
    assert ["-"] * len(BEHAVIOURS) == marks("Go", table)
    assert "-  Go: its host is not built" in table
    assert f"-  {', '.join(ROWS)}: {NOT_RUN}" in table


def test_a_cell_with_other_words_has_its_reason():
    passed = report("YAML", "plan printed", "passed")
    passed.user_properties.append((NOTE, "its host words it"))
    plain = report("Go", "plan printed", "passed")

    table = lines([passed, plain])

    assert ["yes*", "yes"] == [marks(row, table)[0] for row in ("YAML", "Go")]
    assert "*  YAML: its host words it" in table


def test_a_failure_after_the_test_counts():
    passed = report("Go", "plan printed", "passed")

    for when in ("setup", "teardown"):
        failed = report("Go", "plan printed", "failed", when)
        assert "NO" == marks("Go", lines([passed, failed]))[0]
        assert "NO" == marks("Go", lines([failed, passed]))[0]


def test_a_run_without_such_tests_has_no_table():
    assert [] == lines([])
