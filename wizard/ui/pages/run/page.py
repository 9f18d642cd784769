"""Step 5, Run: carries out the accepted plan; progress, pause, stop and the log. There is no way back."""

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QTimer

from wizard import messages
from wizard.errors import WizardError
from wizard.flow.runs.texts import done_in_words
from wizard.flow.runs.time_left import TimeLeft
from wizard.progress import RequestMade
from wizard.provisioning.events import ChangeEnded, ObjectReported, PhaseBegan, RunControl
from wizard.ui.formats import clock_with_seconds, grouped, span_in_words
from wizard.ui.page import PageContext, WizardPage
from wizard.ui.pages.run.log import RunLog
from wizard.ui.pages.run.tally import LogLine, Pace, Tally, count_kinds
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
    Count("created", "Created", "plus", "ok"),
    Count("updated", "Updated", "pencil", "info"),
    Count("disabled", "Disabled", "minus-circle", "warn"),
    Count("deleted", "Deleted", "trash"),
    Count("skipped", "Skipped", "skip"),
    Count("failed", "Failed", "alert-circle", "bad", "bad"),
)
_TURN_MILLISECONDS = 250
"""Counters, log and step list are refreshed on alternating ticks: together they exceed one frame (16 ms)."""
_SHOWN_MILLISECONDS = 20
"""From showing the page to starting the run: first the page is painted."""
_BACKGROUND = "You can leave this window in the background. Closing it asks first; what is done stays done."


class _Counted(NamedTuple):
    """Numbers of the plan, computed on the background thread before the run starts."""

    kinds: Mapping[str, int]
    rest: TimeLeft


class _Reviewed(NamedTuple):
    """The plan was approved, so its job is now the job file, under this name."""

    job: "Job"
    name: str


class RunPage(WizardPage):
    """Starts the run when it is shown with an accepted plan. It cannot be left while the run goes on."""

    step_id = "run"
    title = "Provisioning people and groups"
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
        self.pause = secondary("Pause", "pause", icon="pause")
        self.stop = danger("Stop", "cancel", icon="stop")
        self.panel = ProgressPanel("runProgress", _OUTCOMES, "Outcomes")
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

    def status(self) -> str:
        """Where the report is, once the run has ended."""
        report = self.session.found.report
        if report is None:
            return ""
        return (
            "Failed ones can be tried again from the report."
            if report.failed
            else "The report is kept on this computer."
        )

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
        for cause in ("run", "paused"):
            self.clear_message(cause)
        self.set_title(self.title)
        self.set_sentence(_BACKGROUND)
        self.log.clear()
        self.panel.strip.choose("")
        self.panel.phases.show_phase("write", ("read", "compare"))
        self._show_pause(False)
        self.stop.change_text("Stop")
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
        if self._turn % 2:
            self._show_numbers()
        else:
            self.log.show_new(flood=self._turn == 2)
        if self._turn == 0:
            self._show_share()

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
                left=self._pace.left(self._time_left.seconds(), now) if going else "",
                kinds=tally.kinds,
                rate=f"{rate:.0f} per second" if going and rate >= 1 else "",
                note=self._note(),
                times=f"Started {self._started}, running {running}" if self.session.running else "",
            )
        )

    def _note(self) -> str:
        if not self._throttled:
            return ""
        times = "once" if self._throttled == 1 else f"{grouped(self._throttled)} times"
        return f"AWS asked to slow down {times}; the wizard keeps to its pace."

    def _toggle_pause(self) -> None:
        paused = not self._control.paused
        if paused:
            self._control.pause()
            text = "What was sent already may still finish. Nothing more is written until you go on."
            self.show_message("info", "Paused", text, cause="paused")
        else:
            self._control.resume()
            self.clear_message("paused")
        self._pace.restart(time.monotonic())
        self._show_pause(paused)
        self._show_numbers()

    def _show_pause(self, paused: bool) -> None:
        self.pause.change_text("Go on" if paused else "Pause")
        self.pause.change_icon("play" if paused else "pause")
        self.pause.setEnabled(True)

    def _stop(self) -> None:
        first = not self._control.cancelled
        self._control.cancel()
        self.pause.setEnabled(False)
        self.clear_message("paused")
        if first:
            text = "What was sent already may finish, within ten seconds. The rest is left for the next run."
            self.show_message("info", "Stopping", text, cause="run")
            self.stop.change_text("Stop now")
        else:
            self.stop.setEnabled(False)
        self._show_numbers()

    def _ended(self, applied: "Applied") -> None:
        found = self.session.found
        found.report, found.run_id = applied.report, applied.run_id
        self.session.run_share = 1.0
        self._end()
        title, text, tone = ending_words(applied.report)
        self.set_title("The run has ended")
        self.show_message(tone, title, text, cause="run")
        done = ("read", "compare", "write", "report") if applied.report.ending == "done" else ("read", "compare")
        self.panel.phases.show_phase("", done)
        seconds = (
            span_in_words(round(applied.report.seconds)) if applied.report.seconds >= 1 else "less than a second"
        )
        self.set_sentence(f"Started at {self._started}, took {seconds}. What is done stays done.")
        self.answered.emit()

    def _failed(self, error: WizardError) -> None:
        self._end()
        self.set_title("The run did not begin")
        self.set_sentence("Nothing was changed by this run.")
        back = MessageAction("Back to the changes", "backToPreview", self._back, flat=True)
        again = MessageAction("Try again", "runTryAgain", self.enter, flat=False, icon="refresh")
        actions: tuple[MessageAction, ...] = (again, back)
        from wizard.flow.runs.run import PlanOutdated

        if isinstance(error, PlanOutdated):
            self.session.outdate_plan()
            actions = (replace(back, flat=False),)
        self.show_error(error, actions, cause="run")
        self.panel.phases.show_phase("", ("read", "compare"))
        self.answered.emit()

    def _end(self) -> None:
        self._timer.stop()
        self.log.show_all()
        self.session.running = False
        self.clear_message("paused")
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
        self.body.addWidget(self.panel)
        self.body.addWidget(self.log, 1)


def ending_words(report: "RunReport") -> tuple[str, str, Tone]:
    """Return title, text and tone of the message about a finished run."""
    counts = counts_in_words(report)
    if report.message is not None:
        advice = messages.advice(report.message)
        text = f"{advice} {counts} What is done stays done; the next run takes up the rest."
        return messages.title(report.message), text.strip(), "bad"
    if report.ending == "cancelled":
        return "The run was stopped", f"{counts} What is done stays done; the next run takes up the rest.", "warn"
    if report.failed:
        title = "One needs a look" if report.failed == 1 else f"{grouped(report.failed)} need a look"
        return title, f"{counts} Each has its cause and an advice in the report.", "warn"
    return "Everything is done", counts, "ok"


def counts_in_words(report: "RunReport") -> str:
    """Return what was done, skipped and failed, and what is in doubt."""
    counts = done_in_words(report.as_json())
    if not report.unknown:
        return counts
    whom = "One was sent" if report.unknown == 1 else f"{grouped(report.unknown)} were sent"
    return f"{counts} {whom} without an answer; the next run looks first."
