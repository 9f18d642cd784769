"""Rows of the provisioning log: the columns of their tables, and the pane with everything about one row."""

import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from wizard import messages
from wizard.flow.steps.fix import fix_of
from wizard.messages.translation import N_, Np_, _, pgettext
from wizard.ui.formats import day, grouped, is_today, short_date
from wizard.ui.theme.colors import Ink
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.buttons import flat, icon_button, small
from wizard.ui.widgets.cards import CheckRow, CheckState, DetailPane, content_column, line
from wizard.ui.widgets.labels import Paragraph, label
from wizard.ui.widgets.tables.rows_model import Column, Mark

if TYPE_CHECKING:
    from wizard.provisioning.events import LogRow


RESULTS: dict[str, tuple[str, str, Ink]] = {
    "success": (N_("Done"), "check", "ok"),
    "failure": (N_("Failed"), "alert-circle", "bad"),
    "skipped": (N_("Skipped"), "skip", "text2"),
    "warning": (N_("Warning"), "warning", "warn"),
    "held": (N_("Held"), "pause", "warn"),
}
"""Status -> word marked with `N_`, icon, ink."""
CHANGES: dict[str, tuple[str, str]] = {
    "create": (N_("Create"), "plus"),
    "update": (N_("Update"), "pencil"),
    "disable": (N_("Disable"), "minus-circle"),
    "delete": (N_("Delete"), "trash"),
    "other": (Np_("change", "None"), "minus"),
}
"""Action -> word marked with `N_`, icon."""

Row = Any
"""A `LogRow`, or an object with its attributes."""
WIDTH = 304
_STEPS = {
    "import": N_("Import"),
    "scoping": N_("Scope"),
    "matching": N_("Match"),
    "processing": N_("Prepare"),
    "referenceResolution": N_("Managers and members"),
    "export": N_("Write to AWS"),
}
_STEP_RESULTS = {
    "success": N_("done"),
    "failure": N_("failed"),
    "warning": N_("warning"),
    "skipped": N_("skipped"),
}
_MARK = "\u200b"


def clock_of(iso: str) -> str:
    """Return "14:33:45" in local time."""
    whole, _, fraction = iso.partition(".")  # of three digits, or seven in Microsoft's log
    return _clock(whole + fraction.lstrip("0123456789"))


@lru_cache(maxsize=1024)
def _clock(iso: str) -> str:
    """As `clock_of`, cached per second: many rows share one."""
    try:
        return f"{datetime.fromisoformat(iso).astimezone():%H:%M:%S}"
    except ValueError:
        return iso


def moment_of(iso: str) -> str:
    """Return "14:33:45" of today, and "Nov 29, 07:54" of another day."""
    return clock_of(iso) if is_today(iso) else _moment(iso)


@lru_cache(maxsize=1024)
def _moment(iso: str) -> str:
    try:
        local = datetime.fromisoformat(iso).astimezone()
    except (ValueError, OverflowError):
        return iso
    day_and_time = pgettext("in a narrow column", "{day}, {time}")
    return day_and_time.format(day=short_date(local.date()), time=f"{local:%H:%M}")


def result_of(row: Row) -> str:
    """Return "Done", "Failed", …"""
    return _(RESULTS[row.status][0])


def change_of(row: Row) -> str:
    """Return "Create", "Members", …"""
    return _("Members") if row.kind == "membership" else _(CHANGES[row.action][0])


def _title(row: Row) -> str:
    return row.title if hasattr(row, "title") else messages.title(row)


def log_columns(of: Callable[[Any], Row], *, detail: bool = True) -> tuple[Column, ...]:
    """Time, result, change, person or group, and with `detail` also what happened and how long it took.

    `of` gives the row behind what the model holds.
    """

    def result_mark(held: Any) -> Mark:
        icon, ink = RESULTS[of(held).status][1:]
        return Mark(icon, ink)

    def result_ink(held: Any) -> Ink:
        return RESULTS[of(held).status][2] if of(held).status != "success" else "text"

    def change_mark(held: Any) -> Mark:
        row = of(held)
        return Mark("people" if row.kind == "membership" else CHANGES[row.action][1], "text2")

    def detail_ink(held: Any) -> Ink:
        return "bad" if of(held).status == "failure" else "text2"

    def took(held: Any) -> str:
        return f"{grouped(of(held).milliseconds)}" if of(held).milliseconds else ""

    first = (
        Column(
            _("Time"),
            lambda held: (clock_of if detail else moment_of)(of(held).time),
            88 if detail else 112,
            ink="text2",
        ),
        Column(
            _("Result"),
            lambda held: result_of(of(held)),
            104 if detail else 100,
            words=tuple(_(word) for word, _icon, _ink in RESULTS.values()),
            mark=result_mark,
            ink=result_ink,
        ),
        Column(
            pgettext("column", "Change"),
            lambda held: change_of(of(held)),
            116 if detail else 104,
            words=(_("Members"), *(_(word) for word, _icon in CHANGES.values())),
            mark=change_mark,
        ),
    )
    if not detail:
        return (*first, Column(_("Person or group"), lambda held: of(held).label))
    return (
        *first,
        Column(_("Person or group"), lambda held: of(held).label, share=4),
        Column(_("Detail"), lambda held: _title(of(held)), share=6, ink=detail_ink),
        Column(_("ms"), took, 64, right=True, ink="text2"),
    )


_STATES: dict[str, CheckState] = {
    "success": "ok",
    "failure": "bad",
    "warning": "warn",
    "skipped": "untried",
    "held": "warn",
}


class LogDetail(DetailPane):
    """Everything about one row, beside the log; 304 wide."""

    fix_asked = Signal(object)
    """The Fix of the failure shown."""
    again_asked = Signal(str, str)
    """(kind, source id) of the person or group to provision again."""

    def __init__(self, *, by_microsoft: bool = False) -> None:
        """by_microsoft: ids and sentences are those of Microsoft's log, not AWS's."""
        super().__init__("logDetail", "info", _("Select an entry"), _("Its steps, cause, and fix appear here."))
        self.setFixedWidth(px(WIDTH))
        self._said = N_("Response from Microsoft") if by_microsoft else N_("Response from AWS")
        self._request = N_("Microsoft log entry") if by_microsoft else N_("AWS request ID")
        self.row: LogRow | None = None
        """The row shown."""

    def show_row(self, row: "LogRow | None") -> None:
        """Show a row; None = an empty pane."""
        self.row = row
        if row is None:
            self.show_content(None)
            return
        content, column = content_column(0)
        column.addWidget(self._head(row))
        column.addLayout(_steps(row))
        column.addWidget(line())
        for part in (_cause(row), self._ways_out(row), _modified(row), self._aws(row)):
            if part is not None:
                column.addWidget(part)
        column.addStretch(1)
        self.show_content(content)
        words = _("{name}, {change}: {result}")
        self.setAccessibleName(words.format(name=row.label, change=change_of(row), result=messages.title(row)))

    def text(self) -> str:
        """Return everything about the row as text for the clipboard."""
        row = self.row
        if row is None:
            return ""
        parts = [
            _("{name}: {change}, {time}").format(name=row.label, change=change_of(row), time=row.time),
            messages.text(row),
        ]
        parts += [
            _("{step}: {result}").format(step=_step_name(step), result=_(_STEP_RESULTS.get(result, result)))
            for step, result in row.steps
        ]
        parts += [f"{change.name}: {change.before} → {change.after}" for change in row.modified]
        if row.detail and row.http_status:
            parts.append(_("AWS ({status}): {text}").format(status=row.http_status, text=row.detail))
        elif row.detail:
            parts.append(_("{name}: {text}").format(name=_(self._said), text=row.detail))
        if row.request_id:
            parts.append(_("{name}: {text}").format(name=_(self._request), text=row.request_id))
        parts += [_("AWS ID: {id}").format(id=row.target_id)] if row.target_id else []
        return "\n".join(parts)

    def _head(self, row: "LogRow") -> QWidget:
        copy = icon_button("copy", _("Copy this entry"), "copyLogLine")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text()))
        words = QVBoxLayout()
        words.setSpacing(px(2))
        words.addWidget(Paragraph(row.label or _("Whole run"), "section"))
        change = _("No change") if row.action == "other" else change_of(row)
        when = _("{change}, {day} at {time}").format(
            change=change, day=day(row.time, place="when"), time=clock_of(row.time)
        )
        words.addWidget(Paragraph(when, "small", "text2"))
        return _padded(words, copy)

    def _ways_out(self, row: "LogRow") -> QWidget | None:
        """Fix, and Provision again only where AWS may answer differently the next time."""
        if row.status != "failure":
            return None
        buttons = QHBoxLayout()
        buttons.setSpacing(px(12))
        fix = fix_of(row)
        if fix is not None:
            to_fix = small(_("Fix"), "fixLogLine", icon="pencil")
            to_fix.setAccessibleName(_("Fix {name}").format(name=row.label))
            to_fix.clicked.connect(lambda: self.fix_asked.emit(fix))
            buttons.addWidget(to_fix)
        before_aws = row.message.code in ("object-rejected", "take-over", "inherited")
        if row.source_id and row.kind != "membership" and not before_aws:
            again = (
                small(_("Provision again…"), "provisionAgain")
                if fix is None
                else flat(_("Provision again…"), "provisionAgain")
            )
            again.setAccessibleName(_("Provision {name} again").format(name=row.label))
            again.clicked.connect(lambda: self.again_asked.emit(row.kind, row.source_id))
            buttons.addWidget(again)
        if not buttons.count():
            return None
        buttons.addStretch(1)
        column = QVBoxLayout()
        column.addLayout(buttons)
        return _padded(column)

    def _aws(self, row: "LogRow") -> QWidget | None:
        if not (row.detail or row.request_id or row.target_id):
            return None
        column = QVBoxLayout()
        column.setSpacing(px(4))
        if row.detail:
            column.addWidget(Paragraph(_(self._said), "small-medium", "text2"))
            column.addWidget(_code(row.detail))
        for title, value, name in (
            (_(self._request), row.request_id, "copyRequestId"),
            (_("AWS ID"), row.target_id, "copyTargetId"),
        ):
            if value:
                column.addLayout(_copyable(title, value, name))
        return _padded(column)


def _steps(row: "LogRow") -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(0)
    for step, result in row.steps:
        status = str(row.http_status) if step == "export" and row.http_status else ""
        words = {"success": "", "skipped": _("skipped")}.get(result, status)
        column.addWidget(CheckRow(f"logStep.{step}", _step_name(step), _STATES.get(result, "untried"), words))
    return column


def _step_name(step: str) -> str:
    return _(_STEPS[step]) if step in _STEPS else step


def _cause(row: "LogRow") -> QWidget:
    column = QVBoxLayout()
    column.setSpacing(px(4))
    column.addWidget(Paragraph(messages.title(row), "section"))
    if advice := messages.advice(row):
        column.addWidget(Paragraph(breakable(advice), ink="text2"))
    return _padded(column)


def _modified(row: "LogRow") -> QWidget | None:
    if not row.modified:
        return None
    column = QVBoxLayout()
    column.setSpacing(px(2))
    column.addWidget(label(_("Changed attributes"), "small-medium", "text2"))
    for change in row.modified:
        column.addWidget(Paragraph(breakable(change_in_words(change.name, change.before, change.after)), "small"))
    return _padded(column)


def _copyable(title: str, value: str, name: str) -> QHBoxLayout:
    copy = small(_("Copy"), name)
    copy.setAccessibleName(_("Copy {what}").format(what=title))
    copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(value))
    words = QVBoxLayout()
    words.setSpacing(0)
    words.addWidget(Paragraph(title, "small-medium", "text2"))
    words.addWidget(_code(value))
    row = QHBoxLayout()
    row.addLayout(words, 1)
    row.addWidget(copy, 0, Qt.AlignmentFlag.AlignTop)
    return row


def _code(text: str) -> QLabel:
    made = label(breakable(text), "code")
    made.setWordWrap(True)
    return made


def _padded(inside: QVBoxLayout, beside: QWidget | None = None) -> QWidget:
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(px(16), 0, px(16), 0)
    row.addLayout(inside, 1)
    if beside is not None:
        row.addWidget(beside, 0, Qt.AlignmentFlag.AlignTop)
    return made


def change_in_words(name: str, before: str, after: str) -> str:
    """Return an attribute before and after, with the new value in bold."""
    after = after or _("no value")
    if before:
        return _("{attribute}: {before} → **{after}**").format(attribute=name, before=before, after=after)
    return _("{attribute}: **{after}**").format(attribute=name, after=after)


def breakable(text: str) -> str:
    """Return the text with zero-width spaces, so that long words wrap. For display only, not for the clipboard."""
    return re.sub(r"(?<=[^\s])([@._/:-])(?=[^\s])", rf"\1{_MARK}", text)
