"""The five processes of the sandbox and their command lines."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import attrs
import yaml

from tenancy.local.sandbox.certificate_files import Pki
from tenancy.local.sandbox.kubeconfig import kubeconfig
from tenancy.local.sandbox.layout import Layout, write_owner_only
from tenancy.local.sandbox.ports import HOST

__all__ = [
    "ADMIN",
    "NAMES",
    "PORTS",
    "SERVICE_IP",
    "USERS",
    "ControlPlanePart",
    "parts",
    "write_configuration",
]

NAMES: Final = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok")
"""The names of the parts, in the order in which they start; they stop in reverse order."""

PORTS: Final = (
    "etcd",
    "etcd-peer",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
)
"""The ports that are allocated; kwok does not listen."""

_SERVICES: Final = "10.96.0.0/16"
SERVICE_IP: Final = "10.96.0.1"
_PODS: Final = "10.244.0.0/16"

ADMIN: Final = "sandbox-admin"
_CONTROLLERS: Final = "system:kube-controller-manager"
_SCHEDULER: Final = "system:kube-scheduler"
_KWOK: Final = "kwok-controller"

USERS: Final[Mapping[str, tuple[str, ...]]] = {
    ADMIN: ("system:masters",),
    _CONTROLLERS: (),
    _SCHEDULER: (),
    _KWOK: ("system:masters",),
}
"""The users that get a client certificate, and the groups in it."""

# This cluster has no other load, so the clients' default limits would only slow it down.
_QPS: Final = 500
_BURST: Final = 1000


@attrs.frozen(kw_only=True)
class ControlPlanePart:
    """
    One process of the control plane.

    Attributes:
        name: The name of its program.
        command: The program and its arguments.
        ports: The names of the ports that it listens on.
    """

    name: str
    command: tuple[str, ...]
    ports: tuple[str, ...]


def parts(
    layout: Layout,
    programs: Mapping[str, Path],
    ports: Mapping[str, int],
    pki: Pki,
    flags: Mapping[str, Sequence[str]] = {},
) -> tuple[ControlPlanePart, ...]:
    """
    Return the parts, in the order in which they start.

    Args:
        layout: The sandbox's files.
        programs: The program of each part.
        ports: The port of each entry of `PORTS`.
        pki: Certificates and keys.
        flags: Extra flags by the name of a part. Default: none.
    """
    arguments = {
        "etcd": _etcd(layout, ports, pki),
        "kube-apiserver": _server(ports, pki),
        "kube-controller-manager": _controllers(layout, ports, pki),
        "kube-scheduler": _scheduler(layout, ports),
        "kwok": _kwok(layout),
    }
    listens = {name: (name,) for name in PORTS} | {"etcd": ("etcd", "etcd-peer"), "kwok": ()}
    return tuple(
        ControlPlanePart(
            name=name,
            command=(str(programs[name]), *arguments[name], *flags.get(name, ())),
            ports=listens[name],
        )
        for name in NAMES
    )


def write_configuration(layout: Layout, ports: Mapping[str, int], pki: Pki) -> None:
    """Write the kubeconfigs and the configuration files of the parts."""
    server = f"https://{HOST}:{ports['kube-apiserver']}"

    def access(user: str) -> bytes:
        return kubeconfig(server, pki.authority.certificate, user, pki.users[user])

    write_owner_only(layout.kubeconfig, access(ADMIN))
    for name, user in (
        ("kube-controller-manager", _CONTROLLERS),
        ("kube-scheduler", _SCHEDULER),
        ("kwok", _KWOK),
    ):
        write_owner_only(_kubeconfig(layout, name), access(user))
    scheduler = {
        "apiVersion": "kubescheduler.config.k8s.io/v1",
        "kind": "KubeSchedulerConfiguration",
        "clientConnection": {
            "kubeconfig": str(_kubeconfig(layout, "kube-scheduler")),
            "qps": _QPS,
            "burst": _BURST,
        },
        "leaderElection": {"leaderElect": False},
    }
    write_owner_only(layout.run / "kube-scheduler.yaml", yaml.safe_dump(scheduler).encode())
    stages = Path(__file__).with_name("stages.yaml").read_bytes()
    write_owner_only(layout.run / "stages.yaml", stages)


def _kubeconfig(layout: Layout, name: str) -> Path:
    return layout.run / f"{name}.kubeconfig"


def _etcd(layout: Layout, ports: Mapping[str, int], pki: Pki) -> list[str]:
    client, peer = (f"https://{HOST}:{ports[name]}" for name in ("etcd", "etcd-peer"))
    certificates = [
        f"--{prefix}{flag}={path}"
        for prefix in ("", "peer-")
        for flag, path in (
            ("cert-file", pki.etcd.certificate),
            ("key-file", pki.etcd.key),
            ("trusted-ca-file", pki.etcd_authority.certificate),
            ("client-cert-auth", "true"),
        )
    ]
    return [
        "--name=sandbox",
        f"--data-dir={layout.etcd}",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=sandbox={peer}",
        *certificates,
        # This is faster; data is lost only if the whole machine crashes.
        "--unsafe-no-fsync",
        "--log-level=warn",
        "--auto-compaction-mode=periodic",
        "--auto-compaction-retention=10m",
        f"--quota-backend-bytes={4 * 1024**3}",
    ]


def _server(ports: Mapping[str, int], pki: Pki) -> list[str]:
    return [
        f"--etcd-servers=https://{HOST}:{ports['etcd']}",
        f"--etcd-cafile={pki.etcd_authority.certificate}",
        f"--etcd-certfile={pki.etcd_client.certificate}",
        f"--etcd-keyfile={pki.etcd_client.key}",
        f"--bind-address={HOST}",
        f"--advertise-address={HOST}",
        f"--secure-port={ports['kube-apiserver']}",
        # Endpoints may not have a loopback address, and the sandbox has no other address.
        "--endpoint-reconciler-type=none",
        f"--service-cluster-ip-range={_SERVICES}",
        f"--tls-cert-file={pki.server.certificate}",
        f"--tls-private-key-file={pki.server.key}",
        f"--client-ca-file={pki.authority.certificate}",
        f"--requestheader-client-ca-file={pki.proxy_authority.certificate}",
        "--requestheader-allowed-names=front-proxy-client",
        "--requestheader-username-headers=X-Remote-User",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
        f"--service-account-key-file={pki.accounts.certificate}",
        f"--service-account-signing-key-file={pki.accounts.key}",
        "--authorization-mode=Node,RBAC",
        # So that Pod Security, not this flag, refuses a privileged pod.
        "--allow-privileged=true",
        "--max-requests-inflight=2000",
        "--max-mutating-requests-inflight=1000",
        "--profiling=false",
    ]


def _controllers(layout: Layout, ports: Mapping[str, int], pki: Pki) -> list[str]:
    access = _kubeconfig(layout, "kube-controller-manager")
    return [
        f"--kubeconfig={access}",
        f"--authentication-kubeconfig={access}",
        f"--authorization-kubeconfig={access}",
        f"--bind-address={HOST}",
        f"--secure-port={ports['kube-controller-manager']}",
        "--use-service-account-credentials",
        f"--service-account-private-key-file={pki.accounts.key}",
        f"--root-ca-file={pki.authority.certificate}",
        "--leader-elect=false",
        f"--kube-api-qps={_QPS}",
        f"--kube-api-burst={_BURST}",
        "--concurrent-namespace-syncs=50",
        "--concurrent-resource-quota-syncs=20",
        "--concurrent-serviceaccount-token-syncs=20",
        "--profiling=false",
    ]


def _scheduler(layout: Layout, ports: Mapping[str, int]) -> list[str]:
    access = _kubeconfig(layout, "kube-scheduler")
    return [
        f"--config={layout.run / 'kube-scheduler.yaml'}",
        f"--authentication-kubeconfig={access}",
        f"--authorization-kubeconfig={access}",
        f"--bind-address={HOST}",
        f"--secure-port={ports['kube-scheduler']}",
    ]


def _kwok(layout: Layout) -> list[str]:
    return [
        f"--kubeconfig={_kubeconfig(layout, 'kwok')}",
        # Without stages kwok exits at once: "no stages found".
        f"--config={layout.run / 'stages.yaml'}",
        "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake",
        f"--cidr={_PODS}",
        # Without leases the node controller marks the nodes as dead every 50 s.
        "--node-lease-duration-seconds=40",
        # kwok's default log level writes a line for every renewed lease.
        "--v=WARN",
    ]
