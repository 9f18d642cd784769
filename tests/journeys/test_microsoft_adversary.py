"""A person and a network that mean ill: no rights, refusals in the midst, nothing answers, double clicks, odd answers."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.entra_process import PRINCIPAL, EntraHandle
from tests.journeys.test_microsoft_service import (  # noqa: F401 - fixtures among them
    cycle,
    entra,
    review_and_carry_out,
    service,
    set_up,
    started,
    state,
)
from tests.journeys.window import Journey
from tests.sandbox_process import stop
from tests.ui.conftest import app  # noqa: F401 - fixture
from wizard.graph.clouds import PROVISIONING_PERMISSIONS
from wizard.http.client import Answer, Call, JsonClient
from wizard.ui.pages.microsoft.sheets import FirstMappingSheet, LimitSheet, RestartSheet
from wizard.ui.pages.microsoft.watch import ServicePage
from wizard.ui.tasks import Slot

pytestmark = pytest.mark.slow
JOB = f"/servicePrincipals/{PRINCIPAL}/synchronization/jobs"


def running(service: Journey, entra: EntraHandle) -> ServicePage:  # noqa: F811
    """Monitor after one cycle."""
    set_up(service)
    monitor = started(service)
    cycle(entra)
    assert state(service, monitor) == "entra-some-failed"
    service.until(lambda: monitor.log.model.total > 0, "the log", 60)
    return monitor


@contextmanager
def answering(monkeypatch: pytest.MonkeyPatch, part: str, change: Any) -> Iterator[None]:
    """Change the answers to calls whose path contains `part`."""
    send = JsonClient.send

    async def changed(client: JsonClient, call: Call) -> Answer:
        answer = await send(client, call)
        return change(answer) if part in call.path else answer

    with monkeypatch.context() as patch:
        patch.setattr(JsonClient, "send", changed)
        yield


def test_without_any_right_nothing_is_claimed_and_nothing_can_be_pressed(
    service: Journey, entra: EntraHandle,  # noqa: F811
) -> None:  # fmt: skip
    monitor = running(service, entra)
    entra.set(granted=["User.Read.All", "Application.Read.All"], expireTokens=1)
    assert state(service, monitor) == "entra-state-hidden"
    assert monitor.missing.isVisible()
    assert not any(button.isEnabled() for button in (monitor.one_button, monitor.pause, monitor.restart))
    assert monitor.log.model.total > 0, "the stored log is still shown"
    assert not monitor.card.remedy.isVisible()


def test_a_refusal_in_the_midst_is_named_and_the_page_works_on(
    service: Journey, entra: EntraHandle,  # noqa: F811
) -> None:  # fmt: skip
    monitor = running(service, entra)
    entra.set(fail={"POST /servicePrincipals/{id}/synchronization/jobs/{id}/pause": [403]})
    service.press("pauseService")
    service.until(monitor.requests.trouble.isVisible, "the refusal", 60)
    assert monitor.pause.isEnabled()
    assert state(service, monitor) == "entra-some-failed"
    assert monitor.requests.trouble.isVisible(), "reading the state does not hide what a person must know"
    service.press("pauseService")
    service.until(
        lambda: monitor._status is not None and monitor._status.status.code == "entra-paused", "the pause", 60
    )


def test_while_nothing_answers_the_kept_log_is_shown_and_the_page_recovers(
    service: Journey, entra: EntraHandle, monkeypatch: pytest.MonkeyPatch,  # noqa: F811
) -> None:  # fmt: skip
    monitor = running(service, entra)
    total = monitor.log.model.total
    service.press("step.plan")
    stop(entra.identity_center.process)
    service.press("step.monitor")
    service.until(lambda: service.at("monitor"), "Monitor")
    service.until(lambda: "state" in monitor._messages, "why the state is not known", 60)
    service.until(lambda: monitor.log.model.total == total, "the kept log", 60)
    monitor.log.search.setText("zzzz-nobody")
    service.until(lambda: monitor.log.model.is_known and monitor.log.model.total == 0, "no match", 60)
    monitor.log.search.setText("")
    service.until(lambda: monitor.log.model.total == total, "all of them", 60)
    for press in ("pauseService", "provisionOne"):
        service.press(press)
        service.until(lambda: service.tasks.is_idle, "the failure", 120)
        assert monitor.requests.trouble.isVisible() or "state" in monitor._messages
    assert monitor._timer.isActive(), "it is tried again"


def test_double_clicks_send_one_request(service: Journey, entra: EntraHandle) -> None:  # noqa: F811
    monitor = running(service, entra)
    entra.reset_counters()
    for _ in range(2):
        monitor.pause.click()
    service.until(lambda: service.tasks.is_idle, "the pause", 60)
    assert state(service, monitor) == "entra-paused"
    assert not monitor.requests.trouble.isVisible()
    monitor.shell.confirm = lambda *_args, **_more: True  # type: ignore[method-assign]
    for _ in range(2):
        monitor.pause.click()
    service.until(lambda: service.tasks.is_idle, "the start", 60)
    asked = entra.requests()["asked"]
    sent = {name.rpartition("/")[2]: count for name, count in asked.items() if name.endswith(("/pause", "/start"))}
    assert sent == {"pause": 1, "start": 1}


def test_cancel_changes_nothing_anywhere(service: Journey, entra: EntraHandle) -> None:  # noqa: F811
    monitor = running(service, entra)
    entra.reset_counters()
    monitor.ask_restart = lambda _paused: None
    monitor.ask_limit = lambda _limit: None
    monitor.shell.ask_text = lambda *_args: ""  # type: ignore[method-assign]
    before = service.session.draft
    for name in ("restartService", "changeLimit"):
        service.press(name)
    service.press("replaceToken")
    monitor.token.panel.field.setText("half a token")
    service.press("closeToken")
    assert not monitor.token.panel.field.text()
    assert monitor.card.isVisible()
    service.press("provisionOne")
    service.until(lambda: monitor.one.picker.count > 0, "the people", 60)
    service.press("previewOne")
    service.press("closeOne")
    service.press("step.plan")
    service.press("step.monitor")
    service.until(lambda: service.tasks.is_idle, "the reading", 60)
    service.press("provisionOne")
    service.until(lambda: monitor.one.picker.count > 0, "the people", 60)
    assert monitor.one.look.isEnabled()
    assert not monitor.one.look.is_busy
    assert service.session.draft == before
    assert not any(
        name.startswith(("POST", "PUT", "PATCH", "DELETE")) and "/jobs/" in name and not name.endswith("$batch")
        for name in entra.requests()["asked"]
    )


def test_another_limit_is_shown_first_and_written_by_the_setup(
    service: Journey, entra: EntraHandle,  # noqa: F811
) -> None:  # fmt: skip
    monitor = running(service, entra)
    monitor.ask_limit = lambda limit: limit + 70
    service.press("changeLimit")
    service.until(lambda: service.session.found.setup is not None, "the review", 60)
    review = service.session.found.setup
    assert review is not None
    assert [change.key for change in review.plan.changes] == ["settings.threshold"]
    before = sum(count for name, count in entra.requests()["asked"].items() if name.startswith("PUT"))
    review_and_carry_out(service)
    after = sum(count for name, count in entra.requests()["asked"].items() if name.startswith("PUT"))
    assert after == before + 1
    service.go_on("monitor")
    assert service.session.draft.policy.threshold_count == 75


def test_the_first_mapping_is_restored_from_the_review(service: Journey, entra: EntraHandle) -> None:  # noqa: F811
    running(service, entra)
    service.session.found.setup = None
    service.page.context.navigator.go_to_preview()
    service.page.shell.show_step()
    service.until(lambda: service.session.found.setup is not None, "the review", 60)
    page: Any = service.page
    assert page.first.isVisible()
    asked: list[Any] = []
    page.ask_first_mapping = lambda rows: bool(asked.append(rows))
    service.press("restoreFirstMapping")
    assert asked
    page.ask_first_mapping = lambda rows: True
    service.press("restoreFirstMapping")
    service.until(lambda: not service.tasks.is_running(Slot.SERVICE_CHANGE), "the mapping", 60)
    service.until(lambda: service.session.found.setup is not None, "the review", 60)
    assert not page.first.isVisible()
    assert page.edits.isVisible(), "the job's rows differ now, and a person decides"


@pytest.mark.parametrize("unknown", ["state", "log", "counts"])
def test_values_that_microsoft_does_not_document_break_nothing(
    service: Journey, entra: EntraHandle, monkeypatch: pytest.MonkeyPatch, unknown: str,  # noqa: F811
) -> None:  # fmt: skip
    monitor = running(service, entra)

    def job(answer: Answer) -> Answer:
        for row in answer.body.get("value", ()) if isinstance(answer.body, dict) else ():
            if not isinstance(row, dict) or "status" not in row:
                continue
            if unknown == "state":
                row["schedule"]["state"] = "Sleeping"
                row["status"]["code"] = "unknownFutureValue"
                row["status"]["lastExecution"] = {
                    "state": "unknownFutureValue",
                    "timeBegan": "soon",
                    "error": None,
                }
                row["status"]["quarantine"] = {"reason": "unknownFutureValue", "nextAttempt": "later"}
            if unknown == "counts":
                progress = {"completedUnits": 2**62, "totalUnits": 2**60, "units": "moons"}
                row["status"] |= {"progress": [progress, None], "steadyStateFirstAchievedTime": None}
        return answer

    def entries(answer: Answer) -> Answer:
        for number, row in enumerate(answer.body.get("value", ())):
            row |= {"provisioningAction": "unknownFutureValue", "provisioningSteps": None, "id": f"odd-{number}"}
            row |= {"provisioningStatusInfo": {"status": "unknownFutureValue", "errorInformation": None}}
            row |= {"modifiedProperties": [None], "cycleId": None, "durationInMilliseconds": True}
            row["sourceIdentity"] = {"identityType": "unknownFutureValue"}
        return answer

    total = monitor.log.model.total
    part, change = ("/auditLogs/provisioning", entries) if unknown == "log" else ("/synchronization/jobs", job)
    with answering(monkeypatch, part, change):
        code = state(service, monitor)
        service.until(lambda: service.tasks.is_idle, "the log", 60)
    service.window.grab()
    if unknown == "log":
        service.until(lambda: monitor.log.model.total > total, "the odd entries", 60)
        for at in range(3):
            monitor.log.view.selectRow(at)
            service.settle(50)
            assert monitor.log.detail.text()
    elif unknown == "state":
        assert code == "entra-quarantine"
    else:
        assert code == "entra-first-cycle"
        assert monitor.card.bar.value() <= monitor.card.bar.maximum()


def test_the_application_or_the_job_is_deleted_under_the_window(
    service: Journey, entra: EntraHandle,  # noqa: F811
) -> None:  # fmt: skip
    monitor = running(service, entra)
    (job,) = entra.ask("GET", JOB)["value"]
    entra.ask("DELETE", f"{JOB}/{job['id']}")
    service.press("pauseService")
    service.until(monitor.requests.trouble.isVisible, "that it is gone", 60)
    assert state(service, monitor) == "entra-not-set-up"
    assert not monitor.restart.isEnabled()
    assert monitor.log.model.total > 0
    entra.set(applications="none")
    monitor._status = None
    monitor.read()
    service.until(lambda: "state" in monitor._messages, "that the application is gone", 60)


def test_two_windows_of_one_job_keep_one_log(service: Journey, entra: EntraHandle) -> None:  # noqa: F811
    from wizard.storage.microsoft.log import MicrosoftLog

    monitor = running(service, entra)
    total = monitor.log.model.total
    cycle(entra)
    with MicrosoftLog.open(service.tasks.services().home, service.session.draft.id):
        state(service, monitor)
        assert not monitor._messages
    assert state(service, monitor)
    service.until(lambda: monitor.log.model.total > total, "the new entries", 60)


def test_no_rows_at_all_and_fifty_thousand(service: Journey, entra: EntraHandle) -> None:  # noqa: F811
    from tests.storage.microsoft.test_log import JOB as ITS_JOB
    from tests.storage.microsoft.test_log import NOW, entry
    from wizard.storage.microsoft.log import MicrosoftLog

    service.until(lambda: service.tasks.is_idle, "the state", 60)
    monitor = service.page
    assert isinstance(monitor, ServicePage)
    assert monitor.log.model.total == 0
    home = service.tasks.services().home
    with MicrosoftLog.open(home, service.session.draft.id) as log:
        gap = log.gaps(ITS_JOB)[0]
        for first in range(0, 50_000, 5_000):
            page = [
                entry(
                    number, number / 10, f"cycle {number // 2_000}", "failure" if number % 50 == 0 else "success"
                )
                for number in range(first, first + 5_000)
            ]
            _, gap = log.add(ITS_JOB, gap, page, NOW, ended=False)
    monitor._show_kept()
    service.until(lambda: monitor.log.model.total == 50_000, "the entries", 60)
    assert len(monitor.card.chart.bars.runs) == 14
    monitor.log.search.setText("person 49999")
    service.until(lambda: monitor.log.model.total == 1, "the one that is sought", 60)
    monitor.log.search.setText("")
    service.until(lambda: monitor.log.model.total == 50_000, "all of them", 60)
    monitor.card.chart.bars.setFocus()
    QTest.keyClick(monitor.card.chart.bars, Qt.Key.Key_Home)
    service.until(lambda: monitor.log.model.total == 2_000, "the entries of the oldest cycle", 60)
    assert monitor.log.run_id is not None


def test_the_sheets_say_what_they_do_and_cancel_by_escape(service: Journey) -> None:  # noqa: F811
    from wizard.flow.microsoft.models import ChangedRow

    service.until(lambda: service.tasks.is_idle, "the state", 60)
    restart = RestartSheet(service.window, paused=True)
    assert restart.parts == frozenset()
    restart.how._buttons["full"].click()
    assert restart.parts == {"full"}
    restart.how._buttons["some"].click()
    for box in restart.boxes.values():
        box.setChecked(False)
    assert not restart.verb.isEnabled(), "a restart of nothing is none"
    restart.boxes["watermark"].setChecked(True)
    assert restart.parts == {"watermark"}
    limit = LimitSheet(service.window, 5)
    assert not limit.verb.isEnabled()
    limit.number.setValue(6)
    assert limit.verb.isEnabled()
    first = FirstMappingSheet(service.window, (ChangedRow("users.title", "title", "city", ""),))
    for sheet in (restart, limit, first):
        sheet.open()
        QTest.keyClick(sheet, Qt.Key.Key_Escape)
        assert sheet.result() == 0
        sheet.deleteLater()


def test_rights_are_enough_again(service: Journey, entra: EntraHandle) -> None:  # noqa: F811
    monitor = running(service, entra)
    rights = [each for each in PROVISIONING_PERMISSIONS if not each.startswith(("ProvisioningLog", "AuditLog"))]
    entra.set(granted=rights, expireTokens=1)
    state(service, monitor)
    service.until(lambda: "log" in monitor._messages, "the missing right", 60)
    shown = monitor._messages["log"]
    state(service, monitor)
    service.until(lambda: service.tasks.is_idle, "the log", 60)
    assert monitor._messages["log"] is shown, "it is not announced again"
    entra.set(granted=[*PROVISIONING_PERMISSIONS], expireTokens=1)
    state(service, monitor)
    service.until(lambda: "log" not in monitor._messages, "the log", 60)
