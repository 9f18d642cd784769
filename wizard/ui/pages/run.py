"""Step 5, Run: the approved plan is carried out; pause, stop, and the log while it goes on. No way back."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer

from wizard.errors import WizardError
from wizard.flow.time_left import TimeLeft
from wizard.flow.values import Applied, PlanOutdated, Prepared
from wizard.progress import RequestMade
from wizard.provisioning.control import RunControl
from wizard.provisioning.events import ObjectReported, OperationEnded, PhaseBegan
from wizard.ui.desk import Desk, DeskPage, Event
from wizard.ui.pages._run_log import RunLog
from wizard.ui.pages._run_tally import LogLine, Pace, Tally, span_in_words
from wizard.ui.pages._run_words import ending_words
from wizard.ui.widgets.buttons import danger, secondary
from wizard.ui.widgets.count_strip import Count
from wizard.ui.widgets.message import MessageAction
from wizard.ui.widgets.progress_panel import ProgressPanel, RunView

if TYPE_CHECKING:
    from wizard.flow.actions import Actions

_OUTCOMES = (
    Count("created", "Created", "plus", "ok"),
    Count("updated", "Updated", "pencil", "info"),
    Count("disabled", "Disabled", "minus-circle", "warn"),
    Count("deleted", "Deleted", "trash"),
    Count("skipped", "Skipped", "skip"),
    Count("failed", "Failed", "alert-circle", "bad", "bad"),
)
_TICK_MILLISECONDS = 500
"""Numbers can be read twice a second; with the log, painting them more often holds up more than one beat of the
window's loop in a hundred at full speed."""
_BACKGROUND = "You can leave this window in the background. Closing it asks first; what is done stays done."


class RunPage(DeskPage):
    """Starts the run when it is shown with an accepted plan, and stays until it has ended."""

    step_id = "run"
    title = "Provisioning people and groups"
    sentence = _BACKGROUND

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._control = RunControl()
        self._tally: Tally | None = None
        self._pace, self._rest = Pace(0.0), TimeLeft(())
        self._began = 0.0
        self._started = ""
        self._throttled = 0
        self._phase = ""
        self.pause = secondary("Pause", "pause", icon="pause")
        self.stop = danger("Stop", "cancel", icon="stop")
        self.panel = ProgressPanel("runProgress", _OUTCOMES, "Outcomes")
        self.log = RunLog(desk.worker)
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MILLISECONDS)
        self._timer.timeout.connect(self._tick)
        self._fill()

    def enter(self) -> None:
        """Start the run, once for each plan."""
        found = self.session.found
        ready = found.plan is not None and found.report is None and not self.session.open_concerns()
        if ready and not self.session.running:
            self._start()

    def status(self) -> str:
        """What the footer says once the run has ended."""
        report = self.session.found.report
        if report is None:
            return ""
        return (
            "Failed ones can be tried again from the report."
            if report.failed
            else "The report is kept on this computer."
        )

    def _start(self) -> None:
        found, job = self.session.found, self.session.draft
        plan, snapshot = found.plan, found.planned_from
        if plan is None or snapshot is None:
            return
        prepared, accepted = Prepared(plan, snapshot, found.plan_requests), found.accepted
        control = self._control = RunControl()
        self._tally, self._rest = Tally(plan), TimeLeft(plan.operations)

        async def work(actions: "Actions", emit: Callable[[Event], None]) -> Any:
            return await actions.apply(job, prepared, emit, accepted, control)

        self._clear()
        if not self.desk.ask("run", work, self._ended, self._failed, self._events):
            return
        self.session.running, self.session.run_share = True, 0.0
        self._timer.start()
        self._tick()
        self.answered.emit()

    def _clear(self) -> None:
        self._began = time.monotonic()
        self._pace = Pace(self._began)
        self._started = f"{datetime.now():%H:%M:%S}"
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
        if self._tally is None:
            return
        lines, before = [], self._tally.done
        for event in events:
            match event:
                case OperationEnded() | ObjectReported():
                    self._tally.add(event)
                    if isinstance(event, OperationEnded):
                        self._rest.ended(event.operation)
                    lines.append(LogLine.of(event.row))
                case RequestMade():
                    self._rest.heard(event)
                    self._throttled += event.throttled
                case PhaseBegan():
                    self._phase = event.phase
                case _:
                    pass
        self._pace.add(self._tally.done - before, time.monotonic())
        if lines:
            self.log.add(lines)
        if self._phase == "report":
            self.panel.phases.show_phase("report", ("read", "compare", "write"))

    def _tick(self) -> None:
        tally = self._tally
        if tally is None:
            return
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
                left=self._pace.left(self._rest.seconds(), now) if going else "",
                kinds=tally.kinds,
                rate=f"{rate:.0f} per second" if going and rate >= 1 else "",
                note=self._note(),
                times=f"Started {self._started}, running {running}" if self.session.running else "",
            )
        )
        share = round(tally.share, 2)
        if self.session.running and share != self.session.run_share:
            self.session.run_share = share
            self.desk.shell.refresh()

    def _note(self) -> str:
        if not self._throttled:
            return ""
        times = "once" if self._throttled == 1 else f"{self._throttled:,} times"
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
        self._pace.rest(time.monotonic())
        self._show_pause(paused)
        self._tick()

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
        self._tick()

    def _ended(self, applied: Applied) -> None:
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
        if isinstance(error, PlanOutdated):
            self.session.outdate_plan()
            actions = (replace(back, flat=False),)
        self.show_message("bad", error.title, error.advice, actions, cause="run")
        self.panel.phases.show_phase("", ("read", "compare"))
        self.answered.emit()

    def _end(self) -> None:
        self._timer.stop()
        self.log.show_all()
        self.session.running = False
        self.clear_message("paused")
        self._tick()
        self.pause.hide()
        self.stop.hide()
        self.stop.setEnabled(True)

    def _back(self) -> None:
        self.desk.navigator.go_to_preview()
        self.desk.shell.show_step()

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
