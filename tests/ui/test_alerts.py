"""The dialog Alerts: events and times, and channels added, tested, switched off and removed by keyboard and mouse."""

from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from PySide6.QtCore import Qt, QTime
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QCheckBox, QLabel, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.audit import audit
from wizard.alerts.interface import Channel
from wizard.errors import Message
from wizard.flow.steps.session import new_draft
from wizard.storage.health.alert_settings import MOST_HOURS, MOST_PEOPLE, AlertSettings, AlertStateStore, Result
from wizard.storage.paths import Home
from wizard.ui.alerts import _RANGES, AlertsWindow, TimesCard
from wizard.ui.page import PageContext

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def receiver() -> Iterator[tuple[str, list[bytes]]]:
    """A web server on loopback: its address, and what it got."""
    got: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200 if "missing" not in self.path else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", got
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def window(context: PageContext, qtbot: QtBot) -> Iterator[AlertsWindow]:
    beside = QWidget()
    qtbot.addWidget(beside)
    made = AlertsWindow(context.tasks, beside)
    made.open_for(context.session.draft)
    settle(context, qtbot)
    yield made
    made.close()


def settle(context: PageContext, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: context.tasks.is_idle, timeout=20_000)


def press(window: AlertsWindow, name: str) -> None:
    button = window.findChild(QAbstractButton, name)
    assert button is not None, name
    assert button.isVisible(), name
    assert button.isEnabled(), name
    button.click()


def settings(context: PageContext, tmp_path: Path) -> AlertSettings:
    return AlertSettings(Home.open({"IDENTITY_CENTER_WIZARD_HOME": str(tmp_path / "home")}))


def test_a_webhook_is_added_tested_switched_off_and_removed(
    window: AlertsWindow,
    context: PageContext,
    qtbot: QtBot,
    receiver: tuple[str, list[bytes]],
    tmp_path: Path,
) -> None:
    address, got = receiver
    job_id = context.session.draft.id
    assert not window.test_all.isEnabled()
    assert audit(window) == []
    press(window, "addChannel")
    window.form.kind.setCurrentIndex(window.form.kind.findData("webhook"))
    press(window, "saveChannel")
    assert window.form.isVisible(), "without an address nothing is added"
    window.form.address.setText(f"{address}/s3cr3t")
    assert audit(window) == []
    press(window, "saveChannel")
    settle(context, qtbot)
    assert not window.form.isVisible()
    assert window.form.address.text() == ""
    assert "s3cr3t" not in (tmp_path / "home" / "alerts.json").read_text()
    press(window, "testAllChannels")
    settle(context, qtbot)
    assert len(got) == 1
    box = window.findChild(QCheckBox, "channelOn.webhook")
    assert box is not None
    box.click()
    settle(context, qtbot)
    (channel,) = settings(context, tmp_path).of_job(job_id).channels
    assert not channel.on
    assert not window.test_all.isEnabled()
    press(window, "editChannel.webhook")
    assert audit(window) == []
    press(window, "removeChannel")
    settle(context, qtbot)
    assert settings(context, tmp_path).of_job(job_id).channels == ()


def test_alert_options_are_saved_when_changed(
    window: AlertsWindow, context: PageContext, qtbot: QtBot, tmp_path: Path
) -> None:
    window.events["overdue"].click()
    window.names.click()
    settle(context, qtbot)
    kept = settings(context, tmp_path).of_job(context.session.draft.id)
    assert kept.muted == ("overdue",)
    assert kept.names_people
    window.open_for(context.session.draft)
    settle(context, qtbot)
    assert not window.events["overdue"].isChecked()


def test_a_channel_that_fails_says_so_in_its_row(
    window: AlertsWindow, context: PageContext, qtbot: QtBot, receiver: tuple[str, list[bytes]]
) -> None:
    press(window, "addChannel")
    window.form.kind.setCurrentIndex(window.form.kind.findData("webhook"))
    window.form.address.setText(f"{receiver[0]}/missing")
    press(window, "saveChannel")
    settle(context, qtbot)
    press(window, "testChannel.webhook")
    qtbot.waitUntil(lambda: context.tasks.is_idle, timeout=40_000)
    assert window.notice.text()
    assert audit(window) == []


def test_quiet_hours_and_a_summary_are_kept_as_they_are_changed(
    window: AlertsWindow, context: PageContext, qtbot: QtBot, tmp_path: Path
) -> None:
    times = window.times
    assert not times.begins.isEnabled()
    times.quiet.click()
    times.begins.setTime(QTime(21, 30))
    times.urgent.click()
    times.summary.setCurrentIndex(times.summary.findData("weekly 4"))
    settle(context, qtbot)
    kept = settings(context, tmp_path).of_job(context.session.draft.id)
    assert (kept.quiet_from, kept.quiet_to, kept.urgent_at_once) == ("21:30", "07:00", False)
    assert (kept.summary, kept.summary_day, kept.summary_at) == ("weekly", 4, "08:00")
    window.open_for(context.session.draft)
    settle(context, qtbot)
    assert (times.begins.time(), times.summary.currentData()) == (QTime(21, 30), "weekly 4")
    assert audit(window) == []
    times.quiet.click()
    settle(context, qtbot)
    assert settings(context, tmp_path).of_job(context.session.draft.id).quiet_from == ""


def test_mail_through_microsoft_is_offered_where_the_job_signs_in(
    window: AlertsWindow, context: PageContext, qtbot: QtBot, tmp_path: Path
) -> None:
    assert window.form.kind.findData("microsoft") == -1
    job = context.session.draft
    window.open_for(replace(job, source=replace(job.source, kind="entra")))
    settle(context, qtbot)
    press(window, "addChannel")
    window.form.kind.setCurrentIndex(window.form.kind.findData("microsoft"))
    assert audit(window) == []
    window.form.recipients.setText("ops@example.test, night@example.test")
    press(window, "saveChannel")
    settle(context, qtbot)
    (channel,) = settings(context, tmp_path).of_job(job.id).channels
    assert (channel.kind, channel.recipients) == ("microsoft", ("ops@example.test", "night@example.test"))


def last(window: AlertsWindow, event: str) -> str:
    found = window.findChild(QLabel, f"lastAlert.{event}")
    assert found is not None
    return found.text()


def test_each_event_says_when_its_last_alert_was_sent(
    window: AlertsWindow, context: PageContext, qtbot: QtBot, tmp_path: Path
) -> None:
    home = Home.open({"IDENTITY_CENTER_WIZARD_HOME": str(tmp_path / "home")})
    never, off = last(window, "failed"), last(window, "complete")
    assert never != off
    store = AlertStateStore(home, context.session.draft.id)
    store.change(lambda before: replace(before, sent={"failed": "2026-03-05T06:02:00+00:00"}))
    window.open_for(context.session.draft)
    settle(context, qtbot)
    assert "2026" in last(window, "failed")
    assert (last(window, "approval"), last(window, "complete")) == (never, off)
    window.events["failed"].click()
    settle(context, qtbot)
    assert last(window, "failed") == off
    window.events["complete"].click()
    settle(context, qtbot)
    assert last(window, "complete") == never
    assert settings(context, tmp_path).of_job(context.session.draft.id).is_on("complete")


def test_limits_are_saved_as_they_are_typed_and_follow_the_engine(
    window: AlertsWindow, context: PageContext, qtbot: QtBot, tmp_path: Path
) -> None:
    people, hours = (window.rows[event].number for event in ("attention", "overdue"))
    assert people is not None
    assert hours is not None
    assert (people.value(), hours.value()) == (0, 0)
    words = window.events["overdue"].accessibleName()
    people.setValue(12)
    hours.setValue(26)
    settle(context, qtbot)
    kept = settings(context, tmp_path).of_job(context.session.draft.id)
    assert (kept.attention_over, kept.silent_hours) == (12, 26)
    assert kept.silent_since
    window.events["attention"].click()
    settle(context, qtbot)
    assert not people.isEnabled()
    assert audit(window) == []
    window.open_for(replace(context.session.draft, engine="entra"))
    settle(context, qtbot)
    assert (people.value(), hours.value()) == (12, 26)
    assert window.events["overdue"].accessibleName() != words
    assert not window.events["complete"].isVisible()
    assert window.events["failed"].isVisible()


def test_the_foot_says_which_channel_failed_and_how_many_are_left(
    window: AlertsWindow, context: PageContext, qtbot: QtBot, tmp_path: Path
) -> None:
    home = Home.open({"IDENTITY_CENTER_WIZARD_HOME": str(tmp_path / "home")})
    job_id = context.session.draft.id
    channels = tuple(Channel(kind, kind, f"{kind}.example.test") for kind in ("ping", "webhook"))  # type: ignore[arg-type]
    failed = Result("2026-03-05T06:02:00+00:00", False, Message("alert-refused", status=404).as_json(), True)
    AlertStateStore(home, job_id).change(lambda before: replace(before, results={"ping": failed}))

    def foot(*shown: Channel) -> str:
        settings(context, tmp_path).change(job_id, lambda before: replace(before, channels=shown))
        window.open_for(context.session.draft)
        settle(context, qtbot)
        return window.notice.text()

    sentences = [foot(*channels), foot(*channels, Channel("mail", "mail")), foot(channels[0]), foot(channels[1])]
    assert "2" in sentences[1]
    assert sentences[3] == ""
    assert len(set(sentences)) == 4
    assert foot(replace(channels[0], on=False), channels[1]) == "", "a channel that is off is not missed"


def test_a_channel_is_edited_without_its_secret_being_shown(
    window: AlertsWindow, context: PageContext, qtbot: QtBot, tmp_path: Path
) -> None:
    press(window, "addChannel")
    form = window.form
    form.kind.setCurrentIndex(form.kind.findData("mail"))
    for field, text in (
        (form.server, "smtp.example.test"),
        (form.user, "ops"),
        (form.from_address, "a@example.test"),
    ):
        field.setText(text)
    form.recipients.setText("b@example.test")
    press(window, "saveChannel")
    assert form.isVisible(), "the password is missing"
    form.password.setText("pass-word")
    press(window, "saveChannel")
    settle(context, qtbot)
    press(window, "editChannel.mail")
    assert (form.server.text(), form.recipients.text()) == ("smtp.example.test", "b@example.test")
    assert form.password.text() == ""
    assert audit(window) == []
    form.recipients.setText("c@example.test")
    press(window, "saveChannel")
    settle(context, qtbot)
    (channel,) = settings(context, tmp_path).of_job(context.session.draft.id).channels
    assert (channel.id, channel.recipients) == ("mail", ("c@example.test",))
    press(window, "editChannel.mail")
    form.server.setText("smtp2.example.test")
    press(window, "saveChannel")
    assert form.isVisible(), "a password belongs to one server"
    press(window, "cancelChannel")
    press(window, "addChannel")
    assert form.server.text() == ""


@pytest.mark.parametrize("close", ["alertsDone", "Escape"])
def test_a_number_that_was_typed_is_saved_when_the_window_closes(
    window: AlertsWindow, context: PageContext, qtbot: QtBot, tmp_path: Path, close: str
) -> None:
    people = window.rows["attention"].number
    assert people is not None
    people.setFocus()
    people.selectAll()
    QTest.keyClicks(people, "15")
    if close == "Escape":
        QTest.keyClick(people, Qt.Key.Key_Escape)
    else:
        press(window, close)
    assert not window.isVisible()
    settle(context, qtbot)
    assert settings(context, tmp_path).of_job(context.session.draft.id).attention_over == 15


def test_times_are_read_hours_first_where_layouts_are_mirrored(app: QApplication, qtbot: QtBot) -> None:
    app.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    try:
        times = TimesCard()
        qtbot.addWidget(times)
        assert times.begins.text() == "22:00"
    finally:
        app.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def test_the_window_takes_every_number_that_can_be_stored() -> None:
    """A lower limit here would replace a number set by command as soon as the window is opened."""
    assert _RANGES == {"attention": MOST_PEOPLE, "overdue": MOST_HOURS}


def typed_webhook(window: AlertsWindow, address: str) -> None:
    press(window, "addChannel")
    window.form.kind.setCurrentIndex(window.form.kind.findData("webhook"))
    window.form.address.setText(address)


def test_a_double_click_adds_one_channel(
    window: AlertsWindow, context: PageContext, qtbot: QtBot, tmp_path: Path
) -> None:
    typed_webhook(window, "http://127.0.0.1:9/one")
    window.form.add.click()
    window.form.add.click()
    settle(context, qtbot)
    assert len(settings(context, tmp_path).of_job(context.session.draft.id).channels) == 1
    assert window.form.add.isEnabled()


def test_what_was_typed_of_a_channel_outlives_esc(
    window: AlertsWindow, context: PageContext, qtbot: QtBot
) -> None:
    typed_webhook(window, "http://127.0.0.1:9/one")
    QTest.keyClick(window.form.address, Qt.Key.Key_Escape)
    assert not window.isVisible()
    window.open_for(context.session.draft)
    settle(context, qtbot)
    assert window.form.isVisible()
    assert window.form.address.text().endswith("/one")
    window.open_for(new_draft())
    settle(context, qtbot)
    assert not window.form.isVisible(), "it belongs to the other job"


def test_the_focus_stays_in_its_row_and_tab_goes_from_top_to_bottom(
    window: AlertsWindow, context: PageContext, qtbot: QtBot
) -> None:
    typed_webhook(window, "http://127.0.0.1:9/one")
    press(window, "saveChannel")
    settle(context, qtbot)
    box = window.findChild(QCheckBox, "channelOn.webhook")
    assert box is not None
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Space)
    settle(context, qtbot)
    focused = QApplication.focusWidget()
    assert focused is not None
    assert focused.objectName() == "channelOn.webhook"
    assert focused is not box, "the row was made again"
    window.add.setFocus()
    places = []
    for _stop in range(6):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        at = QApplication.focusWidget()
        assert at is not None
        places.append((at.mapTo(window._scroll.widget(), at.rect().center()).y() // 12, at.objectName()))
    assert places[0][1] == "channelOn.webhook"
    assert [place for place, _name in places] == sorted(place for place, _name in places)


def test_the_dialog_says_whose_alerts_it_shows_and_fits_the_screen(
    window: AlertsWindow, context: PageContext, qtbot: QtBot
) -> None:
    window.open_for(replace(new_draft(), name="Tidewater"))
    settle(context, qtbot)
    assert "Tidewater" in window.windowTitle()
    small = next(screen for screen in QApplication.screens() if screen.name() == "1280x720@150")
    window._fit.open(small)
    assert window.width() <= 853
    assert window.height() <= 480
