"""The card at the top of Monitor for Microsoft's service: state and remedy, the last cycles, four facts."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QProgressBar

from wizard import messages
from wizard.flow.runs.health import TokenLife, token_words
from wizard.messages import Noun, counted
from wizard.messages.row import sentences
from wizard.messages.translation import N_, Nn_, Np_, _, pgettext
from wizard.ui.formats import day_and_time, grouped, span_in_words
from wizard.ui.pages.shared.status_card import StatusCard, bar_labels
from wizard.ui.theme.colors import Ink
from wizard.ui.widgets.buttons import danger, flat, secondary
from wizard.ui.widgets.charts.run_chart import ChartTexts, RunBar, RunChart
from wizard.ui.widgets.labels import label

if TYPE_CHECKING:
    from wizard.flow.microsoft.models import CycleOutcome, EngineStatus, JobStatus
    from wizard.flow.runs.health import MicrosoftState

_FACTS = (
    ("last", N_("Last cycle ended")),
    ("next", N_("Next cycle")),
    ("provisioned", N_("Provisioned")),
    ("token", N_("Access token")),
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
        self.causes = flat(_("Show causes"), "showCauses", size="normal")
        self.add_buttons(self.remedy, self.allow, self.causes, self.limit, self.portal)
        self.show_bars((), -1)

    def show_status(self, status: "EngineStatus", limit: int, life: TokenLife) -> None:
        """Show a state; `limit` is how many may lose access in one cycle, as the job says; `life` is the access token's."""
        state = status.status
        title, advice = messages.title(state.message), messages.advice(state.message)
        if state.remedy == "allow-deletes" and status.held:
            advice = _(
                "The limit is {limit:,} per cycle, so Microsoft holds these changes. They keep access until you decide."
            ).format(limit=limit)
        if status.rotation_pending:
            advice = sentences(advice, _("Microsoft still has the old access token. Replace it again."))
        self.show_state(state.tone, title, advice)
        words, icon = _VERBS.get("token" if status.rotation_pending else state.remedy, ("", ""))
        if state.code == "entra-paused" and not status.rotation_pending:
            words = N_("Resume")
        self.remedy.change_text(_(words) if words else "")
        self.remedy.change_icon(icon)
        self.remedy.setVisible(bool(words))
        self.allow.setVisible(state.remedy == "allow-deletes" and bool(status.held))
        self.causes.setVisible(state.failed > 0)
        self.portal.setVisible(bool(status.portal_url))
        self.align_buttons()
        self._show_progress(state.code == "entra-first-cycle", state.done, state.total)
        self.limit.setVisible(bool(status.job_id))
        self._show_facts(status, life)

    def show_last_known(self, seen: "MicrosoftState", life: TokenLife) -> None:
        """Show the state that was read last, marked as old: nothing can be done about it without a connection."""
        title = _("Last known state: {state}").format(state=messages.title(seen.message))
        read = day_and_time(seen.at, place="when") or pgettext("date", "Unknown")
        text = _("Read {time}. It may have changed since.").format(time=read)
        self.show_state("info", title, text)
        for button in (self.remedy, self.allow, self.causes, self.portal, self.limit):
            button.hide()
        self.align_buttons()
        self._show_progress(False, 0, 0)
        self.title_fact("provisioned", _("Provisioned"))
        for fact in ("last", "next", "provisioned"):
            self.show_fact(fact, _("Unknown"))
        if seen.last_cycle:
            self.show_fact("last", day_and_time(seen.last_cycle) or _("Unknown"))
        self._show_token(life)

    def _show_token(self, life: TokenLife) -> None:
        ink: Ink = "bad" if life.is_expired else "warn" if life.expires_soon else "text"
        self.show_fact("token", token_words(life), ink)

    def _show_progress(self, running: bool, done: int, total: int) -> None:
        self.bar.setVisible(running)
        self._pages.setVisible(running and total > 0)
        # Microsoft counts in 64 bits, a progress bar in 31.
        shift = max(0, total.bit_length() - 31)
        self.bar.setRange(0, max(0, total) >> shift)
        self.bar.setValue(max(0, min(done, total)) >> shift)
        self._pages.setText(_("Page {done} of {total}").format(done=grouped(done), total=grouped(total)))

    def _show_facts(self, status: "EngineStatus", life: TokenLife) -> None:
        state = status.status
        self._show_token(life)
        self.title_fact("provisioned", _("Quarantined since") if state.quarantined_since else _("Provisioned"))
        if state.code == "entra-state-hidden":
            for fact in ("last", "next", "provisioned"):
                self.show_fact(fact, _("Unknown"))
            return
        last = (
            (day_and_time(state.last_ended) or pgettext("date", "Unknown")) if state.last_ended else _("None yet")
        )
        self.show_fact("last", last)
        self.show_fact("next", _next_cycle(state))
        if state.quarantined_since:
            since = day_and_time(state.quarantined_since) or pgettext("date", "Unknown")
            self.show_fact("provisioned", since, state.tone if state.tone != "info" else "text")
            return
        people, groups = counted(state.people, Noun.PERSON), counted(state.groups, Noun.GROUP)
        self.show_fact("provisioned", _("{people}, {groups}").format(people=people, groups=groups))


def _next_cycle(state: "JobStatus") -> str:
    """Return about when the next cycle begins."""
    if state.remedy in ("setup", "start"):
        return _("Not scheduled")
    if state.next_attempt:
        time = day_and_time(state.next_attempt, place="after")
        return _("About {time}").format(time=time) if time else pgettext("date", "Unknown")
    return _("After this cycle") if state.code == "entra-first-cycle" else pgettext("date", "Unknown")


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
    cells = (*map(grouped, numbers), took or pgettext("duration", "Unknown"))
    return RunBar(when, cycle.done, cycle.held, cycle.failed, text, cells, cycle.broke_off)
