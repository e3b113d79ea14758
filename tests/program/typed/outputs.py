"""Annotations may be outputs."""

import pulumi
from tenancy_components import Namespace, NamespaceArgs

ticket: pulumi.Output[str] = pulumi.Output.from_input("OPS-1")
args: NamespaceArgs = {
    "name": "lab",
    "quota": {"pods": 3},
    "annotations": {"example.com/ticket": ticket, "example.com/team": "lab"},
    "network": {"egress": [{"internet": True, "ports": [443]}]},
}
lab = Namespace("lab", args)
pulumi.export("namespace", lab.name)
