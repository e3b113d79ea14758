"""The whole: names, environments, platforms, grants, and files that cannot be read."""

import pytest

from tenancy.config.project import load
from tenancy.model import resolve
from tenancy.model.roles import binding_name
from tests.unit.builders import (
    a_namespace,
    a_platform,
    a_pool,
    a_tenancy,
    an_environment,
    an_organization,
    the_namespace,
    the_platform,
    unresolved,
)


def test_a_namespace_is_called_prefix_and_id():
    assert "acme-dev" == the_namespace().name


def test_a_name_template_may_add_the_environment():
    environments = {
        stack: an_environment(stack, nameTemplate="{prefix}-{environment}-{id}")
        for stack in ("dev", "prod")
    }
    organizations = {"acme": an_organization(a_namespace("web"))}

    found = a_tenancy(environments=environments, organizations=organizations).organizations

    assert ["acme-dev-web", "acme-prod-web"] == [o.namespaces[0].name for o in found]


def test_an_adopted_namespace_keeps_its_name():
    adopted = {"name": "legacy", "origin": "adopt", "reason": "older than the organization"}
    found = the_namespace(namespace={"adopted": adopted})

    assert ("legacy", "dev") == (found.name, found.id)


def test_what_is_in_an_adopted_namespace_keeps_its_names_too():
    kept = {"limitRange": "defaults", "roleBindings": {"kubernetes:edit": "devs"}}
    members = [{"group": "devs", "role": "kubernetes:edit"}, {"group": "ops", "role": "admin"}]
    limits = {"container": {"default": {"cpu": "1"}}}
    found = the_namespace(
        namespace={
            "adopted": {"origin": "adopt", "reason": "older", **kept},
            "members": members,
            "limitRange": limits,
        }
    )

    assert "acme-dev" == found.name
    assert found.limit_range is not None
    assert "defaults" == found.limit_range.name
    assert {"admin": "tenancy:admin", "kubernetes:edit": "devs"} == {
        binding.role: binding_name(binding) for binding in found.bindings
    }


def test_a_namespace_is_in_every_environment_unless_it_names_some():
    organization = an_organization(
        a_namespace("both"), a_namespace("one", environments=["prod"]), defaultNamespace="both"
    )
    environments = {
        "dev": an_environment("dev"),
        "prod": an_environment("prod", nameTemplate="{prefix}-{environment}-{id}"),
    }

    tenancy = a_tenancy(environments=environments, organizations={"acme": organization})

    assert {"dev": ["both"], "prod": ["both", "one"]} == {
        held.environment: [n.id for n in held.namespaces] for held in tenancy.across("acme")
    }
    assert [2, 2] == [held.written_namespaces for held in tenancy.across("acme")]


def test_a_namespace_that_may_be_deleted_is_not_protected():
    assert the_namespace().protect
    assert not the_namespace(environment={"allowDeletion": ["acme-dev"]}).protect
    assert the_namespace(environment={"allowDeletion": ["acme"]}).protect


def test_an_organization_may_be_written_in_the_environment():
    environments = {"dev": an_environment("dev", organizations={"acme": an_organization()})}
    [held] = a_tenancy(environments=environments, organizations={}).organizations

    assert "Pulumi.dev.yaml: organizations.acme.namespaces[0]" == str(held.namespaces[0].origin)


def test_an_organization_without_a_file_is_refused_by_name():
    environments = {"dev": an_environment("dev", "acem")}

    assert [
        "Pulumi.dev.yaml: organizations.acem [unknown-organization] the "
        "organization 'acem'; the file organizations/acem.yaml does not exist; allowed: "
        "an organization with a file, or one written here with prefix and "
        "namespaces; did you mean 'acme'?",
    ] == unresolved(environments=environments)


def test_a_platform_that_no_file_describes_is_marked_so():
    tenancy = a_tenancy(is_platform_written=False)

    assert not tenancy.platforms["platform"].is_written
    assert tenancy.platform_of(tenancy.environments["dev"]) is tenancy.platforms["platform"]


def test_files_that_are_wrong_are_remembered(tmp_path):
    (tmp_path / "organizations").mkdir()
    (tmp_path / "organizations" / "acme.yaml").write_text("prefix: [")
    (tmp_path / "Pulumi.dev.yaml").write_text(
        "config:\n  tenancy:environment: dev\n  tenancy:cluster: sandbox\n"
        "  tenancy:organizations: {acme: {}}\n"
    )
    (tmp_path / "Pulumi.empty.yaml").write_text("")
    project, _ = load(tmp_path)

    tenancy, findings = resolve(project)

    assert ("organizations/acme.yaml",) == tenancy.unread
    assert ["organization-unreadable"] == [v.code for v in findings]


def grants(*written, **pool):
    found = the_namespace(
        namespace={"gpus": list(written)}, platform=a_platform(gpuNodePools=[a_pool(**pool)])
    )
    return [(g.pool, g.resource, g.gpus, g.max_per_pod) for g in found.grants]


MIG = {
    "type": "mig",
    "layout": [{"profile": "1g.10gb", "perGpu": 4}, {"profile": "3g.40gb", "perGpu": 1}],
}


@pytest.mark.parametrize(
    ("sharing", "grant", "resource"),
    [
        pytest.param({}, {}, "nvidia.com/gpu", id="whole"),
        pytest.param(
            {"type": "time-slicing", "replicas": 4}, {}, "nvidia.com/gpu.shared", id="renamed"
        ),
        pytest.param(
            {"type": "mps", "replicas": 4, "rename": False},
            {},
            "nvidia.com/gpu",
            id="not renamed",
        ),
        pytest.param(MIG, {"migProfile": "3g.40gb"}, "nvidia.com/mig-3g.40gb", id="a profile"),
        pytest.param(
            {"type": "mig", "layout": MIG["layout"][:1]},
            {},
            "nvidia.com/mig-1g.10gb",
            id="the only",
        ),
    ],
)
def test_a_grant_counts_the_resource_of_its_pool(sharing, grant, resource):
    written = {"pool": "h100", "gpus": 2, "maxPerPod": 1, **grant}

    assert [("h100", resource, 2, 1)] == grants(written, sharing=sharing)


def test_grants_are_sorted_whatever_their_order():
    small = {"pool": "h100", "gpus": 1, "migProfile": "1g.10gb"}
    large = {"pool": "h100", "gpus": 1, "migProfile": "3g.40gb"}

    assert grants(small, large, sharing=MIG) == grants(large, small, sharing=MIG)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param(
            [{"pool": "h200", "gpus": 1}],
            [
                "organizations/acme.yaml: namespaces[0].gpus[0].pool [unknown-pool] the"
                " GPU node pool 'h200'; allowed: a pool of the platform (h100); name one"
                " of these pools, or describe it under gpuNodePools of the platform",
            ],
            id="no pool",
        ),
        pytest.param(
            [{"pool": "h100", "gpus": 1}] * 2,
            [
                "organizations/acme.yaml: namespaces[0].gpus[1] [duplicate-grant] a "
                "second grant of nvidia.com/gpu in the pool h100; allowed: one grant for "
                "each pool and resource; combine them into one grant",
            ],
            id="twice",
        ),
        pytest.param(
            [{"pool": "h100", "gpus": 1, "migProfile": "1g.10gb"}],
            [
                "organizations/acme.yaml: namespaces[0].gpus[0] [mig-profile] migProfile "
                "'1g.10gb' of the pool h100; allowed: no migProfile, because the pool has no "
                "MIG layout; name one of the layout's profiles",
            ],
            id="no MIG pool",
        ),
    ],
)
def test_a_grant_that_counts_nothing_is_refused(written, expected):
    platform = a_platform(gpuNodePools=[a_pool()])

    assert expected == unresolved(namespace={"gpus": written}, platform=platform)


def test_every_gpu_resource_is_known_whether_or_not_it_is_granted():
    layout = [
        {**profile, "deviceClass": f"{profile['profile']}.nvidia.com"}
        for profile in MIG["layout"]
    ]
    claimed = {"sharing": {**MIG, "layout": layout}, "allocation": "dra"}
    pools = [a_pool(), a_pool(name="small", **claimed)]
    found = the_platform(gpuNodePools=pools, gpuResources=["amd.com/gpu"])

    assert (
        "amd.com/gpu",
        "nvidia.com/gpu",
        "nvidia.com/mig-1g.10gb",
        "nvidia.com/mig-3g.40gb",
    ) == found.gpu_resources
    assert ("1g.10gb.nvidia.com", "3g.40gb.nvidia.com") == found.device_classes
    assert 16 == found.pools[0].devices(nodes=2)


def test_pod_security_is_restricted_unless_somebody_says_why_not():
    baseline = {"enforce": "baseline", "reason": "a walk-through"}
    restricted = {"enforce": "restricted", "reason": "back to the rule"}

    assert "restricted" == the_namespace().pod_security.enforce
    assert (
        "baseline" == the_namespace(environment={"podSecurity": baseline}).pod_security.enforce
    )
    both = the_namespace(
        environment={"podSecurity": baseline}, namespace={"podSecurity": restricted}
    )
    assert "restricted" == both.pod_security.enforce
    assert "v1.36" == both.pod_security.version
