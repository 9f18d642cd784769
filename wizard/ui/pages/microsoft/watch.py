"""Step 6, Monitor for Microsoft's service: its state in words, its cycles, its log as kept on this computer, one person."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QHBoxLayout

from wizard import messages
from wizard.errors import Message, SignInNeeded, WizardError
from wizard.flow.directory.entra_models import MorePermission
from wizard.flow.microsoft.administrator import request_for_administrator, right_of
from wizard.flow.runs.health import MICROSOFT_QUARANTINES, health, standing_of, token_life
from wizard.messages import Noun, counted
from wizard.messages.translation import N_, Np_, _, ngettext
from wizard.progress import Progress
from wizard.ui.formats import clock, comma_list
from wizard.ui.page import PageContext, WizardPage
from wizard.ui.pages.microsoft.one import OnePanel
from wizard.ui.pages.microsoft.service_card import ServiceCard, bars_of
from wizard.ui.pages.microsoft.sheets import ask_limit, ask_restart
from wizard.ui.pages.shared.access_token import AccessToken
from wizard.ui.pages.shared.entra_requests import EntraRequests
from wizard.ui.pages.shared.log_panel import LogPanel, LogTexts
from wizard.ui.tasks import Emit, Event, Slot
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.buttons import flat, secondary
from wizard.ui.widgets.cards import MessageAction, MessageCard, WaitCard
from wizard.ui.widgets.charts.run_chart import BARS
from wizard.ui.widgets.labels import heading, label

if TYPE_CHECKING:
    from wizard.flow.microsoft.kept_log import LogUpdate
    from wizard.flow.microsoft.models import CycleOutcome, EngineStatus
    from wizard.flow.runs.health import Facts, Health, MicrosoftState
    from wizard.flow.runs.history import LogPages
    from wizard.flow.services import Services

_LOG = LogTexts(
    (
        ("all", Np_("count", "All")),
        ("failed", Np_("count", "Failed")),
        ("held", Np_("count", "Held")),
        ("skipped", Np_("count", "Skipped")),
    ),
    N_("Cycle"),
    N_("All cycles"),
    N_("No cycles yet"),
    (N_("No entries yet"), N_("Entries appear a few minutes after each change.")),
    (N_("No entries in this cycle"), N_("There was nothing to change, or the entries have not arrived yet.")),
    follows=False,
    by_microsoft=True,
)
_RETRY_SECONDS = 60
"""After a failure to read the state it is read again; the state that was read last says how often otherwise."""


class ServicePage(WizardPage):
    """Reads Microsoft's job again and again, as often as its state asks for."""

    step_id = "monitor"
    title = N_("Monitor")
    sentence = N_("Microsoft's service provisions this job.")

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._job_id = ""
        self._status: EngineStatus | None = None
        self._last_known: MicrosoftState | None = None
        """The state that was read before this window; shown while it cannot be read."""
        self._read_at: datetime | None = None
        self._cycles: tuple[CycleOutcome, ...] = ()
        self._told: dict[str, str] = {}
        """Cause -> code of the message that is shown: it is not announced again."""
        self._mark: tuple[int, int, int] | None = None
        """Of the entries that are shown."""
        self.requests = EntraRequests(context, self)
        self.requests.allow = lambda: self.requests.allow_more("provisioning")
        self.one_button = secondary(_("Provision on demand…"), "provisionOne", icon="person")
        self.pause = secondary(_("Pause"), "pauseService", icon="pause")
        self.restart = secondary(_("Restart…"), "restartService", icon="refresh")
        for button in (self.one_button, self.pause, self.restart):
            self.actions_row.addWidget(button)
        self.wait = WaitCard("serviceWait")
        self.card = ServiceCard()
        self.token = AccessToken(
            self, self._open_panel, self._close_panel, self._token_replaced, self._token_offers
        )
        self.one = OnePanel(self)
        self.missing = MessageCard("warn")
        self.missing.setObjectName("missingRights")
        self.log = LogPanel(self.tasks, _LOG)
        self.log_age = label("", "small", "text2")
        self.log_age.setObjectName("logAge")
        self.news = flat(_("Show new entries"), "showNewEntries", icon="refresh")
        self.ask_restart: Callable[[bool], Any] = lambda paused: ask_restart(self.window(), paused)
        self.ask_limit: Callable[[int], int | None] = lambda limit: ask_limit(self.window(), limit)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.read)
        self._fill()
        self._connect()

    # --- called by the window ------------------------------------------------------------------------------------

    def enter(self) -> None:
        """Show the stored log, and read state and log."""
        if self._job_id != self.session.draft.id:
            self._job_id = self.session.draft.id
            self._status, self._last_known, self._mark, self._cycles = None, None, None, ()
            self.log.clear()
            self.log_age.setText("")
            self.card.show_bars((), -1)
            self.one.forget()
            self.token.forget()
            self._close_panel()
            for cause in ("state", "log", "export", "token", "health"):
                self.clear_message(cause)
        for part in (self.one, self.requests.trouble, self.requests.waiting, self.news):
            part.hide()
        self.refresh()
        self._show_kept()
        self.read()

    def on_leave(self) -> None:
        """Stop reading again."""
        self._timer.stop()
        if self.token.is_open:
            self.token.close()

    def refresh(self) -> None:
        """Show the state as it is known."""
        status = self._status
        is_known = status is not None or self._last_known is not None
        self.card.setVisible(is_known and not self.token.is_open)
        self.wait.setVisible(status is None and self.tasks.is_running(Slot.SERVICE_READ))
        self._enable_buttons()
        if status is None:
            self.missing.hide()
            if self._last_known is not None:
                life = token_life(self.session.draft)
                self.card.show_last_known(self._last_known, life)
                self.token.show_life(life, possible=False)
            return
        active = status.status.remedy not in ("start", "setup")
        self.pause.change_text(_("Pause") if active else _("Resume"))
        self.pause.change_icon("pause" if active else "play")
        life = token_life(self.session.draft)
        self.card.show_status(status, self.session.draft.policy.threshold_count, life)
        self.token.show_life(life, possible=bool(status.job_id) and status.status.remedy != "setup")
        self.missing.setVisible(bool(status.missing))
        if status.missing:
            rights = comma_list(tuple(dict.fromkeys(each.permission for each in status.missing)))
            copy = MessageAction(
                _("Copy a request for your administrator"), "copyRequest", self._copy_request, False
            )
            allow = MessageAction(_("Sign in with more permissions"), "allowMore", self._allow_and_read)
            self.missing.show_text(
                "warn",
                _("Permissions are missing"),
                _("You need {rights} to see everything.").format(rights=rights),
                (copy, allow),
            )

    def _enable_buttons(self) -> None:
        """A button works where its call would, and not while another call is under way."""
        status = self._status
        idle = not self.tasks.is_running(Slot.SERVICE_CHANGE)
        exists = status is not None and bool(status.job_id)
        set_up = exists and status is not None and status.status.remedy != "setup"
        quarantined = status is not None and status.status.code in MICROSOFT_QUARANTINES
        free = set_up and not self.token.is_open
        self.pause.setEnabled(free and idle)
        self.restart.setEnabled(free and idle)
        self.one_button.setEnabled(free and not quarantined)
        for button in (self.card.remedy, self.card.allow, self.card.limit):
            button.setEnabled(idle)

    def status(self) -> str:
        """When it was read last, and when again."""
        if self._status is None or self._read_at is None:
            return ""
        minutes = max(1, round(self._status.status.poll_seconds / 60))
        return ngettext(
            "Checked {time}. Refreshes every minute.", "Checked {time}. Refreshes every {n:,} minutes.", minutes
        ).format(time=clock(self._read_at), n=minutes)

    def skip_action(self) -> tuple[str, Callable[[], None]] | None:
        """Alerts, for a job that is saved."""
        return None if self.session.is_session_only else (_("Alerts…"), self.shell.open_alerts)

    # --- reading -------------------------------------------------------------------------------------------------

    def read(self) -> None:
        """Read Microsoft's job, then the new entries of its log."""
        job = self.session.draft

        async def work(services: "Services", _emit: Emit) -> "EngineStatus":
            from wizard.flow.microsoft.watch import read_status

            return await read_status(services, job)

        def done(status: "EngineStatus") -> None:
            if self.session.draft.id == job.id:
                self._show_status(status)

        self._timer.stop()
        self.wait.show_progress(Progress(Message("waiting-for-microsoft")))
        self.tasks.run(Slot.SERVICE_READ, work, on_done=done, on_error=self._read_failed, on_cancel=self.wait.hide)
        self.refresh()

    def _show_status(self, status: "EngineStatus") -> None:
        self._status, self._read_at = status, datetime.now().astimezone()
        self.clear_message("state")
        self.session.found.standing = standing_of(status.status.code)
        self.refresh()
        self.answered.emit()
        self._read_again(status.status.poll_seconds)
        self._read_health()
        self._update_log()

    def _read_health(self) -> None:
        """Read what else needs attention: the token, certificates, alerts that were not delivered, edits."""
        job = self.session.draft

        async def work(services: "Services", _emit: Emit) -> "Facts":
            from wizard.flow.runs.facts import gather

            return await gather(services, job)

        def done(facts: "Facts") -> None:
            if self.session.draft.id != job.id:
                return
            self._show_health(health(job, facts, datetime.now(UTC)))
            if self._status is None:
                self._last_known = facts.attempts.microsoft
                self.refresh()

        self.tasks.run(Slot.HISTORY, work, on_done=done, on_error=lambda error: self._tell("health", error))

    def _show_health(self, found: "Health") -> None:
        """Show the most urgent finding that is not the state of Microsoft's service."""
        other = next((each for each in found.findings if not each.of_microsoft), None)
        if other is None:
            self.clear_message("health")
            return
        if self._told.get("health") == other.title:
            return
        action = {"token": self.token.open, "first-token": self.token.end_reminder, "sign-on": self._open_sign_on,
                  "preview": self._review}.get(other.remedy)  # fmt: skip
        actions = (MessageAction(other.verb, "healthRemedy", action, False),) if action is not None else ()
        self.show_message(other.tone, other.title, other.text, actions, "health")
        self._told["health"] = other.title

    def _open_sign_on(self) -> None:
        self.context.open_step("sign-on")

    def _read_failed(self, error: WizardError) -> None:
        """Say why the state is not known; what was read before stays, and it is read again."""
        if isinstance(error, SignInNeeded):
            action = MessageAction(_("Sign in"), "signInAgain", self._allow_and_read, False)
        else:
            action = MessageAction(_("Try again"), "readAgain", self.read, False, icon="refresh")
            self._read_again(_RETRY_SECONDS)
        self.refresh()
        self._tell("state", error, action)
        if self._status is None:
            self._read_health()  # with the state that was read last

    def _read_again(self, seconds: float) -> None:
        if self.isVisible():
            self._timer.start(int(seconds * 1000))

    def _allow_and_read(self) -> None:
        self.clear_message("state")
        self.requests.allow_more("provisioning", then=self.read)

    # --- the log -------------------------------------------------------------------------------------------------

    def _update_log(self) -> None:
        """Read the new entries of Microsoft's log; the stored ones are shown meanwhile."""
        if self._status is None or not self._status.job_id:
            self.log_age.setText("")
            self._show_kept()
            return
        job = self.session.draft

        async def work(services: "Services", emit: Emit) -> "LogUpdate":
            from wizard.flow.microsoft.kept_log import update_log

            return await update_log(services, job, emit)

        def events(found: tuple[Event, ...]) -> None:
            for event in found:
                if isinstance(event, Progress):
                    self.log_age.setText(messages.title(event.doing))

        def done(update: "LogUpdate") -> None:
            if self.session.draft.id != job.id:
                return
            self.clear_message("log")
            time = clock(datetime.now().astimezone())
            self.log_age.setText(_("Read {time}. Entries appear after a few minutes.").format(time=time))
            self._take_mark(update.mark)

        def failed(error: WizardError) -> None:
            if self.session.draft.id == job.id:
                self.log_age.setText("")
                self._show_kept()
                self._log_refused(error)

        self.tasks.run(Slot.SERVICE_LOG, work, on_done=done, on_error=failed, on_event=events)

    def _log_refused(self, error: WizardError) -> None:
        """Say once why no new entries can be read; the stored ones stay visible."""
        actions: tuple[MessageAction, ...] = ()
        if right_of(error):
            allow = partial(self.requests.allow_more, "provisioning", then=self.read)
            actions = (MessageAction(_("Sign in with more permissions"), "allowLog", allow, False),)
        if self._told.get("log") != error.message.code:
            self.show_message("warn", messages.title(error), messages.advice(error), actions, "log")
            self._told["log"] = error.message.code

    def _tell(self, cause: str, error: WizardError, *actions: MessageAction) -> None:
        """Show an error; one that is shown already is not announced again with each attempt."""
        if self._told.get(cause) != error.message.code:
            self.show_error(error, actions, cause=cause)
            self._told[cause] = error.message.code

    def clear_message(self, cause: str = "page") -> None:
        """Remove the message of a cause."""
        self._told.pop(cause, None)
        super().clear_message(cause)

    def _take_mark(self, mark: tuple[int, int, int]) -> None:
        """Show new entries at once, unless the person has scrolled down to others."""
        new = self._mark is not None and mark != self._mark
        if new and not self.log.view.follow.isChecked():
            self.news.show()
        else:
            self._show_kept()

    def _show_kept(self) -> None:
        """Show the entries and cycles that are kept on this computer."""
        job = self.session.draft

        async def work(services: "Services", _emit: Emit) -> Any:
            from wizard.flow.microsoft import kept_log
            from wizard.flow.runs import history

            mark = await kept_log.kept_mark(services, job)
            runs = await history.load_runs(services.home, job.id, kept_log.MICROSOFT_LOG)
            return mark, runs, await kept_log.load_cycles(services, job, BARS)

        def done(found: Any) -> None:
            if self.session.draft.id != job.id:
                return
            same = self._mark == found[0]
            self._mark, runs, self._cycles = found
            self.news.hide()
            self.log.show_runs(runs)
            self._show_bars()
            self._count()
            if not same:
                self._ask(keep=True)

        self.tasks.run(Slot.SERVICE_CYCLES, work, on_done=done, on_error=self._log_failed)

    def _log_failed(self, error: WizardError) -> None:
        self.show_error(error, cause="log")

    def _show_bars(self) -> None:
        shown = tuple(reversed(self._cycles[:BARS]))
        runs = [each.run for each in shown]
        run = self.log.run_id
        self.card.show_bars(bars_of(shown), runs.index(run) if run is not None and run in runs else -1)

    def _bar_chosen(self, position: int) -> None:
        shown = tuple(reversed(self._cycles[:BARS]))
        if 0 <= position < len(shown) and (run := shown[position].run) is not None:
            self.log.choose_run(run)

    def _run_chosen(self) -> None:
        self._show_bars()
        self._count()

    def _count(self) -> None:
        """Count the entries of each result, and the causes of those that are shown."""
        job_id, run_id, statuses = self.session.draft.id, self.log.run_id, self.log.statuses

        async def work(services: "Services", _emit: Emit) -> Any:
            from wizard.flow.microsoft.kept_log import MICROSOFT_LOG
            from wizard.flow.runs import history

            counts = await history.count_statuses(services.home, job_id, run_id, MICROSOFT_LOG)
            return counts, await history.load_causes(services.home, job_id, run_id, statuses, MICROSOFT_LOG)

        def show(found: Any) -> None:
            self.log.show_counts(found[0])
            self.log.show_causes(found[1])

        self.tasks.run(Slot.LOG_COUNTS, work, on_done=show, on_error=self._log_failed)

    def _ask(self, keep: bool = False) -> None:
        tasks, job_id, query = self.tasks, self.session.draft.id, self.log.query()
        pages: list[LogPages] = []

        async def fetch(offset: int, limit: int) -> tuple[Sequence[Any], int]:
            from wizard.flow.microsoft.kept_log import MICROSOFT_LOG
            from wizard.flow.runs import history

            if not pages:
                pages.append(history.LogPages(tasks.services().home, job_id, query, MICROSOFT_LOG))
            page = await pages[0].load(offset, limit)
            return page.rows, page.total

        row = self.log.detail.row
        self.log.use(fetch)
        if keep:
            self.log.detail.show_row(row)

    def _export(self, path: Path) -> None:
        job_id, query = self.session.draft.id, replace(self.log.query(), descending=True)

        async def work(services: "Services", _emit: Emit) -> Any:
            from wizard.flow.microsoft.kept_log import MICROSOFT_LOG
            from wizard.flow.runs import history

            return await history.export_log(services.home, job_id, query, path, MICROSOFT_LOG)

        def done(count: int) -> None:
            said = ngettext("{n:,} entry saved to {file}.", "{n:,} entries saved to {file}.", count)
            self.shell.notify(said.format(n=count, file=path.name))

        self.clear_message("export")
        self.tasks.run(
            Slot.LOG_EXPORT, work, on_done=done, on_error=lambda error: self.show_error(error, cause="export")
        )

    # --- steering ------------------------------------------------------------------------------------------------

    def _change(self, name: str, *arguments: Any) -> None:
        """Steer Microsoft's job by a function of `flow.microsoft.watch`."""
        if self.tasks.is_running(Slot.SERVICE_CHANGE):
            return
        self.tasks.cancel(Slot.SERVICE_READ)  # its answer may be older than the change
        job = self.session.draft

        async def work(services: "Services", _emit: Emit) -> "EngineStatus":
            from wizard.flow.microsoft import watch

            found: EngineStatus = await getattr(watch, name)(services, job, *arguments)
            return found

        self.requests.run(
            Message("waiting-for-microsoft"),
            work,
            self._show_status,
            lambda: self._change(name, *arguments),
            slot=Slot.SERVICE_CHANGE,
        )
        self._enable_buttons()

    def _pause_or_resume(self) -> None:
        if self._status is None:
            return
        if self._status.status.remedy == "start":
            self._ask_start()
        else:
            self._change("pause")

    def _ask_start(self) -> None:
        text = _("Microsoft then provisions everyone in scope about every 40 minutes, without asking.")
        if self.shell.confirm(_("Start Microsoft's provisioning service?"), text, _("Start"), danger=False):
            self._change("start")

    def _ask_restart(self) -> None:
        paused = self._status is not None and self._status.status.remedy == "start"
        parts = self.ask_restart(paused)
        if parts is not None:
            self._change("restart", parts)

    def _remedy(self) -> None:
        status = self._status
        if status is None:
            return
        match "token" if status.rotation_pending else status.status.remedy:
            case "setup":
                self._review()
            case "start":
                self._ask_start()
            case "restart":
                self._ask_restart()
            case "token":
                self.token.open()
            case "allow-deletes":
                self.log.show_status("held")

    def _review(self) -> None:
        """Show the setup with what it would change."""
        self.session.found.setup = None
        self.context.navigator.go_to_preview()
        self.shell.show_step()

    def _change_limit(self) -> None:
        """Ask for another limit, and show on Preview what that changes at Microsoft."""
        draft = self.session.draft
        limit = self.ask_limit(draft.policy.threshold_count)
        if limit is not None:
            self.answer(replace(draft, policy=replace(draft.policy, threshold_count=limit)))
            self._review()

    def _allow_deletes(self) -> None:
        """Let held deletions through, after their number was typed."""
        count = len(self._status.held) if self._status is not None else 0
        if not count:
            return
        typed = self.shell.ask_text(
            _("Remove access for {people_and_groups}?").format(people_and_groups=counted(count, Noun.OBJECT)),
            _("Type {number} to confirm").format(number=count),
            "",
            _("Remove access"),
        )
        if typed == str(count):
            self._change("allow_deletes", count)
        elif typed:
            self.shell.notify(_("The number does not match. Access was not removed."))

    def _open_panel(self) -> None:
        """Show a panel in place of state and log."""
        for part in (self.card, self.one, self.log, self.log_age, self.news):
            part.hide()
        self._log_title.hide()
        self._enable_buttons()

    def _close_panel(self) -> None:
        for part in (self.log, self.log_age, self._log_title):
            part.show()
        self.refresh()

    def _token_replaced(self) -> None:
        """End a quarantine that the old token caused; else only read the state again."""
        refused = self._status is not None and self._status.status.remedy == "token"
        self.enter()
        if refused:
            self._change("restart")

    def _token_offers(self, error: WizardError) -> tuple[MessageAction, ...]:
        """Offer a sign-in that may store the token at Microsoft."""
        if not isinstance(error, MorePermission | SignInNeeded):
            return ()
        allow = partial(self.requests.allow_more, "provisioning", then=self.token.replace)
        return (MessageAction(_("Sign in with more permissions"), "allowToken", allow, False),)

    def _ended(self) -> None:
        """A request to Microsoft has ended: whatever came of it, the state is read again in time."""
        self._enable_buttons()
        if not self._timer.isActive():
            self._read_again(_RETRY_SECONDS)

    def _copy_request(self) -> None:
        if self._status is not None:
            text = request_for_administrator(self.session.draft, self._status.missing)
            QApplication.clipboard().setText(text)
            self.shell.notify(_("Copied. Send it to an administrator of the tenant."))

    # --- what it shows -------------------------------------------------------------------------------------------

    def set_narrow(self, narrow: bool) -> None:
        """Use less room in a narrow window."""
        super().set_narrow(narrow)
        self.body.setSpacing(px(8 if narrow else 16))
        if hasattr(self, "log"):
            self.log.set_narrow(narrow)
            self.token.line.set_narrow(narrow)

    def _fill(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(px(8))
        self._log_title = heading(_("Provisioning log"))
        head.addWidget(self._log_title)
        head.addStretch(1)
        head.addWidget(self.news)
        head.addWidget(self.log_age)
        for part in (
            self.wait, self.card, self.one, self.requests.waiting, self.requests.trouble, self.missing,
        ):  # fmt: skip
            self.body.addWidget(part)
            part.hide()
        self.news.hide()
        self.body.addLayout(head)
        self.body.addWidget(self.log, 1)
        self.body.addWidget(self.token.panel, 1)
        self.card.add_foot(self.token.line)

    def _connect(self) -> None:
        self.wait.cancelled.connect(lambda: self.tasks.cancel(Slot.SERVICE_READ))
        self.requests.ended.connect(self._ended)
        self.card.remedy.clicked.connect(self._remedy)
        self.card.allow.clicked.connect(self._allow_deletes)
        self.card.limit.clicked.connect(self._change_limit)
        self.card.causes.clicked.connect(lambda: self.log.show_status("failed"))
        self.card.portal.clicked.connect(self._open_portal)
        self.card.chart.chosen.connect(self._bar_chosen)
        self.pause.clicked.connect(self._pause_or_resume)
        self.restart.clicked.connect(self._ask_restart)
        self.one_button.clicked.connect(self.one.open)
        self.news.clicked.connect(self._show_kept)
        self.log.query_changed.connect(self._ask)
        self.log.causes_asked.connect(self._count)
        self.log.run_chosen.connect(self._run_chosen)
        self.log.export_asked.connect(self._export)
        self.log.detail.fix_asked.connect(self.shell.go_to)
        self.log.detail.again_asked.connect(lambda _kind, source_id: self.one.open(source_id))

    def _open_portal(self) -> None:
        if self._status is not None and self._status.portal_url:
            QDesktopServices.openUrl(QUrl(self._status.portal_url))
