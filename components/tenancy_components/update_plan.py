"""The plan of a component: a resource of our provider that everything else of it waits for."""

import sys
import types
from collections.abc import Iterable, Mapping, Sequence

import attrs
import pulumi

from tenancy.config.document import JSON, mapping
from tenancy.config.spec import Spec
from tenancy.diagnostics import ARGUMENT
from tenancy.manifests import NAMESPACE_TOKEN, Manifest
from tenancy.model import Platform
from tenancy_components.field_gate import changing
from tenancy_components.manifests import field_manager_of
from tenancy_components.node_group import hosted, require_plugin
from tenancy_components.provider_cluster import cluster_of, discreet
from tenancy_components.type_tokens import UPDATE_PLAN

__all__ = ["ComponentPlan", "update_plan", "written", "written_platform"]


@attrs.frozen(kw_only=True)
class ComponentPlan:
    """
    What a program passed to a component, as its plan needs it.

    Attributes:
        type: The component's type token.
        name: Its name.
        args: Its arguments, with the keys of YAML; annotations that are outputs are left out.
        platform_name: The name of its platform; empty if none was passed.
        platform: The arguments of that platform; None if none was passed.
        environment: Its environment; None for all.
        allow_deletion: Namespaces that may be deleted.
        allow_below_usage: `<namespace>/<quota key>` that may be set below its use.
    """

    type: str
    name: str
    args: Mapping[str, JSON]
    platform_name: str = ""
    platform: Mapping[str, JSON] | None = None
    environment: str | None = None
    allow_deletion: Sequence[str] = ()
    allow_below_usage: Sequence[str] = ()

    def inputs(self) -> dict[str, object]:
        """Return it as inputs of the resource."""
        return {
            "type": self.type,
            "name": self.name,
            "args": dict(self.args),
            "platformName": self.platform_name,
            "platform": None if self.platform is None else dict(self.platform),
            "environment": self.environment,
            "allowDeletion": list(self.allow_deletion),
            "allowBelowUsage": list(self.allow_below_usage),
        }

    @classmethod
    def from_inputs(cls, inputs: Mapping[str, JSON]) -> "ComponentPlan":
        """Return what `inputs` wrote, sorted by key: the protocol keeps no order."""
        inputs = mapping(_in_order(dict(inputs)))
        platform, environment = inputs.get("platform"), inputs.get("environment")
        return cls(
            type=str(inputs["type"]),
            name=str(inputs["name"]),
            args=mapping(inputs.get("args")),
            platform_name=str(inputs.get("platformName") or ""),
            platform=mapping(platform) if isinstance(platform, Mapping) else None,
            environment=environment if isinstance(environment, str) else None,
            allow_deletion=_texts(inputs.get("allowDeletion")),
            allow_below_usage=_texts(inputs.get("allowBelowUsage")),
        )


def _in_order(value: JSON) -> JSON:
    if isinstance(value, dict):
        return {key: _in_order(one) for key, one in sorted(value.items())}
    return [_in_order(one) for one in value] if isinstance(value, list) else value


def written(spec: Spec) -> dict[str, JSON]:
    """Return *spec* as people write it."""
    return spec.model_dump(mode="json", by_alias=True, exclude_unset=True, fallback=str)


def written_platform(platform: Platform) -> dict[str, JSON] | None:
    """Return *platform* as people write it; None if no program describes it."""
    return None if platform.spec is None else written(platform.spec)


def update_plan(
    parent: pulumi.ComponentResource,
    plan: ComponentPlan,
    manifests: Iterable[Manifest],
    late: Iterable[str] = (),
) -> pulumi.Resource:
    """
    Return the resource that prints *plan* before an update, or refuses the update.

    Its provider reads the cluster by the kubeconfig of the parent's Kubernetes provider, and
    keeps nothing of that kubeconfig. Everything of *parent* must depend on the resource.

    Args:
        parent: The component.
        plan: What a program passed to it.
        manifests: What it creates.
        late: The keys of annotations that are not known yet. Default: all are known.

    Raises:
        ComponentRefusedError: The engine would not find the provider.
    """
    require_plugin(f"{ARGUMENT} of {plan.name}")
    if not hosted.get():
        _end_without_traceback()
    provider = parent.get_provider(NAMESPACE_TOKEN)
    assert provider is not None
    given, manager = cluster_of(provider), field_manager_of(parent)
    inputs = {
        **plan.inputs(),
        "fieldManager": manager,
        "context": given["context"],
        "kubeconfig": discreet(given["kubeconfig"]),
        "changing": changing(plan.name, manifests, manager, late),
    }
    opts = pulumi.ResourceOptions(parent=parent, protect=False, retain_on_delete=False)
    return pulumi.CustomResource(UPDATE_PLAN, f"{plan.name}-plan", inputs, opts)


def _end_without_traceback() -> None:
    """
    Print no traceback of an interrupt.

    The engine interrupts a program whose update is refused, and Python would then print where
    the program was waiting, before the reason.
    """
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = _excepthook


def _excepthook(
    kind: type[BaseException], error: BaseException, traceback: types.TracebackType | None
) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, traceback)


def _texts(value: JSON) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list) else ()
