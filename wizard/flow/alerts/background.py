"""The program in the background: the state of all jobs, alerts that are due, a pause of all alerts, start at sign-in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from anyio import to_thread

from wizard.flow.alerts.alerts import paused_until, send_due_of_all
from wizard.flow.runs.states import all_health
from wizard.flow.services import Services
from wizard.messages.translation import _, ngettext
from wizard.storage.autostart import Autostart
from wizard.storage.health.alert_settings import AlertSettings

PAUSE = timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class JobLine:
    """One job as the menu shows it."""

    name: str
    state: str
    tone: Literal["info", "ok", "warn", "bad"]


@dataclass(frozen=True, slots=True)
class Overview:
    """All jobs."""

    jobs: tuple[JobLine, ...]
    """Those that need a person first."""
    paused_until: str
    """ISO time, UTC; "" = alerts are not paused."""

    @property
    def tone(self) -> Literal["ok", "warn", "bad"]:
        """The most urgent state."""
        tones = {job.tone for job in self.jobs}
        return "bad" if "bad" in tones else "warn" if "warn" in tones else "ok"

    @property
    def sentence(self) -> str:
        """All jobs in one sentence."""
        urgent = sum(job.tone in ("warn", "bad") for job in self.jobs)
        if not self.jobs:
            return _("No jobs yet")
        if not urgent:
            return ngettext("{n:,} job, no problems", "{n:,} jobs, no problems", len(self.jobs)).format(
                n=len(self.jobs)
            )
        return ngettext("{n:,} job needs attention", "{n:,} jobs need attention", urgent).format(n=urgent)


async def look(services: Services) -> Overview:
    """Return the state of all jobs, and send the alerts that are due: also where the system starts no watcher."""
    now = datetime.now(UTC)
    found = await all_health(services, now)
    await send_due_of_all(services, [each.job for each in found if each.job is not None])
    lines = [JobLine(each.name, each.health.first.title, each.health.first.tone) for each in found]
    return Overview(_urgent_first(lines), await paused_until(services))


def _urgent_first(lines: Sequence[JobLine]) -> tuple[JobLine, ...]:
    return tuple(sorted(lines, key=lambda line: ("bad", "warn", "info", "ok").index(line.tone)))


async def pause_alerts(services: Services, on: bool) -> str:
    """Pause all alerts for `PAUSE`, or end the pause: what happened meanwhile is sent then. Raises WizardError."""
    until = (datetime.now(UTC) + PAUSE).isoformat(timespec="seconds") if on else ""
    await to_thread.run_sync(AlertSettings(services.home).pause_until, until)
    return until


async def starts_at_sign_in(services: Services) -> bool:
    """Return whether the program starts in the background when the person signs in."""
    return await to_thread.run_sync(lambda: Autostart(services.home).is_on)


async def forget_start(services: Services) -> None:
    """No longer start the program with this HOME when the person signs in; raises WizardError."""
    await to_thread.run_sync(Autostart(services.home).remove)


async def start_at_sign_in(services: Services, on: bool) -> None:
    """Start the program in the background at each sign-in, or no longer; raises WizardError."""
    await to_thread.run_sync(Autostart(services.home).set, on)
