"""The engine from Python: preview, update and destroy stacks, with typed results."""

from tenancy.automation.errors import EngineError, LockedError, StackRefusedError
from tenancy.automation.events import OnStep
from tenancy.automation.results import Result, Step
from tenancy.automation.session import Engine, Session, inline, local

__all__ = [
    "Engine",
    "EngineError",
    "LockedError",
    "OnStep",
    "Result",
    "Session",
    "StackRefusedError",
    "Step",
    "inline",
    "local",
]
