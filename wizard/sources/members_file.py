"""The second file: rows of group and member, or Entra's list of one group's members."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from wizard.directory import RowProblem
from wizard.entra_names import spelling_key
from wizard.errors import WizardError
from wizard.sources.columns import recognised
from wizard.sources.groups import Membership
from wizard.sources.table import CUT_OFF, Cell, Table
from wizard.sources.ticker import Ticker

_GROUP = (
    "group",
    "group name",
    "group display name",
    "groups",
    "team",
    "gruppe",
    "gruppenname",
    "groupe",
    "grupo",
)
_GROUP_ID = ("group id", "group object id", "group guid", "gruppen-id")
_MEMBER = (
    *("member", "members", "member upn", "member id", "member object id", "member email", "memberObjectIdOrUpn"),
    *("user", "person", "mitglied", "membre", "miembro"),
)
_KIND = ("member type", "object type", "type", "@odata.type")
_PERSON = ("userPrincipalName", "objectId", "mail", "employeeId")
"""What may name a member where no column is headed member."""


@dataclass(frozen=True, slots=True)
class _Places:
    """Columns of a members file; -1 where there is none."""

    group: int
    group_id: int
    members: tuple[int, ...]
    """The first one with a value names the member."""
    kind: int


def memberships_of(table: Table, ticker: Ticker) -> tuple[list[Membership], list[RowProblem], list[str]]:
    """(memberships, problems, notes) of a members file; raises `WizardError` where it lacks a column."""
    places = _places(table)
    title = PurePath(table.name).stem
    notes = list(table.notes)
    if places.group < 0:
        notes.append(
            f"{table.name} names no group, so all its members were taken for members of a group called {title}, "
            "as the file is."
        )
    memberships: list[Membership] = []
    problems: list[RowProblem] = []
    for line, cells, cut in table.rows():
        ticker.at(line)
        if cut:
            problems.append(RowProblem(line, "", f"{table.name}: {CUT_OFF}", of_group=True, cut=True))
            continue
        group = _text(cells, places.group) if places.group >= 0 else title
        group_id = _text(cells, places.group_id)
        members = list(_members(cells, places))
        if not group and not group_id:
            problems.append(_without_group(table, line, places, members))
            continue
        kind = _text(cells, places.kind).casefold().removeprefix("#microsoft.graph.")
        column = table.headings[places.members[0]]
        memberships += [
            Membership(line, group or group_id, group_id, member, kind=kind, column=column)
            for member in members or [""]
        ]
    return memberships, problems, notes


def _places(table: Table) -> _Places:
    member = _place(table, _MEMBER)
    members = (member,) if member >= 0 else _people_columns(table)
    group = _place(table, _GROUP)
    group_id = _place(table, _GROUP_ID)
    if table.has_objects and group < 0 and member >= 0:  # Graph's groups: id, displayName, members
        group, group_id = _place(table, ("displayName", "name")), _place(table, ("id", "objectId"))
    if group < 0 and group_id < 0 and member >= 0 and not table.is_template and len(table.headings) > 1:
        raise _lacks(table, "group", "the group")
    if not members:
        raise _lacks(table, "member", "the member, by user principal name or id")
    return _Places(group if group >= 0 else group_id, group_id, members, _place(table, _KIND))


def _people_columns(table: Table) -> tuple[int, ...]:
    """The columns of an export that lists people: its user principal name, else its id …"""
    attributes = [recognised(heading) for heading in table.headings]
    return tuple(attributes.index(name) for name in _PERSON if name in attributes)


def _place(table: Table, spellings: tuple[str, ...]) -> int:
    wanted = {spelling_key(spelling) for spelling in spellings}
    keys = [spelling_key(heading.partition("[")[2].partition("]")[0] or heading) for heading in table.headings]
    return next((place for place, found in enumerate(keys) if found in wanted), -1)


def _lacks(table: Table, column: str, what: str) -> WizardError:
    return WizardError(
        f"{table.name} has no column {column}",
        f"Its first line should be group,member: no column names {what}. Found: {', '.join(table.headings[:8])}. "
        "Nothing was changed.",
    )


def _members(cells: Sequence[Cell], places: _Places) -> Iterator[str]:
    for place in places.members:
        cell = _cell(cells, place)
        names = [name.strip() for name in ((cell,) if isinstance(cell, str) else cell) if name.strip()]
        if names:
            yield from names
            return


def _without_group(table: Table, line: int, places: _Places, members: list[str]) -> RowProblem:
    return RowProblem(
        line,
        table.headings[places.group],
        f"This row of {table.name} names no group, so it was left out.",
        label=", ".join(members),
        excluded=False,
        of_group=True,
    )


def _cell(cells: Sequence[Cell], place: int) -> Cell:
    return cells[place] if 0 <= place < len(cells) else ""


def _text(cells: Sequence[Cell], place: int) -> str:
    cell = _cell(cells, place)
    return cell.strip() if isinstance(cell, str) else ""
