"""Names: what Kubernetes takes, what belongs to others, and who may be a subject."""

import pickle
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenancy.diagnostics.errors import TenancyError
from tenancy.diagnostics.suggestions import nearest
from tenancy.kubernetes.names import (
    InvalidNameError,
    parse_annotation_key,
    parse_group,
    parse_label,
    parse_label_key,
    parse_label_value,
    parse_namespace_id,
    parse_namespace_name,
    parse_oidc_prefix,
    parse_prefix,
    parse_rbac_name,
    parse_service_account,
    parse_subdomain,
    parse_user,
    reserved_key_reason,
    reserved_prefix_reason,
    reserved_reason,
    system_reason,
    workload_reason,
)

# What looks like a name, or is one to a careless pattern, and is none.
IMPOSTORS = [
    pytest.param("", "write a name", id="empty"),
    pytest.param("team\n", r"remove '\n'", id="newline at the end"),
    pytest.param("\nteam", r"remove '\n'", id="newline at the start"),
    pytest.param(" team", "remove ' '", id="space at the start"),
    pytest.param("te am", "remove ' '", id="space inside"),
    pytest.param("team\x00", r"remove '\x00'", id="nul"),
    pytest.param("Team", "lower case", id="upper case"),
    pytest.param("TEAM", "lower case", id="all upper case"),
    pytest.param("te_am", "remove '_'", id="underscore"),
    pytest.param("team!", "remove '!'", id="punctuation"),
    pytest.param("../team", "remove '.', '/'", id="path"),
    pytest.param("te\u00e4m", r"'\xe4'", id="umlaut"),
    pytest.param("\uff41\uff43\uff4d\uff45", r"'\uff41'", id="full width"),
    pytest.param("\u0430cme", r"'\u0430'", id="cyrillic a"),
    pytest.param("acme\u200b", r"'\u200b'", id="zero width"),
    pytest.param("\u202eemca", r"'\u202e'", id="right to left"),
    pytest.param("\u212aube", r"'\u212a'", id="kelvin sign"),
    pytest.param("\u017ftorage", r"'\u017f'", id="long s"),
    pytest.param("t\u0665", r"'\u0665'", id="arabic digit"),
]


@pytest.mark.parametrize(("text", "remedy"), IMPOSTORS)
@pytest.mark.parametrize(
    "parse",
    [parse_label, parse_namespace_name, parse_namespace_id, parse_prefix, parse_subdomain],
    ids=lambda parse: parse.__name__,
)
def test_a_name_that_only_looks_like_one_is_refused_and_never_repaired(parse, text, remedy):
    with pytest.raises(InvalidNameError) as caught:
        parse(text)

    assert text == caught.value.text
    if parse is not parse_subdomain or "path" not in remedy:
        assert remedy.replace("'.', ", "") in caught.value.remedy.replace("'.', ", "")
    assert str(caught.value).isascii()
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("value", [None, 1, True, 1.5, b"acme", ["acme"]])
@pytest.mark.parametrize(
    "parse",
    [
        parse_label,
        parse_namespace_name,
        parse_namespace_id,
        parse_prefix,
        parse_subdomain,
        parse_label_key,
        parse_label_value,
        parse_annotation_key,
        parse_rbac_name,
        parse_user,
        parse_group,
        parse_service_account,
        parse_oidc_prefix,
    ],
    ids=lambda parse: parse.__name__,
)
def test_a_name_is_text(parse, value):
    with pytest.raises(InvalidNameError) as caught:
        parse(value)

    assert caught.value.remedy


@pytest.mark.parametrize("text", ["a", "0", "acme", "acme-dev", "a--b", "0-9", "a" * 63])
def test_labels_of_rfc_1123_are_names(text):
    assert text == parse_label(text)
    assert text == parse_namespace_name(text)


@pytest.mark.parametrize("text", ["-acme", "acme-", "-", "a" * 64, "a.b", "acme-\n"])
def test_what_is_no_label_is_refused(text):
    with pytest.raises(InvalidNameError):
        parse_label(text)


@given(st.text(max_size=70))
def test_a_label_is_exactly_what_kubernetes_says(text):
    # k8s.io/apimachinery pkg/util/validation, dns1123LabelFmt.
    valid = (
        bool(re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", text, re.ASCII)) and len(text) < 64
    )

    try:
        assert text == parse_label(text)
        assert valid
    except InvalidNameError:
        assert not valid


@pytest.mark.parametrize("text", ["a", "gpu.nvidia.com", "a.b-c.d0", ".".join(["a" * 63] * 3)])
def test_labels_joined_by_dots_are_subdomains(text):
    assert text == parse_subdomain(text)


@pytest.mark.parametrize("text", [".a", "a.", "a..b", "a.-b", "A.b", ".".join(["a"] * 128)])
def test_what_is_no_subdomain_is_refused(text):
    with pytest.raises(InvalidNameError):
        parse_subdomain(text)


@pytest.mark.parametrize("text", ["dev", "staging", "prod", "0", "a1b2c3d"])
def test_ids_are_one_to_seven_letters_and_digits(text):
    assert text == parse_namespace_id(text)


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        pytest.param("a1b2c3d4", "from 8 to at most 7", id="eight characters"),
        pytest.param("a-b", "remove '-'", id="hyphen"),
        pytest.param("a.b", "remove '.'", id="dot"),
        pytest.param("Dev", "lower case", id="upper case"),
    ],
)
def test_what_is_no_id_is_refused(text, remedy):
    with pytest.raises(InvalidNameError) as caught:
        parse_namespace_id(text)

    assert remedy in caught.value.remedy
    assert "a namespace id has 1 to 7 lowercase letters and digits" == caught.value.rule


def test_the_length_of_an_id_is_a_setting():
    assert "research" == parse_namespace_id("research", max_length=8)
    with pytest.raises(InvalidNameError):
        parse_namespace_id("abcd", max_length=3)


prefixes = st.from_regex(r"[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?", fullmatch=True)
ids = st.from_regex(r"[a-z0-9]{1,7}", fullmatch=True)


@given(prefixes, ids, prefixes, ids)
def test_one_name_comes_from_one_prefix_and_one_id(prefix, id_, other_prefix, other_id):
    first = f"{parse_prefix(prefix)}-{parse_namespace_id(id_)}"
    second = f"{parse_prefix(other_prefix)}-{parse_namespace_id(other_id)}"

    assert (first == second) == ((prefix, id_) == (other_prefix, other_id))
    assert first == parse_namespace_name(first)


@pytest.mark.parametrize("max_id_length", [1, 7, 30])
def test_the_longest_prefix_leaves_room_for_the_longest_id(max_id_length):
    longest = "p" * (62 - max_id_length)

    assert longest == parse_prefix(longest, max_id_length)
    assert 63 == len(parse_namespace_name(f"{longest}-{'i' * max_id_length}"))
    with pytest.raises(InvalidNameError):
        parse_prefix(longest + "p", max_id_length)


@pytest.mark.parametrize(
    "text", ["team", "Team_A.b-c", "example.com/team", "a/b", "a" * 63, f"{'a.' * 126}a/b"]
)
def test_keys_of_labels_and_annotations(text):
    assert text == parse_label_key(text)
    assert text == parse_annotation_key(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/team",
        "example.com/",
        "a/b/c",
        "Example.com/team",
        "-team",
        "team-",
        "te am",
        "team\n",
        "example.com\n/team",
        "a" * 64,
        f"{'a.' * 127}a/b",
        "t\u00e9am",
    ],
)
@pytest.mark.parametrize("parse", [parse_label_key, parse_annotation_key])
def test_what_is_no_key_is_refused(parse, text):
    with pytest.raises(InvalidNameError):
        parse(text)


@pytest.mark.parametrize("text", ["", "a", "Team_A.1", "a" * 63, "0.1"])
def test_values_of_labels(text):
    assert text == parse_label_value(text)


@pytest.mark.parametrize("text", ["-a", "a-", "a b", "a\n", "\n", "a" * 64, "a/b", "\u0430"])
def test_what_is_no_value_of_a_label_is_refused(text):
    with pytest.raises(InvalidNameError):
        parse_label_value(text)


@pytest.mark.parametrize(
    ("key", "owner"),
    [
        ("kubernetes.io/metadata.name", "kubernetes.io"),
        ("pod-security.kubernetes.io/enforce", "kubernetes.io"),
        ("resource.k8s.io/admin-access", "k8s.io"),
        ("scheduler.alpha.kubernetes.io/node-selector", "kubernetes.io"),
        ("tenancy.dev/organization", "tenancy.dev"),
        ("x.tenancy.dev/y", "tenancy.dev"),
    ],
)
def test_domains_of_others_are_kept_for_them(key, owner):
    assert f"the domain {owner} is reserved for" in reserved_key_reason(key)


@pytest.mark.parametrize("key", ["team", "example.com/team", "notk8s.io/x", "k8s.io.evil/x"])
def test_all_other_keys_are_free(key):
    assert reserved_key_reason(key) is None


@pytest.mark.parametrize("text", ["a", "tenancy:developer", "A_b.c-d", "a" * 253])
def test_names_of_roles(text):
    assert text == parse_rbac_name(text)


@pytest.mark.parametrize(
    "text", ["", ".", "..", "a/b", "a%2fb", "a b", "a\n", "\n", "a" * 254, "r\u00f4le", "a\x7f"]
)
def test_what_is_no_name_of_a_role_is_refused(text):
    with pytest.raises(InvalidNameError):
        parse_rbac_name(text)


TEN = [
    "kube-system",
    "kube-node-lease",
    "kube-public",
    "llmos-system",
    "llmos-gpu-stakc-system",
    "llmos-monitoring-system",
    "llmos-dashboards",
    "llmos-db-system",
    "storage-system",
    "system-upgrade",
]


@pytest.mark.parametrize("name", [*TEN, "llmos-gpu-stack-system"])
def test_the_ten_reserved_namespaces_are_refused_and_so_is_the_corrected_spelling(name):
    assert f"the namespace {name} is reserved for" in system_reason(name)
    assert system_reason(name) == reserved_reason(name)
    assert workload_reason(name) is None


@pytest.mark.parametrize(
    "name",
    [
        "kube-anything",
        "openshift",
        "openshift-monitoring",
        "cattle-system",
        "cattle-fleet-system",
        "llmos-new",
        "cw-system",
        "gke-managed-system",
        "capsule-system",
        "istio-system",
        "gpu-operator",
        "nvidia-gpu-operator",
        "kyverno",
        "kueue-system",
        "runai",
        "calico-system",
        "aks-command",
    ],
)
def test_system_namespaces_of_other_platforms_are_refused(name):
    assert "is reserved for" in reserved_reason(name)


@pytest.mark.parametrize("name", ["default", "llmos-public"])
def test_two_namespaces_exist_but_are_not_for_workloads(name):
    assert name in workload_reason(name)
    assert workload_reason(name) == reserved_reason(name)
    assert system_reason(name) is None


@pytest.mark.parametrize(
    "name",
    ["acme-dev", "kubernetes-dev", "cubekube-dev", "llmosaic-dev", "public"],
)
def test_names_of_organizations_are_free(name):
    assert reserved_reason(name) is None


@pytest.mark.parametrize("prefix", ["kube", "kube-x", "openshift", "cattle", "llmos", "cw"])
def test_a_prefix_under_which_every_name_is_a_systems_is_refused(prefix):
    assert "is reserved for" in reserved_prefix_reason(prefix)
    assert system_reason(f"{prefix}-dev") is not None


@given(prefixes, ids)
def test_a_prefix_that_is_refused_has_no_free_name(prefix, id_):
    if reserved_prefix_reason(prefix) is not None:
        assert system_reason(f"{prefix}-{id_}") or workload_reason(f"{prefix}-{id_}")


@pytest.mark.parametrize(
    "text",
    ["ana", "ana@example.com", "Ana Gomez", "00000000-0000-0000-0000-000000000000", "a" * 512],
)
@pytest.mark.parametrize("parse", [parse_user, parse_group])
def test_users_and_groups_of_ones_own(parse, text):
    assert text == parse(text)


SUSPECTS = [
    pytest.param("", "write a name", id="empty"),
    pytest.param("   ", "write a name", id="blank"),
    pytest.param(" ana", "space at its ends", id="leading space"),
    pytest.param("ana ", "space at its ends", id="trailing space"),
    pytest.param("ana\n", "space at its ends", id="newline"),
    pytest.param("an\na", r"invisible character '\n'", id="newline inside"),
    pytest.param("an\x1b[0ma", r"'\x1b'", id="escape"),
    pytest.param("an\u200ba", r"invisible character '\u200b'", id="zero width"),
    pytest.param("\u202eana", r"invisible character '\u202e'", id="right to left"),
    pytest.param("an\u00a0a", r"invisible character '\xa0'", id="no-break space"),
    pytest.param("an\ufeffa", r"invisible character '\ufeff'", id="byte order mark"),
    pytest.param("\u0430na", r"in ASCII, without '\u0430'", id="cyrillic a"),
    pytest.param("\uff41na", r"in ASCII, without '\uff41'", id="full width"),
    pytest.param("*", "not a wildcard", id="star"),
    pytest.param("team-*", "not a wildcard", id="star at the end"),
    pytest.param("system:masters", "your own users", id="masters"),
    pytest.param("system:authenticated", "your own users", id="authenticated"),
    pytest.param("system:anonymous", "your own users", id="anonymous"),
    pytest.param("system:", "your own users", id="system alone"),
    pytest.param("system:serviceaccount:dev:builder", "serviceAccount:", id="service account"),
    pytest.param("a" * 513, "shorten it", id="too long"),
]


@pytest.mark.parametrize(("text", "remedy"), SUSPECTS)
@pytest.mark.parametrize("parse", [parse_user, parse_group])
def test_a_subject_that_is_more_than_it_seems_is_refused(parse, text, remedy):
    with pytest.raises(InvalidNameError) as caught:
        parse(text)

    assert remedy in caught.value.remedy
    assert str(caught.value).isascii()


@pytest.mark.parametrize("text", ["system:masters", "system:nodes", "system:serviceaccounts"])
@pytest.mark.parametrize("prefix", ["oidc:", "-", ""])
@pytest.mark.parametrize("parse", [parse_user, parse_group])
def test_names_of_the_system_are_refused_whatever_the_prefix(parse, prefix, text):
    with pytest.raises(InvalidNameError):
        parse(text, oidc_prefix=prefix)


@pytest.mark.parametrize(
    ("prefix", "text"),
    [("sys", "tem:masters"), ("system", ":masters"), ("s", "ystem:masters")],
)
def test_a_prefix_that_makes_a_name_of_the_system_of_another_is_seen(prefix, text):
    assert text == parse_group(text)
    with pytest.raises(InvalidNameError) as caught:
        parse_group(text, oidc_prefix=prefix)

    assert "your own users" in caught.value.remedy


@pytest.mark.parametrize("prefix", ["oidc:", "https://idp.example.com#"])
def test_the_prefix_is_put_on_once(prefix):
    assert f"{prefix}ana" == parse_user("ana", oidc_prefix=prefix)
    with pytest.raises(InvalidNameError) as caught:
        parse_user(f"{prefix}ana", oidc_prefix=prefix)

    assert f"without {prefix!r}" in caught.value.remedy


@pytest.mark.parametrize("none", ["", "-"])
def test_no_prefix_is_written_as_nothing_or_a_hyphen(none):
    assert "" == parse_oidc_prefix(none)
    assert "ana" == parse_user("ana", oidc_prefix=none)


@pytest.mark.parametrize("text", ["system:", "system:oidc:", "a b", "a\n", "\u0430:", "*"])
def test_a_prefix_of_the_system_or_an_invisible_one_is_refused(text):
    with pytest.raises(InvalidNameError):
        parse_oidc_prefix(text)


def test_a_group_of_the_system_may_stand_where_it_is_named():
    allowed = frozenset({"system:authenticated"})

    found = parse_group("system:authenticated", oidc_prefix="oidc:", system_groups=allowed)

    assert "system:authenticated" == found
    with pytest.raises(InvalidNameError):
        parse_group("system:masters", oidc_prefix="oidc:", system_groups=allowed)


@pytest.mark.parametrize(
    "text", ["\u0430\u043d\u043d\u0430", "\u00e9milie", "\u5c71\u7530\u30a2\u30f3", "ana"]
)
def test_names_of_one_script_are_taken_where_ascii_is_lifted(text):
    assert text == parse_user(text, ascii_only=False)


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        pytest.param("\u0430cme", "mixes CYRILLIC and LATIN", id="cyrillic a"),
        pytest.param("acm\u03b5", "mixes GREEK and LATIN", id="greek epsilon"),
        pytest.param("\uff41\uff43", "plain form", id="full width"),
        pytest.param("e\u0301milie", "plain form", id="combining accent"),
        pytest.param("an\u200ba", "invisible", id="zero width"),
    ],
)
def test_scripts_are_never_mixed(text, remedy):
    with pytest.raises(InvalidNameError) as caught:
        parse_user(text, ascii_only=False)

    assert remedy in caught.value.remedy


def test_a_service_account_is_a_namespace_and_a_name():
    account = parse_service_account("dev/builder.v2")

    assert ("dev", "builder.v2") == (account.namespace, account.name)
    assert "dev/builder.v2" == str(account)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "builder",
        "/builder",
        "dev/",
        "dev/a/b",
        "Dev/builder",
        "dev/Builder",
        "dev/b\n",
        " /b",
    ],
)
def test_what_is_no_service_account_is_refused(text):
    with pytest.raises(InvalidNameError):
        parse_service_account(text)


def test_a_refusal_says_what_was_found_what_is_allowed_and_what_to_do():
    with pytest.raises(InvalidNameError) as caught:
        parse_namespace_id("Staging1")

    expected = (
        "'Staging1' is not allowed: a namespace id has 1 to 7 lowercase letters and digits; "
        "write it in lower case"
    )
    assert expected == str(caught.value)
    assert isinstance(caught.value, TenancyError)
    assert isinstance(caught.value, ValueError)
    assert expected == str(pickle.loads(pickle.dumps(caught.value)))


def test_a_refusal_stays_short_whatever_was_written():
    with pytest.raises(InvalidNameError) as caught:
        parse_label("\x1b" * 1_000_000)

    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("text", "candidates", "expected"),
    [
        pytest.param(
            "requests.cpus", ["requests.cpu", "limits.cpu"], "requests.cpu", id="near"
        ),
        pytest.param("POD", ["pods", "pod"], "pod", id="case alone wins"),
        pytest.param("zebra", ["pods"], None, id="far"),
        pytest.param("", ["pods"], None, id="nothing written"),
        pytest.param("pods", [], None, id="nothing known"),
        pytest.param("ab", ["abx", "aby"], "abx", id="the same each time"),
    ],
)
def test_the_nearest_known_word_is_found(text, candidates, expected):
    assert expected == nearest(text, candidates)
    assert expected == nearest(text, reversed(candidates))


@pytest.mark.parametrize(
    ("name", "owner"),
    [("argocd", "Argo CD"), ("flux-system", "Flux"), ("cert-manager", "cert-manager")],
)
def test_the_namespaces_of_well_known_charts_are_kept_and_names_beside_them_free(
    name: str, owner: str
) -> None:
    assert f"the namespace {name} is reserved for {owner}" == reserved_reason(name)
    assert None is reserved_reason(f"acme-{name}")
