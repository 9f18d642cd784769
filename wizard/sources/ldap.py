"""What directories on LDAP export: LDIF, csvde, distinguished names, object classes and binary values."""

import base64
import binascii
import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from wizard.errors import Message, WizardError
from wizard.names import composed, name_key
from wizard.sources.decoding import Text
from wizard.sources.limits import ROWS_MOST, too_many_rows
from wizard.sources.table import Cell, Row, Table, is_blank, named

_START = re.compile(r"\s*(?:version: *1\s+|#[^\n]*\n\s*)*dn::? ", re.IGNORECASE)
_LINE = re.compile(r"([A-Za-z0-9.;_=*-]+)(::?|:<)[ ]*(.*)", re.DOTALL)
_PEOPLE = {"user", "person", "inetorgperson", "organizationalperson", "posixaccount", "account"}
_GROUPS = {"group", "groupofnames", "groupofuniquenames", "groupofentries", "groupofmembers", "posixgroup"}
_NOT_PEOPLE = {
    *("computer", "msds-managedserviceaccount", "msds-groupmanagedserviceaccount", "contact"),
    *_GROUPS,
}


def is_ldif(opening: str) -> bool:
    """Whether a text begins as LDIF does."""
    return bool(_START.match(opening))


def ldif_table(text: Text, name: str, tick: Callable[[], None]) -> Table:
    """The table of an LDIF file: an entry is a row, an attribute a column; raises `WizardError`."""
    entries = []
    for entry in _entries(text, name):
        tick()
        entries.append(entry)
    keys = dict.fromkeys(key for _, entry in entries for key in entry)
    if not keys:
        raise WizardError("headings-missing", file=name)
    rows = [Row(line, [_cell(entry.get(key, ())) for key in keys]) for line, entry in entries]
    return Table(
        name=name,
        headings=named(list(keys)),
        rows=lambda: (row for row in rows if not is_blank(row.cells)),
        format=Message("format-ldif", encoding=text.encoding),
        total=len(rows),
        has_objects=True,
        guess=text.encoding if text.guessed else "",
    )


def _cell(values: Iterable[str]) -> Cell:
    found = tuple(values)
    return found[0] if len(found) == 1 else found if found else ""


def _entries(text: Text, name: str) -> Iterator[tuple[int, dict[str, list[str]]]]:
    """(line, attributes) of each entry; attributes that differ in case or options only are one."""
    entry: dict[str, list[str]] = {}
    keys: dict[str, str] = {}
    begun, count = 0, 0
    for line, logical in _logical_lines(text):
        if not logical.strip():
            if entry:
                yield begun, entry
                entry = {}
            continue
        found = _LINE.fullmatch(logical)
        if found is None:
            raise WizardError("ldif-broken", file=name, line=line)
        attribute, *options = found[1].split(";")
        if any(option.casefold().startswith("range=") and not option.endswith("*") for option in options):
            raise WizardError("ldif-members-cut", file=name, line=line, attribute=attribute)
        if (attribute.casefold() in ("version", "changetype") and not entry) or found[2] == ":<":
            continue
        if not entry:
            begun, count = line, count + 1
            if count > ROWS_MOST:
                raise too_many_rows(name)
        value = _value(found[2], found[3], attribute)
        if value:
            entry.setdefault(keys.setdefault(attribute.casefold(), attribute), []).append(value)
    if entry:
        yield begun, entry


def _logical_lines(text: Text) -> Iterator[tuple[int, str]]:
    """(line, text) with folded lines joined and comments left out."""
    parts: list[str] = []
    begun = 1
    for number, line in enumerate(text.lines(), 1):
        bare = line.rstrip("\r\n").removeprefix("\ufeff") if number == 1 else line.rstrip("\r\n")
        if bare.startswith(" ") and parts:
            parts.append(bare[1:])
            continue
        if parts and not parts[0].startswith("#"):
            yield begun, "".join(parts)
        parts, begun = [bare], number
    if parts and not parts[0].startswith("#"):
        yield begun, "".join(parts)


def _value(mark: str, text: str, attribute: str) -> str:
    """A value as text; "" for one that is binary and no GUID."""
    if mark != "::":
        return composed(text)
    try:
        data = base64.b64decode(text, validate=False)
    except (binascii.Error, ValueError):
        return ""
    if attribute.casefold() == "objectguid" and len(data) == 16:
        return str(uuid.UUID(bytes_le=data))
    try:
        return composed(data.decode())
    except UnicodeDecodeError:
        return ""


# Values

_HEX = re.compile(r"X'((?:[0-9A-Fa-f]{2})*)'")
_NAME = re.compile(r"\s*(?:cn|ou|uid|dc|o|c|l|st)\s*=", re.IGNORECASE)
_PART = re.compile(r"((?:\\.|[^,\\])*)(?:,|$)", re.DOTALL)


def from_hex(value: str) -> str | None:
    """The GUID of a binary value as csvde writes it, "" for another binary value; None = it is no such value."""
    found = _HEX.fullmatch(value)
    if found is None:
        return None
    data = bytes.fromhex(found[1])
    return str(uuid.UUID(bytes_le=data)) if len(data) == 16 else ""


def is_dn(text: str) -> bool:
    """Whether a text is a distinguished name: "CN=Admins,OU=Groups,DC=corp,DC=example"."""
    return bool(_NAME.match(text)) and "," in text


def common_name(dn: str) -> str:
    """The first part of a distinguished name, without its kind and escapes."""
    return _parts(dn)[0]


def _parts(dn: str) -> list[str]:
    parts = [part for part in _PART.findall(dn) if part]
    return [_unescaped(part.partition("=")[2].strip()) for part in parts] or [dn]


def _unescaped(text: str) -> str:
    hexed = re.sub(r"((?:\\[0-9A-Fa-f]{2})+)", lambda found: unquote(found[1].replace("\\", "%")), text)
    return re.sub(r"\\(.)", r"\1", hexed)


def names_of_groups(dns: Iterable[str]) -> dict[str, str]:
    """Distinguished name -> name of the group; those of one name in several places carry the place."""
    all_dns = dict.fromkeys(dns)
    folded = {dn: name_key(dn) for dn in all_dns}
    counts = Counter(name_key(common_name(dn)) for dn in {folded[dn]: dn for dn in all_dns}.values())
    return {
        dn: common_name(dn) if counts[name_key(common_name(dn))] == 1 else " / ".join(_parts(dn)[:2])
        for dn in all_dns
    }


def split_dns(cell: Cell) -> tuple[str, ...]:
    """The distinguished names of a cell: an LDIF attribute's values, or csvde's with semicolons."""
    if not isinstance(cell, str):
        return cell
    return tuple(part.strip() for part in re.split(r"(?<!\\);", cell) if part.strip())


def other_class(cell: Cell) -> str:
    """The object class of an entry that is not a person; "" for people."""
    listed = cell.split(";") if isinstance(cell, str) else cell
    classes = {part.strip().casefold() for part in listed} - {"", "top"}
    if not classes:
        return ""
    others = classes & _NOT_PEOPLE
    if classes & _GROUPS:
        return min(classes & _GROUPS)
    return min(others) if others else "" if classes & _PEOPLE else sorted(classes)[0]


# Groups


@dataclass(frozen=True, slots=True)
class GroupEntry:
    """A group of an export, with its members as they are named there."""

    line: int
    kind: str
    """Object class."""
    dn: str
    """Distinguished name, or ""."""
    name: str
    members: tuple[str, ...]
    """Distinguished names and user ids."""


class OtherEntries:
    """Collects the entries that are not people: groups with their members, and of what kind the others are."""

    def __init__(self, headings: Sequence[str]) -> None:
        places: dict[str, int] = {}
        for place, heading in enumerate(headings):
            places.setdefault(name_key(heading), place)
        self._class = places.get("objectclass", -1)
        self._dn = places.get("dn", places.get("distinguishedname", -1))
        self._name = places.get("cn", places.get("name", -1))
        self._members = tuple(places[each] for each in ("member", "uniquemember", "memberuid") if each in places)
        self.groups: list[GroupEntry] = []
        self.kinds: dict[str, str] = {}
        """Key of a distinguished name -> object class of that entry."""
        self._counts: Counter[str] = Counter()
        """Object class -> number of entries, without `groups`."""

    @property
    def has_groups(self) -> bool:
        """Whether the export has members of groups."""
        return self._class >= 0 and bool(self._members)

    def add(self, line: int, cells: Sequence[Cell]) -> bool:
        """Take an entry that is not a person; False for a person."""
        if not 0 <= self._class < len(cells):
            return False
        kind = other_class(cells[self._class])
        if not kind:
            return False
        dn = _one(cells, self._dn)
        self.kinds[name_key(dn)] = kind
        name = _one(cells, self._name) or (common_name(dn) if dn else "")
        if kind in _GROUPS and self.has_groups and name:
            members = (each for place in self._members if place < len(cells) for each in split_dns(cells[place]))
            self.groups.append(GroupEntry(line, kind, dn, name, tuple(dict.fromkeys(members))))
        else:
            self._counts[kind] += 1
        return True

    def left_out(self, with_groups: bool) -> Mapping[str, int]:
        """Object class -> number of entries that are not read; `with_groups`: groups are."""
        return self._counts if with_groups else self._counts + Counter(group.kind for group in self.groups)

    def names(self, more: Iterable[str] = ()) -> Mapping[str, str]:
        """Distinguished name -> name of the group, for the groups and for other names of groups."""
        return names_of_groups((*more, *(group.dn for group in self.groups if group.dn)))


def _one(cells: Sequence[Cell], place: int) -> str:
    """The first value of a cell; "" = none."""
    cell = cells[place] if 0 <= place < len(cells) else ""
    return cell.strip() if isinstance(cell, str) else next((part.strip() for part in cell if part.strip()), "")
