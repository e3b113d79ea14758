"""What exists after an update, as the cluster reports it, and how to use it."""

import shlex
from collections.abc import Mapping

from tenancy.assessment import Assessment
from tenancy.cli.terminal import Terminal
from tenancy.cluster import Used, connect, quota_usage
from tenancy.model import QUOTA_NAME, Namespace, SubjectKind, fit

__all__ = ["show_existing_objects"]


def show_existing_objects(assessment: Assessment, stack: str, shell: Terminal) -> None:
    """
    Write the namespaces of *stack* with their quotas and members, and the next commands.

    Raises:
        ClusterError: The cluster cannot be reached or read.
    """
    environment = assessment.tenancy.environments.get(stack)
    if environment is None:
        shell.say("the platform is applied; `make up` adds an environment")
        return
    connection = connect(environment.cluster, assessment.root)
    namespaces = tuple(environment.namespaces)
    usage = quota_usage(connection, (namespace.name for namespace in namespaces))
    shell.say("What now exists:", style="bold")
    for namespace in namespaces:
        _namespace(namespace, usage.get(namespace.name, {}), shell)
    shell.say("Next commands:", style="bold")
    for line in _next_steps(stack, namespaces, is_sandbox=environment.cluster.is_sandbox):
        shell.say(f"  {line}")


def _namespace(
    namespace: Namespace, quotas: Mapping[str, Mapping[str, Used]], shell: Terminal
) -> None:
    shell.say(f"  namespace {namespace.name} ({fit(namespace.quotas, namespace.limit_ranges)})")
    main = quotas.get(QUOTA_NAME, {})
    width = max(map(len, main), default=0)
    for key, amount in main.items():
        shell.say(f"    {key:<{width}}  {amount.used} of {amount.hard} used")
    for binding in namespace.bindings:
        names = ", ".join(map(str, binding.subjects))
        shell.say(f"    {binding.role}: {names}")
    shell.say()


def _next_steps(
    stack: str, namespaces: tuple[Namespace, ...], *, is_sandbox: bool
) -> list[str]:
    lines = []
    if is_sandbox:
        flag = "" if stack == "dev" else f" --stack {stack}"
        lines += [f'eval "$(.venv/bin/tenancy env{flag})"    # for pulumi and kubectl here']
    if namespaces:
        lines.append(f"kubectl describe quota -n {namespaces[0].name}")
    members = [s for n in namespaces for b in n.bindings for s in b.subjects]
    flags = {SubjectKind.USER: "--user", SubjectKind.GROUP: "--group"}
    person = next((s for s in members if s.kind in flags), None)
    if person is not None:
        who = f"{flags[person.kind]} {shlex.quote(person.written)}"
        lines.append(f"tenancy kubeconfig --stack {stack} {who}    # as a member")
    if is_sandbox:
        lines.append("make down    # deletes everything and stops the sandbox")
    return lines
