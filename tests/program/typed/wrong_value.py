"""A level of Pod Security is misspelt."""

from tenancy_components import Namespace, NamespaceArgs

args: NamespaceArgs = {
    "name": "lab",
    "podSecurity": {  # error: PodSecurityArgs
        "enforce": "base",
        "reason": "an old image",
    },
}
Namespace("lab", args)
