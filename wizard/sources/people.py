"""From rows to people: values, problems of rows, and references to other people."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from wizard.directory import AttributeValue, Column, FileEnd, RowProblem, StatusColumn
from wizard.entra_names import guest_user_name
from wizard.errors import Message
from wizard.names import name_key
from wizard.sources.columns import GROUPS, LEFT_OUT, Layout, unused_status_places
from wizard.sources.decoding import NameWatch
from wizard.sources.ldap import OtherEntries, from_hex
from wizard.sources.limits import KEPT_LONGEST
from wizard.sources.status import StatusReader
from wizard.sources.table import UNSTORED, Cell, Row, Table

_TOTALS = re.compile(
    r"(grand\s+)?(totals?|summe|gesamt|gesamtsumme|insgesamt|anzahl|count|sum|somme|suma|итого|всего|合計|总计)"
    r"(\s+\w+)?\s*[:=]?\s*[\d.,' ]*",
    re.IGNORECASE,
)
_EXCEL_ERRORS = {"#N/A", "#NV", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"}
_SHORTENED = re.compile(r"\d(?:[.,]\d+)?E\+\d+", re.IGNORECASE)
_TYPE_NAME = re.compile(r"(?:System|Microsoft)\.[\w.]+(?:\[\]|`\d+\[.*\])?")
"""What PowerShell writes in place of a collection."""
_BRACES = re.compile(r"\{([^{},]*)\}")
"""One value of a collection as PowerShell displays it."""
_ODD = frozenset("SMX{#")
"""First characters of values that a tool may have left: names of types, hexadecimal, braces, Excel's errors."""
_NAMES = ("displayName", "givenName", "surname")
_LINES = 10
"""Lines of others with the same identity that a problem names."""
_SHARED = 1000
"""Distinct values of a column that share one string object (departments, cities, countries), to save memory."""


@dataclass(slots=True)
class Person:
    """A person while the file is read."""

    id: str
    enabled: bool
    attributes: dict[str, AttributeValue]
    line: int


@dataclass(slots=True)
class People:
    """The people of all rows, before references between them are resolved."""

    persons: list[Person] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)
    groups: list[tuple[int, str, Cell]] = field(default_factory=list)
    """(line, person's id, cell) of the column with names of groups."""
    columns: tuple[Column, ...] = ()
    status: tuple[StatusColumn, ...] = ()
    unsure: Message | None = None
    ends: tuple[FileEnd, ...] = ()
    others: OtherEntries = field(default_factory=lambda: OtherEntries(()))
    """Entries of an LDAP export that are not people."""
    held: list[Person] = field(default_factory=list)
    """People of rows with a problem: they are not read, but references to them are valid."""


class RowReader:
    """Reads rows into `people`."""

    def __init__(self, table: Table, layout: Layout) -> None:
        self.people = People(others=OtherEntries(table.headings))
        self._table, self._layout = table, layout
        self._plain = [
            (place, attribute)
            for place, attribute in enumerate(layout.attributes)
            if attribute not in (LEFT_OUT, GROUPS, "accountEnabled")
        ]
        self._plain += layout.besides
        self._status = StatusReader(layout.status)
        self._groups = layout.places(GROUPS)
        besides = {place for place, _ in layout.besides}
        self._counted = tuple({*layout.places("accountEnabled"), *self._groups} - besides)
        self._folds = layout.identity in ("userPrincipalName", "mail")
        self._filled = [0] * len(layout.headings)
        self._attend(table, layout)
        self._shared: list[dict[str, str]] = [{} for _ in layout.headings]
        self._short: list[int] = []
        self._width = 0
        """Largest number of cells in a row: that of the headings, or of the first row if it ends with separators."""
        self._seen: dict[str, int] = {}
        self._twice: dict[str, list[int]] = {}

    def _attend(self, table: Table, layout: Layout) -> None:
        """Find what rows are looked at for besides their attributes."""
        self._kept = [place for place, name in enumerate(layout.attributes) if name != LEFT_OUT]
        self._watch = NameWatch(table.name, table.guess)
        self._made_names: list[int] = []
        self._besides: list[int] = []
        self._left_out: dict[tuple[str, str], int] = {}

    def add(self, row: Row) -> bool:
        """Add a row as a person or a problem; False for a row that is not about a person, which a note mentions."""
        if self.people.others.add(row.line, row.cells):
            return False
        attributes = self._attributes(row)
        if self._is_no_person(row, attributes):
            return False
        if len(row.cells) < len(self._layout.headings) and not row.cut:
            self._short.append(row.line)
        self._width = self._width or max(len(self._layout.headings), len(row.cells))
        for place in self._counted:
            if place < len(row.cells) and row.cells[place]:
                self._filled[place] += 1
        self._add_person(row, attributes)
        return True

    def _add_person(self, row: Row, attributes: dict[str, AttributeValue]) -> None:
        identity = self._identity(attributes)
        self._fill_in(attributes, row.line)
        fault = self._fault(row, identity)
        enabled: bool | None = True
        if not fault:
            enabled, column, text = self._status.read(row.cells)
            if enabled is None:
                code = "status-unclear" if text else "status-empty"
                fault = column, Message(code, heading=column, value=text[:100])
        if fault:
            problem = self._problem(row.line, fault[0], fault[1], attributes, identity)
            cells = tuple(cell for cell in row.cells if isinstance(cell, str)) if not fault[0] else ()
            self.people.problems.append(replace(problem, cells=cells, cut=row.cut))
            if identity:
                self.people.held.append(Person(identity, False, attributes, row.line))
            return
        attributes["accountEnabled"] = bool(enabled)
        if self._watch.encoding:
            self._watch.see(attributes.get(name) for name in _NAMES)
        self._keep(Person(identity, bool(enabled), attributes, row.line), row.cells)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns that are read, with the number of rows that have a value."""
        layout = self._layout
        return tuple(
            Column(heading, attribute, filled)
            for heading, attribute, filled in zip(layout.headings, layout.attributes, self._filled, strict=True)
            if attribute != LEFT_OUT
        )

    def finish(self) -> People:
        """Return the people; all who share an identity become problems."""
        self._add_notes()
        if self._short and self._table.is_text:
            self.people.notes.append(Message("short-rows", count=len(self._short), line=self._short[0]))
        if self._twice:
            shared = {place for places in self._twice.values() for place in places}
            for places in self._twice.values():
                lines = [self.people.persons[place].line for place in places]
                for place in places:
                    self._add_duplicate(self.people.persons[place], lines)
            self.people.persons = [
                person for place, person in enumerate(self.people.persons) if place not in shared
            ]
        self.people.columns = self.columns
        self.people.status = self._status.columns()
        if self.people.persons or self.people.held:
            self.people.notes += self._status.notes()
        self.people.problems.sort(key=lambda problem: problem.line)
        return self.people

    def _add_notes(self) -> None:
        notes, headings = self.people.notes, self._layout.headings
        if self._made_names:
            notes.append(Message("display-name-made", count=len(self._made_names), line=self._made_names[0]))
        if self._besides:
            notes.append(Message("cells-beside-table", count=len(self._besides), line=self._besides[0]))
        notes += [Message(code, heading=heading, count=count) for (code, heading), count in self._left_out.items()]
        notes += [
            Message("status-column-not-used", heading=headings[place])
            for place in unused_status_places(self._layout)
            if self._filled[place]
        ]
        guess = self._watch.note()
        self.people.unsure = self._watch.unsure()
        if guess is not None:
            notes.append(guess)

    def _keep(self, person: Person, cells: Sequence[Cell]) -> None:
        place, folded = len(self.people.persons), name_key(person.id)
        first = self._seen.setdefault(folded, place)
        if first != place:
            self._twice.setdefault(folded, [first]).append(place)
        self.people.persons.append(person)
        for column in self._groups:
            if column < len(cells) and cells[column]:
                self.people.groups.append((person.line, person.id, cells[column]))

    def _add_duplicate(self, person: Person, lines: Sequence[int]) -> None:
        others = tuple(line for line in lines[: _LINES + 1] if line != person.line)[:_LINES]
        message = Message("identity-repeated", identity=person.id, lines=others)
        self.people.problems.append(
            self._problem(person.line, self._layout.identity_heading, message, person.attributes, person.id)
        )
        self.people.held.append(person)

    def _attributes(self, row: Row) -> dict[str, AttributeValue]:
        cells, width, filled = row.cells, len(row.cells), self._filled
        attributes: dict[str, AttributeValue] = {}
        for place, attribute in self._plain:
            if place >= width:
                break
            cell = cells[place]
            if not cell:
                continue
            value = cell.strip() if isinstance(cell, str) else _several(cell)
            if not value:
                continue
            if isinstance(value, str):
                shared = self._shared[place]
                if (known := shared.get(value)) is not None:
                    value = known
                elif value[0] in _ODD or len(value) > KEPT_LONGEST:
                    value = self._without_error(row.line, place, self._plain_value(place, value))
                    if not value:
                        continue
                if known is None and len(shared) < _SHARED:
                    shared[value] = value
            filled[place] += 1
            before = attributes.get(attribute)
            attributes[attribute] = value if before is None else _joined(before, value)
        return attributes

    def _without_error(self, line: int, place: int, value: str) -> str:
        """The value; "" for an error that Excel shows, with a remark."""
        if value not in _EXCEL_ERRORS:
            return value
        self._filled[place] += 1
        message = Message("excel-error-left-out", error=value)
        self.people.problems.append(RowProblem(line, self._layout.headings[place], message, excluded=False))
        return ""

    def _plain_value(self, place: int, value: str) -> str:
        """A value without what a tool left around or instead of it; "" = left out, with a note."""
        binary = from_hex(value) if value[0] == "X" else None
        braced = _BRACES.fullmatch(value) if value[0] == "{" else None
        if binary:
            return binary
        if braced and not braced[1].endswith(("…", "...")):
            return braced[1].strip()
        if len(value) > KEPT_LONGEST or binary == "":
            code = "long-values-left-out"
        elif braced or _TYPE_NAME.fullmatch(value):
            code = "type-names-left-out"
        else:
            return value
        key = code, self._layout.headings[place]
        self._left_out[key] = self._left_out.get(key, 0) + 1
        return ""

    def _identity(self, attributes: dict[str, AttributeValue]) -> str:
        value = attributes.get(self._layout.identity, "")
        text = value if isinstance(value, str) else ""
        return name_key(text) if self._folds else text

    def _fill_in(self, attributes: dict[str, AttributeValue], line: int) -> None:
        """Derive user names of guests and from e-mail addresses, and display names from first and last names."""
        if self._layout.user_name_from_mail and isinstance(attributes.get("mail"), str):
            attributes["userPrincipalName"] = attributes["mail"]
        name = attributes.get("userPrincipalName")
        if isinstance(name, str):
            attributes.setdefault("originalUserPrincipalName", name)
            if "#" in name:
                attributes["userPrincipalName"] = guest_user_name(name)
        if "displayName" not in attributes:
            parts = (attributes.get("givenName"), attributes.get("surname"))
            made = " ".join(part for part in parts if isinstance(part, str))
            if made:
                attributes["displayName"] = made
                self._made_names.append(line)

    def _fault(self, row: Row, identity: str) -> tuple[str, Message] | None:
        """(column, message) why this row is not a person, or None."""
        width, heading = len(self._layout.headings), self._layout.identity_heading
        if row.cut:
            return "", Message("row-cut-off")
        if self._table.is_sheet:
            unstored = next((at for at in self._kept if at < len(row.cells) and row.cells[at] is UNSTORED), None)
            if unstored is not None:
                column = self._layout.headings[unstored]
                return column, Message("formula-without-value", heading=column)
            if any(row.cells[width:]):
                self._besides.append(row.line)
        elif len(row.cells) > width and (
            any(row.cells[width:]) or (self._table.is_text and len(row.cells) > self._width)
        ):
            return "", Message("row-too-long", cells=len(row.cells), headings=width)
        if not identity:
            return heading, Message("identity-empty", heading=heading)
        if _SHORTENED.fullmatch(identity):
            return heading, Message("number-shortened-by-excel")
        return None

    def _is_no_person(self, row: Row, attributes: dict[str, AttributeValue]) -> bool:
        """Whether this is a row of totals, or the example of a bulk template; adds a note."""
        first = next(filter(None, row.cells), "")
        word = first.strip() if isinstance(first, str) else ""
        if self._table.is_template and row.line <= 3 and word.casefold().startswith("example"):
            self.people.notes.append(Message("example-row-left-out", line=row.line))
            return True
        if "@" in word:
            return False
        if _TOTALS.fullmatch(word) and not self._looks_like_person(attributes):
            self.people.notes.append(Message("totals-row-left-out", line=row.line, text=word))
            return True
        if " " in word and len(self._layout.headings) > 2 and _is_alone(row.cells):
            self.people.notes.append(Message("remark-row-left-out", line=row.line, text=word[:80]))
            return True
        return False

    def _looks_like_person(self, attributes: dict[str, AttributeValue]) -> bool:
        names = ("userPrincipalName", "mail", "surname", "givenName")
        values = [attributes[name] for name in names if name in attributes]
        return any("@" in str(value) for value in values) or sum(name in attributes for name in names[2:]) == 2

    def _problem(
        self, line: int, column: str, message: Message, attributes: dict[str, AttributeValue], identity: str
    ) -> RowProblem:
        """A row whose person is not read, with all that identifies the person."""
        name = attributes.get("userPrincipalName", "")
        label = attributes.get("displayName") or name or identity
        return RowProblem(
            line,
            column,
            message,
            label=label if isinstance(label, str) else identity,
            source_id=identity,
            user_name=name if isinstance(name, str) else "",
        )


def _is_alone(cells: Sequence[Cell]) -> bool:
    """Whether only one cell has a value: a remark below the table."""
    return sum(bool(cell) and (not isinstance(cell, str) or bool(cell.strip())) for cell in cells) == 1


def attribute_names(layout: Layout) -> tuple[str, ...]:
    """The attributes that people of this file may have: in the order of its columns, then derived ones."""
    names = dict.fromkeys(name for name in layout.attributes if name not in (LEFT_OUT, GROUPS))
    names |= dict.fromkeys(heading for _, heading in layout.besides)
    if layout.user_name_from_mail or "userPrincipalName" in names:
        names |= dict.fromkeys(("userPrincipalName", "originalUserPrincipalName"))
    if "givenName" in names or "surname" in names:
        names |= {"displayName": None}
    return tuple(names | {"accountEnabled": None})


def _several(cell: tuple[str, ...]) -> str | tuple[str, ...]:
    parts = tuple(dict.fromkeys(part.strip() for part in cell if part.strip()))
    return parts[0] if len(parts) == 1 else parts


def _joined(before: AttributeValue, value: AttributeValue) -> AttributeValue:
    """The values of two columns of one attribute, equal ones once."""
    return _several((*_parts(before), *_parts(value)))


def _parts(value: AttributeValue) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (str(value),)


# References to people

_KEYS = (
    *("", "userPrincipalName", "originalUserPrincipalName", "mail", "objectId", "employeeId", "distinguishedName"),
)
"""Attributes that a reference may name, the most reliable first; "" is the identity itself."""


class References:
    """Finds people of a file by any of their names; a name that two people share finds nobody."""

    def __init__(self, persons: Sequence[Person]) -> None:
        self._persons = persons
        self._tiers: list[dict[str, str | None]] = []
        """Name -> source id, in the order of `_KEYS`; each is made when a name is in none before it."""

    def find(self, name: str) -> str | None:
        """The source id of the person with this name; "" = nobody, None = several people."""
        folded = name_key(name.strip())
        for tier in self._tiers:
            if folded in tier:
                return tier[folded]
        while len(self._tiers) < len(_KEYS):
            tier = self._tier(_KEYS[len(self._tiers)])
            self._tiers.append(tier)
            if folded in tier:
                return tier[folded]
        return ""

    def _tier(self, key: str) -> dict[str, str | None]:
        tier: dict[str, str | None] = {}
        for person in self._persons:
            name = person.attributes.get(key, "") if key else person.id
            if isinstance(name, str) and name and tier.setdefault(name_key(name), person.id) != person.id:
                tier[name_key(name)] = None
        return tier


def resolve_managers(people: People, references: References, layout: Layout) -> None:
    """Replace every `manager` with the manager's source id, or remove it and add a remark."""
    heading = layout.heading("manager")
    for person in people.persons:
        named = person.attributes.pop("manager", "")
        if not named:
            continue
        manager_id = references.find(named) if isinstance(named, str) else None
        if manager_id and manager_id != person.id:
            person.attributes["manager"] = manager_id
            continue
        manager = ", ".join(named) if isinstance(named, tuple) else str(named)
        if manager_id:
            message = Message("own-manager")
        elif manager_id is None:
            message = Message("manager-ambiguous", manager=manager)
        else:
            message = Message("manager-not-in-file", manager=manager)
        name = person.attributes.get("userPrincipalName", "")
        people.problems.append(
            RowProblem(
                person.line,
                heading,
                message,
                label=str(person.attributes.get("displayName") or name or person.id),
                source_id=person.id,
                user_name=name if isinstance(name, str) else "",
                excluded=False,
            )
        )
