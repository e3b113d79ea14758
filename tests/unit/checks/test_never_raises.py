"""Whatever people write, a check yields what is wrong with it and never raises."""

import re

import hypothesis
import hypothesis.strategies as st

from tenancy import checks
from tenancy.diagnostics import report
from tenancy.model import resolve
from tests.unit.builders import (
    a_namespace,
    a_platform,
    a_pool,
    a_profile,
    a_project,
    an_organization,
)

TEXT = st.text(min_size=1, max_size=20) | st.sampled_from(
    [
        "system:masters",
        "*",
        "acme-*",
        "0.0.0.0/0",
        "::/0",
        "nvidia.com/gpu",
        "count/pods",
        "{id}",
    ]
)
AMOUNT = st.sampled_from(["0", "1", "400m", "1Gi", "9223372036854775807", "1n"])
AMOUNTS = st.dictionaries(
    TEXT | st.sampled_from(["cpu", "limits.cpu", "pods"]), AMOUNT, max_size=3
)
NUMBER = st.integers(0, 99)


@hypothesis.given(st.data())
@hypothesis.settings(
    max_examples=60, deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
def test_nothing_that_people_write_makes_a_check_raise(data):
    draw = data.draw
    container = {
        field: draw(AMOUNTS)
        for field in ("default", "defaultRequest", "max", "min", "maxLimitRequestRatio")
    }
    namespace = a_namespace(
        draw(TEXT),
        workload=draw(TEXT),
        subscription=draw(TEXT),
        labels={draw(TEXT): draw(TEXT)},
        annotations={draw(TEXT): draw(TEXT)},
        network={"egressCidrs": [draw(TEXT)], "sharedServices": [draw(TEXT)]},
        gpus=[{"pool": "h100", "gpus": draw(NUMBER), "maxPerPod": 1 + draw(NUMBER)}],
        storageClasses=[draw(TEXT)],
    )
    rule = {"apiGroups": [draw(TEXT), ""], "resources": [draw(TEXT)], "verbs": [draw(TEXT)]}
    pool = a_pool(
        nodes={"min": draw(NUMBER), "max": draw(NUMBER)},
        overcommit=draw(st.floats()),
        labels={draw(TEXT): draw(TEXT)},
        resource=draw(TEXT),
        sharing={"type": "mig", "layout": [{"profile": draw(TEXT), "perGpu": 1}]},
    )
    project = a_project(
        organizations={
            "acme": an_organization(
                namespace,
                prefix=draw(TEXT),
                ceiling=draw(AMOUNTS),
                members=[{"group": draw(TEXT), "role": draw(TEXT)}],
            )
        },
        environment={
            "nameTemplate": draw(TEXT),
            "allowDeletion": [draw(TEXT)],
            "allowBelowUsage": [draw(TEXT)],
        },
        profile=a_profile(
            draw(AMOUNTS), container, quotas={draw(TEXT): {"hard": draw(AMOUNTS)}}
        ),
        platform=a_platform(
            operators=[{"user": draw(TEXT)}],
            oidc={"groupsPrefix": draw(TEXT)},
            roles={draw(TEXT): {"rules": [rule]}},
            gpuNodePools=[pool],
            environmentOrder=[draw(TEXT)],
            podSecurityVersion=draw(TEXT),
            objectCounts=draw(AMOUNTS),
            public={"name": draw(TEXT), "readers": []},
        ),
    )
    tenancy, _ = resolve(project)

    found = checks.check(tenancy)

    assert len(found) == len(set(found))
    assert all(v.found and v.allowed and v.remedy for v in found)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", report.text(found, {}))
