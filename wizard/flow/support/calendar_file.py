"""The last day of an access token as a calendar file (RFC 5545), with reminders before it."""

from datetime import UTC, date, datetime
from pathlib import Path

from anyio import to_thread

from wizard import __version__
from wizard.errors import JobFileError, WizardError
from wizard.flow.runs.health import TOKEN_STAGES, token_life
from wizard.messages.translation import _
from wizard.provisioning.job import Job
from wizard.storage.paths import write_private

_OCTETS = 75
"""Longest line without its line break, RFC 5545 3.1."""


def calendar_text(job: Job, now: datetime | None = None) -> str:
    """Return the file's content, with CRLF line ends. Raises WizardError where the day is not known.

    A file of a later token replaces the entry in the calendar: it has the same UID and a higher SEQUENCE.
    """
    life = token_life(job)
    if not life.expires_on:
        raise WizardError("token-date-unknown")
    ends = date.fromisoformat(life.expires_on)
    title = _("AWS access token of {job} expires").format(job=job.name)
    text = _(
        "From this day on, AWS rejects the access token, and every run of {job} fails. Replace it before "
        "then: choose Replace token in Monitor, or run `identity-center-wizard secret rotate`."
    ).format(job=job.name)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//Identity Center Wizard//{__version__}//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{job.id}.aws-token@identity-center-wizard",
        f"SEQUENCE:{ends.toordinal()}",
        f"DTSTAMP:{now or datetime.now(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{ends:%Y%m%d}",
        f"SUMMARY:{_escaped(title)}",
        f"DESCRIPTION:{_escaped(text)}",
        "TRANSP:TRANSPARENT",
    ]
    for days in sorted(TOKEN_STAGES, reverse=True):
        alarm = ("ACTION:DISPLAY", f"DESCRIPTION:{_escaped(title)}", f"TRIGGER:-P{days}D")
        lines += ["BEGIN:VALARM", *alarm, "END:VALARM"]
    lines += ["END:VEVENT", "END:VCALENDAR", ""]
    return "\r\n".join(map(_folded, lines))


async def write_calendar(job: Job, target: Path, *, replaces: bool = False) -> None:
    """Write the calendar file; raises WizardError, JobFileError where a file is there and `replaces` is not set."""

    def write() -> None:
        content = calendar_text(job).encode()
        if target.exists() and not replaces:
            raise JobFileError("job-file-exists", path=str(target))
        write_private(target.absolute(), content)

    await to_thread.run_sync(write)


def _escaped(text: str) -> str:
    """A value of type TEXT, RFC 5545 3.3.11; other control characters are not allowed in it."""
    plain = "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in text)
    for sign in "\\;,":
        plain = plain.replace(sign, f"\\{sign}")
    return plain.replace("\n", "\\n")


def _folded(line: str) -> str:
    """Break a long line between two characters; each part but the first begins with a space."""
    parts, part = [], ""
    for sign in line:
        if len((part + sign).encode()) > _OCTETS:
            parts.append(part)
            part = " "
        part += sign
    return "\r\n".join((*parts, part))
