"""Every control in both themes."""

from typing import Any

import pytest
from PySide6.QtGui import QFontInfo
from PySide6.QtWidgets import QApplication, QWidget

from tests.ui.widgets.layout import put
from wizard.ui.theme.current import apply_theme
from wizard.ui.widgets.charts.count_strip import Count, CountStrip
from wizard.ui.widgets.charts.run_chart import RunBar, RunChart
from wizard.ui.widgets.choices import ChoiceCard, SegmentedSwitch

PANEL = (Count("created", "Created", "plus", "ok"), Count("failed", "Failed", "alert-circle", "bad", "bad"))


@pytest.mark.parametrize("choice", ["light", "dark"])
def test_everything_can_be_painted_in_both_themes(sheet: QWidget, choice: Any) -> None:
    apply_theme(QApplication.instance(), choice)  # type: ignore[arg-type]
    switch = SegmentedSwitch("s", (("all", "All"), ("people", "People")), "What to show")
    strip = CountStrip("c", PANEL, "Outcomes")
    card = ChoiceCard("card", "cloud", "Microsoft Entra ID", "Words")
    card.setChecked(True)
    chart = RunChart("runs")
    chart.show_runs([RunBar("Today", 4, 2, 1)])
    put(sheet, switch, strip, card, chart)
    for control in (switch._segments["all"], strip._buttons["failed"], card, chart.bars):
        control.setFocus()
        assert not control.grab().toImage().isNull()
    assert QFontInfo(sheet.font()).family() == "Inter"
