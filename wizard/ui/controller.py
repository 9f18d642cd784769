"""Connects session, navigator and background tasks to one window and its pages."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from wizard import messages
from wizard.errors import WizardError
from wizard.flow.steps.fix import Fix
from wizard.flow.steps.navigator import Navigator
from wizard.flow.steps.session import Session
from wizard.flow.steps.steps import NOTHING_SAVED, STEPS, StepId, labels_of, shown_name
from wizard.messages.row import as_sentence
from wizard.messages.translation import N_, _
from wizard.ui.directory_ahead import DirectoryAhead
from wizard.ui.formats import clock, day_and_time, is_today, percent
from wizard.ui.job_saver import JobSaver
from wizard.ui.main_window import ShellState, Window
from wizard.ui.page import PageContext, WizardPage
from wizard.ui.pages import page_class, preload_pages
from wizard.ui.tasks import Emit, Slot, TaskRunner
from wizard.ui.theme.colors import Tone
from wizard.ui.timers import single_shot
from wizard.ui.tray import Background
from wizard.ui.unknowns import Unknowns
from wizard.ui.widgets import sheet
from wizard.ui.widgets.announcing import announce

if TYPE_CHECKING:
    from wizard.flow.services import Services
    from wizard.ui.about import AboutWindow
    from wizard.ui.alerts import AlertsWindow

EDITED = N_("Edited, not yet reviewed")
_EDITED_SENTENCE = N_("Edited, not yet reviewed. Schedules use the last reviewed version.")
_NOTICE_MILLISECONDS = 6000
_PRELOAD_MILLISECONDS = 400
_HEAVY = (Slot.DIRECTORY_READ, Slot.PLAN_READ, Slot.RUN)
"""Tasks during which no page is built ahead."""
_WRITES = (
    Slot.JOB_CHANGE,
    Slot.ENTRA_CHANGE,
    Slot.SIGN_ON_SAVE,
    Slot.SIGN_ON_WRITE,
    Slot.SERVICE_CHANGE,
    Slot.SCHEDULE_CHANGE,
    Slot.TOKEN_ROTATION,
    Slot.QUARANTINE_LIFT,
    Slot.ACCEPTANCE_SAVE,
    Slot.SCHEMA_EXPORT,
    Slot.PLAN_EXPORT,
    Slot.LOG_EXPORT,
    Slot.CALENDAR_SAVE,
    Slot.ALERTS,
)
"""What a person asked for and closing the window would break off."""
_CLOSING_MILLISECONDS = 2000
"""Longest wait for them before the window asks."""


class Controller:
    """Shows the navigator's step, and acts on what the window's signals ask for. It is the pages' `Shell`."""

    def __init__(
        self, make_services: "Callable[[], Services]", trial: bool = False, window: Window | None = None
    ) -> None:
        """`make_services` is called once, on the background thread. `window`: one without a page; None = a new one."""
        self.session = Session()
        self.navigator = Navigator(self.session)
        self.tasks = TaskRunner(make_services)
        self.context = PageContext(self.session, self.navigator, self.tasks, self, trial)
        self._pages: dict[type[WizardPage], WizardPage] = {}
        self.window = window or Window(STEPS)
        self._ahead = DirectoryAhead(self.context, self.window)
        self._unknowns = Unknowns(self.context)
        self._saver = JobSaver(self.session, self.navigator, self.tasks, self, self._show_name, self.window)
        self._about: AboutWindow | None = None
        self._is_closed = False
        self._alerts: AlertsWindow | None = None
        self.background = Background(self.tasks, self.window, self.notify)
        self._notice = ""
        self._notice_timer = single_shot(self.window, _NOTICE_MILLISECONDS, self._end_notice)
        self._preload_timer = single_shot(self.window, _PRELOAD_MILLISECONDS, self._preload)
        self._connect()

    def begin(self) -> None:
        """Show the first page; for `try` also start its sandbox."""
        self.show_step()
        if self.context.trial:
            self._begin_trial()

    def save_appearance_with(
        self, save_theme: Callable[[str], None], save_language: Callable[[str], None]
    ) -> None:
        """Call these on the background thread when a theme or a language is chosen in the step list."""

        def saver(save: Callable[[str], None], notice: str = "") -> Callable[[str], None]:
            def chosen(choice: str) -> None:
                async def work(_services: "Services", _emit: Emit) -> None:
                    save(choice)

                self.tasks.run(
                    Slot.APPEARANCE_SAVE,
                    work,
                    on_done=lambda _nothing: self.notify(notice) if notice else None,
                    on_error=lambda error: self.notify(messages.sentence(error)),
                )

            return chosen

        appearance = self.window.step_list.appearance
        appearance.chosen.connect(saver(save_theme))
        appearance.language_chosen.connect(saver(save_language, _("The language changes at the next start.")))

    def close(self) -> None:
        """Save the job, cancel every task and wait for a bounded time; the journal has what was done."""
        self._take_pending_input()
        self._saver.finish()
        self._is_closed = True
        self.tasks.close()

    # --- Shell ---------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show step list, buttons and footer again; save what was edited."""
        self._saver.follow()
        self._unknowns.refresh()
        self.window.show_state(self._state())

    def show_step(self) -> None:
        """Show the page of the navigator's current step."""
        self._notice = ""
        page, job_id = self.page, self.session.draft.id
        if page.job_id != job_id:
            page.job_id = job_id
            page.forget()
        self.refresh()
        self._ahead.follow(self.page)
        self._unknowns.follow(self.page)
        self._preload_timer.start()

    def go_to(self, fix: Fix) -> None:
        """Show the step that fixes a failure, at the control to change. Back returns to this page."""
        if self.navigator.go_to(fix.step):
            self.show_step()
            self.page.show_fix(fix)

    def confirm(self, title: str, text: str, verb: str, danger: bool = True) -> bool:
        """Ask before something that cannot be undone; the safe answer is the default."""
        return sheet.confirm(self.window, title, text, verb, dangerous=danger)

    def ask_text(self, title: str, label: str, text: str, verb: str) -> str:
        """Ask for one line of text; "" = cancelled."""
        return sheet.ask_text(self.window, title, label, text, verb)

    def save_job(self, then: Callable[[], None] | None = None) -> None:
        """Save unsaved edits now; calls `then` afterwards."""
        self._saver.save(then)

    def may_leave_job(self) -> bool:
        """Ask whether a job that is for this session only may be lost; True for any other: it is saved."""
        session = self.session
        if not session.is_session_only or not (
            session.reviewed is not None or self.navigator.has_passed("directory")
        ):
            return True
        title = _("Leave “{job}”?").format(job=shown_name(session.draft.name))
        text = _(
            "This job is for this session only. Its settings, history, and log will be removed from this computer."
        )
        return self.confirm(title, text, _("Leave"))

    def apply_edits(self) -> None:
        """Make the edited job the job, without running it."""
        self._saver.apply(lambda: self.page.refresh())

    def discard_edits(self) -> None:
        """Ask, then take back every edit since the last review."""
        edited = self.session.edited()
        title = _("Discard the edits to “{job}”?").format(job=shown_name(self.session.draft.name))
        text = _("These steps return to the last reviewed version: {steps}.").format(steps=labels_of(edited))
        if edited and self.confirm(title, text, _("Discard edits")):
            self.session.discard_edits()
            self.page.enter()
            self.refresh()

    def open_alerts(self) -> None:
        """Show the job's alerts: which, when and through which channels."""
        from wizard.ui.alerts import AlertsWindow  # the first window does without

        if self._alerts is None:
            self._alerts = AlertsWindow(self.tasks, self.window, self.background)
        self._alerts.open_for(self.session.draft)

    def notify(self, sentence: str) -> None:
        """Show one sentence in the footer for six seconds."""
        self._notice = sentence
        self._notice_timer.start()
        self.refresh()
        announce(self.window.footer, sentence)

    # --- pages and buttons ---------------------------------------------------------------------------------------

    @property
    def page(self) -> WizardPage:
        """The page of the current step."""
        return self._page_of(self.navigator.current.id)

    def next(self) -> None:
        """Handle the primary button."""
        if self.navigator.current.id == "monitor":
            self._return_to_jobs()
            return
        problems = self.navigator.problems()
        if not all(problem.by_continue for problem in problems) or not self.page.advance():
            self.refresh()
            return
        if self.navigator.next():
            self.save_job()
            self.show_step()

    def _return_to_jobs(self) -> None:
        """Leave the job, and show the list of jobs."""
        if self.may_leave_job():
            self.save_job(self._begin_at_jobs)

    def _begin_at_jobs(self) -> None:
        self.session.begin()
        self.navigator.begin()
        self.show_step()

    def _show_name(self) -> None:
        if self.navigator.current.id == "plan":
            self.page.refresh()

    def _page_of(self, step_id: StepId) -> WizardPage:
        made = page_class(step_id, self.session.draft.engine)
        if made not in self._pages:  # built when first visited: the first window does not wait for the others
            page = self._pages[made] = made(self.context)
            page.answered.connect(self.refresh)
            self.window.add_page(page)
        page = self._pages[made]
        self.window.use_page(page)
        return page

    def _preload(self) -> None:
        """Build the next page while this one is looked at, unless a heavy task runs."""
        if preload_pages() or any(map(self.tasks.is_running, _HEAVY)):
            self._preload_timer.start()
            return
        following = self.navigator.following
        if following is not None:
            self._page_of(following.id)

    def _back(self) -> None:
        if self.navigator.back():
            self.show_step()

    def _visit(self, step_id: StepId) -> None:
        if self.navigator.visit(step_id):
            self.show_step()

    def _review(self) -> None:
        """Handle Review changes: take what was typed on the page, then go straight to Preview."""
        if self.page.advance() and self.navigator.review_changes():
            self.save_job()
            self.show_step()
        else:
            self.refresh()

    def _skip(self) -> None:
        skip = self.page.skip_action()
        if skip is not None:
            skip[1]()
            self.save_job()
            self.refresh()

    def _help(self) -> None:
        from wizard.ui.about import AboutWindow  # 50 ms of imports that the first window does not need
        from wizard.ui.guide import PLACES

        if self._about is None:
            self._about = AboutWindow(self.tasks, self.window, lambda: self.session.draft)
        self._about.open_beside(PLACES[self.navigator.current.id])

    def _may_close(self) -> bool:
        """Save, and ask where something would be lost: what cannot be saved or still runs, or a job of this session."""
        if self._is_closed:
            return True
        self._take_pending_input()
        self._saver.finish()
        error = self._saver.error
        if error is not None:
            return self.confirm(_("Close without saving your last changes?"), messages.text(error), _("Close"))
        if not self.tasks.wait_for(_WRITES, _CLOSING_MILLISECONDS) and not self.confirm(
            _("Close before this is finished?"),
            _("A change or an export is still being written. Closing stops it."),
            _("Close"),
        ):
            return False
        return self.may_leave_job()

    def _take_pending_input(self) -> None:
        """Let the page take what was typed and not taken yet; a page that was never built has nothing."""
        page = self.window.page
        if page is not None and not self.session.running and not self._is_closed:
            page.on_leave()

    def _connect(self) -> None:
        self.window.may_close = self._may_close
        self.window.next_asked.connect(self.next)
        self.window.back_asked.connect(self._back)
        self.window.step_asked.connect(self._visit)
        self.window.skip_asked.connect(self._skip)
        self.window.review_asked.connect(self._review)
        self.window.help_asked.connect(self._help)

    # --- background tasks ----------------------------------------------------------------------------------------

    def _begin_trial(self) -> None:
        async def work(services: "Services", _emit: Emit) -> Any:
            from wizard.flow.jobs.new_job import sample_job
            from wizard.flow.runs.connection import store_token

            address = await services.start_sandbox()
            job = sample_job(address)
            await store_token(services, job, address.token, session_only=True)
            return job

        def done(job: Any) -> None:
            self.session.begin(job)
            self.session.found.token_kept = "session"
            self.page.enter()
            self.notify(_("The sample company and a sandbox on this computer are ready."))

        def failed(error: WizardError) -> None:
            self.notify(messages.text(error))

        self.tasks.run(Slot.TRIAL_START, work, on_done=done, on_error=failed)

    # --- state ---------------------------------------------------------------------------------------------------

    def _end_notice(self) -> None:
        self._notice = ""
        self.refresh()

    def _state(self) -> ShellState:
        session, navigator = self.session, self.navigator
        step = navigator.current
        problems = navigator.problems()
        at_end, at_run = step.id == "monitor", step.id == "run"
        page = self.page
        skip = page.skip_action()
        problem = problems[0].sentence if problems else ""
        edited = session.edited()
        says_edited = bool(edited) and navigator.asks_for_answers()
        return ShellState(
            step=step.id,
            done=frozenset(s.id for s in STEPS if navigator.is_done(s.id)),
            reachable=frozenset(s.id for s in STEPS if navigator.may_visit(s.id)),
            hidden=frozenset(s.id for s in STEPS if not navigator.has_step(s.id)),
            job_name=shown_name(session.draft.name),
            job_state=self._job_state(),
            job_icon=self._job_icon()[0],
            job_tone=self._job_icon()[1],
            edited=edited,
            sentence=self._notice or problem or (self._edited_sentence() if says_edited else page.status()),
            icon="pencil" if says_edited and not (self._notice or problem) else "",
            primary=navigator.primary_label(),
            primary_on=all(problem.by_continue for problem in problems),
            back=None if at_end or at_run else navigator.may_go_back(),
            skip=skip[0] if skip else "",
            review=navigator.may_review() and not problems if navigator.offers_review() else None,
            running=session.running,
        )

    def _edited_sentence(self) -> str:
        return as_sentence(_(EDITED)) if self.session.is_session_only else _(_EDITED_SENTENCE)

    def _job_icon(self) -> tuple[str, Tone | None]:
        if self.session.running:
            return "", None
        if self._saver.error is not None:
            return "alert-circle", "bad"
        if self.session.standing() == "quarantined":
            return "alert-circle", "bad"
        if self.session.edited():
            return "pencil", "warn"
        return ("warning", "warn") if self.session.standing() else ("", None)

    def _job_state(self) -> str:
        session = self.session
        if session.running:
            share = session.run_share
            return (
                _("Running") if share is None else _("Running, {share}").format(share=percent(round(100 * share)))
            )
        if self._saver.error is not None:
            return _("Could not be saved")
        if session.standing() == "quarantined":
            return _("Quarantined")
        if session.edited():
            return _(EDITED)
        if session.standing():
            return _("Waiting for your decision")
        if session.is_session_only:
            return _("For this session only")
        if session.saved_at:
            saved = datetime.fromtimestamp(session.saved_at).astimezone()
            return _("Saved {time}").format(
                time=clock(saved) if is_today(saved) else day_and_time(saved, place="after")
            )
        return _(NOTHING_SAVED)
