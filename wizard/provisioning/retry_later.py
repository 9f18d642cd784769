"""Escrow: what AWS refused again and again is tried more and more rarely, until something about it changes.

Entra keeps such objects aside and comes back to them at growing distances. It concerns runs without a window; whoever
presses a button is never told to wait, and nobody who leaves keeps access because of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from wizard.errors import Message
from wizard.provisioning.events import OperationEnded, RunEvent
from wizard.provisioning.operations import (
    AddMembers,
    DeleteGroup,
    DeleteUser,
    DisableUser,
    Operation,
    RemoveMembers,
)
from wizard.provisioning.order import subject, waits
from wizard.provisioning.plan import HeldBack, Plan
from wizard.provisioning.planning import checksum

WAITS_HOURS = (0, 0, 2, 6, 12, 24)
"""After the first refusal, the second, …; the last one for all that follow. Two may be chance, or the order of things."""

Kind = Literal["user", "group", "membership"]
Key = tuple[Kind, str]
"""What was refused, and its source id; memberships go by their group's."""


@dataclass(frozen=True, slots=True)
class Escrow:
    """One object that AWS refused, without a success since."""

    kind: Kind
    source_id: str
    label: str
    failures: int
    """In a row, with the same content."""
    next_attempt: str
    """ISO time, UTC."""
    what: str
    """Checksum of what was to be done: another content is tried at once."""

    @property
    def key(self) -> Key:
        """What it is known by."""
        return self.kind, self.source_id


def key_of(op: Operation) -> Key:
    """What an operation is about."""
    kind, source_id = subject(op)
    return ("membership" if isinstance(op, AddMembers | RemoveMembers) else kind), source_id


def held_back(plan: Plan, escrows: Mapping[Key, Escrow], now: datetime) -> Plan:
    """The plan without what is not due yet, and without what would need it to come first."""
    if not escrows:
        return plan
    contents = _contents(plan, escrows)
    waiting = {
        key: escrow
        for key, escrow in escrows.items()
        if contents.get(key) == escrow.what and now < datetime.fromisoformat(escrow.next_attempt)
    }
    out = {place for place, op in enumerate(plan.operations) if key_of(op) in waiting and _can_wait(op)}
    graph = waits(plan.operations)
    for place in range(len(plan.operations)):  # each stands behind what it waits for
        if any(wait.on in out and wait.why != "reference" for wait in graph[place]):
            out.add(place)
    if not out:
        return plan
    held = {key_of(plan.operations[place]): plan.operations[place] for place in sorted(out)}
    made = replace(
        plan,
        operations=tuple(op for place, op in enumerate(plan.operations) if place not in out),
        held_back=tuple(_held(op, waiting.get(key)) for key, op in held.items()),
    )
    return replace(made, checksum=checksum(made))


def _contents(plan: Plan, keys: Iterable[Key]) -> Mapping[Key, str]:
    """Key -> checksum of what the plan does with it."""
    wanted: dict[Key, list[Operation]] = {key: [] for key in keys}
    for op in plan.operations:
        if key_of(op) in wanted:
            wanted[key_of(op)].append(op)
    return {key: checksum(replace(plan, operations=tuple(found))) for key, found in wanted.items() if found}


def _can_wait(op: Operation) -> bool:
    return not isinstance(op, DisableUser | DeleteUser | DeleteGroup | RemoveMembers)


def _held(op: Operation, escrow: Escrow | None) -> HeldBack:
    kind, source_id = subject(op)
    if escrow is None:
        return HeldBack(kind, source_id, op.label, Message("waits-for-refused"))
    message = Message("refused-repeatedly", times=escrow.failures, next_attempt=escrow.next_attempt)
    return HeldBack(kind, source_id, op.label, message)


class EscrowFold:
    """Adds up the events of a run; `ended` then says what is kept aside and what no longer is."""

    def __init__(self) -> None:
        self._refused: dict[Key, str] = {}
        self._done: set[Key] = set()

    def add(self, event: RunEvent) -> None:
        """Take one event. Only AWS's own refusals count: what got no answer is looked up first anyway."""
        if not isinstance(event, OperationEnded):
            return
        key = key_of(event.operation)
        if event.row.status == "success":
            self._done.add(key)
        elif event.row.status == "failure" and event.row.http_status and not event.unknown:
            self._refused[key] = event.row.label

    def ended(
        self, plan: Plan, before: Mapping[Key, Escrow], now: datetime
    ) -> tuple[tuple[Escrow, ...], tuple[Key, ...]]:
        """(kept aside from now on, not any more)."""
        contents = _contents(plan, self._refused)
        kept = tuple(
            _once_more(before.get(key), key, label, contents[key], now) for key, label in self._refused.items()
        )
        gone = tuple(key for key in before if key in self._done and key not in self._refused)
        return kept, gone


def _once_more(before: Escrow | None, key: Key, label: str, what: str, now: datetime) -> Escrow:
    failures = before.failures + 1 if before is not None and before.what == what else 1
    hours = WAITS_HOURS[min(failures, len(WAITS_HOURS)) - 1]
    then = (now + timedelta(hours=hours)).isoformat(timespec="seconds")
    return Escrow(*key, label, failures, then, what)
