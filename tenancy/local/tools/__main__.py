"""`python -m tenancy.local.tools`: make every tool available, building what is missing."""

import sys
from pathlib import Path

from rich.console import Console

from tenancy.diagnostics import TenancyError
from tenancy.local.tools import ensure

__all__ = ["main"]


def main() -> int:
    """Return the exit code: 0 when every tool is there."""
    console = Console(stderr=True)
    try:
        toolchain = ensure(Path.cwd(), console)
    except TenancyError as error:
        console.print(str(error), markup=False, highlight=False, soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("interrupted; the next run continues from here")
        return 130
    console.print(f"{len(toolchain.statuses)} tools are ready in {toolchain.bin}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
