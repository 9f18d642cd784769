"""A job whose alerts are tried again at once, and their receiver."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.flow.alerts.receiving import Inbox
from wizard.flow.alerts import alerts
from wizard.flow.services import Services
from wizard.flow.steps.session import new_draft
from wizard.provisioning.job import Job


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path)


@pytest.fixture
def job(services: Services, monkeypatch: pytest.MonkeyPatch) -> Job:
    monkeypatch.setattr(services.secrets, "store", services.secrets.keep_for_session)
    monkeypatch.setattr(alerts, "_TRIES_AFTER_SECONDS", (0.0, 0.0))
    return services.jobs.save(replace(new_draft(), name="Staff")).job
