"""Why the engine failed, in words: known messages of Pulumi, what each means, what to do."""

import re
from typing import Final

import attrs

__all__ = ["Explanation", "diagnostics", "explain"]


@attrs.frozen
class Explanation:
    """
    What a message of Pulumi means.

    Attributes:
        pattern: Found in its output.
        cause: What happened.
        remedy: What to do, in the imperative.
        is_transient: Whether the same update may succeed a moment later.
    """

    pattern: re.Pattern[str]
    cause: str
    remedy: str
    is_transient: bool = attrs.field(default=False, kw_only=True)


def _known(pattern: str, cause: str, remedy: str, *, is_transient: bool = False) -> Explanation:
    compiled = re.compile(pattern, re.IGNORECASE)
    return Explanation(compiled, cause, remedy, is_transient=is_transient)


_BUSY: Final = (
    r"Too ?Many ?Requests|server is currently unable to handle the request"
    r"|Internal error occurred|an error on the server \("
    r"|etcdserver: (request timed out|leader changed)|TLS handshake timeout"
    r"|http2: (client connection lost|server sent GOAWAY)|connection reset by peer"
    r"|(?<!\w)EOF(?!\w)|unable to return a response in the time allotted"
    r"|was answered with (429|50[0234])|got no answer: the connection was closed"
)
"""What the API server answers, or how it breaks off, when it may answer a moment later."""

_NOT_ANSWERED: Final = (
    "the API server did not answer a request, or asked to come back later",
    "run this again; what was done is kept",
)

_KNOWN: Final = (
    _known(
        r"passphrase must be set",
        "the passphrase of the stack's secrets is not set",
        "set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE",
    ),
    _known(
        r"incorrect passphrase",
        "the passphrase of the stack's secrets is wrong",
        "correct PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE",
    ),
    _known(
        r"PULUMI_ACCESS_TOKEN must be set for login",
        "this shell is not logged in to a backend for Pulumi's state",
        "run `pulumi login`, or set PULUMI_BACKEND_URL (and PULUMI_ACCESS_TOKEN for Pulumi"
        " Cloud); a URL of an unknown kind is ignored",
    ),
    _known(
        r"invalid access token|\[401\] Unauthorized",
        "the backend for Pulumi's state refused the access token; it may have expired",
        "run `pulumi login` again, or correct PULUMI_ACCESS_TOKEN",
    ),
    _known(
        r"unable to open bucket file://",
        "the folder for Pulumi's state does not exist",
        "create it, or correct PULUMI_BACKEND_URL",
    ),
    _known(
        r"unable to open bucket|no driver registered for|could not parse backend",
        "the backend for Pulumi's state cannot be opened",
        "correct PULUMI_BACKEND_URL, or run `pulumi login`",
    ),
    _known(
        r"\.pulumi/meta\.yaml|failed to refresh cached credentials|NoCredentialProviders"
        r"|could not find default credentials",
        "the bucket for Pulumi's state cannot be read with the credentials of this shell",
        "log in to the cloud, and check PULUMI_BACKEND_URL",
    ),
    _known(
        rf"configured Kubernetes cluster is unreachable: .*({_BUSY})",
        *_NOT_ANSWERED,
        is_transient=True,
    ),
    _known(
        r"configured Kubernetes cluster is unreachable",
        "the cluster does not answer, or refuses the credentials",
        "check the kubeconfig, the network and the login with `kubectl get namespaces`",
    ),
    _known(
        r"performing HTTP request: .*no such host",
        "the name of the backend for Pulumi's state does not resolve",
        "check PULUMI_BACKEND_URL, the DNS and the VPN",
    ),
    _known(
        r"performing HTTP request: .*(connection refused|timeout|deadline exceeded)",
        "the backend for Pulumi's state does not answer",
        "check PULUMI_BACKEND_URL, the network and the VPN",
    ),
    _known(
        r"performing HTTP request: .*(x509|tls:)",
        "the TLS certificate of the backend for Pulumi's state is not trusted",
        "add its certificate authority to this machine's trusted certificates; a proxy may "
        "also present its own certificate",
    ),
    _known(
        r"no resource plugin .* found|failed to load resource plugin|could not (find|download)"
        r" .*plugin|error downloading provider",
        "a plugin of Pulumi is missing and cannot be downloaded",
        "check the network, or install it with `pulumi plugin install`",
    ),
    _known(
        r"conflicts? with \"[^\"]+\"",
        "another field manager owns a field that the update changes, and the API server refused"
        " the change",
        "run `tenancy drift --stack STACK`, which lists who wrote which field and when; with"
        " --repair it asks whether to take the fields over",
    ),
    _known(
        r"no space left on device",
        "the disk is full",
        "free some space, and run this again; finished changes are kept",
    ),
    _known(
        rf"{_BUSY}|dial tcp \S+ connect: connection refused",
        *_NOT_ANSWERED,
        is_transient=True,
    ),
)

_NOISE: Final = re.compile(
    r"from \$PATH|an unhandled error occurred: program exited with non-zero exit code"
    r"|^\s*(pulumi:pulumi:Stack \([^)]*\):|pulumi:pulumi:Stack .* \*\*failed\*\*.*)\s*$"
    r"|^Logging in using access token|WARN falling back to IMDSv1",
    re.IGNORECASE,
)
"""Lines without information: the program's own error is printed next to them."""
_KEPT_LINES: Final = 60


def explain(output: str) -> Explanation | None:
    """
    Return what *output* of the engine means; None if it contains no known message.

    >>> explain("error: incorrect passphrase").cause
    "the passphrase of the stack's secrets is wrong"
    """
    return next((known for known in _KNOWN if known.pattern.search(output)), None)


def diagnostics(output: str) -> str:
    """Return the part of *output* for people: diagnostics where there are any, else its end."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", _without_wrapping(output))
    # A program whose update failed is ended with a KeyboardInterrupt; the reason is printed
    # next to it.
    plain = re.sub(
        r"\n *Traceback \(most recent call last\):\n(?: .*\n)*? *KeyboardInterrupt(?=\n|$)",
        "",
        plain,
    )
    _, heading, rest = plain.partition("Diagnostics:")
    text = rest if heading else plain
    for end in ("\nResources:\n", "\nOutputs:\n", "\nDuration:"):
        text = text.partition(end)[0]
    lines = [line for line in text.splitlines() if line.strip() and not _NOISE.search(line)]
    left_out = len(lines) - _KEPT_LINES
    if left_out > 0:
        # The cause is at the beginning of a list of errors, and at the end of a long log.
        half = _KEPT_LINES // 2
        lines = [*lines[:half], f"… {left_out} lines are left out …", *lines[-half:]]
    return "\n".join(lines)


def _without_wrapping(output: str) -> str:
    """Return *output* without the labels that the SDK puts around a failed command."""
    match = re.fullmatch(
        r"\s*code: -?\d+\s*\n\s*stdout:(.*?)\n\s*stderr:(.*)", output, flags=re.DOTALL
    )
    if match is None:
        return output
    return "\n".join(part.strip("\n ") for part in match.groups() if part.strip())
