"""Findings about the values that people wrote, from pydantic's errors."""

import itertools
import re
from collections.abc import Mapping, Sequence

import attrs
import pydantic

from tenancy.config.document.tree import Document
from tenancy.config.spec import value_words
from tenancy.config.spec.locations import (
    Location,
    description_at,
    field_at,
    fields_by_key,
    locate,
)
from tenancy.diagnostics import (
    HIDDEN,
    Finding,
    Origin,
    PathStep,
    TenancyError,
    clean,
    nearest,
    shown,
)
from tenancy.diagnostics.codes import CODES

__all__ = ["findings_from"]

# The error types of pydantic-core that mean "another type", and the type in YAML's words.
_TYPES = {
    "bool_parsing": value_words.BOOLEAN,
    "bool_type": value_words.BOOLEAN,
    "dict_type": value_words.MAPPING,
    "float_parsing": value_words.NUMBER,
    "float_type": value_words.NUMBER,
    "frozen_set_type": value_words.LIST,
    "int_from_float": value_words.WHOLE,
    "int_parsing": value_words.WHOLE,
    "int_type": value_words.WHOLE,
    "iterable_type": value_words.LIST,
    "list_type": value_words.LIST,
    "mapping_type": value_words.MAPPING,
    "model_attributes_type": value_words.MAPPING,
    "model_type": value_words.MAPPING,
    "none_required": value_words.NOTHING,
    "set_type": value_words.LIST,
    "string_sub_type": value_words.TEXT,
    "string_type": value_words.TEXT,
    "tuple_type": value_words.LIST,
}

# Error types that compare with one figure: the code, and what is allowed.
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

# Text that would be right without its quotes.
_UNQUOTED = {
    value_words.WHOLE: "-?[0-9]{1,18}",
    value_words.NUMBER: r"-?[0-9]{1,18}(\.[0-9]+)?",
    value_words.BOOLEAN: "true|false",
}

MOST_MISTAKES = 200
"""The most mistakes of one document that are listed; further ones are counted."""

_REMEDY = "write a value that is allowed"

_CHOICES = frozenset({"enum", "literal_error", "union_tag_invalid", "union_tag_not_found"})


def findings_from(
    error: pydantic.ValidationError,
    *,
    origin: Origin,
    model: type[pydantic.BaseModel],
    document: Document | None = None,
) -> list[Finding]:
    """Return the findings of *error*, one for each mistake, in the order of the model.

    A value that is ambiguous in YAML has only the document's finding.

    Args:
        error: What reading as *model* raised.
        origin: Where the value is that was read as *model*.
        model: The model, which knows the keys and the choices.
        document: The document that has the value, for the text as written.
            Default: the value came from a program.
    """
    problems = [
        _Problem(
            order=order,
            location=locate(model, details["loc"]),
            kind=details["type"],
            context=details.get("ctx", {}),
            value=details["input"],
            message=details["msg"],
        )
        for order, details in enumerate(error.errors(include_url=False))
    ]
    trapped = _trapped(document)
    kept = _collapsed(problems, 0)
    misspelt = {
        (*problem.path[:-1], meant)
        for problem in kept[:MOST_MISTAKES]
        if problem.kind == "extra_forbidden" and (meant := _meant(problem)) is not None
    }
    mistakes = [
        problem
        for problem in sorted(kept, key=lambda one: one.order)
        # A misspelt required key gives one finding, about the misspelt key.
        if not (problem.kind == "missing" and problem.path in misspelt)
        and trapped.isdisjoint(itertools.accumulate(_steps(origin, problem), initial=()))
    ]
    found = [_finding(problem, origin, document) for problem in mistakes[:MOST_MISTAKES]]
    if len(mistakes) > MOST_MISTAKES:
        found.append(_too_many(len(mistakes), origin))
    return found


def _too_many(count: int, origin: Origin) -> Finding:
    return Finding(
        code="too-many-mistakes",
        origin=origin,
        found=f"{count} mistakes, of which the first {MOST_MISTAKES} are listed",
        allowed="none",
        remedy="correct those that are listed, then check again",
    )


@attrs.frozen(kw_only=True)
class _Problem:
    """Return the finding of one of pydantic's errors; *others* are the alternatives at its place."""

    order: int
    location: Location
    kind: str
    context: Mapping[str, object]
    value: object
    message: str
    others: tuple["_Problem", ...] = ()

    @property
    def path(self) -> tuple[PathStep, ...]:
        return self.location.path


def _trapped(document: Document | None) -> set[tuple[PathStep, ...]]:
    """The places of ambiguous values. A duplicate key hides no finding below it."""
    if document is None:
        return set()
    return {v.origin.path for v in document.findings if v.code != "yaml-duplicate-key"}


def _steps(origin: Origin, problem: _Problem) -> list[tuple[PathStep, ...]]:
    return [(step,) for step in (*origin.path, *problem.path)]


def _collapsed(problems: Sequence[_Problem], depth: int) -> list[_Problem]:
    """Keep, of each choice between types, the alternative that was probably meant."""
    kept: list[_Problem] = []
    choices: dict[tuple[PathStep, ...], dict[str, list[_Problem]]] = {}
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


def _finding(problem: _Problem, origin: Origin, document: Document | None) -> Finding:
    place = origin.within(problem.path)
    literal = document.scalar(place.path) if document is not None else None
    found = value_words.described(problem.value, place.path, literal)
    if problem.kind == "extra_forbidden":
        return _unknown_key(problem, place)
    if problem.kind == "missing":
        return _missing_key(problem, place)
    if problem.location.is_key or problem.kind == "invalid_key":
        return Finding(
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
        return Finding(
            code="wrong-type",
            origin=place,
            found=found,
            allowed=allowed,
            remedy=_retyped(_TYPES[problem.kind], problem, place.path, literal),
        )
    if problem.kind in _CHOICES:
        return _unknown_choice(problem, place, found)
    code = _BOUNDS[problem.kind][0] if problem.kind in _BOUNDS else "wrong-value"
    return Finding(
        code=code,
        origin=place,
        found=found,
        allowed=_allowed(problem),
        remedy=f"write {_allowed(problem)}",
    )


def _unknown_key(problem: _Problem, place: Origin) -> Finding:
    key = str(place.path[-1])
    known = _known_keys(problem)
    meant = _meant(problem)
    return Finding(
        code="unknown-key",
        origin=place,
        found=f"the key `{shown(key)}`, which is not known here",
        allowed=", ".join(known) or "no keys",
        remedy=f"did you mean `{meant}`? if not, remove it" if meant else "remove it",
    )


def _known_keys(problem: _Problem) -> list[str]:
    owner = problem.location.owner
    return list(fields_by_key(owner)) if owner is not None else []


def _meant(problem: _Problem) -> str | None:
    """Return the known key that an unknown one resembles. None if none does."""
    key, known = str(problem.path[-1]).replace("_", ""), _known_keys(problem)
    swapped = [one for one in known if sorted(one) == sorted(key)]
    return nearest(key, swapped or known, cutoff=0 if swapped else 0.6)


def _missing_key(problem: _Problem, place: Origin) -> Finding:
    key = str(place.path[-1])
    described = description_at(problem.location)
    return Finding(
        code="missing-key",
        origin=place,
        found=f"no key `{key}`",
        allowed=f"`{key}` is required here",
        remedy=f"add `{key}:`",
        details=(f"{key}: {described}",) if described else (),
    )


def _unknown_choice(problem: _Problem, place: Origin, found: str) -> Finding:
    expected = str(
        problem.context.get("expected") or problem.context.get("expected_tags") or ""
    )
    choices = re.findall(r"'([^']*)'", expected)
    discriminator = str(problem.context.get("discriminator", "")).strip("'")
    if discriminator and isinstance(problem.value, Mapping):
        place = place / discriminator
        tag = problem.value.get(discriminator)
        found = (
            value_words.described(tag, place.path, None)
            if tag is not None
            else f"no key `{discriminator}`"
        )
    value = problem.value if isinstance(problem.value, str) else ""
    meant = nearest(value, choices) if value else None
    return Finding(
        code="unknown-choice",
        origin=place,
        found=found,
        allowed=value_words.either(choices) or _sentence(problem.message),
        remedy=f"did you mean `{meant}`?" if meant else "write one of these",
    )


def _refused(problem: _Problem, place: Origin, found: str, literal: str | None) -> Finding:
    """Return the finding of one of our validators."""
    error = problem.context.get("error")
    reason = getattr(error, "reason", None)
    text = clean(str(getattr(reason, "value", reason) or error))
    code = getattr(error, "code", None)
    if code is None and isinstance(error, TenancyError):
        name = type(error).__name__.removesuffix("Error")
        code = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()
        code = code if code in CODES else None
    remedy = clean(str(getattr(error, "remedy", None) or _REMEDY))
    if shown(str(problem.value), place.path) == HIDDEN:
        text, remedy = (
            _discreet(text, problem.value, "a value that is refused"),
            _discreet(remedy, problem.value, _REMEDY),
        )
    if isinstance(problem.value, float) and literal is not None:
        remedy = f'write "{shown(literal, place.path)}", in quotes'
    allowed = getattr(error, "allowed", None) or _said_by_type(error) or text
    return Finding(
        code=str(code or "refused-value"),
        origin=place,
        found=found if allowed == text else f"{found}: {text}",
        allowed=str(allowed),
        remedy=remedy,
    )


def _discreet(text: str, value: object, instead: str) -> str:
    """Return *text*, or *instead* if *text* contains *value*."""
    return instead if not value or str(value) in text else text


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
    expected: str, problem: _Problem, path: tuple[PathStep, ...], literal: str | None
) -> str:
    """Return how to write the value as the expected type."""
    value = problem.value
    literal_text = shown(literal if literal is not None else value_words.plain(value), path)
    if expected == value_words.TEXT and isinstance(value, bool | int | float):
        return f'put it in quotes: "{literal_text}"'
    if isinstance(value, str):
        if (pattern := _UNQUOTED.get(expected)) and re.fullmatch(pattern, value):
            return f"write {literal_text}, without quotes"
        if expected == value_words.LIST:
            return f"write a list: [{literal_text}]"
    if value is None:
        field = field_at(problem.location)
        removable = field is not None and not field.is_required()
        return f"write {expected}" + (", or remove the key" if removable else "")
    if expected == value_words.MAPPING and isinstance(value, list | tuple):
        return "write `key: value` lines, without `- ` before them"
    if expected == value_words.MAPPING:
        return "write `key: value` lines below it, or {} for none"
    if expected == value_words.LIST:
        return "write a list: each item after `- `"
    return f"write {expected}"
