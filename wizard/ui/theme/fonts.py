"""The sizes of type: the desktop's font, or the shipped one where the desktop names none."""

import sys
from functools import lru_cache
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontDatabase, QFontInfo, QFontMetrics
from PySide6.QtWidgets import QApplication, QWidget

from wizard.assets import asset

TypeKind = Literal["title", "health", "big", "strip", "section", "medium", "body", "small", "small-medium", "code"]

_BODY = 13
_KINDS: dict[TypeKind, tuple[int, QFont.Weight]] = {
    "title": (20, QFont.Weight.DemiBold),
    "health": (16, QFont.Weight.DemiBold),
    "big": (28, QFont.Weight.DemiBold),
    "strip": (20, QFont.Weight.DemiBold),
    "section": (_BODY, QFont.Weight.DemiBold),
    "medium": (_BODY, QFont.Weight.Medium),
    "body": (_BODY, QFont.Weight.Normal),
    "small": (12, QFont.Weight.Normal),
    "small-medium": (12, QFont.Weight.Medium),
    "code": (12, QFont.Weight.Normal),
}
_GENERIC = {"", "sans", "sans serif", "sans-serif"}
_UNSET_POINTS = 9
"""What Qt says on a desktop that names neither font nor size."""
_shipped: list[str] = []
_fonts: dict[TypeKind, QFont] = {}
_metrics: dict[TypeKind, QFontMetrics] = {}


def base_font(app: QApplication) -> QFont:
    """The font of all text: the desktop's own, else Inter; figures of one width."""
    font = QFont(app.font())
    if sys.platform not in ("win32", "darwin") and font.family().casefold() in _GENERIC:
        size = QFontInfo(font).pixelSize()
        unset = font.pointSize() == _UNSET_POINTS
        font = QFont(_shipped_family())
        font.setPixelSize(_BODY if unset else size)
    if hasattr(font, "setFeature"):
        font.setFeature(QFont.Tag("tnum"), 1)
    return font


def scale_of(font: QFont) -> float:
    """How much larger than the drawings everything is drawn: font height / 16."""
    return max(0.75, QFontMetrics(font).height() / 16)


def font_of(kind: TypeKind) -> QFont:
    """The font of one kind of text, in proportion to the desktop's size; to look at, not to change."""
    if kind not in _fonts:
        _fonts[kind] = _font(kind)
    return _fonts[kind]


def metrics_of(kind: TypeKind) -> QFontMetrics:
    """The measures of one kind of text; made once, for a table asks for thousands."""
    if kind not in _metrics:
        _metrics[kind] = QFontMetrics(font_of(kind))
    return _metrics[kind]


def forget_fonts() -> None:
    """The desktop's font is another one now."""
    _fonts.clear()
    _metrics.clear()
    fitted.cache_clear()


@lru_cache(maxsize=2048)
def fitted(text: str, kind: TypeKind, width: int, middle: bool = False) -> tuple[str, int]:
    """A text in one line of at most `width` pixels, elided where it has to be, and the pixels it takes."""
    metrics = metrics_of(kind)
    shown = " ".join(text.splitlines())
    takes = metrics.horizontalAdvance(shown)
    if takes > width:  # asked first: to measure costs a third of what to elide does
        mode = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
        shown = metrics.elidedText(shown, mode, width)
        takes = metrics.horizontalAdvance(shown)
    return shown, takes


def _font(kind: TypeKind) -> QFont:
    body = QApplication.font()
    size, weight = _KINDS[kind]
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont) if kind == "code" else QFont(body)
    font.setPixelSize(max(9, round(size * QFontInfo(body).pixelSize() / _BODY)))
    font.setWeight(weight)
    return font


def set_type(widget: QWidget, kind: TypeKind) -> None:
    """Set a widget's text in one kind of type."""
    widget.setFont(font_of(kind))


def _shipped_family() -> str:
    if not _shipped:
        for weight in ("Regular", "Medium", "SemiBold", "Bold"):
            font_id = QFontDatabase.addApplicationFont(str(asset("fonts", f"Inter-{weight}.otf")))
            _shipped.extend(QFontDatabase.applicationFontFamilies(font_id))
    return _shipped[0] if _shipped else "Inter"
