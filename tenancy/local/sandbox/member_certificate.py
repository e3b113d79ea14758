"""Client certificates for members, signed by the sandbox, to try out a role."""

import datetime
from collections.abc import Sequence
from pathlib import Path

import attrs

from tenancy.diagnostics import Extra, needs
from tenancy.local.sandbox.errors import SandboxError, not_started
from tenancy.local.sandbox.layout import Layout

__all__ = ["MemberCertificate", "issue_member_certificate"]

_LONGEST = 64
"""The longest name in a certificate, in characters. Source: X.520, ub-common-name."""


@attrs.frozen(kw_only=True)
class MemberCertificate:
    """
    A client certificate that authenticates a user and its groups.

    Attributes:
        certificate: The certificate in PEM.
        key: The key in PEM, which is never shown.
        expires: When it stops being valid.
    """

    certificate: bytes
    key: bytes = attrs.field(repr=False)
    expires: datetime.datetime


def issue_member_certificate(
    root: Path, user: str, groups: Sequence[str], lasts: datetime.timedelta
) -> MemberCertificate:
    """
    Return a certificate of *user* in *groups*, signed by the sandbox of *root*.

    Args:
        user: The full name, with its prefix.
        groups: Full names.
        lasts: How long it is valid. Keep it short: it cannot be revoked.

    Raises:
        SandboxError: There is no sandbox, or a name belongs to the system or is too long for a
            certificate.
        ToolsError: The extra `sandbox` of this package is not installed.
    """
    with needs(Extra.SANDBOX):
        from cryptography import x509  # noqa: PLC0415
        from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
        from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID  # noqa: PLC0415

    for name in (user, *groups):
        if name.startswith("system:"):
            raise SandboxError(f"{name!r} is reserved by Kubernetes; name a member")
        if not 0 < len(name) <= _LONGEST:
            raise SandboxError(
                f"{name!r} has {len(name)} characters; a certificate holds 1 to {_LONGEST}"
            )
    pki = Layout(root).pki
    try:
        issuer = x509.load_pem_x509_certificate((pki / "ca.crt").read_bytes())
        issuer_key = serialization.load_pem_private_key((pki / "ca.key").read_bytes(), None)
    except FileNotFoundError:
        raise not_started(root) from None
    assert isinstance(issuer_key, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(
            x509.Name(
                [
                    *(x509.NameAttribute(NameOID.ORGANIZATION_NAME, g) for g in groups),
                    x509.NameAttribute(NameOID.COMMON_NAME, user),
                ]
            )
        )
        .issuer_name(issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # So the certificate is valid even if the clock is set back a little.
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + lasts)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )
    return MemberCertificate(
        certificate=certificate.public_bytes(serialization.Encoding.PEM),
        key=key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
        expires=now + lasts,
    )
