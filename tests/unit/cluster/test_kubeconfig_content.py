"""Credentials in the wrong place are refused, and never repeated."""

import base64
import datetime
import json
import secrets
import tempfile
import traceback
from pathlib import Path

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tenancy.cluster import ClusterError, connect
from tenancy.cluster.private_client import KubeconfigError, private_client
from tenancy.config.project import EngineConfig, load
from tenancy.diagnostics import report
from tenancy.diagnostics.finding import errors_in
from tenancy.diagnostics.finding_data import findings_data
from tenancy.diagnostics.redaction import is_kubeconfig
from tenancy.model import Cluster

CANARY = secrets.token_hex(16)
KUBECONFIG = {
    "apiVersion": "v1",
    "kind": "Config",
    "current-context": "east",
    "clusters": [{"name": "east", "cluster": {"server": "https://127.0.0.1:1"}}],
    "contexts": [{"name": "east", "context": {"cluster": "east", "user": "operator"}}],
    "users": [{"name": "operator", "user": {"token": CANARY}}],
}
TEXT = yaml.safe_dump(KUBECONFIG)
STACK = {
    "tenancy:environment": "dev",
    "tenancy:cluster": "east",
    "tenancy:context": "east",
    "tenancy:organizations": {"acme": {}},
}


def told(root: Path, kubeconfig: object, *, by_engine: bool = False) -> tuple[set[str], str]:
    """Return the codes of the errors, and everything that is reported about *kubeconfig*."""
    written = {**STACK, **({} if by_engine else {"tenancy:kubeconfig": kubeconfig})}
    (root / "Pulumi.dev.yaml").write_text(yaml.safe_dump({"config": written}))
    engine = None
    if by_engine:
        values = {key.removeprefix("tenancy:"): value for key, value in STACK.items()}
        engine = EngineConfig(stack="dev", values={**values, "kubeconfig": kubeconfig})
    project, found = load(root, engine=engine)
    said = [
        report.text(found, project.documents),
        json.dumps(findings_data(found, project.documents)),
        *map(str, found),
    ]
    return {finding.code for finding in errors_in(found)}, "\n".join(said)


@pytest.mark.parametrize(
    ("kubeconfig", "code"),
    [
        pytest.param(TEXT, "kubeconfig-content", id="text"),
        pytest.param(TEXT + "#" * 4096, "kubeconfig-content", id="longer than other values"),
        pytest.param(json.dumps(KUBECONFIG), "kubeconfig-content", id="json"),
        pytest.param(
            base64.b64encode(TEXT.encode()).decode(), "kubeconfig-content", id="base64"
        ),
        pytest.param(
            f"users: [name: operator, user: [token: {CANARY}]], apiVersion: v1",
            "kubeconfig-content",
            id="one line",
        ),
        pytest.param(KUBECONFIG, "wrong-type", id="a mapping"),
        pytest.param([TEXT], "wrong-type", id="a list"),
    ],
)
@pytest.mark.parametrize("by_engine", [False, True], ids=["written", "given by --config"])
def test_a_kubeconfig_in_place_of_its_path_is_refused_and_not_repeated(
    tmp_path, kubeconfig, code, by_engine
):
    codes, said = told(tmp_path, kubeconfig, by_engine=by_engine)

    assert {code} == codes
    assert CANARY not in said
    assert base64.b64encode(TEXT.encode()).decode()[:40] not in said


@pytest.mark.parametrize(
    "path", ["kubeconfig", "~/.kube/config", "../secrets/east.yaml", "/etc/k8s/a b/c-d_e.conf"]
)
def test_a_path_is_taken_and_may_be_repeated(tmp_path, path):
    assert not is_kubeconfig(path)
    assert set() == told(tmp_path, path)[0]
    with pytest.raises(ClusterError) as refused:
        connect(Cluster(name="east", kubeconfig="nowhere/config", context="east"), tmp_path)
    assert "no kubeconfig exists at nowhere/config" in str(refused.value)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(f"{TEXT}\n  token: *{CANARY}", "cannot be read", id="an unknown alias"),
        pytest.param(f"{TEXT}: !{CANARY} 1", "cannot be read", id="an unknown tag"),
        pytest.param(f"- {CANARY}", "cannot be read", id="a list"),
        pytest.param(f'"{CANARY}"', "cannot be read", id="text alone"),
        pytest.param(f'"{CANARY}', "cannot be read", id="an open quote"),
        pytest.param(
            TEXT.replace("token:", "client-certificate-data: abcde\n    client-key-data:"),
            "cannot be read",
            id="a key that is not base64",
        ),
        pytest.param(
            TEXT.replace("name: east", f"name: {CANARY}"),
            "reading the kubeconfig failed",
            id="another context",
        ),
        pytest.param(TEXT, "got no answer", id="nobody who answers"),
        pytest.param(
            TEXT.replace("https://", f"https://operator:{CANARY}@"),
            "asking https://127.0.0.1:1 for its UID got no answer",
            id="a password in the address",
        ),
    ],
)
def test_a_kubeconfig_that_cannot_be_used_is_refused_and_not_repeated(
    tmp_path, content, reason
):
    (tmp_path / "kubeconfig").write_text(content)
    assert CANARY in content

    with pytest.raises(ClusterError) as refused:
        connect(Cluster(name="east", kubeconfig="kubeconfig", context="east"), tmp_path)

    said = "".join(traceback.format_exception(refused.value))
    assert reason in str(refused.value)
    assert CANARY not in said + repr(refused.value)


def test_a_token_in_place_of_a_path_is_not_repeated(tmp_path):
    token = f"eyJhbGciOiJSUzI1NiJ9.{CANARY}.{CANARY}"

    with pytest.raises(ClusterError) as refused:
        connect(Cluster(name="east", kubeconfig=token, context="east"), tmp_path)

    assert "no kubeconfig exists at (hidden)" in str(refused.value)


@pytest.fixture
def signed() -> tuple[bytes, bytes]:
    """Return a certificate that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "operator")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(hours=1))
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(Encoding.PEM), key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )


def test_a_client_key_is_in_no_file_once_it_is_loaded(tmp_path, monkeypatch, signed):
    """Not even while the client lives: a process that is killed removes nothing."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    certificate, key = signed
    data = {
        "certificate-authority-data": base64.b64encode(certificate).decode(),
        "server": "https://127.0.0.1:1",
    }
    user = {
        "client-certificate-data": base64.b64encode(certificate).decode(),
        "client-key-data": base64.b64encode(key).decode(),
    }
    written = {
        **KUBECONFIG,
        "clusters": [{"name": "east", "cluster": data}],
        "users": [{"name": "operator", "user": user}],
    }

    made = private_client(yaml.safe_dump(written), None, tmp_path)

    assert "ssl_context" in made.rest_client.pool_manager.connection_pool_kw
    left = [path.read_bytes() for path in tmp_path.iterdir()]
    assert [certificate] == left
    with pytest.raises(KubeconfigError):
        private_client(
            yaml.safe_dump(written).replace(user["client-key-data"], "bm9uZQ=="), None, tmp_path
        )
