"""Several stacks in one call: what came of each, whatever came of the others."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final, Generic, ParamSpec, TypeVar

import attrs

from tenancy.diagnostics.errors import TenancyError
from tenancy.diagnostics.exit_codes import Exit, worst

__all__ = ["AT_ONCE", "Outcome", "Outcomes", "SkippedError", "each"]

S = TypeVar("S")
T = TypeVar("T")
P = ParamSpec("P")

AT_ONCE: Final = 4
"""How many engines work side by side; they mostly wait for backends and for API servers."""


class SkippedError(TenancyError):
    """
    A stack was left alone, for one that it needs came to nothing in the same call.

    Attributes:
        stack: The stack.
        needed: The one that it needs.
    """

    def __init__(self, stack: str, needed: str) -> None:
        super().__init__(stack, needed)
        self.stack = stack
        self.needed = needed

    def __str__(self) -> str:
        return (
            f"stack {self.stack}: left alone, for stack {self.needed} comes first and was not"
            f" done; mend that, and run this again"
        )


@attrs.frozen(kw_only=True)
class Outcome(Generic[T]):
    """
    What came of one stack.

    Attributes:
        stack: The stack's name.
        exit: What a command for this stack alone would end with.
        result: What was asked for; None where there is an error.
        error: Why it was refused, failed, or was left alone; None where there is a result.
    """

    stack: str
    exit: Exit
    result: T | None = None
    error: TenancyError | None = None


@attrs.frozen
class Outcomes(Generic[T]):
    """What came of every stack of a call, in the order in which they were taken."""

    of: tuple[Outcome[T], ...]

    @property
    def exit(self) -> Exit:
        """What a command ends with: the heaviest."""
        return worst(outcome.exit for outcome in self.of)

    @property
    def results(self) -> tuple[T, ...]:
        """The results of those that have one."""
        return tuple(o.result for o in self.of if o.result is not None)

    @property
    def errors(self) -> tuple[TenancyError, ...]:
        """What kept the others from having one."""
        return tuple(o.error for o in self.of if o.error is not None)

    def of_results(self, make: Callable[[T], S]) -> "Outcomes[S]":
        """Return the same with *make* of each result."""
        return Outcomes(
            tuple(
                Outcome(
                    stack=outcome.stack,
                    exit=outcome.exit,
                    result=None if outcome.result is None else make(outcome.result),
                    error=outcome.error,
                )
                for outcome in self.of
            )
        )

    def __iter__(self) -> Iterator[Outcome[T]]:
        return iter(self.of)

    def __getitem__(self, stack: str) -> Outcome[T]:
        """Return what came of *stack*, which has to be one of the call."""
        return {outcome.stack: outcome for outcome in self.of}[stack]


def each(
    stacks: Sequence[str],
    work: Callable[[str], T],
    *,
    exit_of: Callable[[T], Exit] = lambda _: Exit.DONE,
    needs: Mapping[str, Sequence[str]] | None = None,
    at_once: int = 1,
    on_error: Callable[[TenancyError], None] | None = None,
) -> Outcomes[T]:
    """
    Return what comes of *work* for each of *stacks*; an error of one keeps no other from it.

    Only errors that a person can mend are kept for later; a defect of ours ends the call.

    Args:
        stacks: In order: what another one needs comes before it.
        exit_of: What a result means. Default: it is done.
        needs: Stacks before which others must be done; what needs one that was not is left
            alone. Default: none needs another.
        at_once: How many are worked on side by side, each after those that it needs; *work*
            and *on_error* are then called from several threads. Default: one.
        on_error: Called with every error as soon as there is one. Default: nothing is.

    Raises:
        KeyboardInterrupt: What was worked on has ended, and nothing more was begun.
    """
    coming: dict[str, Future[Outcome[T]]] = {}

    def failed(stack: str, error: TenancyError, code: Exit) -> Outcome[T]:
        if on_error is not None:
            on_error(error)
        return Outcome(stack=stack, exit=code, error=error)

    def one(stack: str, needed: Mapping[str, Future[Outcome[T]]]) -> Outcome[T]:
        for other, future in needed.items():
            before = future.result()
            if before.error is not None:
                return failed(stack, SkippedError(stack, other), before.exit)
        try:
            result = work(stack)
        except TenancyError as error:
            return failed(stack, error, error.exit)
        return Outcome(stack=stack, exit=exit_of(result), result=result)

    with _workers(at_once) as pool:
        for stack in stacks:
            # None waits for one that is not begun: workers take them in this order.
            needed = {s: coming[s] for s in (needs or {}).get(stack, ()) if s in coming}
            coming[stack] = pool.submit(one, stack, needed)
        return Outcomes(tuple(future.result() for future in coming.values()))


@contextmanager
def _workers(count: int) -> Iterator[Executor]:
    """Yield what works on *count* things side by side, and begins nothing after a failure."""
    pool: Executor = ThreadPoolExecutor(count) if count > 1 else _Here()
    try:
        yield pool
    except BaseException:
        pool.shutdown(cancel_futures=True)
        raise
    pool.shutdown()


class _Here(Executor):
    """Works in the thread that asks, where Ctrl-C arrives, and where people are asked."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        found: Future[T] = Future()
        found.set_result(fn(*args, **kwargs))
        return found
