"""Memberships become groups: who is in which, which groups stand in groups, and who could not be found."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from wizard.directory import AttributeValue, DirectoryGroup, RowProblem
from wizard.sources.references import References


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
        one.line, one.column, sentence, label=one.group, user_name=one.member, excluded=False, of_group=True
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
