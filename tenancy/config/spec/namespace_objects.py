"""Objects that a platform puts into every namespace of organizations, or into some of them."""

from pydantic import Field

from tenancy.config.spec.access import NonEmpty
from tenancy.config.spec.model import Spec

__all__ = ["NamespaceObjectSpec"]


class NamespaceObjectSpec(Spec):
    """What namespaces of organizations carry: exactly one of `manifest` and `imagePullSecret`."""

    manifest: dict[str, object] | None = None
    """A ConfigMap, or an object of a custom kind such as an ExternalSecret. In its text, `{namespace.<fact>}` becomes a fact of the namespace: `name`, `id`, `organization`, `environment`, `displayName`, `owner`, `workload`, `subscription`, `subscriptionGroup`, `costCenter`, `labels.<key>` or `annotations.<key>`. Secrets are refused: no value of a secret may be in files or in the state."""
    image_pull_secret: NonEmpty | None = None
    """The name of a Secret with which the service account `default` pulls images. Its content comes from elsewhere, such as an ExternalSecret."""
    match_labels: dict[str, str] = Field(default={})
    """Labels of the namespaces that carry it; labels of Tenancy, such as `tenancy.dev/environment`, count too. Default: every namespace of an organization."""
    resource: NonEmpty | None = None
    """The plural name of a custom kind, if it differs from the usual one: `externalsecrets` of ExternalSecret. Default: the usual one."""
