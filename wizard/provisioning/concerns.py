"""What a person must accept before a plan may run, as pure functions of the plan's numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from wizard.provisioning.job import Policy
from wizard.provisioning.operations import DeleteGroup, DeleteUser, DisableUser, Operation, RemoveMembers
from wizard.provisioning.plan import Concern, Plan
from wizard.provisioning.words import groups, memberships, people, share


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the concerns are decided by."""

    people_linked: int
    """Linked and active before the plan."""
    groups_linked: int
    memberships: int
    """Memberships in the target that this job looks after."""
    source_people: int
    last_source_people: int
    """In the last whole snapshot; 0 = none yet."""
    changed_elsewhere: int
    """Linked people whose external id somebody else changed in the target."""
    edited_elsewhere: int = 0
    """Linked people in whom somebody else changed anything that follows the directory."""


def concerns(operations: Sequence[Operation], numbers: Numbers, policy: Policy) -> tuple[Concern, ...]:
    """All that is open with this plan."""
    found = (
        _empty_source(numbers),
        _short_source(numbers),
        _too_many_deletions(operations, numbers, policy),
        _too_many_removals(operations, numbers),
        _other_provisioner(numbers),
    )
    return tuple(concern for concern in found if concern is not None)


def changed_since_approval(approved: Plan, fresh: Plan) -> Plan:
    """The fresh plan, with a concern where it would do something else than what was approved."""
    if approved.checksum == fresh.checksum:
        return fresh
    concern = Concern(
        "changed-since-approval",
        f"The plan is no longer the one you approved: {len(fresh.operations):,} changes instead of "
        f"{len(approved.operations):,}",
        "The directory or AWS changed in the meantime. Nothing was changed yet; look through the changes again.",
        "I have looked at the new changes and accept them",
    )
    return replace(fresh, concerns=(*fresh.concerns, concern))


def _beyond(count: int, linked: int, policy: Policy) -> bool:
    limit = max(policy.threshold_count, linked * policy.threshold_percent / 100)
    return count > limit or (linked >= 3 and count >= linked / 2)


def _too_many_deletions(operations: Sequence[Operation], numbers: Numbers, policy: Policy) -> Concern | None:
    disabled = sum(isinstance(op, DisableUser) for op in operations)
    deleted = sum(isinstance(op, DeleteUser) for op in operations)
    gone = sum(isinstance(op, DeleteGroup) for op in operations)
    lost = disabled + deleted
    # Each kind is held against its own number too: many groups must not hide that all people would go.
    tests = ((lost, numbers.people_linked), (gone, numbers.groups_linked), (lost + gone, _looked_after(numbers)))
    if not any(count and _beyond(count, linked, policy) for count, linked in tests):
        return None
    parts = [f"{verb} {count}" for verb, count in (("disable", disabled), ("delete", deleted)) if count]
    whole = f"{share(lost, numbers.people_linked)} of the {numbers.people_linked:,} this job looks after"
    title = f"This would {' and '.join(parts)} people, {whole}" if lost else "This would"
    if lost == 1:
        title = title.replace(" people,", " person,")
    if gone:
        title += f"{' and' if lost else ''} delete {groups(gone)}, "
        title += f"{share(gone, numbers.groups_linked)} of {numbers.groups_linked:,}"
    counted = " and ".join(text for text, count in ((people(lost), lost), (groups(gone), gone)) if count)
    these = "this" if lost + gone == 1 else "these"
    return Concern(
        "too-many-deletions",
        title,
        _limit(policy, deleted, gone),
        f"I have checked {these} {counted} and accept this",
    )


def _looked_after(numbers: Numbers) -> int:
    return numbers.people_linked + numbers.groups_linked


def _limit(policy: Policy, deleted: int, gone: int) -> str:
    text = (
        f"The limit in Settings is {policy.threshold_count:,} or {policy.threshold_percent} %, whichever is more; "
        "half of all is always asked about. "
    )
    if deleted or gone:
        return text + "What is deleted in AWS loses its assignments, and they do not come back."
    return text + "They keep their account, but cannot sign in to AWS."


def _too_many_removals(operations: Sequence[Operation], numbers: Numbers) -> Concern | None:
    removed = sum(len(op.members) for op in operations if isinstance(op, RemoveMembers))
    if numbers.memberships < 3 or removed <= numbers.memberships / 2:
        return None
    whole = (
        f"{share(removed, numbers.memberships)} of the {numbers.memberships:,} in the groups this job looks after"
    )
    return Concern(
        "too-many-removals",
        f"This would end {memberships(removed)}, {whole}",
        "Whoever leaves a group loses the access that the group gives. Check that the memberships were read in full.",
        f"I have checked these {memberships(removed)} and accept this",
    )


def _empty_source(numbers: Numbers) -> Concern | None:
    if numbers.source_people or not numbers.people_linked:
        return None
    return Concern(
        "empty-source",
        f"The directory has nobody in it, but this job looks after {people(numbers.people_linked)} in AWS",
        "An empty directory is more often a broken export than a company without people. Check the file.",
        "The directory is really empty, and I accept this",
    )


def _short_source(numbers: Numbers) -> Concern | None:
    now, before = numbers.source_people, numbers.last_source_people
    if not now or now >= before / 2:
        return None
    return Concern(
        "short-source",
        f"The directory has {people(now)}, {share(now, before)} of the {before:,} it had last time",
        "It may have been read in part, or exported with a filter. Check that it is whole.",
        f"The directory is whole with {people(now)}, and I accept this",
    )


def _other_provisioner(numbers: Numbers) -> Concern | None:
    # An external id is changed by a program alone; other attributes also by hand, and a few of those are just repaired.
    marks, edits, linked = numbers.changed_elsewhere, numbers.edited_elsewhere, numbers.people_linked
    if marks >= 3 and marks >= linked / 10:
        changed, how = marks, "have another external id now"
    elif edits >= 10 and edits >= linked / 4:
        changed, how = edits, "were changed there since the last run"
    else:
        return None
    return Concern(
        "other-provisioner",
        f"Something else wrote to AWS: {people(changed)}, {share(changed, linked)} of the {linked:,} this job looks "
        f"after, {how}",
        "Two programs that provision the same people undo each other's work. Find out which one is meant to do it.",
        "No other program provisions these people, and I accept this",
    )
