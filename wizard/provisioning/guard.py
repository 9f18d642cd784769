"""The guard: effects of a plan that must be accepted before it may run. Pure functions of the plan's numbers."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from wizard.errors import Message
from wizard.provisioning.change import Change
from wizard.provisioning.effects import Effect, effects
from wizard.provisioning.job import Policy
from wizard.provisioning.plan import Concern, Plan


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers that concerns are decided by."""

    people_linked: int
    """Linked and active before the plan."""
    groups_linked: int
    memberships: int
    """Memberships in AWS that this job provisions."""
    source_people: int
    last_source_people: int
    """In the last whole snapshot; 0 = none yet."""
    changed_elsewhere: int
    """Linked people whose external id was changed in AWS, not by this job."""
    edited_elsewhere: int = 0
    """Linked people with any change in AWS of an attribute that follows the directory."""


def concerns(changes: Sequence[Change], numbers: Numbers, policy: Policy) -> tuple[Concern, ...]:
    """The concerns of this plan."""
    found = (
        _empty_source(numbers),
        _short_source(numbers),
        _too_many_deletions(changes, numbers, policy),
        _too_many_removals(changes, numbers),
        _other_provisioner(numbers),
    )
    return tuple(concern for concern in found if concern is not None)


def changed_since_approval(approved: Plan, fresh: Plan) -> Plan:
    """The fresh plan, with a concern if it differs from the approved one."""
    if approved.checksum == fresh.checksum:
        return fresh
    message = Message("changed-since-approval", changes=len(fresh.changes), approved=len(approved.changes))
    return replace(fresh, concerns=(*fresh.concerns, Concern(message)))


def _beyond(count: int, linked: int, policy: Policy) -> bool:
    limit = max(policy.threshold_count, linked * policy.threshold_percent / 100)
    return count > limit or (linked >= 3 and count >= linked / 2)


def _too_many_deletions(changes: Sequence[Change], numbers: Numbers, policy: Policy) -> Concern | None:
    counted = Counter(
        (change.kind, Effect.DELETED if Effect.DELETED in done else Effect.LOSES_ACCESS)
        for change in changes
        if (done := effects(change)) & {Effect.DELETED, Effect.LOSES_ACCESS}
    )
    disabled, deleted = counted["user", Effect.LOSES_ACCESS], counted["user", Effect.DELETED]
    gone = counted["group", Effect.DELETED]
    lost = disabled + deleted
    # Each kind is held against its own number too: many groups must not hide that all people would go.
    tests = ((lost, numbers.people_linked), (gone, numbers.groups_linked), (lost + gone, _looked_after(numbers)))
    if not any(count and _beyond(count, linked, policy) for count, linked in tests):
        return None
    message = Message(
        "too-many-deletions",
        disabled=disabled,
        deleted=deleted,
        groups=gone,
        people_linked=numbers.people_linked,
        groups_linked=numbers.groups_linked,
        threshold_count=policy.threshold_count,
        threshold_percent=policy.threshold_percent,
    )
    return Concern(message)


def _looked_after(numbers: Numbers) -> int:
    return numbers.people_linked + numbers.groups_linked


def _too_many_removals(changes: Sequence[Change], numbers: Numbers) -> Concern | None:
    removed = sum(len(change.members) for change in changes if Effect.LOSES_MEMBERSHIP in effects(change))
    if numbers.memberships < 3 or removed <= numbers.memberships / 2:
        return None
    return Concern(Message("too-many-removals", removed=removed, memberships=numbers.memberships))


def _empty_source(numbers: Numbers) -> Concern | None:
    if numbers.source_people or not numbers.people_linked:
        return None
    return Concern(Message("empty-source", people_linked=numbers.people_linked))


def _short_source(numbers: Numbers) -> Concern | None:
    now, before = numbers.source_people, numbers.last_source_people
    if not now or now >= before / 2:
        return None
    return Concern(Message("short-source", people=now, people_before=before))


def _other_provisioner(numbers: Numbers) -> Concern | None:
    # An external id is changed by a program alone; other attributes also by hand, and a few of those are just repaired.
    marks, edits, linked = numbers.changed_elsewhere, numbers.edited_elsewhere, numbers.people_linked
    if marks >= 3 and marks >= linked / 10:
        changed, by = marks, "external-id"
    elif edits >= 10 and edits >= linked / 4:
        changed, by = edits, "attributes"
    else:
        return None
    return Concern(Message("other-provisioner", changed=changed, people_linked=linked, by=by))
