"""What commands write for programs is what the published schema describes."""

from collections.abc import Callable

import jsonschema
import pytest

from tenancy.diagnostics.errors import TenancyError
from tenancy.diagnostics.exit_codes import Exit
from tenancy.drifting import Change, Difference, Identity, Weight
from tenancy.drifting.report import data as drift_data
from tenancy.engine import EngineError, EngineFailure, Result, Step
from tenancy.engine.outcomes import in_sequence
from tenancy.output.json_schemas import written
from tenancy.output.outcomes_json import data, result_data, schema

URN = "urn:pulumi:dev::tenancy::kubernetes:core/v1:Namespace::acme-dev"

PREVIEW = Result(
    stack="dev",
    kind="preview",
    summary={"create": 1, "same": 3, "an-operation-of-tomorrow": 1},
    steps=(
        Step(op="create", urn=URN, type="kubernetes:core/v1:Namespace", changes=("metadata",)),
    ),
    outputs={},
    text="",
    messages=("organization acme",),
)

QUOTA = Difference(
    object=Identity(kind="ResourceQuota", namespace="acme-dev", name="quota"),
    field=("spec", "hard", "pods"),
    change=Change.CHANGED,
    weight=Weight.USAGE,
    desired="20",
    live="200",
    manager="kubectl-edit",
)
CLUSTER_WIDE = Difference(
    object=Identity(kind="ClusterRole", name="mine"),
    field=(),
    change=Change.ADDED,
    weight=Weight.SECURITY,
    live={"rules": []},
)


def raising(error: TenancyError) -> Callable[[str], Result]:
    def work(_stack: str) -> Result:
        raise error

    return work


def test_who_reads_it_need_not_fear_a_further_key() -> None:
    """Our own tests find one that is not described; the published schema lets it be."""
    said = data("preview", in_sequence(["dev"], lambda _: PREVIEW), result_data)
    later = {**said, "stacks": [{**one, "seconds": 3} for one in said["stacks"]], "more": 1}
    wrong = {**later, "stacks": [{**one, "exit": "0"} for one in said["stacks"]]}

    jsonschema.validate(later, written("outcomes"))
    with pytest.raises(jsonschema.ValidationError, match="seconds"):
        jsonschema.validate(later, schema())
    with pytest.raises(jsonschema.ValidationError, match="not of type 'integer'"):
        jsonschema.validate(wrong, written("outcomes"))


def test_what_the_engine_did_is_as_the_schema_says() -> None:
    said = data("preview", in_sequence(["dev"], lambda _: PREVIEW), result_data)

    jsonschema.validate(said, schema())
    [dev] = said["stacks"]
    assert {
        "empty": False,
        "changes": {"create": 1, "an-operation-of-tomorrow": 1},
        "steps": [
            {
                "op": "create",
                "type": "kubernetes:core/v1:Namespace",
                "name": "acme-dev",
                "urn": URN,
                "changes": ["metadata"],
            }
        ],
        "messages": ["organization acme"],
    } == dev["result"]


def test_differences_are_as_the_schema_says() -> None:
    said = data(
        "drift",
        in_sequence(["dev"], lambda _: (QUOTA, CLUSTER_WIDE), exit_of=lambda _: Exit.CHANGES),
        lambda found: {"differences": drift_data(found)},
    )

    jsonschema.validate(said, schema())
    assert (2, "changes") == (said["exit"], said["stacks"][0]["status"])


@pytest.mark.parametrize(
    ("error", "status"),
    [
        pytest.param(EngineError("dev", "no", EngineFailure.REFUSED), "refused", id="refused"),
        pytest.param(EngineError("dev", "broken"), "failed", id="failed"),
    ],
)
def test_an_error_stands_where_there_is_no_result(error: TenancyError, status: str) -> None:
    said = data("up", in_sequence(["dev"], raising(error)), result_data)

    jsonschema.validate(said, schema())
    [dev] = said["stacks"]
    assert (status, None, str(error)) == (dev["status"], dev["result"], dev["error"])


@pytest.mark.parametrize("code", list(Exit), ids=lambda code: code.name)
def test_every_exit_has_its_word(code: Exit) -> None:
    said = data(
        "up", in_sequence(["dev"], lambda _: PREVIEW, exit_of=lambda _: code), result_data
    )

    jsonschema.validate(said, schema())
    assert (code.name.lower(), code.value) == (said["stacks"][0]["status"], said["exit"])


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"kind": "plan"}, id="a command of which it is not"),
        pytest.param({"version": 2}, id="another version"),
        pytest.param({"more": 1}, id="a key that nobody published"),
        pytest.param({"stacks": [{"stack": "dev"}]}, id="a stack without its outcome"),
    ],
)
def test_the_schema_refuses_what_is_never_written(wrong: dict[str, object]) -> None:
    said = data("up", in_sequence(["dev"], lambda _: PREVIEW), result_data)
    jsonschema.validate(said, schema())

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**said, **wrong}, schema())
