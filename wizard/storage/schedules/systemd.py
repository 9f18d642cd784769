"""Linux: a systemd timer and its service, of a user or of the system.

See systemd.timer(5), systemd.service(5) and systemd.exec(5).
"""

import os
import pwd
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from math import lcm
from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote, urlsplit

from wizard.errors import Message
from wizard.secret import credential_name
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
    SetupStep,
    SystemSetup,
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
SYSTEM = Path("/etc/systemd/system")
"""Where an administrator installs units."""
LINGER = Path("/var/lib/systemd/linger")
"""A file named by a user means that their services continue after they sign out; see loginctl(1)."""

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
    linger: Path = LINGER
    system: Path = SYSTEM
    token_places: ClassVar[tuple[TokenPlace, ...]] = ("keyring", "credential")

    def files(self, schedule: Schedule) -> tuple[ScheduleFile, ...]:
        """Return the timer and the service it starts."""
        timer, service = self.paths(schedule.job_id)
        return (
            ScheduleFile(Message("systemd-timer-file"), timer, timer_text(schedule)),
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
        of_runs = tuple(path for path in (self.credential(job_id, name) for name in _CREDENTIALS) if path.exists())
        return (*of_runs, *sorted(self.credential(job_id).parent.glob(f"{_unit(job_id)}.alert-*")))

    def token_credentials(self, job_id: str) -> tuple[tuple[str, str], ...]:
        """Return the credential with the access token, in whichever store it is, with the command that renews it."""
        path = self.credential(job_id)
        return ((str(path), self.credential_command(job_id)),) if path.exists() else ()

    def cleanup_commands(self) -> tuple[Command, ...]:
        """Let systemd drop the units it has read."""
        return (Command((*_SYSTEMCTL, "daemon-reload"), may_fail=True),)

    def credential(self, job_id: str, name: str = "aws-token") -> Path:
        """Return the file with a secret for runs while no user is signed in."""
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
        """Say what happens while no user is signed in: user timers need lingering, and the keyring is locked."""
        lingering = lingers(self.linger)
        notes = []
        if (self.system / f"{_unit(schedule.job_id)}.timer").exists():
            notes.append(Message("schedule-of-system-too", folder=str(self.system)))
        if lingering and schedule.token == "keyring":
            notes.append(Message("keyring-locked-while-signed-out"))
        elif not lingering:
            notes.append(Message("timer-needs-lingering", token=schedule.token))
        if schedule.token == "credential" and self.version < ENCRYPTED_SINCE:
            notes.append(
                Message("credential-not-encrypted", version=self.version, encrypted_since=ENCRYPTED_SINCE)
            )
        return tuple(notes)

    def installed(self, job_id: str, run: RunCommand) -> InstalledSchedule | None:
        """Combine the files with what systemd reports; else those of the system that run as this user."""
        timer, service = self.paths(job_id)
        systemctl: tuple[str, ...] = _SYSTEMCTL
        if not timer.exists() and self._is_of_the_system(job_id):
            timer, service = (self.system / path.name for path in (timer, service))
            systemctl = ("systemctl",)
        try:
            timer_text, service_text = timer.read_text("utf-8"), service.read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            return None
        shown = run((*systemctl, "show", timer.name, service.name)).out
        timer_shown, _, service_shown = shown.partition("\n\n")
        ran = _property(service_shown, "ExecMainExitTimestamp") != ""
        code = _property(service_shown, "ExecMainStatus")
        job_file = _job_file(service_text)
        return InstalledSchedule(
            _minutes(timer_text) if job_file is not None else 0,
            "credential" if "\nLoadCredential" in service_text else "keyring",
            job_file or service,
            _property(timer_shown, "ActiveState") == "active",
            _moment(_property(timer_shown, "NextElapseUSecRealtime")),
            int(code) if ran and code.isdecimal() else None,
            any(ACCEPTING in line for line in service_text.splitlines() if line.startswith("ExecStart")),
        )

    def _is_of_the_system(self, job_id: str) -> bool:
        """Whether an administrator's unit runs the job as this user."""
        try:
            service = (self.system / f"{_unit(job_id)}.service").read_text("utf-8")
            return f"\nUser={pwd.getpwuid(os.getuid()).pw_name}\n" in service
        except (OSError, UnicodeDecodeError, KeyError):
            return False

    def _service(self, schedule: Schedule) -> str:
        lines = service_lines(schedule, self.program, self.environment)
        if schedule.token == "credential":
            encrypted = self.version >= ENCRYPTED_SINCE
            credentials = {
                name: self.credential(schedule.job_id, name)
                for name in (*schedule.secrets, *schedule.alert_secrets)
                # A run does without alerts, but its unit does not start without a credential that it names.
                if name in schedule.secrets or self.credential(schedule.job_id, name).exists()
            }
            lines += credential_lines(schedule, credentials, encrypted)
        return "\n".join((*lines, *_LIMITS, ""))


_LIMITS = (
    "# A run takes minutes, the first run of a large directory hours. A run that hangs is stopped; the next one continues.",
    "TimeoutStartSec=12h",
    "MemoryMax=4G",
    "NoNewPrivileges=yes",
    "UMask=0077",
    "LimitCORE=0",
)
"""Limits that a user's own systemd can set as well."""
_SANDBOX = (
    "ProtectSystem=strict",
    "# Files of the directory may lie in a home folder.",
    "ProtectHome=read-only",
    "PrivateTmp=yes",
    "PrivateDevices=yes",
    "ProtectProc=invisible",
    "ProtectClock=yes",
    "ProtectControlGroups=yes",
    "ProtectHostname=yes",
    "ProtectKernelLogs=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelTunables=yes",
    "CapabilityBoundingSet=",
    "LockPersonality=yes",
    "RemoveIPC=yes",
    "RestrictAddressFamilies=AF_INET AF_INET6 AF_NETLINK AF_UNIX",
    "RestrictNamespaces=yes",
    "RestrictRealtime=yes",
    "RestrictSUIDSGID=yes",
    "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service",
    "SystemCallErrorNumber=EPERM",
)
"""What only the system's own manager can take from a service."""


# --- units that an administrator installs ------------------------------------------------------------------------------


@dataclass(frozen=True)
class SystemUnits:
    """A timer and a service of the system, which run as a user of their own, signed in or not."""

    program: Program
    version: int
    user: str = NAME
    environment: tuple[tuple[str, str], ...] = ()
    """Proxy variables that the run needs. Holds no password."""
    system: Path = SYSTEM

    @property
    def home(self) -> Path:
        """HOME of the runs."""
        return Path("/var/lib", NAME)

    def setup(self, schedule: Schedule, folder: Path) -> SystemSetup:
        """Return the units, written to `folder`, and what an administrator does with them; raises WizardError."""
        unit = _unit(schedule.job_id)
        moved = self._moved(schedule)
        encrypted = self.version >= _SYSTEM_ENCRYPTED_SINCE
        store = Path("/etc", "credstore.encrypted" if encrypted else "credstore")
        credentials = {name: store / f"{unit}.{name}" for name in (*schedule.secrets, *schedule.alert_secrets)}
        service = [
            *service_lines(moved, self.program, self.environment),
            f"User={self.user}",
            f"StateDirectory={NAME}",
            "StateDirectoryMode=0700",
            *credential_lines(moved, credentials, encrypted),
            *_LIMITS,
            *_SANDBOX,
            "",
        ]
        files = (
            ScheduleFile(Message("systemd-timer-file"), folder / f"{unit}.timer", timer_text(moved)),
            ScheduleFile(Message("systemd-service-file"), folder / f"{unit}.service", "\n".join(service)),
        )
        return SystemSetup(files, self._steps(schedule, credentials, files, encrypted), self._notes(schedule))

    def installed_files(self) -> tuple[Path, ...]:
        """Return units, and the HOME of their runs."""
        home = (self.home,) if self.home.exists() else ()
        return (*sorted(self.system.glob(f"{NAME}-*")), *home)

    def _moved(self, schedule: Schedule) -> Schedule:
        """The schedule as it is once HOME has been copied."""
        return replace(schedule, home=self.home, job_file=self.home / "jobs" / schedule.job_file.name)

    def _steps(
        self,
        schedule: Schedule,
        credentials: Mapping[str, Path],
        files: tuple[ScheduleFile, ...],
        encrypted: bool,
    ) -> tuple[SetupStep, ...]:
        user, home, timer = shlex.quote(self.user), shlex.quote(str(self.home)), files[0].path.name
        source = shlex.quote(str(schedule.home))
        paths = " ".join(shlex.quote(str(file.path)) for file in files)
        nologin = "/usr/sbin/nologin"
        return (
            SetupStep(
                Message("setup-make-user"),
                f"id {user} >/dev/null 2>&1 || sudo useradd --system --home-dir {home} --shell {nologin} {user}",
            ),
            SetupStep(
                Message("setup-copy-home"),
                # -n: what such runs have written since an earlier setup is newer.
                f"sudo mkdir -p {home}; sudo cp -anT {source} {home}; sudo chown -R {user}: {home} "
                f"&& sudo chmod 700 {home}",
            ),
            *(
                SetupStep(Message("setup-store-secret", secret=secret), _store_command(secret, path, encrypted))
                for secret, path in credentials.items()
            ),
            SetupStep(Message("setup-install-units"), f"sudo install -m 644 {paths} /etc/systemd/system/"),
            SetupStep(
                Message("setup-enable-timer"),
                f"sudo systemctl daemon-reload && sudo systemctl enable --now {timer}",
            ),
            SetupStep(
                Message("setup-run-once"),
                f"sudo systemctl start {files[1].path.name}; systemctl status {files[1].path.name}",
            ),
        )

    def _notes(self, schedule: Schedule) -> tuple[Message, ...]:
        notes = [Message("setup-home-moves", home=str(self.home), user=self.user)]
        if schedule.reads:
            notes.append(Message("setup-reads-files", user=self.user, files=tuple(map(str, schedule.reads))))
        return tuple(notes)


_SYSTEM_ENCRYPTED_SINCE = 250
"""First systemd whose system services decrypt credentials."""


def _credential_of(secret: str) -> tuple[str, str]:
    """(name of the unit's credential, question for the person); also of an alert channel's secret."""
    known = {str(name): found for name, found in _CREDENTIALS.items()}
    return known.get(secret) or (credential_name(secret), f"Secret {secret}")


def _store_command(secret: str, path: Path, encrypted: bool) -> str:
    """The command that asks an administrator for a secret and stores it as the credential of a system unit."""
    known_as, question = _credential_of(secret)
    ask, quoted = f"systemd-ask-password '{question}:'", shlex.quote(str(path))
    if not encrypted:
        return f"{ask} | sudo install -D -m 600 /dev/stdin {quoted}"
    folder = shlex.quote(str(path.parent))
    return f"sudo mkdir -p {folder} && {ask} | sudo systemd-creds encrypt --name={known_as} - {quoted}"


# --- the text of units -------------------------------------------------------------------------------------------------


def timer_text(schedule: Schedule) -> str:
    """Return the timer that starts the service of the same name."""
    return "\n".join(
        (
            "[Unit]",
            f"Description={_escaped(schedule.title)}",
            "",
            "[Timer]",
            *_calendar(schedule.minutes),
            "# Runs missed while the computer was off start at once.",
            "Persistent=true",
            "",
            "[Install]",
            "WantedBy=timers.target",
            "",
        )
    )


def service_lines(schedule: Schedule, program: Program, environment: tuple[tuple[str, str], ...]) -> list[str]:
    """Return the service without secrets and limits; raises WizardError for a path that no unit can hold."""
    command = schedule.command(program)
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
    if program.folder:
        lines.append(f"WorkingDirectory={_escaped(program.folder)}")
    return lines + [f"Environment={_quoted(f'{name}={value}')}" for name, value in environment]


def credential_lines(schedule: Schedule, credentials: Mapping[str, Path], encrypted: bool) -> list[str]:
    """Return the lines that pass secrets in from these files, and the addresses they may be sent to."""
    kind = "LoadCredentialEncrypted" if encrypted else "LoadCredential"
    for _, address in schedule.addresses:
        check_text(address)
    bound = ((_ADDRESSES[secret], address) for secret, address in schedule.addresses)
    return [
        *(f"{kind}={_credential_of(secret)[0]}:{_escaped(str(path))}" for secret, path in credentials.items()),
        *(f"Environment={_quoted(f'{name}={address}')}" for name, address in bound),
    ]


def lingers(folder: Path = LINGER) -> bool:
    """Whether this user's services continue after the last session ends."""
    try:
        return (folder / pwd.getpwuid(os.getuid()).pw_name).exists()
    except (KeyError, OSError):
        return False


def _unit(job_id: str) -> str:
    return f"{NAME}-{job_id}"


def _calendar(minutes: int) -> tuple[str, ...]:
    """Return the times of the day, from midnight: 40 minutes are :00 and :40 of even hours and :20 of odd ones.

    In UTC: with local time systemd leaves out the hour that is repeated in autumn, and a midnight that does not exist.
    """
    hours = lcm(minutes, 60) // 60
    lines = []
    for hour in range(hours):
        marks = [f"{mark % 60:02}" for mark in range(0, hours * 60, minutes) if mark // 60 == hour]
        if marks:
            which = "*" if hours == 1 else f"{hour:02}" if hours == 24 else f"{hour:02}/{hours}"
            lines.append(f"OnCalendar=*-*-* {which}:{','.join(marks)}:00 UTC")
    return tuple(lines)


def _minutes(timer: str) -> int:
    """Return the interval of a timer; 0 = it is none of ours. Older ones have local time: no zone."""
    found = [line for line in timer.splitlines() if line.startswith("OnCalendar=")]
    for minutes in INTERVALS:
        lines = _calendar(minutes)
        if found in (list(lines), [line.removesuffix(" UTC") for line in lines]):
            return minutes
    return 0


def _escaped(text: str) -> str:
    """Escape percent signs, which begin a specifier."""
    return text.replace("%", "%%")


def _quoted(text: str) -> str:
    """Quote one word. Not shlex.quote: systemd.syntax(7) allows quotes around a whole word only."""
    if _PLAIN.fullmatch(text):
        return text
    inner = _escaped(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inner}"'


def _job_file(service: str) -> Path | None:
    """Return the job file that a service names; None = the line was edited."""
    line = next((one for one in service.splitlines() if one.startswith("Documentation=file:")), "")
    try:
        path = unquote(urlsplit(line.partition("=")[2].replace("%%", "%")).path)
    except ValueError:
        return None
    return Path(path) if path.startswith("/") and "\0" not in path else None


def _property(shown: str, name: str) -> str:
    return next((line.partition("=")[2] for line in shown.splitlines() if line.startswith(f"{name}=")), "")


def _moment(text: str) -> datetime | None:
    """Read "Sat 2026-11-28 12:40:00 UTC"; it is UTC because `run_command` sets TZ."""
    match = re.fullmatch(r"\w+ (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC", text)
    return datetime.fromisoformat(f"{match[1]}T{match[2]}+00:00") if match else None
