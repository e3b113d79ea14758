"""Edits of a state by hand, as they are made when a stack has to be repaired."""

import json
import random
from collections.abc import Callable
from typing import Any

Resources = list[dict[str, Any]]


def edited(text: str, drawn: random.Random) -> str:
    """Return the state *text* with one edit."""
    whole = json.loads(text)
    found = whole["checkpoint"]["latest"]["resources"]
    drawn.choice(EDITS)(found, drawn)
    # The guard depends on what is removed.
    names = {one["urn"] for one in found}
    for one in found:
        if "dependencies" in one:
            one["dependencies"] = [urn for urn in one["dependencies"] if urn in names]
    return json.dumps(whole)


def _relabel(found: Resources, drawn: random.Random) -> None:
    quota = _drawn(found, "ResourceQuota", drawn)
    for part in (quota["inputs"], quota["outputs"], quota["outputs"]["__inputs"]):
        part["metadata"]["labels"]["tenancy.dev/managed"] = "edited"


def _remove(found: Resources, drawn: random.Random) -> None:
    found.remove(_drawn(found, "RoleBinding", drawn))


def _unprotect(found: Resources, drawn: random.Random) -> None:
    option = drawn.choice(("protect", "retainOnDelete"))
    for one in found:
        one.pop(option, None)


def _change_outputs(found: Resources, drawn: random.Random) -> None:
    _drawn(found, "ResourceQuota", drawn)["outputs"]["spec"]["hard"] = {"pods": "1"}


def _change_options(found: Resources, drawn: random.Random) -> None:
    options: tuple[dict[str, object], ...] = (
        {"dependencies": []},
        {"ignoreChanges": ["spec"]},
        {"customTimeouts": {"create": 60}},
        {"initErrors": ["not ready"]},
        {"additionalSecretOutputs": ["spec"]},
    )
    _drawn(found, "ResourceQuota", drawn).update(drawn.choice(options))


def _forget_an_output(found: Resources, drawn: random.Random) -> None:
    (stack,) = (one for one in found if one["type"] == "pulumi:pulumi:Stack")
    stack["outputs"].pop(drawn.choice(sorted(stack["outputs"])))


def _forget_times(found: Resources, drawn: random.Random) -> None:
    del drawn
    for one in found:
        one.pop("modified", None)


EDITS: tuple[Callable[[Resources, random.Random], None], ...] = (
    *(_relabel, _remove, _unprotect, _change_outputs),
    *(_change_options, _forget_an_output, _forget_times),
)


def _drawn(found: Resources, kind: str, drawn: random.Random) -> dict[str, Any]:
    return drawn.choice([one for one in found if one["type"].endswith(f":{kind}")])
