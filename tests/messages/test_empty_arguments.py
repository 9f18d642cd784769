"""No message has a hole where an argument is empty: "The address  cannot be used"."""

import inspect
import re
import string
from collections.abc import Mapping
from typing import Any

import pytest

from wizard import messages
from wizard.errors import Message
from wizard.messages.row import Text
from wizard.messages.table import TABLE

LITERAL = re.compile(r'""|[A-Z]\w+\(\)|_ \. : /')
"""What advice quotes as it is."""
HOLE = re.compile(r"  |“”|\"\"|``|\(\)|(?:^| |[(:])[.,;:](?: |$)|:$|^[.,;:]")
NEVER_EMPTY = {"concerns-not-accepted", "several-applications-in-tenant", "encoding-unsure", "sent-as-boolean"}
"""Rows of two or more names, or of a truth value."""


def shown(code: str, args: Mapping[str, Any]) -> list[str]:
    """Every part, as a command shows it; [] = the row needs another kind of argument."""
    message = Message(code, **args)
    with messages.for_commands():
        title = messages.title(message)
        if title == code:
            return []
        return [title, messages.advice(message), messages.accept(message), messages.text(message)]


def fields_of(row: Text) -> dict[str, str]:
    """Name of each placeholder -> what it needs: "number", "message", or "text"."""
    found: dict[str, str] = {}
    for part in (row.title, row.advice, row.accept, row.command):
        for _text, field, spec, _more in string.Formatter().parse(part):
            if field:
                name = field.partition(".")[0]
                kind = "number" if spec else "message" if "." in field else "text"
                found[name] = kind if found.get(name, "text") == "text" else found[name]
    return found


def holes(code: str, empty: Mapping[str, Any], full: Mapping[str, Any]) -> list[str]:
    """The parts that have a hole, and none with other arguments."""
    pairs = zip(shown(code, empty), shown(code, full), strict=True)
    return [
        part for part, whole in pairs if HOLE.search(part) and len(HOLE.findall(part)) > len(HOLE.findall(whole))
    ]


@pytest.mark.parametrize("empty", ["", None])
def test_a_template_has_no_hole(empty: str | None) -> None:
    values = {"number": 7, "message": Message("silent-host"), "text": "x"}
    found = {}
    for code, row in TABLE.items():
        if isinstance(row, Text):
            full = {name: values[kind] for name, kind in fields_of(row).items()}
            args = {name: empty if value == "x" else value for name, value in full.items()}
            found[code] = holes(code, args, full)
    assert {code: parts for code, parts in found.items() if parts} == {}


def test_a_function_has_no_hole() -> None:
    found = {}
    for code, row in TABLE.items():
        if isinstance(row, Text) or code in NEVER_EMPTY:
            continue
        names = inspect.signature(row).parameters
        kinds = {name: inspect.formatannotation(parameter.annotation) for name, parameter in names.items()}
        numbers = {name: 7 for name, kind in kinds.items() if kind.startswith(("int", "float"))}
        lists = {name: () for name, kind in kinds.items() if kind.startswith(("tuple", "Sequence"))}
        parts = shown(code, dict.fromkeys(names, "") | numbers | lists)
        found[code] = [part for part in parts if HOLE.search(LITERAL.sub("x", part))]
    assert {code: parts for code, parts in found.items() if parts} == {}


def test_a_sentence_that_is_only_an_argument_is_left_out() -> None:
    assert messages.advice(Message("file-not-deleted", path="/x", reason="")) == ""
    assert messages.advice(Message("file-not-deleted", path="/x", reason="It is in use"))
    without, answered = (messages.advice(Message("graph-throttles", answer=text)) for text in ("", "Slow down."))
    assert answered == f"{without} Slow down."


def test_the_address_of_a_webhook_may_have_no_host() -> None:
    title = messages.title(Message("alert-address-unusable", host=""))
    assert "  " not in title
    assert title != messages.title(Message("alert-address-unusable", host="a.example"))
