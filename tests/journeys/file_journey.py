"""Walks a real window from Plan to Monitor with a file; test_file_journey.py runs it beside a keyring.

python -m tests.journeys.file_journey FOLDER writes FOLDER/seen.json. This module asserts what a person sees; the test
asserts what the keyring and the sandbox hold.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtWidgets import QApplication, QLineEdit, QProgressBar

from tests.company import company
from tests.sandbox_process import SandboxHandle, running_sandbox
from tests.ui.walk import Walker
from wizard.app import make_services
from wizard.sandbox_process import SandboxProcess
from wizard.ui.controller import Controller
from wizard.ui.formats import use_desktop_formats
from wizard.ui.theme.current import apply_theme


@contextmanager
def open_window(sandbox_process: SandboxProcess) -> Iterator[Walker]:
    """The program's own window, as `open_window` makes it."""
    talk = Controller(lambda: make_services(sandbox_process))
    talk.begin()
    talk.window.show()
    try:
        yield Walker(talk)
    finally:
        talk.close()
        talk.window.close()
        talk.window.deleteLater()


def kept_in_keyring(user: str) -> str:
    """What another program finds in the keyring."""
    done = subprocess.run(
        ["secret-tool", "lookup", "service", "identity-center-wizard", "username", user],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout


def first_journey(walker: Walker, sandbox: SandboxHandle, users: Path, members: Path) -> dict[str, object]:
    """From an empty window to a provisioned Identity Center."""
    walker.press("source.file")
    walker.go_on("aws")
    walker.type_in("tenantUrl", f"  {sandbox.tenant_url}/ ")
    walker.type_in("accessToken", f"Bearer {sandbox.token}\n")
    assert walker.find(QLineEdit, "accessToken").echoMode() == QLineEdit.EchoMode.Password
    walker.press("testConnection")
    found = walker.controller.session.found
    walker.until(lambda: found.connection is not None, "the connection test")
    assert found.connection
    assert found.connection.passed, found.connection
    job = walker.controller.session.draft
    keyring = {name: kept_in_keyring(f"{job.id}/{name}") for name in ("tenant-url", "aws-token")}
    walker.go_on("directory")
    walker.type_in("usersFile", str(users))
    walker.type_in("membersFile", str(members))
    walker.go_on("scope")
    walker.go_on("attributes")
    walker.go_on("settings")
    walker.go_on("preview")
    walker.until(lambda: found.plan is not None, "the plan")
    label = walker.controller.navigator.primary_label()
    walker.go_on("run")
    bar = walker.find(QProgressBar, "runProgress")
    walker.until(lambda: not walker.controller.session.running and found.report is not None, "the run", 60)
    assert bar.value() == bar.maximum()
    walker.go_on("monitor")
    walker.settle()
    assert found.report
    return {
        "job": walker.controller.session.draft.id,
        "name": walker.controller.session.draft.name,
        "keyring": keyring,
        "primary": label,
        "created": found.report.users.created,
        "monitor": walker.texts(),
    }


def second_journey(walker: Walker, users: Path) -> dict[str, object]:
    """The next day: open the saved job from the list, run again after one title changed."""
    page = walker.controller.page
    walker.until(lambda: bool(page.jobs.rows.shown_rows()), "the saved job in the list")  # type: ignore[attr-defined]
    page.open_job(page.jobs.rows.shown_rows()[0].path)  # type: ignore[attr-defined]
    walker.until(lambda: walker.at("monitor"), "Monitor")
    walker.press("runAgain")
    walker.until(lambda: walker.at("preview"), "Preview")
    found = walker.controller.session.found
    walker.until(lambda: found.plan is not None, "the second plan")
    label = walker.controller.navigator.primary_label()
    walker.go_on("run")
    walker.until(lambda: not walker.controller.session.running and found.report is not None, "the second run")
    assert found.report
    return {"primary": label, "updated": found.report.users.updated, "unchanged": found.report.users.unchanged}


def main(folder: Path) -> None:
    """Both journeys; what was seen goes to seen.json."""
    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    use_desktop_formats()
    apply_theme(application, "light")
    staff = company(60, 4, 80)
    users, members = staff.write(folder)
    sandbox_process = SandboxProcess()
    with running_sandbox() as sandbox:
        with open_window(sandbox_process) as walker:
            seen: dict[str, object] = {"first": first_journey(walker, sandbox, users, members)}
        staff.person(7)["jobTitle"] = "Optical engineer"
        staff.write(folder)
        with open_window(sandbox_process) as walker:
            seen["second"] = second_journey(walker, users)
        seen["state"] = sandbox.state()
        seen["token"] = sandbox.token
        seen["tenantUrl"] = sandbox.tenant_url
    seen["platform"] = application.platformName()
    (folder / "seen.json").write_text(json.dumps(seen))


@contextmanager
def screen() -> Iterator[None]:
    """A real X screen where there is one to be had, else Qt's offscreen one."""
    from shutil import which

    if which("Xvfb") is None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        yield
        return
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x900x24", "-nolisten", "tcp"],
        pass_fds=(writing,), stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            os.environ["DISPLAY"] = f":{told.readline().strip()}"
        os.environ["QT_QPA_PLATFORM"] = "xcb"
        yield
    finally:
        server.terminate()
        server.wait(10)


if __name__ == "__main__":
    began = time.monotonic()
    with screen():
        main(Path(sys.argv[1]))
    print(f"walked in {time.monotonic() - began:.1f} s")
