"""Stacks without an engine: a session that has a name, a workspace and nothing else."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import attrs

from tenancy import manifests
from tenancy.assessment import Assessment, assess
from tenancy.engine import Engine, Session
from tenancy.kubernetes import ANNOTATION, field_manager
from tenancy.planning import snapshot

PROVIDER = "urn:pulumi:dev::tenancy::pulumi:providers:kubernetes::cluster-sandbox"


@attrs.define
class Workspace:
    """What is asked of a workspace without an engine."""

    work_dir: str
    env_vars: dict[str, str]


@attrs.define
class Stack:
    """What is asked of a stack without an engine."""

    name: str
    workspace: Workspace


def session(root: Path, stack: str = "dev", **variables: str) -> Session:
    """Return a session of *stack* whose backend is a folder in the project."""
    own = {"PULUMI_BACKEND_URL": f"file://{root / 'state'}?metadata=skip", **variables}
    found = Stack(stack, Workspace(str(root), own))
    return Session(stack=cast("object", found), engine=Engine(variables=own))  # type: ignore[arg-type]


def assessed(root: Path, stack: str = "dev") -> Assessment:
    """Return the project at *root*, checked for *stack*."""
    return assess(root, stack)


def resources(assessment: Assessment, stack: str = "dev") -> list[dict]:
    """Return the state after an update of an environment, as the engine writes it."""
    tenancy = assessment.tenancy
    environment = tenancy.environments[stack]
    outputs = {
        "tenancy": snapshot.environment(environment),
        "clusterUid": "uid",
        "fieldManager": field_manager(assessment.name, stack, "cluster-sandbox"),
    }
    made = [
        {
            "urn": f"urn:pulumi:{stack}::tenancy::pulumi:providers:pulumi::default",
            "type": "pulumi:providers:pulumi",
            "custom": True,
        },
        {
            "urn": f"urn:pulumi:{stack}::tenancy::pulumi:pulumi:Stack::tenancy-{stack}",
            "type": "pulumi:pulumi:Stack",
            "custom": False,
            "outputs": outputs,
        },
        {"urn": PROVIDER, "type": "pulumi:providers:kubernetes", "custom": True},
    ]
    platform = tenancy.platform_of(environment)
    for namespace in environment.namespaces:
        rendered = manifests.namespace(namespace, platform)
        for manifest in rendered:
            is_patch = any(manifest is patch for patch in rendered.patches)
            made.append(_resource(assessment, stack, manifest, is_patch=is_patch))
            if manifest is rendered.namespace and namespace.protect:
                made[-1] |= {"protect": True, "retainOnDelete": True}
    plain: list[dict] = json.loads(json.dumps(made))
    return plain


def _resource(
    assessment: Assessment, stack: str, manifest: Mapping[str, object], *, is_patch: bool
) -> dict:
    metadata = manifest["metadata"]
    assert isinstance(metadata, Mapping)
    end = "Patch" if is_patch else ""
    kind = f"kubernetes:{manifest['apiVersion']}:{manifest['kind']}{end}"
    if manifest["kind"] == "Namespace":
        kind = "kubernetes:core/v1:Namespace"
    name = f"{metadata.get('namespace', '')}-{metadata['name']}"
    parts = (name,) if is_patch else ()
    manager = field_manager(assessment.name, stack, "cluster-sandbox", *parts)
    annotations = {**metadata.get("annotations", {}), ANNOTATION: manager}
    return {
        "urn": f"urn:pulumi:{stack}::tenancy::{kind}::{name}",
        "type": kind,
        "custom": True,
        "inputs": {**manifest, "metadata": {**metadata, "annotations": annotations}},
    }


def write_state(root: Path, found: list[dict], stack: str = "dev", **more: object) -> Path:
    """Write *found* as the state of *stack* and return the file."""
    file = root / "state" / ".pulumi" / "stacks" / "tenancy" / f"{stack}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    latest = {"manifest": {}, "resources": found, **more}
    file.write_text(json.dumps({"version": 3, "checkpoint": {"latest": latest}}))
    return file
