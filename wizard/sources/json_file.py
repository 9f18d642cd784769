"""Lists of people or groups in JSON, as Microsoft Graph and its tools write them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from wizard.errors import WizardError
from wizard.sources.table import Cell, Row, Table, Text, is_blank, named

_WHITE = " \t\r\n"
_OPENED_UP = {"onPremisesExtensionAttributes", "employeeOrgData"}
"""Graph's objects whose members are attributes of the person."""
_NAMING = ("id", "objectId", "userPrincipalName", "mail", "displayName", "name", "value")
"""Members that stand for a nested object, first one wins."""


def json_table(text: Text, name: str) -> Table:
    """The table in an array of objects, or in an object that holds one; raises `WizardError` where it has none."""
    whole = text.whole().removeprefix("\ufeff")
    objects = [(line, _flat(one)) for line, one in _objects(whole, name)]
    keys = dict.fromkeys(key for _, one in objects for key in one)
    if not keys:
        raise WizardError(f"{name} is empty", "Its list holds no one. Export it again. Nothing was changed.")
    rows = [Row(line, [one.get(key, "") for key in keys]) for line, one in objects]
    return Table(
        name=name,
        headings=named(list(keys)),
        rows=lambda: (row for row in rows if not is_blank(row.cells)),
        format=f"JSON, {text.words}",
        total=len(rows),
        notes=(text.note,) if text.note else (),
        has_objects=True,
    )


def _objects(text: str, name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """(line, object) of the list, read one object after the other."""
    try:
        at = _list_start(text, name)
        decoder = json.JSONDecoder()
        line, counted = 1, 0
        at = _skip(text, at + 1)
        while text[at : at + 1] != "]":
            line, counted = line + text.count("\n", counted, at), at
            one, end = decoder.raw_decode(text, at)
            if not isinstance(one, dict):
                raise WizardError(
                    f"{name} is not a list of people",
                    f"On line {line} stands a single value where an object with names and values was awaited.",
                )
            yield line, one
            at = _next(text, end)
    except json.JSONDecodeError as error:
        raise _broken(text, name, error) from error
    except RecursionError as error:
        raise WizardError(
            f"{name} is nested too deeply", "A list of people has no such depth. Is it the right file?"
        ) from error


def _list_start(text: str, name: str) -> int:
    """Where the list of objects begins: the array itself, or the one array among an object's members."""
    at = _skip(text, 0)
    if text[at : at + 1] == "[":
        return at
    decoder, found = json.JSONDecoder(), []
    at = _skip(text, at + 1)
    while text[at : at + 1] != "}":
        _, end = decoder.raw_decode(text, at)
        start = _skip(text, _expect(text, _skip(text, end), ":"))
        if text[start : start + 1] == "[":
            found.append(start)
        _, end = decoder.raw_decode(text, start)
        at = _next(text, end)
    if len(found) != 1:
        raise WizardError(
            f"{name} holds {'no list' if not found else 'more than one list'}",
            'A file of people is a list of objects, or one object with one list in it, such as {"value": […]}.',
        )
    return found[0]


def _next(text: str, at: int) -> int:
    """Past the comma behind a value, or on the bracket that closes the list."""
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
    place = f"line {error.lineno}, column {error.colno}"
    rest = text[error.pos :].strip()
    if not rest or error.msg.startswith("Unterminated string"):
        return WizardError(
            f"{name} ends too early",
            f"The JSON breaks off at {place}: the file was not copied or saved to its end. Nothing was changed.",
        )
    return WizardError(
        f"{name} is not whole JSON",
        f"It cannot be read beyond {place}. Export it again, or mend that place. Nothing was changed.",
    )


def _flat(one: Mapping[str, Any]) -> dict[str, Cell]:
    flat: dict[str, Cell] = {}
    for name, value in one.items():
        if name in _OPENED_UP and isinstance(value, Mapping):
            flat |= {inner: _cell(content) for inner, content in value.items()}
        elif not name.startswith("@"):  # "@odata.type" and its kin tell of the answer, not of the person
            flat[name.strip() or "(no name)"] = _cell(value)
    return flat


def _cell(value: Any) -> Cell:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, list):
        parts = tuple(part for part in map(_one, value) if part)
        return parts if len(parts) != 1 else parts[0]
    return _one(value)


def _one(value: Any) -> str:
    """A single value as text; an object is known by its id, else by its name."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, Mapping):
        return next((str(value[name]) for name in _NAMING if value.get(name)), "")
    return "" if value is None else json.dumps(value, ensure_ascii=False)
