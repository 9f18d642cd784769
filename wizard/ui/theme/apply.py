"""The look put on: theme to palette and style sheet, following the system or chosen by the person."""

import sys
from typing import Literal

from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from wizard.ui.theme.colors import DARK, LIGHT, Ink, Theme, Tone
from wizard.ui.theme.current import colour, look, px, theme
from wizard.ui.theme.fonts import (
    TypeKind,
    base_font,
    fitted,
    font_of,
    forget_fonts,
    metrics_of,
    scale_of,
    set_type,
)
from wizard.ui.theme.icons import TONE_ICONS, icon, pixmap, set_icon
from wizard.ui.theme.palette import palette_of, rail_palette
from wizard.ui.theme.stylesheet import set_property, sheet_of

__all__ = [
    "DARK",
    "LIGHT",
    "TONE_ICONS",
    "Ink",
    "Theme",
    "ThemeChoice",
    "Tone",
    "TypeKind",
    "apply_theme",
    "chosen_theme",
    "colour",
    "fitted",
    "font_of",
    "icon",
    "label",
    "look",
    "metrics_of",
    "pixmap",
    "px",
    "rail_palette",
    "set_icon",
    "set_ink",
    "set_property",
    "set_type",
    "theme",
]

ThemeChoice = Literal["system", "light", "dark"]

_PREPARED = "wizardLook"
_CHOICE = "wizardTheme"


def apply_theme(app: QApplication, choice: ThemeChoice = "system") -> None:
    """Put a theme on the whole program; "system" follows the desktop from then on, and an unknown one is light."""
    if not app.property(_PREPARED):
        _prepare(app)
    app.setProperty(_CHOICE, choice)
    _put_on(app, _theme_for(app, choice))


def chosen_theme(app: QApplication) -> ThemeChoice:
    """What the person chose; "system" before anything was chosen."""
    choice = app.property(_CHOICE)
    return choice if choice in ("light", "dark") else "system"


def set_ink(widget: QWidget, ink: Ink) -> None:
    """Draw a label's text in an ink of the theme; it follows the theme."""
    set_property(widget, "ink", ink)


def label(text: str, kind: TypeKind = "body", ink: Ink = "text") -> QLabel:
    """One line of plain text in a kind of type and an ink."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    set_type(made, kind)
    set_ink(made, ink)
    return made


def _prepare(app: QApplication) -> None:
    if sys.platform not in ("win32", "darwin"):
        app.setStyle("Fusion")
    app.setFont(base_font(app))
    forget_fonts()
    look().scale = scale_of(app.font())
    app.styleHints().colorSchemeChanged.connect(lambda _scheme: _follow(app))
    if QLocale().language() == QLocale.Language.C:
        QLocale.setDefault(QLocale(QLocale.Language.English))  # the bare C locale groups no numbers
    app.setProperty(_PREPARED, True)


def _follow(app: QApplication) -> None:
    if chosen_theme(app) == "system":
        _put_on(app, _theme_for(app, "system"))


def _theme_for(app: QApplication, choice: ThemeChoice) -> Theme:
    if choice == "system":
        return DARK if app.styleHints().colorScheme() == Qt.ColorScheme.Dark else LIGHT
    return DARK if choice == "dark" else LIGHT


def _put_on(app: QApplication, new: Theme) -> None:
    current = look()
    current.theme = new
    app.setPalette(palette_of(new))
    app.setStyleSheet(sheet_of(new))
    current.changed.emit()
