"""Step 5, Attributes: the mapping tables for people and groups, an editor, and the values of a real person."""

from collections.abc import Callable
from dataclasses import replace
from typing import cast

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout

from wizard.flow.mapping import attributes as flow
from wizard.flow.mapping.attributes import TableKind
from wizard.flow.mapping.problems import Fix, ProblemGroup, with_fix
from wizard.mapping.attribute_mapping import AttributeMapping, MappingKind
from wizard.provisioning.change import short_name
from wizard.provisioning.job import Job
from wizard.ui.formats import grouped
from wizard.ui.page import PageContext, WizardPage
from wizard.ui.pages.attributes.editor import MappingEditor
from wizard.ui.pages.attributes.loader import MappingLoader
from wizard.ui.pages.attributes.problems import ProblemsCard
from wizard.ui.pages.attributes.schema_io import SchemaFiles, SchemaRead
from wizard.ui.pages.attributes.table import (
    ROW_HEIGHT,
    SOURCE_COLUMN,
    SourceDelegate,
    mapping_columns,
    searched,
    shown_rows,
)
from wizard.ui.pages.attributes.toolbar import MappingToolbar
from wizard.ui.pages.attributes.undo import MappingEdits, Place
from wizard.ui.pages.shared.person_picker import PersonPicker
from wizard.ui.theme.fonts import px
from wizard.ui.timers import single_shot
from wizard.ui.widgets.cards import MessageAction
from wizard.ui.widgets.choices import SegmentedSwitch
from wizard.ui.widgets.fields import SearchField
from wizard.ui.widgets.tables.data_table import DataTable
from wizard.ui.widgets.tables.rows_model import RowsModel

_PAUSE_MILLISECONDS = 100
"""Pause after a change before the values of everyone are checked."""


class AttributesPage(WizardPage):
    """Table switch, search and person picker; the table; the editor; what AWS would refuse."""

    step_id = "attributes"
    title = "Map attributes"
    sentence = "What each person looks like in AWS. Choose a row to change it."

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._only_problem: ProblemGroup | None = None
        self._problem_groups: tuple[ProblemGroup, ...] = ()
        self._pending: AttributeMapping | None = None
        """An edited row whose expression is being parsed."""
        self._pending_field = "source"
        self._rows_of: TableKind = "users"
        self.edits = MappingEdits(self.session, self._answer)
        self.tools = MappingToolbar(self, self.actions_row)
        self.switch = SegmentedSwitch("mappingShow", (("users", "People"), ("groups", "Groups")), "Which table")
        self.search = SearchField("mappingSearch", "Find an attribute")
        self.picker = PersonPicker()
        model = RowsModel(mapping_columns("Value"), haystack=searched, key=lambda shown: shown.key)
        self.table = DataTable("mappingTable", "Attribute mappings", model, row_height=ROW_HEIGHT)
        self.table.setItemDelegateForColumn(SOURCE_COLUMN, SourceDelegate(self.table))
        self.editor = MappingEditor()
        self.problems = ProblemsCard()
        self.loader = MappingLoader(self.session, self.tasks, self)
        self.schema = SchemaFiles(self, self._settle, self._import)
        self._pause = single_shot(self, _PAUSE_MILLISECONDS, self._check_everyone)
        self._fill()
        self._connect()

    @property
    def kind(self) -> TableKind:
        """The table that is shown."""
        return cast(TableKind, self.switch.choice)

    # --- WizardPage ---

    def forget(self) -> None:
        """Show the table of people, and nothing that was found or undone in another job."""
        super().forget()
        self.switch.choose("users")
        self._end_paging_through()
        self.problems.show_made(None)
        self.clear_message("undo")

    def enter(self) -> None:
        """Show the tables, and check the values of everyone."""
        self.loader.load_functions()
        self.refresh()

    def on_leave(self) -> None:
        """Take what was typed."""
        if self._settle():  # only after the window has changed the page
            QTimer.singleShot(0, self.shell.refresh)
        self._pause.stop()
        self.loader.cancel()

    def advance(self) -> bool:
        """Take what was typed; continue if it is valid."""
        self._settle()
        return not self.context.navigator.problems()

    def refresh(self) -> None:
        """Show the numbers of both tables, the people, the rows and the selected one."""
        job, snapshot = self.session.draft, self.session.found.snapshot
        self.edits.follow(job)
        self.switch.set_count("users", len(job.mappings.users))
        self.switch.set_count("groups", len(job.mappings.groups))
        self._show_people()
        self.editor.source.show_sources(flow.source_attributes(snapshot, self.kind))
        self.tools.add.setEnabled(bool(flow.unused_attributes(job, self.kind)))
        self.tools.allowed_actions.show_mappings(job.mappings)
        self.tools.show_stack(self.edits.stack)
        self._show_rows()
        self._load()
        self._pause.start()

    def set_narrow(self, narrow: bool) -> None:
        """Show less text in a narrow window."""
        super().set_narrow(narrow)
        for editor in self.findChildren(MappingEditor):  # none yet while the page is being made
            editor.set_narrow(narrow)
        for problems in self.findChildren(ProblemsCard):
            problems.set_narrow(narrow)

    # --- what is shown ---

    def _show_people(self) -> None:
        people, names = self.loader.people(self.session.draft, self.kind)
        if self._only_problem is not None:
            concerned = set(self._only_problem.ids)
            few = tuple(person for person in people if person.id in concerned)
            people, names = (few, tuple(person.label for person in few)) if few else (people, names)
        self.picker.show_people(people, names)

    def _load(self, then: Callable[[], None] | None = None) -> None:
        """Load the values of the person shown, and parse the expression that is edited."""
        job, mapping = self.session.draft, self._pending or self.editor.mapping
        if self._pending is not None:
            job, then = self._with(self._pending), self._edit_pending
        text = mapping.source if mapping is not None and mapping.kind is MappingKind.FUNCTION else ""
        self.loader.load(job, self.picker.person, text, then)

    def _show_rows(self) -> None:
        job, snapshot = self.session.draft, self.session.found.snapshot
        person = self.picker.person and self.loader.person  # so that values and heading change together
        live = self.loader.values if person else {}
        rows = shown_rows(flow.rows(job, self.kind, snapshot), self.kind, live, self.loader.remarks)
        self._rows_of = self.kind
        model = self.table.rows
        model.columns = mapping_columns(person.label if person else "Value")
        model.set_rows(rows)
        if self.table.current_row() is None and model.rowCount():
            self.table.selectRow(0)
        self._show_chosen()

    def _show_chosen(self) -> None:
        shown = self.table.current_row()
        self.editor.show_row(shown)
        person = self.picker.person
        place = f"{grouped(self.picker.position + 1)} of {grouped(self.picker.count)}" if person else ""
        self.editor.person.show_person(person.label if person else "", place)
        if shown is None:
            self.editor.person.show_values((), "")
            return
        reading = self.loader.reading(shown.mapping.source) if shown.mapping.kind is MappingKind.FUNCTION else None
        if reading is not None:
            self.editor.show_reading(shown.mapping.source, reading)
        sources = self.loader.sources(shown.mapping, person)
        self.editor.person.show_values(sources, shown.live.text, shown.live.problem)

    def _row_chosen(self) -> None:
        self._settle()
        self.edits.end_typing()
        self._show_chosen()
        self._load()

    # --- edits ---

    def _changed(self, mapping: AttributeMapping, field: str) -> None:
        """Take a changed field. An expression is taken when it has been parsed in the background."""
        waiting = self._pending
        if waiting is not None and waiting.target == mapping.target and field != "source":
            mapping = replace(mapping, source=waiting.source) if mapping.kind is MappingKind.FUNCTION else mapping
        self._pending = None
        if mapping.kind is not MappingKind.FUNCTION or self.loader.reading(mapping.source) is not None:
            self._edit(mapping, field)
            return
        self._pending, self._pending_field = mapping, field
        self._load()
        self.loader.load_problems(self._with(mapping))

    def _edit_pending(self) -> None:
        mapping, self._pending = self._pending, None
        if mapping is not None:
            self._edit(mapping, self._pending_field)

    def _settle(self) -> bool:
        """Take what was typed and not taken yet; returns whether there was any."""
        mapping = self.editor.pending() or self._pending
        self._pending = None
        if mapping is not None:
            self._edit(mapping, "source")
        return mapping is not None

    def _edit(self, mapping: AttributeMapping, field: str) -> None:
        self.edits.edit(self._rows_of, mapping, field, self.editor.nth)

    def _with(self, mapping: AttributeMapping) -> Job:
        """Return the job with the edited row."""
        return flow.with_row(self.session.draft, self._rows_of, mapping.target, mapping, self.editor.nth)

    def _answer(self, job: Job) -> None:
        self.clear_message("undo")
        self.problems.show_made(None)
        self.answer(job)
        self.refresh()

    def _remove(self) -> None:
        shown = self.table.current_row()
        if shown is not None:
            job = flow.without_row(self.session.draft, self.kind, shown.target, shown.nth)
            self.edits.take(job, f"the removal of {short_name(shown.target)}")
            self._offer_undo(f"{shown.target} was removed", "Nothing is written to it any more.")

    def _restore(self) -> None:
        self._settle()
        if self.edits.take(flow.with_default_mappings(self.session.draft), "restoring the defaults"):
            self._offer_undo("The default mappings are back", "For people and for groups.")

    def _import(self, name: str, found: SchemaRead) -> None:
        self.edits.take(found.job, f"the import of {name}")
        self._end_paging_through()
        tone, title, text = self.schema.words(name, found)
        undo = MessageAction("Undo", "undoMapping", self.undo, icon="undo")
        self.show_message(tone, title, text, (undo,), cause="undo")

    def _offer_undo(self, title: str, text: str) -> None:
        undo = MessageAction("Undo", "undoMapping", self.undo, icon="undo")
        self.show_message("info", title, text, (undo,), cause="undo")

    def undo(self) -> None:
        """Undo the last change of the tables."""
        self._settle()
        self._show_place(self.edits.undo())

    def redo(self) -> None:
        """Redo the change that was undone last."""
        self._settle()
        self._show_place(self.edits.redo())

    def _show_place(self, place: Place | None) -> None:
        kind, target = place or ("", "")
        if kind and kind != self.kind:
            self.switch.choose(kind)
            self._switched()
        if target:
            self.table.select_key(target)

    def add_attribute(self, path: str) -> None:
        """Add a target attribute, and select it."""
        self._find_all()
        self.edits.take(
            flow.with_new_row(self.session.draft, self.kind, path), f"the addition of {short_name(path)}"
        )
        self.table.select_key(path)
        self.editor.kind.setFocus()

    # --- problems of everyone in scope ---

    def _check_everyone(self) -> None:
        self.loader.load_problems(self.session.draft)

    def _show_problems(self, found: tuple[ProblemGroup, ...]) -> None:
        """Show problems, those of the table that is shown first."""
        self._problem_groups = found
        shown = "user" if self.kind == "users" else "group"
        self.problems.show_problems(sorted(found, key=lambda group: group.kind != shown))
        self.picker.show_troubled({one for group in found if group.kind == shown for one in group.ids})

    def _fix(self, fix: Fix) -> None:
        """Apply a fix; its row then shows before and after, and offers Undo."""
        self._settle()
        name = short_name(fix.row.target)
        self.edits.take(with_fix(self.session.draft, fix), f"the fix of {name}")
        self.problems.show_made(fix)
        if fix.kind == ("user" if self.kind == "users" else "group"):
            self.table.select_key(fix.row.target)

    def _seek_problem(self) -> None:
        self._settle()
        self._find_all()
        self._load(self._choose_problem)

    def _choose_problem(self) -> None:
        """Select the first row with a problem of the person shown."""
        self._show_rows()
        found = next((shown.target for shown in self.table.rows.shown_rows() if shown.live.problem), "")
        if found:
            self.table.select_key(found)

    def _page_through(self, problem: ProblemGroup) -> None:
        kind: TableKind = "users" if problem.kind == "user" else "groups"
        if kind != self.kind:
            self._settle()
            self.switch.choose(kind)
        self._only_problem = problem
        self._find_all()
        self.refresh()
        self._show_problems(self._problem_groups)
        rows = self.table.rows.shown_rows()
        self.table.select_key(next((row.key for row in rows if row.target.startswith(problem.path)), ""))
        everyone = MessageAction("Show everyone again", "showEveryone", self._show_everyone)
        number = grouped(len(problem.ids)) if len(problem.ids) > 1 else "one"
        self.show_message(
            "info", f"Only the {number} concerned can be paged through now", "", (everyone,), cause="trouble"
        )

    def _show_everyone(self) -> None:
        self._end_paging_through()
        self.refresh()

    def _end_paging_through(self) -> None:
        self._only_problem = None
        self.clear_message("trouble")

    def _switched(self) -> None:
        self._settle()
        self._end_paging_through()
        self._show_problems(self._problem_groups)
        self.refresh()
        if self.table.rows.rowCount():
            self.table.selectRow(0)

    def _find_all(self) -> None:
        self.search.clear()
        self._search("")

    def _search(self, text: str) -> None:
        self.table.rows.set_filter(text)
        self.table.set_none_found(
            f"No attribute matches “{text}”",
            "Check the spelling or clear the search.",
            "Clear the search",
            self.search.clear,
        )
        if self.table.current_row() is None and self.table.rows.rowCount():
            self.table.selectRow(0)
        self._show_chosen()

    def _open_editor(self) -> None:
        if self.table.current_row() is not None:
            self.editor.edit()

    def _connect(self) -> None:
        self.switch.chosen.connect(lambda _choice: self._switched())
        self.search.searched.connect(self._search)
        self.picker.moved.connect(self._load)
        self.table.row_chosen.connect(lambda _row: self._row_chosen())
        self.table.row_opened.connect(lambda _row: self._open_editor())
        # The editor below may grow and cover the selected row.
        self.table.verticalScrollBar().rangeChanged.connect(
            lambda _low, _high: self.table.scrollTo(self.table.currentIndex())
        )
        edit = QShortcut(QKeySequence(Qt.Key.Key_F2), self.table)
        edit.setContext(Qt.ShortcutContext.WidgetShortcut)
        edit.activated.connect(self._open_editor)
        self.editor.changed.connect(self._changed)
        self.editor.remove_asked.connect(self._remove)
        self.loader.people_loaded.connect(self.refresh)
        self.loader.loaded.connect(self._show_rows)
        self.editor.source.expression.explain_attributes(
            lambda name: self.loader.attribute_help(self.picker.person, name)
        )
        self.loader.functions_loaded.connect(self.editor.source.expression.set_functions)
        self.loader.problems_loaded.connect(self._show_problems)
        self.picker.problem_sought.connect(self._seek_problem)
        QShortcut(QKeySequence(Qt.Key.Key_F8), self).activated.connect(self.picker.seek_problem)
        self.problems.asked.connect(self._page_through)
        self.problems.fix_chosen.connect(self._fix)
        self.problems.undo_asked.connect(self.undo)
        tools = self.tools
        tools.connect_undo(self.undo, self.redo)
        tools.add.clicked.connect(
            lambda: tools.offer(flow.unused_attributes(self.session.draft, self.kind), self.add_attribute)
        )
        tools.allowed_actions.changed.connect(self.edits.take_mappings)
        tools.add_action("Import Entra schema…", "importSchema", self.schema.ask_import)
        tools.add_action("Export Entra schema…", "exportSchema", self.schema.ask_export)
        tools.add_separator()
        tools.add_action("Restore defaults", "restoreDefaults", self._restore)

    def _fill(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(px(8))
        self.search.setFixedWidth(px(160))
        row.addWidget(self.switch)
        row.addWidget(self.search)
        row.addStretch(1)
        row.addWidget(self.picker)
        self.body.setSpacing(px(12))
        self.body.addLayout(row)
        self.table.frame.setMinimumHeight(px(32 + 6 * ROW_HEIGHT + 2))
        self.body.addWidget(self.table.frame, 1)
        self.body.addWidget(self.editor)
        self.body.addWidget(self.problems)
