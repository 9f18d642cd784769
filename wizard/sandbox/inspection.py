"""What tests may look at and AWS does not show: everything kept, and what was asked."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from wizard.sandbox.errors import missing
from wizard.sandbox.faults import Faults
from wizard.sandbox.store import Store


@dataclass(slots=True)
class Counters:
    """How often what was asked and answered."""

    by_operation: Counter[str] = field(default_factory=Counter)
    by_status: Counter[str] = field(default_factory=Counter)
    """Under 0 those whose connection was cut."""
    in_flight: int = 0
    most_in_flight: int = 0

    def begin(self, operation: str) -> None:
        """A request arrived."""
        self.by_operation[operation] += 1
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)

    def end(self, status: int) -> None:
        """It was answered; 0 when its connection is cut."""
        self.by_status[str(status)] += 1
        self.in_flight -= 1

    def reset(self) -> None:
        """Reset the counters; requests in flight stay counted."""
        self.by_operation.clear()
        self.by_status.clear()
        self.most_in_flight = self.in_flight


def inspect(operation: str, store: Store, counters: Counters, faults: Faults) -> dict[str, Any]:
    """Answer one inspection, empty for the one that only resets; raises a 404 refusal."""
    match operation:
        case "GET /_sandbox/state":
            return {**kept(store), "requests": asked(counters, faults)}
        case "GET /_sandbox/requests":
            return asked(counters, faults)
        case "POST /_sandbox/reset-counters":
            counters.reset()
            return {}
    raise missing("ENDPOINT")


def kept(store: Store) -> dict[str, Any]:
    """All people, and all groups with the ids of their members."""
    return {
        "tenantId": store.tenant_id,
        "users": list(store.users),
        "groups": [{**group, "members": store.member_ids(group["id"])} for group in store.groups],
    }


def asked(counters: Counters, faults: Faults) -> dict[str, Any]:
    """The counters."""
    return {
        "total": counters.by_operation.total(),
        "byOperation": dict(counters.by_operation),
        "byStatus": dict(counters.by_status),
        "throttled": counters.by_status["429"],
        "faults": dict(faults.met),
        "mostInFlight": counters.most_in_flight,
    }
