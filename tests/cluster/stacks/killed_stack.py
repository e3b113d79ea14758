"""The stack whose updates are killed, in versions between which every kind of step is made."""

from collections.abc import Mapping
from pathlib import Path

STACK = "killed"

_VERSIONS: Mapping[str, Mapping[str, object]] = {
    "first": {"organizations": ("red", "blue"), "pods": 20, "group": "developers"},
    "second": {"organizations": ("blue", "green"), "pods": 25, "group": "makers"},
    "third": {"organizations": ("red", "green"), "pods": 15, "group": "developers"},
}


def write_stack(root: Path, version: str) -> None:
    """Write the stack in one of its versions: each has other namespaces and other quotas."""
    wanted = _VERSIONS[version]
    names = wanted["organizations"]
    assert isinstance(names, tuple)
    deletable = [f"{name}-a" for name in names]
    lines = [
        "config:",
        "  tenancy:environment: dev",
        "  tenancy:cluster: sandbox",
        "  tenancy:platformStack: platform",
        f"  tenancy:allowDeletion: [{', '.join(deletable)}]",
        "  tenancy:profiles:",
        "    standard:",
        f"      quota: {{requests.cpu: 2, limits.cpu: 4, pods: {wanted['pods']}}}",
        "      limitRange:",
        "        container:",
        f"          default: {{cpu: {wanted['pods']}0m}}",
        "          defaultRequest: {cpu: 100m}",
        "  tenancy:organizations:",
    ]
    for name in names:
        lines += [
            f"    {name}:",
            f"      prefix: {name}",
            "      defaultNamespace: a",
            f"      members: [{{group: {name}-{wanted['group']}, role: developer}}]",
            "      namespaces: [{id: a, profile: standard}]",
        ]
    (root / f"Pulumi.{STACK}.yaml").write_text("\n".join(lines) + "\n")
