"""Projects of any size for the measurements."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]

_HEAD = """config:
  tenancy:environment: dev
  tenancy:cluster: sandbox
  tenancy:profiles:
    standard:
      quota:
        {requests.cpu: 2, requests.memory: 2Gi, limits.cpu: 4, limits.memory: 4Gi, pods: 20}
      limitRange:
        container:
          default: {cpu: 250m, memory: 256Mi}
          defaultRequest: {cpu: 100m, memory: 128Mi}
  tenancy:organizations:
"""

_ORGANIZATION = """    org-{index:04d}:
      prefix: org-{index:04d}
      defaultNamespace: n0
      ceiling: {{requests.cpu: {cpu}, pods: {pods}}}
      members:
        - {{group: org-{index:04d}-developers, role: developer}}
      namespaces:
"""


def write_project(root: Path, *, namespaces: int) -> None:
    """Write a project at *root*: one stack of organizations of ten namespaces each."""
    _write_program(root)
    organizations = (_organization(*found) for found in _organizations(namespaces))
    (root / "Pulumi.dev.yaml").write_text(_HEAD + "".join(organizations))


def write_fleet(root: Path, *, namespaces: int) -> list[str]:
    """Write the same with a stack for each organization, and return the stacks' names."""
    _write_program(root)
    stacks = []
    for index, count in _organizations(namespaces):
        stacks.append(f"dev-{index:04d}")
        text = _HEAD + _organization(index, count)
        (root / f"Pulumi.{stacks[-1]}.yaml").write_text(text)
    return stacks


def _write_program(root: Path) -> None:
    root.mkdir(parents=True, exist_ok=True)
    for old in root.glob("Pulumi.*.yaml"):
        old.unlink()
    for file in ("Pulumi.yaml", "Pulumi.platform.yaml", "__main__.py"):
        (root / file).write_text((ROOT / file).read_text())


def _organizations(namespaces: int) -> Iterator[tuple[int, int]]:
    """Yield the index of each organization and how many namespaces it has: ten, or the rest."""
    for index in range((namespaces + 9) // 10):
        yield index, min(10, namespaces - 10 * index)


def _organization(index: int, count: int) -> str:
    """Return an organization; all its namespaces inherit of the first."""
    head = _ORGANIZATION.format(index=index, cpu=2 * count, pods=20 * count)
    return head + "".join(
        f"        - id: n{i}\n" + ("          profile: standard\n" if i == 0 else "")
        for i in range(count)
    )
