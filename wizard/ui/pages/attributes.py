"""Step 5, Attributes: the tutorial's two tables, edited below, with the value of a real person beside each row."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QMenu

from wizard.flow import attributes as flow
from wizard.flow.attributes import LiveValue, TableKind, Trouble
from wizard.mapping.attribute_mapping import AttributeMapping, Mappings
from wizard.provisioning.job import Job
from wizard.ui.desk import Desk, DeskPage, Event
from wizard.ui.pages._mapping_editor import MappingEditor
from wizard.ui.pages._mapping_rows import Shown, mapping_columns, searched
from wizard.ui.pages._person_picker import Person, PersonPicker
from wizard.ui.pages._troubles import Troubles
from wizard.ui.style import px
from wizard.ui.widgets.buttons import secondary
from wizard.ui.widgets.data_table import DataTable
from wizard.ui.widgets.field import SearchField
from wizard.ui.widgets.message import MessageAction
from wizard.ui.widgets.rows_model import RowsModel
from wizard.ui.widgets.segmented_switch import SegmentedSwitch

if TYPE_CHECKING:
    from wizard.flow.actions import Actions

_REST_MILLISECONDS = 400
"""How long the answers rest before everyone's values are looked at."""


class AttributesPage(DeskPage):
    """Switch, search, whose values; the table; the editor; what AWS would refuse."""

    step_id = "attributes"
    title = "Map attributes"
    sentence = "What each person looks like in AWS. Choose a row to change it."

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._trouble: Trouble | None = None
        self._looked: tuple[object, ...] = ()
        self._in_scope: tuple[object, object, tuple[Person, ...]] = ((), None, ())
        self.add = secondary("Add attribute", "addAttribute", icon="plus")
        self.restore = secondary("Restore defaults", "restoreDefaults", icon="undo")
        self.switch = SegmentedSwitch("mappingShow", (("users", "People"), ("groups", "Groups")), "Which table")
        self.search = SearchField("mappingSearch", "Find an attribute")
        self.picker = PersonPicker()
        model = RowsModel(mapping_columns("Value"), haystack=searched, key=lambda shown: shown.target)
        self.table = DataTable("mappingTable", "Attribute mappings", model, row_height=28)
        self.editor = MappingEditor()
        self.troubles = Troubles()
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MILLISECONDS)
        self._rest.timeout.connect(self._look_at_all)
        self._fill()
        self._connect()

    @property
    def kind(self) -> TableKind:
        """Which table is shown."""
        return cast(TableKind, self.switch.choice)

    def enter(self) -> None:
        """Show the tables as they stand, and look at everyone's values."""
        self.refresh()

    def leave(self) -> None:
        """Nothing is waited for."""
        self._rest.stop()
        self.desk.worker.cancel("live")

    def refresh(self) -> None:
        """Show both tables' numbers, the people, the rows and the chosen one."""
        mappings, snapshot = self.session.draft.mappings, self.session.found.snapshot
        self.switch.set_count("users", len(mappings.users))
        self.switch.set_count("groups", len(mappings.groups))
        people = self._people()
        if self._trouble is not None:
            concerned = set(self._trouble.ids)
            people = tuple(person for person in people if person.id in concerned) or people
        self.picker.show_people(people)
        self.editor.show_sources(flow.source_attributes(snapshot, self.kind))
        self.add.setEnabled(bool(flow.addable(self.session.draft, self.kind)))
        self._show_rows()
        self._rest.start()

    def _people(self) -> tuple[Person, ...]:
        """Who is in scope; divided anew only where directory, scope or table changed."""
        job, snapshot = self.session.draft, self.session.found.snapshot
        if self._in_scope[0] != (job.scope, self.kind) or self._in_scope[1] is not snapshot:
            people = flow.people_shown(job, self.kind, snapshot) if snapshot else ()
            self._in_scope = ((job.scope, self.kind), snapshot, people)
        return self._in_scope[2]

    def set_narrow(self, narrow: bool) -> None:
        """Less room, fewer words."""
        super().set_narrow(narrow)
        for editor in self.findChildren(MappingEditor):  # none yet while the page is being made
            editor.set_narrow(narrow)
        for troubles in self.findChildren(Troubles):
            troubles.set_narrow(narrow)

    def _show_rows(self) -> None:
        job, snapshot, person = self.session.draft, self.session.found.snapshot, self.picker.person
        live = flow.live_values(job, person, snapshot) if person and snapshot else {}
        rows = [
            Shown(row, live.get(row.mapping.target, LiveValue(""))) for row in flow.rows(job, self.kind, snapshot)
        ]
        model = self.table.rows
        model.columns = mapping_columns(person.label if person else "Value")
        model.set_rows(rows)
        if self.table.current_row() is None and model.rowCount():
            self.table.selectRow(0)
        self._show_chosen()

    def _show_chosen(self) -> None:
        shown = self.table.current_row()
        self.editor.show_row(shown)
        person, snapshot = self.picker.person, self.session.found.snapshot
        place = f"{self.picker.position + 1:,} of {self.picker.count:,}" if person else ""
        source = ("", "")
        if shown is not None and person is not None and snapshot is not None and shown.mapping.kind == "Attribute":
            source = (shown.mapping.source, flow.source_value(person, shown.mapping.source, snapshot))
        self.editor.show_person(person.label if person else "", place, source, shown.live.text if shown else "")

    def _take(self, job: Job) -> None:
        self.clear_message("undo")
        self.answer(job)
        self.refresh()

    def _changed(self, mapping: AttributeMapping) -> None:
        self._take(flow.edited(self.session.draft, self.kind, mapping.target, mapping))

    def _remove(self) -> None:
        shown = self.table.current_row()
        if shown is None:
            return
        before = self.session.draft.mappings
        self._take(flow.removed(self.session.draft, self.kind, shown.target))
        self._offer_undo(f"{shown.target} was removed", "Nothing is written to it any more.", before)

    def _restore(self) -> None:
        before = self.session.draft.mappings
        self._take(flow.restored(self.session.draft))
        if self.session.draft.mappings != before:
            self._offer_undo("The default mappings are back", "For people and for groups.", before)

    def _offer_undo(self, title: str, text: str, before: Mappings) -> None:
        undo = MessageAction(
            "Undo", "undoMapping", lambda: self._take(flow.remapped(self.session.draft, before)), icon="undo"
        )
        self.show_message("info", title, text, (undo,), cause="undo")

    def _offer_attributes(self) -> None:
        menu = QMenu(self)
        menu.setObjectName("addAttributeMenu")
        for attribute in flow.addable(self.session.draft, self.kind):
            action = menu.addAction(attribute.path)
            action.setToolTip(attribute.description)
            action.triggered.connect(lambda _on=False, path=attribute.path: self.add_attribute(path))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.add.mapToGlobal(self.add.rect().bottomLeft()))

    def add_attribute(self, path: str) -> None:
        """List a further target attribute, and choose it."""
        self.search.clear()
        self._search("")
        self._take(flow.added(self.session.draft, self.kind, path))
        self.table.select_key(path)
        self.editor.kind.setFocus()

    def _look_at_all(self) -> None:
        job, kind, snapshot = self.session.draft, self.kind, self.session.found.snapshot
        asked = (job.mappings, job.scope, kind, id(snapshot))
        if snapshot is None or asked == self._looked:
            return

        async def work(_actions: "Actions", _emit: Callable[[Event], None]) -> Any:
            from anyio import to_thread

            stop = threading.Event()  # a thread that is left behind must not go on counting
            try:
                return await to_thread.run_sync(
                    flow.troubles, job, kind, snapshot, stop.is_set, abandon_on_cancel=True
                )
            finally:
                stop.set()

        def done(found: tuple[Trouble, ...]) -> None:
            self._looked = asked
            self.troubles.show_troubles(found, people=kind == "users")

        self.desk.ask("live", work, done, lambda _error: self.troubles.show_troubles((), people=True))

    def _show_trouble(self, trouble: Trouble) -> None:
        self._trouble = trouble
        self.search.clear()
        self._search("")
        self.refresh()
        self.table.select_key(trouble.path)
        everyone = MessageAction("Show everyone again", "showEveryone", self._show_everyone)
        number = f"{len(trouble.ids):,}" if len(trouble.ids) > 1 else "one"
        self.show_message(
            "info", f"Only the {number} concerned can be paged through now", "", (everyone,), cause="trouble"
        )

    def _show_everyone(self) -> None:
        self._trouble = None
        self.clear_message("trouble")
        self.refresh()

    def _switched(self) -> None:
        self._trouble = None
        self.clear_message("trouble")
        self.troubles.show_troubles((), people=True)
        self.refresh()
        if self.table.rows.rowCount():
            self.table.selectRow(0)

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

    def _connect(self) -> None:
        self.switch.chosen.connect(lambda _choice: self._switched())
        self.search.searched.connect(self._search)
        self.picker.moved.connect(self._show_rows)
        self.table.row_chosen.connect(lambda _row: self._show_chosen())
        self.table.row_opened.connect(lambda _row: self.editor.kind.setFocus())
        self.editor.changed.connect(self._changed)
        self.editor.remove_asked.connect(self._remove)
        self.troubles.asked.connect(self._show_trouble)
        self.add.clicked.connect(self._offer_attributes)
        self.restore.clicked.connect(self._restore)

    def _fill(self) -> None:
        self.actions_row.addWidget(self.add)
        self.actions_row.addWidget(self.restore)
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
