"""The chart of past runs."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from tests.ui.widgets.layout import put
from wizard.ui.widgets.charts.run_chart import RunBar, RunChart


def test_the_chart_has_an_accessible_text_and_keyboard_navigation(sheet: QWidget) -> None:
    chart = RunChart("runs")
    put(sheet, chart)
    chart.show_runs([RunBar(f"{day} Nov", 1000 + day, day % 3, 0) for day in range(1, 21)])
    said: list[int] = []
    chart.chosen.connect(said.append)
    assert len(chart.bars.runs) == 14
    assert chart.bars.accessibleName() == "Last 14 runs, 20 Nov: 1,020 done, 2 skipped, 0 failed"
    accessible = QAccessible.queryAccessibleInterface(chart.bars)
    assert accessible.role() == QAccessible.Role.Table
    told = [accessible.child(at).text(QAccessible.Text.Name) for at in range(accessible.childCount())]
    assert ["8 Nov", "1,008", "2", "0"] in [told[at : at + 4] for at in range(len(told))]
    chart.bars.setFocus()
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Home, Qt.Key.Key_Left, Qt.Key.Key_End):
        QTest.keyClick(chart.bars, key)
    assert said == [12, 0, 13]
    QTest.mouseClick(chart.bars.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(chart.bars._left(3) + 5, 40))
    assert said[-1] == 3


def test_a_chart_without_runs_and_with_runs_of_nothing(sheet: QWidget) -> None:
    chart = RunChart("runs")
    put(sheet, chart)
    chart.grab()
    chart.show_runs([RunBar("Today", 0, 0, 0)])
    chart.grab()
    assert chart.bars.runs[0].words() in chart.bars.accessibleName()
