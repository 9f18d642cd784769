"""The strip of counts."""

from PySide6.QtWidgets import QWidget

from tests.ui.audit import audit
from tests.ui.widgets.layout import put
from wizard.ui.widgets.charts.count_strip import Count, CountStrip


def test_a_strip_filters_and_stops_filtering(sheet: QWidget) -> None:
    counts = [Count("create", "Create", "plus", "ok"), Count("delete", "Delete", "trash")]
    strip = CountStrip("changes", counts, "Changes by kind")
    put(sheet, strip)
    said: list[str] = []
    strip.chosen.connect(said.append)
    strip.set_number("create", 1204)
    create = strip._buttons["create"]
    assert create.accessibleName() == "1,204 Create"
    assert strip.number("delete") == 0
    create.click()
    assert strip.choice == "create"
    strip._buttons["delete"].click()
    assert strip.choice == "delete"
    strip._buttons["delete"].click()
    assert said == ["create", "delete", ""]
    assert strip.choice == ""
    strip.choose("create")
    assert said == ["create", "delete", ""]
    assert create.height() == 64
    assert audit(sheet) == []
