"""The watcher in a real user systemd: a schedule that stopped is reported once, also after its manager was killed."""

import json
import sys
from pathlib import Path

import pytest

from tests.company import company
from tests.user_systemd import run_in_user_systemd

pytestmark = pytest.mark.desktop

ROOT = Path(__file__).resolve().parents[3]
ADDRESS = "https://scim.eu-central-1.amazonaws.com/0a1b2c3d4e5-0a1b-0a1b-0a1b-0a1b2c3d4e5f/scim/v2"
NOTE = "import os, sys; open(sys.argv[1], 'a').write(os.environ['ICW_ALERT_EVENT'] + chr(10))"

SCRIPT = """
import json, os, signal, subprocess, sys, time
from pathlib import Path

folder, users = Path(sys.argv[1]), sys.argv[2]
seen, units = folder / "seen", folder / ".config/systemd/user"
answers = {}

def program(*words):
    return subprocess.run([sys.executable, "-m", "wizard", *words], capture_output=True, text=True).returncode

def systemctl(*words):
    return subprocess.run(["systemctl", "--user", *words], capture_output=True, text=True).stdout.strip()

def events():
    return seen.read_text().split() if seen.exists() else []

def until(condition, what):
    for _ in range(600):
        if condition():
            return
        time.sleep(0.1)
    sys.exit(f"{what}: {answers} {events()} {systemctl('status', watcher, timer, '--no-pager')}")

def started():
    "(when the watcher's timer started it last, whether it has ended)"
    shown = systemctl("show", watcher, "--property=ExecMainStartTimestampMonotonic,ExecMainExitTimestampMonotonic")
    found = dict(line.split("=") for line in shown.splitlines())
    start, end = (int(found.get(f"ExecMain{name}TimestampMonotonic") or 0) for name in ("Start", "Exit"))
    return start, end > start

def watched(times=1):
    "Wait until the watcher's own timer has started it so often, and it has ended."
    for _ in range(times):
        before = started()[0]
        until(lambda: started()[0] > before and started()[1], "the watcher was not started")
    return systemctl("show", watcher, "--property=Result", "--value")

program("new", "Staff", "--users", users, "--tenant-url", "ADDRESS")
program("alerts", "add", "command", "Staff", sys.executable, "--", "-c", NOTE, str(seen))
answers["added"] = program("schedule", "add", "Staff", "--every", "1440")
(timer,) = [path.name for path in units.glob("*.timer") if "watcher" not in path.name]
(watcher,) = [path.stem + ".service" for path in units.glob("*watcher*.timer")]
quick = units / f"{watcher.removesuffix('.service')}.timer.d"
quick.mkdir()
(quick / "quick.conf").write_text("[Timer]\\nOnCalendar=\\nOnCalendar=*:*:0/2\\nAccuracySec=100ms\\n")
systemctl("daemon-reload")
systemctl("restart", watcher.removesuffix(".service") + ".timer")
answers["fine"] = [watched(), events()]
systemctl("stop", timer)
answers["stopped"] = [watched(), events()]  # within one interval of the watcher
answers["still stopped"] = [watched(), events()]
systemctl("start", timer)
answers["again"] = [watched(), events()]

ours = os.readlink("/proc/self/ns/mnt")  # other tests may have a manager of their own

def is_ours(entry):
    try:
        return b"systemd\\0--user" in (entry / "cmdline").read_bytes() and os.readlink(entry / "ns/mnt") == ours
    except OSError:
        return False

(manager,) = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and is_ours(entry)]
command = Path(f"/proc/{manager}/cmdline").read_bytes().split(b"\\0")[:-1]
os.kill(manager, signal.SIGKILL)
time.sleep(0.5)
os.environ["SYSTEMD_BUS_TIMEOUT"] = "3"  # systemctl waits half a minute for each answer of a manager that is gone
program("health", "--alert")
del os.environ["SYSTEMD_BUS_TIMEOUT"]
answers["killed"] = events()
again = subprocess.Popen(command)
until(lambda: systemctl("is-active", timer) == "active", "the manager did not start the timer")
answers["revived"] = [watched(), events()]
systemctl("disable", "--now", timer)
answers["disabled"] = [watched(), events()]
systemctl("enable", "--now", timer)
answers["enabled"] = [watched(), events()]
for path in (units / timer, units / (timer.removesuffix(".timer") + ".service")):
    path.unlink()
systemctl("stop", timer)
systemctl("daemon-reload")
answers["deleted"] = [watched(), events()]
answers["added again"] = program("schedule", "add", "Staff", "--every", "1440")
answers["there again"] = [watched(), events()]
answers["removed"] = program("schedule", "remove", "Staff")
answers["left"] = sorted(path.name for path in units.iterdir() if path.is_file())
again.kill()
again.wait()
print(json.dumps(answers))
""".replace("ADDRESS", ADDRESS).replace("NOTE", repr(NOTE))


def test_a_schedule_that_stopped_is_reported_once(tmp_path: Path) -> None:
    users, _ = company(3, 0, 0).write(tmp_path)
    command = [sys.executable, "-c", SCRIPT, str(tmp_path), str(users)]
    home = {"IDENTITY_CENTER_WIZARD_HOME": str(tmp_path / "kept"), "PYTHONPATH": str(ROOT), "TZ": "UTC"}
    done = run_in_user_systemd(command, tmp_path, home, seconds=400)
    assert done.returncode == 0, done.stderr[-3000:]
    answers = json.loads(done.stdout)
    assert answers["added"] == 0
    assert answers["fine"] == ["success", []], "attention is no failure of the watcher"
    stopped = ["overdue"]
    assert answers["stopped"] == ["success", stopped]
    assert answers["still stopped"] == ["success", stopped]
    assert answers["again"] == ["success", [*stopped, "recovered"]]
    killed = [*stopped, "recovered", "overdue"]
    assert answers["killed"] == killed, "nothing runs then; whatever asks first reports it, once"
    assert answers["revived"] == ["success", [*killed, "recovered"]]
    disabled = [*killed, "recovered", "overdue"]
    assert answers["disabled"] == ["success", disabled]
    assert answers["enabled"] == ["success", [*disabled, "recovered"]]
    deleted = [*disabled, "recovered", "overdue"]
    assert answers["deleted"] == ["success", deleted]
    assert (answers["added again"], answers["there again"]) == (0, ["success", [*deleted, "recovered"]])
    assert (answers["removed"], answers["left"]) == (0, [])
