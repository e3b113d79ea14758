"""The exact comparison of a cluster with the files, without side effects."""

from tenancy.drifting.accept import Edit, edits
from tenancy.drifting.comparison import KINDS, differences
from tenancy.drifting.difference import Change, Difference, Field, Identity, Weight
from tenancy.drifting.field_conflicts import FIELD, without_conflicts, without_random_managers
from tenancy.drifting.field_managers import OURS, Writer, writers
from tenancy.drifting.meanings import digest, live_meanings, meaning
from tenancy.drifting.release import RELEASED_BY, by_name, is_managed, without_marks
from tenancy.drifting.report import DifferenceData, data, lines

__all__ = [
    "FIELD",
    "KINDS",
    "OURS",
    "RELEASED_BY",
    "Change",
    "Difference",
    "DifferenceData",
    "Edit",
    "Field",
    "Identity",
    "Weight",
    "Writer",
    "by_name",
    "data",
    "differences",
    "digest",
    "edits",
    "is_managed",
    "lines",
    "live_meanings",
    "meaning",
    "without_conflicts",
    "without_marks",
    "without_random_managers",
    "writers",
]
