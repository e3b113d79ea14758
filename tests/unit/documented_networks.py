"""The examples of `docs/network.md`, as their readers write them."""

from collections.abc import Mapping

import yaml

from tenancy import manifests
from tests.snippets import blocks
from tests.unit.builders import a_namespace, a_platform, a_tenancy, an_organization

EXAMPLES = (
    "A web service behind an ingress controller",
    "A database outside of the cluster",
    "Downloads from the internet",
    "A load balancer",
)


def documented(heading: str) -> dict[str, object]:
    """Return what `a_tenancy` takes for the example below *heading*, in the namespace web."""
    platform: Mapping[str, object] = {}
    keys: dict[str, object] = {}
    below = [b.text for b in blocks("yaml", "docs/network.md") if b.heading == heading]
    assert below
    for block in below:
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
