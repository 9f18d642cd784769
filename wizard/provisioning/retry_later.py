"""Tries later what failed: objects that AWS refused repeatedly, and whole jobs in quarantine.

Both follow Entra, whose service retries at growing intervals. Both concern runs without the window only: a run from the
window is never delayed, and leavers never keep access because of a delay.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from wizard.errors import Message
from wizard.provisioning.change import Change
from wizard.provisioning.effects import Effect, effects
from wizard.provisioning.events import ChangeEnded, RunEvent
from wizard.provisioning.order import Wait, waits
from wizard.provisioning.plan import HeldBack, Plan, checksum, checksum_of
from wizard.provisioning.report import Counts, RunReport

# Objects that AWS refused repeatedly

OBJECT_WAITS_HOURS = (0, 0, 2, 6, 12, 24)
"""After the first refusal, the second, …; the last one for all later ones. Two may be chance or caused by the order."""

Kind = Literal["user", "group", "membership"]
RefusedKey = tuple[Kind, str]
"""What was refused, and its source id; for memberships the group's."""


@dataclass(frozen=True, slots=True)
class DelayedRetry:
    """One object that AWS refused, with no success since."""

    kind: Kind
    source_id: str
    label: str
    failures: int
    """In a row, with the same content."""
    next_attempt: str
    """ISO time, UTC."""
    what: str
    """Checksum of the changes: other changes are tried at once."""

    @property
    def key(self) -> RefusedKey:
        """Kind and source id."""
        return self.kind, self.source_id


def _waits(next_attempt: str, now: datetime, most_hours: int) -> bool:
    """Whether the next attempt is not due. One later than any wait was set before the clock was set back: it is due."""
    return now < datetime.fromisoformat(next_attempt) <= now + timedelta(hours=most_hours)


def key_of(change: Change) -> RefusedKey:
    """The key of a change's object."""
    return ("membership" if change.is_membership else change.kind), change.source_id


def held_back(plan: Plan, delayed: Mapping[RefusedKey, DelayedRetry], now: datetime) -> Plan:
    """The plan without changes that are not due, and without those that need them to come first."""
    if not delayed:
        return plan
    contents = _contents(plan, delayed)
    waiting = {
        key: entry
        for key, entry in delayed.items()
        if contents.get(key) == entry.what and _waits(entry.next_attempt, now, OBJECT_WAITS_HOURS[-1])
    }
    graph = waits(plan.changes)
    out = {place for place, change in enumerate(plan.changes) if key_of(change) in waiting}
    out -= _ahead_of((place for place, change in enumerate(plan.changes) if not _can_wait(change)), graph)
    out = _behind(out, graph)
    if not out:
        return plan
    held = {key_of(plan.changes[place]): plan.changes[place] for place in sorted(out)}
    made = replace(
        plan,
        changes=tuple(change for place, change in enumerate(plan.changes) if place not in out),
        held_back=(*plan.held_back, *(_held(change, waiting.get(key)) for key, change in held.items())),
    )
    return replace(made, checksum=checksum(made))


def _ahead_of(places: Iterable[int], graph: Sequence[Sequence[Wait]]) -> set[int]:
    """These places, and those that must free a name for one of them."""
    found = set(places)
    ahead = list(found)
    while ahead:
        for wait in graph[ahead.pop()]:
            if wait.why == "value" and wait.on not in found:
                found.add(wait.on)
                ahead.append(wait.on)
    return found


def _behind(places: Iterable[int], graph: Sequence[Sequence[Wait]]) -> set[int]:
    """These places, and those that need a name which one of them frees."""
    followers: dict[int, list[int]] = {}
    for place, found in enumerate(graph):
        for wait in found:
            if wait.why == "value":
                followers.setdefault(wait.on, []).append(place)
    behind = set(places)
    ahead = list(behind)
    while ahead:
        for follower in followers.get(ahead.pop(), ()):
            if follower not in behind:
                behind.add(follower)
                ahead.append(follower)
    return behind


def _contents(plan: Plan, keys: Iterable[RefusedKey]) -> Mapping[RefusedKey, str]:
    """Key -> checksum of the plan's changes for it."""
    wanted: dict[RefusedKey, list[Change]] = {key: [] for key in keys}
    for change in plan.changes:
        if key_of(change) in wanted:
            wanted[key_of(change)].append(change)
    return {key: checksum_of(found) for key, found in wanted.items() if found}


_NEVER_WAITS = {Effect.LOSES_ACCESS, Effect.LOSES_MEMBERSHIP, Effect.DELETED}
"""Leavers never keep access because of a delay."""


def _can_wait(change: Change) -> bool:
    return not effects(change) & _NEVER_WAITS


def _held(change: Change, entry: DelayedRetry | None) -> HeldBack:
    if entry is None:
        return HeldBack(change.kind, change.source_id, change.label, Message("waits-for-refused"))
    message = Message("refused-repeatedly", times=entry.failures, next_attempt=entry.next_attempt)
    return HeldBack(change.kind, change.source_id, change.label, message)


class DelayedRetryFold:
    """Adds up the events of a run; `ended` then returns the objects that are delayed and those that no longer are."""

    def __init__(self) -> None:
        self._refused: dict[RefusedKey, str] = {}
        self._done: set[RefusedKey] = set()

    def add(self, event: RunEvent) -> None:
        """Add one event. Only refusals by AWS count: unanswered ones are looked up first anyway."""
        if not isinstance(event, ChangeEnded):
            return
        key = key_of(event.change)
        if event.row.status == "success":
            self._done.add(key)
        elif event.row.status == "failure" and event.row.http_status and not event.unknown:
            self._refused[key] = event.row.label

    def ended(
        self, plan: Plan, before: Mapping[RefusedKey, DelayedRetry], now: datetime
    ) -> tuple[tuple[DelayedRetry, ...], tuple[RefusedKey, ...]]:
        """(delayed from now on, no longer delayed)."""
        contents = _contents(plan, self._refused)
        kept = tuple(
            _once_more(before.get(key), key, label, contents[key], now) for key, label in self._refused.items()
        )
        gone = tuple(key for key in before if key in self._done and key not in self._refused)
        return kept, gone


def _once_more(before: DelayedRetry | None, key: RefusedKey, label: str, what: str, now: datetime) -> DelayedRetry:
    failures = before.failures + 1 if before is not None and before.what == what else 1
    hours = OBJECT_WAITS_HOURS[min(failures, len(OBJECT_WAITS_HOURS)) - 1]
    then = (now + timedelta(hours=hours)).isoformat(timespec="seconds")
    return DelayedRetry(*key, label, failures, then, what)


# Quarantine: whole jobs whose runs fail
#
# Entra puts a job in quarantine at once for refused credentials, and if more than 40 % of at least 5,000 objects fail.
# Our jobs are smaller and nobody may be watching: 40 % of at least 20 that were sent, and in both cases two runs in a
# row, because one refusal may be the moment in which a token is replaced.

IN_A_ROW = 2
"""Failed runs in a row that put a job in quarantine."""
JOB_WAITS_HOURS = (6, 12, 24)
"""After the failure that started it, the next one, and every later one (Entra: 6, 12, then every 24 hours)."""
DISABLED_AFTER_DAYS = 28
"""Entra disables a job after four weeks in quarantine."""
MOST_SHARE = 0.4
FEWEST = 20

Reason = Literal["access-refused", "most-failed"]
State = Literal["free", "due", "waiting", "disabled"]


@dataclass(frozen=True, slots=True)
class Quarantine:
    """Runs in a row that failed as a whole."""

    reason: Reason
    why: Message
    """Why the last one failed."""
    since: str
    """ISO time, UTC, of the first failure."""
    next_attempt: str
    """ISO time, UTC."""
    failures: int = 1
    """In a row."""
    rests_on: str = ""
    """Fingerprint of token, tenant URL and settings of the failed run; it reveals none of them."""

    @property
    def is_active(self) -> bool:
        """Whether it is a quarantine: one failure is only remembered."""
        return self.failures >= IN_A_ROW


def add_failure(
    before: Quarantine | None, reason: Reason, why: Message, now: datetime, rests_on: str
) -> Quarantine:
    """The state after one more failed run; failures with other settings do not count."""
    same = before is not None and before.rests_on == rests_on
    failures = before.failures + 1 if before is not None and same else 1
    since = before.since if before is not None and same else now.isoformat(timespec="seconds")
    wait = JOB_WAITS_HOURS[min(failures - IN_A_ROW, len(JOB_WAITS_HOURS) - 1)] if failures >= IN_A_ROW else 0
    then = (now + timedelta(hours=wait)).isoformat(timespec="seconds")
    return Quarantine(reason, why, since, then, failures, rests_on)


def state_of(quarantine: Quarantine | None, now: datetime, rests_on: str = "") -> State:
    """Whether a run without the window may start. It may if token or settings changed."""
    if quarantine is None or not quarantine.is_active:
        return "free"
    if rests_on and quarantine.rests_on != rests_on:
        return "due"
    if now - datetime.fromisoformat(quarantine.since) > timedelta(days=DISABLED_AFTER_DAYS):
        return "disabled"
    return "waiting" if _waits(quarantine.next_attempt, now, JOB_WAITS_HOURS[-1]) else "due"


def most_failed(report: RunReport) -> Message | None:
    """Why this run failed as a whole although it ended: "31 of 40 people and groups failed"; None = it did not.

    Only what was sent counts: objects rejected before cost AWS nothing, and memberships fail with their people.
    """
    failed = sum(row.kind != "membership" and row.action != "other" for row in report.failures)
    sent = _done(report.users) + _done(report.groups) + failed
    if sent < FEWEST or failed <= MOST_SHARE * sent:
        return None
    return Message("most-failed", failed=failed, total=sent)


def _done(counts: Counts) -> int:
    return counts.created + counts.updated + counts.disabled + counts.deleted
