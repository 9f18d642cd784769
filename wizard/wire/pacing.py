"""How fast we go: a bucket per API operation, shared by all that is in flight, and a limit on how much that is."""

import math
import random
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio

TOLERANCE_SECONDS = 0.1
"""What a late start may catch up: a tenth of a second's worth goes out at once after a rest."""
GROWTH_SECONDS = 0.5
PROBE_SECONDS = 2.0
SLOWEST = 0.5
FASTEST = 2000.0
FEWEST_IN_FLIGHT = 10
MOST_IN_FLIGHT = 48


@dataclass(frozen=True, slots=True)
class Pacing:
    """Requests a second for each API operation, known or to be found."""

    writes: float = 25.0
    reads: float = 25.0
    adaptive: bool = True
    """The rates are only where to start; how much the service takes is found out."""


AWS_PACING = Pacing(writes=25.0, reads=40.0, adaptive=False)
"""AWS User Guide, Identity Center quotas: 25 a second per write API and 40 per read API, per identity store."""
ADAPTIVE_PACING = Pacing()


class Bucket:
    """The pace of one API operation. Pure arithmetic over the times it is told, in seconds of one clock."""

    def __init__(self, rate: float, adaptive: bool, jitter: Callable[[], float] = random.random) -> None:
        self.rate = rate
        """Requests a second, now."""
        self.ceiling: float | None = None if adaptive else rate
        """None while nobody knows it yet."""
        self._known = None if adaptive else rate
        self._jitter = jitter
        self._next = -math.inf
        self._paused_until = -math.inf
        self._changed_at = -math.inf
        self._cut_at = -math.inf
        self._strikes = 0
        self._delivered: deque[float] = deque()

    def due(self, now: float) -> float:
        """Seconds until the next request may leave; 0 = at once."""
        return max(0.0, self._next - now, self._paused_until - now)

    def take(self, now: float) -> None:
        """Count one request that leaves now."""
        if self._changed_at == -math.inf:
            self._changed_at = now
        self._next = max(self._next, now - TOLERANCE_SECONDS) + 1 / self.rate

    def answered(self, now: float, sent_at: float) -> None:
        """An answer came that was not 429: perhaps we may go faster."""
        self._delivered.append(now)
        self._forget(now)
        if sent_at >= self._cut_at:
            self._strikes = 0
        if self.ceiling is None:
            self._double(now)
        elif now - self._changed_at >= PROBE_SECONDS:
            self._changed_at = now
            self.rate = min(self.rate + max(0.5, self.rate * 0.04), self._known or FASTEST)

    def throttled(self, now: float, sent_at: float, retry_after: float | None) -> float:
        """A 429 came: slow down, wait, and return how long the whole bucket waits."""
        self._forget(now)
        if sent_at >= self._cut_at:
            # Answers to requests that had left before the last cut tell nothing new.
            window = max(0.25, min(1.0, now - self._cut_at))
            delivered = sum(1 for moment in self._delivered if moment > now - window) / window
            self.rate = max(SLOWEST, min(self.rate * 0.9, max(delivered, self.rate * 0.5)))
            self.ceiling = self.rate
            self._cut_at = self._changed_at = now
            self._strikes += 1
            own = min(8.0, 0.25 * 2 ** (self._strikes - 1)) * (0.5 + self._jitter() / 2)
            self._paused_until = max(self._paused_until, now + own)
        if retry_after is not None:
            self._paused_until = max(self._paused_until, now + retry_after)
        return max(0.0, self._paused_until - now)

    def _double(self, now: float) -> None:
        if now - self._changed_at < GROWTH_SECONDS:
            return
        recent = sum(1 for moment in self._delivered if moment > now - GROWTH_SECONDS)
        self._changed_at = now
        if recent >= self.rate * GROWTH_SECONDS / 2:  # Only a pace that is used up proves anything.
            self.rate = min(self.rate * 2, FASTEST)

    def _forget(self, now: float) -> None:
        while self._delivered and self._delivered[0] <= now - 1.0:
            self._delivered.popleft()


@dataclass(slots=True)
class _Queue:
    bucket: Bucket
    door: anyio.Lock = field(default_factory=anyio.Lock)
    """First come, first served; only the first of each queue asks for a place in flight, so a paused operation
    holds up no other."""


@dataclass(slots=True)
class Turn:
    """One request's leave to go, and where it tells how it went."""

    bucket: Bucket
    sent_at: float

    def answered(self) -> None:
        """An answer came that was not 429."""
        self.bucket.answered(anyio.current_time(), self.sent_at)

    def throttled(self, retry_after: float | None) -> float:
        """A 429 came; returns how long everybody in this bucket waits."""
        return self.bucket.throttled(anyio.current_time(), self.sent_at, retry_after)


async def _rest(bucket: Bucket) -> None:
    """Wait until the bucket lets one go; a pause that begins meanwhile is waited for too."""
    wait = bucket.due(anyio.current_time())
    while wait:
        await anyio.sleep(wait)
        wait = bucket.due(anyio.current_time())


class Pacer:
    """Hands out turns: who may send now. One for all that is in flight to one service."""

    def __init__(self, pacing: Pacing) -> None:
        self._pacing = pacing
        self._queues: dict[str, _Queue] = {}
        self._places = anyio.CapacityLimiter(FEWEST_IN_FLIGHT)
        self._latencies: deque[float] = deque(maxlen=20)

    @asynccontextmanager
    async def turn(self, operation: str, write: bool) -> AsyncIterator[Turn]:
        """Wait for the operation's turn and for a place in flight; the place is given back at the end."""
        bucket, place = await self._enter(operation, write)
        turn = Turn(bucket, anyio.current_time())
        bucket.take(turn.sent_at)
        try:
            yield turn
        finally:
            self._places.release_on_behalf_of(place)
            self._widen(anyio.current_time() - turn.sent_at, bucket.rate)

    async def _enter(self, operation: str, write: bool) -> tuple[Bucket, object]:
        queue, place = self._queue(operation, write), object()
        async with queue.door:
            while True:
                await _rest(queue.bucket)
                await self._places.acquire_on_behalf_of(place)
                if not queue.bucket.due(anyio.current_time()):
                    return queue.bucket, place
                # Paused while we waited for a place: others may use it.
                self._places.release_on_behalf_of(place)

    def _widen(self, seconds: float, rate: float) -> None:
        """Enough in flight to reach the rate in spite of the way there and back (rate times latency)."""
        self._latencies.append(seconds)
        wanted = math.ceil(rate * min(self._latencies) * 1.5)
        self._places.total_tokens = max(FEWEST_IN_FLIGHT, min(MOST_IN_FLIGHT, wanted))

    def _queue(self, operation: str, write: bool) -> _Queue:
        if operation not in self._queues:
            rate = self._pacing.writes if write else self._pacing.reads
            self._queues[operation] = _Queue(Bucket(rate, self._pacing.adaptive))
        return self._queues[operation]
