"""
Plain `pulumi up` and `pulumi destroy` with `--target` and `--exclude`, on every kind.

A program does not see these flags. The engine and the provider are real; the provider writes
what it would apply into a folder, so what exists can be counted without a cluster.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import attrs
import pulumi
import pulumi_kubernetes
import pytest
import yaml
from pulumi import automation as auto
from tenancy_components import Organization, Platform

from tenancy import manifests as render
from tenancy import model
from tenancy.config.project import load
from tenancy.local import tools
from tenancy.local.sandbox import Layout
from tenancy.local.sandbox.environment import process_environment
from tenancy.local.tools import Toolchain
from tests.cluster.templates import ONE_WRITE

pytestmark = pytest.mark.cluster

SAMPLE = Path(__file__).parents[1] / "unit" / "manifests" / "sample"
GUARDRAILS = ("LimitRange", "Namespace", "NetworkPolicy", "ResourceQuota", "ServiceAccount")
OF_ORGANIZATION = ("LimitRange", "Namespace", "NetworkPolicy", "ResourceQuota", "RoleBinding",
                   "ServiceAccountPatch")  # fmt: skip
OF_PLATFORM = (
    *(kind for kind in OF_ORGANIZATION if kind != "LimitRange"),
    "Role",
    "ClusterRole",
    "ClusterRoleBinding",
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
    "PriorityClass",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
)
"""The kinds that each stack of the sample makes, as in their type tokens."""

OUTERMOST = ("index:Organization", "index:Platform")
"""The component that has all others."""

LEFT_OUT = "depends on resources that do not exist, because this update leaves them out: "
MISSING = "refers to missing dependency"
UNTARGETED = "which was was not specified in --target list"

Place = tuple[str, str, str]
"""Kind, namespace, name."""


def _place(manifest: Mapping) -> Place:
    metadata = manifest["metadata"]
    return manifest["kind"], metadata.get("namespace", ""), metadata["name"]


def _accessible(manifests: list[Mapping]) -> dict[str, set[Place]]:
    """Return the guardrails of each namespace in which *manifests* have role bindings."""
    places = [_place(manifest) for manifest in manifests]
    bound = {namespace for kind, namespace, _ in places if kind == "RoleBinding"}
    return {
        name: {
            place
            for place in places
            if place[0] in GUARDRAILS and (place[1] == name or place == ("Namespace", "", name))
        }
        for name in bound
    }


@attrs.frozen
class Targets:
    """
    A stack whose resources are files, on the real engine and with the real provider.

    Attributes:
        needed: By namespace with role bindings: what has to exist before them.
        empty: The state of the stack before its first update.
    """

    stack: auto.Stack
    rendered: Path
    state: Path
    empty: str
    needed: Mapping[str, set[Place]]

    def reset(self) -> None:
        """Begin again, with nothing applied."""
        shutil.rmtree(self.rendered, ignore_errors=True)
        self.state.write_text(self.empty)

    def existing(self) -> set[Place]:
        """Return everything that was applied."""
        return {_place(yaml.safe_load(f.read_text())) for f in self.rendered.rglob("*.yaml")}

    def exposed(self) -> list[str]:
        """Return each role binding that exists without a guardrail of its namespace."""
        found = self.existing()
        return [
            f"{name} in {namespace} without {missing}"
            for kind, namespace, name in sorted(found)
            if kind == "RoleBinding"
            for missing in sorted(self.needed[namespace] - found)
        ]

    def up(self, **flags: object) -> str:
        """Run `pulumi up`; return the errors, "" if it succeeds."""
        try:
            self.stack.up(color="never", **flags)
        except auto.CommandError as error:
            return str(error)
        return ""

    def destroy(self, *flags: str) -> str:
        """Run `pulumi destroy`; return the errors, "" if it succeeds."""
        space = self.stack.workspace
        arguments = ["destroy", "--yes", "--skip-preview", "--stack=dev", *flags]
        try:
            space.pulumi_command.run(arguments, space.work_dir, dict(space.env_vars))
        except auto.CommandError as error:
            return str(error)
        return ""


@pytest.fixture(scope="module")
def targets(
    toolchain: Toolchain, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Targets]]:
    """Return what makes the stack of an organization or of the platform, each made once."""
    made: dict[str, Targets] = {}

    def make(which: str) -> Targets:
        if which not in made:
            made[which] = _targets(which, toolchain, tmp_path_factory.mktemp(which))
        made[which].reset()
        return made[which]

    with pytest.MonkeyPatch.context() as patch:
        # The program runs in this process, and the provider takes files or a cluster.
        patch.delenv("KUBECONFIG", raising=False)
        yield make


def _targets(which: str, toolchain: Toolchain, folder: Path) -> Targets:
    project, _ = load(SAMPLE)
    tenancy, _ = model.resolve(project)
    environment = tenancy.environments["dev"]
    platform = tenancy.platform_of(environment)
    acme = environment.organizations[0]
    acme = attrs.evolve(acme, namespaces=acme.namespaces[:1])
    alone = attrs.evolve(environment, organizations=(acme,))
    rendered = folder / "rendered"

    def program() -> None:
        provider = pulumi_kubernetes.Provider("files", render_yaml_to_directory=str(rendered))
        opts = pulumi.ResourceOptions(provider=provider)
        if which == "platform":
            Platform(which, platform, True, opts)
        else:
            Organization(acme.name, acme, platform, opts=opts)

    manifests = render.platform(platform) if which == "platform" else ()
    everything = list(manifests or render.environment(alone, platform))
    # Where the engine logs no step, and it writes the state once.
    Layout(folder).make()
    variables = process_environment(Layout(folder), toolchain) | ONE_WRITE
    tools.install_provider(toolchain, Path(variables["PULUMI_HOME"]))
    (folder / "state").mkdir()
    url = variables["PULUMI_BACKEND_URL"] = (folder / "state").as_uri()
    stack = auto.create_stack(
        stack_name="dev",
        project_name="targets",
        program=program,
        opts=auto.LocalWorkspaceOptions(
            env_vars=variables,
            pulumi_command=auto.PulumiCommand(root=str(toolchain.bin.parent)),
            project_settings=auto.ProjectSettings(
                name="targets", runtime="python", backend=auto.ProjectBackend(url=url)
            ),
        ),
    )
    state = folder / "state" / ".pulumi" / "stacks" / "targets" / "dev.json"
    return Targets(stack, rendered, state, state.read_text(), _accessible(everything))


def _cases() -> Iterator[object]:
    """Yield every stack, kind and flag; those of guardrails are in the sample."""
    components = ("index:Organization", "index:Namespace", "index:DestroyGuard")
    for which, kinds in (
        ("organization", (*OF_ORGANIZATION, *components)),
        ("platform", (*OF_PLATFORM, "index:Platform", "index:GpuNodePool")),
    ):
        for kind in kinds:
            for flag in ("exclude", "target"):
                in_sample = (which, flag) == ("organization", "exclude") and (
                    kind.removesuffix("Patch") in GUARDRAILS
                )
                in_sample |= (which, flag, kind) == ("organization", "target", "RoleBinding")
                marks = () if in_sample else pytest.mark.nightly
                yield pytest.param(which, kind, flag, marks=marks, id=f"{which}-{flag}-{kind}")


@pytest.mark.parametrize(("which", "kind", "flag"), _cases())
def test_no_role_binding_is_created_without_its_guardrails(
    targets: Callable[[str], Targets], which: str, kind: str, flag: str
) -> None:
    """Nothing exists yet, and one kind is left out, or one kind alone is asked for."""
    stack = targets(which)

    token = kind if ":" in kind else f"/v1:{kind}"
    message = stack.up(**{flag: [f"**{token}::**"]})

    assert [] == stack.exposed()
    existing = {found[0] for found in stack.existing()}
    if kind.removesuffix("Patch") in GUARDRAILS and flag == "exclude":
        # Without its namespace a guardrail is refused by an API server, and here by the engine.
        assert (MISSING if kind == "Namespace" else LEFT_OUT) in message
        assert kind.removesuffix("Patch") not in existing
        assert "RoleBinding" not in existing
    if flag == "target":
        # A component that depends on nothing may be created alone; nothing is in it.
        assert ("" == message) if kind in OUTERMOST else (UNTARGETED in message)
        assert set() == existing


def test_an_update_of_everything_creates_every_kind_and_all_role_bindings(
    targets: Callable[[str], Targets],
) -> None:
    """The control of all others, which ask for less. What exists is then removed in parts."""
    stack = targets("organization")

    assert "" == stack.up()

    assert [] == stack.exposed()
    assert {f.removesuffix("Patch") for f in OF_ORGANIZATION} == {
        f[0] for f in stack.existing()
    }
    before = stack.existing()
    for flags in (
        ("--target=**/v1:ResourceQuota::**",),
        ("--target=**/v1:ResourceQuota::**", "--target-dependents"),
        ("--exclude=**/v1:RoleBinding::**",),
    ):
        assert "" != stack.destroy(*flags)
        assert before == stack.existing()
    # What is left out exists, so the rest may change.
    assert "" == stack.up(exclude=["**/v1:ResourceQuota::**"])
    assert before == stack.existing()


@pytest.mark.nightly
def test_the_platform_creates_every_kind(targets: Callable[[str], Targets]) -> None:
    stack = targets("platform")

    assert "" == stack.up()

    assert [] == stack.exposed()
    assert {f.removesuffix("Patch") for f in OF_PLATFORM} == {f[0] for f in stack.existing()}
