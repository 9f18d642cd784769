"""The access token: a line with what can be done, a panel that replaces it by a second one, its last day as a file."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from wizard import messages
from wizard.aws.endpoint import Problem, Token, clean_token, endpoint
from wizard.errors import WizardError
from wizard.flow.runs.health import TokenLife
from wizard.messages.row import sentences
from wizard.messages.translation import _
from wizard.ui.page import WizardPage
from wizard.ui.pages.shared.aws_console import open_console
from wizard.ui.tasks import Emit, Slot
from wizard.ui.theme.fonts import px
from wizard.ui.theme.icons import set_icon
from wizard.ui.theme.stylesheet import set_ink
from wizard.ui.widgets.buttons import flat, icon_button, primary
from wizard.ui.widgets.cards import Card, MessageAction, OpenedPanel
from wizard.ui.widgets.fields import LabelledField, PasswordField
from wizard.ui.widgets.files import save_file
from wizard.ui.widgets.labels import LineLabel, Paragraph, StepNumber, label

if TYPE_CHECKING:
    from wizard.flow.runs.rotation import Rotated
    from wizard.flow.services import Services


class AccessToken:
    """Replaces the job's access token for the page; `opened` and `closed` make room for the panel and take it back."""

    def __init__(
        self,
        page: WizardPage,
        opened: Callable[[], None],
        closed: Callable[[], None],
        replaced: Callable[[], None] | None = None,
        offers: Callable[[WizardError], tuple[MessageAction, ...]] = lambda _error: (),
    ) -> None:
        """`replaced` is called once the new token is in use; None = the page's `enter`. `offers`: help against an error."""
        self._page = page
        self._opened, self._closed = opened, closed
        self._replaced = replaced or page.enter
        self._offers = offers
        self.line = TokenLine()
        self.panel = TokenPanel()
        self.panel.hide()
        self.line.change.clicked.connect(self.open)
        self.line.calendar.clicked.connect(lambda: save_calendar(page))
        self.panel.closed.connect(self.close)
        self.panel.console_asked.connect(
            lambda: open_console(endpoint(self._page.session.draft.target.tenant_url))
        )
        self.panel.replace.clicked.connect(self.replace)

    @property
    def is_open(self) -> bool:
        """Whether the panel is shown."""
        return not self.panel.isHidden()

    def show_life(self, life: TokenLife, possible: bool) -> None:
        """Offer what can be done. `possible`: the job outlives this window."""
        self.line.setVisible(possible)
        self.line.show_life(life)

    def forget(self) -> None:
        """Reset for another job."""
        self.panel.forget()
        self.panel.hide()

    def open(self) -> None:
        """Show the panel."""
        self._page.clear_message("token")
        self.panel.forget()
        self.panel.show()
        self._opened()
        self.panel.field.setFocus()

    def close(self) -> None:
        """Hide the panel and empty its field."""
        self._page.clear_message("token")
        self.panel.forget()
        self.panel.hide()
        self._closed()
        self.line.change.setFocus()

    def end_reminder(self) -> None:
        """Store that the first token was deleted in the AWS console."""
        job_id = self._page.session.draft.id

        async def work(services: "Services", _emit: Emit) -> None:
            from wizard.flow.runs.rotation import first_token_deleted

            await first_token_deleted(services, job_id)

        self._page.tasks.run(
            Slot.TOKEN_ROTATION, work, on_done=lambda _nothing: self._page.enter(), on_error=self._failed
        )

    def replace(self) -> None:
        """Test the typed token and store it."""
        session_only = self._page.session.is_session_only
        job, token = self._page.session.draft, self.panel.token
        if token is None or self.panel.replace.is_busy:
            return

        async def work(services: "Services", _emit: Emit) -> "Rotated":
            from wizard.flow.runs.rotation import rotate_token

            return await rotate_token(services, job, token.secret.reveal(), session_only=session_only)

        def done(rotated: "Rotated") -> None:
            self.panel.show_working(False)
            if self._page.session.draft.id != job.id:
                return
            session = self._page.session
            session.answer(
                replace(session.draft, target=replace(session.draft.target, token_made_on=rotated.made_on))
            )
            if rotated.at_microsoft is not None:  # the panel stays open, with the token in its field
                self._page.show_message(
                    "bad",
                    _("Microsoft still has the old access token"),
                    sentences(
                        _("The new token is stored on this computer."),
                        messages.text(rotated.at_microsoft),
                        _("Try again with the same token. Do not delete the old token yet."),
                    ),
                    cause="token",
                )
                return
            self.close()
            self._replaced()
            self._page.shell.notify(_("The new access token is stored."))
            steps = [
                _("Microsoft's service uses it from now on.")
                if job.engine == "entra"
                else _("Runs use it from now on.")
            ]
            for path, command in rotated.to_renew:
                step = _("Scheduled runs still read the first token from {path}. Run in a terminal: {command}")
                steps.append(step.format(path=path, command=command))
            if rotated.is_new:
                steps.append(_("Then delete the first token in the AWS console."))
            self._page.show_message("ok", _("Access token replaced"), sentences(*steps), cause="token")

        def failed(error: WizardError) -> None:
            self.panel.show_working(False)
            if self._page.session.draft.id == job.id:
                self._failed(error)

        self._page.clear_message("token")
        self.panel.show_working(True)
        self._page.tasks.run(Slot.TOKEN_ROTATION, work, on_done=done, on_error=failed)

    def _failed(self, error: WizardError) -> None:
        self._page.show_error(error, self._offers(error), cause="token")


def save_calendar(page: WizardPage) -> None:
    """Ask for a place and write a calendar file with the token's last day there."""
    job = page.session.draft
    name = re.sub(r'[\\/:*?"<>|\x00-\x1f]', " ", job.name).strip() or "AWS"
    path = save_file(
        page, _("Save calendar file"), _("{job} access token.ics").format(job=name), "iCalendar (*.ics)"
    )
    if path is None:
        return
    target: Path = path

    async def work(_services: "Services", _emit: Emit) -> None:
        from wizard.flow.support.calendar_file import write_calendar

        await write_calendar(job, target, replaces=True)  # the dialog asked

    def done(_nothing: object) -> None:
        page.shell.notify(_("Saved {file}. Open it with your calendar.").format(file=target.name))

    page.clear_message("token")
    page.tasks.run(
        Slot.CALENDAR_SAVE, work, on_done=done, on_error=lambda error: page.show_error(error, cause="token")
    )


class TokenLine(QWidget):
    """Buttons for a calendar file with the token's last day, and for the panel that replaces it."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("tokenLine")
        self._icon = QLabel()
        self._words = LineLabel(elide=True)
        self._words.setObjectName("tokenWords")
        self._words.setText(_("AWS accepts two access tokens at a time, so runs continue while you replace it."))
        self.calendar = flat(_("Add to calendar…"), "saveTokenCalendar")
        self.change = flat(_("Replace token…"), "replaceToken")
        row = QHBoxLayout(self)
        row.setSpacing(px(8))
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._words, 1)
        row.addWidget(self.calendar)
        row.addWidget(self.change)
        self.set_narrow(False)

    def set_narrow(self, narrow: bool) -> None:
        """Use less width in a narrow window."""
        pad = px(0 if narrow else 4)
        layout = self.layout()
        assert layout is not None
        layout.setContentsMargins(px(16), pad, px(10), pad)

    def show_life(self, life: TokenLife) -> None:
        """Mark a token that expires soon; offer a calendar file where the last day is known and to come."""
        wrong = life.is_expired or life.expires_soon
        set_icon(self._icon, "key", "warn" if wrong else "text2")
        set_ink(self._words, "text" if wrong else "text2")
        self.calendar.setVisible(bool(life.expires_on) and not life.is_expired)


class TokenPanel(OpenedPanel):
    """Three steps and a field. `AccessToken` acts on its signals."""

    console_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("tokenPanel")
        self.field = PasswordField("newToken")
        self._labelled = LabelledField(_("&New access token"), self.field)
        self.replace = primary(_("Test and replace"), "rotateToken", busy=_("Testing…"))
        self.back = icon_button("cross", _("Back to the log"), "closeToken")
        self._fill()
        self.field.textChanged.connect(self._typed)
        self.field.returnPressed.connect(self.replace.click)
        self.back.clicked.connect(self.closed)
        self.forget()

    @property
    def token(self) -> Token | None:
        """The typed token, cleaned; None = there is none, or it has not the form of one."""
        found = clean_token(self.field.text())
        return found if isinstance(found, Token) else None

    def forget(self) -> None:
        """Empty the field."""
        self.field.clear()
        self.field.eye.setChecked(False)
        self.show_working(False)

    def show_working(self, on: bool) -> None:
        """Disable the panel while the token is tested and stored."""
        self.replace.set_busy(on)
        self.field.setEnabled(not on)
        self.back.setEnabled(not on)
        if not on:
            self.replace.setEnabled(self.token is not None)

    def _typed(self, text: str) -> None:
        found = clean_token(text)
        self.replace.setEnabled(isinstance(found, Token))
        self._labelled.set_hint(_("Stored in place of the first token once AWS accepts it."))
        if text and isinstance(found, Problem):
            self._labelled.set_wrong(messages.text(found))

    def _fill(self) -> None:
        head = QHBoxLayout()
        head.addWidget(label(_("Replace the access token"), "health"), 1)
        head.addWidget(self.back)
        card = Card()
        console = flat(_("Open AWS console"), "openConsole", icon="external")
        console.clicked.connect(self.console_asked)
        self._add_step(
            card,
            1,
            _(
                "In the AWS console, open IAM Identity Center and choose **Settings**, **Identity source**, "
                "**Actions**, **Manage provisioning**, **Generate token**. AWS accepts two tokens, so runs "
                "continue."
            ),
            console,
        )
        self._labelled.set_hint(_("Stored in place of the first token once AWS accepts it."))
        self._add_step(card, 2, _("Paste the second token."), self._labelled, self.replace)
        self._add_step(card, 3, _("Delete the first token in the AWS console. Monitor reminds you."))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(px(12))
        whole.addLayout(head)
        whole.addWidget(card)
        whole.addStretch(1)

    @staticmethod
    def _add_step(card: Card, number: int, text: str, *parts: QWidget) -> None:
        row = QHBoxLayout()
        row.setSpacing(px(12))
        row.addWidget(StepNumber(number), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(px(8))
        column.addWidget(Paragraph(text))
        for part in parts:
            field = isinstance(part, LabelledField)
            column.addWidget(part, 0, Qt.AlignmentFlag(0) if field else Qt.AlignmentFlag.AlignLeft)
        row.addLayout(column, 1)
        card.column.addLayout(row)
