"""Every command: its words, where it is, and what it does."""

from collections.abc import Mapping
from typing import Final

from tenancy.cli.registration import Command, CommandGroup

__all__ = ["COMMANDS"]

COMMANDS: Final[Mapping[str, tuple[Command | CommandGroup, ...]]] = {
    "From the files": (
        Command(
            "init",
            "init:command",
            "Write a new project into an empty folder, check it, and print the next commands.",
        ),
        Command(
            "check",
            "check:command",
            "Check every file and list all findings, each with its line and what to do.",
        ),
        Command(
            "render",
            "render:command",
            "Write the manifests as YAML; if the config has errors, nothing is written.",
        ),
        Command(
            "explain",
            "explain:command",
            "Show each value of a namespace, and the file and line that it comes from.",
        ),
        Command(
            "schema",
            "schema:command",
            "Write the JSON Schema of a config file, or of what a command writes with `--json`.",
        ),
    ),
    "Plan, from the files, the state and the cluster": (
        Command(
            "plan",
            "plan:command",
            "Show what an update would change for people, or why it is refused.",
        ),
        Command(
            "preview",
            "preview:command",
            "Show what an update would do, or why it is refused; change nothing.",
        ),
        Command(
            "drift",
            "drift:command",
            "Compare the cluster with the files, including manually added fields and objects.",
        ),
    ),
    "Apply": (
        Command("up", "up:command", "Preview, confirm and apply a stack."),
        Command(
            "refresh",
            "refresh:command",
            "Read every object of a stack into its state; the cluster is not changed.",
        ),
        Command(
            "destroy",
            "destroy:command",
            "Delete everything in a stack, including its namespaces and all objects in them.",
        ),
        Command(
            "adopt",
            "adopt:command",
            "Take over existing namespaces with their quotas, limit ranges and role bindings.",
        ),
        Command(
            "release",
            "release:command",
            "Stop managing namespaces; every object stays, without the labels of Tenancy.",
        ),
    ),
    "Many stacks": (
        CommandGroup(
            "fleet",
            "Work on many stacks with several machines: the parts of a fleet for CI jobs.",
            (
                Command(
                    "matrix",
                    "fleet:matrix",
                    "Write the platforms, and the environments in parts, as a matrix of CI jobs.",
                    epilog="MATRIX_EPILOG",
                ),
            ),
        ),
    ),
    "Access and usage": (
        Command(
            "who-can",
            "access_questions:who_can_command",
            "Show which subjects may do something in a namespace, and by which role.",
            epilog="WHO_CAN_EPILOG",
        ),
        Command(
            "what-can",
            "access_questions:what_can_command",
            "Show what a subject may do in each namespace, the widest access first.",
            epilog="WHAT_CAN_EPILOG",
        ),
        Command(
            "usage",
            "access_questions:usage",
            "Show what each namespace may use, what it uses now, and why its pods wait.",
            epilog="USAGE_EPILOG",
        ),
        Command(
            "kubeconfig",
            "kubeconfig:command",
            "Write a member's kubeconfig with a context for each of its namespaces.",
        ),
    ),
    "This machine": (
        CommandGroup(
            "quickstart",
            "Create the sandbox and apply the example organizations to it, and delete them.",
            (
                Command(
                    "up",
                    "quickstart:up",
                    "Build missing tools, start the sandbox, apply the platform and then the stack.",
                    epilog="",
                ),
                Command(
                    "preview",
                    "quickstart:preview",
                    "Show what `up` would change; nothing is applied.",
                    epilog="",
                ),
                Command(
                    "down",
                    "quickstart:down",
                    "Delete what was applied, environments first, and stop the sandbox.",
                    epilog="",
                ),
            ),
        ),
        CommandGroup(
            "sandbox",
            "The sandbox: a real Kubernetes control plane on this machine, with fake nodes.",
            (
                Command(
                    "up",
                    "sandbox:up",
                    "Start the sandbox, or its stopped parts, and wait until it can be used.",
                    epilog="",
                ),
                Command(
                    "down",
                    "sandbox:down",
                    "Stop the sandbox's processes, and no others; its data is kept unless --wipe is given.",
                    epilog="",
                ),
                Command(
                    "status",
                    "sandbox:status",
                    "List the sandbox's parts and their state. The exit code is 1 if it cannot be used.",
                    epilog="",
                ),
                Command(
                    "tools",
                    "sandbox:build_tools",
                    "Build the missing tools, those of Pulumi too; `up` builds those of the sandbox alone.",
                    epilog="",
                ),
            ),
        ),
        Command(
            "doctor",
            "doctor:command",
            "List each tool and where it comes from. The exit code is 1 if one is missing.",
            epilog="",
        ),
        Command(
            "env",
            "env:command",
            'Print shell lines; eval "$(tenancy env)" makes pulumi and kubectl use the sandbox.',
            epilog="",
        ),
    ),
}
"""Every command, under its heading in the help."""
