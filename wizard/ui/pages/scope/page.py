"""Step 4, Scope: everyone, a few to start with, or those selected; a filter; and why someone is in or out of scope."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from wizard.directory import DirectorySnapshot
from wizard.errors import WizardError
from wizard.flow.jobs.summary import everyone_in_words
from wizard.flow.scope.filters import (
    FilterKind,
    RealValues,
    filter_attributes,
    filter_of,
    real_values,
    unfinished,
    with_filter,
)
from wizard.flow.scope.scope import (
    Candidate,
    ScopeDivision,
    candidates,
    divide,
    explain,
    first_candidates,
    tick,
    tick_first,
)
from wizard.flow.steps.fix import Fix
from wizard.mapping.scoping_filter import ScopingFilter
from wizard.messages.translation import N_, _
from wizard.provisioning.job import Scope
from wizard.ui.formats import day_and_time
from wizard.ui.page import PageContext, WizardPage
from wizard.ui.pages.scope.count_card import ANSWERS, CountCard
from wizard.ui.pages.scope.people import PeoplePicker, ScopeList, selected_words
from wizard.ui.tasks import Emit, Slot
from wizard.ui.theme.fonts import px
from wizard.ui.timers import single_shot
from wizard.ui.widgets.choices import RadioGroup, RadioOption
from wizard.ui.widgets.filter.builder import FilterBuilder
from wizard.ui.widgets.labels import Paragraph

if TYPE_CHECKING:
    from wizard.flow.services import Services

_COUNT_MILLISECONDS = 300
"""Milliseconds from the last change to the count."""
_KINDS: tuple[FilterKind, ...] = ("people", "groups")


def _start_options() -> tuple[RadioOption, ...]:
    return (
        RadioOption("everyone", _("Everyone in the directory")),
        RadioOption(
            "few", _("Start with a few people"), _("Recommended for a first run. No one else is changed.")
        ),
        RadioOption("chosen", _("Only people and groups I select"), _("Members of selected groups are included.")),
    )


@dataclass(frozen=True, slots=True)
class _Counted:
    """Result of a count on the background thread."""

    division: ScopeDivision
    everybody: tuple[Candidate, ...] | None
    """None = unchanged."""
    first: tuple[Candidate, ...] | None


class ScopePage(WizardPage):
    """Chooses who is in scope, and counts them after each change."""

    widest = 1280
    step_id = "scope"
    title = N_("Choose who is in scope")
    sentence = N_("Only people and groups in scope are provisioned to AWS.")

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._snapshot: DirectorySnapshot | None = None
        """The snapshot whose people are in the pickers."""
        self._first_of: Scope | None = None
        """The scope that `_first` was counted for."""
        self._first: tuple[Candidate, ...] = ()
        """Who can be selected to start with."""
        self._fix: Fix | None = None
        """The person whose reason is shown as soon as they are counted."""
        self._everybody: tuple[Candidate, ...] = ()
        self._division: ScopeDivision | None = None
        self._divided: Scope | None = None
        """The scope that was counted: without a filter while one of its conditions is unfinished."""
        self._counted_at: datetime | None = None
        self._values_of: DirectorySnapshot | None = None
        self.builder = QWidget()
        self.start = RadioGroup("scopeStart", _("Who"), _start_options())
        self.among = Paragraph("", "small", "text2")
        """Says that only selected people can be chosen to start with."""
        self.picker = PeoplePicker("scopePicker", _("People and groups in scope"))
        self.filter = FilterBuilder()
        self.list = ScopeList()
        self.count = CountCard()
        self._job_shown = ""
        self._values: dict[FilterKind, dict[str, RealValues]] = {"people": {}, "groups": {}}
        self._count_timer = single_shot(self, _COUNT_MILLISECONDS, self.recount)
        self._fill_body()
        self._listen()

    # --- content -------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """Show the scope and count."""
        self.refresh()
        self.recount()

    def on_leave(self) -> None:
        """Stop the timer of the count: `enter` counts anyway."""
        self._count_timer.stop()

    def set_narrow(self, narrow: bool) -> None:
        """Use less room in a narrow window."""
        super().set_narrow(narrow)
        for card in self.findChildren(CountCard):  # not there yet while the page is being built
            card.set_narrow(narrow)

    def refresh(self) -> None:
        """Show the scope of the draft."""
        scope = self.session.draft.scope
        self._show_filter(scope)
        self.start.choose("few" if scope.start_small else "everyone" if scope.everyone else "chosen")
        self.count.names_of_microsoft = self.session.draft.source.kind == "entra"
        self.start.reword("everyone", everyone_in_words(self.session.draft))
        self.picker.setVisible(scope.start_small or not scope.everyone)
        if scope.start_small:
            self.picker.show_candidates(self._first)
            self.picker.show_ticked(scope.first_user_ids, scope.first_group_ids)
        else:
            self.picker.show_candidates(self._everybody)
            self.picker.show_ticked(scope.user_ids, scope.group_ids)
        among = scope.start_small and not scope.everyone
        selected = selected_words(len(scope.user_ids), len(scope.group_ids))
        text = _("Choose from your selection ({selection}) and its members.").format(selection=selected)
        self.among.setText(text if among and selected else "")
        self.among.setVisible(among and bool(selected))

    def _show_filter(self, scope: Scope) -> None:
        if self._job_shown != self.session.draft.id:
            self._job_shown = self.session.draft.id
            self.filter.forget_texts()
            self.picker.clear_search()
            self.list.forget()
            self.count.search.clear()
            self.count.show_answers((), 0, "")
            self._close_list()
        self.filter.set_kinds(scope.people, scope.groups)
        for kind in _KINDS:
            self.filter.set_attributes(kind, filter_attributes(self.session.found.snapshot, kind))
            self.filter.show_filter(kind, filter_of(scope, kind))

    def status(self) -> str:
        """Return when the numbers were counted."""
        if self._division is None or self._counted_at is None:
            return ""
        return _("Counted {moment}.").format(moment=day_and_time(self._counted_at, place="when"))

    # --- answers ----------------------------------------------------------------------------------------

    def _choose_start(self, choice: str) -> None:
        scope = self.session.draft.scope
        if choice == "few":
            self._answer_scope(replace(scope, start_small=True))
            return
        if choice == "chosen" and scope.start_small and not (scope.user_ids or scope.group_ids):
            scope = replace(scope, user_ids=scope.first_user_ids, group_ids=scope.first_group_ids)
        self._answer_scope(replace(scope, start_small=False, everyone=choice == "everyone"))

    def _answer_scope(self, scope: Scope) -> None:
        self.answer(replace(self.session.draft, scope=scope))
        self.refresh()
        self._count_soon()

    def _ticked(self) -> None:
        take = tick_first if self.session.draft.scope.start_small else tick
        self.answer(take(self.session.draft, self.picker.users, self.picker.groups))
        self._count_soon()

    def _filter_changed(self, kind: FilterKind, changed: ScopingFilter) -> None:
        self.answer(with_filter(self.session.draft, kind, changed))
        self._count_soon()
        self._ask_values()

    def advance(self) -> bool:
        """Refuse to continue while a filter text cannot be parsed, because it is not applied."""
        if self.filter.broken_text is None:
            return True
        self._close_list()
        self.filter.show_broken()
        return False

    # --- counting ------------------------------------------------------------------------------------------------

    def _count_soon(self) -> None:
        self.count.set_counting(True)
        self._count_timer.stop()
        if not unfinished(self.session.draft.scope):
            self._count_timer.start()

    def recount(self) -> None:
        """Count on the background thread: 100,000 people take too long for the GUI thread."""
        snapshot, scope = self.session.found.snapshot, self.session.draft.scope
        if snapshot is None:
            return
        fresh = snapshot is not self._snapshot
        pending = bool(unfinished(scope))
        if pending:  # count without the unfinished filter
            scope = replace(scope, user_filter=ScopingFilter(), group_filter=ScopingFilter())
        wide = replace(scope, start_small=False, first_user_ids=(), first_group_ids=())
        first_too = scope.start_small and (fresh or wide != self._first_of)

        def count() -> _Counted:
            everybody = candidates(snapshot) if fresh else None
            first = first_candidates(snapshot, wide) if first_too else None
            return _Counted(divide(snapshot, scope), everybody, first)

        async def work(_services: "Services", _emit: Emit) -> _Counted:
            from anyio import to_thread

            return await to_thread.run_sync(count, abandon_on_cancel=True)

        def done(found: _Counted) -> None:
            self._snapshot, self._divided = snapshot, scope
            if self.session.found.snapshot is snapshot:
                self.session.found.scope_check = found.division.check
            self.clear_message("count")
            self._take(found)
            if pending:
                self.count.set_counting(True)
            if first_too:
                self._first_of = wide

        def failed(error: WizardError) -> None:
            self.count.set_counting(False)
            self.show_error(error, cause="count")

        self._count_timer.stop()
        self.tasks.run(Slot.SCOPE_COUNT, work, on_done=done, on_error=failed)
        self._ask_values()

    def _ask_values(self) -> None:
        """Read the values that the directory has in the attributes of the filter's conditions."""
        snapshot, kind = self.session.found.snapshot, self.filter.kind
        if snapshot is None:
            return
        if snapshot is not self._values_of:
            self._values, self._values_of = {"people": {}, "groups": {}}, snapshot
        known = self._values[kind]
        wanted = self.filter.attributes_shown() - known.keys()

        def looked() -> dict[str, RealValues]:
            return {name: real_values(snapshot, kind, name) for name in sorted(wanted)}

        async def work(_services: "Services", _emit: Emit) -> dict[str, RealValues]:
            from anyio import to_thread

            return await to_thread.run_sync(looked, abandon_on_cancel=True)

        def done(found: dict[str, RealValues]) -> None:
            known.update(found)
            self.filter.set_values(kind, known)

        if wanted:
            self.tasks.run(Slot.SCOPE_VALUES, work, on_done=done, on_error=lambda _error: None)
        else:
            self.filter.set_values(kind, known)

    def _take(self, found: _Counted) -> None:
        if found.everybody is not None:
            self._everybody = found.everybody
            self.list.show_everybody(found.everybody)
            self._first_of = None
        if found.first is not None:
            self._first = found.first
        if found.everybody is not None or found.first is not None:
            few = self.session.draft.scope.start_small
            self.picker.show_candidates(self._first if few else self._everybody)
        self._division = found.division
        self._counted_at = datetime.now().astimezone()
        self.count.show_counts(found.division.counts, self.session.draft.scope.groups)
        self.list.show_division(found.division)
        self._show_fix()
        self._explain(self.count.search.text().strip())
        self.shell.refresh()

    def _explain(self, sought: str) -> None:
        snapshot, division, scope = self.session.found.snapshot, self._division, self._divided
        if snapshot is None or division is None or scope is None or not sought:
            self.count.show_answers((), 0, "")
            return
        needle = sought.casefold()
        found = [one for one in self._everybody if needle in one.search]
        answers = tuple(explain(snapshot, scope, division, one) for one in found[:ANSWERS])
        self.count.show_answers(answers, len(found) - ANSWERS, sought)

    def _explain_one(self, one: Candidate) -> None:
        snapshot, division, scope = self.session.found.snapshot, self._division, self._divided
        if snapshot is not None and division is not None and scope is not None:
            self.count.show_answers((explain(snapshot, scope, division, one),), 0, "")

    def show_fix(self, fix: Fix) -> None:
        """Show why this person or group is in or out, once they are counted."""
        self._fix = fix
        if self._division is not None and not self.tasks.is_running(Slot.SCOPE_COUNT):
            self._show_fix()

    def _show_fix(self) -> None:
        fix, self._fix = self._fix, None
        if fix is None:
            return
        found = next((one for one in self._everybody if one.key == (fix.kind, fix.source_id)), None)
        if found is not None:
            self.count.search.setText(found.label)
            self._explain(found.label)

    def _open_list(self, reason: str = "") -> None:
        self.builder.hide()
        self.list.open(reason)

    def _close_list(self) -> None:
        self.list.hide()
        self.builder.show()

    # --- layout ----------------------------------------------------------------------------------

    def _listen(self) -> None:
        self.start.chosen.connect(self._choose_start)
        self.picker.ticked.connect(self._ticked)
        self.count.who_asked.connect(self._explain)
        self.count.reason_asked.connect(self._open_list)
        self.count.all_asked.connect(self._open_list)
        self.list.closed.connect(self._close_list)
        self.list.asked.connect(self._explain_one)
        self.filter.changed.connect(self._filter_changed)
        self.filter.turned.connect(self._ask_values)

    def _fill_body(self) -> None:
        builder = QVBoxLayout(self.builder)
        builder.setContentsMargins(0, 0, 0, 0)
        builder.setSpacing(px(8))
        builder.addWidget(self.start)
        builder.addWidget(self.among)
        builder.addWidget(self.picker, 1)
        builder.addSpacing(px(12))
        builder.addWidget(self.filter, 0, Qt.AlignmentFlag.AlignTop)
        builder.addStretch(0)
        self.list.hide()
        row = QHBoxLayout()
        row.setSpacing(px(24))
        row.addWidget(self.builder, 1)
        row.addWidget(self.list, 1)
        row.addWidget(self.count, 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(row, 1)
