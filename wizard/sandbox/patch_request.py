"""What a PATCH request asks for, read and checked before anything is applied."""

import json
import re
from dataclasses import dataclass
from typing import Any

from wizard.sandbox.errors import bad_request
from wizard.sandbox.store import ENTERPRISE_SCHEMA, GROUP_SCHEMA, USER_SCHEMA

PATCH_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
PATHLESS = (
    'Current PATCH support allows omitting "path" attribute only for Add and Replace operations '
    "modifying a single attribute."
)
_URN = "|".join(re.escape(urn) for urn in (ENTERPRISE_SCHEMA, USER_SCHEMA, GROUP_SCHEMA))
_PATH = re.compile(
    rf"(?:(?P<urn>{_URN})(?::|$))?(?P<attribute>[A-Za-z][\w-]*)?"
    r'(?:\[(?P<key>\w+) +[eE][qQ] +(?P<wanted>"(?:[^"\\]|\\.)*"|true|false)\])?'
    r"(?:\.(?P<part>[$\w]+))?"
)


@dataclass(frozen=True, slots=True)
class Target:
    """Which attribute one operation means."""

    schema: str
    attribute: str | None
    """None when the whole enterprise extension is meant."""
    wanted: tuple[str, Any] | None
    """The one comparison of a value filter: sub-attribute and what it equals."""
    part: str | None
    """A sub-attribute, or None for the whole."""


@dataclass(frozen=True, slots=True)
class Change:
    """One operation of a PATCH request."""

    op: str
    """add, replace or remove; AWS reads it in any case."""
    target: Target
    value: Any
    """None for a removal without a value."""


def changes(body: Any) -> tuple[Change, ...]:
    """The operations of a PATCH body, in order; raises a 400 refusal."""
    if not isinstance(body, dict) or PATCH_SCHEMA not in _list(body.get("schemas")):
        raise bad_request()
    operations = _list(body.get("Operations"))
    if not operations:
        raise bad_request()
    return tuple(_change(operation) for operation in operations)


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise bad_request()
    return value


def _change(operation: Any) -> Change:
    """Read one operation: `op` is compulsory, `remove` needs a path, `add` and `replace` a value (PatchUser)."""
    if not isinstance(operation, dict) or not isinstance(operation.get("op"), str):
        raise bad_request()
    op, path, value = operation["op"].lower(), operation.get("path"), operation.get("value")
    if op not in ("add", "replace", "remove") or not isinstance(path, str | None):
        raise bad_request()
    if op != "remove" and value is None:
        raise bad_request()
    if path is None:
        if op == "remove":
            raise bad_request("Missing path in PATCH request")
        path, value = _single_attribute(value)
    return Change(op, _target(path), value)


def _single_attribute(value: Any) -> tuple[str, Any]:
    """The path that a path-less operation stands for.

    AWS's example renames a group by `{"id": …, "displayName": …}`, but its endpoint refuses more than one
    attribute.
    """
    if not isinstance(value, dict) or len(value) != 1:
        raise bad_request(PATHLESS)
    ((name, inner),) = value.items()
    if name == ENTERPRISE_SCHEMA:
        if not isinstance(inner, dict) or len(inner) != 1:
            raise bad_request(PATHLESS)
        ((part, inner),) = inner.items()
        name = f"{name}:{part}"
    return name, inner


def _target(path: str) -> Target:
    match = _PATH.fullmatch(path)
    if match is None:
        raise bad_request()
    schema, attribute = match["urn"] or "", match["attribute"]
    if attribute is None and (schema != ENTERPRISE_SCHEMA or match["key"] or match["part"]):
        raise bad_request()
    wanted = None
    if match["key"]:
        try:
            wanted = (match["key"], json.loads(match["wanted"], strict=False))
        except ValueError:
            raise bad_request() from None
    return Target(schema, attribute, wanted, match["part"])
