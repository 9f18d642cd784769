"""Linux: a systemd user timer and its service; see systemd.timer(5), systemd.service(5) and systemd.exec(5)."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import lcm
from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote, urlsplit

from wizard.storage.schedules.program import NAME, Program
from wizard.storage.schedules.schedule import (
    INTERVALS,
    Command,
    Obstacle,
    Run,
    Schedule,
    SecretName,
    Standing,
    TokenPlace,
    WrittenFile,
)
from wizard.storage.secret_store import AWS_TOKEN, ENTRA_SECRET

ENCRYPTED_SINCE = 256
"""The first systemd whose user services decrypt credentials, and whose systemd-creds knows --user."""
_PLAIN = re.compile(r"[\w./:@+,=-]+", re.ASCII)
_REFUSED = "\"'\\"
"""systemd takes no program whose path holds one of these; as an argument it may."""
_SCTL = ("systemctl", "--user")


_CREDENTIALS: Mapping[SecretName, tuple[str, str]] = {
    "aws-token": (AWS_TOKEN.credential, "Access token"),
    "entra-secret": (ENTRA_SECRET.credential, "Client secret"),
}
"""Secret -> its name among a unit's credentials, and what a person is asked for."""


@dataclass(frozen=True)
class SystemdTimers:
    """The timers of the person who runs this program."""

    folder: Path
    """~/.config/systemd/user"""
    credentials: Path
    """~/.config, which holds the person's credstores."""
    program: Program
    version: int = ENCRYPTED_SINCE
    environment: tuple[tuple[str, str], ...] = ()
    """What the run needs of this window's environment: the proxies. Holds no password."""
    name: ClassVar[str] = "a systemd user timer"
    token_places: ClassVar[tuple[TokenPlace, ...]] = ("keyring", "credential")

    def files(self, schedule: Schedule) -> tuple[WrittenFile, ...]:
        """The timer, then the service it starts."""
        timer, service = self.paths(schedule.job_id)
        return (
            WrittenFile("Timer", timer, self._timer(schedule)),
            WrittenFile("Service", service, self._service(schedule)),
        )

    def paths(self, job_id: str) -> tuple[Path, ...]:
        """One pair for each job."""
        return tuple(self.folder / f"{_unit(job_id)}.{kind}" for kind in ("timer", "service"))

    def job_ids(self) -> tuple[str, ...]:
        """By the names of the timers."""
        found = sorted(self.folder.glob(f"{NAME}-*.timer"))
        return tuple(path.stem.removeprefix(f"{NAME}-") for path in found)

    def installing(self, job_id: str) -> tuple[Command, ...]:
        """`restart`, because a timer that runs already would keep its old times."""
        timer = f"{_unit(job_id)}.timer"
        return tuple(
            Command((*_SCTL, *words)) for words in (("daemon-reload",), ("enable", timer), ("restart", timer))
        )

    def removing(self, job_id: str) -> tuple[Command, ...]:
        """A run under way is left to its end."""
        return (Command((*_SCTL, "disable", "--now", f"{_unit(job_id)}.timer")),)

    def is_forgotten(self, job_id: str, run: Run) -> bool:
        """`disable` takes a timer that does not run as well."""
        return False

    def left_behind(self, job_id: str) -> tuple[Path, ...]:
        """The credentials: they are not ours to delete."""
        return tuple(path for path in (self.credential(job_id, name) for name in _CREDENTIALS) if path.exists())

    def removed(self) -> tuple[Command, ...]:
        """systemd forgets what it had read."""
        return (Command((*_SCTL, "daemon-reload"), may_fail=True),)

    def credential(self, job_id: str, name: SecretName = "aws-token") -> Path:
        """The file that holds a secret for runs without anybody signed in."""
        store = "credstore.encrypted" if self.version >= ENCRYPTED_SINCE else "credstore"
        return self.credentials / store / f"{_unit(job_id)}.{name}"

    def credential_command(self, job_id: str, name: SecretName = "aws-token") -> str:
        """What a person types to make it: it asks for the secret and shows none of it."""
        path, (known_as, question) = self.credential(job_id, name), _CREDENTIALS[name]
        ask, quoted = f"systemd-ask-password '{question}:'", Command((str(path),)).line
        if self.version < ENCRYPTED_SINCE:
            return f"{ask} | install -D -m 600 /dev/stdin {quoted}"
        folder = Command((str(path.parent),)).line
        return f"mkdir -p {folder} && {ask} | systemd-creds encrypt --user --name={known_as} - {quoted}"

    def obstacle(self, schedule: Schedule) -> Obstacle | None:
        """A service whose credential is missing, or open to others, would fail again and again."""
        for secret in schedule.secrets if schedule.token == "credential" else ():
            path = self.credential(schedule.job_id, secret)
            try:
                mode = path.stat().st_mode
            except OSError:
                what = "credential" if secret == "aws-token" else "credential for the client secret"
                return Obstacle(f"There is no {what} yet", self.credential_command(schedule.job_id, secret))
            if self.version < ENCRYPTED_SINCE and mode & 0o077:
                return Obstacle("Others can read the credential", Command(("chmod", "600", str(path))).line)
        return None

    def notes(self, schedule: Schedule, run: Run) -> tuple[str, ...]:
        """User timers end with the last session, unless the person lingers; the keyring is locked until then."""
        linger = _property(run(("loginctl", "show-user", str(os.getuid()), "--property=Linger")).out, "Linger")
        found = []
        if linger == "yes" and schedule.token == "keyring":
            found.append(
                "While nobody is signed in the keyring is locked, and a run ends without a token; a credential is not."
            )
        elif linger != "yes":
            also = " and a credential change" if schedule.token == "keyring" else " changes"
            found.append(f"Nothing runs while nobody is signed in; `loginctl enable-linger`{also} that.")
        if schedule.token == "credential" and self.version < ENCRYPTED_SINCE:
            found.append(
                f"systemd {self.version} takes it from a file that only you can read; {ENCRYPTED_SINCE} and newer "
                "encrypt it."
            )
        return tuple(found)

    def standing(self, job_id: str, run: Run) -> Standing | None:
        """Read from the files, and asked of systemd."""
        try:
            timer, service = (path.read_text("utf-8") for path in self.paths(job_id))
        except (OSError, UnicodeDecodeError):
            return None
        told = run((*_SCTL, "show", f"{_unit(job_id)}.timer", f"{_unit(job_id)}.service")).out
        about_timer, _, about_service = told.partition("\n\n")
        ran = _property(about_service, "ExecMainExitTimestamp") != ""
        code = _property(about_service, "ExecMainStatus")
        lines = tuple(line for line in timer.splitlines() if line.startswith("OnCalendar="))
        return Standing(
            next((minutes for minutes in INTERVALS if _calendar(minutes) == lines), 0),
            "credential" if "\nLoadCredential" in service else "keyring",
            _job_file(service),
            _property(about_timer, "ActiveState") == "active",
            _moment(_property(about_timer, "NextElapseUSecRealtime")),
            int(code) if ran and code.isdigit() else None,
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
            # The colon: no variable is put in, so a dollar sign is a dollar sign.
            f"ExecStart=:{' '.join(map(_quoted, command))}",
        ]
        if self.program.folder:
            lines.append(f"WorkingDirectory={_escaped(self.program.folder)}")
        lines += [f"Environment={_quoted(f'{name}={value}')}" for name, value in self.environment]
        if schedule.token == "credential":
            kind = "LoadCredentialEncrypted" if self.version >= ENCRYPTED_SINCE else "LoadCredential"
            lines += [
                f"{kind}={_CREDENTIALS[secret][0]}:{_escaped(str(self.credential(schedule.job_id, secret)))}"
                for secret in schedule.secrets
            ]
        return "\n".join((*lines, ""))


def _unit(job_id: str) -> str:
    return f"{NAME}-{job_id}"


def _calendar(minutes: int) -> tuple[str, ...]:
    """Times of the day, counted from midnight: 40 minutes are :00 and :40 of even hours and :20 of odd ones."""
    hours = lcm(minutes, 60) // 60
    lines = []
    for hour in range(hours):
        marks = [f"{mark % 60:02}" for mark in range(0, hours * 60, minutes) if mark // 60 == hour]
        if marks:
            which = "*" if hours == 1 else f"{hour:02}" if hours == 24 else f"{hour:02}/{hours}"
            lines.append(f"OnCalendar=*-*-* {which}:{','.join(marks)}:00")
    return tuple(lines)


def _escaped(text: str) -> str:
    """A percent sign begins a specifier."""
    return text.replace("%", "%%")


def _quoted(text: str) -> str:
    """One word of a command line."""
    if _PLAIN.fullmatch(text):
        return text
    inner = _escaped(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inner}"'


def _job_file(service: str) -> Path:
    line = next((one for one in service.splitlines() if one.startswith("Documentation=")), "")
    return Path(unquote(urlsplit(line.partition("=")[2].replace("%%", "%")).path))


def _property(told: str, name: str) -> str:
    return next((line.partition("=")[2] for line in told.splitlines() if line.startswith(f"{name}=")), "")


def _moment(told: str) -> datetime | None:
    """ "Sat 2026-11-28 12:40:00 UTC"; in UTC, because `run_command` asks for it."""
    found = re.fullmatch(r"\w+ (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC", told)
    return datetime.fromisoformat(f"{found[1]}T{found[2]}+00:00") if found else None
