"""What no program of ours does: it prints and keeps every secret that it can reach."""

import os
from pathlib import Path

import pulumi

FILES = [path for path in Path(os.environ["PLANTED"]).rglob("*") if path.is_file()]
password = pulumi.Config("example").require("password")
reached = {
    **{path.name: path.read_text() for path in FILES},
    **{name: os.environ[name] for name in os.environ if name.startswith(("AWS_", "PULUMI_"))},
}
for name, text in reached.items():
    pulumi.info(f"{name}: {text}")
    pulumi.export(name, text)
# Kept as it should be: encrypted.
pulumi.export("kept", pulumi.Output.secret(password))
pulumi.export("shown", password)
