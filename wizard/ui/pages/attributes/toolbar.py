"""The toolbar of the Attributes page: undo, redo, add, allowed actions, and a menu with import, export and defaults."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QShortcut, QUndoStack
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QMenu, QWidget

from wizard.aws.schema import TargetAttribute
from wizard.mapping.attribute_mapping import Mappings, ObjectFlow
from wizard.messages.attribute_names import friendly_name
from wizard.messages.descriptions import about_attribute
from wizard.messages.translation import N_, _
from wizard.ui.formats import in_order
from wizard.ui.theme.fonts import px, wrapped_tip
from wizard.ui.widgets.buttons import icon_button, secondary
from wizard.ui.widgets.cards import Card, line
from wizard.ui.widgets.expression.completion import Candidate, ChooserPopup
from wizard.ui.widgets.labels import Paragraph, label

_SWITCHES = (
    ("create", N_("Create"), N_("People and groups that are new to AWS")),
    ("update", N_("Update"), N_("Includes disabling people")),
    ("delete", N_("Delete"), N_("When they are deleted in the directory")),
)
_KINDS = (("users", N_("People")), ("groups", N_("Groups")))
_ACTIONS = {
    ("users", "create"): N_("Create people"),
    ("users", "update"): N_("Update people"),
    ("users", "delete"): N_("Delete people"),
    ("groups", "create"): N_("Create groups"),
    ("groups", "update"): N_("Update groups"),
    ("groups", "delete"): N_("Delete groups"),
}
"""Accessible names."""


class MappingToolbar(QObject):
    """The buttons beside the page's title, with menu and popups; the page connects them."""

    def __init__(self, page: QWidget, row: QHBoxLayout) -> None:
        super().__init__(page)
        self._page = page
        self.undo = icon_button("undo", _("Undo"), "undo", compact=False)
        self.redo = icon_button("redo", _("Redo"), "redo", compact=False)
        self.add = secondary(_("Add attribute"), "addAttribute", icon="plus")
        self.allowed_actions_button = secondary(_("Allowed actions"), "mappingActionsButton")
        self.allowed_actions = AllowedActionsPopup(page)
        self.more = icon_button("more", _("Import, export, restore defaults"), "moreMapping", compact=False)
        self.menu = QMenu(page)
        self.menu.setObjectName("moreMappingMenu")
        for button in (self.undo, self.redo, self.add, self.allowed_actions_button, self.more):
            row.addWidget(button)
        self.chooser = ChooserPopup("addAttributeFind", _("AWS attributes"), _("Find an attribute"), page)
        self._paths: dict[str, str] = {}
        self._take: Callable[[str], object] = str
        self.chooser.chosen.connect(self._add)
        self.allowed_actions_button.clicked.connect(
            lambda: self.allowed_actions.open_below(self._corner(self.allowed_actions_button, right=True))
        )
        self.more.clicked.connect(self._open_menu)

    def add_action(self, text: str, name: str, act: Callable[[], object]) -> None:
        """Add an action to the menu."""
        action = QAction(text, self.menu)
        action.setObjectName(name)
        action.triggered.connect(lambda _on=False: act())
        self.menu.addAction(action)

    def add_separator(self) -> None:
        """Add a separator to the menu."""
        self.menu.addSeparator()

    def connect_undo(self, undo: Callable[[], object], redo: Callable[[], object]) -> None:
        """Connect the two buttons and their shortcuts."""
        self.undo.clicked.connect(lambda: undo())
        self.redo.clicked.connect(lambda: redo())
        for keys, act in ((QKeySequence.StandardKey.Undo, undo), (QKeySequence.StandardKey.Redo, redo)):
            shortcut = QShortcut(QKeySequence(keys), self._page)
            shortcut.activated.connect(act)
        again = QKeySequence("Ctrl+Shift+Z")
        if again not in QKeySequence.keyBindings(QKeySequence.StandardKey.Redo)[:1]:
            QShortcut(again, self._page).activated.connect(redo)

    def show_stack(self, stack: QUndoStack) -> None:
        """Show the changes that can be undone and redone.
        Called by the page: signals of the stack also come from its destructor, when the buttons may be gone.
        """
        undone, redone = stack.undoText(), stack.redoText()
        undo = _("Undo: {change}").format(change=undone) if undone else _("Nothing to undo")
        redo = _("Redo: {change}").format(change=redone) if redone else _("Nothing to redo")
        for button, name, enabled, keys in (
            (self.undo, undo, bool(undone), QKeySequence.StandardKey.Undo),
            (self.redo, redo, bool(redone), QKeySequence.StandardKey.Redo),
        ):
            button.setEnabled(enabled)
            button.setAccessibleName(name)
            shortcut = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
            button.setToolTip(wrapped_tip(_("{action} ({shortcut})").format(action=name, shortcut=shortcut)))

    def offer(self, attributes: Sequence[TargetAttribute], take: Callable[[str], object]) -> None:
        """Open the searchable list of attributes that can be added."""
        self._paths = {friendly_name(attribute.path): attribute.path for attribute in attributes}
        self._take = take
        self.chooser.show_candidates(
            in_order(
                (
                    Candidate(friendly_name(one.path), "attribute", one.path, about_attribute(one.description))
                    for one in attributes
                ),
                lambda candidate: candidate.name,
            )
        )
        self.chooser.open_at(QRect(self.add.mapToGlobal(QPoint(0, 0)), self.add.size()))

    def _add(self, chosen: Candidate) -> None:
        self._take(self._paths[chosen.name])

    def _open_menu(self) -> None:
        corner = self._corner(self.more, right=True)
        self.menu.popup(QPoint(corner.x() - self.menu.sizeHint().width(), corner.y()))

    @staticmethod
    def _corner(button: QWidget, *, right: bool = False) -> QPoint:
        rect = button.rect()
        return button.mapToGlobal(QPoint(rect.width() if right else 0, rect.height()))


class AllowedActionsPopup(Card):
    """A popup with the actions allowed in AWS: create, update, delete; and whether emptied attributes are cleared."""

    changed = Signal(object, str)
    """The changed Mappings, and the name of the change for "Undo: …"."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(padded=False, parent=parent)
        self.setWindowFlags(Qt.WindowType.Popup)
        self.setObjectName("mappingActions")
        self.setAccessibleName(_("Allowed actions in AWS"))
        self._mappings: Mappings | None = None
        self._boxes: dict[tuple[str, str], QCheckBox] = {}
        self.clear = QCheckBox(_("C&lear values in AWS that are empty in the directory"))
        self.clear.setObjectName("clearEmptied")
        self.clear.toggled.connect(self._clearing)
        self._fill()

    def show_mappings(self, mappings: Mappings) -> None:
        """Show the switches of these mappings, without a signal."""
        self._mappings = None
        for (kind, name), box in self._boxes.items():
            box.setChecked(getattr(_flow(mappings, kind), name))
        self.clear.setChecked(mappings.clear_emptied)
        self._mappings = mappings

    def open_below(self, place: QPoint) -> None:
        """Open with the upper right corner at a point of the screen."""
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
        self.changed.emit(mappings, _("change of allowed actions"))

    def _clearing(self, on: bool) -> None:
        if self._mappings is not None:
            self._mappings = replace(self._mappings, clear_emptied=on)
            self.changed.emit(self._mappings, _("change of allowed actions"))

    def _fill(self) -> None:
        grid = QGridLayout()
        grid.setContentsMargins(px(16), px(12), px(16), px(12))
        grid.setHorizontalSpacing(px(24))
        grid.setVerticalSpacing(px(8))
        grid.addWidget(label(_("Allowed actions in AWS"), "section"), 0, 0, 1, 3)
        for column, (kind, heading) in enumerate(_KINDS):
            grid.addWidget(label(_(heading), "small-medium", "text2"), 1, column)
            for row, (name, text, hint) in enumerate(_SWITCHES, 2):
                box = QCheckBox(_(text))
                box.setObjectName(f"{kind}.{name}")
                box.setAccessibleName(_(_ACTIONS[kind, name]))
                box.setAccessibleDescription(_(hint))
                box.toggled.connect(lambda on, kind=kind, name=name: self._switched(kind, name, on))
                self._boxes[kind, name] = box
                grid.addWidget(box, row, column)
        for row, (_name, _words, hint) in enumerate(_SWITCHES, 2):
            grid.addWidget(label(_(hint), "small", "text2"), row, 2)
        grid.addWidget(line(), 5, 0, 1, 3)
        grid.addWidget(self.clear, 6, 0, 1, 3)
        hint = _(
            "Microsoft's service keeps the old value. Attributes without a column in your file do not change."
        )
        grid.addWidget(Paragraph(hint, "small", "text2"), 7, 0, 1, 3)
        self.column.addLayout(grid)


def _flow(mappings: Mappings, kind: str) -> ObjectFlow:
    return mappings.users_flow if kind == "users" else mappings.groups_flow
