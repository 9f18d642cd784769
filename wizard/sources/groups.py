"""Memberships become groups: who is in which, which groups stand in groups, and who could not be found."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from wizard.directory import AttributeValue, DirectoryGroup, RowProblem
from wizard.entra_names import spelling_key
from wizard.errors import WizardError, recorded
from wizard.progress import RowProgress
from wizard.sources.columns import recognised
from wizard.sources.people import References
from wizard.sources.table import CUT_OFF, Cell, Table


@dataclass(frozen=True, slots=True)
class Membership:
    """One line that puts somebody into a group."""

    line: int
    group: str
    """Name of the group."""
    group_id: str = ""
    member: str = ""
    """What the member is called; "" = the line only tells that the group is there."""
    source_id: str = ""
    """The member's source id, where it is known already."""
    kind: str = ""
    """Kind of member in lower case, where the file tells: "user", "group", "device" …"""
    column: str = ""
    """Heading of the member's column."""


@dataclass(slots=True)
class Grouping:
    """Groups, and what was found wrong on the way."""

    groups: tuple[DirectoryGroup, ...] = ()
    problems: list[RowProblem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


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
    """The groups of these memberships; `left_out` are names of people whose rows could not be taken."""
    found = Grouping()
    absent = {name.casefold() for name in left_out}
    ids = _ids_by_name(memberships)
    names = {_folded(one.group) for one in memberships} | {one.group_id.casefold() for one in memberships}
    groups: dict[str, _Group] = {}
    for one in memberships:
        group_id = one.group_id or _only(ids[_folded(one.group)])
        name = one.group.strip()
        group = groups.setdefault((group_id or _folded(name)).casefold(), _Group(group_id or name, name))
        group.spellings[name] = None
        _put(one, group, references, names, absent, found)
    found.groups = tuple(
        group.whole(bool(_only(ids[_folded(group.name)])) or group.id != group.name) for group in groups.values()
    )
    found.notes += [_one_group(group) for group in groups.values() if len(group.spellings) > 1]
    return found


def _put(
    one: Membership, group: _Group, references: References, names: set[str], absent: set[str], found: Grouping
) -> None:
    if not (one.member or one.source_id):
        return
    source_id = one.source_id or ("" if one.kind == "group" else references.find(one.member))
    if source_id:
        group.members[source_id] = None
    elif one.kind == "group" or (source_id == "" and not one.kind and _folded(one.member) in names):
        group.nested[one.member.strip()] = None
    else:
        found.problems.append(_not_found(one, source_id, one.member.strip().casefold() in absent))


def _not_found(one: Membership, source_id: str | None, is_left_out: bool) -> RowProblem:
    if one.kind not in ("", "user", "member", "guest"):
        sentence = f"{one.member} is a {one.kind}, not a person; it is left out of the group {one.group}."
    elif source_id is None:
        sentence = f"{one.member} may be several people; nobody was put into the group {one.group} for it."
    elif is_left_out:
        sentence = f"The row of {one.member} could not be taken, so the group {one.group} is without this person."
    else:
        sentence = f"{one.member} is not among the people of the file, so the group {one.group} is without them."
    return RowProblem(
        one.line,
        one.column,
        recorded(sentence),
        label=one.group,
        user_name=one.member,
        excluded=False,
        of_group=True,
    )


def _ids_by_name(memberships: Iterable[Membership]) -> dict[str, dict[str, None]]:
    ids: dict[str, dict[str, None]] = {}
    for one in memberships:
        known = ids.setdefault(_folded(one.group), {})
        if one.group_id:
            known[one.group_id] = None
    return ids


def _only(ids: dict[str, None]) -> str:
    """The one id of a name, or "" where it has none, or several."""
    return next(iter(ids)) if len(ids) == 1 else ""


def _one_group(group: _Group) -> str:
    spelled = ", ".join(group.spellings)
    return f"{spelled} were taken for one group; it is called {group.name}."


def _folded(name: str) -> str:
    return name.strip().casefold()


def names_in_cells(
    cells: Sequence[tuple[int, str, str | tuple[str, ...]]], heading: str
) -> tuple[list[Membership], list[str]]:
    """Memberships out of a column with names of groups, and what must be said of it.

    Semicolons, vertical bars and line breaks separate names. A comma does so only where the column
    leaves no other reading: no other separator in it, and a part of each such cell also stands elsewhere.
    """
    texts = [cell for _, _, cell in cells if isinstance(cell, str)]
    separators = [mark for mark in (";", "|", "\n") if any(mark in text for text in texts)]
    notes: list[str] = []
    if not separators and any("," in text for text in texts):
        if _commas_separate(set(texts)):
            separators = [","]
        else:
            notes.append(
                f"Commas in the column {heading} were taken for parts of a group's name. "
                "Separate groups with semicolons where that is wrong."
            )
    memberships = [
        Membership(line, name, source_id=source_id, column=heading)
        for line, source_id, cell in cells
        for name in dict.fromkeys(_split(cell, separators))
    ]
    return memberships, notes


def _split(cell: str | tuple[str, ...], separators: Sequence[str]) -> list[str]:
    if isinstance(cell, tuple):
        return [part.strip() for part in cell if part.strip()]
    for mark in separators[1:]:
        cell = cell.replace(mark, separators[0])
    parts = cell.split(separators[0]) if separators else [cell]
    return [part.strip() for part in parts if part.strip()]


def _commas_separate(cells: set[str]) -> bool:
    """Whether a part of every cell with commas also stands in a different cell."""
    homes: dict[str, set[str]] = {}
    for cell in cells:
        for part in cell.split(","):
            homes.setdefault(_folded(part), set()).add(cell)
    return all(
        any(len(homes[_folded(part)]) > 1 for part in cell.split(",") if part.strip())
        for cell in cells
        if "," in cell
    )


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


def memberships_of(table: Table, progress: RowProgress) -> tuple[list[Membership], list[RowProblem], list[str]]:
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
        progress.at(line)
        if cut:
            problems.append(RowProblem(line, "", recorded(f"{table.name}: {CUT_OFF}"), of_group=True, cut=True))
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
        recorded(f"This row of {table.name} names no group, so it was left out."),
        label=", ".join(members),
        excluded=False,
        of_group=True,
    )


def _cell(cells: Sequence[Cell], place: int) -> Cell:
    return cells[place] if 0 <= place < len(cells) else ""


def _text(cells: Sequence[Cell], place: int) -> str:
    cell = _cell(cells, place)
    return cell.strip() if isinstance(cell, str) else ""
