"""Names of objects, labels and annotations, as Kubernetes reads them."""

import re
from typing import Final, Never, NewType

from tenancy.diagnostics import Exit, TenancyError
from tenancy.kubernetes.labels import DOMAIN

__all__ = [
    "AnnotationKey",
    "InvalidNameError",
    "Label",
    "LabelKey",
    "LabelValue",
    "NamespaceId",
    "NamespaceName",
    "Prefix",
    "RbacName",
    "Subdomain",
    "parse_annotation_key",
    "parse_label",
    "parse_label_key",
    "parse_label_value",
    "parse_namespace_id",
    "parse_namespace_name",
    "parse_prefix",
    "parse_rbac_name",
    "parse_subdomain",
    "reserved_key_reason",
]

Label = NewType("Label", str)
"""An RFC 1123 label."""
Subdomain = NewType("Subdomain", str)
"""RFC 1123 labels joined by dots."""
NamespaceName = NewType("NamespaceName", str)
"""The name of a namespace in the cluster."""
NamespaceId = NewType("NamespaceId", str)
"""The last part of a namespace's name, unique in its organization; has no hyphen."""
Prefix = NewType("Prefix", str)
"""The first part of the names of an organization's namespaces."""
LabelKey = NewType("LabelKey", str)
LabelValue = NewType("LabelValue", str)
AnnotationKey = NewType("AnnotationKey", str)
RbacName = NewType("RbacName", str)
"""The name of a role or a binding; may hold colons."""

LABEL_LENGTH: Final = 63
SUBDOMAIN_LENGTH: Final = 253
ID_LENGTH: Final = 7
"""The default of the longest namespace id, in characters."""

# RFC 1123, section 2.1, as Kubernetes reads it: lower case, and it may begin with a digit.
_LABEL = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?", re.ASCII)
_SUBDOMAIN = re.compile(rf"{_LABEL.pattern}(?:\.{_LABEL.pattern})*", re.ASCII)
_ID = re.compile(r"[a-z0-9]+", re.ASCII)
# k8s.io/apimachinery pkg/util/validation, IsQualifiedName and IsValidLabelValue.
_QUALIFIED = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?", re.ASCII)
_PRINTABLE = re.compile(r"[!-~]+", re.ASCII)

_LABEL_RULE: Final = (
    "1 to 63 lowercase letters, digits and hyphens, with a letter or digit at both ends"
)
_QUALIFIED_RULE: Final = (
    "1 to 63 letters, digits, '-', '_' and '.', with a letter or digit at both ends"
)


class InvalidNameError(TenancyError, ValueError):
    """
    A text that is not an allowed name.

    Attributes:
        text: The text, unchanged.
        rule: What is allowed.
        remedy: What to do, in the imperative.
    """

    # Files are reported as findings, so a raised error is about a name given to a command.
    exit = Exit.USAGE

    def __init__(self, text: object, rule: str, remedy: str) -> None:
        self.text = text
        self.rule = rule
        self.remedy = remedy
        super().__init__(text, rule, remedy)

    def __str__(self) -> str:
        # ascii() shows look-alike and invisible characters.
        shown = ascii(self.text)
        if len(shown) > 80:
            shown = f"{shown[:80]}..."
        return f"{shown} is not allowed: {self.rule}; {self.remedy}"


def parse_label(text: object, *, what: str = "a name") -> Label:
    """
    Return *text* as an RFC 1123 label: the names of organizations, pools and roles.

    Args:
        text: The text.
        what: What it names, for the message. Default: a name.

    Raises:
        InvalidNameError: It is not text, is empty, longer than 63 characters, or has a
            character other than a-z, 0-9 and a hyphen inside.

    >>> parse_label("acme")
    'acme'
    """
    rule = f"{what} has {_LABEL_RULE}"
    written = _text(text, rule)
    if len(written) > LABEL_LENGTH or not _LABEL.fullmatch(written):
        _refuse(written, rule, LABEL_LENGTH, "-")
    return Label(written)


def parse_subdomain(text: object, *, what: str = "a name") -> Subdomain:
    """
    Return *text* as RFC 1123 labels joined by dots, at most 253 characters.

    Raises:
        InvalidNameError: It is anything else.

    >>> parse_subdomain("gpu.nvidia.com")
    'gpu.nvidia.com'
    """
    rule = f"{what} has 1 to 253 lowercase letters, digits, hyphens and single dots inside"
    written = _text(text, rule)
    if len(written) > SUBDOMAIN_LENGTH or not _SUBDOMAIN.fullmatch(written):
        _refuse(written, rule, SUBDOMAIN_LENGTH, "-.")
    return Subdomain(written)


def parse_namespace_name(text: object) -> NamespaceName:
    """
    Return *text* as the name of a namespace: an RFC 1123 label.

    `reserved_reason` reports whether the name is reserved.

    Raises:
        InvalidNameError: It is not a label.

    >>> parse_namespace_name("acme-dev")
    'acme-dev'
    """
    return NamespaceName(parse_label(text, what="a namespace's name"))


def parse_namespace_id(text: object, max_length: int = ID_LENGTH) -> NamespaceId:
    """
    Return *text* as the id of a namespace: lowercase letters and digits, and no hyphen.

    Without a hyphen in the id, `<prefix>-<id>` determines the prefix and the id.

    Args:
        text: The text.
        max_length: The longest id, in characters. Default: 7.

    Raises:
        InvalidNameError: It is empty, too long, or has another character.

    >>> parse_namespace_id("staging")
    'staging'
    """
    rule = f"a namespace id has 1 to {max_length} lowercase letters and digits"
    written = _text(text, rule)
    if len(written) > max_length or not _ID.fullmatch(written):
        _refuse(written, rule, max_length, "")
    return NamespaceId(written)


def parse_prefix(text: object, max_id_length: int = ID_LENGTH) -> Prefix:
    """
    Return *text* as the prefix of an organization's namespaces: a label with room for an id.

    Args:
        text: The text.
        max_id_length: The longest id that follows it, in characters. Default: 7.

    Raises:
        InvalidNameError: It is not a label, or `<prefix>-<id>` could exceed 63 characters.

    >>> parse_prefix("acme")
    'acme'
    """
    longest = LABEL_LENGTH - 1 - max_id_length
    rule = (
        f"a prefix has 1 to {longest} lowercase letters, digits and hyphens, with a letter "
        "or digit at both ends"
    )
    written = _text(text, rule)
    if len(written) > longest or not _LABEL.fullmatch(written):
        _refuse(written, rule, longest, "-")
    return Prefix(written)


def parse_label_key(text: object) -> LabelKey:
    """
    Return *text* as the key of a label: a name, or a domain, `/` and a name.

    `reserved_key_reason` reports whether the domain is reserved.

    Raises:
        InvalidNameError: It is neither.

    >>> parse_label_key("example.com/team")
    'example.com/team'
    """
    _qualified(text, "a label key")
    return LabelKey(str(text))


def parse_annotation_key(text: object) -> AnnotationKey:
    """
    Return *text* as the key of an annotation; the same rule as for the key of a label.

    Raises:
        InvalidNameError: It breaks this rule.

    >>> parse_annotation_key("example.com/contact")
    'example.com/contact'
    """
    _qualified(text, "an annotation key")
    return AnnotationKey(str(text))


def parse_label_value(text: object) -> LabelValue:
    """
    Return *text* as the value of a label: empty, or at most 63 characters.

    Raises:
        InvalidNameError: It is anything else.

    >>> parse_label_value("Team_A")
    'Team_A'
    """
    rule = f"a label value is empty or has {_QUALIFIED_RULE}"
    if not isinstance(text, str):
        raise InvalidNameError(text, rule, "write it as text, in quotes")
    if text and (len(text) > LABEL_LENGTH or not _QUALIFIED.fullmatch(text)):
        _refuse(text, rule, LABEL_LENGTH, "-_.", upper=True)
    return LabelValue(text)


def parse_rbac_name(text: object) -> RbacName:
    """
    Return *text* as the name of a role or a binding: a valid segment of a URL.

    Kubernetes allows more; spaces and non-ASCII characters are refused too, because such names
    look alike.

    Raises:
        InvalidNameError: It is empty, longer than 253 characters, `.` or `..`, or has a
            `/`, a `%`, a space, or a character that is not printable ASCII.

    >>> parse_rbac_name("tenancy:developer")
    'tenancy:developer'
    """
    rule = "a role's name has 1 to 253 printable ASCII characters except space, '/' and '%'"
    written = _text(text, rule)
    if written in (".", ".."):
        raise InvalidNameError(written, rule, "write a name other than '.' and '..'")
    if (
        len(written) > SUBDOMAIN_LENGTH
        or not _PRINTABLE.fullmatch(written)
        or not {"/", "%"}.isdisjoint(written)
    ):
        extra = "".join(map(chr, range(33, 127))).replace("/", "").replace("%", "")
        _refuse(written, rule, SUBDOMAIN_LENGTH, extra, upper=True)
    return RbacName(written)


_RESERVED_DOMAINS: Final = {
    "kubernetes.io": "Kubernetes",
    "k8s.io": "Kubernetes",
    DOMAIN: "this tool",
}


def reserved_key_reason(key: str) -> str | None:
    """
    Return for which owner the domain of a label or annotation *key* is reserved, if it is.

    >>> reserved_key_reason("pod-security.kubernetes.io/enforce")
    'the domain kubernetes.io is reserved for Kubernetes'
    >>> reserved_key_reason("example.com/team") is None
    True
    """
    domain, slash, _ = key.rpartition("/")
    if not slash:
        return None
    for reserved, owner in _RESERVED_DOMAINS.items():
        if domain == reserved or domain.endswith(f".{reserved}"):
            return f"the domain {reserved} is reserved for {owner}"
    return None


def _qualified(text: object, what: str) -> None:
    rule = f"{what} is a name of {_QUALIFIED_RULE}, or a domain, '/' and such a name"
    written = _text(text, rule)
    domain, slash, name = written.rpartition("/")
    if slash and not (len(domain) <= SUBDOMAIN_LENGTH and _SUBDOMAIN.fullmatch(domain)):
        raise InvalidNameError(
            written, rule, f"write a domain such as example.com before '/', not {domain!r}"
        )
    if not name:
        raise InvalidNameError(written, rule, "write a name after '/'")
    if len(name) > LABEL_LENGTH or not _QUALIFIED.fullmatch(name):
        _refuse(name, rule, LABEL_LENGTH, "-_.", upper=True, whole=written)


def _text(text: object, rule: str) -> str:
    if not isinstance(text, str):
        raise InvalidNameError(text, rule, "write it as text, in quotes")
    if not text:
        raise InvalidNameError(text, rule, "write a name")
    return text


def _refuse(
    text: str,
    rule: str,
    longest: int,
    extra: str,
    *,
    upper: bool = False,
    whole: str | None = None,
) -> Never:
    """Raise with the first remedy that fits; *extra* is allowed in addition to a-z and 0-9."""
    found = text if whole is None else whole
    allowed = set("abcdefghijklmnopqrstuvwxyz0123456789") | set(extra)
    if upper:
        allowed |= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    odd = [character for character in dict.fromkeys(text[:256]) if character not in allowed]
    if odd and all("A" <= character <= "Z" for character in odd):
        remedy = "write it in lower case"
    elif odd:
        remedy = f"remove {', '.join(ascii(character) for character in odd[:5])}"
    elif len(text) > longest:
        remedy = f"shorten it from {len(text)} to at most {longest} characters"
    else:
        remedy = "begin and end every part with a letter or digit"
    raise InvalidNameError(found, rule, remedy)
