"""The figures of the last measurement: a JSON file, and the page with table and chart."""

import json
import os
import platform
import resource
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import psutil

from tenancy.local import tools
from tests.bench.helm import HELM
from tests.bench.profile import SERVERS, Seconds, profiled

ROOT = Path(__file__).parents[2]
FILE = Path(os.environ.get("BENCH_JSON", ROOT / "docs" / "performance.json"))
PAGE = FILE.with_suffix(".md")
STEPS = {
    "preview": "preview before create",
    "create": "create",
    "no-change preview": "preview, nothing changed",
    "no-change up": "update, nothing changed",
    "delete": "delete until gone",
}
_TOOLS = ("kube-apiserver", "pulumi", "pulumi-resource-kubernetes")

Figure = dict[str, float]
"""
Seconds, CPU seconds of the clients, and the same by whose they are.

The control plane is counted apart.
"""

_OF = "cpu of "


@contextmanager
def measured(
    into: dict[str, Figure], step: str, servers: Sequence[psutil.Process] = ()
) -> Iterator[None]:
    """Measure the block, every process that it starts and waits for, and the *servers*."""
    whose: Seconds = {}
    begin, before = time.perf_counter(), _cpu()
    with profiled(whose, servers):
        yield
    took, cpu = time.perf_counter() - begin, _cpu() - before
    shares = {f"{_OF}{name}": seconds for name, seconds in whose.items()}
    into[step] = {"seconds": round(took, 1), "cpu": round(cpu, 1), **shares}
    print(f"{step}: {took:.1f} s, {cpu:.1f} CPU s, {whose}", flush=True)


def record(name: str, figures: object) -> None:
    """Write the figures *name* into the file of the last run, and the page again."""
    whole = json.loads(FILE.read_text()) if FILE.is_file() else {}
    whole[name] = figures
    whole["machine"] = machine()
    whole["versions"] = versions()
    FILE.write_text(json.dumps(whole, indent=2, sort_keys=True) + "\n")
    PAGE.write_text(page(whole))


def machine() -> dict[str, object]:
    """Return what the figures depend on, without names."""
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return {
        "processors": os.cpu_count(),
        "memory GiB": round(pages * size / 2**30),
        "architecture": platform.machine(),
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
    }


def versions() -> dict[str, str]:
    """Return the versions of everything that takes part."""
    found = {tool.name: tool.version or "unknown" for tool in tools.report(ROOT)}
    return {
        **{name: found[name] for name in _TOOLS},
        "helm": str(HELM.version),
        "python": platform.python_version(),
        "tenancy": metadata.version("tenancy-sdk"),
    }


def page(whole: Mapping[str, dict]) -> str:
    """Return the page of *whole*: the table, a chart of its seconds, growth and fleet."""
    parts = [_HEAD, _facts(whole)]
    if "beside" in whole:
        processors = int(whole["machine"]["processors"])
        profile = _profile(whole["beside"], processors)
        parts += [_table(whole["beside"]), _chart(whole["beside"]), profile]
    if "growth" in whole:
        parts.append(_growth(whole["growth"]))
    if "fleet" in whole:
        parts.append(_fleet(whole["fleet"]))
    if "large cluster" in whole:
        parts.append(_large_cluster(whole["large cluster"]))
    if "starts" in whole:
        parts.append(_starts(whole["starts"]))
    return "\n".join(parts)


_HEAD = """# Performance

`make bench` writes this page and [performance.json](performance.json). The figures of each
section are of one run on one machine; compare them only with each other.

All peers use the sandbox, where Pulumi's engine writes no logs of its steps. With any other
cluster it writes them into `logs` of `PULUMI_HOME`, which takes about two fifths of its time.
"""


def _facts(whole: Mapping[str, dict]) -> str:
    facts = {**whole["machine"], **whole.get("versions", {})}
    return "\n".join(
        ["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in facts.items()), ""]
    )


def _table(beside: Mapping[str, dict]) -> str:
    peers = beside["peers"]
    lines = [
        f"## {beside['namespaces']} namespaces, {beside['objects']} objects",
        "",
        "Seconds (CPU seconds of the clients). *hand* is a tuned program: a stack for each",
        "organization, four at a time, `deleted_with`, no copies of the state. *kubectl* is",
        "`apply --server-side`, `diff` and `delete`; it plans nothing before namespaces exist.",
        "*helm* is a release for each organization, four at a time, with",
        "`--disable-openapi-validation`, and without the default service accounts. Its preview",
        "is `--dry-run=server`, which renders and compares nothing.",
        "",
        "| | " + " | ".join(peers) + " |",
        "|---|" + "---|" * len(peers),
    ]
    for step, title in STEPS.items():
        cells = [_cell(peers[peer].get(step)) for peer in peers]
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    return "\n".join([*lines, ""])


def _cell(figure: Figure | None) -> str:
    return "-" if figure is None else f"{figure['seconds']:.1f} ({figure['cpu']:.0f})"


def _chart(beside: Mapping[str, dict]) -> str:
    lines = []
    for step, title in STEPS.items():
        peers = {p: f[step]["seconds"] for p, f in beside["peers"].items() if step in f}
        longest = max(peers.values(), default=0) or 1
        lines.append(title)
        lines += [
            f"  {peer:8}{'█' * max(1, round(40 * took / longest))} {took:.1f}"
            for peer, took in peers.items()
        ]
    return "\n".join(["```text", *lines, "```", ""])


def _profile(beside: Mapping[str, dict], processors: int) -> str:
    """Return the table of whose CPU each step takes, the control plane's last."""
    peers: Mapping[str, Mapping[str, Figure]] = beside["peers"]
    found = [step for steps in peers.values() for step in steps.values()]
    named = {key for step in found for key, spent in step.items() if spent}
    whose = sorted(key for key in named if key.startswith(_OF))
    whose.sort(key=lambda key: key == f"{_OF}{SERVERS}")
    lines = [
        "## Whose CPU",
        "",
        "CPU seconds of each step, by the programs. *engine* is Pulumi's with its",
        "language host, *provider* is pulumi-kubernetes, *Python* is the program with Pulumi's",
        "SDK and, of `tenancy`, the command. *control plane* is the API server, etcd and the",
        "controllers, which take the same processors here. Processes are looked at ten times a",
        "second, so a little less is found than is spent.",
        "",
        "| | | " + " | ".join(key.removeprefix(_OF) for key in whose) + " |",
        "|---|---|" + "---|" * len(whose),
    ]
    for step, title in STEPS.items():
        for peer, steps in peers.items():
            if step in steps:
                cells = [f"{steps[step].get(key, 0):.1f}" for key in whose]
                lines.append(f"| {title} | {peer} | " + " | ".join(cells) + " |")
    lines += ["", *(_least(peers["tenancy"], one, processors) for one in ("create", "delete"))]
    return "\n".join([*lines, ""])


def _least(steps: Mapping[str, Figure], step: str, processors: int) -> str:
    """Return the seconds that the CPU of a step takes at least, and whose they are."""
    spent = {
        key.removeprefix(_OF): value
        for key, value in steps[step].items()
        if key.startswith(_OF)
    }
    whole = sum(spent.values())
    whose = sorted(spent.items(), key=lambda one: -one[1])
    shares = ", ".join(f"{name} {100 * cpu / whole:.0f} %" for name, cpu in whose if cpu)
    return (
        f"* `tenancy`, {STEPS[step]}: {whole:.0f} CPU seconds, which {processors} processors"
        f" do in {whole / processors:.0f} s at best ({shares})."
    )


def _growth(growth: Mapping[str, dict]) -> str:
    lines = [
        "## Growth",
        "",
        "Seconds (CPU seconds) of `tenancy` by the number of namespaces.",
        "",
        "| namespaces | " + " | ".join(STEPS.values()) + " |",
        "|---|" + "---|" * len(STEPS),
    ]
    for size, steps in sorted(growth.items(), key=lambda found: int(found[0])):
        cells = [_cell(steps.get(step)) for step in STEPS]
        lines.append(f"| {size} | " + " | ".join(cells) + " |")
    return "\n".join([*lines, ""])


def _fleet(fleet: Mapping[str, object]) -> str:
    lines = [
        "## A fleet, from its files",
        "",
        f"{fleet['organizations']} organizations with a stack each,"
        f" {fleet['namespaces']} namespaces. CPU seconds, without the start of the command.",
        "",
        "| | |",
        "|---|---|",
        f"| one stack checked, every file parsed | {fleet['parsed']} s |",
        f"| one stack changed and checked, other files kept | {fleet['one']} s |",
        f"| all stacks checked and rendered | {fleet['all']} s |",
        f"| peak memory | {fleet['MiB']} MiB |",
        "",
    ]
    return "\n".join(lines)


def _large_cluster(large: Mapping[str, dict]) -> str:
    lines = [
        "## One organization of a large cluster",
        "",
        f"{large['namespaces']} namespaces exist with their objects; the organization has ten"
        " of them. Seconds (CPU seconds).",
        "",
        "| | |",
        "|---|---|",
        *(f"| {step} | {_cell(figure)} |" for step, figure in large["steps"].items()),
        "",
    ]
    return "\n".join(lines)


def _starts(starts: Mapping[str, float]) -> str:
    rows = [f"| {name} | {seconds} s |" for name, seconds in starts.items()]
    return "\n".join(["## Starts", "", "CPU seconds.", "", "| | |", "|---|---|", *rows, ""])


def _cpu() -> float:
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    own, children = (resource.getrusage(who) for who in whose)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
