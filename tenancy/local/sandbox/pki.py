"""Creates the sandbox's own certificate authorities, certificates and keys."""

import datetime
import ipaddress
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tenancy.local.sandbox.certificate_files import Pair, Pki, pair
from tenancy.local.sandbox.layout import write_owner_only

__all__ = ["ensure"]

_AUTHORITY: Final = datetime.timedelta(days=3650)
_LEAF: Final = datetime.timedelta(days=365)
_RENEW: Final = datetime.timedelta(days=30)

_SERVER_NAMES: Final = (
    "localhost",
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
)


def ensure(folder: Path, users: dict[str, tuple[str, ...]], service_ip: str) -> Pki:
    """
    Return the sandbox's certificates; create those that are missing or about to expire.

    Args:
        folder: Where the files are.
        users: The groups of every user who gets a client certificate.
        service_ip: The API server's address inside the cluster.
    """
    authority = _authority(folder, "ca", "tenancy sandbox")
    etcd = _authority(folder, "etcd-ca", "tenancy sandbox etcd")
    local: tuple[x509.GeneralName, ...] = (
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
        x509.DNSName("localhost"),
    )
    server = (
        *local,
        *(x509.DNSName(name) for name in _SERVER_NAMES[1:]),
        x509.IPAddress(ipaddress.ip_address(service_ip)),
    )
    return Pki(
        authority=authority,
        etcd_authority=etcd,
        proxy_authority=_authority(folder, "front-proxy-ca", "tenancy sandbox front proxy"),
        accounts=_accounts(folder),
        server=_leaf(folder, "kube-apiserver", authority, names=server),
        etcd=_leaf(folder, "etcd", etcd, names=local),
        etcd_client=_leaf(folder, "etcd-client", etcd),
        users={
            user: _leaf(folder, user.replace(":", "-"), authority, user=user, groups=groups)
            for user, groups in users.items()
        },
    )


def _authority(folder: Path, name: str, common: str) -> Pair:
    files = pair(folder, name)
    if files.certificate.exists() and files.key.exists():
        return files
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
    certificate = (
        _builder(subject, subject, key.public_key(), _AUTHORITY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(authority=True), critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    _write(files, key, certificate)
    return files


def _leaf(
    folder: Path,
    name: str,
    authority: Pair,
    *,
    user: str | None = None,
    groups: Sequence[str] = (),
    names: Sequence[x509.GeneralName] = (),
) -> Pair:
    files = pair(folder, name)
    issuer = x509.load_pem_x509_certificate(authority.certificate.read_bytes())
    if _is_valid(files, issuer):
        return files
    issuer_key = _load(authority.key)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            *(x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in groups),
            x509.NameAttribute(NameOID.COMMON_NAME, user or name),
        ]
    )
    # A certificate with names is a server's; etcd is also a client of itself.
    purposes = [ExtendedKeyUsageOID.CLIENT_AUTH]
    builder = _builder(subject, issuer.subject, key.public_key(), _LEAF)
    if names:
        purposes.append(ExtendedKeyUsageOID.SERVER_AUTH)
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    certificate = (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            critical=False,
        )
        .sign(issuer_key, hashes.SHA256())
    )
    _write(files, key, certificate)
    return files


def _accounts(folder: Path) -> Pair:
    files = Pair(folder / "service-accounts.pub", folder / "service-accounts.key")
    if not (files.certificate.exists() and files.key.exists()):
        key = ec.generate_private_key(ec.SECP256R1())
        write_owner_only(files.key, _pem(key))
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        write_owner_only(files.certificate, public)
    return files


def _is_valid(files: Pair, issuer: x509.Certificate) -> bool:
    if not (files.certificate.exists() and files.key.exists()):
        return False
    certificate = x509.load_pem_x509_certificate(files.certificate.read_bytes())
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    left = certificate.not_valid_after_utc - datetime.datetime.now(datetime.UTC)
    # An interrupted run may have written a key without its certificate.
    return left > _RENEW and _load(files.key).public_key() == certificate.public_key()


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    lasts: datetime.timedelta,
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        # So the certificate is valid even if the clock is set back a little.
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + lasts)
    )


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=not authority,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _write(files: Pair, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
    write_owner_only(files.key, _pem(key))
    write_owner_only(files.certificate, certificate.public_bytes(serialization.Encoding.PEM))


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )


def _load(path: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key
