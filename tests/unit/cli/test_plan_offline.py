import json
from collections.abc import Callable
from pathlib import Path

from typer.testing import Result

from tenancy.diagnostics.exit_codes import Exit

Run = Callable[..., Result]

DEV = """\
Summary of dev, from the files alone
  not read: the cluster sandbox, so what is used now, which names exist and what
    was changed by hand are not known

Organization acme (Acme Agents)
  prefix acme, owner platform@acme.example, subscription group sg-acme, cost
    centre cc-1042
  Namespaces (3 of at most 10)
    acme-dev: stack dev on cluster sandbox, workload agents, pod security
      baseline
      16 default pods fit, by requests.memory, limits.cpu and limits.memory
  Quotas, totals over all environments
    requests.cpu
         2  acme-dev
      +  4  acme-staging
      +  8  acme-prod
      = 14  of 14: nothing left
    requests.memory
         2Gi  acme-dev
      +  4Gi  acme-staging
      +  8Gi  acme-prod
      = 14Gi  of 14Gi: nothing left
    limits.cpu
         4  acme-dev
      +  8  acme-staging
      + 16  acme-prod
      = 28  of 28: nothing left
    limits.memory
         4Gi  acme-dev
      +  8Gi  acme-staging
      + 16Gi  acme-prod
      = 28Gi  of 28Gi: nothing left
    pods
         20  acme-dev
      +  30  acme-staging
      +  50  acme-prod
      = 100  of 120: 20 left
    requests.storage
        10Gi  acme-dev
      = 10Gi  no ceiling; 2 namespaces set no limit
  Access
    admin
      Group oidc:acme-leads: acme-dev
    developer
      Group oidc:acme-developers: acme-dev
  GPUs
    none granted in the files; each namespace has a GPU quota of 0

GPU node pool h100 (platform stack platform)
"""


def test_the_shipped_dev_stack_is_said_whole(run: Run) -> None:
    result = run("plan", "--offline", "--stack", "dev")

    assert 0 == result.exit_code
    assert result.stdout.startswith(DEV)


def test_clusters_are_named_as_not_read(run: Run) -> None:
    result = run("plan", "--offline")

    assert "not read: the cluster sandbox" in result.stdout
    assert result.stdout.endswith("0 errors\n")


def test_lines_fit_eighty_columns(run: Run) -> None:
    result = run("plan", "--offline")

    assert [] == [line for line in result.stdout.splitlines() if len(line) > 80]


def test_an_upgrade_of_kubernetes_lists_what_it_changes(run: Run) -> None:
    result = run("plan", "--offline", "--kubernetes", "1.37")

    assert 0 == result.exit_code
    assert "[upgrade-changes]" in result.stdout
    assert "Kubernetes 1.36, for the pool h100: DRAExtendedResource is" in " ".join(
        result.stdout.split()
    )
    assert "[upgrade-changes]" not in run("plan", "--offline").stdout


def test_something_else_than_a_release_is_refused(run: Run) -> None:
    result = run("plan", "--offline", "--kubernetes", "latest")

    assert Exit.USAGE == result.exit_code
    assert "--kubernetes latest: write a minor release, such as 1.37" in result.stderr


def test_a_sum_over_the_ceiling_is_said_and_refused(run: Run, project: Path) -> None:
    path = project / "organizations" / "acme.yaml"
    path.write_text(path.read_text().replace('requests.cpu: "14"', 'requests.cpu: "13"'))

    result = run("plan", "--offline")

    assert Exit.REFUSED == result.exit_code
    assert "      = 14  of 13: OVER LIMIT by 1" in result.stdout
    assert "[quota-over-ceiling]" in result.stdout


def test_grants_are_set_against_the_pool(run: Run, project: Path) -> None:
    path = project / "organizations" / "acme.yaml"
    path.write_text(
        path.read_text().replace(
            "    subscription: sub-acme-dev\n",
            "    subscription: sub-acme-dev\n    gpus: [{ pool: h100, gpus: 6 }]\n",
        )
    )

    result = run("plan", "--offline")

    assert "    acme-dev: 6 nvidia.com/gpu of pool h100" in result.stdout
    assert "  6 granted in the files, 10 left" in result.stdout


def test_json_holds_the_same_facts(run: Run) -> None:
    result = run("plan", "--offline", "--json")

    plan = json.loads(result.stdout)
    [acme] = plan["organizations"]
    [cpu] = [total for total in acme["totals"] if total["key"] == "requests.cpu"]
    [dev] = [n for n in acme["namespaces"] if n["namespace"] == "acme-dev"]
    assert 0 == result.exit_code
    assert ["platform", "dev", "staging", "prod"] == plan["stacks"]
    assert [
        ("acme-dev", "dev", "sandbox", "2"),
        ("acme-staging", "staging", "sandbox", "4"),
        ("acme-prod", "prod", "sandbox", "8"),
    ] == [(n["namespace"], n["stack"], n["cluster"], n["amount"]) for n in cpu["namespaces"]]
    assert ("14", "14") == (cpu["total"], cpu["ceiling"])
    assert 16 == dev["defaultPods"]["fit"]
    assert {
        "requests.cpu": "2",
        "requests.memory": "2Gi",
        "limits.cpu": "4",
        "limits.memory": "4Gi",
        "pods": "20",
        "requests.storage": "10Gi",
    } == dev["quotas"]["quota"]
    assert ["sandbox"] == plan["clustersNotRead"]
    assert [] == plan["findings"]
