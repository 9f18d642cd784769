"""A schedule installed into a real user systemd, changed, looked at, started and removed."""

import json
import sys
from pathlib import Path

import pytest

from tests.user_systemd import run_in_user_systemd

pytestmark = pytest.mark.desktop

ROOT = Path(__file__).resolve().parents[3]
JOB = "0b8f3a52-9a51-4c3e-8a55-1f9a1f0a7b01"

SCRIPT = f"""
import json, os, subprocess, sys, time
from dataclasses import replace
from pathlib import Path
from wizard.errors import WizardError
from wizard.storage.schedules.installer import install, remove, run_command
from wizard.storage.schedules.program import Program
from wizard.storage.schedules.scheduler import Schedule
from wizard.storage.schedules.systemd import SystemdTimers

folder = Path(sys.argv[1])
home = folder / "Perso %n $HOME 'x' \\\\ é日"
(home / "jobs").mkdir(parents=True)
job_file = home / "jobs" / "{JOB}.json"
job_file.touch()
program = home / "identity-center-wizard"
program.write_text('''#!/bin/sh
printf '%s\\\\n' "$@" "$NO_PROXY" >"$(dirname "$0")/started"
cat "$CREDENTIALS_DIRECTORY/identity-center-wizard.aws-token" >>"$(dirname "$0")/started" 2>/dev/null
exit 5
''')
program.chmod(0o755)
timers = SystemdTimers(folder / ".config/systemd/user", folder / ".config", Program((str(program),)), 252,
                       (("NO_PROXY", 'a b %h "c"'),))
schedule = Schedule("{JOB}", "Staff", job_file, home, 40, "keyring")
answers = {{}}

def ours():
    listed = json.loads(run_command(("systemctl", "--user", "list-timers", "--all", "--output=json")).out)
    return [one["unit"] for one in listed]

def installed():
    one = timers.installed("{JOB}", run_command)
    return one and dict(minutes=one.minutes, token=one.token, active=one.is_active, code=one.last_code,
                        gone=one.job_is_gone, next=one.next_run and one.next_run.strftime("%H:%M"))

def start():
    run_command(("systemctl", "--user", "start", "identity-center-wizard-{JOB}.service"))
    return (home / "started").read_text().splitlines()

answers["before"] = installed()
install(timers, schedule)
answers["installed"] = installed()
answers["started"] = start() == ["run", str(job_file), "--home", str(home), 'a b %h "c"']
answers["failed"] = installed()
install(timers, replace(schedule, minutes=60))
answers["changed"] = installed()
answers["one"] = ours()
try:
    install(timers, replace(schedule, token="credential"))
except WizardError as error:
    answers["refused"] = [error.message.code, *(part.code for part in error.message.parts())]
answers["kept"] = installed()
credential = timers.credential("{JOB}")
subprocess.run(["bash", "-c", timers.credential_command("{JOB}").partition(" | ")[2]], input="tok-1", text=True,
               check=True)
answers["mode"] = oct(credential.stat().st_mode & 0o777)
install(timers, replace(schedule, token="credential"))
answers["handed over"] = start()[-1]
answers["credential"] = installed()
credential.unlink()
start()
answers["taken away"] = installed()["code"]
job_file.unlink()
answers["gone"] = installed()
answers["removed"] = remove(timers, "{JOB}")
answers["left"] = [path.name for path in (folder / ".config/systemd/user").rglob("*")]
answers["after"], answers["none"], answers["again"] = installed(), ours(), remove(timers, "{JOB}")
print(json.dumps(answers))
"""


def test_a_schedule_is_installed_changed_started_and_removed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SCRIPT, str(tmp_path)]
    done = run_in_user_systemd(command, tmp_path, {"PYTHONPATH": str(ROOT), "TZ": "UTC"})
    assert done.returncode == 0, done.stderr[-3000:]
    answers = json.loads(done.stdout)
    assert answers["before"] is None
    assert answers["installed"]["next"][-2:] in ("00", "20", "40")
    assert answers["installed"] | {"next": ""} == {
        "minutes": 40, "token": "keyring", "active": True, "code": None, "gone": False, "next": "",
    }  # fmt: skip
    assert answers["started"] is True
    assert answers["failed"]["code"] == 5
    assert (answers["changed"]["minutes"], answers["changed"]["next"][-2:]) == (60, "00")
    assert answers["one"] == [f"identity-center-wizard-{JOB}.timer"]
    assert answers["refused"] == ["schedule-has-obstacle", "credential-missing"]
    assert answers["kept"] == answers["changed"]
    assert answers["mode"] == "0o600"
    assert answers["handed over"] == "tok-1"
    assert answers["credential"]["token"] == "credential"
    assert answers["taken away"] == 243
    assert answers["gone"]["gone"] is True
    assert (answers["removed"], answers["again"]) == (True, False)
    assert (answers["left"], answers["after"], answers["none"]) == ([], None, [])
