"""An output is in a place that decides which resources exist."""

import pulumi
from tenancy_components import NamespaceArgs

name = pulumi.Output.from_input("lab")
args: NamespaceArgs = {"name": name}  # error: Output
