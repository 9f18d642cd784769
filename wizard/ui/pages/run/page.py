"""Step 5, Run: carries out the accepted plan; progress, pause, stop and the log. There is no way back."""

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QTimer

from wizard import messages
from wizard.errors import WizardError
from wizard.flow.runs.texts import attention_in_words, done_in_words
from wizard.flow.runs.time_left import TimeLeft
from wizard.flow.steps.fix import fix_of
from wizard.messages.row import sentences
from wizard.messages.translation import N_, Np_, _, ngettext
from wizard.progress import RequestMade
from wizard.provisioning.events import ChangeEnded, ObjectReported, PhaseBegan, RunControl
from wizard.ui.formats import clock_with_seconds, span_in_words
from wizard.ui.page import PageContext, WizardPage
from wizard.ui.pages.run.log import RunLog
from wizard.ui.pages.run.tally import Contact, LogLine, Pace, Tally, count_kinds
from wizard.ui.tasks import Emit, Event, Slot
from wizard.ui.theme.colors import Tone
from wizard.ui.timers import single_shot
from wizard.ui.widgets.buttons import danger, secondary
from wizard.ui.widgets.cards import MessageAction
from wizard.ui.widgets.charts.count_strip import Count
from wizard.ui.widgets.charts.progress_panel import ProgressPanel, RunView

if TYPE_CHECKING:
    from wizard.flow.runs.run import Applied
    from wizard.flow.services import Services
    from wizard.provisioning.job import Job
    from wizard.provisioning.report import RunReport


_OUTCOMES = (
    Count("created", Np_("count", "Created"), "plus", "ok"),
    Count("updated", Np_("count", "Updated"), "pencil", "info"),
    Count("disabled", Np_("count", "Disabled"), "minus-circle", "warn"),
    Count("deleted", Np_("count", "Deleted"), "trash"),
    Count("skipped", Np_("count", "Skipped"), "skip"),
    Count("failed", Np_("count", "Failed"), "alert-circle", "bad", "bad"),
)
_TURN_MILLISECONDS = 250
"""Counters, log and step list are refreshed on alternating ticks: together they exceed one frame (16 ms)."""
_SHOWN_MILLISECONDS = 20
"""From showing the page to starting the run: first the page is painted."""
_BACKGROUND = N_("You can keep working. Closing this window asks first.")
_KEPT = N_("Completed changes are kept. The next run continues with the rest.")
_SAY_WHAT_IS_KEPT = ("run-stopped", "run-broke-off")


class _Counted(NamedTuple):
    """Numbers of the plan, computed on the background thread before the run starts."""

    kinds: Mapping[str, int]
    rest: TimeLeft


class _Reviewed(NamedTuple):
    """The plan was approved, so its job is now the job file, under this name."""

    job: "Job"
    name: str


class RunPage(WizardPage):
    """Starts the run when it is shown with an accepted plan. It cannot be left during the run."""

    step_id = "run"
    title = N_("Provisioning people and groups")
    sentence = _BACKGROUND

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._control = RunControl()
        self._tally = Tally(0)
        self._pace, self._time_left = Pace(0.0), TimeLeft(())
        self._began = 0.0
        self._started = ""
        self._throttled = 0
        self._phase = ""
        self._contact = Contact()
        self._lost_words = ""
        """Text about a lost connection; "" = none."""
        self.pause = secondary(_("Pause"), "pause", icon="pause")
        self.stop = danger(_("Stop"), "cancel", icon="stop")
        outcomes = tuple(replace(count, label=_(count.label)) for count in _OUTCOMES)
        self.panel = ProgressPanel("runProgress", outcomes, _("Outcomes"))
        self.log = RunLog(self.tasks)
        self._timer = QTimer(self)
        self._timer.setInterval(_TURN_MILLISECONDS)
        self._timer.timeout.connect(self._show_in_turn)
        self._turn = 0
        self._shown = single_shot(self, _SHOWN_MILLISECONDS, self._begin)
        self._fill()

    def enter(self) -> None:
        """Start the run, once per plan."""
        found = self.session.found
        ready = found.plan is not None and found.report is None and not self.session.open_concerns()
        if ready and not self.session.running:
            self._start()

    def _start(self) -> None:
        plan = self.session.found.plan
        self._control = RunControl()
        self._tally, self._time_left = Tally(len(plan.changes) if plan else 0), TimeLeft(())
        self._turn = 0
        self._clear()
        self.session.running, self.session.run_share = True, 0.0
        self._show_numbers()
        self._shown.start()
        self.answered.emit()

    def _begin(self) -> None:
        found, job = self.session.found, self.session.draft
        plan, snapshot = found.plan, found.planned_from
        if plan is None or snapshot is None:
            self.session.running = False
            return
        from wizard.flow.jobs.drafts import apply_edits, edits_of
        from wizard.flow.runs.plan import Prepared

        edits = edits_of(self.session)
        prepared, accepted = Prepared(plan, snapshot, found.plan_requests), found.accepted
        control = self._control

        async def work(services: "Services", emit: Emit) -> Any:
            from wizard.flow.runs.run import apply_plan

            applied = await apply_edits(services, edits)
            emit(_Reviewed(job, applied.name if applied is not None else job.name))
            emit(_Counted(count_kinds(plan.changes), TimeLeft(plan.changes)))
            return await apply_plan(services, job, prepared, emit, accepted, control)

        def not_begun() -> None:  # the window is closing
            self._timer.stop()
            self.session.running = False

        self._timer.start()
        self.tasks.run(
            Slot.RUN,
            work,
            on_done=self._ended,
            on_error=self._failed,
            on_event=self._events,
            on_cancel=not_begun,
        )

    def _clear(self) -> None:
        self._began = time.monotonic()
        self._pace = Pace(self._began)
        self._started = clock_with_seconds(datetime.now())
        self._throttled, self._phase = 0, ""
        self._contact, self._lost_words = Contact(), ""
        for cause in ("run", "paused", "connection"):
            self.clear_message(cause)
        self.set_title(self.translated_title)
        self.set_sentence(_(_BACKGROUND))
        self.log.clear()
        self.panel.strip.choose("")
        self.panel.phases.show_phase("write", ("read", "compare"))
        self._show_pause(False)
        self.stop.change_text(_("Stop"))
        self.pause.show()
        self.stop.show()

    def _events(self, events: tuple[Event, ...]) -> None:
        lines, before = [], self._tally.done
        for event in events:
            match event:
                case ChangeEnded() | ObjectReported():
                    self._tally.add(event)
                    if isinstance(event, ChangeEnded):
                        self._time_left.ended(event.change)
                    lines.append(LogLine.of(event.row))
                case RequestMade():
                    self._time_left.heard(event)
                    self._throttled += event.throttled
                    self._contact.add(event, time.monotonic())
                case PhaseBegan():
                    self._phase = event.phase
                case _Reviewed():
                    self.session.take_reviewed(event.job, event.name)
                case _Counted():
                    self._tally.expect(event.kinds)
                    self._time_left = event.rest
                case _:
                    pass
        self._pace.add(self._tally.done - before, time.monotonic())
        if lines:
            self.log.add(lines)
        if self._phase == "report":
            self.panel.phases.show_phase("report", ("read", "compare", "write"))

    def _show_in_turn(self) -> None:
        self._turn = (self._turn + 1) % 4
        self._show_connection()
        if self._turn % 2:
            self._show_numbers()
        else:
            self.log.show_new(flood=self._turn == 2)
        if self._turn == 0:
            self._show_share()

    def _show_connection(self) -> None:
        """Show a lost connection until AWS answers again: since when, the retried operation, and until when."""
        now, contact = time.monotonic(), self._contact
        lost, silent = contact.is_lost(now), contact.is_silent(now) and not self._control.paused
        if not (lost or silent) or self._control.cancelled:
            if self._lost_words:
                self._lost_words = ""
                self.clear_message("connection")
            return
        since = datetime.now() - timedelta(seconds=now - (contact.lost_at or contact.heard_at or now))
        if not lost:
            what = _("Pending requests are retried after 30 s without a response.")
        elif contact.until > now:
            until = datetime.now() + timedelta(seconds=contact.until - now)
            what = _("{activity}: retrying until {time}.").format(
                activity=contact.doing, time=clock_with_seconds(until)
            )
        else:
            what = _("{activity}: the wizard checks what took effect before it retries.").format(
                activity=contact.doing
            )
        words = sentences(_("No response since {time}.").format(time=clock_with_seconds(since)), what, _(_KEPT))
        if words != self._lost_words:
            self._lost_words = words
            title = _("No connection to AWS") if lost else _("AWS does not respond")
            self.show_message("warn", title, words, cause="connection")

    def _show_share(self) -> None:
        share = round(self._tally.share, 2)
        if self.session.running and share != self.session.run_share:
            self.session.run_share = share
            self.shell.refresh()

    def _show_numbers(self) -> None:
        tally = self._tally
        now = time.monotonic()
        for count in _OUTCOMES:
            if self.panel.strip.number(count.id) != tally.outcomes[count.id]:
                self.panel.strip.set_number(count.id, tally.outcomes[count.id])
        self.log.show_counts(tally)
        going = self.session.running and not self._control.paused and not self._control.cancelled
        rate = self._pace.rate(now)
        running = span_in_words(int(now - self._began))
        self.panel.show_run(
            RunView(
                done=tally.done,
                total=tally.total,
                of=ngettext("of {n:,} change", "of {n:,} changes", tally.total).format(n=tally.total),
                left=self._pace.left(self._time_left.seconds(), now) if going else "",
                kinds=tally.kinds,
                rate=_("{n:,} per second").format(n=round(rate)) if going and rate >= 1 else "",
                note=self._note(),
                times=_("Started {time}, running for {duration}").format(time=self._started, duration=running)
                if self.session.running
                else "",
            )
        )

    def _note(self) -> str:
        if not self._throttled:
            return ""
        return ngettext(
            "AWS throttled requests once", "AWS throttled requests {n:,} times", self._throttled
        ).format(n=self._throttled)

    def _toggle_pause(self) -> None:
        paused = not self._control.paused
        if paused:
            self._control.pause()
            text = _("Requests already sent may still finish. Nothing else is sent until you resume.")
            self.show_message("info", _("Paused"), text, cause="paused")
        else:
            self._control.resume()
            self.clear_message("paused")
        self._pace.restart(time.monotonic())
        self._show_pause(paused)
        self._show_numbers()

    def _show_pause(self, paused: bool) -> None:
        self.pause.change_text(_("Resume") if paused else _("Pause"))
        self.pause.change_icon("play" if paused else "pause")
        self.pause.setEnabled(True)

    def _stop(self) -> None:
        again, lost = self._control.cancelled, self._contact.is_lost(time.monotonic())
        self._control.cancel()
        if lost and not again:
            self._control.cancel()  # nothing that was sent can still finish
        self.pause.setEnabled(False)
        self.clear_message("paused")
        self._show_connection()
        if not again:
            text = _("Requests already sent have ten seconds to finish. The next run continues with the rest.")
            self.show_message("info", _("Stopping"), "" if lost else text, cause="run")
        if again or lost:
            self.stop.setEnabled(False)
        else:
            self.stop.change_text(_("Stop now"))
        self._show_numbers()

    def _ended(self, applied: "Applied") -> None:
        found = self.session.found
        found.report, found.run_id = applied.report, applied.run_id
        self.session.run_share = 1.0
        found.standing = ""  # it is read again on Monitor
        self._end()
        report = applied.report
        title, text, tone = ending_words(report)
        titles = {"stopped": _("Run interrupted"), "cancelled": _("Run stopped")}
        self.set_title(titles.get(report.ending, _("Run complete")))
        show = MessageAction(_("Show failures"), "showFailed", self.log.show_failed, flat=False)
        self.show_message(tone, title, text, (show,) if report.failed else (), cause="run")
        done = ["read", "compare", "write", "report"] if report.ending == "done" else ["read", "compare"]
        skipped = ("write",) if report.ending == "done" and not self._tally.total else ()
        self.panel.phases.show_phase("", done, skipped)
        self.set_sentence(_times_in_words(self._started, report.seconds))
        self.answered.emit()

    def _failed(self, error: WizardError) -> None:
        self._end()
        self.set_title(_("Run not started"))
        self.set_sentence(_("Nothing was changed."))
        back = MessageAction(_("Back to Preview"), "backToPreview", self._back, flat=True)
        again = MessageAction(_("Try again"), "runTryAgain", self.enter, flat=False, icon="refresh")
        actions: tuple[MessageAction, ...] = (again, back)
        from wizard.flow.runs.run import PlanOutdated

        fix = fix_of(error)
        if isinstance(error, PlanOutdated):
            self.session.outdate_plan()
            actions = (replace(back, flat=False),)
        elif fix is not None:  # trying again helps only after it
            words = _("Check the connection") if fix.step == "aws" else _("Fix")
            to_fix = MessageAction(words, "runFix", partial(self.shell.go_to, fix), flat=False)
            actions = (to_fix, replace(again, flat=True), back)
        self.show_error(error, actions, cause="run")
        self.panel.phases.show_phase("", ("read", "compare"))
        self.answered.emit()

    def _end(self) -> None:
        self._timer.stop()
        self.session.running = False
        self.log.end()
        for cause in ("paused", "connection"):
            self.clear_message(cause)
        self._lost_words = ""
        self._show_numbers()
        self.pause.hide()
        self.stop.hide()
        self.stop.setEnabled(True)

    def _back(self) -> None:
        self.context.navigator.go_to_preview()
        self.shell.show_step()

    def _fill(self) -> None:
        self.actions_row.addWidget(self.pause)
        self.actions_row.addWidget(self.stop)
        self.pause.hide()
        self.stop.hide()
        self.pause.clicked.connect(self._toggle_pause)
        self.stop.clicked.connect(self._stop)
        self.panel.strip.chosen.connect(self.log.show_outcome)
        self.log.reason.fix_asked.connect(self.shell.go_to)
        self.body.addWidget(self.panel)
        self.body.addWidget(self.log, 1)


def ending_words(report: "RunReport") -> tuple[str, str, Tone]:
    """Return title, text and tone of the message about a finished run."""
    counts = counts_in_words(report)
    if report.message is not None:
        advice = messages.advice(report.message)
        kept = "" if report.message.code in _SAY_WHAT_IS_KEPT else _(_KEPT)
        return messages.title(report.message), sentences(advice, counts, kept), "bad"
    if report.ending == "cancelled":
        return _("You stopped the run"), sentences(counts, _(_KEPT)), "warn"
    if report.failed:
        return attention_in_words(report.as_json()), counts, "warn"
    return _("Done"), counts, "ok"


def counts_in_words(report: "RunReport") -> str:
    """Return the numbers of completed and in-doubt changes; skipped and failed ones have their own counters."""
    counts = done_in_words(report.as_json(), with_rest=False)
    if not report.unknown:
        return counts
    unknown = ngettext(
        "{n:,} request got no response. The next run checks whether it took effect.",
        "{n:,} requests got no response. The next run checks whether they took effect.",
        report.unknown,
    )
    return sentences(counts, unknown.format(n=report.unknown))


def _times_in_words(started: str, seconds: float) -> str:
    if seconds < 1:
        return _("Started {time}, took less than a second.").format(time=started)
    return _("Started {time}, took {duration}.").format(time=started, duration=span_in_words(round(seconds)))
