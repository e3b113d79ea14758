"""
Subjects: users, groups and service accounts, under the API server's names for them.

Kubernetes accepts any text as a user or group. Refused here are misleading names: names of the
system, with or without the cluster's prefix, and names that look like another name.
"""

import unicodedata
from collections.abc import Collection
from typing import Final, NewType

import attrs

from tenancy.kubernetes.names.syntax import (
    InvalidNameError,
    Label,
    Subdomain,
    parse_label,
    parse_subdomain,
)

__all__ = [
    "GroupName",
    "ServiceAccountName",
    "UserName",
    "parse_group",
    "parse_oidc_prefix",
    "parse_service_account",
    "parse_user",
]

UserName = NewType("UserName", str)
"""A user's name for the API server, with the cluster's prefix."""
GroupName = NewType("GroupName", str)
"""A group's name for the API server, with the cluster's prefix."""

MAX_LENGTH: Final = 512
"""The longest user or group with its prefix, in characters."""

_SYSTEM: Final = "system:"
_RULE: Final = (
    "1 to 512 visible characters without '*', without a space at either end, and not beginning "
    "with 'system:'"
)
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Scripts that one language uses together.
_TOGETHER: Final = (frozenset({"CJK", "HIRAGANA", "KATAKANA"}), frozenset({"CJK", "HANGUL"}))


@attrs.frozen(slots=True, order=True)
class ServiceAccountName:
    """
    A service account.

    Attributes:
        namespace: Its namespace as written: an id or a name.
        name: Its name there.
    """

    namespace: Label
    name: Subdomain

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


def parse_oidc_prefix(text: object) -> str:
    """
    Return the prefix that the API server puts before names from the identity provider.

    `-` means no prefix, as in the server's own flag, and is returned as an empty text.

    Raises:
        InvalidNameError: It is not text, has a space or an invisible character, or begins like
            a name of the system.

    >>> parse_oidc_prefix("oidc:"), parse_oidc_prefix("-")
    ('oidc:', '')
    """
    rule = "a prefix has printable ASCII characters except space and '*', and is not 'system:'"
    if not isinstance(text, str):
        raise InvalidNameError(text, rule, "write it as text, in quotes")
    if text in ("", "-"):
        return ""
    if not (text.isascii() and text.isprintable()) or " " in text or "*" in text:
        raise InvalidNameError(text, rule, "remove the characters that are not allowed")
    if text.startswith(_SYSTEM):
        raise InvalidNameError(text, rule, "use a prefix such as 'oidc:'")
    return text


def parse_user(text: object, *, oidc_prefix: str = "", ascii_only: bool = True) -> UserName:
    """
    Return the API server's name for the user *text*, with the prefix added.

    Args:
        text: The user as the identity provider names them.
        oidc_prefix: The prefix that the cluster adds. Default: none.
        ascii_only: Whether only ASCII is accepted. Otherwise names in one script are accepted
            too.

    Raises:
        InvalidNameError: It is blank, has a space at an end, an invisible character or a
            `*`, has the prefix already, mixes scripts, or is a name of the system, before or
            after the prefix is added.

    >>> parse_user("ana@example.com", oidc_prefix="oidc:")
    'oidc:ana@example.com'
    """
    return UserName(_subject(text, "a user", oidc_prefix, ascii_only=ascii_only))


def parse_group(
    text: object,
    *,
    oidc_prefix: str = "",
    ascii_only: bool = True,
    system_groups: Collection[str] = (),
) -> GroupName:
    """
    Return the API server's name for the group *text*, with the prefix added.

    Args:
        text: The group as the identity provider names it.
        oidc_prefix: The prefix that the cluster adds. Default: none.
        ascii_only: Whether only ASCII is accepted. Otherwise names in one script are accepted
            too.
        system_groups: Groups of the system that are allowed here, without the prefix, such as
            `system:authenticated`. Default: none.

    Raises:
        InvalidNameError: As for `parse_user`.

    >>> parse_group("acme-admins", oidc_prefix="oidc:")
    'oidc:acme-admins'
    """
    if isinstance(text, str) and text in system_groups:
        return GroupName(text)
    return GroupName(_subject(text, "a group", oidc_prefix, ascii_only=ascii_only))


def parse_service_account(text: object) -> ServiceAccountName:
    """
    Return the service account *text*, written `<namespace>/<name>`.

    Raises:
        InvalidNameError: The namespace or the name is missing or invalid.

    >>> parse_service_account("dev/builder").name
    'builder'
    """
    rule = "a service account is written <namespace>/<name>"
    if not isinstance(text, str) or text.count("/") != 1:
        raise InvalidNameError(
            text, rule, "write the namespace and the name, with one '/' between them"
        )
    namespace, _, name = text.partition("/")
    if not namespace or not name:
        raise InvalidNameError(
            text, rule, "write the namespace and the name, with one '/' between them"
        )
    return ServiceAccountName(
        parse_label(namespace, what="a service account's namespace"),
        parse_subdomain(name, what="a service account's name"),
    )


def _subject(text: object, what: str, oidc_prefix: str, *, ascii_only: bool) -> str:
    rule = f"{what} has {_RULE}"
    if not isinstance(text, str):
        raise InvalidNameError(text, rule, "write it as text, in quotes")
    prefix = parse_oidc_prefix(oidc_prefix)
    whole = prefix + text
    # Cheap refusals first: what follows looks at every character.
    if len(whole) > MAX_LENGTH:
        raise InvalidNameError(
            text, rule, f"shorten it to {MAX_LENGTH - len(prefix)} characters"
        )
    if not text.strip():
        raise InvalidNameError(text, rule, "write a name")
    if text != text.strip():
        raise InvalidNameError(text, rule, "remove the space at its ends")
    _refuse_characters(text, rule, ascii_only=ascii_only)
    if "*" in text:
        raise InvalidNameError(text, rule, "write each name: '*' is not a wildcard here")
    if text.startswith("system:serviceaccount:"):
        raise InvalidNameError(text, rule, "write it as serviceAccount: <namespace>/<name>")
    if text.startswith(_SYSTEM) or whole.startswith(_SYSTEM):
        raise InvalidNameError(text, rule, "name your own users and groups")
    if prefix and text.startswith(prefix):
        raise InvalidNameError(
            text, rule, f"write it without {prefix!r}, which the cluster adds"
        )
    return whole


def _refuse_characters(text: str, rule: str, *, ascii_only: bool) -> None:
    for character in text:
        category = unicodedata.category(character)
        if category in _INVISIBLE or (category == "Zs" and character != " "):
            raise InvalidNameError(text, rule, f"remove the invisible character {character!a}")
    if text.isascii():
        return
    odd = ", ".join(sorted({ascii(c) for c in text if not c.isascii()})[:5])
    if ascii_only:
        raise InvalidNameError(text, rule, f"write it in ASCII, without {odd}")
    if unicodedata.normalize("NFKC", text) != text:
        raise InvalidNameError(text, rule, f"write {odd} in its plain form")
    scripts = frozenset(
        unicodedata.name(character, "UNKNOWN").split()[0].split("-")[0]
        for character in text
        if character.isalpha()
    )
    if len(scripts) > 1 and not any(scripts <= together for together in _TOGETHER):
        found = " and ".join(sorted(scripts))
        raise InvalidNameError(text, rule, f"write it in one script; it mixes {found}")
