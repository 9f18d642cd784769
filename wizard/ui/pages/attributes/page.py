"""Step 5, Attributes: the tutorial's two tables, edited below, with the value of a real person beside each row."""

from collections.abc import Callable
from dataclasses import replace
from typing import cast

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout

from wizard.flow.mapping import attributes as flow
from wizard.flow.mapping.attributes import TableKind
from wizard.flow.mapping.problems import Fix, ProblemGroup, fixed
from wizard.mapping.attribute_mapping import AttributeMapping, MappingKind
from wizard.provisioning.job import Job
from wizard.provisioning.words import short_name
from wizard.ui.page import PageContext, WizardPage
from wizard.ui.pages.attributes.editor import MappingEditor
from wizard.ui.pages.attributes.loader import MappingLook
from wizard.ui.pages.attributes.problems import Troubles
from wizard.ui.pages.attributes.schema_io import SchemaFiles, SchemaRead
from wizard.ui.pages.attributes.table import SOURCE_COLUMN, expression_in, mapping_columns, searched, shown_rows
from wizard.ui.pages.attributes.toolbar import MappingTools
from wizard.ui.pages.attributes.undo import MappingEdits, Place
from wizard.ui.pages.shared.person_picker import PersonPicker
from wizard.ui.theme.fonts import px
from wizard.ui.timers import single_shot
from wizard.ui.widgets.cards import MessageAction
from wizard.ui.widgets.choices import SegmentedSwitch
from wizard.ui.widgets.expression.delegate import ExpressionDelegate
from wizard.ui.widgets.fields import SearchField
from wizard.ui.widgets.tables.data_table import DataTable
from wizard.ui.widgets.tables.rows_model import RowsModel

_REST_MILLISECONDS = 100
"""How long the answers rest before everyone's values are looked at."""


class AttributesPage(WizardPage):
    """Switch, search, whose values; the table; the editor; what AWS would refuse."""

    step_id = "attributes"
    title = "Map attributes"
    sentence = "What each person looks like in AWS. Choose a row to change it."

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._trouble: ProblemGroup | None = None
        self._found: tuple[ProblemGroup, ...] = ()
        self._pending: AttributeMapping | None = None
        """A row whose expression is being read."""
        self._pending_field = "source"
        self._rows_of: TableKind = "users"
        self.edits = MappingEdits(self.session, self._answer)
        self.tools = MappingTools(self, self.actions_row)
        self.switch = SegmentedSwitch("mappingShow", (("users", "People"), ("groups", "Groups")), "Which table")
        self.search = SearchField("mappingSearch", "Find an attribute")
        self.picker = PersonPicker()
        model = RowsModel(mapping_columns("Value"), haystack=searched, key=lambda shown: shown.key)
        self.table = DataTable("mappingTable", "Attribute mappings", model, row_height=28)
        self.table.setItemDelegateForColumn(SOURCE_COLUMN, ExpressionDelegate(self.table, expression_in))
        self.editor = MappingEditor()
        self.troubles = Troubles()
        self.look = MappingLook(self.session, self.tasks, self)
        self.schema = SchemaFiles(self, self._settle, self._import)
        self._rest = single_shot(self, _REST_MILLISECONDS, self._look_at_all)
        self._fill()
        self._connect()

    @property
    def kind(self) -> TableKind:
        """Which table is shown."""
        return cast(TableKind, self.switch.choice)

    # What the shell calls.

    def enter(self) -> None:
        """Show the tables as they stand, and look at everyone's values."""
        self.look.ask_functions()
        self.refresh()

    def on_leave(self) -> None:
        """Take what was typed."""
        if self._settle():  # while the window turns the page it shows what it knew before
            QTimer.singleShot(0, self.shell.refresh)
        self._rest.stop()
        self.look.forget()

    def advance(self) -> bool:
        """What was typed a moment ago counts too."""
        self._settle()
        return not self.context.navigator.problems()

    def refresh(self) -> None:
        """Show both tables' numbers, the people, the rows and the chosen one."""
        job, snapshot = self.session.draft, self.session.found.snapshot
        self.edits.follow(job)
        self.switch.set_count("users", len(job.mappings.users))
        self.switch.set_count("groups", len(job.mappings.groups))
        self._show_people()
        self.editor.source.show_sources(flow.source_attributes(snapshot, self.kind))
        self.tools.add.setEnabled(bool(flow.addable(job, self.kind)))
        self.tools.may_happen.show_mappings(job.mappings)
        self.tools.show_stack(self.edits.stack)
        self._show_rows()
        self._ask()
        self._rest.start()

    def set_narrow(self, narrow: bool) -> None:
        """Less room, fewer words."""
        super().set_narrow(narrow)
        for editor in self.findChildren(MappingEditor):  # none yet while the page is being made
            editor.set_narrow(narrow)
        for troubles in self.findChildren(Troubles):
            troubles.set_narrow(narrow)

    # What is shown.

    def _show_people(self) -> None:
        people, names = self.look.people(self.session.draft, self.kind)
        if self._trouble is not None:
            concerned = set(self._trouble.ids)
            few = tuple(person for person in people if person.id in concerned)
            people, names = (few, tuple(person.label for person in few)) if few else (people, names)
        self.picker.show_people(people, names)

    def _ask(self, then: Callable[[], None] | None = None) -> None:
        """Have the values of the one shown come, and the reading of the expression that is edited."""
        job, mapping = self.session.draft, self._pending or self.editor.mapping
        if self._pending is not None:
            job, then = self._with(self._pending), self._take_pending
        text = mapping.source if mapping is not None and mapping.kind is MappingKind.FUNCTION else ""
        self.look.ask(job, self.picker.person, text, then)

    def _show_rows(self) -> None:
        job, snapshot = self.session.draft, self.session.found.snapshot
        person = self.picker.person and self.look.person  # values and heading change together
        live = self.look.values if person else {}
        rows = shown_rows(flow.rows(job, self.kind, snapshot), self.kind, live, self.look.remarks)
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
        place = f"{self.picker.position + 1:,} of {self.picker.count:,}" if person else ""
        self.editor.person.show_person(person.label if person else "", place)
        if shown is None:
            self.editor.person.show_values((), "")
            return
        reading = self.look.reading(shown.mapping.source) if shown.mapping.kind is MappingKind.FUNCTION else None
        if reading is not None:
            self.editor.show_reading(shown.mapping.source, reading)
        sources = self.look.sources(shown.mapping, person)
        self.editor.person.show_values(sources, shown.live.text, shown.live.problem)

    def _row_chosen(self) -> None:
        self._settle()
        self.edits.end_typing()
        self._show_chosen()
        self._ask()

    # What a person does.

    def _changed(self, mapping: AttributeMapping, field: str) -> None:
        """A field of the row changed. An expression is taken once it was read in the background."""
        waiting = self._pending
        if waiting is not None and waiting.target == mapping.target and field != "source":
            mapping = replace(mapping, source=waiting.source) if mapping.kind is MappingKind.FUNCTION else mapping
        self._pending = None
        if mapping.kind is not MappingKind.FUNCTION or self.look.reading(mapping.source) is not None:
            self._edit(mapping, field)
            return
        self._pending, self._pending_field = mapping, field
        self._ask()
        self.look.ask_everyone(self._with(mapping))

    def _take_pending(self) -> None:
        mapping, self._pending = self._pending, None
        if mapping is not None:
            self._edit(mapping, self._pending_field)

    def _settle(self) -> bool:
        """Take what was typed and not taken yet; whether there was any."""
        mapping = self.editor.pending() or self._pending
        self._pending = None
        if mapping is not None:
            self._edit(mapping, "source")
        return mapping is not None

    def _edit(self, mapping: AttributeMapping, field: str) -> None:
        self.edits.edit(self._rows_of, mapping, field, self.editor.nth)

    def _with(self, mapping: AttributeMapping) -> Job:
        """The job as it would be with the row that is edited."""
        return flow.edited(self.session.draft, self._rows_of, mapping.target, mapping, self.editor.nth)

    def _answer(self, job: Job) -> None:
        self.clear_message("undo")
        self.troubles.show_made(None)
        self.answer(job)
        self.refresh()

    def _remove(self) -> None:
        shown = self.table.current_row()
        if shown is not None:
            job = flow.removed(self.session.draft, self.kind, shown.target, shown.nth)
            self.edits.take(job, f"the removal of {short_name(shown.target)}")
            self._offer_undo(f"{shown.target} was removed", "Nothing is written to it any more.")

    def _restore(self) -> None:
        self._settle()
        if self.edits.take(flow.restored(self.session.draft), "restoring the defaults"):
            self._offer_undo("The default mappings are back", "For people and for groups.")

    def _import(self, name: str, found: SchemaRead) -> None:
        self.edits.take(found.job, f"the import of {name}")
        self._everyone_again()
        tone, title, text = self.schema.words(name, found)
        undo = MessageAction("Undo", "undoMapping", self.undo, icon="undo")
        self.show_message(tone, title, text, (undo,), cause="undo")

    def _offer_undo(self, title: str, text: str) -> None:
        undo = MessageAction("Undo", "undoMapping", self.undo, icon="undo")
        self.show_message("info", title, text, (undo,), cause="undo")

    def undo(self) -> None:
        """Take the last change of the tables back."""
        self._settle()
        self._show_place(self.edits.undo())

    def redo(self) -> None:
        """Make the last change that was undone once more."""
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
        """List a further target attribute, and choose it."""
        self._find_all()
        self.edits.take(flow.added(self.session.draft, self.kind, path), f"the addition of {short_name(path)}")
        self.table.select_key(path)
        self.editor.kind.setFocus()

    # Everyone in scope.

    def _look_at_all(self) -> None:
        self.look.ask_everyone(self.session.draft)

    def _show_troubles(self, found: tuple[ProblemGroup, ...]) -> None:
        """Those of the table that is shown come first."""
        self._found = found
        shown = "user" if self.kind == "users" else "group"
        self.troubles.show_troubles(sorted(found, key=lambda group: group.kind != shown))
        self.picker.show_troubled({one for group in found if group.kind == shown for one in group.ids})

    def _fix(self, fix: Fix) -> None:
        """Change the mapping as the fix says; its row then shows before and after, and takes it back."""
        self._settle()
        name = short_name(fix.row.target)
        self.edits.take(fixed(self.session.draft, fix), f"the fix of {name}")
        self.troubles.show_made(fix)
        if fix.kind == ("user" if self.kind == "users" else "group"):
            self.table.select_key(fix.row.target)

    def _seek_problem(self) -> None:
        self._settle()
        self._find_all()
        self._ask(self._choose_problem)

    def _choose_problem(self) -> None:
        """Choose the first row with a problem of the one shown."""
        self._show_rows()
        found = next((shown.target for shown in self.table.rows.shown_rows() if shown.live.problem), "")
        if found:
            self.table.select_key(found)

    def _show_trouble(self, trouble: ProblemGroup) -> None:
        kind: TableKind = "users" if trouble.kind == "user" else "groups"
        if kind != self.kind:
            self._settle()
            self.switch.choose(kind)
        self._trouble = trouble
        self._find_all()
        self.refresh()
        self._show_troubles(self._found)
        rows = self.table.rows.shown_rows()
        self.table.select_key(next((row.key for row in rows if row.target.startswith(trouble.path)), ""))
        everyone = MessageAction("Show everyone again", "showEveryone", self._show_everyone)
        number = f"{len(trouble.ids):,}" if len(trouble.ids) > 1 else "one"
        self.show_message(
            "info", f"Only the {number} concerned can be paged through now", "", (everyone,), cause="trouble"
        )

    def _show_everyone(self) -> None:
        self._everyone_again()
        self.refresh()

    def _everyone_again(self) -> None:
        self._trouble = None
        self.clear_message("trouble")

    def _switched(self) -> None:
        self._settle()
        self._everyone_again()
        self._show_troubles(self._found)
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
        self.picker.moved.connect(self._ask)
        self.table.row_chosen.connect(lambda _row: self._row_chosen())
        self.table.row_opened.connect(lambda _row: self._open_editor())
        # The editor below may grow and take the room of the row it is about.
        self.table.verticalScrollBar().rangeChanged.connect(
            lambda _low, _high: self.table.scrollTo(self.table.currentIndex())
        )
        edit = QShortcut(QKeySequence(Qt.Key.Key_F2), self.table)
        edit.setContext(Qt.ShortcutContext.WidgetShortcut)
        edit.activated.connect(self._open_editor)
        self.editor.changed.connect(self._changed)
        self.editor.remove_asked.connect(self._remove)
        self.look.people_came.connect(self.refresh)
        self.look.came.connect(self._show_rows)
        self.editor.source.expression.explain_attributes(lambda name: self.look.told_of(self.picker.person, name))
        self.look.functions_came.connect(self.editor.source.expression.set_functions)
        self.look.everyone_came.connect(self._show_troubles)
        self.picker.problem_sought.connect(self._seek_problem)
        QShortcut(QKeySequence(Qt.Key.Key_F8), self).activated.connect(self.picker.seek_problem)
        self.troubles.asked.connect(self._show_trouble)
        self.troubles.fix_chosen.connect(self._fix)
        self.troubles.undo_asked.connect(self.undo)
        tools = self.tools
        tools.connect_undo(self.undo, self.redo)
        tools.add.clicked.connect(
            lambda: tools.offer(flow.addable(self.session.draft, self.kind), self.add_attribute)
        )
        tools.may_happen.changed.connect(self.edits.take_mappings)
        tools.add_action("Import Entra schema…", "importSchema", self.schema.ask_import)
        tools.add_action("Export Entra schema…", "exportSchema", self.schema.ask_export)
        tools.add_line()
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
        self.table.frame.setMinimumHeight(px(32 + 6 * 28 + 2))
        self.body.addWidget(self.table.frame, 1)
        self.body.addWidget(self.editor)
        self.body.addWidget(self.troubles)
