"""The units that an administrator installs: read by systemd, and run by a real system manager as their own user."""

import re
import shlex
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests.company import company
from tests.program import Program as Commands
from tests.sandbox_process import running_sandbox
from tests.storage.schedules.test_systemd import AWKWARD, a_program, schedule
from tests.system_systemd import PROGRAM, SHARED, run_in_system_systemd
from tests.user_systemd import require_program
from wizard.storage.jobs import JobStore
from wizard.storage.paths import Home
from wizard.storage.schedules.program import Program
from wizard.storage.schedules.systemd import SystemUnits

USER = "identity-center-wizard"


def written(units: SystemUnits, folder: Path, version_of: str = "wanted") -> dict[str, Path]:
    asked = replace(schedule(folder), reads=(folder / "people.csv",), alert_secrets=("alert-webhook-2",))
    setup = units.setup(asked, folder)
    for file in setup.files:
        file.path.write_bytes(file.content())
    return {file.path.suffix: file.path for file in setup.files}


@pytest.mark.parametrize("version", [247, 252, 257])
def test_systemd_finds_no_fault_in_the_units(tmp_path: Path, version: int) -> None:
    require_program("systemd-analyze", "systemd")
    folder = tmp_path / AWKWARD
    program = Program((str(a_program(folder / "bin")),))
    paths = written(SystemUnits(program, version, user="root", environment=(("NO_PROXY", 'a b,%h"'),)), folder)
    done = subprocess.run(
        ["systemd-analyze", "--man=no", "verify", *map(str, paths.values())],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert [line for line in done.stderr.splitlines() if "identity-center-wizard" in line] == []
    text = paths[".service"].read_text()
    assert ("LoadCredentialEncrypted=" in text) == (version >= 250)
    assert "=identity-center-wizard.alert-webhook-2:/etc/" in text
    assert "\nUser=root\n" in text
    assert text.count("[Service]\n") == 1


def test_systemd_judges_the_service_as_well_protected(tmp_path: Path) -> None:
    require_program("systemd-analyze", "systemd")
    service = written(SystemUnits(Program((str(a_program(tmp_path / "bin")),)), 252), tmp_path)[".service"]
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", str(service)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    exposure = re.search(r"Overall exposure level for .*: ([\d.]+)", done.stdout)
    assert exposure is not None, done.stderr
    assert float(exposure[1]) < 3


@pytest.mark.desktop
def test_a_job_runs_as_a_user_of_its_own_and_keeps_its_history(tmp_path: Path) -> None:
    people = tmp_path / "people"
    people.mkdir(mode=0o755)
    for parent in (tmp_path, *tmp_path.parents[:2]):
        parent.chmod(parent.stat().st_mode | 0o055)
    users, _ = company(4, 0, 0).write(people)
    users.chmod(0o644)
    with running_sandbox() as sandbox:
        mine = Commands(tmp_path / "mine", sandbox.token)
        mine("new", "Staff 100%", "--users", str(users), "--tenant-url", sandbox.tenant_url, code=0)
        mine("run", "Staff 100%", code=0)
        (saved,) = JobStore(Home(tmp_path / "mine")).all()
        wanted = replace(
            schedule(tmp_path), job_id=saved.job.id, job_file=saved.path, home=tmp_path / "mine",
            addresses=(("aws-token", sandbox.tenant_url),),
        )  # fmt: skip
        units = SystemUnits(Program((str(PROGRAM),)), 249)  # not encrypted: that needs a key of the machine
        setup = units.setup(wanted, tmp_path)
        for file in setup.files:
            file.path.write_bytes(file.content())
        company(6, 0, 0).write(people)
        users.chmod(0o644)
        token = f"printf %s {shlex.quote(sandbox.token)}"
        steps = [step.command.replace("sudo ", "") for step in setup.steps]
        steps = [re.sub(r"systemd-ask-password '[^']*'", token, command) for command in steps]
        unit = setup.files[1].path.name
        steps.insert(2, f"sed -i s#{tmp_path}#{SHARED}# {units.home}/jobs/*.json")  # their /tmp is another one
        shown = f"systemctl show {unit} --property=ExecMainStatus,User,NoNewPrivileges,ProtectSystem"
        answers = run_in_system_systemd([*steps, shown, f"stat -c '%U %a' {units.home} {units.home}/journals/*",
                                         f"systemctl is-active {setup.files[0].path.name}",
                                         f"rm -r /etc/credstore/*; systemctl start {unit}",
                                         f"systemctl show {unit} --property=ExecMainStatus"], tmp_path)  # fmt: skip
        names = {user["userName"] for user in sandbox.state()["users"]}
    assert [code for code, _ in answers[: len(steps) - 1]] == [0] * (len(steps) - 1), answers
    show, rights, active, refused, credential = answers[len(steps) :]
    assert dict(line.split("=") for line in show[1].split()) == {
        "ExecMainStatus": "0", "User": USER, "NoNewPrivileges": "yes", "ProtectSystem": "strict",
    }  # fmt: skip
    assert set(rights[1].splitlines()) == {f"{USER} 700", f"{USER} 600"}
    assert active[1].strip() == "active"
    assert len(names) == 6  # two more than before, and none taken over
    assert refused[0] != 0
    assert credential[1].strip() == "ExecMainStatus=243"


def test_what_an_administrator_installed_is_found(tmp_path: Path) -> None:
    units = SystemUnits(Program(("/bin/true",)), 252, user="none-such", system=tmp_path)
    assert [path for path in units.installed_files() if path.parent == tmp_path] == []
    names = ("identity-center-wizard-job-1.timer", "ssh.service")
    for name in names:
        (tmp_path / name).touch()
    assert [path.name for path in units.installed_files() if path.parent == tmp_path] == [names[0]]
