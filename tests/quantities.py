"""Texts that are, nearly are, and are not quantities: for tests against Kubernetes' parser."""

import random
from collections.abc import Iterator

HAND: tuple[str, ...] = (
    # What people write.
    *("0", "1", "2", "10", "100", "1000", "1024", "4096", "0.5", "1.5", "2.25", "100m"),
    *("250m", "500m", "1000m", "1500m", "1m", "5u", "100n", "1n", "1u", "1k", "1M", "1G"),
    *("1T", "1P", "1E", "1Ki", "64Mi", "512Mi", "1Gi", "2048Mi", "1.5Gi", "0.5Gi", "1Ti"),
    *("1Pi", "1Ei", "7Ei", "2Gi", "1e3", "1E3", "1e0", "1e-3", "1e18", "2e1", "1.5e2"),
    # What Kubernetes reads, though hardly anybody writes it.
    *(".5", "5.", "1.", "+1", "+.5", "01", "00", "00.50", "1.0", "1.500", "1.0000000000"),
    *("1e+3", "1E-3", "1e03", "0e18", "0Ki", "0.3Ki", "1023Ki", "1024Ki", "1000Ki", "8Ki"),
    *("1.1Ki", "1.25Ei", "0.001m", "1000000n", "123456789n", "1234567.891", "1e1", "1e2"),
    # The edges of 64 bits.
    *("9223372036854775807", "9223372036854775808", "9223372036854775807.5", "8E", "9E"),
    *("9.223372036854775807E", "10E", "8Ei", "9223372036854775808Ki", "7.999Ei", "1e19"),
    *("9007199254740991Ki", "9007199254740992Ki", "8388607Ti", "8388608Ti", "1e20", "1e21"),
    *("999999999999999999", "1000000000000000000", "99999999999999999999999999999999"),
    "10000000000000000000000000000000",
    # Finer than nano.
    *("0.0000000001", "1.0000000001", "0.1n", "1e-9", "1e-10", "0.0000000001Ki", "0.9n"),
    # No digit.
    *("", "-", "+", ".", "-.", "+.", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", ".Ki", ".Pi", "m"),
    *("n", "k", "e3", "E3", "e-3", "e-10", "e-9", ".e-10", "-m", "+Ki", "E", "e"),
    # Negative.
    *("-1", "-0", "-0.5", "-1Gi", "-100m", "-1e3", "-8Ei", "-0.0000000001"),
    # Near misses.
    *("1K", "1kb", "1KB", "1ki", "1mi", "1MB", "1g", "1gi", "1GB", "1Gib", "1GiB", "1Mib"),
    *("1t", "1p", "1i", ".5i", "1e", "1e+", "1e1.5", "1e3k", "1ke3", "1Kie3", "1mm", "1Gim"),
    *("1.1.0", "1..0", "--1", "+-1", "++1", "1-", "1+", "1+5", "1,5", "1_000", "0x10", "0b1"),
    *("NaN", "nan", "Inf", "inf", "Infinity", "true", "null", "one", "1 Gi", " 1", "1 ", "- 1"),
    *(
        "1\t",
        "1\n",
        "\uff11",
        "٤",
        "1\u00a0",
        "\u00a01",
        "1\u200b",
        "½",
        "1Gi\u0130",
        "1\u212ai",
        "1µ",
    ),
    *("1c", "2 cores", "50%", "$1", "1/2", "1Gi/s", "1e999", "1e1000", "1e-1000", "1e-40"),
    # The server keeps 32 bits of an exponent.
    *("1e4294967297", "1e4294967296", "1e-4294967293", "1e9223372036854775808"),
)
"""Every value that documents, tickets and the source of the parser make suspicious."""

_SUFFIXES = ("", "", "", "n", "u", "m", "k", "M", "G", "T", "P", "E")
_BINARY = ("Ki", "Mi", "Gi", "Ti", "Pi", "Ei")
_ALPHABET = "0123456789.+-eEinumkKMGTPabx_ ,\u0660\uff11\u200b\u0131"


def texts(seed: int, count: int) -> Iterator[str]:
    """
    Yield *count* different texts, the hand-written ones first; the same for the same *seed*.

    About half of them are what `Quantity.parse` takes. No exponent is large enough to keep
    an API server busy.
    """
    rng = random.Random(seed)
    seen = set()
    for text in HAND:
        seen.add(text)
        yield text
    while len(seen) < count:
        text = _number(rng) + _suffix(rng)
        if rng.random() < 0.3:
            text = _mutated(rng, text)
        if text not in seen and _is_harmless(text):
            seen.add(text)
            yield text


def _number(rng: random.Random) -> str:
    whole = _digits(rng, rng.choice((0, 1, 1, 1, 2, 3, 4, 6, 9, 15, 18, 19, 20)))
    fraction = _digits(rng, rng.choice((0, 1, 1, 2, 3, 6, 9, 10)))
    point = rng.random()
    if point < 0.55:
        return whole or "0"
    sign = rng.choice(("", "", "", "", "", "", "+", "-"))
    return sign + (f"{whole}.{fraction}" if point < 0.95 else "0" * rng.randint(1, 3) + whole)


def _digits(rng: random.Random, length: int) -> str:
    trailing = rng.choice((0, 0, 0, 1, 3, 6)) if length > 1 else 0
    digits = "".join(rng.choice("0123456789") for _ in range(length))
    return (digits[: max(1, length - trailing)] + "0" * trailing)[:length]


def _suffix(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.45:
        return rng.choice(_SUFFIXES)
    if kind < 0.75:
        return rng.choice(_BINARY)
    sign = rng.choice(("", "", "+", "-"))
    return (
        f"{rng.choice('eE')}{sign}{rng.choice((0, 1, 2, 3, 6, 9, 10, 12, 15, 18, 19, 21, 30))}"
    )


def _mutated(rng: random.Random, text: str) -> str:
    at = rng.randrange(len(text) + 1)
    kind = rng.random()
    if kind < 0.4:
        return text[:at] + rng.choice(_ALPHABET) + text[at:]
    if kind < 0.7:
        return text[:at] + text[at + 1 :]
    if kind < 0.85:
        return text[:at] + rng.choice(_ALPHABET) + text[at + 1 :]
    return text[:at] + text[at:].swapcase()


def _is_harmless(text: str) -> bool:
    """Whether its exponent, if it has one, is of at most three digits."""
    _, _, exponent = text.lower().rpartition("e")
    return len(exponent.lstrip("+-0")) <= 3 or not exponent.lstrip("+-").isdigit()
