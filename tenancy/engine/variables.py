"""The environment variables of the engine: which may be set, and which Tenancy sets."""

import os
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Final

from tenancy.diagnostics import RefusedError, shown
from tenancy.local.sandbox import SHELL_OF_SANDBOX, leave_shell_of_sandbox

__all__ = ["SET_BY_TENANCY", "prepare_variables"]

SET_BY_TENANCY: Final[Mapping[str, str]] = {
    "PATH": "the folders of this machine's tools, before the others",
    "TMPDIR": "a new folder for each run, deleted afterwards",
    "PULUMI_PYTHON_CMD": "the Python that runs `tenancy`",
    "PULUMI_SKIP_UPDATE_CHECK": "the engine does not check for a newer version",
    "PULUMI_PARALLEL": "32, unless the shell sets it",
    "PULUMI_TRACING_NO_PAYLOADS": "traces do not contain config",
    "GOGC": "400, unless the shell sets it: less processor time, more memory",
    "GOMEMLIMIT": "2GiB, unless the shell sets it: above it, memory is freed more often",
    "TENANCY_STARTED_BY": "the process that started the engine, to stop an engine whose"
    " command was killed",
    "KUBECONFIG": "on the sandbox: the sandbox's kubeconfig",
    "PULUMI_HOME": "on the sandbox: a folder of the sandbox",
    "PULUMI_BACKEND_URL": "on the sandbox: the sandbox's backend",
    "PULUMI_CONFIG_PASSPHRASE": "on the sandbox: the sandbox's passphrase, which is public",
    "PULUMI_K8S_CLIENT_QPS": "on the sandbox: more requests per second",
    "PULUMI_K8S_CLIENT_BURST": "on the sandbox: more requests at once",
    "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "on the sandbox: no backup of the"
    " state at each step",
    SHELL_OF_SANDBOX: "by `tenancy env` alone: the folder of the sandbox that the shell uses",
}
"""Every variable that the engine gets from Tenancy, and what it is."""

_ALLOWED: Final = frozenset(
    (
        # Login, state and secrets.
        *("PULUMI_ACCESS_TOKEN", "PULUMI_API", "PULUMI_BACKEND_URL", "PULUMI_CONSOLE_DOMAIN"),
        *(
            "PULUMI_CONFIG_PASSPHRASE",
            "PULUMI_CONFIG_PASSPHRASE_FILE",
            "PULUMI_CREDENTIALS_PATH",
        ),
        *("PULUMI_HOME", "PULUMI_ORGANIZATION", "PULUMI_GITSSH_PASSPHRASE"),
        # These affect how the engine runs, not what it changes.
        *("PULUMI_PARALLEL", "PULUMI_PYTHON_CMD", "PULUMI_SKIP_UPDATE_CHECK"),
        *("PULUMI_SKIP_CONFIRMATIONS", "PULUMI_IGNORE_AMBIENT_PLUGINS"),
        *("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION", "PULUMI_DISABLE_CI_DETECTION"),
        *("PULUMI_PR_NUMBER", "PULUMI_STACK", "PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK"),
        *(
            "PULUMI_SUPPRESS_NEO_LINK",
            "PULUMI_SUPPRESS_COPILOT_LINK",
            "PULUMI_ERROR_OUTPUT_STRING",
        ),
    )
)
_ALLOWED_PREFIXES: Final = (
    *(
        "PULUMI_CI_",
        "PULUMI_DEBUG_",
        "PULUMI_DIY_BACKEND_",
        "PULUMI_GIT_",
        "PULUMI_K8S_CLIENT_",
    ),
    *("PULUMI_LOG_", "PULUMI_OTEL_", "PULUMI_SELF_MANAGED_STATE_", "PULUMI_TEST_"),
    *("PULUMI_TRACING_", "PULUMI_VCS_"),
)


def prepare_variables(variables: MutableMapping[str, str] | None = None) -> None:
    """
    Refuse variables that change what is applied; undo those of `tenancy env`.

    Every variable whose name begins with `PULUMI_` is refused unless it is known: targets,
    excludes, skips and refreshes of the engine, and variables of later versions. Silently
    dropping one would apply something other than the user asked for.

    Args:
        variables: The environment. Default: that of this process, which the engine inherits.

    Raises:
        RefusedError: A variable is set that is not known.
    """
    inherited = os.environ if variables is None else variables
    leave_shell_of_sandbox(inherited)
    refused = sorted(_refused(inherited))
    if refused:
        names = ", ".join(shown(name) for name in refused)
        raise RefusedError(
            reason=f"refused: the environment has {names}, which can change what is applied;"
            " allowed: Pulumi's variables for login, state, proxies, plugins and logs;"
            f" run `unset {' '.join(shown(name) for name in refused)}` and try again;"
            " to change only some stacks or organizations, use --stack\nNothing was changed."
        )


def _refused(variables: Mapping[str, str]) -> Iterator[str]:
    for name, value in variables.items():
        if (
            name.startswith("PULUMI_")
            and value
            and name not in _ALLOWED
            and not name.startswith(_ALLOWED_PREFIXES)
        ):
            yield name
