"""Preview and apply one stack from Python, as a CI job would."""

import sys
from pathlib import Path

from tenancy import automation


def main(root: str, stack: str) -> int:
    """Apply *stack* of the project at *root*; return a code as `tenancy --help` lists them."""
    session = automation.local(Path(root), stack, automation.Engine())
    try:
        preview = session.preview()
        if preview.is_empty:
            print(f"{stack}: nothing changes")
            return 0
        result = session.up()
    except automation.EngineError as error:
        print(error, file=sys.stderr)
        return error.exit
    print(f"{stack}: {', '.join(f'{op} {n}' for op, n in sorted(result.changes.items()))}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
