"""What is worth showing with a plan and never blocks it."""

from collections.abc import Iterator, Mapping, Sequence

from wizard.mapping.attribute_mapping import MappingKind
from wizard.mapping.resources import unknown_sources
from wizard.provisioning.job import LeaverAction
from wizard.provisioning.leavers import groups_are_deleted, leaver_action, waiting
from wizard.provisioning.ledger import Link
from wizard.provisioning.membership import GroupChanges
from wizard.provisioning.plan import Note
from wizard.provisioning.sides import Sides
from wizard.provisioning.words import groups, memberships, people


def notes(
    sides: Sides, changes: Mapping[str, GroupChanges], going: Sequence[Link], gone: Sequence[Link]
) -> tuple[Note, ...]:
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


def _both(users: int, of_groups: int) -> str:
    return " and ".join(text for text, count in ((people(users), users), (groups(of_groups), of_groups)) if count)


def _stand(count: int) -> str:
    return "stands" if count == 1 else "stand"


def _vanished(sides: Sides) -> Iterator[Note]:
    desired = {("user", one.source_id) for one in sides.people} | {
        ("group", one.source_id) for one in sides.groups
    }
    anew = [key for key in sides.vanished if key in desired and key not in sides.adopted]
    if anew:
        users = sum(kind == "user" for kind, _ in anew)
        text = "Somebody deleted them in AWS. They get a new id there, so their assignments must be given anew."
        yield Note("made-anew", f"{_both(users, len(anew) - users)} will be made anew", text)


def _adopted(sides: Sides) -> Iterator[Note]:
    users = sum(kind == "user" for kind, _ in sides.adopted) if sides.job.scope.people else 0
    of_groups = sum(kind == "group" for kind, _ in sides.adopted)
    if users or of_groups:
        text = "They were found by a matching attribute. From now on this job looks after them."
        marked = _marked_otherwise(sides)
        if users and marked:
            verb = "has" if marked == 1 else "have"
            text += f" {people(marked).capitalize()} {verb} another external id: see that no other program provisions them."
        yield Note("adopted", f"{_both(users, of_groups)} already in AWS will be taken over", text)


def _marked_otherwise(sides: Sides) -> int:
    """How many people who are taken over have an external id that neither the directory nor this job gave them."""
    owned = {link.target_id for link in sides.links.values()}
    count = 0
    for one in sides.people:
        if ("user", one.source_id) in sides.adopted and sides.pairs[one.source_id].id not in owned:
            mark = sides.pairs[one.source_id].resource.get("externalId")
            count += bool(mark) and mark != one.resource.get("externalId")
    return count


def _inherited(sides: Sides) -> Iterator[Note]:
    owned = {(link.kind, link.target_id) for link in sides.links.values()}
    pairs = {"user": sides.pairs, "group": sides.group_pairs}
    found = [key for key in sides.adopted if (key[0], pairs[key[0]][key[1]].id) in owned]
    if found:
        users = sum(kind == "user" for kind, _ in found)
        text = (
            "Their former identity is no longer in the directory, and a matching attribute is the same. If it is not the "
            "same person (a user name given anew), delete the account in AWS first: its assignments would go over too."
        )
        yield Note("inherited", f"{_both(users, len(found) - users)} will be continued under a new identity", text)


def _waiting(sides: Sides, going: Sequence[Link]) -> Iterator[Note]:
    count = waiting(sides.job, going, sides.moment)
    if count:
        days = sides.job.policy.delete_after_days
        when = "1 day" if days == 1 else f"{days:,} days"
        text = (
            f"Settings say to delete them {when} after they left. Until then they are disabled, and can come back."
        )
        yield Note("deleted-later", f"{people(count)} will be deleted later", text)


def _left(sides: Sides, going: Sequence[Link], gone: Sequence[Link]) -> Iterator[Note]:
    users = len(going) if leaver_action(sides.job) is LeaverAction.LEAVE else 0
    of_groups = 0 if groups_are_deleted(sides.job) else len(gone)
    if users or of_groups:
        by_switch = sides.job.policy.leavers is not LeaverAction.LEAVE and users
        who = "The switches of the attribute mappings" if by_switch else "Settings"
        text = f"They are no longer in scope. {who} say to leave them as they are."
        yield Note("left", f"{_both(users, of_groups)} will be left in AWS", text)


def _lost_columns(sides: Sides) -> Iterator[Note]:
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
        told = " and ".join(", ".join(lost).rsplit(", ", 1))
        it = "it is" if len(lost) == 1 else "they are"
        text = (
            f"{people(len(concerned))} have values from it in AWS, which stay as they are. If {it} called otherwise "
            "now, choose the column on the Directory page, or another source on the Attributes page."
        )
        yield Note("lost-columns", f"The directory no longer has {told}", text)


def _foreign(sides: Sides, changes: Mapping[str, GroupChanges]) -> Iterator[Note]:
    ours = {link.target_id for link in sides.links.values()}
    ours |= {found.id for found in (*sides.pairs.values(), *sides.group_pairs.values())}
    users, of_groups = len(sides.reading.users.keys() - ours), len(sides.reading.groups.keys() - ours)
    if users or of_groups:
        text = "They are not in the directory and were not made by this job, so nothing happens to them."
        yield Note(
            "foreign", f"{_both(users, of_groups)} in AWS {_stand(users + of_groups)} outside this job", text
        )
    members = sum(change.foreign for change in changes.values())
    if members:
        text = "Their people are not in the directory, so they stay in the groups."
        yield Note("foreign-members", f"{memberships(members)} in AWS {_stand(members)} outside this job", text)


def _adapted(sides: Sides) -> Iterator[Note]:
    changed = [one for one in (*sides.people, *sides.groups) if one.notes]
    if changed:
        users = sum(one.kind == "user" for one in changed)
        told = [f"{one.label}: {' '.join(one.notes)}" for one in changed[:3]]
        more = f" And {len(changed) - 3:,} more." if len(changed) > 3 else ""
        title = f"{_both(users, len(changed) - users)} will be written a little differently than the directory has them"
        yield Note("adapted", title, " ".join(told) + more)


def _source(sides: Sides) -> Iterator[Note]:
    nested = sum(len(group.nested) for group in sides.scope.groups)
    if nested:
        text = "AWS has no groups inside groups: only the people directly in a group are provisioned with it."
        yield Note("nested-groups", f"{groups(nested)} inside other groups will be left out", text)
    remarks = [problem for problem in sides.snapshot.problems if not problem.excluded]
    if remarks:
        told = [f"Line {p.line}, {p.column or 'the whole row'}: {p.sentence}" for p in remarks[:3]]
        more = f" And {len(remarks) - 3:,} more." if len(remarks) > 3 else ""
        rows = (
            "1 row of the directory has" if len(remarks) == 1 else f"{len(remarks):,} rows of the directory have"
        )
        yield Note("row-remarks", f"{rows} a remark", " ".join(told) + more)
