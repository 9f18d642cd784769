"""The strip of counts."""

from PySide6.QtWidgets import QApplication, QWidget

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


def test_counts_use_as_few_rows_as_their_words_need(sheet: QWidget) -> None:
    words = (
        "Erstellte Personen",
        "Aktualisierte Personen",
        "Zugriff verlieren",
        "Verstoß gegen Regeln",
        "Gruppen",
    )
    strip = CountStrip("forecast", [Count(str(at), word, "plus") for at, word in enumerate(words)], "Forecast")
    put(sheet, strip)
    buttons = [strip._buttons[str(at)] for at in range(len(words))]

    def rows(width: int) -> int:
        strip.setFixedWidth(width)
        QApplication.processEvents()
        QApplication.processEvents()
        assert all(button.width() >= button.minimumSizeHint().width() for button in buttons)
        return len({button.y() for button in buttons if button.isVisible()})

    assert rows(strip.row_width()) == 1
    assert rows(strip.row_width() - 20) == 2
    assert rows(strip.minimumSizeHint().width()) == 3
    strip.set_shown("3", False)
    assert rows(strip.row_width()) == 1
