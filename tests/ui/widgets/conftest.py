"""A window to lay controls out in."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget


@pytest.fixture
def sheet(app: QApplication) -> Iterator[QWidget]:
    """A window to lay controls out in."""
    outer = QWidget()
    QVBoxLayout(outer)
    outer.resize(700, 500)
    yield outer
    outer.close()
