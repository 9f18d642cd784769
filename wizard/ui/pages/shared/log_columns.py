"""The provisioning log's columns, in Entra's terms and a person's words; the same on Run and Monitor."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

from wizard import messages
from wizard.ui.theme.colors import Ink
from wizard.ui.widgets.tables.rows_model import Column, Mark

RESULTS: dict[str, tuple[str, str, Ink]] = {
    "success": ("Done", "check", "ok"),
    "failure": ("Failed", "alert-circle", "bad"),
    "skipped": ("Skipped", "skip", "text2"),
    "warning": ("Warning", "warning", "warn"),
}
"""Status -> word, icon, ink."""
CHANGES: dict[str, tuple[str, str]] = {
    "create": ("Create", "plus"),
    "update": ("Update", "pencil"),
    "disable": ("Disable", "minus-circle"),
    "delete": ("Delete", "trash"),
    "other": ("None", "minus"),
}
"""Action -> word, icon."""

Row = Any
"""A `LogRow`, or what has its attributes."""


def clock_of(iso: str) -> str:
    """ "14:33:45", by this computer's clock."""
    return _clock(iso[:19] + iso[23:]) if iso[19:20] == "." else _clock(iso)


@lru_cache(maxsize=1024)
def _clock(iso: str) -> str:
    """Of a time without its milliseconds: many lines share a second."""
    try:
        return f"{datetime.fromisoformat(iso).astimezone():%H:%M:%S}"
    except ValueError:
        return iso


def result_of(row: Row) -> str:
    """ "Done", "Failed" …"""
    return RESULTS[row.status][0]


def change_of(row: Row) -> str:
    """ "Create", "Members" …"""
    return "Members" if row.kind == "membership" else CHANGES[row.action][0]


def _title(row: Row) -> str:
    return row.title if hasattr(row, "title") else messages.title(row)


def log_columns(of: Callable[[Any], Row], *, detail: bool = True) -> tuple[Column, ...]:
    """Time, result, change, person or group, and with `detail` also what happened and how long it took.

    `of` gives the row behind what the model holds.
    """

    def result_mark(held: Any) -> Mark:
        _word, icon, ink = RESULTS[of(held).status]
        return Mark(icon, ink)

    def result_ink(held: Any) -> Ink:
        return RESULTS[of(held).status][2] if of(held).status != "success" else "text"

    def change_mark(held: Any) -> Mark:
        row = of(held)
        return Mark("people" if row.kind == "membership" else CHANGES[row.action][1], "text2")

    def detail_ink(held: Any) -> Ink:
        return "bad" if of(held).status == "failure" else "text2"

    def took(held: Any) -> str:
        return f"{of(held).milliseconds:,}" if of(held).milliseconds else ""

    first = (
        Column("Time", lambda held: clock_of(of(held).time), 88 if detail else 92, ink="text2"),
        Column(
            "Result", lambda held: result_of(of(held)), 104 if detail else 100, mark=result_mark, ink=result_ink
        ),
        Column("Change", lambda held: change_of(of(held)), 116 if detail else 104, mark=change_mark),
    )
    if not detail:
        return (*first, Column("Person or group", lambda held: of(held).label))
    return (
        *first,
        Column("Person or group", lambda held: of(held).label, share=4),
        Column("Detail", lambda held: _title(of(held)), share=6, ink=detail_ink),
        Column("ms", took, 64, right=True, ink="text2"),
    )
