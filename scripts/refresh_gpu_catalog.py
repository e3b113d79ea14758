"""
Write the bundled GPU facts of instance types again, from moto's copy of AWS' own answers.

    python scripts/refresh_gpu_catalog.py            write the file
    python scripts/refresh_gpu_catalog.py --check    report whether its rows would stay

moto is a tool of development here; nothing that is shipped imports it.
"""

import argparse
import datetime
import gzip
import importlib.metadata
import json
import sys
from pathlib import Path

from tenancy.model.gpu_catalog import described

ROOT = Path(__file__).parents[1]
SNAPSHOT = ROOT / "tenancy/model/gpu_catalog/instance_types.json"
# Found without importing moto, which takes seconds.
SOURCE = Path(
    importlib.metadata.distribution("moto").locate_file(
        "moto/ec2/resources/instance_types.json.gz"
    )
)


def rows() -> list[dict[str, object]]:
    """Return the facts of every instance type with a GPU, sorted by name."""
    with gzip.open(SOURCE, "rt") as file:
        types: dict[str, dict[str, object]] = json.load(file)
    found = [described(entry) for entry in types.values() if "GpuInfo" in entry]
    return [fact.to_row() for fact in sorted(found, key=lambda fact: fact.name)]


def snapshot() -> str:
    """Return the file's text, with one row a line so that a change can be reviewed."""
    head = {
        "source": "moto/ec2/resources/instance_types.json.gz: answers of DescribeInstanceTypes",
        "moto": importlib.metadata.version("moto"),
        "date": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
    }
    lines = ",\n".join(f"    {json.dumps(row)}" for row in rows())
    top = "".join(f"  {json.dumps(key)}: {json.dumps(value)},\n" for key, value in head.items())
    return f'{{\n{top}  "instanceTypes": [\n{lines}\n  ]\n}}\n'


def main() -> int:
    """Write or check the file, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    if not parser.parse_args().check:
        SNAPSHOT.write_text(snapshot())
        return 0
    is_same: bool = json.loads(SNAPSHOT.read_text())["instanceTypes"] == rows()
    sys.stdout.write(f"{SNAPSHOT.name} {'is' if is_same else 'is not'} up to date\n")
    return 0 if is_same else 1


if __name__ == "__main__":
    sys.exit(main())
