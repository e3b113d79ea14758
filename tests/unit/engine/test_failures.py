"""What Pulumi prints when it fails, as it was recorded from 3.255, is explained in words."""

import pytest
from pulumi.automation import CommandError, CommandResult

from tenancy.engine import EngineFailure
from tenancy.engine.errors import error_from
from tenancy.engine.failures import diagnostics

UNHANDLED = "error: an unhandled error occurred: Program exited with non-zero exit code: 1"


def error(stderr: str, stdout: str = "") -> CommandError:
    return CommandError(CommandResult(stdout=stdout, stderr=stderr, code=255))


@pytest.mark.parametrize(
    ("printed", "cause"),
    [
        pytest.param(
            "error: getting stack configuration: get stack secrets manager: passphrase must be "
            "set with PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE environment "
            "variables",
            "the passphrase of the stack's secrets is not set",
            id="no passphrase",
        ),
        pytest.param(
            "error: incorrect passphrase",
            "the passphrase of the stack's secrets is wrong",
            id="another passphrase",
        ),
        pytest.param(
            "error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI "
            "sessions",
            "this shell is not logged in to a backend for Pulumi's state",
            id="no login",
        ),
        pytest.param(
            "error: unable to open bucket file:///nonexistent/dir?no_tmp_dir=true: stat "
            "/nonexistent/dir: no such file or directory",
            "the folder for Pulumi's state does not exist",
            id="no such folder",
        ),
        pytest.param(
            'error: performing HTTP request: Get "https://127.0.0.1:1/api/user": dial tcp '
            "127.0.0.1:1: connect: connection refused",
            "the backend for Pulumi's state does not answer",
            id="a backend that is down",
        ),
        pytest.param(
            'error: performing HTTP request: Get "https://no.such.host.invalid/api/user": dial '
            "tcp: lookup no.such.host.invalid on 10.255.255.53:53: no such host",
            "the name of the backend for Pulumi's state does not resolve",
            id="DNS",
        ),
        pytest.param(
            'error: read ".pulumi/meta.yaml": blob (key ".pulumi/meta.yaml") (code=Unknown): '
            "operation error S3: GetObject, get identity: get credentials: failed to refresh "
            "cached credentials, no EC2 IMDS role found",
            "the bucket for Pulumi's state cannot be read with the credentials of this shell",
            id="no login to the cloud",
        ),
        pytest.param(
            "error: [401] Unauthorized: No credentials provided or are invalid.",
            "the backend for Pulumi's state refused the access token; it may have expired",
            id="an expired token",
        ),
        pytest.param(
            "error: configured Kubernetes cluster is unreachable: unable to load schema "
            "information from the API server: the server has asked for the client to provide "
            "credentials",
            "the cluster does not answer, or refuses the credentials",
            id="a cluster that is down",
        ),
    ],
)
def test_the_cause_comes_first_in_words_and_the_raw_text_last(printed: str, cause: str) -> None:
    message = str(error_from("dev", error(printed)))

    first, *rest = message.splitlines()
    assert first.startswith(f"stack dev: {cause}; ")
    assert ["Pulumi reported:", printed] == rest


def test_an_unknown_failure_keeps_what_was_printed() -> None:
    message = str(error_from("dev", error("error: something new", "progress")))

    assert "stack dev: the engine failed\nprogress\nerror: something new" == message


def test_the_reasons_of_a_refusal_come_first_and_nothing_follows_them() -> None:
    reasons = "Pulumi.dev.yaml:3 [quota-over-ceiling]\nNothing was changed."
    stdout = f"""Previewing update (dev):
    pulumi:pulumi:Stack tenancy-dev **failed** 2 errors; 24 messages
Diagnostics:
  pulumi:pulumi:Stack (tenancy-dev):
    the plan of acme
    error: {reasons.splitlines()[0]}
    Nothing was changed.
    {UNHANDLED}
Resources:
    1 unchanged
"""

    reported = error_from("dev", error("", stdout), [reasons, UNHANDLED])

    assert EngineFailure.REFUSED is reported.failure
    assert f"stack dev: refused\n{reasons}" == str(reported)
    assert "unhandled" not in str(error_from("dev", error("", stdout)))


def test_of_a_long_output_the_beginning_and_the_end_are_kept() -> None:
    errors = [f"error: {number} is wrong" for number in range(970)]

    shown = diagnostics("Diagnostics:\n" + "\n".join(errors)).splitlines()
    few = diagnostics("Diagnostics:\n" + "\n".join(errors[:60])).splitlines()

    assert [errors[0], errors[-1]] == [shown[0], shown[-1]]
    assert "… 910 lines are left out …" == shown[30]
    assert 61 == len(shown)
    assert errors[:60] == few
