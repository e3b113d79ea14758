"""Karpenter's published CRDs, from its Go modules with their committed checksums."""

import functools
import json
import shutil
import subprocess
from pathlib import Path

import yaml

MODULE = Path(__file__).parents[1] / "toolchain" / "karpenter"

FILES = {
    "sigs.k8s.io/karpenter": ["pkg/apis/crds/karpenter.sh_nodepools.yaml"],
    "github.com/aws/karpenter-provider-aws": [
        "pkg/apis/crds/karpenter.k8s.aws_ec2nodeclasses.yaml"
    ],
}


@functools.cache
def crds() -> dict[str, dict]:
    """Return each CRD by its kind; Go fetches the modules once and checks them by go.sum."""
    go = shutil.which("go")
    assert go is not None, "Karpenter's CRDs come by Go's module proxy: put `go` on PATH"
    versions = {
        line.split()[0]: line.split()[1]
        for line in (MODULE / "go.mod").read_text().splitlines()
        if line.startswith("\t")
    }
    answer = subprocess.run(
        [go, "mod", "download", "-json", *(f"{name}@{versions[name]}" for name in FILES)],
        cwd=MODULE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr or answer.stdout
    found = {}
    decoder = json.JSONDecoder()
    text = answer.stdout.strip()
    while text:
        module, end = decoder.raw_decode(text)
        text = text[end:].strip()
        for file in FILES[module["Path"]]:
            written = (Path(module["Dir"]) / file).read_text()
            crd = yaml.load(written, Loader=yaml.CSafeLoader)
            found[crd["spec"]["names"]["kind"]] = crd
    return found


def schema(kind: str) -> dict:
    """Return the JSON Schema of *kind*, closed: what an API server would prune is refused."""
    version = crds()[kind]["spec"]["versions"][0]
    return closed(version["schema"]["openAPIV3Schema"])


def closed(schema: dict) -> dict:
    """Return the schema of a CRD as JSON Schema that allows no other properties."""
    found = dict(schema)
    if "properties" in schema:
        found["properties"] = {k: closed(v) for k, v in schema["properties"].items()}
        if "additionalProperties" not in schema:
            found["additionalProperties"] = False
    if isinstance(schema.get("additionalProperties"), dict):
        found["additionalProperties"] = closed(schema["additionalProperties"])
    if "items" in schema:
        found["items"] = closed(schema["items"])
    if schema.get("x-kubernetes-int-or-string"):
        found.pop("type", None)
        found["anyOf"] = [{"type": "integer"}, {"type": "string"}]
    return found
