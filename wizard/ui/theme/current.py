"""The theme in use: which one, the signal that it changed, and how it is applied to the program."""

import sys
from functools import cache
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QPalette, QStyleHints
from PySide6.QtWidgets import QApplication

from wizard.ui.theme.colors import DARK, LIGHT, Theme
from wizard.ui.theme.focus_ring import FocusRing
from wizard.ui.theme.fonts import use_font_of
from wizard.ui.theme.palette import high_contrast, palette_of
from wizard.ui.theme.stylesheet import sheet_of

if TYPE_CHECKING:
    from PySide6.QtGui import QAccessibilityHints

ThemeChoice = Literal["system", "light", "dark"]


class CurrentTheme(QObject):
    """The theme of the process. Painting code reads `theme()`; code that caches colours connects to `changed`."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = LIGHT
        self.choice: ThemeChoice = "system"
        """The user's choice; "system" follows the desktop."""
        self._prepared = False
        self._hints: QStyleHints | None = None
        self._contrast: QAccessibilityHints | None = None

    def apply(self, app: QApplication, choice: ThemeChoice) -> None:
        """Apply a choice to the application; "system" follows the desktop from then on."""
        if not self._prepared:
            self._prepared = True
            self._prepare(app)
        self.choice = choice
        self._apply_choice(app)

    def wants_contrast(self) -> bool:
        """Whether the desktop asks for high contrast; its colours are then used whatever the choice."""
        return (
            self._contrast is not None
            and self._contrast.contrastPreference() == Qt.ContrastPreference.HighContrast
        )

    def _prepare(self, app: QApplication) -> None:
        if sys.platform not in ("win32", "darwin"):
            app.setStyle("Fusion")
        use_font_of(app)
        FocusRing(app, lambda: colour(self.theme.ring))
        hints = self._hints = app.styleHints()
        hints.colorSchemeChanged.connect(lambda _scheme: self._follow_system(app))
        if hasattr(hints, "accessibility"):  # Qt 6.10 and later
            self._contrast = hints.accessibility()
            self._contrast.contrastPreferenceChanged.connect(lambda _wish: self._apply_choice(app))

    def _follow_system(self, app: QApplication) -> None:
        if self.choice == "system":
            self._apply_choice(app)

    def _apply_choice(self, app: QApplication) -> None:
        dark = self.choice == "dark"
        if self.choice == "system":  # an unknown scheme is light
            dark = app.styleHints().colorScheme() == Qt.ColorScheme.Dark
        self.theme = DARK if dark else LIGHT
        if self.wants_contrast():
            app.setPalette(QPalette())  # the system's own again
            self.theme = high_contrast(app.palette())
        app.setPalette(palette_of(self.theme))
        app.setStyleSheet(sheet_of(self.theme))
        self.changed.emit()


_CURRENT = CurrentTheme()


def current_theme() -> CurrentTheme:
    """Return the theme state of this process."""
    return _CURRENT


def theme() -> Theme:
    """Return the colours in use."""
    return _CURRENT.theme


def apply_theme(app: QApplication, choice: ThemeChoice = "system") -> None:
    """Apply a theme to the whole program."""
    _CURRENT.apply(app, choice)


@cache
def colour(code: str) -> QColor:
    """Return the shared QColor of a `#RRGGBB` code; delegates need it for every cell."""
    return QColor(code)
