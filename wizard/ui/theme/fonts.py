"""Fonts, their metrics and the scale of all measures: the desktop's font, or the shipped one where it names none."""

import sys
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontDatabase, QFontInfo, QFontMetrics
from PySide6.QtWidgets import QApplication, QWidget

from wizard.assets import asset

TypeKind = Literal[
    "title", "health", "question", "big", "strip", "section", "medium", "body", "small", "small-medium", "code"
]

_BODY = 13
_KINDS: dict[TypeKind, tuple[int, QFont.Weight]] = {
    "title": (20, QFont.Weight.DemiBold),
    "health": (16, QFont.Weight.DemiBold),
    "question": (16, QFont.Weight.Normal),
    "big": (28, QFont.Weight.DemiBold),
    "strip": (20, QFont.Weight.DemiBold),
    "section": (_BODY, QFont.Weight.DemiBold),
    "medium": (_BODY, QFont.Weight.Medium),
    "body": (_BODY, QFont.Weight.Normal),
    "small": (12, QFont.Weight.Normal),
    "small-medium": (12, QFont.Weight.Medium),
    "code": (12, QFont.Weight.Normal),
}
_TIP_WIDTH = 400
_GENERIC = {"", "sans", "sans serif", "sans-serif"}
_UNSET_POINTS = 9
"""Size that Qt reports on a desktop that sets neither font nor size."""
_shipped: list[str] = []
_fonts: dict[TypeKind, QFont] = {}
_metrics: dict[TypeKind, QFontMetrics] = {}


# --- scale -----------------------------------------------------------------------------------------------------------


class _Scale:
    factor = 1.0


def use_font_of(app: QApplication) -> None:
    """Set the application's font and take the scale from it; fonts made before are dropped."""
    app.setFont(_base_font(app))
    set_scale(scale_of(app.font()))
    _fonts.clear()
    _metrics.clear()
    fitted.cache_clear()
    wrapped_tip.cache_clear()


def scale_of(font: QFont) -> float:
    """Return the factor from the measures of the design to this desktop: font height / 16, at least 0.75."""
    return max(0.75, QFontMetrics(font).height() / 16)


def scale() -> float:
    """Return the current factor from the measures of the design to pixels."""
    return _Scale.factor


def set_scale(factor: float) -> None:
    """Set the factor from the measures of the design to pixels."""
    _Scale.factor = factor


def px(measure: float) -> int:
    """Convert a measure of the design to pixels; at least 1 unless it is 0."""
    return max(1, round(measure * _Scale.factor)) if measure else 0


# --- fonts -----------------------------------------------------------------------------------------------------------


def font_of(kind: TypeKind) -> QFont:
    """Return the shared font of a kind of text, in proportion to the desktop's size. Copy it before changing it."""
    if kind not in _fonts:
        _fonts[kind] = _font(kind)
    return _fonts[kind]


def metrics_of(kind: TypeKind) -> QFontMetrics:
    """Return the cached metrics of a kind of text; delegates need them for every cell."""
    if kind not in _metrics:
        _metrics[kind] = QFontMetrics(font_of(kind))
    return _metrics[kind]


def set_type(widget: QWidget, kind: TypeKind) -> None:
    """Set a widget's font to a kind of text."""
    widget.setFont(font_of(kind))


@lru_cache(maxsize=2048)
def fitted(text: str, kind: TypeKind, width: int, middle: bool = False) -> tuple[str, int]:
    """Fit a text into one line of `width` pixels: the text, elided at its end or middle if too long, and its width."""
    metrics = metrics_of(kind)
    line = " ".join(text.splitlines())
    advance = metrics.horizontalAdvance(line)
    if advance > width:  # measuring costs a third of eliding
        mode = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
        line = metrics.elidedText(line, mode, width)
        advance = metrics.horizontalAdvance(line)
    return line, advance


@lru_cache(maxsize=512)
def wrapped_tip(text: str) -> str:
    """Return the text of a tooltip in lines of at most 400 (see `px`): Qt does not wrap plain text there."""
    return "\n".join(line for whole in text.splitlines() for line in _lines(whole))


def _lines(text: str) -> Iterator[str]:
    """Yield a line in pieces that fit; a word that is too long is cut."""
    metrics, room = metrics_of("body"), px(_TIP_WIDTH)
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if metrics.horizontalAdvance(longer) <= room:
            line = longer
            continue
        if line:
            yield line
        line = word
        while metrics.horizontalAdvance(line) > room:
            fits = bisect_left(range(len(line)), room, key=lambda end: metrics.horizontalAdvance(line, end + 1))
            yield line[: max(1, fits)]
            line = line[max(1, fits) :]
    yield line


def _base_font(app: QApplication) -> QFont:
    """Return the desktop's font, or Inter where it names none, with tabular figures."""
    font = QFont(app.font())
    if sys.platform not in ("win32", "darwin") and font.family().casefold() in _GENERIC:
        size = QFontInfo(font).pixelSize()
        unset = font.pointSize() == _UNSET_POINTS
        font = QFont(_shipped_family())
        font.setPixelSize(_BODY if unset else size)
    if hasattr(font, "setFeature"):
        font.setFeature(QFont.Tag("tnum"), 1)
    return font


def _font(kind: TypeKind) -> QFont:
    body = QApplication.font()
    size, weight = _KINDS[kind]
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont) if kind == "code" else QFont(body)
    font.setPixelSize(max(9, round(size * QFontInfo(body).pixelSize() / _BODY)))
    font.setWeight(weight)
    return font


def _shipped_family() -> str:
    if not _shipped:
        for weight in ("Regular", "Medium", "SemiBold", "Bold"):
            font_id = QFontDatabase.addApplicationFont(str(asset("fonts", f"Inter-{weight}.otf")))
            _shipped.extend(QFontDatabase.applicationFontFamilies(font_id))
    return _shipped[0] if _shipped else "Inter"
