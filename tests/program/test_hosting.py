"""Components as another language's program asks for them, beside those that are imported."""

import json
from pathlib import Path

import jsonschema
import pulumi
import pytest
from google.protobuf.json_format import MessageToDict
from pulumi.output import Unknown
from pulumi.runtime import rpc
from tenancy_components import (
    ComponentRefusedError,
    GpuNodePool,
    Namespace,
    Organization,
    Platform,
)
from tenancy_components.provider import package_schema
from tenancy_components.provider.hosting import Components

from tenancy.diagnostics.errors import TenancyError
from tests.program.recording import build, cluster

METASCHEMA = Path(__file__).with_name("pulumi_metaschema.json")
ORGANIZATION = {
    "prefix": "acme",
    "defaultNamespace": "dev",
    "members": [{"group": "leads", "role": "admin"}],
    "namespaces": [
        {"id": "dev", "quota": {"pods": 20, "requests.storage": "2048Mi"}},
        {"id": "prod", "environments": ["prod"]},
    ],
}
STANDALONE = {
    "name": "lab",
    "quota": {"pods": 3},
    "members": [{"user": "abe", "role": "viewer"}],
}
PLATFORM = {"operators": [{"group": "operators"}]}
POOL = {
    "name": "h100",
    "model": "H100",
    "gpusPerNode": 8,
    "nodes": {"min": 1, "max": 1},
    "nodeNames": ["gpu-0"],
    "overcommit": 1.0,
    "writeTaints": False,
}


def on_the_wire(value):
    """Return *value* as it comes out of a protobuf Struct: every number is a float."""
    if isinstance(value, dict):
        return {key: on_the_wire(one) for key, one in value.items()}
    if isinstance(value, list):
        return [on_the_wire(one) for one in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def construct(kind: str, name: str, inputs: dict, **opts):
    host = Components("0")
    return host.construct(
        name,
        f"tenancy:index:{kind}",
        on_the_wire(inputs),
        cluster(**opts),
    )


def refused(monitor, kind: str, name: str, inputs: dict) -> str:
    said: list[str] = []

    def program() -> None:
        with pytest.raises(ComponentRefusedError) as refusal:
            construct(kind, name, inputs)
        said.append(str(refusal.value))

    assert not build(monitor, program)
    return " ".join(said[0].split())


@pytest.mark.parametrize(
    ("kind", "name", "inputs", "imported"),
    [
        pytest.param(
            "Organization",
            "acme",
            ORGANIZATION,
            lambda: Organization("acme", ORGANIZATION, opts=cluster()),
        ),
        pytest.param(
            "Namespace", "lab", STANDALONE, lambda: Namespace("lab", STANDALONE, opts=cluster())
        ),
        pytest.param(
            "Platform", "base", PLATFORM, lambda: Platform("base", PLATFORM, opts=cluster())
        ),
        pytest.param(
            "GpuNodePool", "h100", POOL, lambda: GpuNodePool("h100", POOL, opts=cluster())
        ),
    ],
)
def test_the_same_is_registered_as_by_a_program_that_imports_it(
    monitor, kind, name, inputs, imported
):
    local = build(monitor, lambda: imported() and None)
    monitor.requests.clear()

    remote = build(monitor, lambda: construct(kind, name, inputs) and None)

    assert local.keys() == remote.keys()
    for key, request in local.items():
        # The folder of the program is not part of what it registers.
        for one in (request, remote[key]):
            one.ClearField("sourcePosition")
            one.ClearField("stackTrace")
            one.ClearField("parentStackTraceHandle")
            one.dependencies[:] = sorted(one.dependencies)
        assert request == remote[key], key


def test_the_outputs_are_plain(monitor):
    states: list[dict] = []

    def program() -> None:
        states.append(construct("Organization", "acme", ORGANIZATION).state)
        states.append(construct("Namespace", "lab", STANDALONE).state)
        states.append(construct("Platform", "base", PLATFORM).state)
        states.append(construct("GpuNodePool", "h100", POOL).state)

    build(monitor, program)

    assert [
        {"namespaces": {"dev": "acme-dev", "prod": "acme-prod"}},
        {"name": "lab"},
        {},
        {"resourceNames": ["nvidia.com/gpu"]},
    ] == states


def test_the_environment_leaves_out_the_namespaces_of_others(monitor):
    inputs = ORGANIZATION | {"environment": "dev"}

    found = build(monitor, lambda: construct("Organization", "acme", inputs) and None)

    names = {name for kind, name in found if kind == "Namespace"}
    assert {"acme-dev"} == names


def test_the_platform_is_read_and_not_made(monitor):
    platform = PLATFORM | {
        "roles": {
            "auditor": {"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]}
        }
    }
    inputs = ORGANIZATION | {
        "platform": platform,
        "members": [{"user": "zoe", "role": "auditor"}],
    }

    found = build(monitor, lambda: construct("Organization", "acme", inputs) and None)

    [binding] = [
        r for (kind, name), r in found.items() if kind == "RoleBinding" and "dev" in name
    ]
    assert "tenancy:auditor" == binding.object["roleRef"]["name"]
    assert not [key for key in found if key[0] in {"ClusterRole", "tenancy:index:Platform"}]


def test_every_mistake_is_said_at_once_by_its_path_and_with_the_nearest_key(monitor):
    said = refused(
        monitor,
        "Organization",
        "acme",
        {
            "prefix": "acme",
            "namespaces": [{"id": "dev", "qouta": {"pods": 3}}],
            "platform": PLATFORM | {"gpuNodePool": []},
        },
    )

    assert "namespaces[0].qouta" in said
    assert "quota" in said
    assert "platform.gpuNodePool" in said
    assert "gpuNodePools" in said
    assert "Nothing was changed." in said
    assert "Traceback" not in said


def test_a_wrong_platform_refuses_the_organization(monitor):
    said = refused(
        monitor, "Organization", "acme", ORGANIZATION | {"platform": {"operators": []}}
    )

    assert "platform.operators" in said
    assert "operators-missing" in said


@pytest.mark.parametrize(
    "hidden",
    [
        pytest.param(lambda: pulumi.Output.from_input("dev"), id="output"),
        pytest.param(lambda: pulumi.Output.secret("dev"), id="secret"),
        pytest.param(Unknown, id="unknown"),
    ],
)
def test_what_is_not_known_or_secret_is_refused_where_it_shapes_the_graph(monitor, hidden):
    said: list[str] = []

    def program() -> None:
        inputs = ORGANIZATION | {"namespaces": [{"id": hidden()}]}
        with pytest.raises(ComponentRefusedError) as refusal:
            construct("Organization", "acme", inputs)
        said.append(str(refusal.value))

    assert not build(monitor, program)
    assert "namespaces[0].id" in said[0]
    assert "output-not-known" in said[0]


@pytest.mark.parametrize("secret", [False, True])
def test_an_annotation_may_be_an_output_and_stays_a_secret(monitor, secret):
    def output():
        return pulumi.Output.secret("v") if secret else pulumi.Output.from_input("v")

    def program() -> None:
        annotated = {
            "id": "dev",
            "quota": {"pods": 1},
            "annotations": {"example.com/a": output(), "b": "c"},
        }
        of_all = {"example.com/of-all": output(), "b": output()}
        construct(
            "Organization",
            "acme",
            ORGANIZATION | {"namespaces": [annotated], "annotations": of_all},
        )
        construct("Namespace", "lab", STANDALONE | {"annotations": {"example.com/a": output()}})
        Namespace(
            "own",
            STANDALONE | {"name": "own", "annotations": {"example.com/a": output()}},
            opts=cluster(),
        )

    found = build(monitor, program)

    places = [(name, "example.com/a") for name in ("acme-dev", "lab", "own")]
    for name, key in (*places, ("acme-dev", "example.com/of-all")):
        metadata = MessageToDict(found["Namespace", name].object)["metadata"]
        value = metadata["annotations"][key]
        assert ("v", secret) == (
            (value["value"], rpc._special_secret_sig in value.values())
            if isinstance(value, dict)
            else (value, False)
        )
    of_dev = MessageToDict(found["Namespace", "acme-dev"].object)["metadata"]["annotations"]
    assert "c" == of_dev["b"]


def test_deleted_with_is_refused(monitor):
    def program() -> None:
        other = pulumi.ComponentResource("test:index:Other", "other")
        with pytest.raises(ComponentRefusedError, match="deleted_with"):
            construct("Organization", "acme", ORGANIZATION, deleted_with=other)

    assert [("test:index:Other", "other")] == list(build(monitor, program))


def test_a_component_that_there_is_not_names_the_nearest():
    with pytest.raises(TenancyError, match=r"did you mean 'tenancy:index:Organization'\?"):
        Components("0").construct("acme", "tenancy:index:Organisation", {}, None)


def test_nulls_are_what_is_left_out(monitor):
    inputs = ORGANIZATION | {"owner": None, "platform": None}

    assert build(monitor, lambda: construct("Organization", "acme", inputs) and None)


def metaschema() -> dict:
    # Python spells named groups otherwise than Pulumi's own validator.
    return json.loads(METASCHEMA.read_text().replace("(?<", "(?P<"))


def test_the_package_schema_fulfils_pulumis_own():
    jsonschema.validate(package_schema(), metaschema())


def test_every_property_of_the_schema_is_described_and_the_package_can_be_found():
    schema = package_schema()
    parts = {**schema["resources"], **schema["types"]}

    lacking = [
        (token, key)
        for token, part in parts.items()
        for kind in ("inputProperties", "properties")
        for key, one in part.get(kind, {}).items()
        if not one.get("description")
    ]

    assert len(parts) > 40
    assert [] == lacking
    assert "Tenancy" == schema["publisher"]
    assert {"category/infrastructure", "kind/component", "kubernetes"} <= set(
        schema["keywords"]
    )


def test_every_component_is_in_the_schema_with_its_plain_inputs():
    found = package_schema()["resources"]
    components = {t for t, r in found.items() if r.get("isComponent")}

    assert {
        f"tenancy:index:{kind}"
        for kind in ("Organization", "Namespace", "Platform", "GpuNodePool")
    } == components
    organization = found["tenancy:index:Organization"]
    assert ["namespaces", "prefix"] == organization["requiredInputs"]
    assert {"platform", "environment", "members"} <= organization["inputProperties"].keys()
    assert {"namespaces"} == organization["properties"].keys()
    for token in components:
        for key, part in found[token]["inputProperties"].items():
            assert part["description"], key
            # What may be an output, or holds what may be one.
            assert ("plain" in part) is (key not in {"annotations", "namespaces"}), key
    namespace = package_schema()["types"]["tenancy:index:NamespaceSpec"]["properties"]
    assert {"annotations"} == {key for key, part in namespace.items() if "plain" not in part}


def test_enums_of_the_model_are_enums_of_the_schema():
    types = package_schema()["types"]

    assert ["none", "time-slicing", "mps", "mig"] == [
        one["value"] for one in types["tenancy:index:SharingSpecType"]["enum"]
    ]
    assert ["ec2"] == [
        one["value"] for one in types["tenancy:index:InstanceTypeCatalogueSpecSource"]["enum"]
    ]
