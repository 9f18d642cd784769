"""`alerts`: channels are added, listed, tested and removed; `health --alert` sends the due ones."""

import sys
from pathlib import Path

from tests.company import company
from tests.flow.alerts.receiving import Receiver
from tests.program import Program
from wizard.storage.health.alert_settings import AlertSettings
from wizard.storage.paths import Home

ADDRESS = "https://scim.eu-central-1.amazonaws.com/0a1b2c3d4e5-0a1b-0a1b-0a1b-0a1b2c3d4e5f/scim/v2"
NOTE = "import os, sys; open(sys.argv[1], 'a').write(os.environ['ICW_ALERT_EVENT'] + chr(10))"


def test_channels_from_the_first_to_the_last(tmp_path: Path) -> None:
    program = Program(tmp_path / "home")
    users, _ = company(3, 0, 0).write(tmp_path)
    program("new", "Staff", "--users", str(users), "--tenant-url", ADDRESS, code=0)
    program("alerts", "list", "Staff", code=0)
    program("alerts", "test", "Staff", code=0)
    seen = tmp_path / "seen"
    program("alerts", "add", "command", "Staff", sys.executable, "--", "-c", NOTE, str(seen), code=0)
    assert "command" in program("alerts", "list", "Staff", code=0).out
    program("alerts", "test", "Staff", code=0)
    program("run", "Staff", code=5)
    program("health", "--alert", code=1)
    assert seen.read_text().split() == ["test", "failed"]
    program("alerts", "add", "command", "Staff", "/no/such/program", code=0)
    assert "command-2" in program("alerts", "test", "Staff", code=1).out
    program("alerts", "add", "webhook", "Staff", stdin="http://hooks.example.test/", code=2)
    program("alerts", "add", "ping", "Staff", stdin="\n", code=2)
    program("alerts", "remove", "Staff", "command-2", code=0)
    program("alerts", "remove", "Staff", "command-2", code=2)


def test_options_are_changed_one_by_one(tmp_path: Path) -> None:
    program = Program(tmp_path / "home")
    users, _ = company(3, 0, 0).write(tmp_path)
    program("new", "Staff", "--users", str(users), "--tenant-url", ADDRESS, code=0)
    settings = AlertSettings(Home(tmp_path / "home"))
    (file,) = (tmp_path / "home" / "jobs").glob("*.json")
    program("alerts", "options", "Staff", "--quiet-hours", "22:00-07:00", "--summary", "weekly", code=0)
    program("alerts", "options", "Staff", "--mute", "attention", "--no-urgent-at-once", code=0)
    program("alerts", "options", "Staff", "--time-zone", "Europe/Berlin", "--summary-day", "friday", code=0)
    found = settings.of_job(file.stem)
    assert (found.quiet_from, found.quiet_to, found.time_zone) == ("22:00", "07:00", "Europe/Berlin")
    assert (found.summary, found.summary_day, found.muted) == ("weekly", 4, ("attention",))
    assert not found.urgent_at_once
    program(
        "alerts", "options", "Staff", "--unmute", "complete", "--more-than", "10", "--no-run-for", "26", code=0
    )
    limited = settings.of_job(file.stem)
    assert (limited.is_on("complete"), limited.attention_over, limited.silent_hours) == (True, 10, 26)
    assert limited.silent_since, "a job that never runs is overdue from now on"
    program("alerts", "options", "Staff", "--no-run-for", "-1", code=2)
    undone = ("--mute", "complete", "--more-than", "0", "--no-run-for", "0")
    program("alerts", "options", "Staff", *undone, code=0)
    for wrong in (("--quiet-hours", "22:00"), ("--quiet-hours", "late-early"), ("--time-zone", "No/Where")):
        program("alerts", "options", "Staff", *wrong, code=2)
    assert settings.of_job(file.stem) == found
    program("alerts", "options", "Staff", "--quiet-hours", "off", "--unmute", "attention", code=0)
    assert settings.of_job(file.stem).quiet_from == ""
    program("alerts", "add", "microsoft", "Staff", "--to", "ops@example.test", code=2)


def test_a_job_file_starts_and_sends_nothing(tmp_path: Path) -> None:
    program = Program(tmp_path / "home")
    users, _ = company(3, 0, 0).write(tmp_path)
    program("new", "Staff", "--users", str(users), "--tenant-url", ADDRESS, code=0)
    (file,) = (tmp_path / "home" / "jobs").glob("*.json")
    mark = tmp_path / "started"
    text = file.read_text()
    file.write_text(text.replace("{", f'{{"alerts": {{"command": ["touch", "{mark}"]}},', 1))
    program("run", "Staff")
    program("health", "--alert")
    assert not mark.exists()


def test_a_container_takes_the_address_of_a_channel_from_a_file(tmp_path: Path) -> None:
    users, _ = company(3, 0, 0).write(tmp_path)
    file = tmp_path / "webhook"
    with Receiver() as receiver:
        file.write_text(f"{receiver.address}/s3cr3t\n")
        file.chmod(0o440)
        variable = "IDENTITY_CENTER_WIZARD_ALERT_WEBHOOK_FILE"
        program = Program(tmp_path / "home", environment={variable: str(file)})
        program("new", "Staff", "--users", str(users), "--tenant-url", ADDRESS, code=0)
        program("alerts", "add", "webhook", "Staff", code=0)
        tested = program("alerts", "test", "Staff", code=0)
        assert receiver.paths == ["/s3cr3t"]
        assert "s3cr3t" not in tested.out + tested.err
        program("run", "Staff", code=5)
        assert len(receiver.paths) == 2
    file.chmod(0o644)
    refused = program("alerts", "test", "Staff", code=1)
    assert str(file) in refused.out
