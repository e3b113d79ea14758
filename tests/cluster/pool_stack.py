"""A stack of its own on a sandbox, with the wheel's console script on its PATH."""

import shutil
import sys
from pathlib import Path

from pulumi import automation as auto

from tenancy.local.sandbox import Sandbox

ROOT = Path(__file__).parents[2]
PROGRAM = Path(__file__).parent / "programs" / "gpu_node_pool"


def console_script(folder: Path) -> Path:
    """Write what pip writes for the console script of pyproject.toml."""
    script = folder / "pulumi-resource-tenancy"
    script.write_text(
        f"#!{sys.executable}\nimport sys\n"
        "from tenancy_components.provider import main\nsys.exit(main())\n"
    )
    script.chmod(0o755)
    return script


def pool_stack(box: Sandbox, folder: Path, program: Path = PROGRAM) -> auto.Stack:
    """Make the stack of *program*, with a state of its own in *folder*."""
    installed = folder / "bin"
    installed.mkdir()
    console_script(installed)
    project = folder / "project"
    shutil.copytree(program, project)
    (folder / "state").mkdir()
    environment = box.process_environment()
    environment |= {
        "PATH": f"{installed}:{environment['PATH']}",
        "PYTHONPATH": f"{ROOT}:{ROOT / 'components'}",
        "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
    }
    stack = auto.create_or_select_stack(
        stack_name="test",
        work_dir=str(project),
        opts=auto.LocalWorkspaceOptions(
            env_vars=environment,
            pulumi_command=auto.PulumiCommand(root=str(box.toolchain.bin.parent)),
        ),
    )
    stack.set_config("kubeconfig", auto.ConfigValue(str(box.kubeconfig)))
    return stack
