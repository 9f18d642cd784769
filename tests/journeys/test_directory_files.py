"""Files on the Directory page of a whole window: dropped, wrong, lost, and the way back from a refused row."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QLineEdit

from tests.journeys.window import Journey
from wizard.flow.steps.fix import Fix
from wizard.provisioning.job import SourceChoice, TargetChoice
from wizard.ui.pages.directory.page import DirectoryPage

pytestmark = pytest.mark.slow

HEADINGS = "objectId,userPrincipalName,givenName,surname,displayName,Nickname\n"
PEOPLE = (
    HEADINGS + "1,ada@x.example,Ada,Lovelace,Ada Lovelace,Countess\n,bob@x.example,Bob,Noyce,Bob Noyce,Mayor\n"
)


@pytest.fixture
def at_directory(new_job: Journey) -> Journey:
    """A new job for a file whose connection test was skipped, at the Directory page."""
    session = new_job.session
    session.answer(
        replace(session.draft, source=SourceChoice("file"), target=TargetChoice("http://127.0.0.1:9/t/scim/v2"))
    )
    session.found.token_kept, session.found.test_waived = "session", True
    new_job.controller.navigator.next()
    new_job.controller.navigator.next()
    new_job.controller.show_step()
    new_job.until_done()
    return new_job


def page_of(journey: Journey) -> DirectoryPage:
    page = journey.page
    assert isinstance(page, DirectoryPage)
    return page


def written(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def test_a_dropped_file_leads_on(at_directory: Journey, tmp_path: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(written(tmp_path / "people.csv", PEOPLE)))])
    event = QDropEvent(
        QPoint(9, 9), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    page_of(at_directory).dropEvent(event)
    at_directory.go_on("scope")
    assert at_directory.session.found.snapshot is not None
    assert [user.id for user in at_directory.session.found.snapshot.users] == ["1"]


def test_a_file_with_headings_only_blocks_next_and_the_right_file_continues(
    at_directory: Journey, tmp_path: Path
) -> None:
    at_directory.type_in("usersFile", str(written(tmp_path / "head.csv", HEADINGS)))
    page = page_of(at_directory)
    at_directory.until(lambda: page.trouble.code == "file-without-people", "the reason")
    assert not at_directory.window.footer.primary.isEnabled()
    at_directory.type_in("usersFile", str(written(tmp_path / "people.csv", PEOPLE)))
    at_directory.go_on("scope")


def test_a_lost_file_is_found_again_without_leaving_the_page(at_directory: Journey, tmp_path: Path) -> None:
    lost = tmp_path / "people.csv"
    at_directory.type_in("usersFile", str(lost))
    page = page_of(at_directory)
    at_directory.until(lambda: page.trouble.code == "file-not-there", "the reason")
    written(lost, PEOPLE)
    at_directory.press("readAfterTrouble")
    at_directory.go_on("scope")


def test_a_fix_shows_the_line_and_back_returns(at_directory: Journey, tmp_path: Path) -> None:
    at_directory.type_in("usersFile", str(written(tmp_path / "people.csv", PEOPLE)))
    at_directory.go_on("scope")
    at_directory.controller.go_to(Fix("directory", line=3, column="objectId"))
    page = page_of(at_directory)
    assert page.found.switch.choice == "problems"
    assert page.found.problems.current_row().line == 3
    at_directory.press("back")
    assert at_directory.at("scope")


def test_enter_in_the_field_reads_and_does_not_skip_the_columns(at_directory: Journey, tmp_path: Path) -> None:
    field = at_directory.find(QLineEdit, "usersFile")
    field.setFocus()
    field.setText(str(written(tmp_path / "people.csv", PEOPLE)))
    at_directory.press_enter()
    at_directory.until(lambda: at_directory.session.found.snapshot is not None, "the reading")
    at_directory.settle(50)
    assert at_directory.at("directory")


def test_continue_reads_again_what_was_dropped_from_memory(at_directory: Journey, tmp_path: Path) -> None:
    at_directory.type_in("usersFile", str(written(tmp_path / "people.csv", PEOPLE)))
    found = at_directory.session.found
    at_directory.until(lambda: found.snapshot is not None, "the reading")
    found.snapshot = None  # as after an assignment was changed
    at_directory.controller.refresh()
    at_directory.go_on("scope")
    assert found.snapshot is not None
