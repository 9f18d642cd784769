"""The card at the top of Monitor for Microsoft's service, and the one that replaces its access token."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QProgressBar

from wizard import messages
from wizard.messages import Noun, counted
from wizard.messages.row import sentences
from wizard.messages.translation import N_, Nn_, Np_, _, ngettext
from wizard.ui.formats import day_and_time, grouped, span_in_words
from wizard.ui.pages.shared.status_card import StatusCard, bar_labels
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.buttons import danger, flat, secondary
from wizard.ui.widgets.cards import Card
from wizard.ui.widgets.charts.run_chart import ChartTexts, RunBar, RunChart
from wizard.ui.widgets.fields import LabelledField, PasswordField
from wizard.ui.widgets.labels import label

if TYPE_CHECKING:
    from wizard.flow.microsoft.models import CycleOutcome, EngineStatus

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
_CYCLES = ChartTexts(
    (Np_("count", "Done"), Np_("count", "Held"), Np_("count", "Failed")),
    (
        N_("Cycle"),
        Np_("count", "Created"),
        Np_("count", "Updated"),
        Np_("count", "Disabled"),
        Np_("count", "Deleted"),
        Np_("count", "Held"),
        Np_("count", "Failed"),
        Np_("count", "Skipped"),
        N_("Duration"),
    ),
    Nn_("Last cycle", "Last {n:,} cycles"),
    Nn_("Last cycle, {chosen}", "Last {n:,} cycles, {chosen}"),
    N_("none chosen"),
)


class ServiceCard(StatusCard):
    """State and remedy, progress of the first cycle, the last cycles, four facts."""

    def __init__(self) -> None:
        super().__init__(RunChart("cycleChart", _CYCLES), _FACTS)
        self.bar = QProgressBar()
        self.bar.setObjectName("cycleProgress")
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(_("Progress of the cycle"))
        self._pages = label("", "small", "text2")
        for part in (self._pages, self.bar):
            self.add_part(part)
        self.remedy = secondary("", "remedy")
        self.allow = danger(_("Allow…"), "allowDeletes")
        self.portal = flat(_("Open in Entra ID"), "openPortal", icon="external", size="normal")
        self.limit = flat(_("Change the limit…"), "changeLimit", size="normal")
        self.add_buttons(self.remedy, self.allow, self.limit, self.portal)
        self.show_bars((), -1)

    def show_status(self, status: "EngineStatus", limit: int) -> None:
        """Show a state; `limit` is how many may lose access in one cycle, as the job says."""
        state = status.status
        title, advice = messages.title(state.message), messages.advice(state.message)
        if state.remedy == "allow-deletes" and status.held:
            title = ngettext(
                "{n:,} person or group would lose access",
                "{n:,} people and groups would lose access",
                len(status.held),
            ).format(n=len(status.held))
            advice = _(
                "The limit is {limit:,} per cycle, so Microsoft holds these changes. They keep access until you decide."
            ).format(limit=limit)
        if status.rotation_pending:
            advice = sentences(advice, _("Microsoft still has the old access token. Replace it again."))
        self.show_state(state.tone, title, advice)
        words, icon = _VERBS.get("token" if status.rotation_pending else state.remedy, ("", ""))
        self.remedy.change_text(_(words) if words else "")
        self.remedy.change_icon(icon)
        self.remedy.setVisible(bool(words))
        self.allow.setVisible(state.remedy == "allow-deletes" and bool(status.held))
        self.portal.setVisible(bool(status.portal_url))
        self.align_buttons()
        self._show_progress(state.code == "entra-first-cycle", state.done, state.total)
        self.limit.setVisible(bool(status.job_id))
        self._show_facts(status)

    def _show_progress(self, running: bool, done: int, total: int) -> None:
        self.bar.setVisible(running)
        self._pages.setVisible(running and total > 0)
        # Microsoft counts in 64 bits, a progress bar in 31.
        shift = max(0, total.bit_length() - 31)
        self.bar.setRange(0, max(0, total) >> shift)
        self.bar.setValue(max(0, min(done, total)) >> shift)
        self._pages.setText(_("Page {done} of {total}").format(done=grouped(done), total=grouped(total)))

    def _show_facts(self, status: "EngineStatus") -> None:
        state = status.status
        if state.code == "entra-state-hidden":
            for fact, _title in _FACTS:
                self.show_fact(fact, _("Unknown"))
            return
        last = (day_and_time(state.last_ended) or _("Unknown")) if state.last_ended else _("None yet")
        attempt = day_and_time(state.next_attempt, within=True) if state.next_attempt else ""
        next_attempt = _("About {time}").format(time=attempt) if attempt else _("As usual")
        people, groups = counted(state.people, Noun.PERSON), counted(state.groups, Noun.GROUP)
        self.show_fact("last", last)
        self.show_fact("next", next_attempt)
        self.show_fact("provisioned", _("{people}, {groups}").format(people=people, groups=groups))
        self.show_fact("failed", grouped(state.failed))


def bars_of(cycles: "Sequence[CycleOutcome]", now: Callable[[], datetime] = datetime.now) -> tuple[RunBar, ...]:
    """Return the bars of cycles, oldest first."""
    started = [datetime.fromisoformat(cycle.began).astimezone() for cycle in cycles]
    return tuple(_bar(*each) for each in zip(cycles, bar_labels(started, now()), strict=True))


def _bar(cycle: "CycleOutcome", when: str) -> RunBar:
    numbers = (
        cycle.created,
        cycle.updated,
        cycle.disabled,
        cycle.deleted,
        cycle.held,
        cycle.failed,
        cycle.skipped,
    )
    took = span_in_words(cycle.seconds) if cycle.seconds is not None else ""
    if cycle.broke_off:
        text = _("{when}: the cycle failed").format(when=when)
        if cycle.error:
            text = _("{when}: the cycle failed ({code})").format(when=when, code=cycle.error)
    elif cycle.run is None:
        text = _("{when}: {exported:,} changes, {failed:,} failed").format(
            when=when, exported=cycle.exported, failed=cycle.failed
        )
    else:
        text = _(
            "{when}: {created:,} created, {updated:,} updated, {disabled:,} disabled, {deleted:,} deleted, {held:,} held, "
            "{failed:,} failed, {skipped:,} skipped"
        ).format(
            when=when, created=cycle.created, updated=cycle.updated, disabled=cycle.disabled, deleted=cycle.deleted,
            held=cycle.held, failed=cycle.failed, skipped=cycle.skipped,
        )  # fmt: skip
    if took:
        text = _("{cycle}, took {duration}").format(cycle=text, duration=took)
    cells = (*map(grouped, numbers), took or _("Unknown"))
    return RunBar(when, cycle.done, cycle.held, cycle.failed, text, cells, cycle.broke_off)


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
