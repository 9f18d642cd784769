"""Notes of a plan: worth showing, never blocking."""

from collections.abc import Iterator, Mapping, Sequence

from wizard.errors import Message
from wizard.mapping.attribute_mapping import MappingKind
from wizard.mapping.resources import unknown_sources
from wizard.provisioning.change import Match
from wizard.provisioning.comparison import Comparison, groups_are_deleted, leaver_action, waiting
from wizard.provisioning.diff import GroupChanges
from wizard.provisioning.job import LeaverAction
from wizard.provisioning.ledger import Link

_EXAMPLES = 3
"""Objects or rows that a note names."""


def notes(
    comparison: Comparison, changes: Mapping[str, GroupChanges], going: Sequence[Link], gone: Sequence[Link]
) -> tuple[Message, ...]:
    """All notes, the most important first."""
    return (
        *_found_again(comparison),
        *_vanished(comparison),
        *_inherited(comparison),
        *_adopted(comparison),
        *_lost_columns(comparison),
        *_waiting(comparison, going),
        *_left(comparison, going, gone),
        *_foreign(comparison, changes),
        *_adapted(comparison),
        *_source(comparison),
    )


def _vanished(comparison: Comparison) -> Iterator[Message]:
    desired = {("user", one.source_id) for one in comparison.people} | {
        ("group", one.source_id) for one in comparison.groups
    }
    created_again = [key for key in comparison.vanished if key in desired and key not in comparison.how]
    if created_again:
        users = sum(kind == "user" for kind, _ in created_again)
        yield Message("made-anew", people=users, groups=len(created_again) - users)


def _matched(comparison: Comparison, how: Match) -> tuple[int, int]:
    """How many people and groups without a link were matched in this way."""
    found = [kind for (kind, _), match in comparison.how.items() if match == how]
    users = found.count("user") if comparison.job.scope.people else 0
    return users, found.count("group")


def _found_again(comparison: Comparison) -> Iterator[Message]:
    users, of_groups = _matched(comparison, "")
    if users or of_groups:
        yield Message("links-restored", people=users, groups=of_groups)


def _adopted(comparison: Comparison) -> Iterator[Message]:
    users, of_groups = _matched(comparison, "taken-over")
    if users or of_groups:
        yield Message(
            "accounts-adopted",
            people=users,
            groups=of_groups,
            marked=_marked_otherwise(comparison) if users else 0,
        )


def _marked_otherwise(comparison: Comparison) -> int:
    """How many people who are taken over have an external id that neither the directory nor this job gave them."""
    count = 0
    for one in comparison.people:
        if comparison.how.get(("user", one.source_id)) == "taken-over":
            mark = comparison.pairs[one.source_id].resource.get("externalId")
            count += bool(mark) and mark != one.resource.get("externalId")
    return count


def _inherited(comparison: Comparison) -> Iterator[Message]:
    users, of_groups = _matched(comparison, "inherited")
    if users or of_groups:
        yield Message("accounts-inherited", people=users, groups=of_groups)


def _waiting(comparison: Comparison, going: Sequence[Link]) -> Iterator[Message]:
    count = waiting(comparison.job, going, comparison.moment)
    if count:
        yield Message("deleted-later", people=count, days=comparison.job.policy.delete_after_days)


def _left(comparison: Comparison, going: Sequence[Link], gone: Sequence[Link]) -> Iterator[Message]:
    users = len(going) if leaver_action(comparison.job) is LeaverAction.LEAVE else 0
    of_groups = 0 if groups_are_deleted(comparison.job) else len(gone)
    if users or of_groups:
        by_mappings = bool(comparison.job.policy.leavers is not LeaverAction.LEAVE and users)
        yield Message("left-in-aws", people=users, groups=of_groups, by_mappings=by_mappings)


def _lost_columns(comparison: Comparison) -> Iterator[Message]:
    """Source attributes that linked people have values from, and that the directory no longer has."""
    known = comparison.snapshot.attributes
    rows = [row for row in comparison.job.mappings.users if known and row.kind is not MappingKind.NONE]
    missing = {row.target: unknown_sources(row, known) for row in rows if row.matching_priority == 0}
    filled = [link for link in comparison.links.values() if link.kind == "user"]
    lost: dict[str, None] = {}
    concerned = set()
    for target, names in missing.items():
        having = {link.source_id for link in filled if target in link.confirmed} if names else set()
        if having:
            lost |= dict.fromkeys(names)
            concerned |= having
    if lost:
        yield Message("lost-columns", columns=tuple(lost), people=len(concerned))


def _foreign(comparison: Comparison, changes: Mapping[str, GroupChanges]) -> Iterator[Message]:
    ours = {link.target_id for link in comparison.links.values()}
    pairs = (comparison.pairs, comparison.group_pairs, comparison.blocked_pairs)
    ours |= {found.id for side in pairs for found in side.values()}
    ours |= {held.target_id for held in comparison.held_back} | comparison.own  # named as what they are
    ours |= comparison.waiting
    users, of_groups = len(comparison.reading.users.keys() - ours), len(comparison.reading.groups.keys() - ours)
    if users or of_groups:
        yield Message("foreign-objects", people=users, groups=of_groups)
    members = sum(change.foreign for change in changes.values())
    if members:
        yield Message("foreign-members", memberships=members)


def _adapted(comparison: Comparison) -> Iterator[Message]:
    changed = [one for one in (*comparison.people, *comparison.groups) if one.notes]
    if changed:
        users = sum(one.kind == "user" for one in changed)
        examples = tuple((one.label, one.notes) for one in changed[:_EXAMPLES])
        yield Message("values-adapted", people=users, groups=len(changed) - users, examples=examples)


def _source(comparison: Comparison) -> Iterator[Message]:
    nested = sum(len(group.nested) for group in comparison.scope.groups)
    if nested:
        yield Message("nested-groups", groups=nested)
    remarks = [problem for problem in comparison.snapshot.problems if not problem.excluded]
    if remarks:
        examples = tuple((found.line, found.column, found.message) for found in remarks[:_EXAMPLES])
        yield Message("row-remarks", rows=len(remarks), examples=examples)
