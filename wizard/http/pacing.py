"""Pacing: one rate limit per API operation, shared by all requests in flight, and a limit on requests in flight."""

import math
import random
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field

import anyio

TOLERANCE_SECONDS = 0.1
"""Burst allowed after an idle time: requests worth 0.1 s leave at once."""
GROWTH_SECONDS = 0.25
EVIDENCE_SECONDS = 0.25
PROBE_SHARE = 0.0004
"""How much a good answer raises the rate after the first 429; grows with the number of good answers in a row."""
CROWD = 0.25
"""Share of 429s among the latest 20 answers from which they count as a limit, not as chance."""
NEAR_LIMIT = 0.8
"""Microsoft Graph reports the used share of its limit from here on (x-ms-throttle-limit-percentage)."""
SLOWEST = 0.5
FASTEST = 2000.0
FEWEST_IN_FLIGHT = 10
MOST_IN_FLIGHT = 48


@dataclass(frozen=True, slots=True)
class Pacing:
    """Requests a second for each API operation."""

    writes: float = 25.0
    reads: float = 25.0
    adaptive: bool = True
    """The rates are starting values; the real limit is found by probing."""


AWS_PACING = Pacing(writes=25.0, reads=40.0, adaptive=False)
"""AWS User Guide, Identity Center quotas: 25 a second per write API and 40 per read API, per identity store."""
ADAPTIVE_PACING = Pacing(writes=AWS_PACING.writes, reads=AWS_PACING.reads)
"""For other services: starts at AWS's quotas."""


class Bucket:
    """Token bucket with an adaptive rate for one API operation. Pure arithmetic: all times are passed in, in seconds."""

    def __init__(self, rate: float, adaptive: bool, jitter: Callable[[], float] = random.random) -> None:
        self.rate = rate
        """Current requests a second."""
        self.growing = adaptive
        """No 429 so far: the rate doubles while it is used up."""
        self._fastest = FASTEST if adaptive else rate
        self._jitter = jitter
        self._next = self._paused_until = self._cut_at = self._slowed_at = -math.inf
        self._changed_at: float | None = None
        self._strikes = 0
        self._delivered: deque[float] = deque()
        self._lately: deque[bool] = deque(maxlen=20)
        self._proven = 0.0
        self._good_in_a_row = 0

    def due(self, now: float) -> float:
        """Seconds until the next request may leave; 0 = now."""
        return max(0.0, self._next - now, self._paused_until - now)

    def take(self, now: float) -> None:
        """Count a request that leaves now."""
        if self._changed_at is None:
            self._changed_at = now
        self._next = max(self._next, now - TOLERANCE_SECONDS) + 1 / self.rate

    def answered(self, now: float, sent_at: float, limit_used: float = 0.0) -> None:
        """Record an answer other than 429; may raise the rate, or lower it near the service's limit."""
        self._delivered.append(now)
        self._lately.append(True)
        self._good_in_a_row += 1
        while self._delivered[0] <= now - 1.0:
            self._delivered.popleft()
        if sent_at >= self._cut_at:
            self._strikes = 0
        if limit_used >= NEAR_LIMIT:
            self._slow_down(now, limit_used)
        elif not self.growing:
            if self._used_up(now):
                share = PROBE_SHARE * (1 + (self._good_in_a_row / 100) ** 2)
                self.rate = min(self.rate * (1 + share), self._fastest)
        elif self._changed_at is not None and now - self._changed_at >= GROWTH_SECONDS:
            self._changed_at = now
            if self._used_up(now):
                self.rate = min(self.rate * 2, self._fastest)

    def _slow_down(self, now: float, limit_used: float) -> None:
        """Lower the rate, at most once a second: by 10 % below the service's limit, by 30 % above it."""
        self.growing = False
        if now - self._slowed_at >= 1.0:
            self._slowed_at = now
            self.rate = max(SLOWEST, self.rate * (0.9 if limit_used < 1 else 0.7))

    def throttled(self, now: float, sent_at: float, retry_after: float | None) -> float:
        """Record a 429; returns how long this operation pauses, in seconds."""
        self._lately.append(False)
        self._good_in_a_row = 0
        if sent_at >= self._cut_at:
            # Requests sent before the last cut say nothing about the new rate.
            self._cut(now)
            self._cut_at = now
        if retry_after is not None:
            self._paused_until = max(self._paused_until, now + retry_after)
        return max(0.0, self._paused_until - now)

    def _cut(self, now: float) -> None:
        """Lower the rate: the first time to the rate that was delivered, later by a share.

        A single 429 among good answers is chance, or caused by probing: it costs 5 %, and never more than a quarter
        of the proven rate. Many at once are a limit.
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
        """Whether at least half of the rate was used lately; otherwise success proves nothing."""
        recent = sum(1 for moment in self._delivered if moment > now - GROWTH_SECONDS)
        return recent >= self.rate * GROWTH_SECONDS / 2


@dataclass(slots=True)
class _Queue:
    bucket: Bucket
    lock: anyio.Lock = field(default_factory=anyio.Lock)
    """FIFO. Only the holder waits for a place in flight, so a paused operation does not delay the others."""
    crowd: anyio.Lock = field(default_factory=anyio.Lock)
    """One request at a time passes it to wait for `lock`; pages of a list do not need it, so they wait for few."""


@dataclass(slots=True)
class Turn:
    """Permission to send one request; takes its result."""

    bucket: Bucket
    sent_at: float

    def answered(self, limit_used: float = 0.0) -> None:
        """Record an answer other than 429; `limit_used` is the share of its limit that the service reports."""
        self.bucket.answered(anyio.current_time(), self.sent_at, limit_used)

    def throttled(self, retry_after: float | None) -> float:
        """Record a 429; returns how long this operation pauses, in seconds."""
        return self.bucket.throttled(anyio.current_time(), self.sent_at, retry_after)


async def _wait_until_due(bucket: Bucket) -> None:
    """Wait until the bucket allows a request; also through pauses that begin meanwhile."""
    wait = bucket.due(anyio.current_time())
    while wait:
        await anyio.sleep(wait)
        wait = bucket.due(anyio.current_time())


class Pacer:
    """Decides when each request to one service may be sent."""

    def __init__(self, pacing: Pacing) -> None:
        self._pacing = pacing
        self._queues: dict[str, _Queue] = {}
        self._places = anyio.CapacityLimiter(FEWEST_IN_FLIGHT)
        self._latencies: deque[float] = deque(maxlen=20)

    def rate(self, operation: str, write: bool) -> float:
        """Current requests a second of this operation."""
        return self._queue(operation, write).bucket.rate

    @asynccontextmanager
    async def turn(self, operation: str, write: bool, is_page: bool = False) -> AsyncIterator[Turn]:
        """Wait for the operation's rate limit and for a place in flight; releases the place at the end.

        `is_page`: others come after this one's answer only, so it goes before what can be sent at any time.
        """
        queue = self._queue(operation, write)
        async with nullcontext() if is_page else queue.crowd:
            bucket, place = await self._enter(queue)
        turn = Turn(bucket, anyio.current_time())
        bucket.take(turn.sent_at)
        try:
            yield turn
        finally:
            self._places.release_on_behalf_of(place)
            self._adjust_places(anyio.current_time() - turn.sent_at, bucket.rate)

    async def _enter(self, queue: _Queue) -> tuple[Bucket, object]:
        place = object()
        async with queue.lock:
            while True:
                await _wait_until_due(queue.bucket)
                await self._places.acquire_on_behalf_of(place)
                if not queue.bucket.due(anyio.current_time()):
                    return queue.bucket, place
                # The operation was paused meanwhile: let another use the place.
                self._places.release_on_behalf_of(place)

    def _adjust_places(self, seconds: float, rate: float) -> None:
        """Allow enough requests in flight to reach the rate: rate times latency, plus half."""
        self._latencies.append(seconds)
        wanted = math.ceil(rate * min(self._latencies) * 1.5)
        self._places.total_tokens = max(FEWEST_IN_FLIGHT, min(MOST_IN_FLIGHT, wanted))

    def _queue(self, operation: str, write: bool) -> _Queue:
        if operation not in self._queues:
            rate = self._pacing.writes if write else self._pacing.reads
            self._queues[operation] = _Queue(Bucket(rate, self._pacing.adaptive))
        return self._queues[operation]
