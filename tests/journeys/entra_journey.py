"""Walks a real window through all six steps with a tenant; test_entra_journey.py runs it beside a keyring.

python -m tests.journeys.entra_journey FOLDER writes FOLDER/seen.json. The stand-in for Microsoft is a process of its own
with a real sign-in page, which is answered as a browser would; the Identity Center is the sandbox of the same process.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication

from tests.entra_process import EntraHandle, answer_browser, running_entra
from tests.journeys.file_journey import kept_in_keyring, open_window, screen
from tests.program import Program
from tests.ui.walk import Walker
from wizard.provisioning.job import EntraChoice
from wizard.sandbox_process import SandboxProcess
from wizard.ui.formats import use_desktop_formats
from wizard.ui.pages.directory.entra.part import EntraPart
from wizard.ui.pages.directory.page import DirectoryPage
from wizard.ui.theme.current import apply_theme
from wizard.ui.widgets.sheet import Sheet


def part_of(walker: Walker) -> EntraPart:
    """Step 3's part for a tenant, with a browser that signs in and accepts."""
    page = walker.controller.page
    assert isinstance(page, DirectoryPage)

    def browse(url: str) -> bool:
        answer_browser(url)
        return True

    page.entra.requests.open_page = browse
    return page.entra


def stand_in(entra: EntraHandle) -> EntraChoice:
    """What "Try with a tenant on this computer" answers, for the tenant of this test."""
    tenant = entra.authority.rpartition("/")[2]
    return EntraChoice("sandbox", tenant, entra.client_id, authority=entra.authority, graph_url=entra.graph_url)


def to_directory(walker: Walker, entra: EntraHandle) -> EntraPart:
    """Steps 1 and 2, with both values typed and tested."""
    walker.press("source.entra")
    walker.go_on("aws")
    walker.type_in("tenantUrl", entra.identity_center.tenant_url)
    walker.type_in("accessToken", entra.identity_center.token)
    walker.press("testConnection")
    found = walker.controller.session.found
    walker.until(lambda: bool(found.connection and found.connection.passed), "the connection test")
    walker.go_on("directory")
    part = part_of(walker)
    part.answered.emit(stand_in(entra))
    return part


def add_application(walker: Walker, part: EntraPart) -> None:
    """Step 3 in a tenant without the application: it is added once Microsoft was asked for more."""
    found = walker.controller.session.found
    walker.press("entraSignIn")
    walker.until(lambda: found.enterprise is not None, "the applications")
    assert found.enterprise
    assert found.enterprise.applications == ()
    walker.type_in("entraNewName", "AWS for Tidewater")
    walker.press("entraAdd")
    walker.until(lambda: part.requests.trouble.isVisible(), "the question for more permissions")
    assert "Application.ReadWrite.All" in walker.texts()
    walker.press("allowMore")
    walker.until(lambda: bool(part.choice.application_id), "the new application", 60)
    walker.until(lambda: found.assigned is not None, "its assignments")


def assign_some(walker: Walker, part: EntraPart) -> None:
    """Step 4 of the tutorial: a group and one person, found by the beginning of a name."""
    found = walker.controller.session.found
    walker.press("entraAssignments")
    for number, name in enumerate(("Engineering / Optics", "Ingrid"), 1):
        walker.type_in("principalSearch", name)
        walker.until(
            lambda name=name: (
                [row.name.startswith(name) for row in part.assignments.found.rows.shown_rows()] == [True]
            ),  # type: ignore[misc]
            f"{name} in the search",
        )
        part.assignments.found.selectRow(0)
        walker.press("assign")
        walker.until(
            lambda number=number: bool(found.assigned and len(found.assigned.assignments) == number),  # type: ignore[misc]
            f"the assignment of {name}",
        )
    walker.press("assignmentsBack")
    walker.until(lambda: found.snapshot is not None, "the reading")


def provision(walker: Walker) -> dict[str, Any]:
    """Steps 4 to 6."""
    found = walker.controller.session.found
    for step in ("sign-on", "scope", "attributes", "settings", "preview"):
        walker.go_on(step)
    walker.until(lambda: found.plan is not None, "the plan")
    assert found.plan
    rejected = len(found.plan.rejected)
    walker.go_on("run")
    walker.until(lambda: not walker.controller.session.running and found.report is not None, "the run", 60)
    walker.go_on("monitor")
    walker.settle()
    assert found.report
    return {
        "created": found.report.users.created,
        "groups": found.report.groups.created,
        "rejected": rejected,
        "monitor": walker.texts(),
    }


def without_a_window(program: Program, job_id: str, entra: EntraHandle) -> dict[str, Any]:
    """The next days: nothing, one title, nobody signed in any more, signed in again."""
    path = str(program.home / "jobs" / f"{job_id}.json")
    seen: dict[str, Any] = {"nothing": program("run", path, "--json").last}
    people = entra.identity_center.state()["users"]
    moved = next(user for user in people if user["userName"].startswith("ingrid"))
    entra.ask("PATCH", f"/users/{moved['externalId']}", {"jobTitle": "Harbour pilot"})
    seen["one"] = program("run", path, "--json").last
    entra.set(expireTokens=1, expireRefresh=1)
    refused = program("run", path)
    seen["refused"] = [refused.code, refused.err]
    signing = program("sign-in", path)
    seen["signed"] = [signing.code, signing.out]
    seen["again"] = program("run", path, "--json").last
    return seen


def main(folder: Path) -> None:
    """Everything once; what was seen goes to seen.json."""
    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    use_desktop_formats()
    apply_theme(application, "light")
    Sheet.exec = lambda _sheet: 0  # type: ignore[method-assign]  # nothing is asked on this way
    sandbox_process = SandboxProcess()
    browser = f"{sys.executable} -m tests.journeys.entra_browser %s"
    with running_entra() as entra:
        entra.set(applications="none", record=True)
        with open_window(sandbox_process) as walker:
            part = to_directory(walker, entra)
            add_application(walker, part)
            assign_some(walker, part)
            seen: dict[str, Any] = {"first": provision(walker)}
            walker.until(lambda: bool(walker.controller.session.saved_at), "the saved job")
            job = walker.controller.session.draft
        seen["key"] = bool(kept_in_keyring(f"{job.id}/sign-in-key"))
        program = Program(folder / "home", environment={"BROWSER": browser}, own_process=True)
        seen["later"] = without_a_window(program, job.id, entra)
        seen["state"] = entra.identity_center.state()
        seen["traffic"] = entra.traffic()
        seen["secrets"] = [entra.identity_center.token, entra.client_secret]
    (folder / "seen.json").write_text(json.dumps(seen))


if __name__ == "__main__":
    began = time.monotonic()
    with screen():
        main(Path(sys.argv[1]))
    print(f"walked in {time.monotonic() - began:.1f} s")
