"""What a plan compares: the last update, the files and the cluster, of one stack."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

import attrs

from tenancy.model import (
    Amounts,
    Cluster,
    Environment,
    Live,
    Namespace,
    Organization,
    Platform,
    Tenancy,
    amounts,
)
from tenancy.planning.leaving import Leaver, leavers
from tenancy.planning.previous import Before
from tenancy.planning.shared_namespaces import shared_after, shared_before

__all__ = ["Comparison"]


@attrs.frozen(kw_only=True, eq=False, slots=False)
class Comparison:
    """
    The three sides from which every section is computed.

    Attributes:
        stack: An environment's or a platform's.
        tenancy: The whole project as its files describe it now.
        before: What the last update applied. None if there was no update.
        live: What is on the cluster. None if it was not asked.
        earlier: The whole project as it was. None if the other stacks are as they were.
        only: The only namespaces whose pods and connections are judged. Default: all.
        deleted: The namespaces that others delete or have deleted, which findings report.
    """

    stack: str
    tenancy: Tenancy
    before: Before | None
    live: Live | None
    earlier: Tenancy | None = None
    only: frozenset[str] = frozenset()
    deleted: frozenset[str] = frozenset()

    @property
    def environment(self) -> Environment | None:
        """The environment of the stack; None if the stack is a platform's."""
        return self.tenancy.environments.get(self.stack)

    @property
    def platform(self) -> Platform:
        """The platform: the stack's own, or the one that its environment is on."""
        if self.environment is None:
            return self.tenancy.platforms[self.stack]
        return self.tenancy.platform_of(self.environment)

    @property
    def cluster(self) -> Cluster | None:
        """The cluster of the stack, if the config names one."""
        if self.environment is None:
            return self.platform.cluster
        return self.environment.cluster

    @cached_property
    def namespaces_before(self) -> tuple[Namespace, ...]:
        """The organizations' namespaces of this stack after the last update."""
        return () if self.before is None else tuple(self.before.namespaces)

    @cached_property
    def namespaces_after(self) -> tuple[Namespace, ...]:
        """The organizations' namespaces of this stack as the files describe them."""
        return () if self.environment is None else tuple(self.environment.namespaces)

    @cached_property
    def enforced_before(self) -> tuple[Namespace, ...]:
        """The organizations' or the shared namespaces of this stack after the last update."""
        if self.before is None or self.environment is not None:
            return self.namespaces_before
        return shared_before(self.before.platform_settings, self.stack)

    @cached_property
    def enforced_after(self) -> tuple[Namespace, ...]:
        """The organizations' or the shared namespaces of this stack, by the files."""
        if self.environment is not None:
            return self.namespaces_after
        return shared_after(self.platform)

    @cached_property
    def removed(self) -> frozenset[str]:
        """The names of all namespaces that the stack had and no longer has."""
        shared = () if self.before is None else self.before.shared
        had = {*shared, *(n.name for n in self.namespaces_before)}
        return frozenset(had - {*self.shared_after, *(n.name for n in self.namespaces_after)})

    @cached_property
    def shared_after(self) -> tuple[str, ...]:
        """The public and the shared namespaces that a platform's stack will have."""
        if self.environment is not None:
            return ()
        return tuple(namespace.name for namespace in self.platform.own_namespaces)

    @cached_property
    def leavers(self) -> tuple[Leaver, ...]:
        """Which subjects lose a role in which of the kept namespaces."""
        return leavers(self.namespaces_before, self.namespaces_after)

    @cached_property
    def other_stacks(self) -> tuple[Namespace, ...]:
        """The namespaces of all other stacks, as their files describe them."""
        return tuple(n for _, n in self.tenancy.namespaces if n.stack != self.stack)

    @cached_property
    def others_on_platform(self) -> tuple[Namespace, ...]:
        """The namespaces of other stacks that are on the same platform."""
        return tuple(
            n for n in self.other_stacks if self.tenancy.platform_of(n) is self.platform
        )

    @cached_property
    def others_on_platform_before(self) -> tuple[Namespace, ...]:
        """The namespaces of other stacks that were on the same platform before."""
        if self.earlier is None:
            return self.others_on_platform
        return tuple(
            namespace
            for environment, namespace in self.earlier.namespaces
            if namespace.stack != self.stack and environment.platform == self.platform.stack
        )

    @cached_property
    def others_on_cluster(self) -> tuple[Namespace, ...]:
        """The namespaces of other stacks that are on the same cluster."""
        name = None if self.cluster is None else self.cluster.name
        return tuple(n for n in self.other_stacks if self.cluster_of(n.stack) == name)

    @cached_property
    def counted(self) -> Amounts:
        """The resources that a namespace counts, by quota key."""
        return amounts(self.platform_of)

    @cached_property
    def platform_of(self) -> Callable[[Namespace], Platform]:
        """Returns the platform of a namespace, also of one that is no longer in the files."""
        platforms = {
            e.stack: self.tenancy.platform_of(e) for e in self.tenancy.environments.values()
        }
        own = self.platform
        return lambda namespace: platforms.get(namespace.stack, own)

    @cached_property
    def organizations_before(self) -> Mapping[str, Organization]:
        """The organizations of this stack after the last update, by name."""
        return {} if self.before is None else {o.name: o for o in self.before.organizations}

    @cached_property
    def organizations_after(self) -> Mapping[str, Organization]:
        """The organizations of this stack as the files describe them, by name."""
        if self.environment is None:
            return {}
        return {o.name: o for o in self.environment.organizations}

    @property
    def organizations(self) -> tuple[str, ...]:
        """Every organization of this stack, before or after."""
        return tuple(dict.fromkeys((*self.organizations_after, *self.organizations_before)))

    def everywhere(
        self, organization: str
    ) -> tuple[Sequence[Organization], Sequence[Organization]]:
        """Return *organization* in all environments, before and after, smallest first."""
        elsewhere = [o for o in self.tenancy.across(organization) if o.stack != self.stack]
        was = (self.earlier or self.tenancy).across(organization)
        elsewhere_before = [o for o in was if o.stack != self.stack]
        old = self.organizations_before.get(organization)
        new = self.organizations_after.get(organization)
        return (
            self.tenancy.in_order(o for o in (old, *elsewhere_before) if o is not None),
            self.tenancy.in_order(o for o in (new, *elsewhere) if o is not None),
        )

    def cluster_of(self, stack: str) -> str | None:
        """Return the name of the cluster of an environment's *stack*; None without one."""
        environment = self.tenancy.environments.get(stack)
        return None if environment is None else environment.cluster.name
