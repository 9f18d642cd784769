"""Step 5, Preview: everything a run would do, before it does anything; warnings are accepted here."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QGridLayout

from wizard import messages
from wizard.directory import DirectorySnapshot
from wizard.errors import Message, NoAccess, WizardError
from wizard.flow.jobs.summary import source_in_words
from wizard.flow.steps.fix import Fix, fix_of
from wizard.flow.steps.steps import StepId
from wizard.messages.translation import N_, _, ngettext
from wizard.progress import Progress, RequestMade
from wizard.provisioning.effects import Effect
from wizard.provisioning.events import PhaseBegan
from wizard.provisioning.guard import changed_since_approval
from wizard.provisioning.job import Job
from wizard.provisioning.plan import ASKED_CODES, Concern, HeldBack, Plan
from wizard.provisioning.report import names_of
from wizard.ui.formats import day_and_time, grouped, span_in_words
from wizard.ui.page import PageContext, WizardPage
from wizard.ui.pages.preview.held_back import AskedCard, asked_in
from wizard.ui.pages.preview.notes import Notes
from wizard.ui.pages.preview.plan_rows import FEW, PlanRows
from wizard.ui.pages.preview.plan_view import PlanView
from wizard.ui.pages.shared.edits import show_edits
from wizard.ui.pages.shared.lost_file import choose_file_action
from wizard.ui.tasks import Emit, Event, Slot, Work
from wizard.ui.theme.fonts import px
from wizard.ui.widgets import files
from wizard.ui.widgets.buttons import secondary
from wizard.ui.widgets.cards import MessageAction, MessageCard, WaitCard
from wizard.ui.widgets.tab_order import keeping_focus

if TYPE_CHECKING:
    from wizard.flow.runs.plan import Prepared
    from wizard.flow.services import Services


_DIRECTORY: tuple[str, StepId] = (N_("Check the directory"), "directory")
_ATTRIBUTES: tuple[str, StepId] = (N_("Edit attributes"), "attributes")
CONCERN_ACTIONS: dict[str, tuple[frozenset[Effect], tuple[str, StepId]]] = {
    "too-many-deletions": (frozenset({Effect.LOSES_ACCESS, Effect.DELETED}), (N_("Change the limit"), "settings")),
    "too-many-enables": (frozenset({Effect.GAINS_ACCESS}), _DIRECTORY),
    "too-many-renames": (frozenset({Effect.RENAMED}), _ATTRIBUTES),
    "too-many-removals": (frozenset({Effect.LOSES_MEMBERSHIP}), _DIRECTORY),
    "too-many-additions": (frozenset({Effect.GAINS_MEMBERSHIP}), _DIRECTORY),
    "values-cleared": (frozenset({Effect.CLEARED}), _ATTRIBUTES),
    "ids-moved": (frozenset({Effect.RENAMED}), _DIRECTORY),
    "columns-lost": (frozenset(), _DIRECTORY),
    "truncated-source": (frozenset(), _DIRECTORY),
    "empty-source": (frozenset(), _DIRECTORY),
    "short-source": (frozenset(), _DIRECTORY),
    "encoding-unsure": (frozenset(), _DIRECTORY),
}
"""Code of a concern -> the effects whose changes it can show, and text and step of the button that leads to the fix."""


class PreviewPage(WizardPage):
    """Works out the plan when it is shown without a fresh one, then shows it."""

    step_id = "preview"
    title = N_("Review changes")
    sentence = N_("Nothing has changed yet.")

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._shown: Plan | None = None
        self._rows: tuple[Plan, PlanRows] | None = None
        """The rows of the plan that was read last."""
        self._cards: list[MessageCard] = []
        """Of the plan's concerns, then of held-back or accepted changes."""
        self._arranged: tuple[int, list[MessageCard]] = (0, [])
        """Columns and cards as they are laid out."""
        self._throttled = 0
        self._unanswered: RequestMade | None = None
        """The last request, if AWS did not answer it."""
        self._progress = Progress(Message("reading-directory"))
        self._wanted_segment = ""
        """To be shown when the plan is."""
        self.export = secondary(_("Export…"), "exportPlan", icon="download")
        self.again = secondary(_("Refresh"), "readAgain", icon="refresh", busy=_("Reading…"))
        self.wait = WaitCard("previewWait")
        self.never_first = (self.wait.cancel,)
        self.view = PlanView()
        self.notes = Notes()
        self._fill()
        self._connect()

    def forget(self) -> None:
        """Drop the filters of another job."""
        super().forget()
        self._wanted_segment = ""
        self.view.forget()

    def show_fix(self, fix: Fix) -> None:
        """Show the accounts that wait to be accepted, once the plan is there."""
        self._wanted_segment = "held"
        if self.view.isVisible():
            self._show_wanted_segment()

    def _show_wanted_segment(self) -> None:
        segment, self._wanted_segment = self._wanted_segment, ""
        if segment:
            self.view.show_segment(segment)

    def enter(self) -> None:
        """Show the plan; work it out first if there is none or it is too old."""
        if self.session.found.report is not None:
            self.session.drop_plan()  # it has been carried out
            self.session.found.retrying = False
        if self.session.found.plan is None or self.session.plan_is_stale():
            show_edits(self, reviewing=True)
            self.read()
        else:
            self.refresh()

    def refresh(self) -> None:
        """Show the current plan."""
        plan = self.session.found.plan
        show_edits(self, reviewing=True, planned=plan is not None)
        self.view.setVisible(plan is not None)
        self.export.setEnabled(plan is not None)
        if plan is not None and plan is not self._shown:
            self._load_rows(plan)

    def set_narrow(self, narrow: bool) -> None:
        """Use less room in a narrow window."""
        super().set_narrow(narrow)
        view = self.findChild(PlanView)  # not there yet while the page is being built
        if isinstance(view, PlanView):
            view.set_narrow(narrow)
            self._place_notes()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Arrange the cards in the new width."""
        super().resizeEvent(event)
        self._arrange_cards()

    def status(self) -> str:
        """Whether the plan shown is being worked out again."""
        reading = self.session.found.plan is not None and self.tasks.is_running(Slot.PLAN_READ)
        return _("Reading the directory and AWS again…") if reading else ""

    def advance(self) -> bool:
        """Continue; a plan that is too old is worked out again first."""
        if self.tasks.is_running(Slot.PLAN_READ):
            return False
        if not self.session.plan_is_stale():
            return True
        self.read(self.session.found.plan)
        return False

    def read(self, approved: Plan | None = None, *, keep_shown: bool = False) -> None:
        """Read directory and AWS and work out a plan.

        `approved` is the plan that was about to run: an equal new plan runs, another one is shown first.
        keep_shown: the current plan stays visible meanwhile.
        """
        job, retrying = self.session.draft, self.session.found.retrying

        async def work(services: "Services", emit: Emit) -> Any:
            from anyio import to_thread

            from wizard.flow.runs.plan import prepare, prepare_retry

            prepared = await (prepare_retry(services, job, emit) if retrying else prepare(services, job, emit))
            return prepared, await to_thread.run_sync(PlanRows, prepared.plan)

        self.clear_message("preview")
        self._throttled, self._unanswered = 0, None
        self._progress = Progress(Message("reading-directory"))
        self.wait.show_progress(self._progress)
        self.wait.setVisible(not keep_shown)  # showing it would move the plan on the screen
        self.again.set_busy(True)
        if approved is None and not keep_shown:
            self.view.hide()
        self.tasks.run(
            Slot.PLAN_READ,
            work,
            on_done=lambda done: self._prepared(job, retrying, done[0], done[1], approved),
            on_error=self._failed,
            on_event=self._events,
            on_cancel=self._end_wait,
        )
        self.answered.emit()

    def _prepared(
        self, job: Job, retrying: bool, prepared: "Prepared", rows: PlanRows, approved: Plan | None
    ) -> None:
        self._end_wait()
        if (
            replace(job, name=self.session.draft.name) != self.session.draft
            or retrying != self.session.found.retrying
        ):
            self.read()  # an answer changed meanwhile: the plan is for another job
            return
        same = approved is not None and approved.checksum == prepared.plan.checksum
        plan = prepared.plan if approved is None else changed_since_approval(approved, prepared.plan)
        self._rows = plan, rows
        self.session.take_plan(plan, prepared.snapshot)
        self.session.found.plan_requests = prepared.requests
        self.refresh()
        self.answered.emit()
        if same and not self.context.navigator.problems() and self.context.navigator.next():
            self.shell.show_step()

    def _failed(self, error: WizardError) -> None:
        self._end_wait()
        self.session.drop_plan()
        self.refresh()
        again = MessageAction(_("Try again"), "previewTryAgain", lambda: self.read(), flat=False, icon="refresh")
        actions: tuple[MessageAction, ...] = (again,)
        fix = fix_of(error)
        if choose := choose_file_action(self, error, self.read):
            actions = (*choose, replace(again, flat=True))
        elif fix is not None:  # reading again helps only after it
            words = {"aws": _("Check the connection"), "directory": _("Check the directory")}.get(
                fix.step, _("Fix")
            )
            to_fix = MessageAction(words, "previewFix", partial(self.shell.go_to, fix), flat=False)
            actions = (to_fix, replace(again, flat=True))
        elif isinstance(error, NoAccess):
            check = MessageAction(
                _("Check the connection"), "previewCheckAws", lambda: self.context.open_step("aws")
            )
            actions = (again, check)
        self.show_error(error, actions, cause="preview")
        self.answered.emit()

    def _cancel(self) -> None:
        self.tasks.cancel(Slot.PLAN_READ)
        self.refresh()
        if self.session.found.plan is None:
            again = MessageAction(
                _("Try again"), "previewReadNow", lambda: self.read(), flat=False, icon="refresh"
            )
            self.show_message("info", _("Reading was canceled"), actions=(again,), cause="preview")

    def _end_wait(self) -> None:
        self.wait.hide()
        self.again.set_busy(False)

    def _events(self, events: tuple[Event, ...]) -> None:
        unanswered = self._unanswered
        for event in events:
            match event:
                case Progress():
                    self._progress = event
                case PhaseBegan(phase="compare"):
                    self._progress = Progress(Message("comparing-both-sides"))
                case RequestMade():
                    self._throttled += event.throttled
                    self._unanswered = event if not event.status else None
                case _:
                    pass
        if self._unanswered is not None or unanswered is not None or any(map(_is_progress, events)):
            self.wait.show_progress(self._progress, self._wait_note())

    def _wait_note(self) -> str:
        """What slows the reading down."""
        if self._unanswered is not None:
            if not self._unanswered.left_seconds:
                return _("AWS does not respond.")
            left = span_in_words(max(1, round(self._unanswered.left_seconds)))
            return _("AWS does not respond. Retrying for up to {duration}.").format(duration=left)
        if not self._throttled:
            return ""
        words = ngettext("AWS throttled requests once.", "AWS throttled requests {n} times.", self._throttled)
        return words.format(n=grouped(self._throttled))

    def _load_rows(self, plan: Plan) -> None:
        """Show a plan once its rows are prepared; those of a large one are prepared on a worker."""
        if self._rows is not None and self._rows[0] is plan:
            self._show(plan, self._rows[1])
            return
        if len(plan.changes) + len(plan.rejected) <= FEW:
            self._show(plan, PlanRows(plan))
            return

        async def work(_services: "Services", _emit: Emit) -> PlanRows:
            from anyio import to_thread

            return await to_thread.run_sync(PlanRows, plan)

        def done(rows: PlanRows) -> None:
            if plan is self.session.found.plan:
                self._show(plan, rows)

        self.tasks.run(Slot.PLAN_ROWS, work, on_done=done, on_error=partial(self.show_error, cause="preview"))

    def _show(self, plan: Plan, rows: PlanRows) -> None:
        self._shown, self._rows = plan, (plan, rows)
        made = datetime.fromisoformat(plan.made_at).astimezone()
        self.set_sentence(_read_in_words(self.session.draft, day_and_time(made, place="when")))
        self.notes.show_plan(plan)
        self._show_concerns(plan, rows)
        self.view.show_plan(plan, rows, cache(partial(_names, plan, self.session.found.planned_from)))
        if plan.purpose == "retry" and plan.rejected and not plan.changes:
            self.view.show_segment("refused")
        self._show_wanted_segment()

    def _place_notes(self) -> None:
        """Put the notes beside the table, or above it as one line in a narrow window."""
        self.notes.set_folding(self.is_narrow)
        self.view.place_notes(self.notes, beside=not self.is_narrow)

    def _show_concerns(self, plan: Plan, rows: PlanRows) -> None:
        with keeping_focus(self.view):
            self._make_cards(plan, rows)
        for card in self._cards:
            card.announce()

    def _make_cards(self, plan: Plan, rows: PlanRows) -> None:
        for card in self._cards:
            self._concerns.removeWidget(card)
            card.hide()
            card.setParent(None)
            card.deleteLater()
        self._cards = [
            concern_card(
                concern,
                number == 0,
                concern.code in self.session.found.accepted,
                partial(self._accept, concern.code),
                self._actions_for(concern),
                rows.renames if concern.code == "too-many-renames" else (),
            )
            for number, concern in enumerate(plan.concerns)
        ]
        self._cards += self._held_cards(plan)
        self._arrange_cards()

    def _arrange_cards(self) -> None:
        """Put two cards in a row where each has room for its buttons; an odd last one has a row of its own."""
        gap = self._concerns.spacing()
        room = self.width() - 2 * px(32)
        columns = (
            2 if 2 * max((card.minimumSizeHint().width() for card in self._cards), default=0) + gap <= room else 1
        )
        if self._cards == self._arranged[1] and columns == self._arranged[0]:
            return
        self._arranged = (columns, list(self._cards))
        for card in self._cards:
            self._concerns.removeWidget(card)
        for at, card in enumerate(self._cards):
            alone = at == len(self._cards) - 1 and at % columns == 0
            self._concerns.addWidget(card, at // columns, at % columns, 1, 2 if columns == 1 or alone else 1)

    def _held_cards(self, plan: Plan) -> Iterator[MessageCard]:
        for code in ASKED_CODES:
            asked = asked_in(plan, code)
            if asked:
                card = AskedCard(code, asked)
                card.accepted.connect(self._accept_held)
                card.withdrawn.connect(self._withdraw)
                card.show_asked.connect(lambda: self.view.show_segment("held"))
                yield card

    def _accept_held(self, held: tuple[HeldBack, ...]) -> None:
        """Store that these may be taken over, then plan again: only a new plan can say what that changes."""
        job = self.session.draft

        async def work(services: "Services", _emit: Emit) -> None:
            from wizard.flow.runs.accounts import accept

            await accept(services, job, held)

        self._decide(work)

    def _withdraw(self, target_ids: tuple[str, ...]) -> None:
        job = self.session.draft

        async def work(services: "Services", _emit: Emit) -> None:
            from wizard.flow.runs.accounts import withdraw

            await withdraw(services, job, target_ids)

        self._decide(work)

    def _decide(self, work: Work[None]) -> None:
        def done(_nothing: None) -> None:
            if self.isVisible():
                self.read(keep_shown=True)
            else:
                self.session.drop_plan()  # worked out again when the page is shown

        self.clear_message("accept")
        self.tasks.run(
            Slot.ACCEPTANCE_SAVE,
            work,
            on_done=done,
            on_error=lambda error: self.show_error(error, cause="accept"),
        )

    def _accept(self, code: str, on: bool) -> None:
        self.session.accept(code, on)
        self.answered.emit()

    def _actions_for(self, concern: Concern) -> tuple[MessageAction, ...]:
        effects, (words, step) = CONCERN_ACTIONS.get(concern.code, (frozenset(), ("", "plan")))
        show, change = f"show_{concern.code}", f"change_{concern.code}"
        actions = []
        if effects:
            count = concern.message.args.get("count")
            words_of = _("Show")
            if isinstance(count, int) and count > 1:
                words_of = ngettext("Show all {n}", "Show all {n}", count).format(n=grouped(count))
            actions.append(MessageAction(words_of, show, lambda: self.view.show_effects(effects)))
        if words:
            actions.append(MessageAction(_(words), change, lambda: self.context.open_step(step)))
        return tuple(actions)

    def _ask_export(self) -> None:
        path = files.save_file(self, _("Export changes"), "changes.csv", files.TABLES)
        if path:
            self.export_to(path)

    def export_to(self, path: Path) -> None:
        """Write the plan to a .csv or .json file."""
        plan = self.session.found.plan
        if plan is None:
            return

        async def work(_services: "Services", _emit: Emit) -> Any:
            from wizard.flow.runs import history

            return await history.export_plan(plan, path)

        def failed(error: WizardError) -> None:
            self.show_error(error, cause="export")

        self.clear_message("export")
        self.tasks.run(
            Slot.PLAN_EXPORT,
            work,
            on_done=lambda count: self.shell.notify(_exported_in_words(count, path.name)),
            on_error=failed,
        )

    def _connect(self) -> None:
        self.export.clicked.connect(self._ask_export)
        self.again.clicked.connect(lambda: self.read())
        self.view.held.accepted.connect(self._accept_held)
        self.view.reason.fix_asked.connect(self.shell.go_to)
        self.wait.cancelled.connect(self._cancel)

    def _fill(self) -> None:
        self.actions_row.addWidget(self.export)
        self.actions_row.addWidget(self.again)
        self.wait.hide()
        self.export.setEnabled(False)
        self._concerns = QGridLayout()
        self._concerns.setSpacing(px(16))
        self._concerns.setColumnStretch(0, 1)
        self._concerns.setColumnStretch(1, 1)
        self.view.above.addLayout(self._concerns)
        self._place_notes()  # before they are shown: a widget without a parent is a window
        self.view.hide()
        self.body.addWidget(self.wait)
        self.body.addWidget(self.view, 1)
        self.body.addStretch(0)


def _is_progress(event: Event) -> bool:
    return isinstance(event, Progress | PhaseBegan)


def _names(plan: Plan, snapshot: DirectorySnapshot | None) -> dict[str, str]:
    """Return id -> name of the people and groups in directory and plan."""
    return ({user.id: user.label for user in snapshot.users} if snapshot else {}) | names_of(plan)


def _read_in_words(job: Job, when: str) -> str:
    if job.source.kind == "sample":
        return _("Compared the sample company with AWS {when}. Nothing has changed yet.").format(when=when)
    return _("Compared {source} with AWS {when}. Nothing has changed yet.").format(
        source=source_in_words(job), when=when
    )


def _exported_in_words(count: int, file: str) -> str:
    words = ngettext("Exported {n} change to {file}.", "Exported {n} changes to {file}.", count)
    return words.format(n=grouped(count), file=file)


def concern_card(
    concern: Concern,
    first: bool,
    accepted: bool,
    accept: Callable[[bool], None],
    actions: tuple[MessageAction, ...],
    renames: tuple[tuple[str, str], ...] = (),
) -> MessageCard:
    """Return the card of a concern with its check box; the object name of the first one is fixed for scripts.

    `renames` are names before and after, shown below the text.
    """
    examples = [f"{plain(before)} → **{plain(after)}**" for before, after in renames]
    text = "\n".join((messages.advice(concern), *examples))
    card = MessageCard("warn", messages.title(concern), text, actions)
    card.setObjectName(f"concern_{concern.code}")
    box = QCheckBox(messages.accept(concern))
    box.setObjectName("acceptConcern" if first else f"acceptConcern_{concern.code}")
    box.setAccessibleDescription(messages.title(concern))
    box.setChecked(accepted)
    box.toggled.connect(accept)
    card.add_extra(box)
    return card


def plain(text: str) -> str:
    """Return a text from outside without the marks that a paragraph shows as bold."""
    return text.replace("**", "* *")
