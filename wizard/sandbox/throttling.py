"""AWS's limits: so many requests a second for each API, and a budget of its own for membership changes."""

from collections.abc import Callable
from dataclasses import dataclass, field

from wizard.sandbox.errors import refused


@dataclass(slots=True)
class Bucket:
    """A token bucket that holds one second's worth."""

    rate: float
    """Tokens a second, above 0."""
    clock: Callable[[], float]
    """Seconds, steadily rising."""
    _level: float = field(init=False)
    _seen: float = field(init=False)

    def __post_init__(self) -> None:
        self._level = max(1.0, self.rate)
        self._seen = self.clock()

    def take(self, amount: int) -> bool:
        """Take `amount` tokens, or none and return False.

        More than the bucket can ever hold is given when it is full, as a debt: otherwise it could never be had.
        """
        now = self.clock()
        most = max(1.0, self.rate)
        self._level = min(most, self._level + (now - self._seen) * self.rate)
        self._seen = now
        if self._level < min(amount, most):
            return False
        self._level -= amount
        return True


@dataclass(slots=True)
class Throttle:
    """One bucket for each API operation, made when it is first used, and one for membership changes.

    AWS IAM Identity Center quotas: 25 requests a second for each API that writes, 40 for each that reads, and a
    separate limit, not published, for the memberships in CreateGroup and PatchGroup. None means no limit.
    """

    writes: float | None
    reads: float | None
    members: float | None
    clock: Callable[[], float]
    _buckets: dict[str, Bucket] = field(default_factory=dict, init=False)

    def admit(self, operation: str) -> None:
        """Count one request of an operation such as `PATCH /Users/{id}`; raises a 429 refusal."""
        self._take(operation, self.reads if operation.startswith("GET ") else self.writes, 1)

    def admit_members(self, changes: int) -> None:
        """Count membership changes; raises a 429 refusal."""
        if changes:
            self._take("members", self.members, changes)

    def _take(self, name: str, rate: float | None, amount: int) -> None:
        if rate is None:
            return
        bucket = self._buckets.get(name)
        if bucket is None:
            bucket = self._buckets[name] = Bucket(rate, self.clock)
        if not bucket.take(amount):
            raise refused(429)
