"""Rows that become columns where the page is narrower than they are, so that nothing needs more room than there is."""

from collections.abc import Iterator

from PySide6.QtWidgets import QAbstractScrollArea, QBoxLayout, QLayout, QLayoutItem, QSizePolicy, QWidget

from wizard.ui.theme.fonts import px

_SMALL = 48
"""Width of an icon with its margin: beside it a row stays a row as long as the rest can become narrower."""
_ROW, _COLUMN = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
_WAS_ROW, _FIXED, _LOW = "wasRow", "widthInRow", "ignoresHeightInRow"
_ANY_WIDTH = 16_777_215


def reflow(layout: QLayout, room: int) -> bool:
    """Turn rows into columns where they need more than `room` pixels, else back; returns whether some are columns."""
    margins = layout.contentsMargins()
    room -= margins.left() + margins.right()
    items = [item for item in _items(layout) if not item.isEmpty()]
    for hidden in (item for item in _items(layout) if item.isEmpty()):
        _reflow_item(hidden, _ANY_WIDTH)  # hidden as a column it would be shown again as a column
    if isinstance(layout, QBoxLayout) and _is_row(layout):
        gaps = layout.spacing() * (len(items) - 1)
        needs = [_width_of(item) for item in items]
        spare = room - gaps - sum(needs)
        large = [(item, need) for item, need in zip(items, needs, strict=True) if need > px(_SMALL)]
        column = spare < 0 and len(large) > 1
        _turn(layout, _COLUMN if column else _ROW)
        if not column:
            narrower = large[0][0] if spare < 0 and large else None
            rooms = [need + spare if item is narrower else need for item, need in zip(items, needs, strict=True)]
            turned = [_reflow_item(item, own) for item, own in zip(items, rooms, strict=True)]
            return any(turned)
        for item in items:
            _reflow_item(item, room)
        return True
    turned = [_reflow_item(item, room) for item in items]
    return any(turned)


def _width_of(item: QLayoutItem) -> int:
    """Return the smallest width of a row, column or control, with every row as a row."""
    layout, widget = item.layout(), item.widget()
    if widget is not None:
        layout = _inner(widget)
        if layout is None:
            return item.minimumSize().width()
        now = widget.minimumWidth()
        fixed = now if now == widget.maximumWidth() else widget.property(_FIXED)
        return fixed or max(now, _needed(layout) + _frame(widget))
    return _needed(layout) if layout is not None else item.minimumSize().width()


def _needed(layout: QLayout) -> int:
    if not isinstance(layout, QBoxLayout):
        return layout.minimumSize().width()
    margins = layout.contentsMargins()
    widths = [_width_of(item) for item in _items(layout) if not item.isEmpty()]
    across = sum(widths) + layout.spacing() * (len(widths) - 1) if _is_row(layout) else max(widths, default=0)
    return across + margins.left() + margins.right()


def _reflow_item(item: QLayoutItem, room: int) -> bool:
    widget = item.widget()
    layout = item.layout() if widget is None else _inner(widget)
    return layout is not None and reflow(layout, room - (_frame(widget) if widget is not None else 0))


def _inner(widget: QWidget) -> QLayout | None:
    """Return the layout of a plain container; None for a control that knows its own size."""
    if isinstance(widget, QAbstractScrollArea) or widget.minimumHeight() == widget.maximumHeight():
        return None
    own = any(
        "minimumSizeHint" in vars(kind) for kind in type(widget).__mro__ if kind.__module__.startswith("wizard")
    )
    return None if own else widget.layout()


def _free_height(widget: QWidget, free: bool) -> None:
    """Let a widget that ignores its height in a row ask for it in a column; or ignore it again."""
    policy = widget.sizePolicy()
    if free and policy.verticalPolicy() == QSizePolicy.Policy.Ignored:
        policy.setVerticalPolicy(QSizePolicy.Policy.Preferred)
        widget.setProperty(_LOW, True)
    elif not free and widget.property(_LOW):
        policy.setVerticalPolicy(QSizePolicy.Policy.Ignored)
        widget.setProperty(_LOW, None)
    widget.setSizePolicy(policy)


def _frame(widget: QWidget) -> int:
    """Return the width of a frame's borders."""
    margins = widget.contentsMargins()
    return margins.left() + margins.right()


def _is_row(layout: QBoxLayout) -> bool:
    return layout.direction() == _ROW or bool(layout.property(_WAS_ROW))


def _turn(layout: QBoxLayout, direction: QBoxLayout.Direction) -> None:
    if layout.direction() != direction:
        layout.setProperty(_WAS_ROW, direction == _COLUMN)
        layout.setDirection(direction)
    for item in _items(layout):
        widget = item.widget()
        if widget is not None and widget.layout() is not None:
            _free_width(widget, direction == _COLUMN)
            _free_height(widget, direction == _COLUMN)


def _free_width(widget: QWidget, free: bool) -> None:
    """Let a column as wide as the page be that wide, though it is fixed beside another; or fix it again.

    Qt asks for its height at the width of the page: a narrower one would need more than it gets.
    """
    if free and widget.minimumWidth() == widget.maximumWidth():
        widget.setProperty(_FIXED, widget.minimumWidth())
        widget.setMinimumWidth(0)
        widget.setMaximumWidth(_ANY_WIDTH)
    elif not free and widget.property(_FIXED):
        if widget.maximumWidth() == _ANY_WIDTH:
            widget.setFixedWidth(widget.property(_FIXED))
        widget.setProperty(_FIXED, None)


def _items(layout: QLayout) -> Iterator[QLayoutItem]:
    for place in range(layout.count()):
        item = layout.itemAt(place)
        if item is not None:
            yield item
