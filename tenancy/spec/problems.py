"""What is wrong with something written, said for the person who wrote it."""

import re
from collections.abc import Mapping, Sequence

import attrs
import pydantic

from tenancy.document.echo import HIDDEN, clean, is_secret, shown
from tenancy.document.tree import Document
from tenancy.errors import TenancyError
from tenancy.nearest import nearest
from tenancy.origin import Origin, Step
from tenancy.spec.locations import Location, field_at, fields_by_key, locate
from tenancy.violation import Violation

__all__ = ["violations_from"]

_TEXT, _WHOLE, _NUMBER, _BOOLEAN = "text", "a whole number", "a number", "true or false"
_MAPPING, _LIST, _NOTHING = "a mapping", "a list", "nothing"

# The error types of pydantic-core that say "another type", and the type in YAML's words.
_TYPES = {
    "bool_parsing": _BOOLEAN,
    "bool_type": _BOOLEAN,
    "dict_type": _MAPPING,
    "float_parsing": _NUMBER,
    "float_type": _NUMBER,
    "frozen_set_type": _LIST,
    "int_from_float": _WHOLE,
    "int_parsing": _WHOLE,
    "int_type": _WHOLE,
    "iterable_type": _LIST,
    "list_type": _LIST,
    "mapping_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "model_type": _MAPPING,
    "none_required": _NOTHING,
    "set_type": _LIST,
    "string_sub_type": _TEXT,
    "string_type": _TEXT,
    "tuple_type": _LIST,
}

# Error types that compare with one figure: code, what is allowed.
_BOUNDS = {
    "greater_than": ("wrong-number", "a number above {gt}"),
    "greater_than_equal": ("wrong-number", "{ge} or more"),
    "less_than": ("wrong-number", "a number below {lt}"),
    "less_than_equal": ("wrong-number", "{le} or less"),
    "multiple_of": ("wrong-number", "a multiple of {multiple_of}"),
    "finite_number": ("wrong-number", "a finite number"),
    "string_too_long": ("wrong-text", "text of at most {max_length} characters"),
    "string_too_short": ("wrong-text", "text of at least {min_length} characters"),
    "string_pattern_mismatch": ("wrong-text", "text of the form `{pattern}`"),
    "too_long": ("wrong-count", "at most {max_length} entries"),
    "too_short": ("wrong-count", "at least {min_length} entries"),
}

_CHOICES = frozenset({"enum", "literal_error", "union_tag_invalid", "union_tag_not_found"})


def violations_from(
    error: pydantic.ValidationError,
    *,
    origin: Origin,
    model: type[pydantic.BaseModel],
    document: Document | None = None,
) -> list[Violation]:
    """
    Return what *error* found, one violation for each mistake, in the order of the document.

    A mistake that is a YAML trap is left to the document's own violation.

    Args:
        error: What reading as *model* raised.
        origin: Where the value that was read as *model* stands.
        model: The model, which knows the keys and the choices.
        document: The document that holds the value, for what was literally written.
            Default: the value came from a program.
    """
    problems = [
        _Problem(
            location=locate(model, details["loc"]),
            kind=details["type"],
            context=details.get("ctx", {}),
            value=details["input"],
            message=details["msg"],
        )
        for details in error.errors(include_url=False)
    ]
    trapped = _trapped(document)
    return [
        _violation(problem, origin, document)
        for problem in _collapsed(problems, 0)
        if not any(
            (*origin.path, *problem.location.path)[: len(path)] == path for path in trapped
        )
    ]


@attrs.frozen(kw_only=True)
class _Problem:
    """One of pydantic's errors; *others* are what else could have stood there."""

    location: Location
    kind: str
    context: Mapping[str, object]
    value: object
    message: str
    others: tuple["_Problem", ...] = ()

    @property
    def path(self) -> tuple[Step, ...]:
        return self.location.path


def _trapped(document: Document | None) -> list[tuple[Step, ...]]:
    """Where a trap stands instead of a value. A second key hides nothing below it."""
    if document is None:
        return []
    return [v.origin.path for v in document.violations if v.code != "yaml-duplicate-key"]


def _collapsed(problems: Sequence[_Problem], depth: int) -> list[_Problem]:
    """Keep, of each choice between types, the alternative that was probably meant."""
    kept: list[_Problem] = []
    choices: dict[tuple[Step, ...], dict[str, list[_Problem]]] = {}
    for problem in problems:
        if len(problem.location.alternatives) <= depth:
            kept.append(problem)
            continue
        length, label = problem.location.alternatives[depth]
        choices.setdefault(problem.path[:length], {}).setdefault(label, []).append(problem)
    for path, by_label in choices.items():
        fitting: list[list[_Problem]] = [
            those
            for those in by_label.values()
            if not any(p.path == path and p.kind in _TYPES for p in those)
        ]
        if fitting:
            kept += _collapsed(min(fitting, key=_unlikeliness), depth + 1)
        else:
            first, *others = (those[0] for those in by_label.values())
            kept.append(attrs.evolve(first, others=tuple(others)))
    return kept


def _unlikeliness(problems: Sequence[_Problem]) -> tuple[int, int]:
    """Keys that another alternative knows count before everything else."""
    return sum(p.kind in {"extra_forbidden", "literal_error"} for p in problems), len(problems)


def _violation(problem: _Problem, origin: Origin, document: Document | None) -> Violation:
    place = origin.within(problem.path)
    literal = document.scalar(place.path) if document is not None else None
    found = _described(problem.value, place.path, literal)
    if problem.kind == "extra_forbidden":
        return _unknown_key(problem, place)
    if problem.kind == "missing":
        return _missing_key(problem, place)
    if problem.location.is_key or problem.kind == "invalid_key":
        return Violation(
            code="wrong-key",
            origin=place,
            found=f"the key {shown(repr(problem.value))}",
            allowed=_allowed(problem) if problem.location.is_key else "text as a key",
            remedy="rename the key",
        )
    if problem.kind in {"value_error", "assertion_error"}:
        return _refused(problem, place, found, literal)
    if problem.kind in _TYPES:
        allowed = " or ".join(dict.fromkeys(map(_allowed, (problem, *problem.others))))
        return Violation(
            code="wrong-type",
            origin=place,
            found=found,
            allowed=allowed,
            remedy=_retyped(_TYPES[problem.kind], problem, place.path, literal),
        )
    if problem.kind in _CHOICES:
        return _unknown_choice(problem, place, found)
    code = _BOUNDS[problem.kind][0] if problem.kind in _BOUNDS else "wrong-value"
    return Violation(
        code=code,
        origin=place,
        found=found,
        allowed=_allowed(problem),
        remedy=f"write {_allowed(problem)}",
    )


def _unknown_key(problem: _Problem, place: Origin) -> Violation:
    key = str(place.path[-1])
    owner = problem.location.owner
    known = list(fields_by_key(owner)) if owner is not None else []
    meant = nearest(key.replace("_", ""), known)
    return Violation(
        code="unknown-key",
        origin=place,
        found=f"the key `{shown(key)}`, which is not known here",
        allowed=", ".join(known) or "no keys",
        remedy=f"did you mean `{meant}`? if not, remove it" if meant else "remove it",
    )


def _missing_key(problem: _Problem, place: Origin) -> Violation:
    key = str(place.path[-1])
    field = field_at(problem.location)
    described = field.description if field is not None else None
    return Violation(
        code="missing-key",
        origin=place,
        found=f"no key `{key}`",
        allowed=f"`{key}` is always needed here",
        remedy=f"add `{key}:`",
        details=(f"{key}: {described}",) if described else (),
    )


def _unknown_choice(problem: _Problem, place: Origin, found: str) -> Violation:
    expected = str(
        problem.context.get("expected") or problem.context.get("expected_tags") or ""
    )
    choices = re.findall(r"'([^']*)'", expected)
    discriminator = str(problem.context.get("discriminator", "")).strip("'")
    if discriminator and isinstance(problem.value, Mapping):
        place = place / discriminator
        tag = problem.value.get(discriminator)
        found = (
            _described(tag, place.path, None)
            if tag is not None
            else f"no key `{discriminator}`"
        )
    value = problem.value if isinstance(problem.value, str) else ""
    meant = nearest(value, choices) if value else None
    return Violation(
        code="unknown-choice",
        origin=place,
        found=found,
        allowed=_or(choices) or _sentence(problem.message),
        remedy=f"did you mean `{meant}`?" if meant else "write one of these",
    )


def _refused(problem: _Problem, place: Origin, found: str, literal: str | None) -> Violation:
    """Say what a validator of ours found."""
    error = problem.context.get("error")
    reason = getattr(error, "reason", None)
    text = clean(str(getattr(reason, "value", reason) or error))
    if is_secret(place.path):
        text = text.replace(str(problem.value), HIDDEN)
    code = getattr(error, "code", None)
    if code is None and isinstance(error, TenancyError):
        name = type(error).__name__.removesuffix("Error")
        code = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()
    remedy = str(getattr(error, "remedy", None) or "write a value that is allowed")
    if isinstance(problem.value, float) and literal is not None:
        remedy = f'write "{shown(literal, place.path)}", in quotes'
    allowed = getattr(error, "allowed", None) or _said_by_type(error) or text
    return Violation(
        code=str(code or "refused-value"),
        origin=place,
        found=found if allowed == text else f"{found}: {text}",
        allowed=str(allowed),
        remedy=clean(remedy),
    )


def _said_by_type(error: object) -> str | None:
    name = type(error).__name__
    if name == "InvalidQuantityError":
        return "a quantity, as text or a whole number: 500m, 2, 2Gi"
    return None


def _allowed(problem: _Problem) -> str:
    if problem.kind in _TYPES:
        return _TYPES[problem.kind]
    if problem.kind == "string_too_short" and problem.context.get("min_length") == 1:
        return "text that is not empty"
    if problem.kind in _BOUNDS:
        return _BOUNDS[problem.kind][1].format(**problem.context)
    return _sentence(problem.message)


def _sentence(message: str) -> str:
    """Return what a message of pydantic allows, without its opening."""
    text = re.sub(
        r"^(?:Input|Value|String|Field|List|Tuple|Dictionary) should (?:be|have) ", "", message
    )
    return clean(re.sub(r"\s*\[type=.*|https?://\S+", "", text))


def _retyped(
    expected: str, problem: _Problem, path: tuple[Step, ...], literal: str | None
) -> str:
    """Say how to write the value as what is expected."""
    value = problem.value
    said = shown(literal if literal is not None else _plain(value), path)
    if expected == _TEXT and isinstance(value, bool | int | float):
        return f'put it in quotes: "{said}"'
    if isinstance(value, str):
        if expected in {_WHOLE, _NUMBER} and re.fullmatch(r"[0-9.]+", value):
            return f"write {said}, without quotes"
        if expected == _LIST:
            return f"write a list: [{said}]"
    if value is None:
        field = field_at(problem.location)
        removable = field is not None and not field.is_required()
        return f"write {expected}" + (", or remove the key" if removable else "")
    if expected == _MAPPING and isinstance(value, list | tuple):
        return "write `key: value` lines, without `- ` before them"
    if expected == _MAPPING:
        return "write `key: value` lines below it, or {} for none"
    if expected == _LIST:
        return "write a list: each item after `- `"
    return f"write {expected}"


def _described(value: object, path: tuple[Step, ...], literal: str | None) -> str:
    """Say what *value* is, in YAML's words and as it was written."""
    said = shown(literal if literal is not None else _plain(value), path)
    match value:
        case None:
            return "nothing"
        case bool():
            return said
        case int():
            return f"the whole number {said}"
        case float():
            return f"the decimal number {said}"
        case str():
            return f"the text `{said}`" if value else "empty text"
        case Mapping():
            keys = ", ".join(shown(str(key)) for key in list(value)[:5])
            plural = "" if len(value) == 1 else "s"
            return f"a mapping with the key{plural} {keys}" if keys else "an empty mapping"
        case list() | tuple():
            return f"a list of {len(value)}" if value else "an empty list"
        case _:
            return f"an object of type {type(value).__name__}"


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _or(choices: list[str]) -> str:
    return " or ".join(filter(None, (", ".join(choices[:-1]), *choices[-1:])))
