"""Several calls at once, the first failure raised plainly."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import anyio

T = TypeVar("T")


async def side_by_side(calls: Sequence[Callable[[], Awaitable[T]]], limit: int = 10) -> list[T]:
    """Results in the order of the calls, at most `limit` of them under way.

    The first exception cancels the others and is raised as it is, not inside a group: callers tell errors by type.
    """
    results: dict[int, T] = {}
    failures: list[Exception] = []
    gate = anyio.CapacityLimiter(limit)

    async def one(place: int, call: Callable[[], Awaitable[T]]) -> None:
        async with gate:
            try:
                results[place] = await call()
            except Exception as error:
                failures.append(error)
                tasks.cancel_scope.cancel()

    async with anyio.create_task_group() as tasks:
        for place, call in enumerate(calls):
            tasks.start_soon(one, place, call)
    if failures:
        raise failures[0]
    return [results[place] for place in range(len(calls))]
