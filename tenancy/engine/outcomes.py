"""Work on several stacks in one call: each has its own outcome."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Final, Generic, ParamSpec, TypeVar

import attrs

from tenancy.diagnostics import Exit, RefusedError, TenancyError, worst
from tenancy.engine.interaction import Interaction

__all__ = [
    "AT_ONCE",
    "DESTROYED_AT_ONCE",
    "Outcome",
    "Outcomes",
    "for_each_stack",
    "in_sequence",
    "in_threads",
]

S = TypeVar("S")
T = TypeVar("T")
P = ParamSpec("P")

AT_ONCE: Final = 4
"""How many engines run at the same time; they mostly wait for backends and API servers."""

DESTROYED_AT_ONCE: Final = 8
"""
How many engines destroy at the same time; they wait even longer.

Kubernetes begins to delete the content of a namespace five seconds after the request
(kubernetes, pkg/controller/namespace/namespace_controller.go).
"""


def _skipped(stack: str, needed: str) -> RefusedError:
    return RefusedError(
        reason=f"stack {stack}: skipped, because it depends on stack {needed}, which did "
        "not succeed; fix that first, and run this again"
    )


@attrs.frozen(kw_only=True)
class Outcome(Generic[T]):
    """
    The outcome of one stack.

    Attributes:
        stack: The stack's name.
        exit: The exit code of a command for this stack alone.
        result: The result of the operation; None if there is an error.
        error: Why it was refused, failed or was skipped; None if it has a result.
    """

    stack: str
    exit: Exit
    result: T | None = None
    error: TenancyError | None = None


@attrs.frozen
class Outcomes(Generic[T]):
    """The outcome of every stack of a call, in the order in which they were worked on."""

    of: tuple[Outcome[T], ...]

    @property
    def exit(self) -> Exit:
        """The exit code of the whole call: the most severe one."""
        return worst(outcome.exit for outcome in self.of)

    @property
    def results(self) -> tuple[T, ...]:
        """The results of the stacks that have one."""
        return tuple(o.result for o in self.of if o.result is not None)

    @property
    def errors(self) -> tuple[TenancyError, ...]:
        """The errors of the stacks that failed or were refused."""
        return tuple(o.error for o in self.of if o.error is not None)

    def of_results(self, make: Callable[[T], S]) -> "Outcomes[S]":
        """Return the same outcomes with *make* applied to each result."""
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
        """Return the outcome of *stack*, which must be one of this call."""
        return {outcome.stack: outcome for outcome in self.of}[stack]


def for_each_stack(
    doing: str,
    stacks: Sequence[str],
    work: Callable[[str, Interaction], T],
    interaction: Interaction,
    *,
    exit_of: Callable[[T], Exit] = lambda _: Exit.DONE,
    needs: Mapping[str, Sequence[str]] | None = None,
    at_once: int = AT_ONCE,
) -> Outcomes[T]:
    """
    Return the outcome of *work* for each of *stacks*; an error of one stops no other.

    Stacks are worked on side by side, unless a person is asked about each of them, or each
    depends on the one before it.

    Args:
        doing: What is done to them, in the progressive: `applying`.
        stacks: In order: a stack comes after those that it depends on.
        work: Called with a stack and with the interaction for it.
        interaction: The interaction of the whole call.
        exit_of: The exit code of a result. Default: done.
        needs: For a stack, those that must be done before it; if one of them failed, the stack
            is skipped. Default: no stack depends on another.
        at_once: How many stacks are worked on at a time. Default: four.

    Raises:
        KeyboardInterrupt: The user interrupted; work that had begun has ended.
    """
    needed = needs or {}
    if interaction.asks or _is_chain(stacks, needed):
        return in_sequence(
            stacks,
            lambda stack: work(stack, interaction),
            exit_of=exit_of,
            needs=needed,
            on_error=interaction.show_error,
        )
    with interaction.side_by_side(doing, stacks, at_once) as for_stack:

        def in_thread(stack: str) -> T:
            with for_stack(stack) as own:
                return work(stack, own)

        return in_threads(
            stacks,
            in_thread,
            exit_of=exit_of,
            needs=needed,
            on_error=interaction.show_error,
            at_once=at_once,
        )


def in_sequence(
    stacks: Sequence[str],
    work: Callable[[str], T],
    *,
    exit_of: Callable[[T], Exit] = lambda _: Exit.DONE,
    needs: Mapping[str, Sequence[str]] | None = None,
    on_error: Callable[[TenancyError], None] | None = None,
) -> Outcomes[T]:
    """
    Return the outcome of *work* for each of *stacks*, one after another in this thread.

    Only errors raised on purpose are kept as outcomes; a defect of ours ends the call.

    Args:
        stacks: In order: a stack comes after those that it depends on.
        work: Called with each stack.
        exit_of: The exit code of a result. Default: done.
        needs: For a stack, those that must be done before it. Default: none.
        on_error: Called with every error as soon as it happens. Default: nothing.
    """
    return _run(_ThisThread(), stacks, _Job(work, exit_of, on_error), needs or {})


def in_threads(
    stacks: Sequence[str],
    work: Callable[[str], T],
    *,
    exit_of: Callable[[T], Exit] = lambda _: Exit.DONE,
    needs: Mapping[str, Sequence[str]] | None = None,
    on_error: Callable[[TenancyError], None] | None = None,
    at_once: int = AT_ONCE,
) -> Outcomes[T]:
    """
    Return the outcome of *work* for each of *stacks*, several at a time; see `in_sequence`.

    *work* and *on_error* are called from several threads.

    Args:
        at_once: How many stacks are worked on at a time. Default: four.

    Raises:
        KeyboardInterrupt: The user interrupted; work that had begun has ended.
    """
    return _run(ThreadPoolExecutor(at_once), stacks, _Job(work, exit_of, on_error), needs or {})


def _is_chain(stacks: Sequence[str], needs: Mapping[str, Sequence[str]]) -> bool:
    """Whether each of *stacks* depends on the one before it; also true for a single stack."""
    return all(first in needs.get(then, ()) for first, then in itertools.pairwise(stacks))


@attrs.frozen
class _Job(Generic[T]):
    """What is done to a stack, and how its outcome is made."""

    work: Callable[[str], T]
    exit_of: Callable[[T], Exit]
    on_error: Callable[[TenancyError], None] | None

    def outcome(self, stack: str, needed: Mapping[str, Future[Outcome[T]]]) -> Outcome[T]:
        """Wait for the stacks in *needed*, then work on *stack*."""
        for other, future in needed.items():
            before = future.result()
            if before.error is not None:
                return self._failed(stack, _skipped(stack, other), before.exit)
        try:
            result = self.work(stack)
        except TenancyError as error:
            return self._failed(stack, error, error.exit)
        return Outcome(stack=stack, exit=self.exit_of(result), result=result)

    def _failed(self, stack: str, error: TenancyError, code: Exit) -> Outcome[T]:
        if self.on_error is not None:
            self.on_error(error)
        return Outcome(stack=stack, exit=code, error=error)


def _run(
    executor: Executor, stacks: Sequence[str], job: _Job[T], needs: Mapping[str, Sequence[str]]
) -> Outcomes[T]:
    futures: dict[str, Future[Outcome[T]]] = {}
    try:
        for stack in stacks:
            # A future waits only for earlier ones, and workers take them in this order.
            needed = {s: futures[s] for s in needs.get(stack, ()) if s in futures}
            futures[stack] = executor.submit(job.outcome, stack, needed)
        return Outcomes(tuple(future.result() for future in futures.values()))
    finally:
        # After an interruption no further stack is begun, and running ones are waited for.
        executor.shutdown(cancel_futures=True)


class _ThisThread(Executor):
    """Works in the calling thread, where Ctrl-C arrives and where people are asked."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        future: Future[T] = Future()
        future.set_result(fn(*args, **kwargs))
        return future
