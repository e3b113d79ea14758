"""Quantities: what people may write, what a server gave back, and the arithmetic."""

import copy
import pickle
import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenancy.diagnostics.errors import TenancyError
from tenancy.kubernetes.quantity import Family, InvalidQuantityError, Quantity, QuantityReason
from tests.quantities import HAND, texts

NANO = 10**9
MOST = 2**63 - 1

CANONICAL = [
    # The figures of the shipped stacks.
    *[(text, text) for text in ("2", "4", "8", "16", "20", "30", "50", "2Gi", "16Gi", "10Gi")],
    *[(text, text) for text in ("100m", "250m", "400m", "50m", "128Mi", "256Mi", "512Mi")],
    # The same amount has one text.
    ("1000m", "1"),
    ("2048Mi", "2Gi"),
    ("1.5", "1500m"),
    ("1.5Gi", "1536Mi"),
    ("0.5", "500m"),
    (".5", "500m"),
    ("5.", "5"),
    ("+1", "1"),
    ("01", "1"),
    ("00", "0"),
    ("0Ki", "0"),
    ("1.0", "1"),
    ("1.500", "1500m"),
    ("1.0000000000", "1"),
    ("1000", "1k"),
    ("1024", "1024"),
    ("1024Ki", "1Mi"),
    ("1000Ki", "1000Ki"),
    # Below 1Ki, and where bytes are not whole, Kubernetes leaves binary suffixes.
    ("0.5Ki", "512"),
    ("0.3Ki", "307200m"),
    ("1.1Ki", "1126400m"),
    ("100n", "100n"),
    ("1000n", "1u"),
    ("5u", "5u"),
    ("1k", "1k"),
    ("1E", "1E"),
    ("1e3", "1e3"),
    ("1E3", "1e3"),
    ("1.5e3", "1500"),
    ("1e1", "10"),
    ("1e-3", "1e-3"),
    ("1e18", "1e18"),
    ("9223372036854775807", "9223372036854775807"),
    ("7Ei", "7Ei"),
]


@pytest.mark.parametrize(("text", "canonical"), CANONICAL)
def test_the_canonical_text_is_that_of_kubernetes(text, canonical):
    assert canonical == str(Quantity.parse(text))


@pytest.mark.parametrize(
    ("number", "canonical"), [(0, "0"), (1, "1"), (1000, "1k"), (MOST, str(MOST))]
)
def test_a_whole_number_is_a_quantity(number, canonical):
    assert canonical == str(Quantity.parse(number))


REFUSED = [
    ("", QuantityReason.EMPTY, "500m"),
    (" 1", QuantityReason.SPACE, "2Gi"),
    ("1 ", QuantityReason.SPACE, "2Gi"),
    ("1 Gi", QuantityReason.SPACE, "2Gi"),
    ("- 1", QuantityReason.SPACE, "2Gi"),
    ("1\n", QuantityReason.SPACE, "2Gi"),
    ("1\t", QuantityReason.SPACE, "2Gi"),
    ("1\x00", QuantityReason.SPACE, "2Gi"),
    ("٤", QuantityReason.NOT_ASCII, "0 to 9"),
    ("\uff11", QuantityReason.NOT_ASCII, "0 to 9"),
    ("1\u00a0", QuantityReason.NOT_ASCII, "0 to 9"),
    ("1\u200b", QuantityReason.NOT_ASCII, "0 to 9"),
    ("1\u212ai", QuantityReason.NOT_ASCII, "0 to 9"),
    ("1µ", QuantityReason.NOT_ASCII, "0 to 9"),
    ("1" * 33, QuantityReason.TOO_LONG, "suffix"),
    ("0." + "0" * 30 + "1", QuantityReason.TOO_LONG, "suffix"),
    ("10000000000000000000000000000000", QuantityReason.TOO_LARGE, "no limit"),
    ("9223372036854775808", QuantityReason.TOO_LARGE, "no limit"),
    ("9223372036854775807.5", QuantityReason.TOO_LARGE, "no limit"),
    ("9223372036854775808Ki", QuantityReason.TOO_LARGE, "no limit"),
    ("8Ei", QuantityReason.TOO_LARGE, "no limit"),
    ("10E", QuantityReason.TOO_LARGE, "no limit"),
    ("9.3e18", QuantityReason.TOO_LARGE, "no limit"),
    ("-1", QuantityReason.NEGATIVE, "0 or more"),
    ("-0", QuantityReason.NEGATIVE, "0 or more"),
    ("-1Gi", QuantityReason.NEGATIVE, "0 or more"),
    ("--1", QuantityReason.NEGATIVE, "0 or more"),
    ("-", QuantityReason.NO_DIGIT, "as 0"),
    ("+", QuantityReason.NO_DIGIT, "as 0"),
    (".", QuantityReason.NO_DIGIT, "as 0"),
    ("-.", QuantityReason.NO_DIGIT, "as 0"),
    ("Ki", QuantityReason.NO_DIGIT, "as 0"),
    ("m", QuantityReason.NO_DIGIT, "as 0"),
    ("e3", QuantityReason.NO_DIGIT, "as 0"),
    ("NaN", QuantityReason.NO_DIGIT, "as 0"),
    ("inf", QuantityReason.NO_DIGIT, "as 0"),
    ("1.1.0", QuantityReason.NUMBER, "1.5"),
    ("1,5", QuantityReason.NUMBER, "1.5"),
    ("1_000", QuantityReason.NUMBER, "1.5"),
    ("1e1.5", QuantityReason.NUMBER, "1.5"),
    ("+-1", QuantityReason.NO_DIGIT, "as 0"),
    ("0x10", QuantityReason.SUFFIX, "no suffix"),
    ("1i", QuantityReason.SUFFIX, "no suffix"),
    (".5i", QuantityReason.SUFFIX, "no suffix"),
    ("1+5", QuantityReason.SUFFIX, "no suffix"),
    ("1K", QuantityReason.SUFFIX, "did you mean k or Ki?"),
    ("1ki", QuantityReason.SUFFIX, "did you mean k or Ki?"),
    ("1kb", QuantityReason.SUFFIX, "did you mean k or Ki?"),
    ("1.5KB", QuantityReason.SUFFIX, "did you mean k or Ki?"),
    ("1mi", QuantityReason.SUFFIX, "did you mean M or Mi?"),
    ("1MB", QuantityReason.SUFFIX, "did you mean M or Mi?"),
    ("1g", QuantityReason.SUFFIX, "did you mean G or Gi?"),
    ("1GB", QuantityReason.SUFFIX, "did you mean G or Gi?"),
    ("1Gib", QuantityReason.SUFFIX, "did you mean G or Gi?"),
    ("1t", QuantityReason.SUFFIX, "did you mean T or Ti?"),
    ("1p", QuantityReason.SUFFIX, "did you mean P or Pi?"),
    ("1e", QuantityReason.SUFFIX, "did you mean E or Ei?"),
    ("1e19", QuantityReason.EXPONENT, "suffix"),
    ("0e19", QuantityReason.EXPONENT, "suffix"),
    ("1e-19", QuantityReason.EXPONENT, "suffix"),
    ("1e+", QuantityReason.EXPONENT, "suffix"),
    ("1e999999999", QuantityReason.EXPONENT, "suffix"),
    ("2E6024865272343", QuantityReason.EXPONENT, "suffix"),
    ("1e9223372036854775807", QuantityReason.EXPONENT, "suffix"),
    ("0.0000000001", QuantityReason.TOO_FINE, "fewer digits"),
    ("1.0000000001", QuantityReason.TOO_FINE, "fewer digits"),
    ("0.1n", QuantityReason.TOO_FINE, "fewer digits"),
    ("1e-10", QuantityReason.TOO_FINE, "fewer digits"),
    ("0.0000000001Ki", QuantityReason.TOO_FINE, "fewer digits"),
]


@pytest.mark.parametrize(
    ("text", "reason", "remedy"), [pytest.param(*row, id=ascii(row[0])) for row in REFUSED]
)
def test_what_kubernetes_would_refuse_or_silently_change_is_refused(text, reason, remedy):
    with pytest.raises(InvalidQuantityError) as caught:
        Quantity.parse(text)

    assert reason == caught.value.reason
    assert text == caught.value.text
    assert remedy in caught.value.remedy


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        pytest.param("9223372036854775807", "9223372036854775808", id="2^63-1"),
        pytest.param("7.9999Ei", "8Ei", id="8Ei"),
        pytest.param("1n", "0.1n", id="nano"),
        pytest.param("1e-9", "1e-10", id="nano by exponent"),
        pytest.param("0e18", "0e19", id="exponent up"),
        pytest.param("0e-18", "0e-19", id="exponent down"),
        pytest.param("0" * 32, "0" * 33, id="length"),
        pytest.param("0", "-0", id="sign"),
        pytest.param("0Ki", "Ki", id="digit"),
    ],
)
def test_the_bounds_are_where_they_are_said_to_be(inside, outside):
    Quantity.parse(inside)

    with pytest.raises(InvalidQuantityError):
        Quantity.parse(outside)


@pytest.mark.parametrize(
    ("value", "remedy"),
    [
        pytest.param(True, "write a number", id="true"),
        pytest.param(False, "write a number", id="false"),
        pytest.param(0.5, 'write it as text: "0.5"', id="float"),
        pytest.param(float("nan"), "as text", id="nan"),
        pytest.param(None, "leave the key out", id="null"),
        pytest.param([], "500m", id="list"),
        pytest.param({}, "500m", id="mapping"),
        pytest.param(b"1", "500m", id="bytes"),
    ],
)
def test_only_text_and_whole_numbers_are_quantities(value, remedy):
    with pytest.raises(InvalidQuantityError) as caught:
        Quantity.parse(value)

    assert QuantityReason.NOT_TEXT == caught.value.reason
    assert remedy in caught.value.remedy


def test_true_is_refused_even_after_1_was_read():
    """Python holds True and 1 for the same key of a cache."""
    Quantity.parse(1)

    with pytest.raises(InvalidQuantityError):
        Quantity.parse(True)


@pytest.mark.parametrize(
    "monster",
    [
        pytest.param("1e999999999", id="exponent"),
        pytest.param("9" * 10_000_000, id="digits"),
        pytest.param("1e" + "9" * 1_000_000, id="digits of the exponent"),
        pytest.param(10**100_000, id="number"),
        pytest.param(-(10**100_000), id="negative number"),
    ],
)
def test_nothing_is_converted_before_it_is_known_to_be_small(monster):
    began = time.perf_counter()
    with pytest.raises(InvalidQuantityError) as caught:
        Quantity.parse(monster)

    assert len(str(caught.value)) < 300
    # Generous: to convert any of these takes seconds or never ends.
    assert time.perf_counter() - began < 0.5


def test_a_refusal_says_what_was_found_what_is_wrong_and_what_to_do():
    with pytest.raises(InvalidQuantityError) as caught:
        Quantity.parse("1K")

    expected = "'1K' is not a quantity: Kubernetes has no such suffix; did you mean k or Ki?"
    assert expected == str(caught.value)
    assert isinstance(caught.value, TenancyError)
    assert isinstance(caught.value, ValueError)


def test_a_refusal_survives_a_trip_to_another_process():
    with pytest.raises(InvalidQuantityError) as caught:
        Quantity.parse("1K")

    back = pickle.loads(pickle.dumps(caught.value))

    assert str(caught.value) == str(back)


STORED = [
    # reference: what an API server was seen to store, and what it means by it.
    *[
        (text, 0)
        for text in ("-", "+", ".", "Ki", "m", "e3", "-0", "00", "0", "-.", "Ti", ".Ki")
    ],
    ("+1", NANO),
    ("01", NANO),
    ("1.", NANO),
    (" 1", NANO),
    ("1\u00a0", NANO),
    ("1e3", 1000 * NANO),
    ("1E3", 1000 * NANO),
    ("1E", 10**18 * NANO),
    ("8Ei", MOST * NANO),
    ("-8Ei", -MOST * NANO),
    ("9223372036854775808Ki", MOST * NANO),
    ("9223372036854775808", 2**63 * NANO),
    ("10E", 10**19 * NANO),
    ("100e18", 10**20 * NANO),
    ("10e999", 10**1000 * NANO),
    ("-1", -NANO),
    ("1n", 1),
    ("0.1n", 1),
    ("-0.1n", -1),
    ("1.0000000001", NANO + 1),
    ("0.0000000001Ki", 103),
    ("1e-99999999", 1),
    ("0e99999999", 0),
    ("10000000000000000000000000000000", 10**31 * NANO),
    # The server keeps 32 bits of an exponent.
    ("1e4294967297", 10 * NANO),
]


@pytest.mark.parametrize(("text", "nanos"), STORED)
def test_what_a_server_gave_back_is_read_as_the_server_reads_it(text, nanos):
    assert nanos == Quantity.parse_stored(text).nanos


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "1K",
        "1i",
        "1e",
        "1e1.5",
        "NaN",
        "\uff11",
        "1.1.0",
        "Ei",
        "Pi",
        ".Pi",
        "e-10",
        "1\n",
        "1\t",
    ],
)
def test_what_a_server_cannot_read_cannot_have_been_stored(text):
    with pytest.raises(InvalidQuantityError):
        Quantity.parse_stored(text)


@pytest.mark.parametrize("text", ["1e999999999", "9" * 5000])
def test_what_would_not_fit_into_memory_is_refused_though_a_server_might_have_stored_it(text):
    with pytest.raises(InvalidQuantityError):
        Quantity.parse_stored(text)


def test_whatever_is_accepted_means_the_same_to_a_server_and_has_one_text():
    differing = []
    for text in texts(seed=7, count=5000):
        try:
            written = Quantity.parse(text)
        except InvalidQuantityError:
            continue
        stored, again = Quantity.parse_stored(text), Quantity.parse(str(written))
        if (written.nanos, written.family) != (stored.nanos, stored.family):
            differing.append((text, written, stored))
        if (written.nanos, str(written)) != (again.nanos, str(again)):
            differing.append((text, written, again))

    assert [] == differing


def test_the_texts_to_compare_are_the_same_for_the_same_seed_and_many_of_each_kind():
    first, second = list(texts(5, 2000)), list(texts(5, 2000))
    other = list(texts(6, 2000))

    assert first == second
    assert len(HAND) < len(set(first) & set(other)) + 200
    assert 2000 == len(first) == len(set(first))
    accepted = sum(_is_accepted(text) for text in first)
    assert 500 < accepted < 1500


def _is_accepted(text):
    try:
        Quantity.parse(text)
    except InvalidQuantityError:
        return False
    return True


quantities = st.builds(Quantity, st.integers(-(10**30), 10**30), st.sampled_from(Family))
whole = st.integers(-1000, 1000)


@given(quantities)
def test_the_text_of_a_quantity_means_the_quantity(quantity):
    shown = str(quantity)
    number = shown.rstrip("numkMGTPEKie") if "e" not in shown else shown.partition("e")[0]

    # Text for amounts beyond what Kubernetes prints rightly is still exact.
    if abs(quantity.nanos) <= MOST * NANO:
        assert quantity.nanos == Quantity.parse_stored(shown).nanos
    assert "." not in number


@given(quantities, quantities, quantities)
def test_sums_do_not_depend_on_order(a, b, c):
    assert a + b == b + a
    assert (a + b) + c == a + (b + c)
    assert (a + b) - b == a
    assert a + Quantity.zero == a


@given(quantities, whole, whole)
def test_multiples_are_repeated_sums(a, n, m):
    assert a * (n + m) == a * n + a * m
    assert n * a == a * n
    assert Quantity.zero == a * 0


@given(st.lists(quantities))
def test_the_builtin_sum_adds_quantities(amounts):
    assert sum(amounts, Quantity.zero).nanos == sum(a.nanos for a in amounts)
    if amounts:
        assert sum(amounts) == sum(amounts, Quantity.zero)


@given(quantities, quantities)
def test_order_equality_and_hash_follow_the_value(a, b):
    assert (a < b) == (a.nanos < b.nanos) == (b > a)
    assert (a <= b) == (a.nanos <= b.nanos) == (b >= a)
    assert (a == b) == (a.nanos == b.nanos)
    assert a == Quantity(a.nanos, Family.BINARY, "written otherwise")
    assert hash(a) == hash(Quantity(a.nanos, Family.EXPONENT))
    assert bool(a) == (a.nanos != 0)


@given(quantities)
def test_whole_units_are_rounded_away_from_zero(a):
    exact = Fraction(a.nanos, NANO)

    assert a.is_integer == (exact.denominator == 1)
    assert abs(a.value_ceil) >= abs(exact)
    assert abs(a.value_ceil) - abs(exact) < 1
    assert a.is_milli == ((exact * 1000).denominator == 1)


@given(st.integers(1, 10**21), st.integers(0, 10**24))
def test_as_many_fit_as_can_be_taken_out(part, total):
    small, large = Quantity(part), Quantity(total)
    times = small.times_in(large)

    assert small * times <= large < small * (times + 1)


def test_how_often_nothing_fits_has_no_answer():
    with pytest.raises(ZeroDivisionError):
        Quantity.zero.times_in(Quantity.parse("1"))


def test_nothing_fits_into_what_is_already_overdrawn():
    assert 0 == Quantity.parse("1").times_in(Quantity.parse("1") - Quantity.parse("3"))


@pytest.mark.parametrize(
    ("total", "each", "pods"),
    [
        pytest.param("2Gi", "128Mi", 16, id="requests.memory"),
        pytest.param("2", "100m", 20, id="requests.cpu"),
        pytest.param("4", "250m", 16, id="limits.cpu"),
        pytest.param("4Gi", "256Mi", 16, id="limits.memory"),
    ],
)
def test_sixteen_default_pods_fit_into_dev(total, each, pods):
    assert pods == Quantity.parse(each).times_in(Quantity.parse(total))


@pytest.mark.parametrize(
    ("left", "right", "text"),
    [
        pytest.param("1Gi", "1Gi", "2Gi", id="binary"),
        pytest.param("1Gi", "1G", "2073741824", id="the first suffix wins, as far as it goes"),
        pytest.param("0", "1Gi", "1Gi", id="after 0 the second"),
        pytest.param("500m", "500m", "1", id="decimal"),
        pytest.param("1e3", "1", "1001", id="exponent"),
    ],
)
def test_a_sum_is_written_as_kubernetes_writes_it(left, right, text):
    assert text == str(Quantity.parse(left) + Quantity.parse(right))


def test_a_sum_beyond_all_suffixes_stays_exact():
    """Kubernetes would print 10^21 as `1`."""
    assert "1000E" == str(Quantity.parse("1E") * 1000)
    assert "8192Ei" == str(Quantity.parse("4Ei") * 2048)


@pytest.mark.parametrize("other", [1, 1.0, "1", None, True])
def test_a_quantity_is_compared_and_added_to_quantities_only(other):
    one = Quantity.parse(1)

    assert one != other
    with pytest.raises(TypeError):
        _ = one + other
    with pytest.raises(TypeError):
        _ = one < other
    with pytest.raises(TypeError):
        _ = one - other


@pytest.mark.parametrize("factor", [0.5, True, "2", None])
def test_a_quantity_is_multiplied_by_whole_numbers_only(factor):
    with pytest.raises(TypeError):
        _ = Quantity.parse(1) * factor


def test_a_quantity_remembers_how_it_was_written_and_a_sum_does_not():
    written = Quantity.parse("1000m")

    assert "1000m" == written.text
    assert (written + written).text is None


def test_a_quantity_can_be_copied_and_pickled():
    written = Quantity.parse("1.5Gi")

    for twin in (copy.deepcopy(written), pickle.loads(pickle.dumps(written))):
        assert written == twin
        assert str(written) == str(twin)


def test_a_quantity_cannot_be_changed():
    with pytest.raises(AttributeError):
        Quantity.parse("1").nanos = 2
