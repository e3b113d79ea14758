"""The cluster of a component: the kubeconfig and the context of its Kubernetes provider."""

from collections.abc import Mapping

import pulumi

from tenancy.diagnostics import is_kubeconfig

__all__ = ["cluster_of", "discreet"]


def cluster_of(provider: pulumi.ProviderResource) -> Mapping[str, object]:
    """Return `kubeconfig` and `context`, inputs of a resource on the cluster of *provider*."""
    return {
        "kubeconfig": pulumi.get(provider, "kubeconfig"),
        "context": pulumi.get(provider, "context"),
    }


def discreet(kubeconfig: object) -> pulumi.Output[object]:
    """Return *kubeconfig* as a secret if it is the content of one; a path is not secret."""

    def kept(text: object) -> object:
        is_text = isinstance(text, str) and is_kubeconfig(text)
        return pulumi.Output.secret(text) if is_text else text

    return pulumi.Output.from_input(kubeconfig).apply(kept)
