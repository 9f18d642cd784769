"""The assignments of the application: list, search, assign with the role User, remove."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from wizard.flow.directory.entra_models import Assigned
from wizard.messages.translation import N_, _
from wizard.ui.formats import grouped
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.buttons import flat, secondary, small
from wizard.ui.widgets.cards import OpenedPanel
from wizard.ui.widgets.fields import SearchField
from wizard.ui.widgets.labels import LineLabel, heading, label
from wizard.ui.widgets.tables.data_table import DataTable
from wizard.ui.widgets.tables.rows_model import Column, Mark, RowsModel

if TYPE_CHECKING:
    from wizard.flow.directory.entra_models import Assignment, Principal

_KINDS = {"User": N_("Person"), "Group": N_("Group")}
_LIST_HEIGHT = 28


class AssignmentsPart(OpenedPanel):
    """Replaces the page until closed."""

    searched = Signal(str)
    assign_asked = Signal(object)
    """tuple[Principal, ...]"""
    unassign_asked = Signal(object)
    """tuple[Assignment, ...]"""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("entraAssignmentsPart")
        self._assigned: Assigned | None = None
        self.back = flat(_("Back to directory"), "assignmentsBack", icon="chevron-left")
        self._title = LineLabel(kind="section", elide=True)
        self._count = label("", ink="text2")
        self.own_search = SearchField("assignedSearch", _("Search assignments"))
        self.table = DataTable(
            "assignedTable",
            _("Assigned people and groups"),
            RowsModel(_columns(_("Type"), _of_assigned), key=lambda row: row.id),
            row_height=_LIST_HEIGHT,
        )
        self.table.set_empty(
            "people", _("No assignments yet"), _("Search the tenant and assign one or two people or groups.")
        )
        self.remove = small(_("Remove"), "unassign", icon="trash", busy=_("Removing…"))
        self.search = SearchField("principalSearch", _("Search the tenant"))
        self.found = DataTable(
            "principalTable",
            _("People and groups in the tenant"),
            RowsModel(_columns(_("Address"), self._of_found), key=lambda row: row.id),
            row_height=_LIST_HEIGHT,
        )
        self.add = secondary(_("Assign"), "assign", icon="plus", busy=_("Assigning…"), size="small")
        self._fill()
        self._listen()
        self.show_found((), "")

    def show_assigned(self, found: Assigned | None, name: str) -> None:
        """Show the assignments; None = not read yet."""
        self._assigned = found
        self._title.setText(_("Assigned to {application}").format(application=name))
        rows = tuple(one for one in found.assignments if one.kind in _KINDS) if found else ()
        self._count.setText(grouped(len(rows)) if found else "")
        self.table.rows.set_rows(rows)
        self.found.rows.touch(None)
        self._enable()

    def show_found(self, found: "tuple[Principal, ...]", text: str) -> None:
        """Show the result of a search."""
        title = _("No matches") if text else _("Search the tenant")
        self.found.set_empty(
            "search", title, _("Type the start of the name or address of a person or security group.")
        )
        self.found.rows.set_rows(found)
        self._enable()

    def show_working(self, adding: bool = False, removing: bool = False) -> None:
        """Show that assignments are being added or removed."""
        self.add.set_busy(adding)
        self.remove.set_busy(removing)
        self._enable()

    def _enable(self) -> None:
        working = self.add.is_busy or self.remove.is_busy
        if not working:
            self.add.setEnabled(bool(self._unassigned(self._chosen(self.found))))
            self.remove.setEnabled(bool(self._chosen(self.table)))

    def _assigned_ids(self) -> frozenset[str]:
        return frozenset(one.principal_id for one in self._assigned.assignments) if self._assigned else frozenset()

    def _unassigned(self, rows: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return the rows that are not assigned yet."""
        assigned = self._assigned_ids()
        return tuple(row for row in rows if row.id not in assigned)

    def _of_found(self, row: "Principal") -> str:
        return _("Already assigned") if row.id in self._assigned_ids() else row.detail

    @staticmethod
    def _chosen(table: DataTable) -> tuple[Any, ...]:
        rows = {index.row() for index in table.selectionModel().selectedRows(0)}
        return tuple(table.rows.row(row) for row in sorted(rows))

    def _listen(self) -> None:
        self.back.clicked.connect(self.closed)
        self.own_search.searched.connect(self.table.rows.set_filter)
        self.search.searched.connect(self.searched)
        for table in (self.table, self.found):
            table.selectionModel().selectionChanged.connect(lambda _on, _off: self._enable())
            table.rows.modelReset.connect(self._enable)
        self.found.row_opened.connect(lambda row: self.assign_asked.emit(self._unassigned((row,))))
        self.add.clicked.connect(lambda: self.assign_asked.emit(self._unassigned(self._chosen(self.found))))
        self.remove.clicked.connect(lambda: self.unassign_asked.emit(self._chosen(self.table)))

    def _fill(self) -> None:
        left, right = QVBoxLayout(), QVBoxLayout()
        for column in (left, right):
            column.setSpacing(px(8))
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._count)
        left.addLayout(head)
        left.addWidget(self.own_search)
        left.addWidget(self.table.frame, 1)
        left.addLayout(_row(self.remove))
        right.addWidget(heading(_("Add assignments")))
        right.addWidget(self.search)
        right.addWidget(self.found.frame, 1)
        right.addLayout(_row(self.add))
        both = QHBoxLayout()
        both.setSpacing(px(24))
        both.addLayout(left, 1)
        both.addLayout(right, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(12))
        column.addLayout(_row(self.back))
        column.addLayout(both, 1)


def _row(widget: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.addWidget(widget)
    row.addStretch(1)
    return row


def _of_assigned(row: "Assignment") -> str:
    return _(_KINDS[row.kind])


def _columns(title: str, second: Any) -> tuple[Column, ...]:
    return (
        Column(
            _("Name"), lambda row: row.name, share=3, medium=True,
            mark=lambda row: Mark("people" if row.kind == "Group" else "person", "text2"),
        ),
        Column(title, second, share=2, ink="text2", elide_middle=True),
    )  # fmt: skip
