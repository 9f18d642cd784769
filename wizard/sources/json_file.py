"""JSON lists of people or groups, in the form of Microsoft Graph."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from wizard.errors import Message, WizardError
from wizard.names import composed
from wizard.sources.table import Cell, Row, Table, Text, is_blank, named

_WHITE = " \t\r\n"
_FLATTENED = {"onPremisesExtensionAttributes", "employeeOrgData"}
"""Nested objects of Graph whose members are attributes of the person."""
_NAMING = ("id", "objectId", "userPrincipalName", "mail", "displayName", "name", "value")
"""Members that represent a nested object; the first one present is used."""


def json_table(text: Text, name: str) -> Table:
    """The table in an array of objects, or in an object that contains one array; raises `WizardError`."""
    whole = text.whole().removeprefix("\ufeff")
    objects = [(line, _flat(one)) for line, one in _objects(whole, name)]
    keys = dict.fromkeys(key for _, one in objects for key in one)
    if not keys:
        raise WizardError("json-list-empty", file=name)
    rows = [Row(line, [one.get(key, "") for key in keys]) for line, one in objects]
    return Table(
        name=name,
        headings=named(list(keys)),
        rows=lambda: (row for row in rows if not is_blank(row.cells)),
        format=Message("format-json", encoding=text.encoding),
        total=len(rows),
        notes=(text.note,) if text.note else (),
        has_objects=True,
    )


def _objects(text: str, name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """(line, object) of the list, parsed one object at a time."""
    try:
        at = _list_start(text, name)
        decoder = json.JSONDecoder()
        line, counted = 1, 0
        at = _skip(text, at + 1)
        while text[at : at + 1] != "]":
            line, counted = line + text.count("\n", counted, at), at
            one, end = decoder.raw_decode(text, at)
            if not isinstance(one, dict):
                raise WizardError("json-item-not-an-object", file=name, line=line)
            yield line, one
            at = _next(text, end)
    except json.JSONDecodeError as error:
        raise _broken(text, name, error) from error
    except RecursionError as error:
        raise WizardError("json-nested-too-deeply", file=name) from error


def _list_start(text: str, name: str) -> int:
    """Position of the list: the array itself, or the only array among an object's members."""
    at = _skip(text, 0)
    if text[at : at + 1] == "[":
        return at
    decoder, arrays = json.JSONDecoder(), []
    at = _skip(text, at + 1)
    while text[at : at + 1] != "}":
        _, end = decoder.raw_decode(text, at)
        start = _skip(text, _expect(text, _skip(text, end), ":"))
        if text[start : start + 1] == "[":
            arrays.append(start)
        _, end = decoder.raw_decode(text, start)
        at = _next(text, end)
    if len(arrays) != 1:
        raise WizardError("json-with-several-lists" if arrays else "json-without-list", file=name)
    return arrays[0]


def _next(text: str, at: int) -> int:
    """Position after the comma that follows a value, or of the closing bracket."""
    at = _skip(text, at)
    if text[at : at + 1] in ("]", "}"):
        return at
    return _skip(text, _expect(text, at, ","))


def _expect(text: str, at: int, mark: str) -> int:
    if text[at : at + 1] != mark:
        raise json.JSONDecodeError(f"Expecting '{mark}'", text, at)
    return at + 1


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _WHITE:
        at += 1
    return at


def _broken(text: str, name: str, error: json.JSONDecodeError) -> WizardError:
    rest = text[error.pos :].strip()
    cut = not rest or error.msg.startswith("Unterminated string")
    return WizardError("json-cut-off" if cut else "json-broken", file=name, line=error.lineno, column=error.colno)


def _flat(one: Mapping[str, Any]) -> dict[str, Cell]:
    flat: dict[str, Cell] = {}
    for name, value in one.items():
        if name in _FLATTENED and isinstance(value, Mapping):
            flat |= {composed(inner): _cell(content) for inner, content in value.items()}
        elif not name.startswith("@"):  # annotations such as "@odata.type" are about the answer
            flat[composed(name.strip()) or "(no name)"] = _cell(value)
    return flat


def _cell(value: Any) -> Cell:
    if isinstance(value, str):
        return composed(value)
    if value is None:
        return ""
    if isinstance(value, list):
        parts = tuple(part for part in map(_one, value) if part)
        return parts if len(parts) != 1 else parts[0]
    return _one(value)


def _one(value: Any) -> str:
    """A single value as text; an object is represented by its id, else by its name."""
    if isinstance(value, str):
        return composed(value)
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, Mapping):
        return next((composed(str(value[name])) for name in _NAMING if value.get(name)), "")
    return "" if value is None else composed(json.dumps(value, ensure_ascii=False))
