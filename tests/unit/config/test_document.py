import json
import re

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tenancy.config.document import SANDBOX_SALT, Document, parse, read, read_stack, reading
from tenancy.diagnostics.finding import Severity

TRAPS = [
    # code, what is refused, the control beside it, the control's value
    pytest.param("yaml-boolean-word", "a: no", "a: 'no'", "no", id="no"),
    pytest.param("yaml-boolean-word", "a: Yes", "a: true", True, id="Yes"),
    pytest.param("yaml-boolean-word", "a: ON", "a: False", False, id="ON"),
    pytest.param("yaml-boolean-word", "a: off", "a: offer", "offer", id="off"),
    pytest.param("yaml-boolean-word", "a: y", 'a: "y"', "y", id="y"),
    pytest.param("yaml-boolean-word", "a: N", "a: Na", "Na", id="N"),
    pytest.param("yaml-octal", "a: 0755", "a: 755", 755, id="leading-zero"),
    pytest.param("yaml-octal", "a: -0755", "a: -755", -755, id="negative-leading-zero"),
    pytest.param("yaml-octal", "a: 0o17", "a: '0o17'", "0o17", id="0o"),
    pytest.param("yaml-octal", "a: 08", "a: 0.8", 0.8, id="eight-with-zero"),
    pytest.param("yaml-octal", "a: 00", "a: 0", 0, id="two-zeros"),
    pytest.param("yaml-number-base", "a: 0x1F", "a: x1F", "x1F", id="hexadecimal"),
    pytest.param("yaml-number-base", "a: 0b101", "a: 101", 101, id="binary"),
    pytest.param("yaml-sexagesimal", "a: 12:30:45", "a: '12:30:45'", "12:30:45", id="time"),
    pytest.param("yaml-sexagesimal", "a: 1:30", "a: 80:443", "80:443", id="minutes"),
    pytest.param("yaml-timestamp", "a: 2026-01-01", "a: '2026-01-01'", "2026-01-01", id="date"),
    pytest.param("yaml-timestamp", "a: 2026-1-1T0:0:0Z", "a: 2026-1", "2026-1", id="moment"),
    pytest.param("yaml-underscore-number", "a: 1_000", "a: 1000", 1000, id="underscore"),
    pytest.param("yaml-underscore-number", "a: 1_0.5", "a: _1", "_1", id="underscore-float"),
    pytest.param("yaml-not-finite", "a: .inf", "a: inf", "inf", id="infinite"),
    pytest.param("yaml-not-finite", "a: -.Inf", "a: -1.5", -1.5, id="negative-infinite"),
    pytest.param("yaml-not-finite", "a: .nan", "a: nan", "nan", id="nan"),
    pytest.param(
        "yaml-large-number", "a: 9223372036854775808", f"a: {2**63 - 1}", 2**63 - 1, id="64"
    ),
    pytest.param("yaml-large-number", "a: " + "9" * 5000, "a: '99'", "99", id="5000-digits"),
    pytest.param("yaml-large-number", "a: 1e999", "a: 1e3", 1000.0, id="overflow"),
    pytest.param("yaml-duplicate-key", "a: 1\na: 2", "b: 1\na: 2", 2, id="duplicate"),
    pytest.param(
        "yaml-duplicate-key", "{a: 1, 'a': 2}", "{a: 1, 'b': 2}", 1, id="quoted-twice"
    ),
    pytest.param("yaml-alias", "b: &x 1\na: 1", "b: 'x & y'\na: 1", 1, id="anchor"),
    pytest.param("yaml-alias", "b: &x 1\na: *x", "a: '*x'", "*x", id="alias"),
    pytest.param("yaml-alias", "a: *x", "a: x*", "x*", id="alias-of-nothing"),
    pytest.param("yaml-alias", "a: &x\n  b: *x", "a: 1", 1, id="alias-of-itself"),
    pytest.param("yaml-alias", "b: &x 1\n*x : 1", "'*x': 1\na: 1", 1, id="alias-as-key"),
    pytest.param("yaml-alias", "&x b: 1", "'&x': 1\na: 1", 1, id="anchor-on-key"),
    pytest.param("yaml-merge-key", "a: 1\n<<: {b: 1}", "a: 1\n'<<': {b: 1}", 1, id="merge"),
    pytest.param("yaml-tag", "a: !!str 1", "a: '1'", "1", id="core-tag"),
    pytest.param("yaml-tag", "a: !mine 1", "a: '!mine'", "!mine", id="own-tag"),
    pytest.param("yaml-tag", "a: !!python/object:os.system {}", "a: {}", {}, id="python-tag"),
    pytest.param("yaml-tag", "a: !x!y 1", "a: x!y", "x!y", id="tag-handle"),
    pytest.param("yaml-directive", "%YAML 1.1\n---\na: 1", "---\na: 1", 1, id="version"),
    pytest.param(
        "yaml-directive", "%TAG ! x:\n---\na: 1", "# %TAG\na: 1", 1, id="tag-directive"
    ),
    pytest.param("yaml-several-documents", "a: 1\n---\nb: 1", "---\na: 1\n", 1, id="two"),
    pytest.param("yaml-key-not-text", "a: 1\n1: 2", "a: 1\n'1': 2", 1, id="number-key"),
    pytest.param("yaml-key-not-text", "a: 1\ntrue: 2", "a: 1\ntruth: 2", 1, id="true-key"),
    pytest.param("yaml-key-not-text", "a: 1\n~: 2", "a: 1\n'~': 2", 1, id="null-key"),
    pytest.param("yaml-key-not-text", "a: 1\n1.5: 2", "a: 1\nv1.5: 2", 1, id="float-key"),
    pytest.param("yaml-key-not-text", "? [b]\n: 2\na: 1", "a: 1", 1, id="list-key"),
    pytest.param("yaml-key-not-text", "{b: 1}: 2", "'{b: 1}': 2\na: 1", 1, id="mapping-key"),
    pytest.param("yaml-boolean-word", "on: 1", "'on': 1\na: 1", 1, id="on-key"),
    pytest.param("yaml-octal", "010: 1", "a10: 1\na: 1", 1, id="octal-key"),
    pytest.param("yaml-too-deep", "a: " + "[" * 32 + "]" * 32, "a: [[1]]", [[1]], id="deep"),
    pytest.param("yaml-too-deep", "[" * 100_000, "a: []", [], id="deep-and-open"),
    pytest.param("yaml-control-character", "a: x\x00", "a: x", "x", id="nul"),
    pytest.param("yaml-control-character", 'a: "\\0"', 'a: "0"', "0", id="nul-escape"),
    pytest.param("yaml-control-character", "a: \x1b[31m", "a: '[31m'", "[31m", id="terminal"),
    pytest.param("yaml-control-character", '"\\e": 1', '"e": 1\na: 1', 1, id="terminal-in-key"),
    pytest.param(
        "yaml-control-character", "a: x\u2028b: y", "a: x\u00a0b", "x\u00a0b", id="line-break"
    ),
    pytest.param("yaml-tab", "a:\n\tb: 1", "a:\t1", 1, id="tab"),
    pytest.param("yaml-syntax", "a: 'x", "a: 'x'", "x", id="open-quote"),
    pytest.param("yaml-syntax", "a: [1", "a: [1]", [1], id="open-bracket"),
    pytest.param("yaml-syntax", "a: {b: 1", "a: {b: 1}", {"b": 1}, id="open-brace"),
    pytest.param("yaml-syntax", "a: b: c", "a: b:c", "b:c", id="two-colons"),
    pytest.param("yaml-syntax", "a: 1\n  b: 2", "a:\n  b: 2", {"b": 2}, id="key-below-value"),
    pytest.param("yaml-syntax", "a: @x", "a: x@y", "x@y", id="at-sign"),
    pytest.param("yaml-syntax", "a: - b", "a: -b", "-b", id="dash-in-line"),
    pytest.param("yaml-not-utf8", b"a: \xff", "a: ÿ".encode(), "ÿ", id="latin-1"),
    pytest.param("yaml-not-utf8", "a: 1".encode("utf-16"), b"\xef\xbb\xbfa: 1", 1, id="utf-16"),
    pytest.param("yaml-not-utf8", "a: 1".encode("utf-32"), b"a: 1", 1, id="utf-32"),
    pytest.param("yaml-too-large", "a: 1\n" + "#" * reading.LARGEST, "a: 1\n#", 1, id="large"),
]


@pytest.mark.parametrize(("code", "text", "control", "value"), TRAPS)
def test_a_trap_is_refused_by_name_and_what_was_meant_is_read(code, text, control, value):
    refused = parse(text, "f.yaml")

    assert code in [finding.code for finding in refused.findings]
    assert all(v.found and v.allowed and v.remedy for v in refused.findings)
    read_well = parse(control, "f.yaml")
    assert () == read_well.findings
    assert value == read_well.at(("a",))
    assert type(value) is type(read_well.at(("a",)))


def test_all_traps_are_named_at_once_each_with_its_own_line_and_column():
    text = "a: no\nb:\n  - x: 0755\n    1: &q 2\n  - *q\nc: 0.10\nc: 12:30:45\n"

    document = parse(text, "f.yaml")

    found = [(v.code, v.origin.dotted, document.place(v)) for v in document.findings]
    assert [
        ("yaml-boolean-word", "a", (1, 4)),
        ("yaml-octal", "b[0].x", (3, 8)),
        ("yaml-key-not-text", "b[0].1", (4, 5)),
        ("yaml-alias", "b[0].1", (4, 8)),
        ("yaml-alias", "b[1]", (5, 5)),
        ("yaml-duplicate-key", "c", (7, 1)),
        ("yaml-sexagesimal", "c", (7, 4)),
    ] == found


def test_the_second_of_two_equal_keys_is_pointed_at_and_the_first_is_named():
    document = parse("a:\n  b: 1\n  c: 2\n  b: 3\n", "f.yaml")

    [finding] = document.findings

    assert "the key `b` a second time; the first is in line 2" == finding.found
    assert (4, 3) == document.place(finding)


def test_many_aliases_of_aliases_cost_nothing():
    lines = ["a0: &a0 [x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 30)]

    document = parse("\n".join(lines), "f.yaml")

    assert [None] * 9 == document.at(("a29",))


def test_a_document_full_of_traps_is_not_read_to_its_end():
    document = parse("- no\n" * 100_000, "f.yaml")

    assert 1001 == len(document.findings)
    assert "yaml-too-many-traps" == document.findings[-1].code
    assert None is document.value


def test_a_hidden_value_is_not_repeated():
    document = parse("token: 0123456\nname: 0123456", "f.yaml")

    secret, plain = document.findings

    assert "0123456" not in str(secret)
    assert "0123456" in str(plain)


@pytest.mark.parametrize(
    ("path", "position"),
    [
        pytest.param((), (2, 1), id="top"),
        pytest.param(("b",), (3, 1), id="key"),
        pytest.param(("b", "c"), (4, 3), id="inner-key"),
        pytest.param(("b", "c", 0), (5, 7), id="item"),
        pytest.param(("b", "c", 1, "y"), (7, 7), id="key-of-item"),
        pytest.param(("b", "d", "z"), (8, 7), id="flow"),
        pytest.param(("b", "d", "w"), (8, 13), id="second-in-flow"),
        pytest.param(("e",), (9, 1), id="empty"),
        pytest.param(("b", "missing", "x"), (3, 1), id="missing-is-its-nearest-ancestor"),
        pytest.param(("b", "c", 9), (4, 3), id="missing-item"),
        pytest.param(("b", 0), (3, 1), id="index-into-a-mapping"),
        pytest.param(("b", "c", "x"), (4, 3), id="key-into-a-list"),
    ],
)
def test_a_path_has_the_line_of_its_key_or_item(path, position):
    document = parse(
        "# first\na: 1\nb:\n  c:\n    - 1\n    - x: 1\n      y: 2\n  d: {z: 1, w: 2}\ne:\n",
        "f.yaml",
    )

    assert position == (document.line(path), document.column(path))


def test_scalars_keep_what_was_literally_written():
    document = parse("cpu: 0.10\nid: 'x'\nmap: {a: 1}\nempty:\n", "f.yaml")

    assert "0.10" == document.scalar(("cpu",))
    assert 0.1 == document.at(("cpu",))
    assert "x" == document.scalar(("id",))
    assert "" == document.scalar(("empty",))
    assert None is document.scalar(("map",))
    assert None is document.scalar(("map", "b"))


def test_an_empty_document_says_nothing_and_is_no_trap():
    assert (None, ()) == (parse("", "f").value, parse("# only\n", "f").findings)


@pytest.fixture
def write(tmp_path):
    def write(text, name="Pulumi.dev.yaml"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


def test_a_file_that_cannot_be_read_is_a_violation_and_no_exception(tmp_path):
    missing = read(tmp_path / "x.yaml", "x.yaml")
    folder = read(tmp_path, "x.yaml")

    assert ["file-missing"] == [v.code for v in missing.findings]
    assert ["file-unreadable"] == [v.code for v in folder.findings]


def test_a_file_is_read_as_its_text_is(write):
    document = read(write("a: no\n"), "here.yaml")

    assert parse("a: no\n", "here.yaml") == document


STACK = """\
encryptionsalt: v1:abc=:v1:xyz
secretsprovider: passphrase
environment:
  - no
config:
  kubernetes:context: on
  aws:secretKey:
    secure: v1:abcd:efgh
  tenancy:profiles:
    small:
      quota: {requests.cpu: 0.10, pods: 0755}
  cluster: sandbox
  tenancy:config:environment: dev
  other:config:x: 12:30:45
"""


def test_a_stack_file_is_cut_down_to_our_keys_with_the_lines_of_the_file(write):
    document = read_stack(write(STACK), "Pulumi.dev.yaml")

    assert {
        "profiles": {"small": {"quota": {"requests.cpu": 0.1, "pods": "0755"}}},
        "cluster": "sandbox",
        "environment": "dev",
    } == document.value
    assert 9 == document.line(("profiles",))
    assert 11 == document.line(("profiles", "small", "quota", "pods"))
    assert "0.10" == document.scalar(("profiles", "small", "quota", "requests.cpu"))
    assert 5 == document.line(("missing",))


def test_only_traps_among_our_keys_are_reported_and_their_paths_begin_there(write):
    document = read_stack(write(STACK), "Pulumi.dev.yaml")

    [finding] = document.findings

    assert ("yaml-octal", "profiles.small.quota.pods") == (
        finding.code,
        finding.origin.dotted,
    )
    assert (11, 41) == document.place(finding)


def test_another_project_has_other_keys(write):
    document = read_stack(write("config:\n  tenancy:a: 1\n  mine:b: 2\n  c: 3\n"), "f", "mine")

    assert {"b": 2, "c": 3} == document.value


def test_our_keys_in_a_project_of_another_name_are_refused(write):
    text = "config:\n  aws:region: x\n  tenancy:a: 1\n  tenancy:b: 2\n  fleet:c: 3\n"
    path = write(text)

    ours = read_stack(path, "Pulumi.dev.yaml")
    theirs = read_stack(path, "Pulumi.dev.yaml", project="fleet")

    assert ({"a": 1, "b": 2}, ()) == (ours.value, ours.findings)
    assert {"c": 3} == theirs.value
    [warning] = theirs.findings
    assert ("config-namespace", Severity.ERROR) == (warning.code, warning.severity)
    assert "did you mean `fleet:a`?" in warning.remedy
    assert (
        "config keys that the project fleet does not read: `tenancy:a` and 1 more"
        == warning.found
    )
    assert (3, 3) == theirs.places[warning][:2]


@pytest.mark.parametrize(
    ("text", "misnamed"),
    [
        pytest.param("old-name:environment: dev", "`old-name:environment`", id="another name"),
        pytest.param(
            "old-name:config:profiles: {}", "`old-name:config:profiles`", id="the long form"
        ),
        pytest.param(
            "tenancy:cluster: a\n  old:profiles: {}", "`old:profiles`", id="among ours"
        ),
        pytest.param("aws:region: x\n  kubernetes:context: y", None, id="providers"),
        pytest.param("pulumi:tags: {}", None, id="of the engine"),
        pytest.param(
            "tenancy:cluster: a\n  acme:environment: b", None, id="a key that others may have"
        ),
    ],
)
def test_our_keys_under_another_projects_name_are_refused(write, text, misnamed):
    keys = {"environment", "profiles", "cluster", "context"}

    document = read_stack(write(f"config:\n  {text}\n"), "f", keys=keys)

    assert [misnamed] * bool(misnamed) == [
        finding.found.rpartition(": ")[2] for finding in document.findings
    ]


def test_a_secure_value_among_ours_is_refused_and_one_of_others_is_not(write):
    document = read_stack(
        write(
            "config:\n  tenancy:a: {b: [[1, {secure: v1:x}]], secure: {x: 1}}\n"
            "  aws:key: {secure: v1:y}\n  tenancy:c: {secure: true}\n"
        ),
        "f",
    )

    [finding] = document.findings

    assert ("config-secret", "a.b[0][1]") == (finding.code, finding.origin.dotted)
    assert "v1:x" not in str(finding)


@pytest.mark.parametrize(
    ("config", "is_refused"),
    [
        pytest.param("tenancy:cluster: sandbox", False, id="the sandbox"),
        pytest.param("tenancy:environment: dev", False, id="no cluster named"),
        pytest.param("tenancy:cluster: eu-1", True, id="another cluster"),
        pytest.param("cluster: eu-1", True, id="another cluster, in short"),
        pytest.param(
            "tenancy:cluster: sandbox\n  tenancy:kubeconfig: k",
            True,
            id="a cluster of that name",
        ),
    ],
)
def test_the_salt_of_the_public_passphrase_is_for_the_sandbox_alone(write, config, is_refused):
    def read_with(salt):
        return read_stack(write(f"config:\n  {config}\nencryptionsalt: {salt}\n"), "f")

    refused, own = read_with(SANDBOX_SALT), read_with("v1:own")

    assert ["sandbox-salt"] * is_refused == [finding.code for finding in refused.findings]
    assert not refused.findings or "encryptionsalt" in str(refused.findings[0])
    assert () == own.findings


def test_one_key_in_two_spellings_is_a_duplicate(write):
    document = read_stack(write("config:\n  tenancy:a: 1\n  a: 2\n"), "f")

    [finding] = document.findings

    assert "yaml-duplicate-key" == finding.code
    assert (3, 3) == document.place(finding)


@pytest.mark.parametrize("text", ["", "config:\n", "config: {}\n", "encryptionsalt: v1:x\n"])
def test_a_stack_file_without_config_is_empty_and_no_mistake(write, text):
    document = read_stack(write(text), "f")

    assert ({}, ()) == (document.value, document.findings)


@pytest.mark.parametrize("text", ["config: [a]\n", "config: x\n", "- config\n"])
def test_a_stack_file_whose_config_is_no_mapping_is_refused(write, text):
    document = read_stack(write(text), "f")

    assert ["stack-config-no-mapping"] == [v.code for v in document.findings]


def test_a_stack_file_that_is_no_yaml_is_refused_once(write):
    document = read_stack(write("config:\n  a: 'x\n"), "f")

    assert [("yaml-syntax", (2, 6))] == [(v.code, document.place(v)) for v in document.findings]


def test_a_value_of_the_engine_takes_lines_but_no_text_from_the_file():
    file = parse("a: 0.10\nb: 1\n", "Pulumi.dev.yaml")

    document = Document.of({"a": 0.2, "b": 1}, source="--config", lines=file)

    assert ("--config", 1, 2) == (document.source, document.line(("a",)), document.line(("b",)))
    assert (None, "1") == (document.scalar(("a",)), document.scalar(("b",)))


def test_a_value_of_a_program_has_no_lines():
    document = Document.of({"a": [1]}, source="argument")

    assert (None, None) == (document.line(("a",)), document.column(()))
    assert (1, None) == (document.at(("a", 0)), document.at(("a", 1)))
    assert None is document.scalar(("a", 0))


def test_without_libyaml_the_same_is_read_and_refused(monkeypatch):
    texts = [
        param.values[1] for param in TRAPS if "open" not in param.id and "large" != param.id
    ]
    fast = [[v.code for v in parse(text, "f").findings] for text in texts]

    monkeypatch.setattr(reading, "_LOADER", yaml.SafeLoader)

    assert fast == [[v.code for v in parse(text, "f").findings] for text in texts]


AMBIGUOUS = re.compile(r"[-+.]*[0-9].*|y|n|Y|N|\.|=|<<", re.DOTALL)


class Dumper(yaml.SafeDumper):
    """Quotes what only some YAML readers take for text, which PyYAML writes bare."""

    def ignore_aliases(self, data):
        return True


def _text(dumper, value):
    style = '"' if AMBIGUOUS.fullmatch(value) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


Dumper.add_representer(str, _text)

characters = st.characters(
    exclude_categories=["Cc", "Cs"], exclude_characters="\u2028\u2029\ufeff\ufffe\uffff"
)
texts = st.text(characters, max_size=12) | st.sampled_from(
    [
        "no",
        "0755",
        "1e3",
        "12:30",
        "~",
        "",
        " ",
        "# x",
        "a: b",
        "- x",
        "1_000",
        "\n",
        "<<",
        "*x",
        "é",
    ]
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


@given(values, st.sampled_from([None, True, False]))
def test_what_was_dumped_reads_back_equal_without_a_finding(value, flow):
    text = yaml.dump(value, Dumper=Dumper, default_flow_style=flow, allow_unicode=True)

    document = parse(text, "f.yaml")

    assert () == document.findings
    assert value == document.value


@given(values)
def test_json_is_read_as_json_reads_it(value):
    text = json.dumps(value, ensure_ascii=False)

    document = parse(text, "f.yaml")

    assert () == document.findings
    assert json.loads(text) == document.value


def paths(value, path=()):
    yield path
    if isinstance(value, dict):
        for key, entry in value.items():
            yield from paths(entry, (*path, key))
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from paths(entry, (*path, index))


def lines_of(node, path, found):
    """PyYAML's own composer as the witness: each path's line and column."""
    if isinstance(node, yaml.MappingNode):
        for key, entry in node.value:
            step = (*path, key.value)
            found[step] = (key.start_mark.line + 1, key.start_mark.column + 1)
            lines_of(entry, step, found)
    elif isinstance(node, yaml.SequenceNode):
        for index, entry in enumerate(node.value):
            step = (*path, index)
            found[step] = (entry.start_mark.line + 1, entry.start_mark.column + 1)
            lines_of(entry, step, found)
    return found


@given(values.filter(lambda value: isinstance(value, (dict, list))))
@settings(max_examples=200)
def test_every_path_has_the_line_and_column_of_its_key_or_item(value):
    text = "# a comment\n" + yaml.dump(value, Dumper=Dumper)
    witness = lines_of(yaml.compose(text, Loader=yaml.SafeLoader), (), {})

    document = parse(text, "f.yaml")

    for path in paths(value):
        if path:
            assert witness[path] == document.position(path)


@given(st.text(max_size=60) | st.binary(max_size=60))
@settings(max_examples=300)
def test_nothing_that_is_written_raises(text):
    document = parse(text, "f.yaml")

    assert document.findings or document.root is not None or document.value is None
