"""The package's provider, started by the engine from a checkout rather than from the wheel."""

import importlib.util
import sys
from pathlib import Path

if importlib.util.find_spec("tenancy") is None:
    # The SDK stands beside this folder, where nothing but the dependencies was installed.
    sys.path.append(str(Path(__file__).resolve().parents[1]))

from tenancy_components.provider import main

main()
