"""The examples of `docs/network.md`, as their readers write them."""

import re
from collections.abc import Mapping
from pathlib import Path

import yaml

from tenancy import manifests
from tests.unit.builders import a_namespace, a_platform, a_tenancy, an_organization

PAGE = Path(__file__).parents[2] / "docs/network.md"
EXAMPLES = (
    "A web service behind an ingress controller",
    "A database outside of the cluster",
    "Downloads from the internet",
    "A load balancer",
)


def blocks(heading: str) -> list[str]:
    """Return the blocks of YAML below *heading*."""
    text = PAGE.read_text(encoding="utf-8")
    section = text.split(f"## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"```yaml\n(.*?)```", section, flags=re.DOTALL)


def documented(heading: str) -> dict[str, object]:
    """Return what `a_tenancy` takes for the example below *heading*, in the namespace web."""
    platform: Mapping[str, object] = {}
    keys: dict[str, object] = {}
    for block in blocks(heading):
        written = yaml.safe_load(block)
        if "config" in written:
            platform = {**platform, **written["config"]["tenancy:platform"]}
        elif "namespaces" in written:
            [keys] = written["namespaces"]
        elif "internet" in written:
            platform = {**platform, **written}
        else:
            keys = {**keys, **written}
    namespace = a_namespace(**{"id": "web", **keys})
    return {
        "organizations": {"acme": an_organization(namespace)},
        "platform": a_platform(**platform),
    }


def network_policies(heading: str) -> list[dict]:
    """Return the network policies that the example below *heading* renders."""
    tenancy = a_tenancy(**documented(heading))
    environment = tenancy.environments["dev"]
    rendered = manifests.environment(environment, tenancy.platform_of(environment))
    return [dict(one) for one in rendered if one["kind"] == "NetworkPolicy"]
