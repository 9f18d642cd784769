"""What directories on LDAP export: LDIF, csvde, distinguished names, object classes and binary values."""

import base64
import binascii
import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import unquote

from wizard.errors import Message, WizardError
from wizard.names import composed, name_key
from wizard.sources.decoding import Text
from wizard.sources.limits import ROWS_MOST, too_many_rows
from wizard.sources.table import Cell, Row, Table, is_blank, named

_START = re.compile(r"\s*(?:version: *1\s+|#[^\n]*\n\s*)*dn::? ", re.IGNORECASE)
_LINE = re.compile(r"([A-Za-z0-9.;_-]+)(::?|:<)[ ]*(.*)", re.DOTALL)
_PEOPLE = {"user", "person", "inetorgperson", "organizationalperson", "posixaccount", "account"}
_NOT_PEOPLE = {"computer", "msds-managedserviceaccount", "msds-groupmanagedserviceaccount", "contact", "group"}


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
        attribute = found[1].split(";")[0]
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
    return min(others) if others else "" if classes & _PEOPLE else sorted(classes)[0]
