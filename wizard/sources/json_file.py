"""JSON lists of people or groups: Microsoft Graph, SCIM, Okta, AWS, JSON Lines."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from wizard.errors import Message, WizardError
from wizard.names import composed
from wizard.sources.columns import recognised
from wizard.sources.decoding import Text
from wizard.sources.limits import COLUMNS_MOST, ROWS_MOST, too_many_columns, too_many_rows
from wizard.sources.table import Cell, Row, Table, is_blank, named

_WHITE = " \t\r\n"
_FLATTENED = {"onpremisesextensionattributes", "employeeorgdata", "profile", "attributes", "user", "name"}
"""Nested objects whose members are attributes of the person: of Graph, Okta, SCIM and AWS (in lower case)."""
_SCIM_EXTENSION = "urn:ietf:params:scim:schemas:extension:"
_NAMING = ("id", "objectId", "userPrincipalName", "mail", "displayName", "name", "value")
"""Members that represent a nested object; the first one present is used."""
_VALUES = {"emails": "mail", "phonenumbers": "telephoneNumber", "addresses": ""}
"""Lists of SCIM in which the primary value counts -> heading; addresses are flattened."""
_ADDRESS = {"locality": "city", "region": "state", "postalcode": "postalCode", "country": "country"}
_NAMED = {"formatted": "displayName", "middlename": "", "honorificprefix": "", "honorificsuffix": ""}
"""Members of a SCIM name that are called differently; "" = not read."""
_LISTS = ("resources", "users", "value", "people", "members", "groups", "items", "data", "results")
"""Names of a list among several, the most likely first."""
_PERSON = {"userPrincipalName", "mail", "givenName", "surname", "employeeId"}
_SCHEMA = {"synchronizationrules", "objectmappings", "attributemappings"}
"""Lists of an exported attribute mapping."""
_GROUP = {"group", "groupname", "groupid", "members", "member"}


def json_table(text: Text, name: str, tick: Callable[[], None] = lambda: None) -> Table:
    """The table in a list of objects, an object with such a list, or JSON Lines; raises `WizardError`."""
    whole = text.whole().removeprefix("\ufeff")
    objects: list[tuple[int, dict[str, Cell]]] = []
    keys: dict[str, None] = {}
    for line, one in _objects(whole, name):
        tick()
        flat = _flat(one)
        keys |= dict.fromkeys(flat)
        objects.append((line, flat))
        if len(keys) > COLUMNS_MOST:
            raise too_many_columns(name)
        if len(objects) > ROWS_MOST:
            raise too_many_rows(name)
    if not keys:
        raise WizardError("json-list-empty", file=name)
    if "targetAttributeName" in keys:
        raise WizardError("file-is-schema", file=name)
    others = [key for key in keys if not recognised(key)]
    if others and not any(recognised(key) in _PERSON or key.casefold() in _GROUP for key in keys):
        raise WizardError("json-without-people", file=name, names=tuple(keys)[:8])
    rows = [Row(line, [one.get(key, "") for key in keys]) for line, one in objects]
    return Table(
        name=name,
        headings=named(list(keys)),
        rows=lambda: (row for row in rows if not is_blank(row.cells)),
        format=Message("format-json", encoding=text.encoding),
        total=len(rows),
        has_objects=True,
        guess=text.encoding if text.guessed else "",
    )


def _number(digits: str) -> Any:
    """A number; one too long for arithmetic stays text."""
    return int(digits) if len(digits) < 20 else digits


def _decoder() -> json.JSONDecoder:
    return json.JSONDecoder(parse_int=_number)


def _objects(text: str, name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """(line, object) of the list, parsed one object at a time."""
    try:
        at, ends = _list_start(text, name)
        decoder = _decoder()
        line, counted = 1, 0
        at = _skip(text, at)
        while (text[at : at + 1] != "]") if ends else at < len(text):
            line, counted = line + text.count("\n", counted, at), at
            one, end = decoder.raw_decode(text, at)
            if not isinstance(one, dict):
                raise WizardError("json-item-not-an-object", file=name, line=line)
            yield line, one
            at = _next(text, end) if ends else _skip(text, end)
    except json.JSONDecodeError as error:
        raise _broken(text, name, error) from error
    except RecursionError as error:
        raise WizardError("json-nested-too-deeply", file=name) from error


def _list_start(text: str, name: str) -> tuple[int, bool]:
    """(position of the first object, whether it is in a list): a list, one in an object, or JSON Lines."""
    begun = at = _skip(text, 0)
    if text[at : at + 1] == "[":
        return at + 1, True
    decoder, lists = _decoder(), {}
    names: set[str] = set()
    at = _skip(text, at + 1)
    while text[at : at + 1] != "}":
        key, end = decoder.raw_decode(text, at)
        start = _skip(text, _expect(text, _skip(text, end), ":"))
        names.add(str(key))
        if str(key).casefold() in _LISTS[:3] and text[start : start + 1] == "[":
            first = _skip(text, start + 1)
            if text[first : first + 1] == "{":
                return start + 1, True  # not parsed here: it may be all of a large file
        if str(key).casefold() in _SCHEMA:
            raise WizardError("file-is-schema", file=name)
        value, end = decoder.raw_decode(text, start)
        if isinstance(value, list) and (not value or isinstance(value[0], dict)):
            lists[str(key).casefold()] = start + 1
        at = _next(text, end)
    if {"mappings", "target", "policy"} <= names:
        raise WizardError("file-is-job", file=name)
    if text[(after := _skip(text, at + 1)) : after + 1] == "{" or _is_person(text, decoder, begun):
        return begun, False
    if len(lists) == 1:
        return next(iter(lists.values())), True
    likely = [lists[each] for each in _LISTS if each in lists]
    if likely:
        return likely[0], True
    raise WizardError("json-with-several-lists" if lists else "json-without-list", file=name)


def _is_person(text: str, decoder: json.JSONDecoder, at: int) -> bool:
    """Whether the only object of a file is a person: JSON Lines of one line."""
    one, _ = decoder.raw_decode(text, at)
    return isinstance(one, dict) and any(recognised(key) in _PERSON for key in _flat(one))


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
    """The attributes of a person, with those of nested objects; its own win over nested ones of the same name."""
    flat: dict[str, Cell] = {}
    nested: dict[str, Cell] = {}
    for name, value in one.items():
        folded = name.casefold()
        if isinstance(value, Mapping) and (folded in _FLATTENED or folded.startswith(_SCIM_EXTENSION)):
            for inner, content in value.items():
                heading = _NAMED.get(inner.casefold(), inner)
                if heading:
                    nested.setdefault(composed(heading), _cell(content))
        elif folded in _VALUES and isinstance(value, list) and value and isinstance(value[0], Mapping):
            nested |= _of_values(folded, value)
        elif name.startswith("@") or folded in ("schemas", "meta"):
            pass  # annotations about the answer
        else:
            flat[composed(name.strip()) or "(no name)"] = _cell(value)
    return flat | {name: cell for name, cell in nested.items() if not flat.get(name)}


def _of_values(name: str, values: list[Any]) -> dict[str, Cell]:
    """The headings and cells of SCIM's lists of values: the primary address, the telephone and the mobile number."""
    folded = [
        {str(key).casefold(): part for key, part in one.items()} for one in values if isinstance(one, Mapping)
    ]
    first = next((one for one in folded if one.get("primary") in (True, "true")), folded[0])
    if name == "addresses":
        address = {heading: _cell(first.get(key)) for key, heading in _ADDRESS.items() if first.get(key)}
        return address | ({"streetAddress": _cell(first["streetaddress"])} if first.get("streetaddress") else {})
    if name == "phonenumbers":
        mobile = next((one for one in folded if one.get("type") == "mobile"), None)
        plain = next((one for one in folded if one.get("type") != "mobile"), None)
        found = {"telephoneNumber": plain, "mobile": mobile}
        return {heading: _cell(one.get("value")) for heading, one in found.items() if one}
    return {_VALUES[name]: _cell(first.get("value"))}


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
