"""Kueue's controller beside a sandbox: its webhooks are called on this machine."""

import base64
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml
from rich.console import Console

from tenancy.local.sandbox import Sandbox
from tenancy.local.tools.build import build
from tenancy.local.tools.definitions import KUEUE
from tenancy.local.tools.locate import built
from tests.cluster.api import Api, until
from tests.kueue import source

FOLDER = Path(__file__).parents[2] / "toolchain"
NAMESPACE, ACCOUNT = "kueue-system", "kueue-controller-manager"
FRAMEWORK = "batch/job"
CONVERTED = ("localqueues", "clusterqueues", "workloads", "cohorts", "multikueueclusters")


def program() -> Path | None:
    """Return Kueue's controller, if it was built before."""
    found = built(KUEUE, FOLDER)
    return None if found is None else found / "bin" / "kueue"


def made() -> Path:
    """Return Kueue's controller, built from its Go module if that was not done before."""
    if program() is None:
        build([KUEUE], FOLDER, Console(stderr=True))
    found = program()
    assert found is not None
    return found


@contextmanager
def running(controller: Path, box: Sandbox, root: Api, folder: Path) -> Iterator[None]:
    """Run *controller*, as the service account that platforms name by default."""
    port, health = _free_port(), _free_port()
    pki = box.folder / "pki"
    certificates = folder / "certificates"
    certificates.mkdir()
    # The API server's own certificate is for 127.0.0.1 too.
    shutil.copyfile(pki / "kube-apiserver.crt", certificates / "tls.crt")
    shutil.copyfile(pki / "kube-apiserver.key", certificates / "tls.key")
    config = folder / "kueue.yaml"
    config.write_text(yaml.safe_dump(_configuration(port, health, certificates)))
    kubeconfig = _kubeconfig(box, root, folder)
    _let_it_manage_certificates(root, port)
    log = folder / "kueue.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [
                controller,
                f"--config={config}",
                f"--kubeconfig={kubeconfig}",
                "--feature-gates=VisibilityOnDemand=false",
            ],
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            until(lambda: _answers(port) or _ended(process, log), "Kueue answers", seconds=120)
            for webhooks in _webhooks(port, (pki / "ca.crt").read_bytes()):
                root.apply(webhooks).accepted()
            yield
        finally:
            process.terminate()
            process.wait(timeout=60)


def _configuration(port: int, health: int, certificates: Path) -> dict:
    return {
        "apiVersion": "config.kueue.x-k8s.io/v1beta2",
        "kind": "Configuration",
        "health": {"healthProbeBindAddress": f"127.0.0.1:{health}"},
        "metrics": {"bindAddress": "0"},
        "webhook": {"host": "127.0.0.1", "port": port, "certDir": str(certificates)},
        "leaderElection": {"leaderElect": False},
        # Otherwise it reads certificates of its metrics from a folder of the machine.
        "internalCertManagement": {"enable": True},
        "namespace": NAMESPACE,
        "integrations": {"frameworks": [FRAMEWORK]},
    }


def _let_it_manage_certificates(root: Api, port: int) -> None:
    """
    Create what Kueue writes its certificates into, and waits for.

    They are not used: its server has those of the sandbox, and nothing is converted.
    """
    secret = {"name": "kueue-webhook-server-cert", "namespace": NAMESPACE}
    root.apply({"apiVersion": "v1", "kind": "Secret", "metadata": secret}).accepted()
    for plural in CONVERTED:
        crd = {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": f"{plural}.kueue.x-k8s.io"},
        }
        conversion = {
            "strategy": "Webhook",
            "webhook": {
                "clientConfig": {"url": f"https://127.0.0.1:{port}/convert"},
                "conversionReviewVersions": ["v1"],
            },
        }
        root.patch(crd, {"spec": {"conversion": conversion}}).accepted()


def _kubeconfig(box: Sandbox, root: Api, folder: Path) -> Path:
    meta = {"name": ACCOUNT, "namespace": NAMESPACE}
    root.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    root.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta}).accepted()
    root.apply(
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": "kueue-manager"},
            "roleRef": {
                "apiGroup": "rbac.authorization.k8s.io",
                "kind": "ClusterRole",
                "name": "cluster-admin",
            },
            "subjects": [{"kind": "ServiceAccount", **meta}],
        }
    ).accepted()
    path = f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts/{ACCOUNT}/token"
    request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    token = root.request("POST", path, request).accepted().body["status"]["token"]
    written = yaml.safe_load(box.kubeconfig.read_text())
    for user in written["users"]:
        user["user"] = {"token": token}
    kubeconfig = folder / "kueue.kubeconfig"
    kubeconfig.touch(mode=0o600)
    kubeconfig.write_text(yaml.safe_dump(written))
    return kubeconfig


def _webhooks(port: int, authority: bytes) -> Iterator[dict]:
    """Yield Kueue's own webhooks, those of the kinds that are used here."""
    file = source() / "config" / "components" / "webhook" / "manifests.yaml"
    for manifest in yaml.safe_load_all(file.read_text()):
        kept = []
        for webhook in manifest["webhooks"]:
            path = webhook["clientConfig"]["service"]["path"]
            groups = {g for rule in webhook["rules"] for g in rule["apiGroups"]}
            resources = {r for rule in webhook["rules"] for r in rule["resources"]}
            is_job = groups == {"batch"} and resources == {"jobs"}
            if not is_job and groups != {"kueue.x-k8s.io"}:
                continue
            webhook["clientConfig"] = {
                "url": f"https://127.0.0.1:{port}{path}",
                "caBundle": base64.b64encode(authority).decode(),
            }
            kept.append(webhook)
        yield {**manifest, "webhooks": kept}


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _answers(port: int) -> bool:
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex(("127.0.0.1", port)) == 0


def _ended(process: subprocess.Popen, log: Path) -> bool:
    if process.poll() is not None:
        raise AssertionError(f"Kueue ended: {log.read_text()[-3000:]}")
    time.sleep(0.2)
    return False
