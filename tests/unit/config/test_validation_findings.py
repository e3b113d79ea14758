# ruff: noqa: E501 (a table reads by line)
import re
from typing import Annotated, Literal

import pydantic
import pytest
from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag
from pydantic.alias_generators import to_camel

from tenancy.config.document import parse
from tenancy.config.spec.locations import locate
from tenancy.config.spec.validation_findings import findings_from
from tenancy.diagnostics.errors import TenancyError
from tenancy.diagnostics.origin import Origin
from tenancy.diagnostics.redaction import clean, is_secret, shown


class Model(BaseModel):
    model_config = ConfigDict(
        strict=True,
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        populate_by_name=True,
        use_attribute_docstrings=True,
    )


class OddError(TenancyError, ValueError):
    def __init__(self, text, reason, remedy):
        self.text, self.reason, self.remedy = text, reason, remedy
        super().__init__(text, reason, remedy)


def odd(value):
    if not isinstance(value, int) or value % 2 == 0:
        raise OddError(value, f"{value} is even", f"write {value}1")
    return value


def plain(value):
    if value == "bad":
        raise ValueError("bad is never good")
    return value


class Leaf(Model):
    id: Annotated[str, Field(min_length=1, max_length=7, pattern="^[a-z0-9]*$")]
    """What it is called."""
    cost_center: str | None = None
    """Who pays."""


class Inline(Model):
    prefix: str
    leaves: list[Leaf] = []


class Override(Model):
    inline: dict[str, Leaf] = {}
    """Called like the tag of the other alternative."""


class Spot(Model):
    kind: Literal["spot"]
    price: int


class Reserved(Model):
    kind: Literal["reserved"]
    months: int


class Root(Model):
    name: str = "x"
    count: Annotated[int, Field(ge=1, le=9)] = 1
    ratio: float = 1
    on_fire: bool = False
    level: Literal["restricted", "baseline"] = "restricted"
    tags: Annotated[tuple[str, ...], pydantic.Strict(False)] = ()
    leaf: Leaf | None = None
    leaves: Annotated[list[Leaf], Field(min_length=1, max_length=3)] = [Leaf(id="a")]
    by_name: dict[str, Leaf] = {}
    tagged: dict[
        str,
        Annotated[
            Annotated[Inline, Tag("inline")] | Annotated[Override, Tag("override")],
            Discriminator(lambda value: "inline" if "prefix" in value else "override"),
        ],
    ] = {}
    bought: Annotated[Spot | Reserved, Field(discriminator="kind")] | None = None
    either: str | int | None = None
    mixed: list[Leaf | str] = []
    models: Inline | Leaf | None = None
    odd_count: Annotated[int, BeforeValidator(odd)] = 1
    api_token: Annotated[int, BeforeValidator(odd)] = 1
    good: Annotated[str, pydantic.AfterValidator(plain)] = "x"
    long_map: dict[Annotated[str, Field(max_length=3)], int] = {}


def findings(text, model=Root):
    document = parse(text, "f.yaml")
    with pytest.raises(pydantic.ValidationError) as caught:
        model.model_validate(document.value)
    return findings_from(caught.value, origin=Origin("f.yaml"), model=model, document=document)


CASES = [
    # text, code, path, found, allowed, remedy
    pytest.param("nmae: x", "unknown-key", "nmae", "the key `nmae`, which is not known here", "name, count, ratio, onFire", "did you mean `name`? if not, remove it", id="unknown"),
    pytest.param("zzzzzz: x", "unknown-key", "zzzzzz", "the key `zzzzzz`, which is not known here", "name, count", "remove it", id="nothing-near"),
    pytest.param("on-fire: true", "unknown-key", "on-fire", "the key `on-fire`, which is not known here", "onFire", "did you mean `onFire`? if not, remove it", id="kebab-case"),
    pytest.param("leaf: {id: a, costCentre: b}", "unknown-key", "leaf.costCentre", "the key `costCentre`, which is not known here", "id, costCenter", "did you mean `costCenter`? if not, remove it", id="unknown-inside"),
    pytest.param("leaves: [{id: a}, {idd: a, id: b}]", "unknown-key", "leaves[1].idd", "the key `idd`", "id, costCenter", "did you mean `id`", id="unknown-in-list"),
    pytest.param("tagged: {a: {prefix: x, leafs: []}}", "unknown-key", "tagged.a.leafs", "the key `leafs`", "prefix, leaves", "did you mean `leaves`", id="unknown-in-tagged"),
    pytest.param("leaf: {}", "missing-key", "leaf.id", "no key `id`", "`id` is required here", "add `id:`", id="missing"),
    pytest.param("tagged: {a: {prefix: x, leaves: [{}]}}", "missing-key", "tagged.a.leaves[0].id", "no key `id`", "`id` is", "add `id:`", id="missing-below-a-tag"),
    pytest.param("tagged: {inline: {inline: {inline: {}}}}", "missing-key", "tagged.inline.inline.inline.id", "no key `id`", "`id` is", "add `id:`", id="keys-called-like-tags-stay"),
    pytest.param("name: 5", "wrong-type", "name", "the whole number 5", "text", 'put it in quotes: "5"', id="number-for-text"),
    pytest.param("name: 1.10", "wrong-type", "name", "the decimal number 1.10", "text", 'put it in quotes: "1.10"', id="float-as-written"),
    pytest.param("name: true", "wrong-type", "name", "true", "text", 'put it in quotes: "true"', id="bool-for-text"),
    pytest.param("name:", "wrong-type", "name", "nothing", "text", "write text, or remove the key", id="nothing-for-text"),
    pytest.param("leaf: {id: }", "wrong-type", "leaf.id", "nothing", "text", "write text", id="nothing-where-needed"),
    pytest.param("name: []", "wrong-type", "name", "an empty list", "text", "write text", id="list-for-text"),
    pytest.param("name: {a: 1, b: 2}", "wrong-type", "name", "a mapping with the keys a, b", "text", "write text", id="mapping-for-text"),
    pytest.param("count: '5'", "wrong-type", "count", "the text `5`", "a whole number", "write 5, without quotes", id="text-for-number"),
    pytest.param("count: '5.5'", "wrong-type", "count", "the text `5.5`", "a whole number", "write a whole number", id="decimal-text-for-number"),
    pytest.param("count: 1.0", "wrong-type", "count", "the decimal number 1.0", "a whole number", "write a whole number", id="decimal-for-whole"),
    pytest.param("count: true", "wrong-type", "count", "true", "a whole number", "write a whole number", id="bool-for-number"),
    pytest.param("ratio: '1.5'", "wrong-type", "ratio", "the text `1.5`", "a number", "write 1.5, without quotes", id="text-for-decimal"),
    pytest.param("onFire: 'true'", "wrong-type", "onFire", "the text `true`", "true or false", "write true, without quotes", id="text-for-bool"),
    pytest.param("on_fire: 1", "wrong-type", "on_fire", "the whole number 1", "true or false", "write true or false", id="snake-case-stays-as-written"),
    pytest.param("tags: a", "wrong-type", "tags", "the text `a`", "a list", "write a list: [a]", id="text-for-list"),
    pytest.param("tags: {a: 1}", "wrong-type", "tags", "a mapping with the key a", "a list", "write a list: each item after `- `", id="mapping-for-list"),
    pytest.param("tags: [a, 1]", "wrong-type", "tags[1]", "the whole number 1", "text", 'put it in quotes: "1"', id="item"),
    pytest.param("leaf: [a]", "wrong-type", "leaf", "a list of 1", "a mapping", "write `key: value` lines, without `- ` before them", id="list-for-mapping"),
    pytest.param("leaf: a", "wrong-type", "leaf", "the text `a`", "a mapping", "write `key: value` lines below it, or {} for none", id="text-for-mapping"),
    pytest.param("byName: {a: 1}", "wrong-type", "byName.a", "the whole number 1", "a mapping", "write `key: value`", id="entry"),
    pytest.param("[]", "wrong-type", "", "an empty list", "a mapping", "write `key: value` lines", id="whole-document"),
    pytest.param("either: 1.5", "wrong-type", "either", "the decimal number 1.5", "text or a whole number", 'put it in quotes: "1.5"', id="union"),
    pytest.param("mixed: [1]", "wrong-type", "mixed[0]", "the whole number 1", "a mapping or text", "write `key: value`", id="union-of-kinds"),
    pytest.param("mixed: [{id: 5}]", "wrong-type", "mixed[0].id", "the whole number 5", "text", 'put it in quotes: "5"', id="union-inside-what-was-meant"),
    pytest.param("models: {prefix: 5}", "wrong-type", "models.prefix", "the whole number 5", "text", 'put it in quotes: "5"', id="union-of-models"),
    pytest.param("level: restrictd", "unknown-choice", "level", "the text `restrictd`", "restricted or baseline", "did you mean `restricted`?", id="choice"),
    pytest.param("level: zzz", "unknown-choice", "level", "the text `zzz`", "restricted or baseline", "write one of these", id="choice-not-near"),
    pytest.param("level: 1", "unknown-choice", "level", "the whole number 1", "restricted or baseline", "write one of these", id="choice-of-another-type"),
    pytest.param("bought: {kind: sopt}", "unknown-choice", "bought.kind", "the text `sopt`", "spot or reserved", "write one of these", id="tag"),
    pytest.param("bought: {}", "unknown-choice", "bought.kind", "no key `kind`", "", "write one of these", id="no-tag"),
    pytest.param("bought: {kind: spot, price: x}", "wrong-type", "bought.price", "the text `x`", "a whole number", "write a whole number", id="below-a-discriminator"),
    pytest.param("count: 0", "wrong-number", "count", "the whole number 0", "1 or more", "write 1 or more", id="small"),
    pytest.param("count: 10", "wrong-number", "count", "the whole number 10", "9 or less", "write 9 or less", id="large"),
    pytest.param("leaf: {id: ''}", "wrong-text", "leaf.id", "empty text", "text that is not empty", "write text that is not empty", id="empty"),
    pytest.param("leaf: {id: abcdefgh}", "wrong-text", "leaf.id", "the text `abcdefgh`", "text of at most 7 characters", "write text of at most 7", id="long"),
    pytest.param("leaf: {id: A}", "wrong-text", "leaf.id", "the text `A`", "text of the form `^[a-z0-9]*$`", "write text of the form", id="pattern"),
    pytest.param("leaves: []", "wrong-count", "leaves", "an empty list", "at least 1 entries", "write at least 1", id="few"),
    pytest.param("oddCount: 4", "refused-value", "oddCount", "the whole number 4", "4 is even", "write 41", id="our-own-error"),
    pytest.param("good: bad", "refused-value", "good", "the text `bad`", "bad is never good", "write a value that is allowed", id="value-error"),
    pytest.param("longMap: {abcd: 1}", "wrong-key", "longMap.abcd", "the key 'abcd'", "text of at most 3 characters", "rename the key", id="key"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "path", "found", "allowed", "remedy"), CASES)
def test_a_mistake_is_said_in_four_parts(text, code, path, found, allowed, remedy):
    [finding] = findings(text)

    assert (code, path) == (finding.code, finding.origin.dotted)
    assert found in finding.found
    assert allowed in finding.allowed
    assert remedy in finding.remedy


@pytest.mark.parametrize("text", [case.values[0] for case in CASES])
def test_no_message_speaks_the_words_of_the_library(text):
    said = " ".join(f"{v} {v.details}" for v in findings(text))

    assert not re.search(
        r"https?://|pydantic|\bInput\b|Field required|_type|\bdict\b|\bstr\b|\btuple\b"
        r"|instance|Value error|constrained",
        said,
    )


def test_everything_is_said_at_once_in_the_order_of_the_model():
    found = findings("bought: {kind: x}\nnmae: x\ncount: 0\nmixed: [1]\nleaf: {}\n")

    assert ["count", "leaf.id", "bought.kind", "mixed[0]", "nmae"] == [
        v.origin.dotted for v in found
    ]


def test_a_missing_key_is_explained_by_its_description():
    [finding] = findings("leaf: {}")

    assert ("id: What it is called.",) == finding.details


def test_a_value_that_is_a_trap_is_not_complained_about_twice():
    document = parse("name: ok\ncount: 0x1\nratio: 'x'\nbyName: &a 1\n", "f.yaml")
    with pytest.raises(pydantic.ValidationError) as caught:
        Root.model_validate(document.value)

    found = findings_from(caught.value, origin=Origin("f.yaml"), model=Root, document=document)

    assert ["count", "byName"] == [v.origin.dotted for v in document.findings]
    assert ["ratio"] == [v.origin.dotted for v in found]


def test_what_is_wrong_below_the_second_of_two_equal_keys_is_still_said():
    assert ["leaf.id"] == [v.origin.dotted for v in findings("leaf: {id: a}\nleaf: {}\n")]


def test_a_value_within_a_document_keeps_its_whole_path_and_its_text():
    document = parse("tenants:\n  a:\n    ratio: x\n    name: 1.10\n", "f.yaml")
    with pytest.raises(pydantic.ValidationError) as caught:
        Root.model_validate(document.at(("tenants", "a")))

    name, ratio = findings_from(
        caught.value,
        origin=Origin("f.yaml", ("tenants", "a")),
        model=Root,
        document=document,
    )

    assert ("tenants", "a", "name") == name.origin.path
    assert "the decimal number 1.10" == name.found
    assert 3 == document.line(ratio.origin.path)


def test_what_a_program_passes_is_said_without_a_document():
    with pytest.raises(pydantic.ValidationError) as caught:
        Root.model_validate({"name": object(), "byName": {5: {"id": "a"}}, "count": 0.5})

    found = findings_from(caught.value, origin=Origin("argument"), model=Root)

    assert [
        ("name", "an object of type object", "text"),
        ("count", "the decimal number 0.5", "a whole number"),
        ("byName[5]", "the key 5", "text"),
    ] == [(v.origin.dotted, v.found, v.allowed) for v in found]


@pytest.mark.parametrize(
    ("canary", "text"),
    [
        pytest.param("1.25", "{key}: 1.25", id="wrong-type"),
        pytest.param("424242", "{key}: 424242", id="said-by-our-own-error"),
        pytest.param("hunter2", "{key}: {{hunter2: x}}", id="a-mapping"),
        pytest.param("hunter2", "{key}: hunter2", id="text"),
    ],
)
def test_a_value_under_a_secret_key_is_never_repeated(canary, text):
    hidden = " ".join(map(str, findings(text.format(key="apiToken"))))
    plain = " ".join(map(str, findings(text.format(key="oddCount"))))

    assert canary not in hidden
    assert "(hidden)" in hidden
    assert canary in plain


def test_a_value_that_looks_like_a_token_is_never_repeated():
    token = "eyJhbGciOiJIUzI1NiJ9.e30.abc"  # no one's

    [hidden] = findings(f"ratio: {token}")
    [plain] = findings("ratio: eyes")

    assert token not in str(hidden)
    assert "eyes" in str(plain)


def test_a_terminal_is_not_obeyed():
    with pytest.raises(pydantic.ValidationError) as caught:
        Root.model_validate(
            {"count": "a\x1b[31mb\x1b]0;title\x07c\x9b2J\u202ed", "\x1b[2Jx": 1}
        )

    said = [str(v) for v in findings_from(caught.value, origin=Origin("argument"), model=Root)]

    assert "the text `abcd`" in said[0]
    assert "the key `x`" in said[1]
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", said[0])


def test_a_long_value_is_cut():
    [finding] = findings(f"count: {'a' * 1000}")

    assert len(finding.found) < 80
    assert finding.found.endswith("…`")


@pytest.mark.parametrize(
    ("key", "secret"),
    [
        pytest.param("token", True, id="token"),
        pytest.param("clientSecret", True, id="camel-case"),
        pytest.param("API_KEY", True, id="upper-case"),
        pytest.param("admin-password", True, id="kebab-case"),
        pytest.param("passphrase", True, id="passphrase"),
        pytest.param("count/secrets", False, id="a-quota-on-secrets"),
        pytest.param("monkey", False, id="monkey"),
        pytest.param("secretary", False, id="secretary"),
    ],
)
def test_secrets_are_known_by_the_words_of_their_key(key, secret):
    assert secret is is_secret((key,))


def test_text_without_anything_to_hide_stays():
    assert ("grün 🙂", "a b") == (clean("grün 🙂"), shown("a\nb"))


def test_a_loc_that_the_model_does_not_know_is_kept():
    location = locate(Root, ("made", "up", 3, "path"))

    assert ("made", "up", 3, "path") == location.path
    assert None is location.owner
