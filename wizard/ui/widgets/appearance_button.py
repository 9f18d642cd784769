"""Light, dark, or as the system has it: a small button with a menu."""

from typing import get_args

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from wizard.ui.theme.apply import ThemeChoice, apply_theme, chosen_theme, px, theme
from wizard.ui.theme.current import look
from wizard.ui.widgets.buttons import Button

_WORDS: dict[ThemeChoice, str] = {"system": "As the system", "light": "Light", "dark": "Dark"}


class AppearanceButton(Button):
    """Shows the theme in force, and changes it at once."""

    chosen = Signal(str)
    """What a person chose, for whoever remembers it: "system", "light" or "dark"."""

    def __init__(self, name: str = "appearance", parent: QWidget | None = None) -> None:
        super().__init__("", name, kind="flat", size="square-compact", parent=parent)
        self.setFixedSize(px(28), px(28))
        menu = QMenu(self)
        menu.setObjectName(f"{name}Menu")
        group = QActionGroup(menu)
        self._actions: dict[ThemeChoice, QAction] = {}
        for choice in get_args(ThemeChoice):
            action = QAction(_WORDS[choice], group)
            action.setObjectName(f"{name}.{choice}")
            action.setCheckable(True)
            action.triggered.connect(lambda _on=False, choice=choice: self._choose(choice))
            menu.addAction(action)
            self._actions[choice] = action
        self.setMenu(menu)
        menu.aboutToShow.connect(self._show_choice)
        look().changed.connect(self._show_choice)
        self._show_choice()

    def _choose(self, choice: ThemeChoice) -> None:
        application = QApplication.instance()
        if isinstance(application, QApplication):
            apply_theme(application, choice)
        self.chosen.emit(choice)

    def _show_choice(self) -> None:
        application = QApplication.instance()
        choice = chosen_theme(application) if isinstance(application, QApplication) else "system"
        self._actions[choice].setChecked(True)
        self.change_icon("moon" if theme().name == "dark" else "sun", "text2")
        words = f"Appearance: {_WORDS[choice].lower()}"
        self.setAccessibleName(words)
        self.setToolTip(words)
