"""Estimate the rest of a run from the current rate limits; the average so far does not predict the remaining calls."""

from collections import Counter, deque
from collections.abc import Iterable, Mapping

from wizard.progress import RequestMade
from wizard.provisioning.change import Action, Change
from wizard.provisioning.events import CONCURRENCY


def call_of(change: Change) -> str:
    """The API operation that carries it out, as pacing counts them."""
    resources = "Users" if change.kind == "user" else "Groups"
    match change.action:
        case Action.CREATE:
            return f"POST /{resources}"
        case Action.DELETE:
            return f"DELETE /{resources}/{{id}}"
        case _:
            return f"PATCH /{resources}/{{id}}"


class TimeLeft:
    """Remaining requests, and the rate that each API operation may have at this moment."""

    def __init__(self, changes: Iterable[Change]) -> None:
        self._left = Counter(call_of(change) for change in changes)
        self._rates: dict[str, float] = {}
        self._latencies: deque[float] = deque(maxlen=20)

    def ended(self, change: Change) -> None:
        """One change ended."""
        self._left[call_of(change)] -= 1

    def heard(self, request: RequestMade) -> None:
        """A request ended: it tells how fast its kind may go, and how long one takes."""
        if request.rate:
            self._rates[request.operation] = request.rate
        if request.status:
            self._latencies.append(request.seconds)

    def seconds(self) -> float | None:
        """Of the rest: people first, then groups; within each the kinds run side by side. None = not known yet."""
        writes = {call: rate for call, rate in self._rates.items() if not call.startswith("GET")}
        if not writes or not self._latencies:
            return None
        # However fast pacing lets us go: only so many are under way, and each takes its time.
        most = CONCURRENCY / max(min(self._latencies), 0.001)
        return _longest(self._left, writes, most, "Users") + _longest(self._left, writes, most, "Groups")


def _longest(left: Mapping[str, int], rates: Mapping[str, float], most: float, of: str) -> float:
    usual = max(rates.values())  # what was not sent yet begins as the others did
    times = [count / min(rates.get(call, usual), most) for call, count in left.items() if of in call and count > 0]
    return max(times, default=0.0)
