"""Step 6, Monitor: health and remedy, the provisioning log of every run, run again, provision one person, schedule."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from wizard.errors import WizardError
from wizard.flow.jobs.summary import source_to_target
from wizard.flow.runs.health import Finding, TokenLife, health, token_life, token_words, whole_runs
from wizard.flow.runs.texts import foreign_in_words, foreign_of, last_foreign
from wizard.flow.steps.fix import fix_of
from wizard.flow.steps.session import Findings
from wizard.messages.row import sentences
from wizard.messages.translation import N_, _, ngettext
from wizard.ui.formats import day_and_time, grouped, span_in_words
from wizard.ui.page import PageContext, WizardPage
from wizard.ui.pages.monitor.health_card import HealthCard, bars_of
from wizard.ui.pages.monitor.on_demand import Choices, OnDemandPanel
from wizard.ui.pages.monitor.schedule import Schedule
from wizard.ui.pages.shared.access_token import AccessToken
from wizard.ui.pages.shared.edits import show_edits
from wizard.ui.pages.shared.log_panel import LogPanel
from wizard.ui.pages.shared.lost_file import choose_file_action
from wizard.ui.pages.shared.session_only import show_session_only
from wizard.ui.tasks import Emit, Event, Slot
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.buttons import secondary
from wizard.ui.widgets.cards import MessageAction
from wizard.ui.widgets.charts.run_chart import BARS

if TYPE_CHECKING:
    from wizard.flow.runs.health import Facts
    from wizard.flow.runs.history import Cause, LogPages, RunRecord
    from wizard.flow.runs.on_demand import OneChange
    from wizard.flow.services import Services


@dataclass(frozen=True, slots=True)
class _History:
    facts: "Facts"
    links: dict[str, int]
    between: str


class MonitorPage(WizardPage):
    """Reads the journal each time it is shown."""

    step_id = "monitor"
    title = N_("Monitor")
    sentence = ""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._runs: tuple[RunRecord, ...] = ()
        self._health: Finding | None = None
        self._findings: Findings | None = None
        self.one = secondary(_("Provision on demand…"), "provisionOne", icon="person")
        self.again = secondary(_("Run again"), "runAgain", icon="play")
        self.health = HealthCard()
        self.log = LogPanel(self.tasks)
        self.on_demand = OnDemandPanel()
        self.schedule = Schedule(self, self._open_panel, self._close_panel)
        self.token = AccessToken(self, self._open_panel, self._close_panel)
        self._fill()

    def enter(self) -> None:
        """Read the history; clear the widgets if a job was opened since they were shown."""
        if self._findings is not self.session.found:
            self._findings = self.session.found
            self.health.hide()
            self.again.hide()
            self.log.clear()
            self.on_demand.forget()
            for cause in ("onDemand", "export", "history", "health", "schedule", "token"):
                self.clear_message(cause)
            self.schedule.forget()
            self.token.forget()
            self.again.setEnabled(True)
            self._show_log()
        if not self.session.running:
            self.on_demand.begin()  # what was shown may be of an earlier edit
        self.on_demand.draft_note.setVisible(bool(self.session.edited()))
        show_edits(self)
        show_session_only(self)
        self._read()
        self.schedule.resume()

    def set_narrow(self, narrow: bool) -> None:
        """Use less room in a narrow window."""
        super().set_narrow(narrow)
        self.body.setSpacing(px(8 if narrow else 16))
        log = self.findChild(LogPanel)  # not there yet while the page is being built
        if isinstance(log, LogPanel):
            log.set_narrow(narrow)
            self.on_demand.set_narrow(narrow)
            self.schedule.line.set_narrow(narrow)
            self.token.line.set_narrow(narrow)

    def status(self) -> str:
        """How long log rows are stored."""
        if self.session.is_session_only:
            return ""  # a message of the page says it
        days = self.session.draft.policy.results_kept_days
        words = ngettext("Log entries are kept for {n:,} day.", "Log entries are kept for {n:,} days.", days)
        return words.format(n=days)

    def skip_action(self) -> tuple[str, Callable[[], None]] | None:
        """Alerts, for a job that is saved."""
        return None if self.session.is_session_only else (_("Alerts…"), self.shell.open_alerts)

    def _read(self) -> None:
        job = self.session.draft

        async def work(services: "Services", _emit: Emit) -> Any:
            from wizard.flow.directory.remembered import tenant_name
            from wizard.flow.runs import facts, history

            tenant = await tenant_name(services, job.source.entra.tenant)
            links = await history.count_links(services.home, job.id)
            return _History(await facts.gather(services, job), links, source_to_target(job, tenant))

        self.tasks.run(Slot.HISTORY, work, on_done=self._show, on_error=self._failed)
        self.schedule.read()

    def _failed(self, error: WizardError) -> None:
        again = MessageAction(_("Try again"), "historyTryAgain", self._read, flat=False, icon="refresh")
        self.show_error(error, (again,), cause="history")

    def _show(self, history: _History) -> None:
        self.clear_message("history")
        self._runs = whole_runs(history.facts.runs)
        name = self.session.draft.name  # one that was not chosen says the same
        named = _("{job}: {source_to_target}").format(job=name, source_to_target=history.between)
        self.set_sentence(history.between if history.between.startswith(name) else named)
        life = token_life(self.session.draft)
        found = health(self.session.draft, history.facts, datetime.now(UTC))
        self._health = self._with_times(found.first)
        if self.session.found.standing != found.standing:
            self.session.found.standing = found.standing
            self.shell.refresh()
        everyone = self.session.draft.scope.everyone
        widen = _("Provision everyone") if everyone else _("Provision everyone in scope")
        self.health.show_health(self._health, widen if self._is_small() else "")
        self._show_other(found.findings[1:])
        self.health.setVisible(not (self.schedule.is_open or self.token.is_open))
        self.token.show_life(life, self.schedule.is_possible)
        self.again.setVisible(bool(history.facts.runs))
        self._show_facts(history, life)
        self.log.show_runs(history.facts.runs)
        self._show_bars()
        self._count()
        self._ask()

    def _with_times(self, found: Finding) -> Finding:
        """Add when the last run ended, and how long it took."""
        last = self._runs[0] if self._runs else None
        if (
            last is None
            or not last.ended
            or found.remedy in ("token", "first-token", "sign-on", "lift")
            or found.code in ("run-failed", "overdue")
        ):
            return found
        seconds = last.counts.get("seconds", 0) if isinstance(last.counts, dict) else 0
        ended = day_and_time(last.ended, place="when")
        when = _("Last run {time}.").format(time=ended)
        if seconds >= 1:
            when = _("Last run {time}, took {duration}.").format(
                time=ended, duration=span_in_words(round(seconds))
            )
        return replace(found, text=sentences(when, found.text))

    def _is_small(self) -> bool:
        return self.session.draft.scope.start_small and bool(self._runs) and self._runs[0].ending == "done"

    def _show_facts(self, history: _History, life: TokenLife) -> None:
        plan = self.session.found.plan
        foreign = foreign_in_words(foreign_of(plan)) if plan else ""
        foreign = foreign or last_foreign([run.planned for run in history.facts.runs])
        self.health.show_fact("people", grouped(history.links.get("user", 0)))
        self.health.show_fact("groups", grouped(history.links.get("group", 0)))
        self.health.show_fact("foreign", foreign or _("Unknown"))
        self.health.show_fact("token", token_words(life))

    def _show_bars(self) -> None:
        shown = [run.id for run in reversed(self._runs[:BARS])]
        run_id = self.log.run_id
        self.health.show_bars(bars_of(self._runs), shown.index(run_id) if run_id in shown else -1)

    def _bar_chosen(self, position: int) -> None:
        shown: Sequence[RunRecord] = tuple(reversed(self._runs[:BARS]))
        if 0 <= position < len(shown):
            self.log.choose_run(shown[position].id)

    def _run_chosen(self) -> None:
        self._show_bars()
        self._count()

    def _count(self) -> None:
        """Count the rows of each status, and the causes of those that are shown."""
        job_id, run_id, statuses = self.session.draft.id, self.log.run_id, self.log.statuses

        async def work(services: "Services", _emit: Emit) -> Any:
            from wizard.flow.runs import history

            counts = await history.count_statuses(services.home, job_id, run_id)
            return counts, await history.load_causes(services.home, job_id, run_id, statuses)

        def show(counted: "tuple[dict[str, int], tuple[Cause, ...]]") -> None:
            self.log.show_counts(counted[0])
            self.log.show_causes(counted[1])

        self.tasks.run(Slot.LOG_COUNTS, work, on_done=show, on_error=self._failed)

    def _ask(self) -> None:
        tasks, job_id, query = self.tasks, self.session.draft.id, self.log.query()
        pages: list[LogPages] = []

        async def fetch(offset: int, limit: int) -> tuple[Sequence[Any], int]:
            from wizard.flow.runs import history

            if not pages:
                pages.append(history.LogPages(tasks.services().home, job_id, query))
            page = await pages[0].load(offset, limit)
            return page.rows, page.total

        self.log.use(fetch)

    def _export(self, path: Path) -> None:
        job_id, query = self.session.draft.id, replace(self.log.query(), descending=True)

        async def work(services: "Services", _emit: Emit) -> Any:
            from wizard.flow.runs import history

            return await history.export_log(services.home, job_id, query, path)

        def failed(error: WizardError) -> None:
            self.show_error(error, cause="export")

        self.clear_message("export")
        self.tasks.run(
            Slot.LOG_EXPORT,
            work,
            on_done=lambda count: self.shell.notify(_exported_in_words(count, path.name)),
            on_error=failed,
        )

    def _show_other(self, findings: "Sequence[Finding]") -> None:
        """Show the most urgent of the other findings above the card."""
        if not findings:
            self.clear_message("health")
            return
        other = findings[0]
        action = MessageAction(other.verb, "otherRemedy", partial(self._apply_remedy, other), False)
        self.show_message(other.tone, other.title, other.text, (action,) if other.remedy else (), "health")

    def _apply_remedy(self, found: Finding | None) -> None:
        remedy = found.remedy if found is not None else ""
        if remedy == "token":
            self.token.open()
        elif remedy == "first-token":
            self.token.end_reminder()
        elif remedy == "sign-on":
            self.context.open_step("sign-on")
        elif remedy == "lift":
            self._lift()
        elif remedy == "fix" and found is not None and found.fix is not None:
            self.shell.go_to(found.fix)
        else:
            self._run_again(retrying=remedy == "retry")

    def _lift(self) -> None:
        job = self.session.draft

        async def work(services: "Services", _emit: Emit) -> Any:
            from wizard.flow.runs.quarantine import lift_quarantine

            await lift_quarantine(services, job)

        def lifted(_nothing: object) -> None:
            self.shell.notify(_("Quarantine lifted."))
            if self.isVisible():
                self._read()

        self.tasks.run(Slot.QUARANTINE_LIFT, work, on_done=lifted, on_error=self._failed)

    def _open_one(self, kind: str = "", source_id: str = "") -> None:
        """Show the panel for one person in place of the log; with a person, show at once what would change."""
        self.log.hide()
        self.on_demand.begin()
        self.on_demand.draft_note.setVisible(bool(self.session.edited()))
        self.on_demand.show()
        self.one.setEnabled(False)
        self.on_demand.back.setFocus()  # until there are people to choose from
        job = self.session.draft

        async def work(services: "Services", _emit: Emit) -> Any:
            from wizard.flow.directory.reading import read_directory

            return Choices.of(await read_directory(services, job))

        def failed(error: WizardError) -> None:
            self._close_one()
            choose = choose_file_action(self, error, lambda: self._open_one(kind, source_id))
            self.show_error(error, choose or self._fix_action(error), cause="onDemand")

        def show(found: Choices) -> None:
            self.on_demand.show_directory(found)
            if source_id and not self.on_demand.choose(kind, source_id):
                text = _("It may have been deleted, or its row cannot be read.")
                self.show_message("warn", _("No longer in the directory"), text, cause="onDemand")

        self.clear_message("onDemand")
        self.tasks.run(
            Slot.PEOPLE_READ,
            work,
            on_done=show,
            on_error=failed,
            on_cancel=self._show_log,
        )

    def _show_log(self) -> None:
        self.on_demand.hide()
        self.log.show()
        self.one.setEnabled(True)

    def _open_panel(self) -> None:
        """Show a panel in place of health and log."""
        for part in (self.health, self.log, self.on_demand):
            part.hide()
        for button in (self.one, self.again):
            button.setEnabled(False)

    def _close_panel(self) -> None:
        self.health.show()
        self.again.setEnabled(True)
        self._show_log()

    def _close_one(self) -> None:
        for slot in (Slot.PEOPLE_READ, Slot.ONE_CHANGE):
            self.tasks.cancel(slot)
        self._show_log()
        self.one.setFocus()
        self._read()

    def _fix_action(self, error: WizardError) -> tuple[MessageAction, ...]:
        fix = fix_of(error)
        if fix is None:
            return ()
        words = _("Check the connection") if fix.step == "aws" else _("Fix")
        return (MessageAction(words, "fixOne", partial(self.shell.go_to, fix), flat=False),)

    def _show_steps(self, events: tuple[Event, ...]) -> None:
        for step in events:
            self.on_demand.show_step(step)

    def _work_out_one(self, kind: Literal["user", "group"], source_id: str) -> None:
        """Work out what provisioning this one would change; nothing is written."""
        job = self.session.draft

        async def work(services: "Services", emit: Emit) -> Any:
            from wizard.flow.runs import on_demand

            return await on_demand.prepare_one(services, job, kind, source_id, emit)

        def failed(error: WizardError) -> None:
            self.on_demand.show_reading(False)
            self.on_demand.begin()
            self.show_error(error, self._fix_action(error), cause="onDemand")

        self.clear_message("onDemand")
        self.tasks.run(
            Slot.ONE_CHANGE,
            work,
            on_done=self.on_demand.show_change,
            on_error=failed,
            on_event=self._show_steps,
            on_cancel=lambda: self.on_demand.show_reading(False),
        )

    def _provision_one(self, change: "OneChange", accepted: frozenset[str]) -> None:
        """Carry out the change that was shown."""
        job = self.session.draft

        async def work(services: "Services", emit: Emit) -> Any:
            from wizard.flow.runs import on_demand

            return await on_demand.carry_out(services, job, change, accepted, emit)

        def failed(error: WizardError) -> None:
            from wizard.flow.runs.on_demand import NotAsShown

            self._set_running(False)
            self.on_demand.begin()
            if isinstance(error, NotAsShown):
                self.on_demand.choose(*change.key)
            self.show_error(error, cause="onDemand")

        def ended(_steps: object) -> None:
            self._set_running(False)
            self.on_demand.effect.hide()

        self.clear_message("onDemand")
        self._set_running(True)
        self.tasks.run(
            Slot.PROVISION_ONE,
            work,
            on_done=ended,
            on_error=failed,
            on_event=self._show_steps,
            on_cancel=lambda: self._set_running(False),
        )

    def _set_running(self, running: bool) -> None:
        """Keep the page shown while one person is provisioned; closing the window asks first."""
        self.session.running, self.session.run_share = running, None
        self.on_demand.show_running(running)
        for button in (
            self.again,
            self.health.remedy,
            self.health.everyone,
            self.schedule.line.change,
            self.token.line.change,
        ):
            button.setEnabled(not running)
        self.shell.refresh()

    def _run_again(self, retrying: bool = False) -> None:
        self.session.drop_plan()
        self.session.found.retrying = retrying and not self.session.edited()  # edits concern everyone
        self.context.navigator.go_to_preview()
        self.shell.show_step()

    def _continue_with_all(self) -> None:
        job = self.session.draft
        self.answer(replace(job, scope=replace(job.scope, start_small=False)))
        self._run_again()

    def _fill(self) -> None:
        self.actions_row.addWidget(self.one)
        self.actions_row.addWidget(self.again)
        self.body.addWidget(self.health)
        self.body.addWidget(self.log, 1)
        self.body.addWidget(self.on_demand, 1)
        self.body.addWidget(self.schedule.panel, 1)
        self.body.addWidget(self.token.panel, 1)
        self.health.add_foot(self.token.line)
        self.health.add_foot(self.schedule.line)
        self.on_demand.hide()
        self.one.clicked.connect(lambda: self._open_one())
        self.on_demand.change_asked.connect(self._work_out_one)
        self.on_demand.provision_asked.connect(self._provision_one)
        self.on_demand.moved.connect(lambda: self.tasks.cancel(Slot.ONE_CHANGE))
        self.on_demand.closed.connect(self._close_one)
        self.again.clicked.connect(lambda: self._run_again())
        self.health.remedy.clicked.connect(lambda: self._apply_remedy(self._health))
        self.health.retry.clicked.connect(lambda: self._run_again(retrying=True))
        self.health.everyone.clicked.connect(self._continue_with_all)
        self.health.causes.clicked.connect(self.log.show_failed)
        self.health.chart.chosen.connect(self._bar_chosen)
        self.log.query_changed.connect(self._ask)
        self.log.causes_asked.connect(self._count)
        self.log.detail.fix_asked.connect(self.shell.go_to)
        self.log.detail.again_asked.connect(self._open_one)
        self.on_demand.log_line.fix_asked.connect(self.shell.go_to)
        self.log.run_chosen.connect(self._run_chosen)
        self.log.export_asked.connect(self._export)


def _exported_in_words(count: int, file: str) -> str:
    words = ngettext("Exported {n:,} log entry to {file}.", "Exported {n:,} log entries to {file}.", count)
    return words.format(n=count, file=file)
