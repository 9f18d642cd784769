"""Groups and their members, from a column of the people's file or from a second file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import NamedTuple

from wizard.directory import AttributeValue, DirectoryGroup, FileEnd, RowProblem
from wizard.entra_names import spelling_key
from wizard.errors import Message, WizardError
from wizard.names import composed, name_key
from wizard.progress import RowProgress
from wizard.sources.columns import recognised
from wizard.sources.decoding import NameWatch
from wizard.sources.ldap import OtherEntries, is_dn, split_dns
from wizard.sources.people import References
from wizard.sources.table import Cell, Ending, Table


class Membership(NamedTuple):
    """A row that adds a member to a group."""

    line: int
    group: str
    """Name of the group."""
    group_id: str = ""
    member: str = ""
    """Name of the member; "" = the row only says that the group exists."""
    source_id: str = ""
    """The member's source id, if already known."""
    kind: str = ""
    """Kind of member in lower case, if the file has it: "user", "group", "device"."""
    column: str = ""
    """Heading of the member's column."""


@dataclass(slots=True)
class Grouping:
    """Groups with their problems and notes."""

    groups: tuple[DirectoryGroup, ...] = ()
    problems: list[RowProblem] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)
    ends: tuple[FileEnd, ...] = ()
    unsure: Message | None = None


@dataclass(slots=True)
class _Group:
    id: str
    name: str
    members: dict[str, None] = field(default_factory=dict)
    nested: dict[str, None] = field(default_factory=dict)
    spellings: dict[str, None] = field(default_factory=dict)

    def whole(self, has_id: bool) -> DirectoryGroup:
        attributes: dict[str, AttributeValue] = {"displayName": self.name}
        if has_id:
            attributes["objectId"] = self.id
        return DirectoryGroup(self.id, attributes, tuple(self.members), tuple(self.nested))


def grouped(memberships: Sequence[Membership], references: References, left_out: Iterable[str] = ()) -> Grouping:
    """The groups of these memberships; `left_out` are the names of people whose rows have problems."""
    grouping = Grouping()
    absent = {name_key(name) for name in left_out}
    ids = _ids_by_name(memberships)
    names = {*ids, *(name_key(group_id) for of_name in ids.values() for group_id in of_name)}
    groups: dict[str, _Group] = {}
    known: dict[tuple[str, str], _Group] = {}
    for row in memberships:
        group = known.get((row.group, row.group_id))
        if group is None:
            name = row.group.strip()
            group_id = row.group_id or _only(ids[name_key(name)])
            group = groups.setdefault(name_key(group_id or name), _Group(group_id or name, name))
            group.spellings[name] = None
            known[row.group, row.group_id] = group
        _add_member(row, group, references, names, absent, grouping)
    grouping.groups = tuple(
        group.whole(bool(_only(ids[_folded(group.name)])) or group.id != group.name) for group in groups.values()
    )
    grouping.notes += [
        Message("group-spelled-differently", spellings=tuple(group.spellings), name=group.name)
        for group in groups.values()
        if len(group.spellings) > 1
    ]
    return grouping


def _add_member(
    row: Membership,
    group: _Group,
    references: References,
    names: set[str],
    absent: set[str],
    grouping: Grouping,
) -> None:
    if not (row.member or row.source_id):
        return
    source_id = row.source_id or ("" if row.kind == "group" else references.find(row.member))
    if source_id:
        group.members[source_id] = None
    elif row.kind == "group" or (source_id == "" and not row.kind and _folded(row.member) in names):
        group.nested[row.member.strip()] = None
    else:
        grouping.problems.append(_not_found(row, source_id, name_key(row.member.strip()) in absent))


def _not_found(row: Membership, source_id: str | None, is_left_out: bool) -> RowProblem:
    if row.kind not in ("", "user", "member", "guest"):
        message = Message("member-of-another-kind", member=row.member, kind=row.kind, group=row.group)
    elif source_id is None:
        message = Message("member-ambiguous", member=row.member, group=row.group)
    elif is_left_out:
        message = Message("member-with-row-problem", member=row.member, group=row.group)
    else:
        message = Message("member-not-in-file", member=row.member, group=row.group)
    return RowProblem(
        row.line, row.column, message, label=row.group, user_name=row.member, excluded=False, of_group=True
    )


def _ids_by_name(memberships: Iterable[Membership]) -> dict[str, dict[str, None]]:
    """Folded name of each group -> its ids."""
    ids: dict[str, dict[str, None]] = {}
    for name, group_id in dict.fromkeys((row.group, row.group_id) for row in memberships):
        known = ids.setdefault(_folded(name), {})
        if group_id:
            known[group_id] = None
    return ids


def _only(ids: dict[str, None]) -> str:
    """The only id of a name, or "" for none or several."""
    return next(iter(ids)) if len(ids) == 1 else ""


def _folded(name: str) -> str:
    return name_key(name.strip())


def names_in_cells(
    cells: Sequence[tuple[int, str, str | tuple[str, ...]]], heading: str, others: OtherEntries
) -> tuple[list[Membership], list[Message]]:
    """(memberships, notes) from a column with names of groups; `others` are groups that have entries of their own.

    Semicolons, vertical bars and line breaks separate names. Commas do so only if the column has no other separator and
    a part of each cell with commas also appears in another cell.
    """
    if cells and all(is_dn(part) for _, _, cell in cells for part in split_dns(cell)[:1]):
        return _by_distinguished_names(cells, heading, others), []
    texts = [cell for _, _, cell in cells if isinstance(cell, str)]
    separators = [mark for mark in (";", "|", "\n") if any(mark in text for text in texts)]
    notes: list[Message] = []
    if not separators and any("," in text for text in texts):
        if _commas_separate(set(texts)):
            separators = [","]
        else:
            notes.append(Message("commas-in-group-names", heading=heading))
    memberships = [
        Membership(line, name, source_id=source_id, column=heading)
        for line, source_id, cell in cells
        for name in dict.fromkeys(_split(cell, separators))
    ]
    return memberships, notes


def _by_distinguished_names(
    cells: Sequence[tuple[int, str, str | tuple[str, ...]]], heading: str, others: OtherEntries
) -> list[Membership]:
    """Memberships from `memberOf`: a group is called by the first part of its distinguished name."""
    names = others.names(dn for _, _, cell in cells for dn in split_dns(cell))
    return [
        Membership(line, names[dn], source_id=source_id, column=heading)
        for line, source_id, cell in cells
        for dn in dict.fromkeys(split_dns(cell))
    ]


def memberships_of_entries(
    cells: Sequence[tuple[int, str, str | tuple[str, ...]]], others: OtherEntries
) -> list[Membership]:
    """Memberships from the entries of groups; `cells` of `memberOf`, because a group has one name in both."""
    names = others.names(
        dn for _, _, cell in cells if isinstance(cell, tuple) or is_dn(cell) for dn in split_dns(cell)
    )
    groups = {name_key(group.dn): names[group.dn] for group in others.groups if group.dn}
    memberships: list[Membership] = []
    for group in others.groups:
        name = names[group.dn] if group.dn else group.name
        memberships.append(Membership(group.line, name))
        for member in group.members:
            key = name_key(member)
            if key in groups:
                memberships.append(Membership(group.line, name, member=groups[key], kind="group", column="member"))
            else:
                kind = others.kinds.get(key, "")
                memberships.append(Membership(group.line, name, member=member, kind=kind, column="member"))
    return memberships


def _split(cell: str | tuple[str, ...], separators: Sequence[str]) -> list[str]:
    if isinstance(cell, tuple):
        return [part.strip() for part in cell if part.strip()]
    for mark in separators[1:]:
        cell = cell.replace(mark, separators[0])
    parts = cell.split(separators[0]) if separators else [cell]
    return [part.strip() for part in parts if part.strip()]


def _commas_separate(cells: set[str]) -> bool:
    """Whether a part of every cell with commas also appears in a different cell."""
    cells_of: dict[str, set[str]] = {}
    for cell in cells:
        for part in cell.split(","):
            cells_of.setdefault(_folded(part), set()).add(cell)
    return all(
        any(len(cells_of[_folded(part)]) > 1 for part in cell.split(",") if part.strip())
        for cell in cells
        if "," in cell
    )


# The members file

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
"""Attributes that may name a member if no column has the heading member."""


@dataclass(frozen=True, slots=True)
class _Places:
    """Columns of a members file; -1 = none."""

    group: int
    group_id: int
    members: tuple[int, ...]
    """The first of them with a value names the member."""
    kind: int


def memberships_of(
    table: Table, progress: RowProgress, watch: NameWatch
) -> tuple[list[Membership], list[RowProblem], list[Message], tuple[FileEnd, ...]]:
    """(memberships, problems, notes, end) of a members file; raises `WizardError` if a column is missing."""
    others = OtherEntries(table.headings)
    if others.has_groups:
        return _of_ldap_export(table, progress, others)
    places = _places(table)
    title = composed(PurePath(table.name).stem)
    notes = list(table.notes)
    if places.group < 0:
        notes.append(Message("members-file-of-one-group", file=table.name, group=title))
    memberships: list[Membership] = []
    problems: list[RowProblem] = []
    ending = Ending(table)
    column = table.headings[places.members[0]]
    for line, cells, cut in ending.rows(progress):
        if cut:
            message = Message("members-row-cut-off", file=table.name)
            problems.append(RowProblem(line, "", message, of_group=True, cut=True))
            continue
        group = _text(cells, places.group) if places.group >= 0 else title
        group_id = _text(cells, places.group_id)
        if watch.encoding:
            watch.see((group,))
        members = _members(cells, places)
        if not group and not group_id:
            problems.append(_without_group(table, line, places, members))
            continue
        kind = ""
        if places.kind >= 0:
            kind = _text(cells, places.kind).casefold().removeprefix("#microsoft.graph.")
        memberships += [
            Membership(line, group or group_id, group_id, member, "", kind, column) for member in members or [""]
        ]
    return memberships, problems, notes, ending.of("members")


def _places(table: Table) -> _Places:
    member = _place(table, _MEMBER)
    members = (member,) if member >= 0 else _people_columns(table)
    group = _place(table, _GROUP)
    group_id = _place(table, _GROUP_ID)
    if table.has_objects and group < 0 and member >= 0:  # Graph's groups: id, displayName, members
        group, group_id = _place(table, ("displayName", "name")), _place(table, ("id", "objectId"))
    if group < 0 and group_id < 0 and member >= 0 and not table.is_template and len(table.headings) > 1:
        raise WizardError("members-file-without-group", file=table.name, headings=table.headings[:8])
    if not members:
        raise WizardError("members-file-without-member", file=table.name, headings=table.headings[:8])
    return _Places(group if group >= 0 else group_id, group_id, members, _place(table, _KIND))


def _of_ldap_export(
    table: Table, progress: RowProgress, others: OtherEntries
) -> tuple[list[Membership], list[RowProblem], list[Message], tuple[FileEnd, ...]]:
    """As `memberships_of`, of an LDIF or csvde file whose entries are groups; entries of people are not needed."""
    ending = Ending(table)
    problems: list[RowProblem] = []
    for line, cells, cut in ending.rows(progress):
        if cut:
            message = Message("members-row-cut-off", file=table.name)
            problems.append(RowProblem(line, "", message, of_group=True, cut=True))
        else:
            others.add(line, cells)
    return memberships_of_entries((), others), problems, list(table.notes), ending.of("members")


def _people_columns(table: Table) -> tuple[int, ...]:
    """The columns that name people in an export: user principal name, object id, e-mail, employee id."""
    attributes = [recognised(heading) for heading in table.headings]
    return tuple(attributes.index(name) for name in _PERSON if name in attributes)


def _place(table: Table, spellings: tuple[str, ...]) -> int:
    wanted = {spelling_key(spelling) for spelling in spellings}
    keys = [spelling_key(heading.partition("[")[2].partition("]")[0] or heading) for heading in table.headings]
    return next((place for place, found in enumerate(keys) if found in wanted), -1)


def _members(cells: Sequence[Cell], places: _Places) -> list[str]:
    for place in places.members:
        cell = _cell(cells, place)
        names = [cell.strip()] if isinstance(cell, str) else [name.strip() for name in cell]
        if names := [name for name in names if name]:
            return names
    return []


def _without_group(table: Table, line: int, places: _Places, members: list[str]) -> RowProblem:
    return RowProblem(
        line,
        table.headings[places.group],
        Message("members-row-without-group", file=table.name),
        label=", ".join(members),
        excluded=False,
        of_group=True,
    )


def _cell(cells: Sequence[Cell], place: int) -> Cell:
    return cells[place] if 0 <= place < len(cells) else ""


def _text(cells: Sequence[Cell], place: int) -> str:
    cell = _cell(cells, place)
    return cell.strip() if isinstance(cell, str) else ""
