"""Projects of any size for the measurements."""

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
    """Write a project at *root*: ten namespaces an organization, all that inherit of one."""
    root.mkdir(parents=True, exist_ok=True)
    for file in ("Pulumi.yaml", "Pulumi.platform.yaml", "__main__.py"):
        (root / file).write_text((ROOT / file).read_text())
    text = [_HEAD]
    for index in range((namespaces + 9) // 10):
        count = min(10, namespaces - 10 * index)
        text.append(_ORGANIZATION.format(index=index, cpu=2 * count, pods=20 * count))
        text += [
            f"        - id: n{i}\n" + ("          profile: standard\n" if i == 0 else "")
            for i in range(count)
        ]
    (root / "Pulumi.dev.yaml").write_text("".join(text))
