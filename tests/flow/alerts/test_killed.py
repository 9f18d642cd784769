"""Processes that are killed while they send: an alert is repeated at most once, with its id, and never lost."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.flow.alerts.receiving import Inbox, fail
from wizard.flow.alerts import alerts
from wizard.flow.services import Services
from wizard.provisioning.job import Job
from wizard.storage.health.alert_settings import AlertStateStore

pytestmark = [pytest.mark.anyio, pytest.mark.skipif(os.name != "posix", reason="SIGKILL")]
ROOT = Path(__file__).resolve().parents[3]
KILLED = """
import os, signal, sys
from wizard.flow.alerts import alerts

def kill(*_args, **_kept):
    os.kill(os.getpid(), signal.SIGKILL)

sent, send_due = alerts._sent, alerts.send_due

def kill_after(*args):
    sent(*args)
    kill()

async def kill_at_the_end(*args):
    await send_due(*args)
    kill()

match sys.argv[1]:
    case "claimed":
        alerts._sent = kill
    case "sent":
        alerts._sent = kill_after
    case "marked":
        alerts.send_due = kill_at_the_end
from wizard.app import main
main(["health", "--alert", "--home", sys.argv[2]])
"""


def look(services: Services, killed: str = "") -> int:
    """Run `health --alert` in a process of its own, killed at a moment."""
    home = str(services.home.root)
    command = ["-c", KILLED, killed, home] if killed else ["-m", "wizard", "health", "--alert", "--home", home]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, *command], env=env, capture_output=True, check=False).returncode


def later(services: Services, job: Job) -> None:
    """Let the time pass after which a process that sends is taken for killed."""
    AlertStateStore(services.home, job.id).change(
        lambda before: replace(
            before, letters=tuple(replace(one, claimed="2026-01-01T00:00:00+00:00") for one in before.letters)
        )
    )


@pytest.mark.parametrize(("moment", "times"), [("claimed", 1), ("sent", 2), ("marked", 1)])
async def test_a_killed_process_repeats_an_alert_at_most_once_with_its_id(
    services: Services, job: Job, inbox: Inbox, moment: str, times: int
) -> None:
    await fail(services, job)
    await alerts.add_channel(services, job, inbox.channel)
    assert look(services, moment) == -9
    assert len(inbox.seen()) == times - (moment != "marked")
    look(services)
    assert len(inbox.seen()) == times - (moment != "marked"), "another process may still be sending it"
    for _time in range(3):
        later(services, job)
        look(services)
    ids = [one["ICW_ALERT_ID"] for one in inbox.seen()]
    assert len(ids) == times
    assert len(set(ids)) == 1
    assert inbox.events() == ["failed"] * times
