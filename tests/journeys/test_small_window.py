"""Days in a small window, with large fonts and without a mouse."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from tests.journeys.window import Journey
from tests.ui import fit
from wizard.ui.pages.start.page import PlanPage
from wizard.ui.theme.current import apply_theme
from wizard.ui.widgets.sheet import Sheet

pytestmark = pytest.mark.slow

LONG = "mitarbeiter-und-mitarbeiterinnen-aller-standorte-" * 5


def jobs_of(journey: Journey) -> PlanPage:
    """The first page, with its list of jobs."""
    journey.press("step.plan")
    page = journey.page
    assert isinstance(page, PlanPage)
    journey.until(lambda: page.jobs.rows.rowCount() > 0, "the jobs")
    return page


def answer(act: Callable[[Sheet], object]) -> None:
    """Do something with the sheet that is about to be shown."""

    def shown() -> None:
        sheet = QApplication.activeModalWidget()
        assert isinstance(sheet, Sheet)
        try:
            act(sheet)
        finally:
            if sheet.isVisible():
                sheet.reject()

    QTimer.singleShot(0, shown)


def test_a_long_name_of_a_job_makes_no_page_wider(journey: Journey) -> None:
    page = jobs_of(journey)

    def rename(sheet: Sheet) -> None:
        field = sheet.findChild(QLineEdit, "textQuestionField")
        assert field is not None
        field.setText(LONG)
        sheet.verb.click()

    answer(rename)
    page.jobs.rename_asked.emit(page.jobs.rows.row(0))
    journey.until(lambda: journey.session.draft.name == LONG, "the new name")
    for screen in ("1366x768@150", "1280x720@200"):
        fit.place(journey.window, screen)
        for step in ("step.plan", "step.monitor"):
            journey.press(step)
            journey.settle(100)
            assert [one for one in fit.complaints(journey.window) if "Scroll" in one or "sight" in one] == []


def test_enter_keeps_a_job_and_only_the_red_button_deletes_it(journey: Journey) -> None:
    page = jobs_of(journey)
    row = page.jobs.rows.row(0)
    kinds = []

    def press_enter(sheet: Sheet) -> None:
        kinds.append((sheet.verb.property("kind"), sheet.cancel.isDefault()))
        QTest.keyClick(sheet.focusWidget() or sheet, Qt.Key.Key_Return)

    answer(press_enter)
    page.jobs.delete_asked.emit(row)
    journey.settle(100)
    assert journey.job_file.exists()
    assert kinds == [("danger", True)]
    answer(lambda sheet: sheet.verb.click())
    page.jobs.delete_asked.emit(row)
    journey.until(lambda: not journey.job_file.exists(), "the end of the job")


def test_a_job_is_edited_with_keys_alone_in_the_smallest_window(journey: Journey) -> None:
    fit.place(journey.window, "1280x720@200")
    journey.window.activateWindow()
    journey.settle(50)
    QTest.keyClick(QApplication.focusWidget() or journey.window, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
    journey.until(lambda: journey.at("scope"), "Scope")
    journey.until(lambda: journey.window.footer.primary.isEnabled(), "the count")
    for step in ("scope", "attributes", "settings", "preview"):
        journey.until(lambda step=step: journey.at(step), step)
        assert fit.out_of_reach(journey.window) == []
        if step != "preview":
            journey.until(journey.window.footer.primary.isEnabled, "the way on")
            journey.window.footer.primary.setFocus(Qt.FocusReason.TabFocusReason)
            journey.press_enter()
    journey.until(lambda: journey.session.found.plan is not None, "the plan")


def test_another_theme_on_attributes_changes_no_mapping(journey: Journey, app: QApplication) -> None:
    journey.edit_up_to("attributes")
    journey.settle(300)
    before = journey.session.draft.mappings
    for choice in ("dark", "light"):
        apply_theme(app, choice)  # type: ignore[arg-type]
        journey.settle(400)
    assert journey.session.draft.mappings == before
