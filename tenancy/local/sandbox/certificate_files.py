"""The files of the sandbox's certificates and keys, and who signs what."""

from pathlib import Path

import attrs

__all__ = ["Pair", "Pki", "pair"]


@attrs.frozen
class Pair:
    """A certificate and its key, in two files."""

    certificate: Path
    key: Path


@attrs.frozen(kw_only=True)
class Pki:
    """
    All certificates and keys of the sandbox.

    Attributes:
        authority: Signs the certificates of the API server and of users.
        etcd_authority: Signs etcd's certificates only, so that a user of the cluster cannot
            open its store.
        proxy_authority: Signs nothing. The API server needs one for its front proxy settings
            and logs an error every few seconds without it.
        accounts: Signs tokens of service accounts; its certificate is a public key.
        server: The API server's.
        etcd: etcd's, for clients and peers.
        etcd_client: The API server's towards etcd.
        users: Client certificates by user name.
    """

    authority: Pair
    etcd_authority: Pair
    proxy_authority: Pair
    accounts: Pair
    server: Pair
    etcd: Pair
    etcd_client: Pair
    users: dict[str, Pair]


def pair(folder: Path, name: str) -> Pair:
    """Return the paths of the certificate and key called *name*, existing or not."""
    return Pair(folder / f"{name}.crt", folder / f"{name}.key")
