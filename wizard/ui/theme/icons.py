"""Line icons in the colour of their text; icons set on widgets are redrawn when the theme changes."""

from functools import cache, lru_cache
from weakref import WeakKeyDictionary

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QLabel
from shiboken6 import isValid

from wizard.assets import asset
from wizard.ui.theme.colors import Ink, Tone
from wizard.ui.theme.current import current_theme, theme
from wizard.ui.theme.fonts import px

TONE_ICONS: dict[Tone, str] = {"info": "info", "ok": "check-circle", "warn": "warning", "bad": "alert-circle"}

_DIRECTED = frozenset({"arrow-right", "chevron-left", "chevron-right", "external", "redo", "skip", "undo"})
"""Icons that point the way a line is read: mirrored where layouts are."""

_placed: "WeakKeyDictionary[QAbstractButton | QLabel, tuple[str, Ink, int]]" = WeakKeyDictionary()


def pixmap(name: str, colour: str, size: int = 16, ratio: float = 1.0) -> QPixmap:
    """Draw one icon.

    `name` is a file of resources/icons without suffix, `colour` is `#RRGGBB`, `size` is in scaled pixels and `ratio` is
    the screen's pixel ratio. Raises FileNotFoundError for an unknown name.
    """
    return _drawn(name, colour, size, round(ratio, 2), 0)


def icon(name: str, ink: Ink = "text", size: int = 16) -> QIcon:
    """Return an icon in an ink of the current theme, grey while its control is disabled."""
    return _icon_of(name, theme().ink(ink), size, 0)


def _icon_of(name: str, colour: str, size: int, gap: int) -> QIcon:
    made = QIcon()
    for ratio in (1.0, 2.0):
        made.addPixmap(_drawn(name, colour, size, ratio, gap), QIcon.Mode.Normal)
        made.addPixmap(_drawn(name, theme().distext, size, ratio, gap), QIcon.Mode.Disabled)
    return made


def set_icon(widget: QAbstractButton | QLabel, name: str, ink: Ink = "text", size: int = 16) -> None:
    """Set the icon of a button or label; it changes with the theme. An empty name removes it.

    `size` is a measure of the design (see `fonts.px`).
    """
    _placed[widget] = (name, ink, size)
    _place(widget, name, ink, size)


def _redraw() -> None:
    """Redraw the icons of all widgets after a change of theme."""
    for widget, (name, ink, size) in list(_placed.items()):
        if isValid(widget):
            _place(widget, name, ink, size)


def _place(widget: QAbstractButton | QLabel, name: str, ink: Ink, size: int) -> None:
    scaled = px(size)
    if isinstance(widget, QLabel):
        ratio = widget.devicePixelRatioF()
        widget.setPixmap(pixmap(name, theme().ink(ink), scaled, ratio) if name else QPixmap())
        return
    gap = px(4) if widget.text() else 0  # added to the 4 that every style leaves between icon and text
    widget.setIcon(_icon_of(name, theme().ink(ink), scaled, gap) if name else QIcon())
    widget.setIconSize(QSize(scaled + gap, scaled))


@lru_cache(maxsize=512)
def _drawn(name: str, colour: str, size: int, ratio: float, gap: int) -> QPixmap:
    renderer = QSvgRenderer(QByteArray(_lines(name).replace("currentColor", QColor(colour).name()).encode()))
    side = max(1, round(size * ratio))
    image = QImage(side + round(gap * ratio), side, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter, QRectF(0, 0, side, side))
    painter.end()
    if name in _DIRECTED and QGuiApplication.layoutDirection() == Qt.LayoutDirection.RightToLeft:
        image = image.mirrored(True, False)
    drawn = QPixmap.fromImage(image)
    drawn.setDevicePixelRatio(ratio)
    return drawn


@cache
def _lines(name: str) -> str:
    return asset("icons", f"{name}.svg").read_text(encoding="utf-8")


current_theme().changed.connect(_redraw)
