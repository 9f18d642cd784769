"""Rows become people; what a row lacks for that becomes a problem that names its line and column."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from wizard.directory import AttributeValue, RowProblem
from wizard.entra_names import guest_user_name
from wizard.errors import recorded
from wizard.sources.columns import GROUPS, LEFT_OUT, Layout
from wizard.sources.table import CUT_OFF, Cell, Row, Table

_YES = {"true", "yes", "1", "y", "ja", "oui", "sí", "si", "да", "wahr", "vrai", "verdadero", "active", "enabled"}
_NO = {
    "false",
    "no",
    "0",
    "n",
    "nein",
    "non",
    "нет",
    "falsch",
    "faux",
    "falso",
    "inactive",
    "disabled",
    "suspended",
}
_TOTALS = re.compile(
    r"(grand\s+)?(totals?|summe|gesamt|gesamtsumme|insgesamt|anzahl|count|sum|somme|suma|итого|всего|合計|总计)"
    r"(\s+\w+)?\s*[:=]?\s*[\d.,' ]*",
    re.IGNORECASE,
)
_EXCEL_ERRORS = {"#N/A", "#NV", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"}
_SHORTENED = re.compile(r"\d(?:[.,]\d+)?E\+\d+", re.IGNORECASE)
_SHARED = 1000
"""Different values of one column that are held once however often they come: departments, cities, countries."""


@dataclass(slots=True)
class Person:
    """One person while the file is still being read."""

    id: str
    enabled: bool
    attributes: dict[str, AttributeValue]
    line: int


@dataclass(slots=True)
class People:
    """Everyone the rows gave, before references between them are resolved."""

    persons: list[Person] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    groups: list[tuple[int, str, Cell]] = field(default_factory=list)
    """(line, person's id, cell) of the column that names groups."""
    held: list[Person] = field(default_factory=list)
    """Rows with an identity whose person is excluded: references to them still mean somebody."""


class RowReader:
    """Reads row after row into `people`."""

    def __init__(self, table: Table, layout: Layout) -> None:
        self.people = People()
        self._table, self._layout = table, layout
        self._plain = [
            (place, attribute)
            for place, attribute in enumerate(layout.attributes)
            if attribute not in (LEFT_OUT, GROUPS, "accountEnabled")
        ]
        self._enabled, self._groups = layout.places("accountEnabled"), layout.places(GROUPS)
        self._folds = layout.identity in ("userPrincipalName", "mail")
        self._shared: list[dict[str, str]] = [{} for _ in layout.headings]
        self._short: list[int] = []
        self._width = 0
        """Cells of a row at most: the headings, or the first row where separators follow its last cell."""
        self._seen: dict[str, int] = {}
        self._twice: dict[str, list[int]] = {}

    def add(self, row: Row) -> bool:
        """Take one row, as a person or a problem; False where it never meant a person (a note tells)."""
        attributes = self._attributes(row)
        if self._is_no_person(row, attributes):
            return False
        if len(row.cells) < len(self._layout.headings) and not row.cut:
            self._short.append(row.line)
        self._width = self._width or max(len(self._layout.headings), len(row.cells))
        self._take(row, attributes)
        return True

    def _take(self, row: Row, attributes: dict[str, AttributeValue]) -> None:
        identity = self._identity(attributes)
        self._fill_in(attributes)
        fault = self._fault(row, attributes, identity)
        enabled: bool | None = True
        if not fault:
            enabled, column = self._is_enabled(row.cells)
            if enabled is None:
                fault = (
                    column,
                    "Whether the account is enabled cannot be told from this value; write True or False.",
                )
        if fault:
            told = self.problem(row.line, fault[0], fault[1], attributes, identity)
            cells = tuple(cell for cell in row.cells if isinstance(cell, str)) if not fault[0] else ()
            self.people.problems.append(replace(told, cells=cells, cut=row.cut))
            if identity:
                self.people.held.append(Person(identity, False, attributes, row.line))
            return
        attributes["accountEnabled"] = bool(enabled)
        self._keep(Person(identity, bool(enabled), attributes, row.line), row.cells)

    def finish(self) -> People:
        """Everyone; people who share an identity are taken out, all of them."""
        if self._short and self._table.is_text:
            rows = "1 row has" if len(self._short) == 1 else f"{len(self._short)} rows have"
            self.people.notes.append(
                f"{rows} fewer cells than there are headings (the first is on line {self._short[0]}); "
                "the cells at the end were taken as empty."
            )
        if self._twice:
            shared = {place for places in self._twice.values() for place in places}
            for places in self._twice.values():
                lines = [self.people.persons[place].line for place in places]
                for place in places:
                    self._tell_twice(self.people.persons[place], lines)
            self.people.persons = [one for at, one in enumerate(self.people.persons) if at not in shared]
        self.people.problems.sort(key=lambda problem: problem.line)
        return self.people

    def _keep(self, person: Person, cells: Sequence[Cell]) -> None:
        place, folded = len(self.people.persons), person.id.casefold()
        first = self._seen.setdefault(folded, place)
        if first != place:
            self._twice.setdefault(folded, [first]).append(place)
        self.people.persons.append(person)
        for column in self._groups:
            if column < len(cells) and cells[column]:
                self.people.groups.append((person.line, person.id, cells[column]))

    def _tell_twice(self, person: Person, lines: Sequence[int]) -> None:
        others = ", ".join(str(line) for line in lines if line != person.line)
        sentence = (
            f"{person.id} also stands on line {others}: an identity belongs to one person. "
            "None of them is provisioned until one row is left."
        )
        self.people.problems.append(
            self.problem(person.line, self._layout.identity_heading, sentence, person.attributes, person.id)
        )
        self.people.held.append(person)

    def _attributes(self, row: Row) -> dict[str, AttributeValue]:
        cells, width = row.cells, len(row.cells)
        attributes: dict[str, AttributeValue] = {}
        for place, attribute in self._plain:
            if place >= width:
                break
            cell = cells[place]
            value = cell.strip() if isinstance(cell, str) else _several(cell)
            if not value:
                continue
            if value in _EXCEL_ERRORS:
                self._remark(row, place, f"Excel shows the error {value} here; the value was left out.")
            elif attribute in attributes:
                attributes[attribute] = _joined(attributes[attribute], value)
            elif isinstance(value, str):
                known = self._shared[place]
                if len(known) < _SHARED:
                    attributes[attribute] = known.setdefault(value, value)
                else:
                    attributes[attribute] = known.get(value, value)
            else:
                attributes[attribute] = value
        return attributes

    def _remark(self, row: Row, place: int, sentence: str) -> None:
        heading = self._layout.headings[place]
        self.people.problems.append(RowProblem(row.line, heading, recorded(sentence), excluded=False))

    def _identity(self, attributes: dict[str, AttributeValue]) -> str:
        value = attributes.get(self._layout.identity, "")
        text = value if isinstance(value, str) else ""
        return text.casefold() if self._folds else text

    def _fill_in(self, attributes: dict[str, AttributeValue]) -> None:
        """What follows from other values: the user name of a guest, and of someone who has an address only."""
        if self._layout.user_name_from_mail and isinstance(attributes.get("mail"), str):
            attributes["userPrincipalName"] = attributes["mail"]
        name = attributes.get("userPrincipalName")
        if isinstance(name, str):
            attributes.setdefault("originalUserPrincipalName", name)
            if "#" in name:
                attributes["userPrincipalName"] = guest_user_name(name)

    def _fault(self, row: Row, attributes: dict[str, AttributeValue], identity: str) -> tuple[str, str] | None:
        """(column, sentence) of what keeps this row from being a person."""
        width = len(self._layout.headings)
        if row.cut:
            return "", CUT_OFF
        if any(row.cells[width:]) or (self._table.is_text and len(row.cells) > self._width):
            return "", (
                f"This row has {len(row.cells)} cells, the headings are {width}: a value that holds the separator "
                "needs quotation marks around it."
            )
        if not identity:
            return self._layout.identity_heading, (
                f"The identity ({self._layout.identity_heading}) is empty or not a single value; "
                "everybody needs one. "
                "Fill it in, or choose another column to tell people apart."
            )
        if _SHORTENED.fullmatch(identity):
            return self._layout.identity_heading, (
                "Excel has shortened this number, so it may stand for several people. Format the "
                "column as text and "
                "export it again."
            )
        return None

    def _is_enabled(self, cells: Sequence[Cell]) -> tuple[bool | None, str]:
        """(enabled, heading); None where the cell says neither yes nor no. An empty cell means enabled."""
        for place in self._enabled:
            cell = cells[place] if place < len(cells) else ""
            word = cell.strip().casefold() if isinstance(cell, str) else "several values"
            if word in _YES or word in _NO:
                return (word in _YES) != (place in self._layout.inverse), ""
            if word == "blocked":
                return False, ""
            if word:
                return None, self._layout.headings[place]
        return True, ""

    def _is_no_person(self, row: Row, attributes: dict[str, AttributeValue]) -> bool:
        """Whether this is a totals row, or the example in a bulk template: left out with a note."""
        first = next((cell for cell in row.cells if cell), "")
        word = first.strip() if isinstance(first, str) else ""
        if self._table.is_template and row.line <= 3 and word.casefold().startswith("example"):
            self.people.notes.append(f"Line {row.line} is the template's example and was left out.")
            return True
        if _TOTALS.fullmatch(word) and not self._looks_like_person(attributes):
            self.people.notes.append(f"Line {row.line} is a totals row ({word}) and was left out.")
            return True
        return False

    def _looks_like_person(self, attributes: dict[str, AttributeValue]) -> bool:
        names = ("userPrincipalName", "mail", "surname", "givenName")
        told = [attributes[name] for name in names if name in attributes]
        return any("@" in str(value) for value in told) or sum(name in attributes for name in names[2:]) == 2

    def problem(
        self, line: int, column: str, sentence: str, attributes: dict[str, AttributeValue], identity: str
    ) -> RowProblem:
        """A row whose person is left out, with everything that tells who it is."""
        name = attributes.get("userPrincipalName", "")
        shown = attributes.get("displayName") or name or identity
        return RowProblem(
            line,
            column,
            recorded(sentence),
            label=shown if isinstance(shown, str) else identity,
            source_id=identity,
            user_name=name if isinstance(name, str) else "",
        )


def attribute_names(layout: Layout) -> tuple[str, ...]:
    """The attributes people of this file may have, in the order of its columns, then what we add ourselves."""
    names = dict.fromkeys(name for name in layout.attributes if name not in (LEFT_OUT, GROUPS))
    if layout.user_name_from_mail or "userPrincipalName" in names:
        names |= dict.fromkeys(("userPrincipalName", "originalUserPrincipalName"))
    return tuple(names | {"accountEnabled": None})


def _several(cell: tuple[str, ...]) -> str | tuple[str, ...]:
    parts = tuple(dict.fromkeys(part.strip() for part in cell if part.strip()))
    return parts[0] if len(parts) == 1 else parts


def _joined(before: AttributeValue, value: AttributeValue) -> AttributeValue:
    """Two columns of one attribute: both values, or one where they are equal."""
    both = (*_parts(before), *_parts(value))
    return _several(both)


def _parts(value: AttributeValue) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (str(value),)


_KEYS = ("", "userPrincipalName", "originalUserPrincipalName", "mail", "objectId", "employeeId")
"""Attributes a reference may name, the most certain first; "" is the identity itself."""


class References:
    """Everyone of one file by each of their names. Nobody is found by a name that two people share."""

    def __init__(self, persons: Iterable[Person]) -> None:
        self._tiers: list[dict[str, str | None]] = [{} for _ in _KEYS]
        for person in persons:
            for tier, key in zip(self._tiers, _KEYS, strict=True):
                name = person.attributes.get(key, "") if key else person.id
                if isinstance(name, str) and name:
                    folded = name.casefold()
                    if tier.setdefault(folded, person.id) != person.id:
                        tier[folded] = None

    def find(self, name: str) -> str | None:
        """The source id of whoever is meant; "" where nobody is, None where several people are."""
        folded = name.strip().casefold()
        for tier in self._tiers:
            if folded in tier:
                return tier[folded]
        return ""


def resolve_managers(people: People, references: References, layout: Layout) -> None:
    """Turn every `manager` into the manager's source id; what cannot be is left out with a remark."""
    heading = layout.heading("manager")
    for person in people.persons:
        named = person.attributes.pop("manager", "")
        if not named:
            continue
        found = references.find(named) if isinstance(named, str) else None
        if found and found != person.id:
            person.attributes["manager"] = found
            continue
        if found:
            sentence = "This person is named as their own manager; they are provisioned without one."
        elif found is None:
            sentence = f"{_shown(named)} may be several people; this person is provisioned without a manager."
        else:
            sentence = f"The manager {_shown(named)} is not in the file; this person is provisioned without one."
        name = person.attributes.get("userPrincipalName", "")
        people.problems.append(
            RowProblem(
                person.line,
                heading,
                recorded(sentence),
                label=str(person.attributes.get("displayName") or name or person.id),
                source_id=person.id,
                user_name=name if isinstance(name, str) else "",
                excluded=False,
            )
        )


def _shown(named: object) -> str:
    return ", ".join(named) if isinstance(named, tuple) else str(named)
