"""The order of Tab: that of the layouts, whenever the controls were made; the focus in rows that are made again."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QApplication, QLayout, QScrollArea, QWidget

from wizard.ui.theme.fonts import px


def tab_stops(region: QWidget) -> list[QWidget]:
    """Return the tab stops in a region in the order of its layouts."""
    stops: list[QWidget] = []
    for child in _in_order(region):
        if child.isVisible():
            if _is_stop(child):
                stops.append(child)
            stops += tab_stops(child)
    return stops


def step_to(stops: Sequence[QWidget], focused: QWidget | None, forward: bool) -> None:
    """Focus the stop after or before the focused one, and scroll to it; from elsewhere the first or the last."""
    at = 0 if forward else len(stops) - 1
    if focused in stops:
        at = stops.index(focused) + (1 if forward else -1)
    stop = stops[at % len(stops)]
    stop.setFocus(Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason)
    _bring_into_sight(stop)


class TabByLayout:
    """Lets Tab go through a dialog in the order of its layouts. A mixin before a class of dialogs."""

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Go to the next or previous stop."""
        dialog = cast(QWidget, self)
        stops = tab_stops(dialog)
        if stops:
            step_to(stops, dialog.focusWidget(), forward)
        return bool(stops)


@contextmanager
def keeping_focus(region: QWidget) -> Iterator[None]:
    """Give the focus back to the control of the same object name when the controls of a region are made again."""
    focused = QApplication.focusWidget()
    name = focused.objectName() if focused is not None and region.isAncestorOf(focused) else ""
    yield
    again = region.findChild(QWidget, name) if name else None
    if isinstance(again, QWidget):
        again.setFocus(Qt.FocusReason.OtherFocusReason)


def _bring_into_sight(control: QWidget) -> None:
    """Scroll every area around a control until it is seen."""
    around = control.parentWidget()
    while around is not None:
        if isinstance(around, QScrollArea):
            around.ensureWidgetVisible(control, px(8), px(8))
        elif isinstance(around, QAbstractItemView):  # a button in a row
            around.scrollTo(around.indexAt(control.mapTo(around.viewport(), control.rect().center())))
        around = around.parentWidget()


def _in_order(widget: QWidget) -> list[QWidget]:
    """Return the children of a widget: those in its layout, then the others, such as the contents of a scroll area."""
    layout = widget.layout()
    placed = dict.fromkeys(_placed(layout)) if layout is not None else {}
    others = widget.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
    return [child for child in (placed | dict.fromkeys(others)) if not child.isWindow()]


def _placed(layout: QLayout) -> Iterator[QWidget]:
    for at in range(layout.count()):
        item = layout.itemAt(at)
        widget, inner = (item.widget(), item.layout()) if item is not None else (None, None)
        if widget is not None:
            yield widget
        elif inner is not None:
            yield from _placed(inner)


def _is_stop(control: QWidget) -> bool:
    return (
        control.isEnabled()
        and bool(control.focusPolicy() & Qt.FocusPolicy.TabFocus)
        # The line edit of an editable combo box has the box as focus proxy: Tab would never get past it.
        and control.focusProxy() is None
        and not _is_unchosen_of_group(control)
    )


def _is_unchosen_of_group(control: QWidget) -> bool:
    """Whether another button of its exclusive group is checked: Tab stops only there, arrow keys move within."""
    if not isinstance(control, QAbstractButton) or not control.isCheckable() or control.isChecked():
        return False
    group, parent = control.group(), control.parentWidget()
    if group:
        return group.exclusive() and bool(group.checkedButton())
    if not control.autoExclusive() or parent is None:
        return False
    others = parent.findChildren(QAbstractButton, options=Qt.FindChildOption.FindDirectChildrenOnly)
    return any(other.isChecked() and other.autoExclusive() for other in others)
