"""Looks a page over as someone does who sees no picture and has no mouse; returns complaints, none = all is well."""

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QScrollArea,
    QTextEdit,
    QWidget,
)

from wizard.ui.theme.fonts import px

CONTROLS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QTextEdit,
)


def audit(root: QWidget) -> list[str]:
    """Every complaint about the visible controls of a widget, which must be shown."""
    for _turn in range(5):  # a layout's request may wake another
        QApplication.sendPostedEvents()
        QApplication.processEvents()
    return [*unnamed(root), *small(root), *doubled_mnemonics(root), *clipped(root), *unreachable(root)]


def controls(root: QWidget) -> Iterator[QWidget]:
    """Every visible control, without the parts Qt builds its own controls from."""
    for control in root.findChildren(QWidget):
        inner = isinstance(control.parent(), QAbstractSpinBox | QComboBox | QLineEdit | QHeaderView)
        if (
            isinstance(control, CONTROLS)
            and control.isVisible()
            and not inner
            and not isinstance(control, QHeaderView)
        ):
            yield control


def unnamed(root: QWidget) -> list[str]:
    """Controls without an accessible name or without an object name."""
    found = []
    for control in controls(root):
        accessible = QAccessible.queryAccessibleInterface(control)
        if accessible is None or not accessible.text(QAccessible.Text.Name).strip():
            found.append(f"{who(control)} has no accessible name")
        if not control.objectName() or control.objectName().startswith("qt_"):
            found.append(f"{who(control)} has no object name")
    stops = (area for area in root.findChildren(QScrollArea) if area.focusPolicy() & Qt.FocusPolicy.TabFocus)
    found += (
        f"{who(area)} has no accessible name" for area in stops if area.isVisible() and not area.accessibleName()
    )
    return found


def small(root: QWidget) -> list[str]:
    """Controls that a hand may miss: less than 24 pixels high or wide, in measures of the design."""
    pressed = (button for button in root.findChildren(QAbstractButton) if button.isVisible())
    ours = (button for button in pressed if not button.objectName().startswith("qt_") and button.objectName())
    least = px(24)
    return [
        f"{who(button)} is small: {button.size().toTuple()}"
        for button in ours
        if button.width() < least or button.height() < least
    ]


def doubled_mnemonics(root: QWidget) -> list[str]:
    """Alt shortcuts that two visible things share: pressed, neither answers."""
    seen: dict[str, str] = {}
    found = []
    for shown in root.findChildren(QWidget):
        if not shown.isVisible() or not isinstance(shown, QAbstractButton | QLabel):
            continue
        if isinstance(shown, QLabel) and shown.buddy() is None:
            continue
        mnemonic = QKeySequence.mnemonic(shown.text()).toString()
        if mnemonic and mnemonic in seen:
            found.append(f"{mnemonic} is both {seen[mnemonic]} and {who(shown)}")
        elif mnemonic:
            seen[mnemonic] = who(shown)
    return found


def clipped(root: QWidget) -> list[str]:
    """Words that have less room than they need, and pages wider than their window."""
    found = []
    for shown in root.findChildren(QWidget):
        if not shown.isVisible() or isinstance(shown.parent(), QLineEdit):  # a field's icons show no words
            continue
        if isinstance(shown, QLabel | QAbstractButton) and shown.text():
            needed = shown.minimumSizeHint()
            if shown.width() < needed.width() or shown.height() < needed.height():
                found.append(f"{who(shown)} is clipped: {shown.size().toTuple()} of {needed.toTuple()}")
        if isinstance(shown, QScrollArea) and shown.widget() is not None:
            wide, room = shown.widget().minimumSizeHint().width(), shown.viewport().width()
            if wide > room:
                found.append(f"{who(shown)} needs {wide} of {room} across")
    return found


_LINKS = 200
"""Tab also goes through the links of a text; the contents of the guide are more than 50."""


def unreachable(root: QWidget) -> list[str]:
    """Controls that the Tab key never comes to."""
    window = root.window()
    wanted = {control for control in controls(root) if _takes_tab(control)}
    if not wanted:
        return []
    window.activateWindow()
    window.setFocus()
    reached: set[QWidget] = set()
    for _turn in range(4 * len(wanted) + _LINKS):
        if wanted <= reached:
            break
        focused = QApplication.focusWidget() or window
        QTest.keyClick(focused, Qt.Key.Key_Tab)
        now = QApplication.focusWidget()
        if now is not None:
            reached.add(now)
    return [f"{who(control)} is never reached by Tab" for control in wanted - reached]


def _takes_tab(control: QWidget) -> bool:
    if not control.isEnabled() or not control.focusPolicy() & Qt.FocusPolicy.TabFocus:
        return False
    if isinstance(control, QAbstractButton) and control.isCheckable() and not control.isChecked():
        group = control.group()
        alone = control.autoExclusive() or (group is not None and group.exclusive())
        return not alone or (control.group() is None and not _sibling_checked(control))
    return True


def _sibling_checked(button: QAbstractButton) -> bool:
    parent = button.parentWidget()
    return parent is not None and any(
        other.autoExclusive() and other.isChecked() for other in parent.findChildren(QAbstractButton)
    )


def who(widget: QWidget) -> str:
    """Kind, object name and text of a widget."""
    words = widget.text() if isinstance(widget, QLabel | QAbstractButton) else ""
    return f"{type(widget).__name__} {widget.objectName() or '(nameless)'} {words[:40]!r}"
