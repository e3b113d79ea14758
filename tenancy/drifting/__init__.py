"""The exact comparison of a cluster with the files, without side effects."""

from typing import TYPE_CHECKING

from tenancy.first_use import at_first_use

if TYPE_CHECKING:
    from tenancy.drifting.accept import Edit, edits
    from tenancy.drifting.cluster_wide import created_cluster_wide, objects_of_others
    from tenancy.drifting.comparison import KINDS, differences
    from tenancy.drifting.difference import Change, Difference, Field, Identity, Weight
    from tenancy.drifting.field_conflicts import (
        FIELD,
        is_refused_to,
        is_taken_over,
        without_conflicts,
        without_random_managers,
    )
    from tenancy.drifting.field_managers import OURS, Writer, writer, writers
    from tenancy.drifting.meanings import digest, live_meanings, meaning
    from tenancy.drifting.owned_by_others import (
        FORCE_VARIABLE,
        AppliedObject,
        UpdateConflicts,
        changed_objects,
        takes_over,
        update_conflicts,
    )
    from tenancy.drifting.release import RELEASED_BY, by_name, is_managed, without_marks
    from tenancy.drifting.report import DifferenceData, data, lines, object_lines

__all__ = [
    "FIELD",
    "FORCE_VARIABLE",
    "KINDS",
    "OURS",
    "RELEASED_BY",
    "AppliedObject",
    "Change",
    "Difference",
    "DifferenceData",
    "Edit",
    "Field",
    "Identity",
    "UpdateConflicts",
    "Weight",
    "Writer",
    "by_name",
    "changed_objects",
    "created_cluster_wide",
    "data",
    "differences",
    "digest",
    "edits",
    "is_managed",
    "is_refused_to",
    "is_taken_over",
    "lines",
    "live_meanings",
    "meaning",
    "object_lines",
    "objects_of_others",
    "takes_over",
    "update_conflicts",
    "without_conflicts",
    "without_marks",
    "without_random_managers",
    "writer",
    "writers",
]

if not TYPE_CHECKING:
    __getattr__ = at_first_use(__name__)
