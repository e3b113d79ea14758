import json
from pathlib import Path

import pulumi
import pulumi_kubernetes
from tenancy_components import Organization

cluster = pulumi_kubernetes.Provider(
    "cluster",
    kubeconfig=pulumi.Config().require("kubeconfig"),
    cluster_identifier="shared",
)
args = json.loads(Path("organization.json").read_text())
if args.pop("secret", False):
    args["prefix"] = pulumi.Output.secret(args["prefix"])
Organization(
    pulumi.Config().require("name"),
    args,
    opts=pulumi.ResourceOptions(provider=cluster),
    allow_deletion=args.pop("allowDeletion", ()),
)
