"""The result of the connection test: a message and four checks."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from wizard import messages
from wizard.messages.translation import N_, _
from wizard.ui.formats import day_and_time, short_span
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.cards import CheckRow, CheckState, MessageAction, MessageCard

if TYPE_CHECKING:
    from wizard.aws.interface import ConnectionTest, TestStep

CHECKS = (
    ("answer", N_("Endpoint responds")),
    ("token", N_("Token accepted")),
    ("people", N_("People can be read")),
    ("groups", N_("Groups can be read")),
)
_STATES: dict[str, CheckState] = {"passed": "ok", "failed": "bad", "not-tried": "untried"}
_OUTCOMES = {
    "passed": N_("{check}: passed, {detail}"),
    "failed": N_("{check}: failed, {detail}"),
    "not-tried": N_("{check}: not tried"),
}
_MADE_IN_CONSOLE = frozenset({"token", "forbidden", "tenant"})
"""Causes that are fixed in the AWS console."""


class TestResult(QWidget):
    """A message over four check rows."""

    __test__ = False  # pytest would collect a class of this name

    def __init__(self, open_console: Callable[[], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._open_console = open_console
        self.card = MessageCard("info")
        self.card.setObjectName("testResult")
        self.checks = {name: CheckRow(f"check.{name}", _(text)) for name, text in CHECKS}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.card)
        column.addSpacing(px(12))
        for row in self.checks.values():
            column.addWidget(row)

    def show_test(self, test: "ConnectionTest", tenant_url: str) -> None:
        """Show the result of a test."""
        if test.passed:  # the checks below show the rest
            self.card.show_text("ok", messages.title(test), _("The test changed nothing."))
        else:
            self.card.show_message("bad", test, self._actions_for(test, tenant_url))
        for step in test.steps:
            self.checks[step.name].show_state(_STATES[step.outcome], _seen(step))
        self.setVisible(True)

    def _actions_for(self, test: "ConnectionTest", tenant_url: str) -> tuple[MessageAction, ...]:
        def copy() -> None:
            QApplication.clipboard().setText(details(test, tenant_url))

        copying = MessageAction(_("Copy details"), "copyDetails", copy)
        if test.cause not in _MADE_IN_CONSOLE:
            return (copying,)
        console = MessageAction(_("Open AWS console"), "resultConsole", self._open_console, False, "external")
        return (console, copying)


def tested_words(test: "ConnectionTest | None", tested_at: float) -> str:
    """Return "Tested today, 14:31 (590 ms)", or "" without a test; `tested_at` is wall clock in seconds."""
    if test is None:
        return ""
    moment = datetime.fromtimestamp(tested_at).astimezone()
    text = _("Tested {moment} ({duration})")
    return text.format(moment=day_and_time(moment, place="when"), duration=short_span(test.seconds))


def details(test: "ConnectionTest", tenant_url: str) -> str:
    """Return everything about the test as text for the clipboard, without the token."""
    title = messages.title(test)
    head = (f"{title} ({test.cause})" if test.cause else title, messages.advice(test), tenant_url)
    took = _("Duration: {duration}").format(duration=short_span(test.seconds))
    return "\n".join((*head, *(_line(step) for step in test.steps), took))


def _line(step: "TestStep") -> str:
    check = _(dict(CHECKS)[step.name])
    return _(_OUTCOMES[step.outcome]).format(check=check, detail=_seen(step) or short_span(step.seconds))


def _seen(step: "TestStep") -> str:
    return messages.title(step.detail) if step.detail is not None else ""
