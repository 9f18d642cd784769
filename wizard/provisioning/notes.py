"""What is worth showing with a plan and never blocks it."""

from collections.abc import Iterator, Mapping, Sequence

from wizard.errors import Message
from wizard.mapping.attribute_mapping import MappingKind
from wizard.mapping.resources import unknown_sources
from wizard.provisioning.comparison import Sides
from wizard.provisioning.job import LeaverAction
from wizard.provisioning.leavers import groups_are_deleted, leaver_action, waiting
from wizard.provisioning.ledger import Link
from wizard.provisioning.membership import GroupChanges

_EXAMPLES = 3
"""Objects or rows that a note names."""


def notes(
    sides: Sides, changes: Mapping[str, GroupChanges], going: Sequence[Link], gone: Sequence[Link]
) -> tuple[Message, ...]:
    """All notes, the weightiest first."""
    return (
        *_vanished(sides),
        *_inherited(sides),
        *_adopted(sides),
        *_lost_columns(sides),
        *_waiting(sides, going),
        *_left(sides, going, gone),
        *_foreign(sides, changes),
        *_adapted(sides),
        *_source(sides),
    )


def _vanished(sides: Sides) -> Iterator[Message]:
    desired = {("user", one.source_id) for one in sides.people} | {
        ("group", one.source_id) for one in sides.groups
    }
    anew = [key for key in sides.vanished if key in desired and key not in sides.adopted]
    if anew:
        users = sum(kind == "user" for kind, _ in anew)
        yield Message("made-anew", people=users, groups=len(anew) - users)


def _adopted(sides: Sides) -> Iterator[Message]:
    users = sum(kind == "user" for kind, _ in sides.adopted) if sides.job.scope.people else 0
    of_groups = sum(kind == "group" for kind, _ in sides.adopted)
    if users or of_groups:
        yield Message(
            "accounts-adopted", people=users, groups=of_groups, marked=_marked_otherwise(sides) if users else 0
        )


def _marked_otherwise(sides: Sides) -> int:
    """How many people who are taken over have an external id that neither the directory nor this job gave them."""
    owned = {link.target_id for link in sides.links.values()}
    count = 0
    for one in sides.people:
        if ("user", one.source_id) in sides.adopted and sides.pairs[one.source_id].id not in owned:
            mark = sides.pairs[one.source_id].resource.get("externalId")
            count += bool(mark) and mark != one.resource.get("externalId")
    return count


def _inherited(sides: Sides) -> Iterator[Message]:
    owned = {(link.kind, link.target_id) for link in sides.links.values()}
    pairs = {"user": sides.pairs, "group": sides.group_pairs}
    found = [key for key in sides.adopted if (key[0], pairs[key[0]][key[1]].id) in owned]
    if found:
        users = sum(kind == "user" for kind, _ in found)
        yield Message("accounts-inherited", people=users, groups=len(found) - users)


def _waiting(sides: Sides, going: Sequence[Link]) -> Iterator[Message]:
    count = waiting(sides.job, going, sides.moment)
    if count:
        yield Message("deleted-later", people=count, days=sides.job.policy.delete_after_days)


def _left(sides: Sides, going: Sequence[Link], gone: Sequence[Link]) -> Iterator[Message]:
    users = len(going) if leaver_action(sides.job) is LeaverAction.LEAVE else 0
    of_groups = 0 if groups_are_deleted(sides.job) else len(gone)
    if users or of_groups:
        by_mappings = bool(sides.job.policy.leavers is not LeaverAction.LEAVE and users)
        yield Message("left-in-aws", people=users, groups=of_groups, by_mappings=by_mappings)


def _lost_columns(sides: Sides) -> Iterator[Message]:
    """Attributes that somebody's value in AWS came from, and that the directory no longer has at all."""
    known = sides.snapshot.attributes
    rows = [row for row in sides.job.mappings.users if known and row.kind is not MappingKind.NONE]
    missing = {row.target: unknown_sources(row, known) for row in rows if row.matching_priority == 0}
    filled = [link for link in sides.links.values() if link.kind == "user"]
    lost: dict[str, None] = {}
    concerned = set()
    for target, names in missing.items():
        having = {link.source_id for link in filled if target in link.confirmed} if names else set()
        if having:
            lost |= dict.fromkeys(names)
            concerned |= having
    if lost:
        yield Message("lost-columns", columns=tuple(lost), people=len(concerned))


def _foreign(sides: Sides, changes: Mapping[str, GroupChanges]) -> Iterator[Message]:
    ours = {link.target_id for link in sides.links.values()}
    ours |= {found.id for found in (*sides.pairs.values(), *sides.group_pairs.values())}
    users, of_groups = len(sides.reading.users.keys() - ours), len(sides.reading.groups.keys() - ours)
    if users or of_groups:
        yield Message("foreign-objects", people=users, groups=of_groups)
    members = sum(change.foreign for change in changes.values())
    if members:
        yield Message("foreign-members", memberships=members)


def _adapted(sides: Sides) -> Iterator[Message]:
    changed = [one for one in (*sides.people, *sides.groups) if one.notes]
    if changed:
        users = sum(one.kind == "user" for one in changed)
        examples = tuple((one.label, one.notes) for one in changed[:_EXAMPLES])
        yield Message("values-adapted", people=users, groups=len(changed) - users, examples=examples)


def _source(sides: Sides) -> Iterator[Message]:
    nested = sum(len(group.nested) for group in sides.scope.groups)
    if nested:
        yield Message("nested-groups", groups=nested)
    remarks = [problem for problem in sides.snapshot.problems if not problem.excluded]
    if remarks:
        examples = tuple((found.line, found.column, found.message) for found in remarks[:_EXAMPLES])
        yield Message("row-remarks", rows=len(remarks), examples=examples)
