"""Kueue's published CRDs, from its Go module with its committed checksum."""

import functools
import json
import shutil
import subprocess
from pathlib import Path

import yaml

from tests.karpenter import closed

MODULE = Path(__file__).parents[1] / "toolchain" / "kueue"
NAME = "sigs.k8s.io/kueue"


@functools.cache
def source() -> Path:
    """Return the folder of Kueue's module; Go fetches it once and checks it by go.sum."""
    go = shutil.which("go")
    assert go is not None, "Kueue's CRDs come by Go's module proxy: put `go` on PATH"
    version = next(
        line.split()[1]
        for line in (MODULE / "go.mod").read_text().splitlines()
        if line.split()[:1] == [NAME]
    )
    answer = subprocess.run(
        [go, "mod", "download", "-json", f"{NAME}@{version}"],
        cwd=MODULE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr or answer.stdout
    return Path(json.loads(answer.stdout)["Dir"])


@functools.cache
def crds() -> tuple[dict, ...]:
    """Return every CRD of Kueue."""
    files = sorted((source() / "config" / "components" / "crd" / "bases").glob("*.yaml"))
    assert files
    return tuple(yaml.load(file.read_text(), Loader=yaml.CSafeLoader) for file in files)


def schema(kind: str) -> dict:
    """Return the JSON Schema of *kind* in v1beta2; it allows no other properties."""
    crd = next(crd for crd in crds() if crd["spec"]["names"]["kind"] == kind)
    version = next(v for v in crd["spec"]["versions"] if v["name"] == "v1beta2")
    return closed(version["schema"]["openAPIV3Schema"])
