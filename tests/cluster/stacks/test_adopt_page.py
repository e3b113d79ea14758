"""Each command and each change of docs/adopt.md, as it is written there, on a control plane."""

import re
import shlex

import pytest
import yaml
from typer.testing import CliRunner

from tenancy.cli import app
from tests.cluster.stacks.released_world import marks, values
from tests.snippets import blocks, commands

pytestmark = [pytest.mark.cluster, pytest.mark.nightly]

PAGE = "docs/adopt.md"
SHOP = ("shop-frontend", "shop-backend")
CHANGES = re.compile(r"tenancy (adopt(?!.*--(report|write))|release)\b")
"""These ask first."""


def of_page(heading: str, language: str = "sh") -> list[str]:
    """The commands, or the blocks of YAML, below a heading of the page."""
    found = [one for one in blocks(language, PAGE) if one.heading == heading]
    assert found, heading
    if language == "sh":
        return [command for block in found for command in commands(block)]
    return [block.text for block in found]


def run(project, command: str, *codes: int) -> str:
    """Run a command of the page in the project's folder."""
    program, *arguments = shlex.split(command)
    assert "tenancy" == program
    yes = ["--yes"] if CHANGES.match(command) else []
    result = CliRunner().invoke(app, [*arguments, *yes, "-C", str(project.root)])
    assert result.exit_code in (codes or (0,)), result.output
    return " ".join(result.output.split())


def up(project, stack: str, code: int = 0) -> str:
    return run(project, f"tenancy up --yes --stack {stack}", code)


def labelled(name: str, **labels: str) -> dict:
    metadata = {"name": name, "labels": labels}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def an_agent(name: str, namespace: str, image: str = "i", **spec: object) -> dict:
    labels = {"app": name}
    template = {
        "metadata": {"labels": labels},
        "spec": {"containers": [{"name": "c", "image": image, **spec}]},
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"selector": {"matchLabels": labels}, "template": template},
    }


def with_enforcement(project, identifier: str, written: str) -> None:
    """Write the page's block below a namespace of the organization shop."""
    path = project.root / "organizations/shop.yaml"
    config = yaml.safe_load(path.read_text())
    [one] = [n for n in config["namespaces"] if n["id"] == identifier]
    one |= yaml.safe_load(written)
    path.write_text(yaml.safe_dump(config, sort_keys=False))


def test_the_page_is_followed_from_the_report_to_the_release(project, kubectl_of) -> None:
    kubectl = kubectl_of(project.box)
    address = [{"name": "OLD", "value": "http://10.9.9.9:8080"}]
    kubectl(
        "create",
        "-f",
        "-",
        manifest=[
            *(labelled(name, team="shop") for name in SHOP),
            labelled("monitoring"),
            an_agent("old-agent", "shop-frontend", env=address),
            an_agent("api", "shop-backend"),
            an_agent("prometheus", "monitoring"),
        ],
    )
    before = values(kubectl, *SHOP, "monitoring")

    for command in (*of_page("1. Look"), *of_page("2. Write the files")):
        assert "in audit: nothing of Tenancy refuses" in run(project, command)
    assert [] == marks(kubectl, *SHOP)
    [adopt] = of_page("3. Take over, in audit")
    assert "taken over Namespace" in run(project, adopt)
    assert before.keys() <= values(kubectl, *SHOP, "monitoring").keys()
    [plan] = of_page("4. See what enforcement would do")
    assert "Deployment/old-agent to 10.9.9.9 on TCP 8080 would stop" in run(project, plan, 0, 2)

    enforce, accept, _ = of_page("5. Enforce", "yaml")
    audited = (project.root / "organizations/shop.yaml").read_text()
    with_enforcement(project, "frontend", enforce)
    assert "[connection-stopped]" in up(project, "dev", 3)
    with_enforcement(project, "frontend", accept)
    with_enforcement(project, "backend", enforce)
    up(project, "dev")
    there = kubectl("get", "networkpolicies", "-n", "shop-frontend", "-o", "name")
    assert "default-deny" in there
    (project.root / "organizations/shop.yaml").write_text(audited)
    up(project, "dev")
    there = kubectl("get", "networkpolicies", "-n", "shop-frontend", "-o", "name")
    assert "" == there.strip()

    for command in of_page("Namespaces of the platform"):
        run(project, command)
    file = project.root / "Pulumi.platform.yaml"
    written = yaml.safe_load(file.read_text())["config"]["tenancy:platform"]["shared"]
    assert ["audit"] == [
        one["enforcement"]["mode"] for one in written if one["name"] == "monitoring"
    ]
    assert marks(kubectl, "monitoring")

    for command in of_page("Out again"):
        run(project, command)
    assert [] == marks(kubectl, *SHOP, "monitoring")
    after = values(kubectl, *SHOP, "monitoring")
    assert before.keys() <= after.keys()
    for stack in ("platform", "dev"):
        assert "would be DELETED" not in run(project, f"tenancy plan --stack {stack}", 0, 2)
