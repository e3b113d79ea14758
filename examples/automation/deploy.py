"""Apply stacks from Python, as a CI job would: platforms first, the others side by side."""

import sys
from pathlib import Path

import tenancy


def main(root: str, *stacks: str) -> int:
    """Apply *stacks* of the project at *root*; return a code as `tenancy --help` lists them."""
    try:
        # As with --strict in CI: what could not be checked refuses too.
        outcomes = tenancy.up(tenancy.assess(Path(root)), stacks, strict=True)
    except tenancy.TenancyError as error:
        print(error, file=sys.stderr)
        return error.exit
    for outcome in outcomes:
        if outcome.result is None:
            print(outcome.error, file=sys.stderr)
        elif outcome.result.is_empty:
            print(f"{outcome.stack}: nothing changes")
        else:
            counts = sorted(outcome.result.changes.items())
            print(f"{outcome.stack}: {', '.join(f'{op} {n}' for op, n in counts)}")
    return outcomes.exit


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
