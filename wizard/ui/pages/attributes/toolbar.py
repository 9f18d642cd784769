"""What stands right of the page's title: undo, redo, add, what may happen, and the menu of the seldom used."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QAction, QKeySequence, QShortcut, QUndoStack
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from wizard.aws.schema import TargetAttribute
from wizard.ui.pages.attributes.actions_popup import MappingActions
from wizard.ui.widgets.buttons import icon_button, secondary


class MappingTools(QObject):
    """The buttons and what they open; the page connects them."""

    def __init__(self, page: QWidget, row: QHBoxLayout) -> None:
        super().__init__(page)
        self._page = page
        self.undo = icon_button("undo", "Undo", "undo", compact=False)
        self.redo = icon_button("redo", "Redo", "redo", compact=False)
        self.add = secondary("Add attribute", "addAttribute", icon="plus")
        self.may_happen_button = secondary("What may happen", "mappingActionsButton")
        self.may_happen = MappingActions(page)
        self.more = icon_button("more", "Import, export, restore defaults", "moreMapping", compact=False)
        self.menu = QMenu(page)
        self.menu.setObjectName("moreMappingMenu")
        for button in (self.undo, self.redo, self.add, self.may_happen_button, self.more):
            row.addWidget(button)
        self.may_happen_button.clicked.connect(
            lambda: self.may_happen.open_below(self._corner(self.may_happen_button, right=True))
        )
        self.more.clicked.connect(self._open_menu)

    def add_action(self, text: str, name: str, act: Callable[[], object]) -> None:
        """One more line in the menu of the seldom used."""
        action = QAction(text, self.menu)
        action.setObjectName(name)
        action.triggered.connect(lambda _on=False: act())
        self.menu.addAction(action)

    def add_line(self) -> None:
        """A line in that menu."""
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
        """Show what would be undone and redone.

        Called by the page: signals of the stack also come from its destructor, when the buttons may be gone.
        """
        for button, verb, words, keys in (
            (self.undo, "Undo", stack.undoText(), QKeySequence.StandardKey.Undo),
            (self.redo, "Redo", stack.redoText(), QKeySequence.StandardKey.Redo),
        ):
            button.setEnabled(bool(words))
            said = f"{verb} {words}" if words else f"Nothing to {verb.casefold()}"
            button.setAccessibleName(said)
            button.setToolTip(f"{said} ({QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)})")

    def offer(self, attributes: Sequence[TargetAttribute], take: Callable[[str], object]) -> None:
        """Open the list of attributes that can be added."""
        menu = QMenu(self._page)
        menu.setObjectName("addAttributeMenu")
        menu.setToolTipsVisible(True)
        for attribute in attributes:
            action = menu.addAction(attribute.path)
            action.setToolTip(attribute.description)
            action.triggered.connect(lambda _on=False, path=attribute.path: take(path))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._corner(self.add))

    def _open_menu(self) -> None:
        corner = self._corner(self.more, right=True)
        self.menu.popup(QPoint(corner.x() - self.menu.sizeHint().width(), corner.y()))

    @staticmethod
    def _corner(button: QWidget, *, right: bool = False) -> QPoint:
        rect = button.rect()
        return button.mapToGlobal(QPoint(rect.width() if right else 0, rect.height()))
