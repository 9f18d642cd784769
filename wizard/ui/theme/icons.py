"""Line icons, drawn in the colour of their text and drawn anew when the theme changes."""

from functools import cache, lru_cache
from weakref import WeakKeyDictionary

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QLabel
from shiboken6 import isValid

from wizard.assets import asset
from wizard.ui.theme.colors import Ink, Tone
from wizard.ui.theme.current import look, px, theme

TONE_ICONS: dict[Tone, str] = {"info": "info", "ok": "check-circle", "warn": "warning", "bad": "alert-circle"}

_placed: "WeakKeyDictionary[QAbstractButton | QLabel, tuple[str, Ink, int]]" = WeakKeyDictionary()


def pixmap(name: str, colour: str, size: int = 16, ratio: float = 1.0) -> QPixmap:
    """One icon as a picture.

    `name` is a file of resources/icons without its ending, `colour` is `#RRGGBB`, `size` is in scaled pixels and
    `ratio` is the screen's pixel ratio. Raises FileNotFoundError for a name we do not ship.
    """
    return _drawn(name, colour, size, round(ratio, 2), 0)


def icon(name: str, ink: Ink = "text", size: int = 16) -> QIcon:
    """An icon in an ink of the theme in force, greyed where its control is off."""
    return _icon_of(name, theme().ink(ink), size, 0)


def _icon_of(name: str, colour: str, size: int, gap: int) -> QIcon:
    made = QIcon()
    for ratio in (1.0, 2.0):
        made.addPixmap(_drawn(name, colour, size, ratio, gap), QIcon.Mode.Normal)
        made.addPixmap(_drawn(name, theme().distext, size, ratio, gap), QIcon.Mode.Disabled)
    return made


def set_icon(widget: QAbstractButton | QLabel, name: str, ink: Ink = "text", size: int = 16) -> None:
    """Put an icon on a button or a label; it follows the theme. An empty name takes it away.

    `size` is in pixels of the drawings.
    """
    _placed[widget] = (name, ink, size)
    _place(widget, name, ink, size)


def redraw() -> None:
    """Draw every placed icon anew: the theme has changed."""
    for widget, (name, ink, size) in list(_placed.items()):
        if isValid(widget):
            _place(widget, name, ink, size)


def _place(widget: QAbstractButton | QLabel, name: str, ink: Ink, size: int) -> None:
    scaled = px(size)
    if isinstance(widget, QLabel):
        ratio = widget.devicePixelRatioF()
        widget.setPixmap(pixmap(name, theme().ink(ink), scaled, ratio) if name else QPixmap())
        return
    gap = px(4) if widget.text() else 0  # on top of the 4 that every style leaves between icon and text
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
    drawn = QPixmap.fromImage(image)
    drawn.setDevicePixelRatio(ratio)
    return drawn


@cache
def _lines(name: str) -> str:
    return asset("icons", f"{name}.svg").read_text(encoding="utf-8")


look().changed.connect(redraw)
