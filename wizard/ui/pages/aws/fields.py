"""The fields of the AWS page: SCIM endpoint with its confirmation, access token and the day it was created."""

from datetime import date

from PySide6.QtCore import QDate, QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from wizard import messages
from wizard.aws.endpoint import Endpoint, Problem, Token, clean_token, endpoint, registrable_end
from wizard.flow.runs.health import token_life
from wizard.messages.translation import N_, _, ngettext, pgettext
from wizard.provisioning.job import Job, TargetChoice
from wizard.ui.formats import full_date
from wizard.ui.theme.fonts import font_of, px
from wizard.ui.timers import single_shot
from wizard.ui.widgets.buttons import FLAT_PADDING, flat
from wizard.ui.widgets.choices import CheckBox
from wizard.ui.widgets.fields import DateField, LabelledField, PasswordField, TextField

_URL_HINT = N_("Entra ID calls this the tenant URL.")
_TYPING_MILLISECONDS = 400
"""Milliseconds from the last key until a half-typed address is marked wrong."""
_PLACE_HINTS = {
    "": N_("Stored in your system keyring."),
    "keyring": N_("Stored in your system keyring."),
    "session": N_("Kept until you close the program."),
    "environment": N_("Set by the environment variable {variable}. A token entered here is ignored."),
}
"""Where a token is stored -> the hint below its field."""
_VARIABLE = "IDENTITY_CENTER_WIZARD_AWS_TOKEN"
_DOTS = "•" * 32
_PASTED = 8
"""Text that grows by this many characters at once was pasted."""
_OLDEST_DAYS = 400
"""Earliest day of the calendar, in days before today: a token is valid for one year."""


class EndpointField(QWidget):
    """The field `tenantUrl` with its hint, and the confirmation of a host that is not AWS's."""

    changed = Signal(str)
    """The SCIM endpoint, normalised if valid."""
    confirmed = Signal(str, bool)
    """(host, whether the token may be sent there)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._showing = False
        self._confirmed_hosts: frozenset[str] = frozenset()
        self.edit = TextField("tenantUrl")
        self.edit.setFont(font_of("code"))
        self.field = LabelledField(_("SCIM &endpoint"), self.edit, _(_URL_HINT))
        self.confirm = CheckBox()
        self.confirm.setObjectName("confirmHost")
        self.confirm.hide()
        self._typing_timer = single_shot(self, _TYPING_MILLISECONDS, self.say_wrong)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        column.addWidget(self.field)
        column.addWidget(self.confirm)
        self.edit.textChanged.connect(self._typed)
        self.edit.editingFinished.connect(self.finish)
        self.confirm.clicked.connect(self._confirm)

    @property
    def place(self) -> Endpoint | Problem:
        """The typed text, parsed."""
        return endpoint(self.edit.text())

    def show_target(self, target: TargetChoice, confirmed_hosts: frozenset[str]) -> None:
        """Show a job's target; typed text that means the same stays as it is."""
        self._confirmed_hosts = confirmed_hosts
        place = self.place
        url = place.url if isinstance(place, Endpoint) else self.edit.text().strip()
        if url != target.tenant_url:
            self._put(target.tenant_url)
        self._describe()

    def finish(self) -> None:
        """Show the normalised address, or mark it as wrong; called when typing has ended."""
        place = self.place
        if isinstance(place, Endpoint) and place.url != self.edit.text():
            self._put(place.url)
            self._describe()
        self.say_wrong()

    def say_wrong(self) -> None:
        """Mark the address as wrong, unless it is empty or valid."""
        place = self.place
        if isinstance(place, Problem) and self.edit.text().strip():
            self.field.set_wrong(messages.text(place))

    def _put(self, text: str) -> None:
        self._showing = True
        self.edit.setText(text)
        self.edit.setCursorPosition(0)
        self._showing = False

    def _typed(self) -> None:
        if self._showing:
            return
        place = self.place
        self.changed.emit(place.url if isinstance(place, Endpoint) else self.edit.text().strip())
        self.field.set_hint(_(_URL_HINT))
        self._describe()
        self._typing_timer.start()

    def _confirm(self, sure: bool) -> None:
        place = self.place
        if isinstance(place, Endpoint):
            self.confirmed.emit(place.host, sure)

    def _describe(self) -> None:
        place = self.place
        self.confirm.setVisible(isinstance(place, Endpoint) and place.needs_confirmation())
        if isinstance(place, Problem):
            if not self.edit.text():
                self.field.set_hint(_(_URL_HINT))
            return
        self._typing_timer.stop()
        if place.kind == "aws":
            hint = _("{region_name}, {region}. Entra ID calls this the tenant URL.")
            hint = hint.format(region_name=place.region_name, region=place.region)
            self.field.set_hint(hint, icon="check", tone="ok")
        elif place.kind == "loopback":
            self.field.set_hint(_("Runs on this computer."), icon="check", tone="ok")
        else:
            hint = _("{host} is not an AWS host.").format(host=_marked(place.host))
            self.field.set_hint(hint, icon="warning", tone="warn")
            text = _("I trust {domain}. Send people and the access token there.")
            self.confirm.setText(text.format(domain=registrable_end(place.host)))
            self.confirm.setChecked(place.host in self._confirmed_hosts)


def _marked(host: str) -> str:
    """The whole host with its registrable end in bold; a long one may break at its dots."""
    end = registrable_end(host)
    return f"{host.removesuffix(end)}**{end}**".replace(".", ".\u200b")


class _DayEdit(DateField):
    """A day, or "Unknown". Tab leaves it at once: Qt's Tab through day, month and year never ends at "Unknown"."""

    def __init__(self) -> None:
        super().__init__("tokenMadeOn")
        self.setSpecialValueText(pgettext("date", "Unknown"))
        self.setFixedHeight(px(32))
        self.calendarWidget().installEventFilter(self)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Go to the next control; the arrow keys go through day, month and year."""
        return QWidget.focusNextPrevChild(self, forward)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Open the calendar at the present month if no day is known."""
        if (
            watched is self.calendarWidget()
            and event.type() == QEvent.Type.Show
            and self.date() == self.minimumDate()
        ):
            self.calendarWidget().setCurrentPage(date.today().year, date.today().month)
        return super().eventFilter(watched, event)


class TokenFields(QWidget):
    """Access token and the day it was created, side by side."""

    typed = Signal()
    """The text of the token field changed."""
    dated = Signal(str)
    """ISO date of the token's creation; "" = not known."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.secret = PasswordField("accessToken")
        self.field = LabelledField(_("&Access token"), self.secret)
        self.day = _DayEdit()
        self.day_field = LabelledField(_("Token crea&ted"), self.day)
        self.day_field.setFixedWidth(px(176))
        self.calendar = flat(_("Add to calendar…"), "saveTokenCalendar")
        self.calendar.hide()
        self.is_new = False
        """The field holds a token that is not stored yet."""
        self._showing = False
        self._length = 0
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(px(16))
        row.addWidget(self.field, 1, Qt.AlignmentFlag.AlignTop)
        of_day = QVBoxLayout()
        of_day.setSpacing(px(4))
        of_day.addWidget(self.day_field)
        line = QHBoxLayout()
        line.setContentsMargins(-px(FLAT_PADDING), 0, 0, 0)  # align its text with the hint above
        line.addWidget(self.calendar)
        line.addStretch(1)
        of_day.addLayout(line)
        of_day.addStretch(1)
        row.addLayout(of_day)
        self.secret.textChanged.connect(self._changed)
        self.day.dateChanged.connect(self._date_changed)

    @property
    def token(self) -> Token | None:
        """The typed token that is not stored yet, cleaned; None if there is none or it is not valid."""
        found = clean_token(self.secret.text())
        return found if self.is_new and isinstance(found, Token) else None

    def forget(self) -> None:
        """Clear the field, not the stored token."""
        self._showing = True
        self.secret.clear()
        self.secret.eye.setChecked(False)
        self._showing = False
        self._length, self.is_new = 0, False

    def show_place(self, kept: str, session_only: bool = False) -> None:
        """Show where the token is or will be stored; dots replace one that is not in the field."""
        self.secret.setPlaceholderText(_DOTS if kept else "")
        problem = clean_token(self.secret.text())
        if self.is_new and isinstance(problem, Problem):
            self.field.set_wrong(messages.text(problem))
            return
        place = "" if self.is_new and kept != "environment" else kept
        place = place or ("session" if session_only else "")
        hint = _(_PLACE_HINTS[place]).format(variable=_VARIABLE)
        self.field.set_hint(hint, icon="clock" if place == "session" else "key")

    def show_day(self, job: Job) -> None:
        """Show the day the token was created, and when it expires."""
        made = QDate.fromString(job.target.token_made_on, Qt.DateFormat.ISODate)
        self._showing = True
        today = QDate.fromString(date.today().isoformat(), Qt.DateFormat.ISODate)
        oldest = today.addDays(-_OLDEST_DAYS)
        self.day.setMinimumDate(min(oldest, made.addDays(-1)) if made.isValid() else oldest)
        self.day.setMaximumDate(max(today, made) if made.isValid() else today)
        self.day.setDate(made if made.isValid() else self.day.minimumDate())
        self._showing = False
        life = token_life(job)
        self.calendar.setVisible(bool(life.expires_on) and not life.is_expired)
        if not life.expires_on:
            self.day_field.set_hint(_("Tokens expire after a year."))
            return
        day = full_date(date.fromisoformat(life.expires_on))
        if life.is_expired:
            self.day_field.set_wrong(_("Expired {date}").format(date=day))
        elif life.expires_soon:
            self.day_field.set_hint(_left(life.days_left), icon="warning", tone="warn")
        else:
            self.day_field.set_hint(_("Expires {date}").format(date=day))

    def _changed(self, text: str) -> None:
        grown, self._length = len(text) - self._length, len(text)
        if self._showing:
            return
        if grown >= _PASTED:
            self._tidy(text)
        newly = bool(self.secret.text()) and not self.is_new
        self.is_new = bool(self.secret.text())
        self.typed.emit()
        if newly:
            self.dated.emit(date.today().isoformat())

    def _tidy(self, text: str) -> None:
        """Replace pasted text by the cleaned token."""
        found = clean_token(text)
        if isinstance(found, Token) and found.secret.reveal() != text:
            self._showing = True
            self.secret.setText(found.secret.reveal())
            self._showing = False
            self._length = len(self.secret.text())

    def _date_changed(self, day: QDate) -> None:
        if self._showing:
            return
        unknown = day == self.day.minimumDate()
        self.dated.emit("" if unknown else day.toString(Qt.DateFormat.ISODate))


def _left(days: int) -> str:
    if days == 0:
        return _("Expires today")
    if days == 1:
        return _("Expires tomorrow")
    return ngettext("Expires in {days} day", "Expires in {days} days", days).format(days=days)
