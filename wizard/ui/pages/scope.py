"""Step 4: who is provisioned, the first few to start with, and why someone is in or out."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout

from wizard.directory import DirectorySnapshot
from wizard.errors import WizardError
from wizard.flow.scope import (
    Candidate,
    Standing,
    candidates,
    first_candidates,
    people_out,
    standing,
    tick,
    tick_first,
    why,
)
from wizard.provisioning.job import Scope
from wizard.ui.desk import Desk, DeskPage, Event
from wizard.ui.pages._scope_count import ANSWERS, CountCard
from wizard.ui.pages._scope_ticks import Picker
from wizard.ui.style import px
from wizard.ui.when import clock
from wizard.ui.widgets.field import heading
from wizard.ui.widgets.message import MessageAction
from wizard.ui.widgets.paragraph import Paragraph
from wizard.ui.widgets.radio_group import Answer, RadioGroup

if TYPE_CHECKING:
    from wizard.flow.actions import Actions

_COUNT_RESTS = 300
"""Milliseconds from the last change to the recount."""
_NAMES_SHOWN = 12
_SMALL = (
    "Exactly those you tick here are provisioned first, and nobody else is touched. "
    "Once that went well, untick this box and run again."
)
_START = (
    Answer("everyone", "Everyone in the directory"),
    Answer("chosen", "Only the people and groups I tick; members come with their group"),
)


@dataclass(frozen=True, slots=True)
class _Counted:
    """What a count on the worker gave."""

    standing: Standing
    everybody: tuple[Candidate, ...] | None
    """None: the same as before."""
    first: tuple[Candidate, ...] | None


class ScopePage(DeskPage):
    """Who is in scope."""

    step_id = "scope"
    title = "Choose who is in scope"
    sentence = (
        "People outside the scope are left out. Those this job created before will be listed in the plan before "
        "anything happens to them."
    )

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._snapshot: DirectorySnapshot | None = None
        """Whose candidates stand in the pickers."""
        self._first_of: Scope | None = None
        """The scope whose people the second picker offers."""
        self._everybody: tuple[Candidate, ...] = ()
        self._standing: Standing | None = None
        self._counted_at = ""
        self.start = RadioGroup("scopeStart", "Start from", _START)
        self.picker = Picker("scopePicker", "People and groups in scope")
        self.small = QCheckBox("&Provision only a few people or groups first")
        self.small.setObjectName("startSmall")
        self.small_words = Paragraph(_SMALL, "small", "text2")
        self.first = Picker("firstPicker", "The first people and groups")
        self.count = CountCard()
        self._resting = QTimer(self)
        self._resting.setSingleShot(True)
        self._resting.setInterval(_COUNT_RESTS)
        self._resting.timeout.connect(self.recount)
        self._fill_body()
        self._listen()

    # --- what it shows -------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """Show the answers and count."""
        self.refresh()
        self.recount()

    def refresh(self) -> None:
        """Show the answers as they are."""
        scope = self.session.draft.scope
        self.start.choose("everyone" if scope.everyone else "chosen")
        self.picker.setVisible(not scope.everyone)
        self.picker.show_ticked(scope.user_ids, scope.group_ids)
        self.small.setChecked(scope.start_small)
        self.first.setVisible(scope.start_small)
        self.first.show_ticked(scope.first_user_ids, scope.first_group_ids)
        if self.session.found.snapshot is not None:
            self.clear_message("unread")
            return
        read = MessageAction("Go to Directory", "goToDirectory", lambda: self.desk.open_step("directory"), False)
        self.show_message(
            "info", "The directory has not been read yet", "It tells who there is.", (read,), "unread"
        )

    def status(self) -> str:
        """When it was counted."""
        if self._standing is None or not self._counted_at:
            return ""
        return f"Counted today at {self._counted_at} from {self._standing.counts.people_total:,} people"

    # --- what is answered ----------------------------------------------------------------------------------------

    def _choose_start(self, choice: str) -> None:
        self._answer_scope(replace(self.session.draft.scope, everyone=choice == "everyone"))

    def _choose_small(self, small: bool) -> None:
        self._answer_scope(replace(self.session.draft.scope, start_small=small))

    def _answer_scope(self, scope: Scope) -> None:
        self.answer(replace(self.session.draft, scope=scope))
        self.refresh()
        self._count_soon()

    def _ticked(self) -> None:
        self.answer(tick(self.session.draft, self.picker.users, self.picker.groups))
        self._count_soon()

    def _ticked_first(self) -> None:
        self.answer(tick_first(self.session.draft, self.first.users, self.first.groups))
        self._count_soon()

    # --- counting ------------------------------------------------------------------------------------------------

    def _count_soon(self) -> None:
        self.count.set_counting(True)
        self._resting.start()

    def recount(self) -> None:
        """Count on the worker: with 100,000 people that takes longer than a screen may stand still."""
        snapshot, scope = self.session.found.snapshot, self.session.draft.scope
        if snapshot is None:
            return
        fresh = snapshot is not self._snapshot
        wide = replace(scope, start_small=False, first_user_ids=(), first_group_ids=())
        first_too = scope.start_small and (fresh or wide != self._first_of)

        def counted() -> _Counted:
            everybody = candidates(snapshot) if fresh else None
            first = first_candidates(snapshot, wide) if first_too else None
            return _Counted(standing(snapshot, scope), everybody, first)

        async def work(_actions: "Actions", _emit: Callable[[Event], None]) -> _Counted:
            from anyio import to_thread

            return await to_thread.run_sync(counted, abandon_on_cancel=True)

        def done(found: _Counted) -> None:
            self._snapshot = snapshot
            self._take(found)
            if first_too:
                self._first_of = wide

        def failed(error: WizardError) -> None:
            self.count.set_counting(False)
            self.show_message("bad", error.title, error.advice, cause="count")

        self._resting.stop()
        self.desk.ask("preview", work, done, failed)

    def _take(self, found: _Counted) -> None:
        if found.everybody is not None:
            self._everybody = found.everybody
            self.picker.show_candidates(found.everybody)
            self._first_of = None
        if found.first is not None:
            self.first.show_candidates(found.first)
        self._standing = found.standing
        self._counted_at = clock(datetime.now().astimezone())
        self.count.show_counts(found.standing.counts, self.session.draft.scope.groups)
        self._explain(self.count.search.text().strip())
        self.desk.shell.refresh()

    def _explain(self, sought: str) -> None:
        snapshot, stand = self.session.found.snapshot, self._standing
        if snapshot is None or stand is None or not sought:
            self.count.show_answers((), 0, "")
            return
        needle, scope = sought.casefold(), self.session.draft.scope
        found = [one for one in self._everybody if needle in one.search]
        answers = tuple((one.label, why(snapshot, scope, stand, one)) for one in found[:ANSWERS])
        self.count.show_answers(answers, len(found) - ANSWERS, sought)

    def _show_reason(self, reason: str) -> None:
        snapshot, stand = self.session.found.snapshot, self._standing
        if snapshot is not None and stand is not None:
            names = people_out(snapshot, stand, reason, _NAMES_SHOWN)
            self.count.show_people(reason, names, dict(stand.counts.reasons).get(reason, 0))

    # --- how it is put together ----------------------------------------------------------------------------------

    def _listen(self) -> None:
        self.start.chosen.connect(self._choose_start)
        self.picker.ticked.connect(self._ticked)
        self.small.clicked.connect(self._choose_small)
        self.first.ticked.connect(self._ticked_first)
        self.count.who_asked.connect(self._explain)
        self.count.reason_asked.connect(self._show_reason)

    def _fill_body(self) -> None:
        builder = QVBoxLayout()
        builder.setSpacing(px(8))
        builder.addWidget(self.start)
        builder.addWidget(self.picker, 1)
        builder.addSpacing(px(12))
        builder.addWidget(heading("Start small"))
        builder.addWidget(self.small)
        builder.addWidget(self.small_words)
        self.small_words.setContentsMargins(px(24), 0, 0, 0)
        builder.addWidget(self.first, 1)
        builder.addStretch(0)
        row = QHBoxLayout()
        row.setSpacing(px(24))
        row.addLayout(builder, 1)
        row.addWidget(self.count, 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(row, 1)
