"""A schedule as screen and verbs see it, and in words: how often, how its last run ended, what is wrong with it."""

from dataclasses import dataclass
from pathlib import Path

from wizard.flow.support.exit_codes import MEANINGS
from wizard.storage.schedules.installer import NoScheduler as NoScheduler
from wizard.storage.schedules.scheduler import INTERVALS as INTERVALS
from wizard.storage.schedules.scheduler import InstalledSchedule, Obstacle, ScheduleFile
from wizard.storage.schedules.scheduler import TokenPlace as TokenPlace

_SYSTEMD_CODES = {203: "the program was not found", 243: "the credential could not be opened"}
"""Exit codes of systemd itself: see systemd.exec(5)."""

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
    """What is missing before it can be installed; None = nothing."""
    notes: tuple[str, ...]
    """What to know: when it starts, what stops it."""


@dataclass(frozen=True, slots=True)
class Installed:
    """A schedule that stands, and where its job is now."""

    schedule: InstalledSchedule
    job_file: Path | None
    """None = there is no such job any more."""


def every(minutes: int) -> str:
    """ "Every 40 minutes", "Every hour", "Every 2 hours", "Every day"."""
    if minutes % 60:
        return f"Every {minutes} minutes"
    hours = minutes // 60
    return {1: "Every hour", 24: "Every day"}.get(hours, f"Every {hours} hours")


def ending(code: int) -> str:
    """Return how a run ended, as a part of a sentence: "no access token was found (code 5)"."""
    causes: dict[int, str] = {number: meaning.cause for number, meaning in MEANINGS.items()}
    causes |= _SYSTEMD_CODES
    return f"{causes[code]} (code {code})" if causes.get(code) else f"code {code}"


def problems(schedule: InstalledSchedule, job_file: Path | None) -> tuple[str, ...]:
    """What is wrong with an installed schedule, the gravest first; `job_file` is where the job is now, if anywhere."""
    if schedule.job_is_gone:
        return (f"It starts the job file {schedule.job_file}, which is gone: every run fails.",)
    found = []
    if schedule.accepts:
        found.append("Its command accepts warnings without asking anybody (--accept). Install it again.")
    if not schedule.is_active:
        found.append("Its files stand, but the system does not run it. Install it again.")
    if schedule.minutes == 0:
        found.append("Its files were changed by hand. Install it again to have ours.")
    if job_file is not None and schedule.job_file != job_file:
        found.append(f"It starts {schedule.job_file}, and this job is {job_file}. Install it again.")
    if schedule.last_code:
        found.append(f"The last run on schedule: {ending(schedule.last_code)}.")
    return tuple(found)
