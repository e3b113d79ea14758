"""The two files that an adoption writes: a new organization, and its name in a stack file."""

from io import StringIO
from pathlib import Path

import attrs
from ruamel.yaml import YAML

from tenancy.assessment import Assessment
from tenancy.config.document import JSON, Change, edited, write

__all__ = ["AdoptionFiles"]


@attrs.frozen(kw_only=True)
class AdoptionFiles:
    """
    The paths, and what is needed to write and to restore them.

    Attributes:
        organization: The new organization's file.
        stack: The stack's file.
        before: The content of the stack's file before the adoption.
        name: The organization's name.
        project: The project's name, before the colon of its keys.
    """

    organization: Path
    stack: Path
    before: str
    name: str
    project: str

    @classmethod
    def of(cls, assessment: Assessment, organization: str, stack: str) -> "AdoptionFiles":
        """Return the files of *organization* and *stack*, as they are now."""
        path = assessment.root / f"Pulumi.{stack}.yaml"
        return cls(
            organization=assessment.root / "organizations" / f"{organization}.yaml",
            stack=path,
            before=path.read_text(),
            name=organization,
            project=assessment.name,
        )

    def write(self, config: JSON) -> None:
        """Write the organization's *config*, and name it in the stack's file."""
        yaml, text = YAML(), StringIO()
        yaml.indent(mapping=2, sequence=4, offset=2)
        yaml.dump(config, text)
        self.organization.parent.mkdir(exist_ok=True)
        write(self.organization, text.getvalue())
        change: Change = (("organizations", self.name), {}, False)
        write(self.stack, edited(self.before, [change], project=self.project))

    def restore(self) -> None:
        """Delete the organization's file, and write the stack's as it was."""
        self.organization.unlink(missing_ok=True)
        write(self.stack, self.before)
