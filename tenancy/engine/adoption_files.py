"""The files that an adoption writes: organizations, and their names in a stack file."""

import os
import shutil
from collections.abc import Iterable, Mapping
from io import StringIO
from pathlib import Path

import attrs
from ruamel.yaml import YAML

from tenancy.assessment import Assessment
from tenancy.config import ORGANIZATIONS, PROJECT_FILE, organization_file, stack_file
from tenancy.config.document import JSON, Change, edited, write
from tenancy.diagnostics import Origin, RefusedError
from tenancy.drifting.adoption import Proposal
from tenancy.model import Organization, SharedNamespace

__all__ = ["AdoptionFiles", "copied"]


@attrs.frozen(kw_only=True)
class AdoptionFiles:
    """
    What is written into the files of one project.

    Attributes:
        root: The project's folder.
        stack: The environment's stack.
        project: The project's name, before the colon of its keys.
        before: The content of every file that was written, before; None if it is new.
    """

    root: Path
    stack: str
    project: str
    before: dict[Path, str | None] = attrs.field(factory=dict)

    @classmethod
    def of(cls, assessment: Assessment, stack: str) -> "AdoptionFiles":
        """Return the files of the project of *assessment*."""
        return cls(root=assessment.root, stack=stack, project=assessment.name)

    def write(self, name: str, prefix: str, proposal: Proposal) -> None:
        """
        Write a new organization *name*; `hold` names it in the stack's file.

        Raises:
            RefusedError: Its folder is a link that leads out of the project.
        """
        path = self.root / organization_file(name)
        if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(self.root)):
            raise RefusedError(
                reason=f"{organization_file(name)}: a link that leads out of the project;"
                " allowed is a folder inside it; replace the link. Nothing was written."
            )
        yaml, text = YAML(), StringIO()
        yaml.width = 4096
        yaml.indent(mapping=2, sequence=4, offset=2)
        yaml.dump(proposal.organization(prefix), text)
        path.parent.mkdir(exist_ok=True)
        self.before.setdefault(path, None)
        write(path, text.getvalue())

    def hold(self, names: Iterable[str]) -> None:
        """Name new organizations in the stack's file."""
        changes: list[Change] = [(("organizations", name), {}, False) for name in names]
        if changes:
            self._edit(self._stack_file, changes, self.project)

    def add(self, organization: Organization, proposal: Proposal) -> None:
        """Add the namespaces to an *organization* that the environment holds."""
        source, start = organization.origin.source, organization.origin.path
        path = self.root / source
        changes: list[Change] = [
            *(((*start, "namespaces"), entry, True) for entry in proposal.namespaces),
            *(((*start, "members"), entry, True) for entry in proposal.members),
            *(
                ((*start, "profiles", name), profile, False)
                for name, profile in proposal.profiles.items()
            ),
        ]
        if organization.default_namespace is None or len(organization.namespaces) == 1:
            default = organization.default_namespace or next(iter(proposal.ids.values()))
            changes.append(((*start, "defaultNamespace"), default, False))
        self._edit(path, changes, self.project if path == self._stack_file else None)

    def share(self, known: SharedNamespace | None, entry: Mapping[str, JSON]) -> None:
        """
        Write a shared namespace into the platform's file.

        Args:
            known: The entry that the file has already, which stays as it is. Default: nothing.
            entry: The keys that describe the namespace.
        """
        top = "platform"
        if known is None:
            changes: list[Change] = [((top, "shared"), dict(entry), True)]
        else:
            start = known.origin.path
            changes = [((*start, "managed"), True, False)]
            changes += [
                ((*start, key), value, False)
                for key, value in entry.items()
                if key in ("podSecurity", "enforcement")
            ]
        self._edit(self._stack_file, changes, self.project)

    def restore(self) -> None:
        """Write every file as it was, and delete the new ones."""
        for path, text in self.before.items():
            if text is None:
                path.unlink(missing_ok=True)
            else:
                write(path, text)

    @property
    def written(self) -> Iterable[str]:
        """The paths of the files that were written, from the project's folder."""
        return [str(path.relative_to(self.root)) for path in self.before]

    @property
    def _stack_file(self) -> Path:
        return self.root / stack_file(self.stack)

    def _edit(self, path: Path, changes: Iterable[Change], project: str | None) -> None:
        text = path.read_text()
        self.before.setdefault(path, text)
        write(path, edited(text, changes, project=project))


def copied(assessment: Assessment, folder: Path) -> Assessment:
    """
    Return *assessment* of a copy in *folder*, which may be written into.

    Only files that were read are copied:
    beside them may be pipes, devices and links in circles.
    """
    files = {PROJECT_FILE, *(Origin(source).file for source in assessment.documents)}
    (folder / ORGANIZATIONS).mkdir()
    for file in files:
        if (assessment.root / file).is_file():
            shutil.copy(assessment.root / file, folder / file)
    return attrs.evolve(assessment, root=folder)
