"""Fit: how many pods that state nothing a namespace has room for."""

import hypothesis
import hypothesis.strategies as st
import pytest

from tenancy.checks import fit
from tests.unit.builders import CONTAINER, QUOTA, a_profile, findings, the_namespace


def fit_of(profile):
    namespace = the_namespace(profile=profile)
    return fit(namespace.quotas, namespace.limit_ranges)


def test_sixteen_default_pods_fit_into_the_dev_figures():
    found = fit_of(a_profile({"requests.storage": "10Gi"}))

    assert 16 == found.count
    assert ("requests.memory", "limits.cpu", "limits.memory") == found.by
    assert "16 default pods fit, by requests.memory, limits.cpu and limits.memory" == str(found)


def test_each_room_is_written_out():
    assert [
        "requests.cpu: 2 / 100m = 20",
        "requests.memory: 2Gi / 128Mi = 16",
        "limits.cpu: 4 / 250m = 16",
        "limits.memory: 4Gi / 256Mi = 16",
        "pods: 20 / 1 = 20",
    ] == [str(room) for room in fit_of(a_profile()).rooms]


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        pytest.param(a_profile({"pods": "1"}), "1 default pod fits, by pods", id="one"),
        pytest.param(
            a_profile(quotas={"tight": {"hard": {"pods": "3"}}}),
            "3 default pods fit, by pods",
            id="the least of several quotas",
        ),
        pytest.param(
            a_profile(quotas={"batch": {"hard": {"pods": "3"}, "scopes": ["Terminating"]}}),
            "16 default pods fit, by requests.memory, limits.cpu and limits.memory",
            id="quotas with scopes left out",
        ),
        pytest.param(
            {"quota": {"services": "3"}}, "no quota counts default pods", id="nothing counts"
        ),
        pytest.param(
            a_profile(container={**CONTAINER, "min": {}, "defaultRequest": {"cpu": "0"}}),
            "8 default pods fit, by requests.memory",
            id="nothing requested of CPU",
        ),
        pytest.param(
            a_profile({"count/pods": "5"}), "5 default pods fit, by count/pods", id="count/pods"
        ),
    ],
)
def test_the_keys_that_run_out_first_are_named(profile, expected):
    assert expected == str(fit_of(profile))


def test_a_namespace_in_which_no_default_pod_fits_is_refused():
    room_for_one = a_profile({"requests.memory": "128Mi"})
    room_for_none = a_profile({"requests.memory": "127Mi"})

    assert [] == findings(profile=room_for_one)
    assert [
        'Pulumi.dev.yaml: profiles.standard.quota["requests.memory"] '
        "[no-default-pod-fits] no room in acme-dev for a pod without requests and limits, "
        "because of "
        "requests.memory; allowed: room for at least one such pod; raise the quota, or "
        "lower the defaults of the limit range\n"
        "    requests.memory: 127Mi / 128Mi = 0",
    ] == findings(profile=room_for_none)


def test_a_namespace_that_is_closed_by_a_zero_is_warned_of():
    assert [
        "warning: Pulumi.dev.yaml: profiles.standard.quota.pods "
        "[no-default-pod-fits] no room in acme-dev for a pod without requests and limits, "
        "because of "
        "pods; allowed: room for at least one such pod; raise the quota when pods may run "
        "there\n"
        "    pods: 0 / 1 = 0",
    ] == findings(profile=a_profile({"pods": "0"}))


@hypothesis.given(st.integers(1, 10**6), st.integers(0, 10**7))
def test_what_fits_is_within_the_quota_and_one_more_is_not(each, whole):
    limits = {**CONTAINER, "default": {"cpu": f"{each}m"}, "max": {}, "min": {}}
    profile = {
        "quota": {"limits.cpu": f"{whole}m"},
        "limitRange": {"container": {**limits, "defaultRequest": {}}},
    }

    count = fit_of(profile).count

    assert count * each <= whole < (count + 1) * each


@hypothesis.given(st.sampled_from(sorted(QUOTA)), st.integers(0, 100))
def test_a_larger_quota_never_has_room_for_less(key, more):
    larger = {**QUOTA, "pods": "5"}
    before = fit_of({**a_profile(), "quota": larger}).count
    grown = f"{more + 8}Gi" if "memory" in key else str(more + 8)

    assert before <= fit_of({**a_profile(), "quota": {**larger, key: grown}}).count
