"""What a stack's cluster holds against its files, and the differences written into them."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import attrs

from tenancy import manifests
from tenancy.assessment import Assessment, assess
from tenancy.cluster import Connection, connect
from tenancy.cluster.objects import objects
from tenancy.config.document import JSON
from tenancy.config.document.editing import Change, edited, write
from tenancy.diagnostics import report
from tenancy.diagnostics.errors import TenancyError
from tenancy.diagnostics.exit_codes import Exit
from tenancy.diagnostics.finding import errors
from tenancy.diagnostics.origin import Origin
from tenancy.drifting import Difference, Identity, differences
from tenancy.drifting.accept import Edit, edits
from tenancy.drifting.comparison import KINDS
from tenancy.engine.stack_opener import Say, silent
from tenancy.manifests import Manifest

__all__ = ["AcceptRefusedError", "Drifted", "accepted", "compared", "desired_of"]


class AcceptRefusedError(TenancyError):
    """The config would be refused with what was to be accepted; it stays as it was."""

    exit = Exit.REFUSED


@attrs.frozen(kw_only=True)
class Drifted:
    """A stack, what its files say, and what is on its cluster."""

    stack: str
    connection: Connection
    desired: tuple[Manifest, ...]
    live: Mapping[Identity, Mapping[str, JSON]]

    @property
    def differences(self) -> tuple[Difference, ...]:
        """What differs, the worst first."""
        return differences(self.desired, self.live)

    @property
    def exit(self) -> Exit:
        """Whether anything differs."""
        return Exit.CHANGES if self.differences else Exit.DONE

    def against(self, desired: tuple[Manifest, ...]) -> "Drifted":
        """Return the same cluster beside other manifests."""
        return attrs.evolve(self, desired=desired)


def compared(found: Assessment, stack: str) -> Drifted:
    """
    Return what differs between the files of *stack* and its cluster.

    Raises:
        ClusterError: The cluster cannot be reached or read.
    """
    connection = connect(found.cluster(stack), found.root)
    desired = desired_of(found, stack, connection)
    kinds = (*KINDS, *(str(manifest["kind"]) for manifest in desired))
    return Drifted(
        stack=stack,
        connection=connection,
        desired=desired,
        live=objects(connection, kinds),
    )


def desired_of(found: Assessment, stack: str, connection: Connection) -> tuple[Manifest, ...]:
    """Return what the files say for *stack*, as far as its cluster serves the kinds."""
    environment = found.tenancy.environments.get(stack)
    if environment is not None:
        return tuple(manifests.environment(environment, found.tenancy.platform_of(environment)))
    rendered = manifests.platform(found.tenancy.platforms[stack])
    if not connection.serves("admissionregistration.k8s.io", "v1", "MutatingAdmissionPolicy"):
        rendered = attrs.evolve(rendered, mutations=(), mutation_bindings=())
    return tuple(rendered)


def accepted(found: Assessment, drifted: Sequence[Drifted], say: Say = silent) -> Assessment:
    """
    Write what has a place into the files, and return the project as it is then.

    Raises:
        AcceptRefusedError: A check refuses the result; every file is as before.
    """
    wanted: dict[Difference, Edit] = {}
    for one in drifted:
        environment = found.tenancy.environments.get(one.stack)
        if environment is not None:
            wanted |= _in_own_environment(
                found,
                edits(
                    one.differences,
                    {f"{i.kind}/{i.namespace}/{i.name}": body for i, body in one.live.items()},
                    environment,
                    found.tenancy.platform_of(environment),
                ),
            )
    # Several differences of a limit range are one place.
    texts = _written(found, {repr(edit): edit for edit in wanted.values()}.values())
    before = {path: path.read_text() for path in texts}
    for path, text in texts.items():
        write(path, text)
    result = assess(found.root)
    if result.is_refused:
        for path, text in before.items():
            write(path, text)
        raise AcceptRefusedError(
            "what is on the cluster cannot be written into the files, which are as before:\n"
            + report.text(errors(result.findings), result.documents)
        )
    for difference, edit in wanted.items():
        say(f"  accepted {difference.object}: {difference.what}; {edit.place}")
    return result


def _in_own_environment(
    found: Assessment, wanted: Mapping[Difference, Edit]
) -> dict[Difference, Edit]:
    """Leave out what would be written for other environments too."""
    held: dict[Origin, int] = {}
    for environment in found.tenancy.environments.values():
        for namespace in environment.namespaces:
            held[namespace.origin] = held.get(namespace.origin, 0) + 1
    shared = {origin for origin, count in held.items() if count > 1}
    return {
        difference: edit
        for difference, edit in wanted.items()
        if not any(
            edit.place.source == origin.source
            and edit.place.path[: len(origin.path)] == origin.path
            for origin in shared
        )
    }


def _written(found: Assessment, wanted: Iterable[Edit]) -> dict[Path, str]:
    changes: dict[str, list[Change]] = {}
    for edit in wanted:
        changes.setdefault(edit.place.source, []).append(
            (edit.place.path, edit.value, edit.appends)
        )
    texts = {}
    for source, made in changes.items():
        path = found.root / source
        is_stack = source.startswith("Pulumi.")
        texts[path] = edited(path.read_text(), made, project=found.name if is_stack else None)
    return texts
