"""Lays controls out in a window."""

from PySide6.QtWidgets import QApplication, QWidget


def put(sheet: QWidget, *controls: QWidget) -> None:
    for control in controls:
        layout = sheet.layout()
        assert layout is not None
        layout.addWidget(control)
    sheet.show()
    sheet.activateWindow()
    QApplication.processEvents()
