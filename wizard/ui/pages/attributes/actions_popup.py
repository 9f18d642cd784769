"""What may happen to people and groups in AWS at all: create, update, delete; and whether the cleared is cleared."""

from dataclasses import replace

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QWidget

from wizard.mapping.attribute_mapping import Mappings, ObjectFlow
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.cards import Card, line
from wizard.ui.widgets.labels import Paragraph, label

_SWITCHES = (
    ("create", "Create", "Those who are not in AWS yet"),
    ("update", "Update", "Also taking access away"),
    ("delete", "Delete", "Those who were deleted in the directory"),
)
_KINDS = (("users", "People"), ("groups", "Groups"))


class MappingActions(Card):
    """A popup of switches. `changed` carries the tables as they shall be, and what was done in words."""

    changed = Signal(object, str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(padded=False, parent=parent)
        self.setWindowFlags(Qt.WindowType.Popup)
        self.setObjectName("mappingActions")
        self.setAccessibleName("What may happen in AWS")
        self._mappings: Mappings | None = None
        self._boxes: dict[tuple[str, str], QCheckBox] = {}
        self.clear = QCheckBox("C&lear in AWS what was cleared in the directory")
        self.clear.setObjectName("clearEmptied")
        self.clear.toggled.connect(self._clearing)
        self._fill()

    def show_mappings(self, mappings: Mappings) -> None:
        """Show the switches of these tables, without a signal."""
        self._mappings = None
        for (kind, name), box in self._boxes.items():
            box.setChecked(getattr(_flow(mappings, kind), name))
        self.clear.setChecked(mappings.clear_emptied)
        self._mappings = mappings

    def open_below(self, place: QPoint) -> None:
        """Open with its right upper corner at a place of the screen."""
        self.adjustSize()
        self.move(place.x() - self.width(), place.y() + px(4))
        self.show()
        self._boxes["users", "create"].setFocus(Qt.FocusReason.PopupFocusReason)

    def _switched(self, kind: str, name: str, on: bool) -> None:
        if self._mappings is None:
            return
        flow = replace(_flow(self._mappings, kind), **{name: on})
        mappings = (
            replace(self._mappings, users_flow=flow)
            if kind == "users"
            else replace(self._mappings, groups_flow=flow)
        )
        self._mappings = mappings
        whom = "people" if kind == "users" else "groups"
        self.changed.emit(mappings, f"the switch “{name} {whom}”")

    def _clearing(self, on: bool) -> None:
        if self._mappings is not None:
            self._mappings = replace(self._mappings, clear_emptied=on)
            self.changed.emit(self._mappings, "the switch “clear what was cleared”")

    def _fill(self) -> None:
        grid = QGridLayout()
        grid.setContentsMargins(px(16), px(12), px(16), px(12))
        grid.setHorizontalSpacing(px(24))
        grid.setVerticalSpacing(px(8))
        grid.addWidget(label("What may happen in AWS", "section"), 0, 0, 1, 3)
        for column, (kind, heading) in enumerate(_KINDS):
            grid.addWidget(label(heading, "small-medium", "text2"), 1, column)
            for row, (name, words, hint) in enumerate(_SWITCHES, 2):
                box = QCheckBox(words)
                box.setObjectName(f"{kind}.{name}")
                box.setAccessibleName(f"{words} {heading.casefold()}")
                box.setAccessibleDescription(hint)
                box.toggled.connect(lambda on, kind=kind, name=name: self._switched(kind, name, on))
                self._boxes[kind, name] = box
                grid.addWidget(box, row, column)
        for row, (_name, _words, hint) in enumerate(_SWITCHES, 2):
            grid.addWidget(label(hint, "small", "text2"), row, 2)
        grid.addWidget(line(), 5, 0, 1, 3)
        grid.addWidget(self.clear, 6, 0, 1, 3)
        words = (
            "Entra itself leaves the old value standing in AWS. What no column of your file holds is left alone."
        )
        grid.addWidget(Paragraph(words, "small", "text2"), 7, 0, 1, 3)
        self.column.addLayout(grid)


def _flow(mappings: Mappings, kind: str) -> ObjectFlow:
    return mappings.users_flow if kind == "users" else mappings.groups_flow
