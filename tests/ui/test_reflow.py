"""Rows that become columns where a page is narrow."""

import pytest
from PySide6.QtWidgets import QApplication, QBoxLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from wizard.ui.reflow import reflow

ROW, COLUMN = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom


def box(width: int) -> QWidget:
    made = QWidget()
    made.setMinimumSize(width, 10)
    return made


@pytest.fixture
def page(app: QApplication, qtbot: QtBot) -> QWidget:
    """A form of 300 with a row of two controls, and a card of 200 beside it whose content asks for more."""
    made = QWidget()
    qtbot.addWidget(made)
    column = QVBoxLayout(made)
    column.setContentsMargins(10, 0, 10, 0)
    outer = QHBoxLayout()
    outer.setObjectName("outer")
    outer.setSpacing(20)
    form, card = QWidget(), QWidget()
    inner = QHBoxLayout(form)
    inner.setObjectName("inner")
    inner.setContentsMargins(0, 0, 0, 0)
    inner.setSpacing(20)
    for width in (140, 140):
        inner.addWidget(box(width))
    QVBoxLayout(card).addWidget(box(260))
    card.setObjectName("card")
    card.setFixedWidth(200)
    card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
    outer.addWidget(form, 1)
    outer.addWidget(card)
    column.addLayout(outer)
    return made


def directions(page: QWidget) -> list[QBoxLayout.Direction]:
    found = [page.findChild(QHBoxLayout, name) for name in ("outer", "inner")]
    return [layout.direction() for layout in found if layout is not None]


@pytest.mark.parametrize("times", [1, 3])
def test_the_outer_row_turns_first_and_everything_turns_back(page: QWidget, times: int) -> None:
    layout = page.layout()
    assert layout is not None
    for room, expected in (
        (540, [ROW, ROW]),
        (539, [COLUMN, ROW]),
        (320, [COLUMN, ROW]),
        (319, [COLUMN, COLUMN]),
        (539, [COLUMN, ROW]),
        (540, [ROW, ROW]),
    ):
        for _time in range(times):
            assert reflow(layout, room) is (COLUMN in expected)
            assert directions(page) == expected


def test_a_fixed_column_is_as_wide_as_the_page_when_stacked(page: QWidget) -> None:
    layout, card = page.layout(), page.findChild(QWidget, "card")
    assert layout is not None
    assert card is not None
    reflow(layout, 539)
    assert card.minimumWidth() == 0
    assert card.maximumWidth() > 10_000
    assert card.sizePolicy().verticalPolicy() == QSizePolicy.Policy.Preferred
    reflow(layout, 540)
    assert card.sizePolicy().verticalPolicy() == QSizePolicy.Policy.Ignored
    assert (card.minimumWidth(), card.maximumWidth()) == (200, 200)


def test_a_row_with_an_icon_stays_a_row(app: QApplication, qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    row = QHBoxLayout(page)
    row.setContentsMargins(0, 0, 0, 0)
    words, buttons = QVBoxLayout(), QHBoxLayout()
    buttons.setSpacing(0)
    for width in (100, 100):
        buttons.addWidget(box(width))
    words.addLayout(buttons)
    row.addWidget(box(16))
    row.addLayout(words)
    reflow(row, 150)
    assert (row.direction(), buttons.direction()) == (ROW, COLUMN)


def test_widgets_hidden_as_columns_return_as_rows(page: QWidget) -> None:
    layout, form = page.layout(), page.findChild(QHBoxLayout, "inner").parentWidget()
    assert layout is not None
    assert form is not None
    reflow(layout, 319)
    assert directions(page) == [COLUMN, COLUMN]
    form.hide()
    reflow(layout, 540)
    assert directions(page)[1] == ROW
