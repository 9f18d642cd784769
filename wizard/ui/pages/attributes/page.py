"""Step 5, Attributes: attribute mappings of people and groups, an editor, and the values of a real person."""

from collections.abc import Callable
from dataclasses import replace
from typing import cast

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from wizard.flow.mapping import attributes as flow
from wizard.flow.mapping.attributes import TableKind
from wizard.flow.mapping.problems import Fix, ProblemGroup, with_fix
from wizard.flow.steps.fix import Fix as PlaceOfFix
from wizard.mapping.attribute_mapping import AttributeMapping, MappingKind
from wizard.messages import Noun, counted
from wizard.messages.attribute_names import friendly_name
from wizard.messages.translation import N_, _
from wizard.provisioning.change import short_name
from wizard.provisioning.job import Job
from wizard.ui.page import PageContext, WizardPage
from wizard.ui.pages.attributes.basic import NOTHING, BasicMappings, basic_rows
from wizard.ui.pages.attributes.editor import MappingEditor
from wizard.ui.pages.attributes.loader import MappingLoader
from wizard.ui.pages.attributes.problems import ProblemsCard
from wizard.ui.pages.attributes.schema_io import SchemaFiles, SchemaRead
from wizard.ui.pages.attributes.table import (
    ROW_HEIGHT,
    SOURCE_COLUMN,
    RowFacts,
    ShownRow,
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
    """Table switch, search and person picker; the table; the editor; the values that AWS would reject."""

    step_id = "attributes"
    title = N_("Map attributes")
    sentence = N_("Choose the source of each value in AWS.")

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._only_problem: ProblemGroup | None = None
        self._asked_fix: PlaceOfFix | None = None
        """Shown as soon as people and problems are known."""
        self._problems_wait = False
        """The problems have changed, and are shown when the editor loses the focus."""
        self._problem_groups: tuple[ProblemGroup, ...] = ()
        self._counted: tuple[str, tuple[ProblemGroup, ...], dict[str, int]] = ("", (), {})
        """Kind and problems, and the number of people or groups by target path."""
        self._pending: AttributeMapping | None = None
        """An edited row whose expression is being parsed."""
        self._pending_field = "source"
        self._rows_of: TableKind = "users"
        self.edits = MappingEdits(self.session, self._answer)
        self.tools = MappingToolbar(self, self.actions_row)
        self.switch = SegmentedSwitch(
            "mappingShow", (("users", _("People")), ("groups", _("Groups"))), _("Attributes of")
        )
        self.view = SegmentedSwitch(
            "mappingView", (("basic", _("Basic")), ("all", _("All attributes"))), _("Attributes shown")
        )
        self.search = SearchField("mappingSearch", _("Find"))
        self.picker = PersonPicker()
        model = RowsModel(mapping_columns(0, "users", _("Value")), haystack=searched, key=lambda shown: shown.key)
        self.table = DataTable("mappingTable", _("Attribute mappings"), model, row_height=ROW_HEIGHT)
        self.table.setItemDelegateForColumn(SOURCE_COLUMN, SourceDelegate(self.table))
        self.basic = BasicMappings()
        self.editor = MappingEditor()
        self.problems = ProblemsCard()
        self.loader = MappingLoader(self.session, self.tasks, self)
        self.schema = SchemaFiles(self, self._settle, self._import)
        self._pause = single_shot(self, _PAUSE_MILLISECONDS, self._check_everyone)
        self._fill()
        self._connect()
        self._show_view(context.views.get(self.step_id, "basic"))

    @property
    def kind(self) -> TableKind:
        """The table that is shown."""
        return cast(TableKind, self.switch.choice)

    # --- WizardPage ---

    def forget(self) -> None:
        """Show the table of people, without search results and undo of another job."""
        super().forget()
        self.switch.choose("users")
        self.picker.show_people(())
        self._end_paging_through()
        self.problems.show_made(None)
        self.clear_message("undo")

    def enter(self) -> None:
        """Show the tables, and check the values of everyone."""
        self.loader.load_functions()
        self.refresh()

    def show_fix(self, fix: PlaceOfFix) -> None:
        """Select the row, choose the person, and focus the fix once people and problems are known."""
        self._end_paging_through()
        self._find_all()
        kind: TableKind = "groups" if fix.kind == "group" else "users"
        if kind != self.kind:
            self.switch.choose(kind)
            self._switched()
        self._asked_fix = fix
        shown = next((row for row in self.table.rows.rows if fix.is_row(row.target)), None)
        if shown is not None:
            self._show_row(shown.key)
        self._go_to_fix()

    def _go_to_fix(self) -> None:
        fix = self._asked_fix
        if fix is None or self.picker.count == 0:
            return
        if fix.source_id and (self.picker.person is None or self.picker.person.id != fix.source_id):
            self.picker.choose(fix.source_id)
        group = next((one for one in self._problem_groups if one.kind == fix.kind and fix.is_row(one.path)), None)
        if group is not None and self.problems.open_fix(group.kind, group.path):
            self._asked_fix = None

    def on_leave(self) -> None:
        """Store an expression that is still being typed."""
        self._asked_fix = None
        if self._settle():  # only after the window has changed the page
            QTimer.singleShot(0, self.shell.refresh)
        self._pause.stop()
        self.loader.cancel()

    def advance(self) -> bool:
        """Store an expression that is still being typed; continue if it is valid."""
        self._settle()
        return not self.context.navigator.problems()

    def refresh(self) -> None:
        """Show the people, the rows and the selected one."""
        job, snapshot = self.session.draft, self.session.found.snapshot
        self.edits.follow(job)
        self._show_people()
        sources = flow.source_attributes(snapshot, self.kind)
        self.editor.source.show_sources(sources)
        self.basic.show_sources(sources)
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
        for picker in self.findChildren(PersonPicker):
            picker.set_narrow(narrow)
        for problems in self.findChildren(ProblemsCard):
            problems.set_narrow(narrow)

    # --- content ---

    def _show_people(self) -> None:
        people, choices = self.loader.people(self.session.draft, self.kind)
        if self._only_problem is not None:
            concerned = set(self._only_problem.ids)
            few = tuple(person for person in people if person.id in concerned)
            people, choices = (few, None) if few else (people, choices)
        self.picker.show_people(people, choices)
        self._go_to_fix()

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
        reviewed = self.session.reviewed.mappings if self.session.reviewed is not None else None
        facts = RowFacts(
            self.loader.values if person else {},
            self.loader.remarks,
            None if reviewed is None else reviewed.users if self.kind == "users" else reviewed.groups,
            self.loader.before if person else None,
            self._concerned(),
        )
        rows = shown_rows(flow.rows(job, self.kind, snapshot), self.kind, facts)
        self._rows_of = self.kind
        model, heading = self.table.rows, person.label if person else _("Value")
        model.columns = mapping_columns(len(rows), self.kind, heading)
        model.set_rows(rows)
        self.basic.show_rows(basic_rows(rows, self.kind), self.kind, heading)
        if self.table.current_row() is None and model.rowCount():
            self.table.selectRow(0)
        self._show_chosen()

    def _concerned(self) -> dict[str, int]:
        """Return target path -> number of people or groups of the table that AWS would reject."""
        kind = "user" if self.kind == "users" else "group"
        if self._counted[:2] != (kind, self._problem_groups):
            ids: dict[str, set[str]] = {}
            for group in self._problem_groups:
                if group.kind == kind:
                    ids.setdefault(group.path, set()).update(group.ids)
            self._counted = kind, self._problem_groups, {path: len(found) for path, found in ids.items()}
        return self._counted[2]

    def _show_chosen(self) -> None:
        shown = self.table.current_row()
        self.editor.show_row(shown)
        person = self.picker.person
        place = (
            _("{n:,} of {total:,}").format(n=self.picker.position + 1, total=self.picker.count) if person else ""
        )
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

    def _show_view(self, choice: str) -> None:
        """Show the basic attributes or all of them."""
        all_of_them = choice == "all"
        self._settle()
        self.view.choose("all" if all_of_them else "basic")
        self.context.views[self.step_id] = self.view.choice
        self.basic.setVisible(not all_of_them)
        # Scripts find the mapping by this name, whichever view is shown.
        self.basic.setObjectName("basicMappings" if all_of_them else "mappingTable")
        self.tools.add.setVisible(all_of_them)
        for part in (self.search, self.table.frame, self.editor):
            part.setVisible(all_of_them)

    def _show_row(self, key: str) -> None:
        """Select a row; all attributes are shown if it is none of the basic ones."""
        self.table.select_key(key)
        row = self.basic.row(key)
        if row is None and self.view.choice == "basic":
            self._show_view("all")
        elif row is not None and self.view.choice == "basic":
            self.ensure_visible(row)

    def _open_in_editor(self, key: str) -> None:
        self._find_all()
        self._show_view("all")
        self.table.select_key(key)
        self.editor.kind.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _choose_source(self, shown: ShownRow, value: str) -> None:
        """Store a source chosen in the basic view."""
        self.table.select_key(shown.key)
        kind = MappingKind.NONE if value == NOTHING else MappingKind.ATTRIBUTE
        mapping = replace(shown.mapping, kind=kind, source="" if value == NOTHING else value)
        self.edits.end_typing()
        self.edits.edit(self._rows_of, mapping, "kind", shown.nth)

    # --- edits ---

    def _changed(self, mapping: AttributeMapping, field: str) -> None:
        """Store a changed field; an expression when it has been parsed in the background."""
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
        """Store text that is not stored yet; returns whether there was any."""
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
            self.edits.take(job, _("removal of {attribute}").format(attribute=short_name(shown.target)))
            title = _("{attribute} removed").format(attribute=friendly_name(shown.target))
            self._offer_undo(title, _("It is no longer provisioned."))

    def _restore(self) -> None:
        self._settle()
        if self.edits.take(flow.with_default_mappings(self.session.draft), _("default mappings")):
            self._offer_undo(_("Default mappings restored"), _("For people and groups."))

    def _import(self, name: str, found: SchemaRead) -> None:
        self.edits.take(found.job, _("import of {file}").format(file=name))
        self._end_paging_through()
        tone, title, text = self.schema.words(name, found)
        undo = MessageAction(_("Undo"), "undoMapping", self.undo, icon="undo")
        self.show_message(tone, title, text, (undo,), cause="undo")

    def _offer_undo(self, title: str, text: str) -> None:
        undo = MessageAction(_("Undo"), "undoMapping", self.undo, icon="undo")
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
            self._show_row(target)

    def add_attribute(self, path: str) -> None:
        """Add a target attribute, and select it."""
        self._find_all()
        self._show_view("all")
        change = _("addition of {attribute}").format(attribute=short_name(path))
        self.edits.take(flow.with_new_row(self.session.draft, self.kind, path), change)
        self.table.select_key(path)
        self.editor.kind.setFocus()

    # --- problems of everyone in scope ---

    def _check_everyone(self) -> None:
        self.loader.load_problems(self.session.draft)

    def _show_problems(self, found: tuple[ProblemGroup, ...]) -> None:
        """Show problems, those of the table that is shown first."""
        self._problem_groups = found
        shown = "user" if self.kind == "users" else "group"
        self._show_problem_rows()
        self.picker.show_troubled({one for group in found if group.kind == shown for one in group.ids})
        self._show_rows()  # their marks
        self._go_to_fix()

    def _show_problem_rows(self) -> None:
        """Show the rows of the card, but not while a row is edited: the table would move."""
        focused = QApplication.focusWidget()
        self._problems_wait = focused is not None and self.editor.isAncestorOf(focused)
        if not self._problems_wait:
            shown = "user" if self.kind == "users" else "group"
            self.problems.show_problems(sorted(self._problem_groups, key=lambda group: group.kind != shown))

    def _focus_moved(self, _before: QWidget | None, now: QWidget | None) -> None:
        if self._problems_wait and now is not None:
            self._show_problem_rows()

    def _fix(self, fix: Fix) -> None:
        """Apply a fix; its row then shows before and after, and offers Undo."""
        self._settle()
        name = short_name(fix.row.target)
        self.edits.take(with_fix(self.session.draft, fix), _("fix of {attribute}").format(attribute=name))
        self.problems.show_made(fix)
        if fix.kind == ("user" if self.kind == "users" else "group"):
            self._show_row(fix.row.target)

    def _seek_problem(self) -> None:
        self._settle()
        self._find_all()
        self._load(self._choose_problem)

    def _choose_problem(self) -> None:
        """Select the first row with a problem of the person shown."""
        self._show_rows()
        found = next((shown.target for shown in self.table.rows.shown_rows() if shown.live.problem), "")
        if found:
            self._show_row(found)

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
        self._show_row(next((row.key for row in rows if row.target.startswith(problem.path)), ""))
        everyone = MessageAction(_("Show everyone"), "showEveryone", self._show_everyone)
        objects = counted(len(problem.ids), Noun.PERSON if problem.kind == "user" else Noun.GROUP)
        title = _("Showing only {objects} with this problem").format(objects=objects)
        self.show_message("info", title, "", (everyone,), cause="trouble")

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
            _("No attribute matches “{text}”").format(text=text), "", _("Clear search"), self.search.clear
        )
        if self.table.current_row() is None and self.table.rows.rowCount():
            self.table.selectRow(0)
        self._show_chosen()

    def _open_editor(self) -> None:
        if self.table.current_row() is not None:
            self.editor.edit()

    def _connect(self) -> None:
        self.switch.chosen.connect(lambda _choice: self._switched())
        self.view.chosen.connect(self._show_view)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._focus_moved)
        self.basic.source_chosen.connect(self._choose_source)
        self.basic.editor_asked.connect(self._open_in_editor)
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
        tools.add_action(_("Import Entra schema…"), "importSchema", self.schema.ask_import)
        tools.add_action(_("Export Entra schema…"), "exportSchema", self.schema.ask_export)
        tools.add_separator()
        tools.add_action(_("Restore defaults"), "restoreDefaults", self._restore)

    def _fill(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(px(8))
        self.search.setMinimumWidth(px(96))
        self.search.setMaximumWidth(px(136))
        row.addWidget(self.switch)
        row.addWidget(self.view)
        row.addWidget(self.search, 1)
        row.addStretch(1)
        row.addWidget(self.picker)
        self.body.setSpacing(px(12))
        self.body.addLayout(row)
        self.table.frame.setMinimumHeight(px(32 + 6 * ROW_HEIGHT + 2))
        self.body.addWidget(self.basic)
        self.body.addWidget(self.table.frame, 1)
        self.body.addWidget(self.editor)
        self.body.addWidget(self.problems)
        self.body.addStretch(0)
