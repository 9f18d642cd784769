"""The card at the top of Monitor for Microsoft's service, and the one that replaces its access token."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QProgressBar

from wizard import messages
from wizard.messages import Noun, counted
from wizard.messages.row import sentences
from wizard.messages.translation import N_, _
from wizard.ui.formats import day_and_time, grouped
from wizard.ui.pages.shared.status_card import StatusCard
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.buttons import danger, flat, secondary
from wizard.ui.widgets.cards import Card
from wizard.ui.widgets.charts.run_chart import RunChart
from wizard.ui.widgets.fields import LabelledField, PasswordField
from wizard.ui.widgets.labels import Paragraph, label

if TYPE_CHECKING:
    from wizard.flow.microsoft.models import EngineStatus

_FACTS = (
    ("last", N_("Last cycle")),
    ("next", N_("Next attempt")),
    ("provisioned", N_("Provisioned")),
    ("failed", N_("Failed in the last cycle")),
)
_VERBS = {
    "setup": (N_("Review setup"), "pencil"),
    "start": (N_("Start"), "play"),
    "restart": (N_("Restart…"), "refresh"),
    "token": (N_("Replace token…"), "key"),
    "allow-deletes": (N_("Show who"), "people"),
}
_MOST_HELD = 20


class ServiceCard(StatusCard):
    """State and remedy, progress of the first cycle, held deletions, the last cycles, four facts."""

    def __init__(self) -> None:
        super().__init__(RunChart("cycleChart"), _FACTS)
        self.bar = QProgressBar()
        self.bar.setObjectName("cycleProgress")
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(_("Progress of the cycle"))
        self._pages = label("", "small", "text2")
        self.held = Paragraph(kind="small", ink="text2")
        self.held.setObjectName("heldDeletions")
        self.held.hide()
        for part in (self._pages, self.bar, self.held):
            self.add_part(part)
        self.remedy = secondary("", "remedy")
        self.allow = danger(_("Allow…"), "allowDeletes")
        self.portal = flat(_("Open in Entra ID"), "openPortal", icon="external", size="normal")
        self.add_buttons(self.remedy, self.allow, self.portal)
        self.show_bars((), -1)

    def show_status(self, status: "EngineStatus") -> None:
        """Show a state."""
        state = status.status
        advice = messages.advice(state.message)
        if status.rotation_pending:
            advice = sentences(advice, _("Microsoft still has the old access token. Replace it again."))
        self.show_state(state.tone, messages.title(state.message), advice)
        words, icon = _VERBS.get("token" if status.rotation_pending else state.remedy, ("", ""))
        self.remedy.change_text(_(words) if words else "")
        self.remedy.change_icon(icon)
        self.remedy.setVisible(bool(words))
        self.allow.setVisible(state.remedy == "allow-deletes" and bool(status.held))
        self.portal.setVisible(bool(status.portal_url))
        self._show_progress(state.code == "entra-first-cycle", state.done, state.total)
        self._show_held([each.label for each in status.held])
        self._show_facts(status)

    def _show_progress(self, running: bool, done: int, total: int) -> None:
        self.bar.setVisible(running)
        self._pages.setVisible(running and total > 0)
        self.bar.setRange(0, total)
        self.bar.setValue(min(done, total))
        self._pages.setText(_("Page {done} of {total}").format(done=grouped(done), total=grouped(total)))

    def _show_held(self, names: Sequence[str]) -> None:
        more = len(names) - _MOST_HELD
        shown = ", ".join(names[:_MOST_HELD])
        if more > 0:
            shown = _("{names} and {more} more").format(names=shown, more=grouped(more))
        self.held.setText(shown)
        if not names:
            self.held.hide()

    def _show_facts(self, status: "EngineStatus") -> None:
        state = status.status
        last = day_and_time(state.last_ended, within=True) if state.last_ended else _("None yet")
        next_attempt = _("As usual")
        if state.next_attempt:
            next_attempt = _("About {time}").format(time=day_and_time(state.next_attempt, within=True))
        people, groups = counted(state.people, Noun.PERSON), counted(state.groups, Noun.GROUP)
        self.show_fact("last", last)
        self.show_fact("next", next_attempt)
        self.show_fact("provisioned", _("{people}, {groups}").format(people=people, groups=groups))
        self.show_fact("failed", grouped(state.failed))


class TokenCard(Card):
    """A new access token, for this computer and Microsoft in one action."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("tokenCard")
        self.field = PasswordField("newToken")
        self.replaced = secondary(_("Replace token"), "replaceToken", icon="key", busy=_("Testing…"))
        self.replaced.setEnabled(False)
        self.close_button = flat(_("Cancel"), "cancelToken")
        field = LabelledField(
            _("&New access token"),
            self.field,
            _(
                "Generate a second token in the AWS console. It is tested from here and from Microsoft before it is stored."
            ),
        )
        row = QHBoxLayout()
        row.setSpacing(px(8))
        row.addWidget(self.replaced)
        row.addWidget(self.close_button)
        row.addStretch(1)
        self.column.addWidget(field)
        self.column.addLayout(row)
        self.field.textChanged.connect(lambda text: self.replaced.setEnabled(bool(text.strip())))
        self.field.returnPressed.connect(self.replaced.click)
        self.close_button.clicked.connect(self._cancel)

    def set_busy(self, busy: bool) -> None:
        """Show that the token is being tested and stored."""
        self.replaced.set_busy(busy)

    def forget(self) -> None:
        """Empty the field."""
        self.field.clear()

    def _cancel(self) -> None:
        self.forget()
        self.hide()
