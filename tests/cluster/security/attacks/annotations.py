"""Attacks by annotations that runtimes, networks, injectors and load balancers obey."""

from collections.abc import Iterator, Mapping

from tests.cluster.security import objects as make
from tests.cluster.security.attacks.writing import (
    Attack,
    changes,
    creations,
    guarded,
    uncounted,
)
from tests.cluster.security.contents import EDGE, WORKLOADS
from tests.cluster.security.objects import Object
from tests.cluster.security.world import World

__all__ = ["annotations", "pod_labels"]

_OBEYED = (
    "k8s.v1.cni.cncf.io/networks",
    "v1.multus-cni.io/default-network",
    "cni.projectcalico.org/ipAddrs",
    "sidecar.istio.io/inject",
    "linkerd.io/inject",
    "vault.hashicorp.com/agent-inject",
    "devices.nri.io/container.main",
    "io.katacontainers.config.hypervisor.kernel",
    "io.kubernetes.cri-o.Devices",
    "kubernetes.io/egress-bandwidth",
    "scheduler.alpha.kubernetes.io/critical-pod",
    "nvidia.cdi.k8s.io/gpu",
    "nvidia.com/use-gpuuuid",
    "cluster-autoscaler.kubernetes.io/safe-to-evict",
    "karpenter.sh/do-not-disrupt",
    "run.oci.keep_original_groups",
)
_PASSING = {
    "kubectl.kubernetes.io/restartedAt": "now",
    "checksum/config": "a",
    "meta.helm.sh/release-name": "a",
    "argocd.argoproj.io/tracking-id": "a",
    "example.com/note": "a",
    "rollme": "a",
}


_JOINING = {
    "admission.datadoghq.com/enabled": "true",
    "istio.io/dataplane-mode": "none",
    "istio.io/rev": "old",
    "istio.io/use-waypoint": "mine",
    "kuma.io/sidecar-injection": "disabled",
    "sidecar.istio.io/inject": "false",
}


def pod_labels(world: World) -> Iterator[Attack]:
    """Yield labels by which pods join or leave a mesh or an injector."""
    free = {"app.kubernetes.io/name": "a", "example.com/team": "a", "tier": "a"}
    good = make.pod()
    held = {"apiVersion": "v1", "kind": "Pod", **world.live(make.named(good, "seed"))}
    fine = {"metadata": {"labels": free}}
    for key, value in _JOINING.items():
        bad = {"metadata": {"labels": {key: value}}}
        for path, attack, control in (
            *creations(make.labelled(good, {key: value}), make.labelled(good, free)),
            *changes(held, bad, fine),
        ):
            yield Attack(
                rule=f"pod-labels: {key}",
                path=path,
                person="developer",
                request=attack,
                reasons=guarded("tenancy-pod-labels", f"because injectors obey them: {key};"),
                control=control,
            )

    yield from _labels_of_templates(world)


def _labels_of_templates(world: World) -> Iterator[Attack]:
    """Yield templates of every kind whose pods would have such a label."""
    for kind in WORKLOADS:
        bad, good = (_labelled(kind, {key: "a"}) for key in ("istio.io/rev", "team"))
        ways = [*creations(bad, good)]
        if kind in ("Deployment", "CronJob"):
            held = world.live(make.named(good, "seed"))
            held = {"apiVersion": good["apiVersion"], "kind": kind, **held}
            metadata = {"labels": {"istio.io/rev": "a"}}
            inner: Object = {"spec": {"template": {"metadata": metadata}}}
            change = {"spec": {"jobTemplate": inner}} if kind == "CronJob" else inner
            # An apply over it, or a replaced field, would have no containers.
            ways += [
                way
                for way in changes(held, change, {"metadata": {"annotations": _PASSING}})
                if way[0] in ("update", "merge patch", "strategic merge patch")
            ]
        for path, attack, control in ways:
            yield from uncounted(
                [
                    Attack(
                        rule=f"pod-labels: istio.io/rev in the template of a {kind}",
                        path=path,
                        person="developer",
                        request=attack,
                        reasons=guarded("tenancy-pod-labels", "obey them: istio.io/rev;"),
                        control=control,
                    )
                ]
            )


def _labelled(kind: str, labels: Mapping[str, str]) -> Object:
    """Return a workload of *kind* whose pods have these labels too."""
    found = make.workload(kind)
    spec = found["spec"].get("jobTemplate", found)["spec"]
    spec["template"]["metadata"]["labels"] |= labels
    return found


def annotations(world: World) -> Iterator[Attack]:
    """Yield annotations that runtimes, networks, injectors and load balancers obey."""
    keys: tuple[tuple[str, Object, tuple[str, ...]], ...] = (
        ("pod", make.pod(), _OBEYED),
        (
            "service",
            make.service(),
            (
                "external-dns.alpha.kubernetes.io/hostname",
                "service.beta.kubernetes.io/aws-load-balancer-scheme",
                "metallb.universe.tf/loadBalancerIPs",
                "io.cilium/lb-ipam-ips",
                "tailscale.com/expose",
                "service.cilium.io/global",
            ),
        ),
        (
            "ingress",
            make.ingress(),
            (
                "ingress.kubernetes.io/rewrite-target",
                "nginx.ingress.kubernetes.io/configuration-snippet",
                "external-dns.alpha.kubernetes.io/target",
            ),
        ),
        *(
            (
                "gateway",
                found,
                (
                    "external-dns.alpha.kubernetes.io/hostname",
                    "cert-manager.io/cluster-issuer",
                    "networking.istio.io/service-type",
                ),
            )
            for found in (make.gateway(), *map(make.route_of, make.ROUTES))
        ),
    )
    for kind, good, obeyed in keys:
        held = world.live(make.named(good, "seed"))
        held = {"apiVersion": good["apiVersion"], "kind": good["kind"], **held}
        passing = {"metadata": {"annotations": _PASSING}}
        for key in obeyed:
            bad = {**good, "metadata": {**good["metadata"], "annotations": {key: "a"}}}
            fine = {**good, "metadata": {**good["metadata"], "annotations": _PASSING}}
            changed = changes(held, {"metadata": {"annotations": {key: "a"}}}, passing)
            for path, attack, control in (
                *creations(bad, fine),
                # Only helpers write Gateways, and they may change them in every namespace.
                *(() if kind == "gateway" else changed),
            ):
                yield Attack(
                    rule=f"{kind}-annotations: {key} of a {good['kind']}",
                    path=path,
                    person="helper" if kind == "gateway" else "developer",
                    request=attack,
                    reasons=guarded(
                        f"tenancy-{kind}-annotations",
                        f"that are not allowed: {key};",
                    ),
                    control=control,
                )
    yield from _of_a_changed_gateway(world)


def _of_a_changed_gateway(world: World) -> Iterator[Attack]:
    """Yield what a member writes who may write Gateways, by a role, in one namespace."""
    bare = make.named(make.gateway(EDGE), "older-object")
    held = {"apiVersion": bare["apiVersion"], "kind": bare["kind"], **world.live(bare)}
    key = "networking.istio.io/service-type"
    change, harmless = (
        {"metadata": {"annotations": found}} for found in ({key: "a"}, {"example.com/a": "a"})
    )
    for path, attack, control in changes(held, change, harmless):
        if path in ("JSON patch", "merge patch"):
            yield Attack(
                rule=f"gateway-annotations: {key} of a Gateway, later",
                path=path,
                person="admin",
                request=attack,
                reasons=guarded("tenancy-gateway-annotations", f"that are not allowed: {key};"),
                control=control,
            )
