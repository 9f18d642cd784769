"""What goes wrong at Microsoft while its service is watched: credentials, failures, rights, licence, the portal."""

import json
from typing import Any

import pytest
from PySide6.QtWidgets import QAbstractButton

from tests.entra_process import PRINCIPAL, EntraHandle
from tests.journeys.test_microsoft_service import (  # noqa: F401 - fixtures among them
    cycle,
    entra,
    service,
    set_up,
    started,
    state,
)
from tests.journeys.window import Journey
from tests.ui.audit import audit
from tests.ui.conftest import app  # noqa: F401 - fixture
from tests.ui.pages.keyrings import MemoryKeyring, in_use
from wizard.graph.clouds import PROVISIONING_PERMISSIONS
from wizard.storage.secret_store import AWS_TOKEN, ENTRA_SECRET
from wizard.ui.pages.microsoft.watch import ServicePage

pytestmark = pytest.mark.slow

SYNC = f"/servicePrincipals/{PRINCIPAL}/synchronization"
START = "POST /servicePrincipals/{id}/synchronization/jobs/{id}/start"


def _steady(service: Journey, entra: EntraHandle) -> ServicePage:  # noqa: F811
    """Monitor after two cycles."""
    set_up(service)
    monitor = started(service)
    cycle(entra)
    cycle(entra)
    assert state(service, monitor) == "entra-some-failed"
    return monitor


def _log(service: Journey, monitor: ServicePage) -> list[Any]:  # noqa: F811
    """Return the entries shown after the next read of the log."""
    state(service, monitor)
    service.until(lambda: service.tasks.is_idle, "the log", 60)
    return [monitor.log.model.row(at).row for at in range(monitor.log.model.total)]


def test_a_token_that_aws_no_longer_takes_is_replaced_in_one_place(
    service: Journey, entra: EntraHandle,  # noqa: F811
) -> None:  # fmt: skip
    monitor = _steady(service, entra)
    target = entra.identity_center
    wrong = {"BaseAddress": target.tenant_url, "SecretToken": "expired", "SyncAll": "false",
             "SyncNotificationSettings": json.dumps({"Enabled": False})}  # fmt: skip
    entra.ask("PUT", f"{SYNC}/secrets", {"value": [{"key": key, "value": text} for key, text in wrong.items()]})
    cycle(entra)
    assert state(service, monitor) == "entra-credentials-refused"
    assert not monitor.one_button.isEnabled()
    service.press("remedy")
    assert monitor.token.panel.isVisible()
    assert not monitor.card.isVisible()
    assert not monitor.restart.isEnabled()
    assert audit(monitor) == []
    with in_use(MemoryKeyring()) as keyring:
        monitor.token.panel.field.setText(target.token)
        monitor.token.panel.replace.click()
        service.until(lambda: service.tasks.is_idle and not monitor.token.is_open, "the new token", 120)
        assert keyring.kept == {}, "this computer had it already"  # type: ignore[attr-defined]
    cycle(entra)
    assert state(service, monitor) == "entra-some-failed"
    (sent,) = [one for one in entra.ask("GET", f"{SYNC}/secrets")["value"] if one["key"] == "SecretToken"]
    assert sent["value"] == "*"


def test_a_second_token_reaches_microsoft_and_the_first_is_to_be_deleted(
    service: Journey, entra: EntraHandle,  # noqa: F811
) -> None:  # fmt: skip
    set_up(service)
    monitor = started(service)
    cycle(entra)
    services, job, target = service.tasks.services(), service.session.draft, entra.identity_center
    services.secrets.keep_for_session(job.id, AWS_TOKEN, target.token, target.tenant_url)
    services.secrets._environ = {ENTRA_SECRET.variable: entra.client_secret}
    second = target.second_token()
    monitor.token.line.change.click()
    monitor.token.panel.field.setText(second)
    monitor.token.panel.replace.click()
    service.until(lambda: service.tasks.is_idle and not monitor.token.is_open, "the new token", 120)
    service.until(lambda: "health" in monitor._messages, "the reminder", 60)
    assert services.secrets.find(job.id, AWS_TOKEN, target.tenant_url) == second
    assert service.session.draft.target.token_made_on
    target.delete_first_token()
    monitor.findChild(QAbstractButton, "healthRemedy").click()
    service.until(lambda: "health" not in monitor._messages, "the end of the reminder", 60)
    cycle(entra)
    assert state(service, monitor) in ("entra-some-failed", "entra-running", "entra-first-cycle")
    restarts = [one for one in entra.traffic() if one["path"].endswith("/restart")]
    assert restarts == [], "a service that runs goes on"


def test_too_many_failures_are_restarted_by_the_remedy(service: Journey, entra: EntraHandle) -> None:  # noqa: F811
    monitor = _steady(service, entra)
    entra.set(provisioning={"quarantine": "failures"})
    cycle(entra)
    assert state(service, monitor) == "entra-too-many-failures"
    entra.set(provisioning={"quarantine": "none"})
    monitor.ask_restart = lambda _paused: frozenset({"quarantine", "watermark"})
    service.press("remedy")
    service.until(lambda: service.tasks.is_idle, "the restart", 60)
    cycle(entra)
    assert state(service, monitor) == "entra-some-failed"


def test_the_log_comes_late_and_needs_a_licence_and_the_state_does_not(
    service: Journey, entra: EntraHandle,  # noqa: F811
) -> None:  # fmt: skip
    entra.set(provisioning={"log_delay": 600})
    monitor = _steady(service, entra)
    assert _log(service, monitor) == []
    entra.look("POST", "advance", {"seconds": 601})
    rows = _log(service, monitor)
    assert {"success", "failure"} <= {row.status for row in rows}
    entra.set(provisioning={"licence": False})
    assert state(service, monitor) == "entra-some-failed"
    assert _log(service, monitor) == rows, "what was read stays"


def test_rights_that_are_missing_are_named_and_nothing_is_guessed(
    service: Journey, entra: EntraHandle,  # noqa: F811
) -> None:  # fmt: skip
    monitor = _steady(service, entra)
    rights = [one for one in PROVISIONING_PERMISSIONS if not one.startswith("Synchronization.")]
    entra.set(granted=rights, expireTokens=1)
    monitor._status = None
    monitor.read()
    service.until(lambda: monitor._status is not None, "the state", 60)
    assert monitor._status is not None
    assert "Synchronization.Read.All" in {one.permission for one in monitor._status.missing}
    assert monitor.missing.isVisible()


def test_changes_in_the_portal_are_shown(service: Journey, entra: EntraHandle) -> None:  # noqa: F811
    monitor = _steady(service, entra)
    (job,) = entra.ask("GET", f"{SYNC}/jobs")["value"]
    entra.ask("POST", f"{SYNC}/jobs/{job['id']}/pause")
    assert state(service, monitor) == "entra-paused"
    entra.ask("POST", f"{SYNC}/jobs/{job['id']}/start")
    assert state(service, monitor) == "entra-some-failed"
    entra.ask("DELETE", f"{SYNC}/jobs/{job['id']}")
    assert state(service, monitor) == "entra-not-set-up"


def test_a_start_whose_answer_is_lost_is_not_sent_again(service: Journey, entra: EntraHandle) -> None:  # noqa: F811
    monitor = _steady(service, entra)
    (job,) = entra.ask("GET", f"{SYNC}/jobs")["value"]
    entra.ask("POST", f"{SYNC}/jobs/{job['id']}/pause")
    assert state(service, monitor) == "entra-paused"
    entra.reset_counters()
    entra.set(lose={START: 1})
    monitor.shell.confirm = lambda *_args, **_more: True  # type: ignore[method-assign]
    service.press("pauseService")
    service.until(lambda: service.tasks.is_idle, "the start", 60)
    assert entra.requests()["asked"][START] == 1
    assert state(service, monitor) == "entra-some-failed"
    cycle(entra)
    assert state(service, monitor) == "entra-some-failed"
