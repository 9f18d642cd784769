"""A job that Microsoft's service provisions: reviewed, set up, started, watched, and its quarantines put right."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QCheckBox

from tests.contract import contract
from tests.entra_process import PRINCIPAL, EntraHandle, running_entra
from tests.journeys.window import Journey
from tests.microsoft_job import microsoft_job, microsoft_services
from tests.ui.conftest import app  # noqa: F401 - fixture
from wizard.graph.clouds import PROVISIONING_PERMISSIONS
from wizard.storage.jobs import JobStore
from wizard.storage.paths import Home
from wizard.ui.controller import Controller
from wizard.ui.pages.microsoft.review import SetupReviewPage
from wizard.ui.pages.microsoft.setup import SetupRunPage
from wizard.ui.pages.microsoft.watch import ServicePage

pytestmark = pytest.mark.slow


@pytest.fixture
def entra() -> Iterator[EntraHandle]:
    """A tenant; every call that was made to it is judged, unless a test ended it."""
    with running_entra("--provisioning", "cycle=0") as made:
        made.set(granted=[*PROVISIONING_PERMISSIONS], record=True)
        yield made
        if made.identity_center.process.poll() is None:
            assert contract().judge(made.traffic()) > 0


@pytest.fixture
def service(app: QApplication, tmp_path: Path, entra: EntraHandle) -> Iterator[Journey]:  # noqa: F811
    """The window at Monitor of a saved job that Microsoft's service is to provision."""
    home = Home.open({"IDENTITY_CENTER_WIZARD_HOME": str(tmp_path / "home")})
    saved = JobStore(home).save(replace(microsoft_job(entra), engine="entra"))
    services = microsoft_services(home, entra)
    talk = Controller(lambda: services)
    walker = Journey(talk, saved.path)
    talk.begin()
    talk.window.show()
    walker.open_job()
    yield walker
    talk.session.running = False
    talk.close()
    talk.window.close()
    talk.window.deleteLater()


def set_up(service: Journey) -> None:
    """From Monitor of a job that was never set up to one that is, and not started."""
    service.until(lambda: isinstance(service.page, ServicePage) and service.page._status is not None, "the state")
    service.press("remedy")
    review_and_carry_out(service)


def review_and_carry_out(service: Journey) -> None:
    """Accept everything that must be accepted, and press the primary button."""
    service.until(lambda: service.session.found.setup is not None, "the review", 60)
    assert isinstance(service.page, SetupReviewPage)
    for box in service.page.findChildren(QCheckBox, "acceptSetup"):
        box.setChecked(True)
    service.go_on("run")
    assert isinstance(service.page, SetupRunPage)
    service.until(lambda: service.session.found.setup_result is not None, "the setup", 120)
    assert all(service.controller.navigator.is_done(step) for step in ("aws", "directory", "scope")), (
        "what was opened holds"
    )


def started(service: Journey) -> ServicePage:
    """Start the service, and go on to Monitor."""
    page = service.page
    assert isinstance(page, SetupRunPage)
    page.shell.confirm = lambda *_args, **_more: True  # type: ignore[method-assign]
    service.press("startService")
    result = service.session.found
    service.until(lambda: bool(result.setup_result and result.setup_result.started), "the start", 60)
    service.go_on("monitor")
    monitor = service.page
    assert isinstance(monitor, ServicePage)
    state(service, monitor)
    return monitor


def state(service: Journey, monitor: ServicePage) -> str:
    """Read the state again, and return its code."""
    monitor._status = None
    monitor.read()
    service.until(lambda: monitor._status is not None, "the state", 60)
    assert monitor._status is not None
    service.until(lambda: service.tasks.is_idle, "the log", 60)
    return monitor._status.status.code


def cycle(entra: EntraHandle) -> None:
    entra.look("POST", "cycle", {})


def test_it_is_reviewed_set_up_and_started_by_hand(service: Journey, entra: EntraHandle) -> None:
    jobs = f"/servicePrincipals/{PRINCIPAL}/synchronization/jobs"
    set_up(service)
    (made,) = entra.ask("GET", jobs)["value"]
    assert made["schedule"]["state"] == "Disabled", "nothing runs before a person says so"
    assert service.session.found.setup_result is not None
    assert not service.session.found.setup_result.failed
    monitor = started(service)
    assert monitor._status is not None
    assert monitor._status.status.code == "entra-first-cycle"
    assert monitor.card.bar.isVisible()
    cycle(entra)
    assert state(service, monitor) in ("entra-running", "entra-some-failed")
    with entra.identity_center.client() as client:
        assert client.get("/Users?count=100").json()["Resources"]
    service.until(lambda: monitor.log.model.total > 0, "the log", 60)
    service.press("pauseService")
    service.until(
        lambda: monitor._status is not None and monitor._status.status.code == "entra-paused", "the pause", 60
    )
    monitor.shell.confirm = lambda *_args, **_more: True  # type: ignore[method-assign]
    service.press("pauseService")
    service.until(
        lambda: monitor._status is not None and monitor._status.status.code != "entra-paused", "the start", 60
    )


def test_one_person_is_shown_before_and_provisioned_then(service: Journey, entra: EntraHandle) -> None:
    set_up(service)
    monitor = started(service)
    cycle(entra)
    state(service, monitor)
    monitor._show_status(monitor._status)  # type: ignore[arg-type]
    service.press("provisionOne")
    service.until(lambda: monitor.one.picker.count > 0, "the people", 60)
    service.press("previewOne")
    service.until(lambda: monitor.one.effect.isVisible(), "the effect", 60)
    before = on_demand(entra)
    assert before == _pilots(service)
    if monitor.one.go.isVisible():
        service.press("provisionNow")
        service.until(lambda: on_demand(entra) > before, "the call")
        service.until(lambda: service.tasks.is_idle, "the answer", 60)


def on_demand(entra: EntraHandle) -> int:
    """Return the number of provision-on-demand requests to Microsoft."""
    asked = entra.requests()["asked"]
    return sum(count for call, count in asked.items() if call.endswith("/provisionOnDemand"))


def _pilots(service: Journey) -> int:
    result = service.session.found.setup_result
    return len(result.pilot) if result is not None else 0


def test_held_deletions_are_named_and_allowed_only_by_their_number(service: Journey, entra: EntraHandle) -> None:
    draft = service.session.draft
    service.session.answer(replace(draft, policy=replace(draft.policy, threshold_count=1, threshold_percent=0)))
    set_up(service)
    monitor = started(service)
    cycle(entra)
    for assignment in entra.ask("GET", f"/servicePrincipals/{PRINCIPAL}/appRoleAssignedTo?$top=999")["value"]:
        entra.ask("DELETE", f"/servicePrincipals/{PRINCIPAL}/appRoleAssignedTo/{assignment['id']}")
    cycle(entra)
    assert state(service, monitor) == "entra-deletions-held"
    assert monitor._status is not None
    held = len(monitor._status.held)
    assert held > 1
    service.until(lambda: service.tasks.is_idle, "the log", 60)
    service.press("remedy")
    service.until(lambda: monitor.log.model.total == held, "those who are held", 60)
    assert monitor.log.switch.choice == "held"
    monitor.shell.ask_text = lambda *_args: "1"  # type: ignore[method-assign]
    service.press("allowDeletes")
    service.until(lambda: service.tasks.is_idle, "nothing")
    assert state(service, monitor) == "entra-deletions-held", "another number allows nothing"
    monitor.shell.ask_text = lambda *_args: str(held)  # type: ignore[method-assign]
    service.press("allowDeletes")
    service.until(lambda: service.tasks.is_idle, "the restart", 60)
    cycle(entra)
    assert state(service, monitor) != "entra-deletions-held"


def test_this_computer_takes_over_only_after_the_service_was_paused(service: Journey, entra: EntraHandle) -> None:
    set_up(service)
    started(service)
    cycle(entra)
    service.press("step.plan")
    service.press("engine.own")
    service.until(lambda: service.tasks.is_idle, "the refusal", 60)
    assert service.session.draft.engine == "entra"
    service.press("pauseAndSwitch")
    service.until(lambda: service.session.draft.engine == "own", "the switch", 120)
    (made,) = entra.ask("GET", f"/servicePrincipals/{PRINCIPAL}/synchronization/jobs")["value"]
    assert made["schedule"]["state"] != "Active"


def test_what_exists_at_microsoft_is_found_watched_or_taken_over(service: Journey, entra: EntraHandle) -> None:
    set_up(service)
    monitor = started(service)
    assert monitor.card.isVisible()
    service.press("step.aws")
    service.until(lambda: service.tasks.is_idle, "the test", 60)
    service.press("testFromMicrosoft")
    card = service.page.microsoft.result  # type: ignore[attr-defined]
    service.until(card.isVisible, "the answer", 60)
    assert card.code == "reached-from-both"
    draft = service.session.draft
    users = tuple(row for row in draft.mappings.users if row.target != "title")
    service.session.answer(replace(draft, mappings=replace(draft.mappings, users=users)))
    service.press("step.directory")
    service.until(lambda: service.page.entra.existing.card.isVisible(), "the card", 60)  # type: ignore[attr-defined]
    service.press("takeOverService")
    service.until(
        lambda: any(row.target == "title" for row in service.session.draft.mappings.users),
        "Microsoft's mapping",
        60,
    )
    service.until(lambda: service.tasks.is_idle, "the reading", 60)
    service.press("step.settings")
    service.type_in("notificationEmail", "cloud-team@tidewater.example")
    service.page._notifications.mail.editingFinished.emit()  # type: ignore[attr-defined]
    assert service.session.draft.policy.notification_address == "cloud-team@tidewater.example"
