"""The panel of a run under way."""

from PySide6.QtWidgets import QWidget

from tests.ui.audit import audit
from tests.ui.widgets.layout import put
from wizard.ui.widgets.charts.count_strip import Count
from wizard.ui.widgets.charts.progress_panel import ProgressPanel, RunView

PANEL = (Count("created", "Created", "plus", "ok"), Count("failed", "Failed", "alert-circle", "bad", "bad"))


def test_the_panel_tells_how_a_run_goes(sheet: QWidget) -> None:
    panel = ProgressPanel("runProgress", PANEL, "Outcomes")
    put(sheet, panel)
    panel.phases.show_phase("write", ("read", "compare"))
    panel.show_run(
        RunView(
            2846, 4318, "of 4,318 changes", "About 1 min 20 s left", (("People", 2702, 4012),), "18 per second"
        )
    )
    assert panel.bar.objectName() == "runProgress"
    assert (panel.bar.value(), panel.bar.maximum()) == (2846, 4318)
    assert panel.bar.accessibleName()
    assert panel.bar.accessibleDescription() == "65%, 2,846, of 4,318 changes, About 1 min 20 s left"
    assert list(panel.phases.states.values()) == ["done", "done", "now", "ahead"]
    assert panel.phases.accessibleName().count("done") == 2
    assert audit(sheet) == []


def test_the_panel_before_anything_is_known(sheet: QWidget) -> None:
    panel = ProgressPanel("runProgress", PANEL, "Outcomes")
    put(sheet, panel)
    panel.show_run(RunView(0, 0))
    assert panel.bar.maximum() == 1
    assert panel.bar.value() == 0
