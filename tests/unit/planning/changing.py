"""One change of a small tenancy: what was, what is written now, and the plan between them."""

import json
from collections.abc import Mapping
from types import MappingProxyType

import attrs

from tenancy.model import Tenancy
from tenancy.model.live import Live, LiveNamespace, LiveQuota
from tenancy.planning import snapshot
from tenancy.planning.build import Plan, plan
from tenancy.planning.previous import restore
from tests.unit.builders import a_tenancy, an_environment


def here(*organizations: str, name: str = "dev", **environment: object) -> dict[str, object]:
    """Return what `a_tenancy` takes for one environment with these keys."""
    return {"environments": {name: an_environment(name, *organizations, **environment)}}


def a_record(*, stack: str = "dev", **keys: object) -> Mapping[str, object]:
    """Return what an update of that tenancy leaves in the outputs of *stack*."""
    return recorded(a_tenancy(**keys), stack)


def recorded(tenancy: Tenancy, stack: str) -> Mapping[str, object]:
    """Return the record of *stack* as the engine gives it back: whole numbers become floats."""
    environment = tenancy.environments.get(stack)
    found = (
        snapshot.platform(tenancy.platforms[stack])
        if environment is None
        else snapshot.environment(environment)
    )
    return json.loads(json.dumps(found), parse_int=float) | {"version": snapshot.VERSION}


def a_plan(
    before: Mapping[str, object],
    live: Live | None = None,
    *,
    stack: str = "dev",
    in_state: tuple[str, ...] = (),
    **keys: object,
) -> Plan:
    """Return the plan from *before* to the tenancy that *keys* build."""
    return plan(before, a_tenancy(**keys), stack, live, in_state=in_state)  # type: ignore[arg-type]


def a_cluster(
    record: Mapping[str, object],
    used: Mapping[str, str] = MappingProxyType({}),
    **parts: object,
) -> Live:
    """
    Return a cluster that is as *record* describes.

    Args:
        used: What of the main quota of each namespace is used, by key; 0 otherwise.
        parts: Parts of it that differ.
    """
    before = restore(record)  # type: ignore[arg-type]
    assert before is not None
    labels = {"tenancy.dev/managed": "true", "tenancy.dev/stack": before.stack}
    names = (*before.shared, *(n.name for n in before.namespaces))
    found = Live(
        namespaces={name: LiveNamespace(name=name, labels=labels) for name in names},
        quotas={
            n.name: {
                q.name: LiveQuota(
                    hard={k: str(v) for k, v in q.hard.items()},
                    used={**dict.fromkeys(q.hard, "0"), **used},
                )
                for q in n.quotas
            }
            for n in before.namespaces
        },
        bindings={
            n.name: {b.role: frozenset(map(str, b.subjects)) for b in n.bindings}
            for n in before.namespaces
        },
    )
    return attrs.evolve(found, **parts)
