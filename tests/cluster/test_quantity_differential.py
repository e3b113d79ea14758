"""
Our parser against the API server's own, over thousands of texts.

A device's capacity in a ResourceSlice is one of the few quantities that the server takes
without looking at its value, so it shows the parser alone. Whether two texts mean the same
amount the server is asked through a LimitRange, whose min may not be larger than its max.
Sums it tells in the refusal of a pod whose containers ask for more than a quota of 0.
"""

import json
import os
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

import attrs
import pytest
from kubernetes import config

from tenancy.kubernetes.quantity import InvalidQuantityError, Quantity, QuantityReason
from tenancy.kubernetes.resources import check_quantity, parse_quota_key
from tests.quantities import texts

pytestmark = pytest.mark.cluster

SEED = 20_260_601
BATCH = 512
SUMS = 150
MOST_WHOLE = (2**63 - 1) // 1000

STRICTER = {
    QuantityReason.NO_DIGIT: "stored as 0",
    QuantityReason.NEGATIVE: "no quota or limit is less than 0",
    QuantityReason.TOO_FINE: "rounded up to a nano",
    QuantityReason.TOO_LARGE: "clamped, or printed as another number later",
    QuantityReason.EXPONENT: "cut to 32 bits, or more digits than memory",
    QuantityReason.TOO_LONG: "from 10^21 on printed as another number",
    QuantityReason.SPACE: "trimmed",
    QuantityReason.NOT_ASCII: "trimmed, where it is a space",
}
"""What the server takes and we refuse, and what the server makes of it. Nothing else."""

PRINTABLE = 10**21
"""From here on Kubernetes has no suffix left, leaves it out, and prints another number."""


@attrs.frozen(slots=True)
class Server:
    """The API server, asked without storing anything and without a client's own parsing."""

    host: str
    send: Callable[..., object]

    def post(self, path: str, manifest: Mapping[str, object]) -> tuple[int, dict]:
        return self.call("POST", f"{path}?dryRun=All", manifest)

    def call(
        self, verb: str, path: str, manifest: Mapping[str, object] | None = None
    ) -> tuple[int, dict]:
        # Not escaped: the server does not decode \u in a quantity.
        body = json.dumps(manifest, ensure_ascii=False).encode() if manifest else None
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        response = self.send(verb, f"{self.host}{path}", body=body, headers=headers)
        return response.status, json.loads(response.data)

    def read(self, values: Sequence[str]) -> list[str] | None:
        """Return what the server makes of each of *values*, or nothing if it refuses one."""
        devices = [
            {
                "name": f"d{start}",
                "capacity": {f"k{i}": {"value": v} for i, v in enumerate(some)},
            }
            for start, some in _batches(values, 32)
        ]
        pool = {"name": "pool", "generation": 1, "resourceSliceCount": 1}
        spec = {"driver": "d.example.com", "pool": pool, "allNodes": True, "devices": devices}
        status, answer = self.post(
            "/apis/resource.k8s.io/v1/resourceslices",
            _manifest("resource.k8s.io/v1", "ResourceSlice", spec),
        )
        if status == 400:
            assert "quantit" in answer["message"], answer["message"]
            return None
        assert status == 201, answer
        return [
            device["capacity"][f"k{i}"]["value"]
            for device in answer["spec"]["devices"]
            for i in range(len(device["capacity"]))
        ]

    def none_is_less(self, left: Sequence[str], right: Sequence[str]) -> bool:
        """Whether the server finds no one of *right* less than its partner of *left*."""
        limit = {
            "type": "Container",
            "min": {f"example.com/k{i}": text for i, text in enumerate(left)},
            "max": {f"example.com/k{i}": text for i, text in enumerate(right)},
        }
        status, answer = self.post(
            "/api/v1/namespaces/default/limitranges",
            _manifest("v1", "LimitRange", {"limits": [limit]}),
        )
        if status == 422:
            assert "is greater than" in answer["message"], answer["message"]
            return False
        assert status == 201, answer
        return True

    def stored(self, template: str, values: Sequence[str]) -> list[str]:
        """Return the texts that a ResourceQuota with *values* is stored with."""
        hard = {template.format(i): text for i, text in enumerate(values)}
        status, answer = self.post(
            "/api/v1/namespaces/default/resourcequotas",
            _manifest("v1", "ResourceQuota", {"hard": hard}),
        )
        assert status == 201, answer
        return [answer["spec"]["hard"][key] for key in hard]

    def sums(
        self, namespace: str, pairs: Sequence[tuple[Quantity, Quantity]]
    ) -> list[str | None]:
        """Return the sum of each of *pairs* as the quota of *namespace* prints it."""
        containers = [
            {
                "name": f"c{side}",
                "image": "example.com/none",
                "resources": {"requests": asked, "limits": asked},
            }
            for side in (0, 1)
            for asked in [{f"example.com/k{i}": str(p[side]) for i, p in enumerate(pairs)}]
        ]
        status, answer = self.post(
            f"/api/v1/namespaces/{namespace}/pods",
            _manifest("v1", "Pod", {"containers": containers}),
        )
        assert status == 403, answer["message"][:2000]
        requested, _, _ = answer["message"].partition("requested: ")[2].partition(", used: ")
        found = dict(re.findall(r"requests\.example\.com/(k[0-9]+)=([^,]+)", requested))
        return [found.get(f"k{i}") for i in range(len(pairs))]


@attrs.frozen(slots=True)
class Compared:
    """One text, and what both made of it; nothing where it was refused."""

    text: str
    server: str | None
    ours: Quantity | None
    reason: QuantityReason | None
    lenient: Quantity | None

    @property
    def disagreement(self) -> str | None:
        """What is wrong, if it is more than a refusal that is meant."""
        if self.server is None:
            if self.ours is not None:
                return "we accept what the server refuses"
            return "parse_stored accepts what the server refuses" if self.lenient else None
        if self.lenient is None:
            return "parse_stored refuses what the server accepts"
        if self.ours is None:
            return None if self.reason in STRICTER else f"refused because {self.reason}"
        if self.ours.nanos != self.lenient.nanos:
            return "parse and parse_stored differ"
        return None

    @property
    def misprint(self) -> str | None:
        """What the server printed, where it printed an amount of its own making otherwise."""
        if self.server is None or self.lenient is None or self.server == self.text.strip():
            return None
        printable = abs(self.lenient.nanos) < PRINTABLE * 10**9
        return self.server if printable and self.server != str(self.lenient) else None


def compare(server: Server, values: Sequence[str]) -> list[Compared]:
    """
    Ask both about each of *values*.

    What `parse_stored` refuses is posted alone, and the rest in batches: where a batch is
    refused against expectation, it is halved until the culprits are found.
    """
    answers: dict[str, str | None] = {}
    expected = [text for text in values if _lenient(text) is not None]
    for _, batch in _batches(expected, BATCH):
        answers.update(_bisected(server, batch))
    for text in values:
        if text not in answers:
            answers.update(_bisected(server, [text]))
    return [_compared(text, answers[text]) for text in values]


def _bisected(server: Server, values: Sequence[str]) -> dict[str, str | None]:
    answer = server.read(values)
    if answer is not None:
        return dict(zip(values, answer, strict=True))
    if len(values) == 1:
        return {values[0]: None}
    half = len(values) // 2
    return _bisected(server, values[:half]) | _bisected(server, values[half:])


def _compared(text: str, server: str | None) -> Compared:
    try:
        ours, reason = Quantity.parse(text), None
    except InvalidQuantityError as error:
        ours, reason = None, error.reason
    return Compared(text, server, ours, reason, _lenient(text))


def _lenient(text: str) -> Quantity | None:
    try:
        return Quantity.parse_stored(text)
    except InvalidQuantityError:
        return None


def _batches(values: Sequence[str], size: int) -> Iterator[tuple[int, Sequence[str]]]:
    for start in range(0, len(values), size):
        yield start, values[start : start + size]


def _manifest(api_version: str, kind: str, spec: Mapping[str, object]) -> dict[str, object]:
    metadata = {"name": "quantities"}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec}


@pytest.fixture(scope="module")
def server(sandbox) -> Server:
    client = config.new_client_from_config(str(sandbox.kubeconfig))
    return Server(client.configuration.host, client.rest_client.pool_manager.request)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param((SEED, 3_000), id="3000"),
        pytest.param((None, 15_000), id="15000", marks=pytest.mark.nightly),
    ],
)
def compared(server, request) -> list[Compared]:
    seed, count = request.param
    if seed is None:
        seed = int(os.environ.get("QUANTITY_SEED", time.time_ns() % 2**32))
    print(f"QUANTITY_SEED={seed}")
    return compare(server, list(texts(seed, count)))


def test_nothing_disagrees_outside_of_the_stricter_list(compared):
    wrong = [(one, one.disagreement) for one in compared if one.disagreement]

    assert wrong == []


def test_both_are_asked_about_enough_of_every_kind(compared):
    """Without this, a parser that refuses everything would pass."""
    stricter = Counter(one.reason for one in compared if one.server and one.ours is None)

    assert len(compared) >= 2_000
    assert sum(one.ours is not None for one in compared) > len(compared) // 4
    assert sum(one.server is None for one in compared) > len(compared) // 10
    assert set(stricter) == set(STRICTER)


def test_where_the_server_prints_an_amount_itself_it_prints_our_text(compared):
    printed = [one for one in compared if one.server and one.server != one.text.strip()]

    assert len(printed) > len(compared) // 10
    assert [(one.text, one.misprint) for one in printed if one.misprint] == []


def test_the_server_gives_our_text_back_as_it_is(server, compared):
    ours = [str(one.ours) for one in compared if one.ours is not None]
    back = [text for _, batch in _batches(ours, BATCH) for text in server.read(batch)]

    assert [pair for pair in zip(ours, back, strict=True) if len(set(pair)) > 1] == []


def test_the_server_finds_each_text_and_our_text_for_it_equal(server, compared):
    pairs = [
        (one.text.strip(), str(one.lenient))
        for one in compared
        if one.server and one.lenient and abs(one.lenient.nanos) < PRINTABLE * 10**9
    ]
    unequal = [pair for _, batch in _batches(pairs, BATCH) for pair in _unequal(server, batch)]

    assert len(pairs) > len(compared) // 4
    assert unequal == []


def _unequal(server: Server, pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    left, right = zip(*pairs, strict=True)
    if server.none_is_less(left, right) and server.none_is_less(right, left):
        return []
    if len(pairs) == 1:
        return list(pairs)
    half = len(pairs) // 2
    return _unequal(server, pairs[:half]) + _unequal(server, pairs[half:])


@pytest.fixture(scope="module")
def forbidden(server) -> Iterator[str]:
    """A namespace in which nothing of `example.com/k0` and the next may be asked for."""
    name = f"quantities-{time.time_ns() % 10**9}"
    path = f"/api/v1/namespaces/{name}"
    status, answer = server.call(
        "POST",
        "/api/v1/namespaces",
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}},
    )
    assert status == 201, answer
    try:
        hard = {f"requests.example.com/k{i}": "0" for i in range(SUMS)}
        quota = _manifest("v1", "ResourceQuota", {"hard": hard})
        status, answer = server.call("POST", f"{path}/resourcequotas", quota)
        assert status == 201, answer
        # A quota binds once its status is there, and pods need the service account.
        deadline = time.monotonic() + 30
        while not _binds(server, path):
            assert time.monotonic() < deadline, "the quota does not bind after 30 s"
            time.sleep(0.05)
        yield name
    finally:
        server.call("DELETE", path)


def _binds(server: Server, path: str) -> bool:
    _, quota = server.call("GET", f"{path}/resourcequotas/quantities")
    status, _ = server.call("GET", f"{path}/serviceaccounts/default")
    return status == 200 and len(quota["status"].get("hard", {})) == SUMS


def test_the_server_adds_as_we_do(server, forbidden, compared):
    rng = random.Random(SEED)
    # Larger ones are not whole numbers to the server, as another test here shows. Our text is
    # sent, so ours are read from it too: `1e1` is `10`, which no longer has an exponent.
    whole = [
        Quantity.parse(str(one.ours))
        for one in compared
        if one.ours and one.ours.is_integer and one.ours.value_ceil <= MOST_WHOLE
    ]
    pairs = [(rng.choice(whole), rng.choice(whole)) for _ in range(len(compared) // 5)]
    printed = [
        text for _, batch in _batches(pairs, SUMS) for text in server.sums(forbidden, batch)
    ]

    assert len({a.family for a, _ in pairs}) == 3
    assert printed == [str(a + b) for a, b in pairs]


@pytest.mark.parametrize("text", ["1", "1.5Gi", "1e3", "250m"])
def test_the_server_does_tell_two_amounts_apart(server, text):
    """The control of the test above: a thousandth more is not equal."""
    more = str(Quantity.parse(text) + Quantity.parse("1m"))

    assert server.none_is_less([text], [more])
    assert not server.none_is_less([more], [text])
    assert _unequal(server, [(text, text), (text, more)]) == [(text, more)]


def test_a_quota_is_stored_with_our_text_unless_a_check_refuses_the_amount(server, compared):
    """Resource lists are rounded up to thousandths, so what is finer never gets there."""
    amounts = [one.ours for one in compared if one.ours is not None]
    fine = [amount for amount in amounts if amount.is_milli]
    finer = [amount for amount in amounts if not amount.is_milli]
    stored = _stored(server, fine)
    rounded = _stored(server, finer)

    assert stored == list(map(str, fine))
    assert all(
        Quantity.parse(text) > amount for text, amount in zip(rounded, finer, strict=True)
    )
    for name in ("requests.cpu", "requests.memory", "requests.nvidia.com/gpu", "pods"):
        key = parse_quota_key(name)
        assert [a for a in finer if check_quantity(key, a) is None] == []


KEYS = {
    "objects": "count/w{}.example.com",
    "storage": "c{}.storageclass.storage.k8s.io/requests.storage",
    "claims": "c{}.storageclass.storage.k8s.io/persistentvolumeclaims",
    "devices": "c{}.deviceclass.resource.k8s.io/devices",
    "extended": "requests.example.com/k{}",
}


@pytest.mark.parametrize("template", KEYS.values(), ids=KEYS)
def test_what_our_checks_let_through_is_stored_as_we_wrote_it(server, compared, template):
    key = parse_quota_key(template.format(0))
    amounts = [one.ours for one in compared if one.ours is not None]
    fitting = [amount for amount in amounts if check_quantity(key, amount) is None]

    assert len(fitting) > len(amounts) // 10
    assert _stored(server, fitting, template) == list(map(str, fitting))


@pytest.mark.parametrize("template", [KEYS["objects"], KEYS["storage"], KEYS["devices"]])
def test_a_large_whole_number_is_a_fraction_to_the_server(server, template):
    """It counts in thousandths, in 64 bits; our check knows before the server reports it."""
    key = parse_quota_key(template.format(0))
    hard = {key.text: "10Pi"}
    status, answer = server.post(
        "/api/v1/namespaces/default/resourcequotas",
        _manifest("v1", "ResourceQuota", {"hard": hard}),
    )

    assert (status, "must be an integer" in answer["message"]) == (422, True)
    assert "9223372036854775" in (check_quantity(key, Quantity.parse("10Pi")) or "")
    assert check_quantity(key, Quantity.parse("8Pi")) is None


def _stored(
    server: Server, amounts: Sequence[Quantity], template: str = KEYS["extended"]
) -> list[str]:
    written = [str(amount) for amount in amounts]
    return [
        text for _, batch in _batches(written, BATCH) for text in server.stored(template, batch)
    ]
