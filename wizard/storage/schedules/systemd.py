"""Linux: a systemd user timer and its service; see systemd.timer(5), systemd.service(5) and systemd.exec(5)."""

import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import lcm
from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote, urlsplit

from wizard.errors import Message
from wizard.storage.schedules.program import NAME, Program
from wizard.storage.schedules.scheduler import (
    ACCEPTING,
    INTERVALS,
    Command,
    InstalledSchedule,
    Obstacle,
    RunCommand,
    Schedule,
    ScheduleFile,
    SecretName,
    TokenPlace,
    check_text,
    is_watcher,
)
from wizard.storage.secret_store import AWS_TOKEN, ENTRA_SECRET

ENCRYPTED_SINCE = 256
"""First systemd whose user services decrypt credentials and whose systemd-creds has --user."""
_PLAIN = re.compile(r"[\w./:@+,=-]+", re.ASCII)
_REFUSED = "\"'\\"
"""Characters that systemd refuses in the path of a program; an argument may hold them."""
_SYSTEMCTL = ("systemctl", "--user")

_CREDENTIALS: Mapping[SecretName, tuple[str, str]] = {
    "aws-token": (AWS_TOKEN.credential, "Access token"),
    "entra-secret": (ENTRA_SECRET.credential, "Client secret"),
}
"""Secret -> name of the unit's credential, and the question for the person."""
_ADDRESSES: Mapping[SecretName, str] = {
    "aws-token": AWS_TOKEN.address_variable,
    "entra-secret": ENTRA_SECRET.address_variable,
}


@dataclass(frozen=True)
class SystemdTimers:
    """User timers of the person who runs this program."""

    folder: Path
    """~/.config/systemd/user"""
    credentials: Path
    """~/.config, which holds the person's credential stores."""
    program: Program
    version: int = ENCRYPTED_SINCE
    environment: tuple[tuple[str, str], ...] = ()
    """Proxy variables that the run needs. Holds no password."""
    token_places: ClassVar[tuple[TokenPlace, ...]] = ("keyring", "credential")

    def files(self, schedule: Schedule) -> tuple[ScheduleFile, ...]:
        """Return the timer and the service it starts."""
        timer, service = self.paths(schedule.job_id)
        return (
            ScheduleFile(Message("systemd-timer-file"), timer, self._timer(schedule)),
            ScheduleFile(Message("systemd-service-file"), service, self._service(schedule)),
        )

    def paths(self, job_id: str) -> tuple[Path, ...]:
        """Return timer and service."""
        return tuple(self.folder / f"{_unit(job_id)}.{kind}" for kind in ("timer", "service"))

    def job_ids(self) -> tuple[str, ...]:
        """Return the jobs that have a timer."""
        timers = sorted(self.folder.glob(f"{NAME}-*.timer"))
        names = (path.stem.removeprefix(f"{NAME}-") for path in timers)
        return tuple(name for name in names if not is_watcher(name))

    def install_commands(self, job_id: str) -> tuple[Command, ...]:
        """Enable and restart the timer: one that runs already would keep its old times."""
        timer = f"{_unit(job_id)}.timer"
        return tuple(
            Command((*_SYSTEMCTL, *words)) for words in (("daemon-reload",), ("enable", timer), ("restart", timer))
        )

    def remove_commands(self, job_id: str) -> tuple[Command, ...]:
        """Disable the timer. A run in progress continues."""
        return (Command((*_SYSTEMCTL, "disable", "--now", f"{_unit(job_id)}.timer")),)

    def is_unknown(self, job_id: str, run: RunCommand) -> bool:
        """Return False: `disable` succeeds for a timer that does not run."""
        return False

    def credential_files(self, job_id: str) -> tuple[Path, ...]:
        """Return the credentials. The person made them and may use them elsewhere."""
        return tuple(path for path in (self.credential(job_id, name) for name in _CREDENTIALS) if path.exists())

    def cleanup_commands(self) -> tuple[Command, ...]:
        """Let systemd drop the units it has read."""
        return (Command((*_SYSTEMCTL, "daemon-reload"), may_fail=True),)

    def credential(self, job_id: str, name: SecretName = "aws-token") -> Path:
        """Return the file with a secret for runs while nobody is signed in."""
        store = "credstore.encrypted" if self.version >= ENCRYPTED_SINCE else "credstore"
        return self.credentials / store / f"{_unit(job_id)}.{name}"

    def credential_command(self, job_id: str, name: SecretName = "aws-token") -> str:
        """Return the command that makes it. The command asks for the secret without showing it."""
        path, (known_as, question) = self.credential(job_id, name), _CREDENTIALS[name]
        ask, quoted = f"systemd-ask-password '{question}:'", shlex.quote(str(path))
        if self.version < ENCRYPTED_SINCE:
            return f"{ask} | install -D -m 600 /dev/stdin {quoted}"
        folder = shlex.quote(str(path.parent))
        return f"mkdir -p {folder} && {ask} | systemd-creds encrypt --user --name={known_as} - {quoted}"

    def obstacle(self, schedule: Schedule) -> Obstacle | None:
        """Return what a credential lacks: without it each run would fail."""
        for secret in schedule.secrets if schedule.token == "credential" else ():
            path = self.credential(schedule.job_id, secret)
            try:
                mode = path.stat().st_mode
            except OSError:
                command = self.credential_command(schedule.job_id, secret)
                return Obstacle(Message("credential-missing", secret=secret), command)
            if self.version < ENCRYPTED_SINCE and mode & 0o077:
                return Obstacle(Message("credential-readable-by-others"), shlex.join(("chmod", "600", str(path))))
        return None

    def notes(self, schedule: Schedule, run: RunCommand) -> tuple[Message, ...]:
        """Say what happens while nobody is signed in: user timers need lingering, and the keyring is locked."""
        linger = _property(run(("loginctl", "show-user", str(os.getuid()), "--property=Linger")).out, "Linger")
        notes = []
        if linger == "yes" and schedule.token == "keyring":
            notes.append(Message("keyring-locked-while-signed-out"))
        elif linger != "yes":
            notes.append(Message("timer-needs-lingering", token=schedule.token))
        if schedule.token == "credential" and self.version < ENCRYPTED_SINCE:
            notes.append(
                Message("credential-not-encrypted", version=self.version, encrypted_since=ENCRYPTED_SINCE)
            )
        return tuple(notes)

    def installed(self, job_id: str, run: RunCommand) -> InstalledSchedule | None:
        """Combine the files with what systemd reports."""
        try:
            timer, service = (path.read_text("utf-8") for path in self.paths(job_id))
        except (OSError, UnicodeDecodeError):
            return None
        shown = run((*_SYSTEMCTL, "show", f"{_unit(job_id)}.timer", f"{_unit(job_id)}.service")).out
        timer_shown, _, service_shown = shown.partition("\n\n")
        ran = _property(service_shown, "ExecMainExitTimestamp") != ""
        code = _property(service_shown, "ExecMainStatus")
        lines = tuple(line for line in timer.splitlines() if line.startswith("OnCalendar="))
        return InstalledSchedule(
            next((minutes for minutes in INTERVALS if _calendar(minutes) == lines), 0),
            "credential" if "\nLoadCredential" in service else "keyring",
            _job_file(service),
            _property(timer_shown, "ActiveState") == "active",
            _moment(_property(timer_shown, "NextElapseUSecRealtime")),
            int(code) if ran and code.isdigit() else None,
            any(ACCEPTING in line for line in service.splitlines() if line.startswith("ExecStart")),
        )

    def _timer(self, schedule: Schedule) -> str:
        return "\n".join(
            (
                "[Unit]",
                f"Description={_escaped(schedule.title)}",
                "",
                "[Timer]",
                *_calendar(schedule.minutes),
                "# Missed while the computer was off: made up for at once.",
                "Persistent=true",
                "",
                "[Install]",
                "WantedBy=timers.target",
                "",
            )
        )

    def _service(self, schedule: Schedule) -> str:
        command = schedule.command(self.program)
        if any(sign in command[0] for sign in _REFUSED):
            command = ("/usr/bin/env", *command)
        lines = [
            "[Unit]",
            f"Description={_escaped(schedule.title)}",
            f"Documentation={_escaped(schedule.job_file.as_uri())}",
            "",
            "[Service]",
            "Type=oneshot",
            "# The report names people. It is kept in the program's own log, not in the system's.",
            "StandardOutput=null",
            # The colon turns variables off: a dollar sign is a dollar sign.
            f"ExecStart=:{' '.join(map(_quoted, command))}",
        ]
        if schedule.watches:
            lines += ["# 1 and 6: a job needs attention. The alerts were sent.", "SuccessExitStatus=1 6"]
        if self.program.folder:
            lines.append(f"WorkingDirectory={_escaped(self.program.folder)}")
        lines += [f"Environment={_quoted(f'{name}={value}')}" for name, value in self.environment]
        if schedule.token == "credential":
            kind = "LoadCredentialEncrypted" if self.version >= ENCRYPTED_SINCE else "LoadCredential"
            lines += [
                f"{kind}={_CREDENTIALS[secret][0]}:{_escaped(str(self.credential(schedule.job_id, secret)))}"
                for secret in schedule.secrets
            ]
            for _, address in schedule.addresses:
                check_text(address)
            bound = ((_ADDRESSES[secret], address) for secret, address in schedule.addresses)
            lines += [f"Environment={_quoted(f'{name}={address}')}" for name, address in bound]
        return "\n".join((*lines, ""))


def _unit(job_id: str) -> str:
    return f"{NAME}-{job_id}"


def _calendar(minutes: int) -> tuple[str, ...]:
    """Return the times of the day, from midnight: 40 minutes are :00 and :40 of even hours and :20 of odd ones."""
    hours = lcm(minutes, 60) // 60
    lines = []
    for hour in range(hours):
        marks = [f"{mark % 60:02}" for mark in range(0, hours * 60, minutes) if mark // 60 == hour]
        if marks:
            which = "*" if hours == 1 else f"{hour:02}" if hours == 24 else f"{hour:02}/{hours}"
            lines.append(f"OnCalendar=*-*-* {which}:{','.join(marks)}:00")
    return tuple(lines)


def _escaped(text: str) -> str:
    """Escape percent signs, which begin a specifier."""
    return text.replace("%", "%%")


def _quoted(text: str) -> str:
    """Quote one word. Not shlex.quote: systemd.syntax(7) allows quotes around a whole word only."""
    if _PLAIN.fullmatch(text):
        return text
    inner = _escaped(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inner}"'


def _job_file(service: str) -> Path:
    line = next((one for one in service.splitlines() if one.startswith("Documentation=")), "")
    return Path(unquote(urlsplit(line.partition("=")[2].replace("%%", "%")).path))


def _property(shown: str, name: str) -> str:
    return next((line.partition("=")[2] for line in shown.splitlines() if line.startswith(f"{name}=")), "")


def _moment(text: str) -> datetime | None:
    """Read "Sat 2026-11-28 12:40:00 UTC"; it is UTC because `run_command` sets TZ."""
    match = re.fullmatch(r"\w+ (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC", text)
    return datetime.fromisoformat(f"{match[1]}T{match[2]}+00:00") if match else None
