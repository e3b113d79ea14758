"""Secrets that are planted, every form that they may be repeated in, and the search."""

import base64
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote, quote_plus

import attrs
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

__all__ = ["Planted", "found_in", "key", "random_text", "text", "token"]

_PIECE = 40
"""Of a long secret, in bytes: a part of it that is repeated is a leak too."""


@attrs.frozen
class Planted:
    """
    One secret.

    Attributes:
        name: What it is.
        forms: What to look for; any of them gives it away.
    """

    name: str
    forms: frozenset[bytes] = attrs.field(repr=False)


def random_text() -> str:
    """Return a secret that is written otherwise in JSON, in a URL and in a shell."""
    return f'{secrets.token_hex(12)}"/+\\&$ é{secrets.token_hex(12)}'


def text(name: str, value: str) -> Planted:
    """Return *value* as written, and each of its parts that needs no quoting."""
    whole = {
        value,
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        quote(value, safe=""),
        quote(value),
        quote_plus(value),
    }
    parts = {value[:24], value[-24:]}
    return Planted(
        name,
        frozenset(
            form for one in (*whole, *parts) for form in (one.encode(), *_encoded(one.encode()))
        ),
    )


def token(name: str, value: str) -> Planted:
    """Return the pieces of a JSON web token's signature; its claims are not secret."""
    signature = value.rpartition(".")[2]
    pieces = {
        signature[start : start + _PIECE].encode()
        for start in range(0, len(signature) - _PIECE, _PIECE)
    }
    return Planted(
        name, frozenset(form for piece in pieces for form in (piece, *_encoded(piece)))
    )


def key(name: str, pem: bytes) -> Planted:
    """Return the lines of a private key and the number that it is."""
    loaded = serialization.load_pem_private_key(pem, None)
    assert isinstance(loaded, ec.EllipticCurvePrivateKey)
    number = loaded.private_numbers().private_value.to_bytes(32, "big")
    # The last lines are of the public key, which certificates have too.
    lines = pem.splitlines()[1:3]
    return Planted(
        name,
        frozenset(
            form
            for one in (number, *lines)
            for form in (one, *_encoded(one), one.hex().encode())
        ),
    )


def _encoded(secret: bytes) -> Iterator[bytes]:
    """Yield *secret* in base64, at each offset at which it may begin."""
    for offset in range(3):
        # Bits at both ends are shared with the bytes before and after.
        begin = -(-offset * 8 // 6)
        end = (offset + len(secret)) * 8 // 6
        whole = base64.b64encode(bytes(offset) + secret + bytes(3))[begin:end]
        yield whole
        yield whole.translate(bytes.maketrans(b"+/", b"-_"))


def found_in(places: Iterable[Path], planted: Iterable[Planted]) -> Mapping[str, set[str]]:
    """Return which secrets are in which file below *places*, by name; only files with one."""
    found: dict[str, set[str]] = {}
    wanted = list(planted)
    for place in places:
        assert place.exists(), place
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if path.is_symlink() or not path.is_file():
                continue
            content = path.read_bytes() + b"\0" + str(path).encode()
            for secret in wanted:
                if any(form in content for form in secret.forms):
                    found.setdefault(secret.name, set()).add(
                        str(path.relative_to(place.parent))
                    )
    return found
