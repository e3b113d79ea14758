"""What is rendered, whole. The files are read in review; the other tests give the reasons."""

import pytest
import yaml

from tenancy import manifests as render


def test_the_platform_is_rendered_as_before(tenancy, golden):
    golden("platform.yaml", render.to_yaml(render.platform(tenancy.platforms["platform"])))


@pytest.mark.parametrize("name", ["acme-web", "acme-train", "globex-lab", "globex-rdma"])
def test_a_namespace_is_rendered_as_before(tenancy, golden, name):
    environment = tenancy.environments["dev"]
    resolved = next(found for found in environment.namespaces if found.name == name)

    rendered = render.namespace(resolved, tenancy.platform_of(environment))

    golden(f"{name}.yaml", render.to_yaml(rendered))


def test_a_stream_reads_back_as_what_was_written(tenancy):
    environment = tenancy.environments["dev"]
    manifests = render.environment(environment, tenancy.platform_of(environment))

    assert manifests == list(yaml.safe_load_all(render.to_yaml(manifests)))
