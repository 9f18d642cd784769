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
GROWTH_SECONDS = 0.25
EVIDENCE_SECONDS = 0.25
PROBE_SHARE = 0.0004
"""By how much a good answer raises the pace once the service has said 429; more, the longer all goes well."""
CROWD = 0.25
"""From this share of 429s among the latest 20 answers on, they are no chance."""
STRAINED = 0.8
"""From this share of its limit on, Microsoft Graph tells how much is used up (x-ms-throttle-limit-percentage)."""
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
ADAPTIVE_PACING = Pacing(writes=AWS_PACING.writes, reads=AWS_PACING.reads)
"""Elsewhere AWS's quotas are where we start."""


class Bucket:
    """The pace of one API operation. Pure arithmetic over the times it is told, in seconds of one clock."""

    def __init__(self, rate: float, adaptive: bool, jitter: Callable[[], float] = random.random) -> None:
        self.rate = rate
        """Requests a second, now."""
        self.growing = adaptive
        """No 429 came yet: the rate doubles as long as it is used up."""
        self._fastest = FASTEST if adaptive else rate
        self._jitter = jitter
        self._next = self._paused_until = self._cut_at = self._eased_at = -math.inf
        self._changed_at: float | None = None
        self._strikes = 0
        self._delivered: deque[float] = deque()
        self._lately: deque[bool] = deque(maxlen=20)
        self._proven = 0.0
        self._good_in_a_row = 0

    def due(self, now: float) -> float:
        """Seconds until the next request may leave; 0 = at once."""
        return max(0.0, self._next - now, self._paused_until - now)

    def take(self, now: float) -> None:
        """Count one request that leaves now."""
        if self._changed_at is None:
            self._changed_at = now
        self._next = max(self._next, now - TOLERANCE_SECONDS) + 1 / self.rate

    def answered(self, now: float, sent_at: float, strain: float = 0.0) -> None:
        """An answer came that was not 429: perhaps we may go faster, or the service says that it nears its limit."""
        self._delivered.append(now)
        self._lately.append(True)
        self._good_in_a_row += 1
        while self._delivered[0] <= now - 1.0:
            self._delivered.popleft()
        if sent_at >= self._cut_at:
            self._strikes = 0
        if strain >= STRAINED:
            self._ease(now, strain)
        elif not self.growing:
            if self._used_up(now):
                share = PROBE_SHARE * (1 + (self._good_in_a_row / 100) ** 2)
                self.rate = min(self.rate * (1 + share), self._fastest)
        elif self._changed_at is not None and now - self._changed_at >= GROWTH_SECONDS:
            self._changed_at = now
            if self._used_up(now):
                self.rate = min(self.rate * 2, self._fastest)

    def _ease(self, now: float, strain: float) -> None:
        """Once a second a little slower, before the service has to say 429; much slower beyond its limit."""
        self.growing = False
        if now - self._eased_at >= 1.0:
            self._eased_at = now
            self.rate = max(SLOWEST, self.rate * (0.9 if strain < 1 else 0.7))

    def throttled(self, now: float, sent_at: float, retry_after: float | None) -> float:
        """A 429 came: slow down, wait, and return how long the whole bucket waits."""
        self._lately.append(False)
        self._good_in_a_row = 0
        if sent_at >= self._cut_at:
            # Answers to requests that had left before the last cut tell nothing new.
            self._cut(now)
            self._cut_at = now
        if retry_after is not None:
            self._paused_until = max(self._paused_until, now + retry_after)
        return max(0.0, self._paused_until - now)

    def _cut(self, now: float) -> None:
        """Go on at the rate just delivered the first time; later, correct it.

        A rare 429 among good answers is chance, or our own probing: it costs little, and never more than a quarter of
        the rate that was proven. Many at once are a limit.
        """
        if self.growing:
            self.growing = False
            self.rate = min(self.rate, max(self._delivered_rate(now), self.rate / 4))
            self._proven = self.rate
        elif self._lately.count(False) < CROWD * len(self._lately):
            self.rate = max(self.rate * 0.95, min(self.rate, self._proven * 0.75))
            return
        else:
            self.rate = self._proven = max(SLOWEST, self.rate * 0.8)
        pause = min(8.0, 0.25 * 2**self._strikes) * (0.5 + self._jitter() / 2)
        self._strikes += 1
        self._paused_until = max(self._paused_until, now + pause)

    def _delivered_rate(self, now: float) -> float:
        if not self._delivered:
            return self.rate / 2
        return len(self._delivered) / max(now - self._delivered[0], EVIDENCE_SECONDS)

    def _used_up(self, now: float) -> bool:
        """Whether the pace was made use of lately: only then does it prove anything."""
        recent = sum(1 for moment in self._delivered if moment > now - GROWTH_SECONDS)
        return recent >= self.rate * GROWTH_SECONDS / 2


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

    def answered(self, strain: float = 0.0) -> None:
        """An answer came that was not 429; `strain` is the share of its limit that the service says is used up."""
        self.bucket.answered(anyio.current_time(), self.sent_at, strain)

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

    def rate(self, operation: str, write: bool) -> float:
        """Requests a second that this operation may send now."""
        return self._queue(operation, write).bucket.rate

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
