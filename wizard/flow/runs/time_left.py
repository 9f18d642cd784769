"""How long the rest of a run takes, from what pacing allows now: an average says nothing of what is left."""

from collections import Counter, deque
from collections.abc import Iterable, Mapping

from wizard.progress import RequestMade
from wizard.provisioning.events import CONCURRENCY
from wizard.provisioning.operations import (
    CreateGroup,
    CreateUser,
    DeleteGroup,
    DeleteUser,
    DisableUser,
    Operation,
    UpdateUser,
)


def call_of(op: Operation) -> str:
    """The API operation that carries it out, as pacing counts them."""
    match op:
        case CreateUser():
            return "POST /Users"
        case UpdateUser() | DisableUser():
            return "PATCH /Users/{id}"
        case DeleteUser():
            return "DELETE /Users/{id}"
        case CreateGroup():
            return "POST /Groups"
        case DeleteGroup():
            return "DELETE /Groups/{id}"
        case _:
            return "PATCH /Groups/{id}"


class TimeLeft:
    """Knows what is left to send, and how fast each API operation may go at this moment."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._left = Counter(call_of(op) for op in operations)
        self._rates: dict[str, float] = {}
        self._latencies: deque[float] = deque(maxlen=20)

    def ended(self, op: Operation) -> None:
        """One operation ended."""
        self._left[call_of(op)] -= 1

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
