"""A schedule as window and commands show it: its interval and its problems."""

from dataclasses import dataclass
from pathlib import Path

from wizard.errors import Message
from wizard.messages.translation import _, ngettext, npgettext, pgettext
from wizard.storage.schedules.installer import NoScheduler as NoScheduler
from wizard.storage.schedules.scheduler import INTERVALS as INTERVALS
from wizard.storage.schedules.scheduler import InstalledSchedule, Obstacle, ScheduleFile
from wizard.storage.schedules.scheduler import SystemSetup as SystemSetup
from wizard.storage.schedules.scheduler import TokenPlace as TokenPlace

USUAL = 40
"""Minutes; as often as Entra's own provisioning."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A schedule before it is installed: exactly what would be done."""

    token_places: tuple[TokenPlace, ...]
    files: tuple[ScheduleFile, ...]
    commands: tuple[str, ...]
    """As they are typed into a shell; they follow the files."""
    watcher: tuple[ScheduleFile, ...]
    """Files of the watcher, which checks every schedule of this HOME; () = there will be none."""
    obstacle: Obstacle | None
    """Why it cannot be installed yet; None = it can."""
    notes: tuple[Message, ...]
    """What to know: when it starts, what stops it."""


@dataclass(frozen=True, slots=True)
class Installed:
    """An installed schedule, and where its job is now."""

    schedule: InstalledSchedule
    job_file: Path | None
    """None = there is no such job any more."""


def every(minutes: int, within: bool = False) -> str:
    """ "Every 40 minutes", "Every hour", "Every 2 hours", "Every day". `within`: for use within a sentence."""
    hours, rest = divmod(minutes, 60)
    if rest:
        return _every_minutes(minutes, within)
    if hours == 24:
        return pgettext("within a sentence", "every day") if within else _("Every day")
    if within:
        return npgettext("within a sentence", "every hour", "every {n} hours", hours).format(n=hours)
    return ngettext("Every hour", "Every {n} hours", hours).format(n=hours)


def _every_minutes(minutes: int, within: bool) -> str:
    if within:
        return npgettext("within a sentence", "every {n} minute", "every {n} minutes", minutes).format(n=minutes)
    return ngettext("Every {n} minute", "Every {n} minutes", minutes).format(n=minutes)


def problems(schedule: InstalledSchedule, job_file: Path | None) -> tuple[Message, ...]:
    """Return the problems of an installed schedule, the worst first; `job_file` is where the job is now, if anywhere."""
    if schedule.job_is_gone:
        return (Message("schedule-job-gone", path=str(schedule.job_file)),)
    found = []
    if schedule.accepts:
        found.append(Message("schedule-accepts"))
    if not schedule.is_active:
        found.append(Message("schedule-not-active"))
    if schedule.minutes == 0:
        found.append(Message("schedule-edited"))
    elif job_file is not None and schedule.job_file != job_file:
        found.append(Message("schedule-starts-another-file", path=str(schedule.job_file), job_path=str(job_file)))
    if schedule.last_code:
        found.append(Message("scheduled-run-ended", exit_code=schedule.last_code))
    return tuple(found)
