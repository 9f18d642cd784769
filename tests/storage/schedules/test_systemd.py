"""Timer and service as systemd itself reads them."""

import itertools
import os
import pwd
import re
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.user_systemd import require_program
from wizard.errors import Message, WizardError
from wizard.flow.schedules.texts import problems
from wizard.storage.schedules.program import Program
from wizard.storage.schedules.scheduler import INTERVALS, CommandResult, Schedule, check_text
from wizard.storage.schedules.systemd import SystemdTimers, SystemUnits

JOB = "0b8f3a52-9a51-4c3e-8a55-1f9a1f0a7b01"
AWKWARD = "Perso %n $HOME \"quoted\" \\ ;日本 é 'x'"


def schedule(folder: Path, minutes: int = 40) -> Schedule:
    home = folder / "home"
    (home / "jobs").mkdir(parents=True, exist_ok=True)
    job_file = home / "jobs" / f"{JOB}.json"
    job_file.touch()
    return Schedule(JOB, "Staff", job_file, home, minutes)


def timers(folder: Path, program: Path, version: int = 256) -> SystemdTimers:
    return SystemdTimers(folder / "units", folder / "config", Program((str(program),)), version)


def a_program(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / "identity-center-wizard"
    made.write_text("#!/bin/sh\nexit 0\n")
    made.chmod(0o755)
    return made


def written(scheduler: SystemdTimers, wanted: Schedule) -> dict[str, str]:
    for file in scheduler.files(wanted):
        file.path.parent.mkdir(parents=True, exist_ok=True)
        file.path.write_bytes(file.content())
    return {file.path.suffix: file.text for file in scheduler.files(wanted)}


def verify(scheduler: SystemdTimers) -> str:
    """What systemd says against the units; "" = nothing."""
    require_program("systemd-analyze", "systemd")
    paths = map(str, scheduler.paths(JOB))
    done = subprocess.run(
        ["systemd-analyze", "--user", "--man=no", "verify", *paths],
        env={**os.environ, "XDG_RUNTIME_DIR": str(scheduler.folder)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    ours = [line for line in done.stderr.splitlines() if "identity-center-wizard" in line]
    return "\n".join(ours) or ("" if done.returncode == 0 else done.stderr)


@pytest.mark.parametrize("minutes", INTERVALS)
def test_systemd_finds_no_fault_in_the_units(tmp_path: Path, minutes: int) -> None:
    scheduler = timers(tmp_path, a_program(tmp_path / "bin"))
    texts = written(scheduler, schedule(tmp_path, minutes))
    assert verify(scheduler) == ""
    assert texts[".service"].count("ExecStart=") == 1


@pytest.mark.parametrize("version", [252, 256])
def test_no_name_and_no_path_breaks_a_unit(tmp_path: Path, version: int) -> None:
    folder = tmp_path / AWKWARD
    scheduler = replace(
        timers(folder, a_program(folder / "bin"), version), environment=(("NO_PROXY", 'a b,%h,"c"\\'),)
    )
    wanted = replace(schedule(folder), job_name="A\n[Service]\nExecStart=/bin/false %n \\", token="credential")
    texts = written(scheduler, wanted)
    assert verify(scheduler) == ""
    assert texts[".service"].count("[Service]\n") == 1
    installed = scheduler.installed(JOB, lambda _arguments: CommandResult(0))
    assert installed is not None
    assert (installed.minutes, installed.token, installed.job_file) == (40, "credential", wanted.job_file)
    assert not installed.accepts
    service = scheduler.paths(JOB)[1]
    text = service.read_text("utf-8")
    service.write_text(re.sub("(?m)^(ExecStart=.*)$", r"\1 --accept take-over", text), "utf-8")
    installed = scheduler.installed(JOB, lambda _arguments: CommandResult(0))
    assert installed is not None
    assert installed.accepts


def test_verify_finds_faults() -> None:
    """The check itself can fail."""
    require_program("systemd-analyze", "systemd")
    done = subprocess.run(
        ["systemd-analyze", "calendar", "*-*-* 00/2:61:00"], capture_output=True, text=True, timeout=60
    )
    assert done.returncode != 0


@pytest.mark.parametrize("minutes", INTERVALS)
def test_the_times_of_the_day_are_as_far_apart_as_promised(tmp_path: Path, minutes: int) -> None:
    require_program("systemd-analyze", "systemd")
    timer = written(timers(tmp_path, a_program(tmp_path / "bin")), schedule(tmp_path, minutes))[".timer"]
    starts: set[datetime] = set()
    for line in re.findall(r"^OnCalendar=(.*)$", timer, re.MULTILINE):
        count = 2 + 2880 // minutes
        command = [
            "systemd-analyze",
            "calendar",
            "--base-time=2026-01-01 00:00:00 UTC",
            f"--iterations={count}",
            line,
        ]
        output = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
            env={"TZ": "UTC", "PATH": "/usr/bin:/bin"},
        ).stdout
        starts |= {
            datetime.strptime(stamp, "%Y-%m-%d %H:%M:%S")
            for stamp in re.findall(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?= UTC)", output)
        }
    two_days = sorted(start for start in starts if datetime(2026, 1, 1) < start <= datetime(2026, 1, 3))
    first = datetime(2026, 1, 1)
    assert two_days == [first + timedelta(minutes=minutes * n) for n in range(1, 2880 // minutes + 1)]


def test_a_control_character_is_refused_and_nothing_else() -> None:
    check_text(AWKWARD + "\u3000\u00a0👩‍🚀")
    for sign in ("\n", "\0", "\x1b", "\udc80", "\ufffe"):
        with pytest.raises(WizardError, match=r"^schedule-path-not-text "):
            check_text(f"/home/{sign}")


def test_the_credential_is_asked_for_without_showing_it(tmp_path: Path) -> None:
    wanted = replace(schedule(tmp_path), token="credential")
    for version, unit, command in (
        (
            256,
            "LoadCredentialEncrypted=",
            "systemd-creds encrypt --user --name=identity-center-wizard.aws-token -",
        ),
        (252, "LoadCredential=", "install -D -m 600 /dev/stdin"),
    ):
        scheduler = timers(tmp_path / f"a b {version}", a_program(tmp_path / "bin"), version)
        credential = scheduler.credential(JOB)
        assert f"\n{unit}identity-center-wizard.aws-token:{credential}\n" in scheduler.files(wanted)[1].text
        missing = scheduler.obstacle(wanted)
        assert missing is not None
        assert command in missing.command
        assert shlex.quote(str(credential)) in missing.command
        assert scheduler.credential_files(JOB) == ()
        credential.parent.mkdir(parents=True)
        credential.touch(0o600)
        assert scheduler.credential_files(JOB) == (credential,)
        assert scheduler.obstacle(wanted) is None
    credential.chmod(0o644)
    open_to_all = scheduler.obstacle(wanted)
    assert open_to_all is not None
    assert open_to_all.command.startswith("chmod 600 ")


def test_a_credential_is_bound_to_its_address(tmp_path: Path) -> None:
    scheduler = timers(tmp_path / "a", a_program(tmp_path / "bin"))
    url = "https://scim.eu-central-1.amazonaws.com/abc/scim/v2"
    place = "https://login.microsoftonline.com/contoso/client https://graph.microsoft.com"
    wanted = replace(
        schedule(tmp_path),
        token="credential",
        secrets=("aws-token", "entra-secret"),
        addresses=(("aws-token", url), ("entra-secret", place)),
    )
    unit = written(scheduler, wanted)[".service"]
    assert f"\nEnvironment=IDENTITY_CENTER_WIZARD_AWS_TENANT_URL={url}\n" in unit
    assert f'\nEnvironment="IDENTITY_CENTER_WIZARD_ENTRA_ADDRESS={place}"\n' in unit
    assert "AWS_TENANT_URL" not in written(scheduler, replace(wanted, token="keyring"))[".service"]
    with pytest.raises(WizardError):
        scheduler.files(replace(wanted, addresses=(("aws-token", f"{url}\nExecStart=/bin/false"),)))


def test_a_unit_names_the_credential_of_an_alert_channel_only_where_it_exists(tmp_path: Path) -> None:
    scheduler = timers(tmp_path, a_program(tmp_path / "bin"))
    wanted = replace(schedule(tmp_path), token="credential", alert_secrets=("alert-mail", "alert-ping"))
    mail = scheduler.credential(JOB, "alert-mail")
    mail.parent.mkdir(parents=True)
    mail.touch(0o600)
    unit = written(scheduler, wanted)[".service"]
    assert f"\nLoadCredentialEncrypted=identity-center-wizard.alert-mail:{mail}\n" in unit
    assert "alert-ping" not in unit
    assert "alert-mail" not in written(scheduler, replace(wanted, token="keyring"))[".service"]
    assert scheduler.credential_files(JOB) == (mail,)


@pytest.mark.parametrize(
    ("linger", "token", "note"),
    [
        (True, "keyring", Message("keyring-locked-while-signed-out")),
        (False, "keyring", Message("timer-needs-lingering", token="keyring")),
        (False, "credential", Message("timer-needs-lingering", token="credential")),
    ],
)
def test_notes_say_what_stops_the_runs(tmp_path: Path, linger: bool, token: str, note: Message) -> None:
    scheduler = replace(timers(tmp_path, Path("/bin/true")), linger=marked(tmp_path, linger))
    wanted = replace(schedule(tmp_path), token=token)  # type: ignore[arg-type]
    assert scheduler.notes(wanted, lambda _arguments: CommandResult(0)) == (note,)


def marked(folder: Path, linger: bool) -> Path:
    """The folder of marker files, with one for this user or without."""
    made = folder / "linger"
    made.mkdir()
    if linger:
        (made / pwd.getpwuid(os.getuid()).pw_name).touch()
    return made


def test_with_linger_and_a_credential_nothing_stops_them(tmp_path: Path) -> None:
    wanted = replace(schedule(tmp_path), token="credential")
    scheduler = replace(timers(tmp_path, Path("/bin/true")), linger=marked(tmp_path, True))
    assert scheduler.notes(wanted, lambda _arguments: CommandResult(0)) == ()


def test_a_job_that_signs_in_to_microsoft_by_a_secret_needs_a_credential_for_it_as_well(tmp_path: Path) -> None:
    wanted = replace(schedule(tmp_path), token="credential", secrets=("aws-token", "entra-secret"))
    scheduler = timers(tmp_path, a_program(tmp_path / "bin"))
    token, secret = (scheduler.credential(JOB, name) for name in wanted.secrets)
    text = scheduler.files(wanted)[1].text
    assert f":{token}\n" in text
    assert f"identity-center-wizard.entra-secret:{secret}\n" in text
    token.parent.mkdir(parents=True)
    token.touch(0o600)
    missing = scheduler.obstacle(wanted)
    assert missing is not None
    assert "Client secret" in missing.command
    assert shlex.quote(str(secret)) in missing.command
    secret.touch(0o600)
    assert scheduler.obstacle(wanted) is None
    assert scheduler.credential_files(JOB) == (token, secret)


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Europe/Berlin", "2026-10-24"),  # an hour twice
        ("Europe/Berlin", "2026-03-28"),  # an hour left out
        ("America/Santiago", "2026-09-05"),  # a midnight that does not exist
    ],
)
@pytest.mark.parametrize("minutes", [40, 1440])
def test_summer_time_changes_no_interval(tmp_path: Path, zone: str, day: str, minutes: int) -> None:
    require_program("systemd-analyze", "systemd")
    timer = written(timers(tmp_path, a_program(tmp_path / "bin")), schedule(tmp_path, minutes))[".timer"]
    starts: set[datetime] = set()
    for line in re.findall(r"^OnCalendar=(.*)$", timer, re.MULTILINE):
        count = 2 + 2880 // minutes
        done = subprocess.run(
            ["systemd-analyze", "calendar", f"--base-time={day} 12:00:00", f"--iterations={count}", line],
            capture_output=True, text=True, check=True, timeout=60, env={"TZ": zone, "PATH": "/usr/bin:/bin"},
        )  # fmt: skip
        found = re.findall(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?= UTC)", done.stdout)
        starts |= {datetime.strptime(stamp, "%Y-%m-%d %H:%M:%S") for stamp in found}
    first_days = sorted(starts)[: 2 * 1440 // minutes]
    gaps = {later - earlier for earlier, later in itertools.pairwise(first_days)}
    assert gaps == {timedelta(minutes=minutes)}


def test_a_timer_of_an_earlier_version_is_still_ours(tmp_path: Path) -> None:
    scheduler = timers(tmp_path, a_program(tmp_path / "bin"))
    written(scheduler, schedule(tmp_path))
    timer = scheduler.paths(JOB)[0]
    timer.write_text(timer.read_text("utf-8").replace(" UTC\n", "\n"), "utf-8")
    installed = scheduler.installed(JOB, lambda _arguments: CommandResult(0))
    assert installed is not None
    assert installed.minutes == 40


@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [
        (r"(?m)^Documentation=.*\n", ""),
        (r"(?m)^Documentation=.*$", "Documentation=file://[half"),
        (r"(?m)^Documentation=.*$", "Documentation=man:nothing(1)"),
        (r"(?m)^Documentation=.*$", "Documentation=file:///%00"),
        (r"(?s).*", ""),
    ],
)
def test_a_service_that_was_edited_says_so_and_breaks_nothing(
    tmp_path: Path, pattern: str, replacement: str
) -> None:
    scheduler = timers(tmp_path, a_program(tmp_path / "bin"))
    wanted = schedule(tmp_path)
    written(scheduler, wanted)
    service = scheduler.paths(JOB)[1]
    service.write_text(re.sub(pattern, replacement, service.read_text("utf-8"), count=1), "utf-8")
    installed = scheduler.installed(JOB, lambda _arguments: CommandResult(0, "ActiveState=active\n"))
    assert installed is not None
    assert installed.minutes == 0
    assert [problem.code for problem in problems(installed, wanted.job_file)] == ["schedule-edited"]


def test_units_of_the_system_are_seen_by_their_user_and_by_who_schedules_the_job_again(tmp_path: Path) -> None:
    system = tmp_path / "system"
    system.mkdir()
    me = pwd.getpwuid(os.getuid()).pw_name
    wanted = schedule(tmp_path)
    for file in SystemUnits(Program(("/bin/true",)), 252, user=me).setup(wanted, system).files:
        file.path.write_bytes(file.content())
    scheduler = replace(timers(tmp_path, Path("/bin/true")), system=system, linger=marked(tmp_path, True))
    asked: list[tuple[str, ...]] = []

    def run(arguments: Sequence[str]) -> CommandResult:
        asked.append(tuple(arguments))
        return CommandResult(0, "ActiveState=active\n")

    installed = scheduler.installed(JOB, run)
    assert installed is not None
    assert (installed.minutes, installed.is_active, installed.token) == (40, True, "credential")
    assert asked[0][:2] == ("systemctl", "show")
    assert next(note.code for note in scheduler.notes(wanted, run)) == "schedule-of-system-too"
    (system / f"identity-center-wizard-{JOB}.service").write_text("[Service]\nUser=another\n")
    assert scheduler.installed(JOB, run) is None
