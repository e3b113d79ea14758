"""1,000 namespaces are proposed at once, applied in stages, interrupted, and resumed."""

import os
import signal
import subprocess
import sys
import time

import pytest
import yaml

from tenancy.engine.errors import EngineError
from tests.cluster.stacks.test_adopt import STYLES, a_namespace
from tests.cluster.templates import PATHS

pytestmark = [pytest.mark.cluster, pytest.mark.nightly]

COUNT, TEAMS = 1000, 100
STAGES = ("t0", "t1", "t2")
"""The teams that are applied here; each takes about as long. The last is interrupted."""


def run(project, *arguments: str) -> subprocess.Popen[str]:
    """Start a command of ours in a process of its own, which can be interrupted."""
    command = [sys.executable, "-c", "from tenancy.cli import main; main()", *arguments]
    return subprocess.Popen(
        [*command, "-C", str(project.root), "-s", "dev"],
        env={**os.environ, **PATHS},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finished(process: subprocess.Popen[str], code: int = 0) -> str:
    output, _ = process.communicate(timeout=500)
    assert code == process.returncode, output[-4000:]
    return output


def of_team(kubectl, team: str, *more: str) -> dict[str, str]:
    """The UIDs of a team's namespaces, by name."""
    found = kubectl.json("get", "namespaces", "-l", ",".join((f"team={team}", *more)))["items"]
    return {one["metadata"]["name"]: one["metadata"]["uid"] for one in found}


def test_a_thousand_namespaces_are_proposed_at_once_and_applied_in_stages(
    make_project, kubectl_of, capsys
) -> None:
    project = make_project("platform")
    kubectl = kubectl_of(project.box)
    for team in range(TEAMS):
        objects = [
            one
            for index in range(COUNT // TEAMS)
            for one in a_namespace(
                f"legacy-{team}-{index}", STYLES[index % len(STYLES)], f"t{team}"
            )
        ]
        kubectl("create", "-f", "-", manifest=objects)

    start = time.monotonic()
    finished(run(project, "adopt", "--write", "--selector", "team", "--group-by", "label:team"))
    proposed = time.monotonic() - start
    files = sorted((project.root / "organizations").glob("t*.yaml"))
    assert TEAMS == len(files)
    described = [yaml.safe_load(path.read_text()) for path in files]
    assert COUNT == sum(len(one["namespaces"]) for one in described)
    assert {} == of_team(kubectl, "t0", "tenancy.dev/managed=true")

    before = {team: of_team(kubectl, team) for team in STAGES}
    times = []
    for team in STAGES:
        adopt = ("adopt", "--yes", "--selector", f"team={team}", "--group-by", "label:team")
        start = time.monotonic()
        process = run(project, *adopt)
        if team == STAGES[-1]:
            while not of_team(kubectl, team, "tenancy.dev/managed=true"):
                assert process.poll() is None, process.communicate()[0]
                time.sleep(0.5)
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=300)
            assert 0 != process.returncode
            process = run(project, *adopt)
            output, _ = process.communicate(timeout=500)
            # The interrupt may come when everything is taken over already.
            assert "taken over" in output or "nothing is left to adopt" in output, output
        else:
            assert "taken over" in finished(process)
        times.append(time.monotonic() - start)

    for team in STAGES:
        assert before[team] == of_team(kubectl, team, "tenancy.dev/managed=true")
    assert {} == of_team(kubectl, "t3", "tenancy.dev/managed=true")
    with capsys.disabled():
        stages = ", ".join(f"{seconds:.0f} s" for seconds in times)
        print(f"\n{COUNT} namespaces proposed in {proposed:.0f} s")
        print(f"stages of {COUNT // TEAMS}, the last one interrupted: {stages}")
    adopted = len(STAGES) * COUNT // TEAMS
    # What is described and not adopted yet is refused by name; nothing else is left to do.
    with pytest.raises(
        EngineError,
        match=rf"(?s)name-taken.*namespace legacy-99-9, which exists.*{COUNT - adopted} errors",
    ):
        project.session("dev").preview()
    for path in files:
        if path.stem not in STAGES:
            path.unlink()
    stack = project.root / "Pulumi.dev.yaml"
    written = yaml.safe_load(stack.read_text())
    organizations = written["config"]["tenancy:organizations"]
    written["config"]["tenancy:organizations"] = {team: organizations[team] for team in STAGES}
    stack.write_text(yaml.safe_dump(written))
    assert () == tuple(project.session("dev").preview().steps)
