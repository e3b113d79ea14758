"""The published shape of the plan as JSON; its schema is made from it."""

from typing import Final, Literal

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict

__all__ = [
    "AccessData",
    "AllowedData",
    "FindingData",
    "PlanData",
    "SumData",
]

_CLOSED: Final = ConfigDict(extra="forbid", use_attribute_docstrings=True)


@with_config(_CLOSED)
class FactData(TypedDict):
    """One sentence of the plan, as the terminal and the pull request say it."""

    organization: str | None
    part: str
    weight: Literal["danger", "more", "less", "change", "note"]
    text: str


@with_config(_CLOSED)
class NewNamespaceData(TypedDict):
    """A namespace that is to be made; its quota by key."""

    name: str
    organization: str | None
    environment: str
    quota: dict[str, str]


@with_config(_CLOSED)
class HazardData(TypedDict):
    """A namespace that would be deleted; pods and claims are null where nobody counted."""

    namespace: str
    organization: str | None
    becomes: str | None
    pods: int | None
    claims: int | None
    confirmed: bool


@with_config(_CLOSED)
class QuotaData(TypedDict):
    """One quota key of one namespace; null is unlimited, or a use that nobody counted."""

    organization: str
    namespace: str
    key: str
    before: str | None
    after: str | None
    used: str | None
    belowUsage: bool


@with_config(_CLOSED)
class SumData(TypedDict):
    """One quota key over all environments of an organization; null is unlimited."""

    organization: str
    key: str
    before: str | None
    after: str | None
    ceiling: str | None
    headroom: str | None
    namespaces: dict[str, str | None]


@with_config(_CLOSED)
class AllowedData(TypedDict):
    """Verbs on one resource."""

    apiGroup: str
    resource: str
    verbs: list[str]


@with_config(_CLOSED)
class AccessData(TypedDict):
    """What a subject gains and loses in some namespaces; the heaviest first."""

    organization: str | None
    subject: str
    environment: str
    namespaces: list[str]
    production: bool
    rolesBefore: list[str]
    rolesAfter: list[str]
    gained: list[AllowedData]
    lost: list[AllowedData]
    notExpanded: list[str]


@with_config(_CLOSED)
class GrantData(TypedDict):
    """GPUs of a pool that a namespace may use, in devices."""

    organization: str
    namespace: str
    pool: str
    resource: str
    before: int
    after: int


@with_config(_CLOSED)
class PoolData(TypedDict):
    """Grants against the devices of a pool."""

    pool: str
    model: str
    resource: str
    grantedBefore: int
    grantedAfter: int
    capacityBefore: int
    capacityAfter: int
    allowed: int
    gpusFrom: str | None


@with_config(_CLOSED)
class RungData(TypedDict):
    """What one environment has; null is unlimited."""

    environment: str
    before: str | None
    after: str | None


@with_config(_CLOSED)
class EnvironmentOrderData(TypedDict):
    """One resource over the environments, the smallest first."""

    organization: str
    workload: str | None
    key: str
    environments: list[RungData]
    kept: bool
    exception: str | None


@with_config(_CLOSED)
class ReachData(TypedDict):
    """The ports on which one namespace reaches another."""

    source: str
    target: str
    before: list[str]
    after: list[str]


@with_config(_CLOSED)
class SettingData(TypedDict):
    """Any other value of a namespace, or of the platform; null is not set."""

    organization: str | None
    namespace: str | None
    setting: str
    before: str | None
    after: str | None


@with_config(_CLOSED)
class HeirData(TypedDict):
    """A namespace that changes because it inherits."""

    organization: str
    namespace: str
    inheritsFrom: str
    what: list[str]
    stack: str


@with_config(_CLOSED)
class FindingData(TypedDict):
    """What refuses the update, warns, or could not be checked."""

    code: str
    severity: Literal["error", "warning", "not checked"]
    file: str
    line: int | None
    column: int | None
    path: str
    found: str
    allowed: str
    remedy: str
    organization: str | None
    details: list[str]


@with_config(_CLOSED)
class PlanData(TypedDict):
    """What an update of one stack would mean for people."""

    version: Literal[1]
    kind: Literal["plan"]
    stack: str
    cluster: str
    headline: str
    first: bool
    empty: bool
    refused: bool
    checkedLive: bool
    newOrganizations: list[str]
    goneOrganizations: list[str]
    newNamespaces: list[NewNamespaceData]
    hazards: list[HazardData]
    quotas: list[QuotaData]
    sums: list[SumData]
    access: list[AccessData]
    grants: list[GrantData]
    gpuNodePools: list[PoolData]
    environments: list[EnvironmentOrderData]
    network: list[ReachData]
    settings: list[SettingData]
    heirs: list[HeirData]
    unfinished: list[str]
    facts: list[FactData]
    findings: list[FindingData]
