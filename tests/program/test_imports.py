"""What the engine waits for at every step: the program's imports."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
UNUSED = (
    "tenancy.engine", "tenancy.local.sandbox", "tenancy.cli", "cryptography", "boto3",
    "botocore", "ruamel",
)  # fmt: skip


def output_of(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'components'}"},
    )  # fmt: skip
    assert "" == done.stderr
    return done.stdout.strip()


def loaded_by(code: str) -> set[str]:
    """Return the modules of `UNUSED` that a new process has loaded after *code*."""
    code = f"import sys; {code}; print(*[m for m in {UNUSED!r} if m in sys.modules])"
    return set(output_of(code).split())


def test_the_program_loads_neither_commands_nor_the_sandbox() -> None:
    assert set() == loaded_by("import tenancy_components.program")
    # The control: the forms of results need the engine's client.
    assert "tenancy.engine" in loaded_by("import tenancy.output; tenancy.output.result_data")


def test_a_prepared_program_has_built_the_models_of_files() -> None:
    """Processes that are forked from it then need not."""
    built = "import tenancy.config.spec as s; print(s.EnvironmentSpec.__pydantic_complete__)"
    prepared = "import tenancy_components.program as p; p.prepare(); "

    assert "False" == output_of(built)
    assert "True" == output_of(prepared + built)
