"""Draws the pages of a job of Microsoft's service: python -m tests.ui.microsoft_gallery [FOLDER] writes PNGs."""

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

from PySide6.QtWidgets import QApplication, QCheckBox

from tests.entra_process import PRINCIPAL, EntraHandle, running_entra
from tests.journeys.window import Journey
from tests.microsoft_job import microsoft_job, microsoft_services
from tests.sandbox_process import stop
from tests.ui.gallery import THEMES, draw, options_parser
from wizard.entra_provisioning.differences import Area, Edit, Value
from wizard.flow.microsoft.models import ChangedRow
from wizard.flow.microsoft.words import edit_name, value_words
from wizard.graph.clouds import PROVISIONING_PERMISSIONS
from wizard.storage.jobs import JobStore
from wizard.storage.paths import Home
from wizard.ui.controller import Controller
from wizard.ui.formats import use_desktop_formats
from wizard.ui.language import apply_language
from wizard.ui.pages.microsoft.setup import SetupRunPage
from wizard.ui.pages.microsoft.sheets import FirstMappingSheet, LimitSheet, RestartSheet
from wizard.ui.pages.microsoft.watch import ServicePage
from wizard.ui.theme.current import apply_theme


def opened(entra: EntraHandle, folder: Path) -> Journey:
    """The window of a saved job, its secrets in the environment."""
    home = Home.open({"IDENTITY_CENTER_WIZARD_HOME": str(folder)})
    saved = JobStore(home).save(replace(microsoft_job(entra), engine="entra"))
    services = microsoft_services(home, entra)
    talk = Controller(lambda: services)
    talk.begin()
    talk.window.show()
    return Journey(talk, saved.path)


def monitor_of(walker: Journey) -> ServicePage:
    """Monitor, with a state that was read now."""
    page = walker.page
    assert isinstance(page, ServicePage)
    page._status = None
    page.read()
    walker.until(lambda: page._status is not None, "the state", 60)
    walker.until(lambda: walker.tasks.is_idle, "the log", 60)
    walker.settle(600)
    return page


def states(walker: Journey, entra: EntraHandle, folder: Path, theme: str) -> None:
    """Plan, Preview, Run, and Monitor in its states."""
    walker.open_job()
    found = walker.session.found
    monitor_of(walker)
    draw(walker, folder, "microsoft-1-not-set-up", theme)
    walker.press("step.plan")
    walker.settle(300)
    draw(walker, folder, "microsoft-2-plan", theme)
    walker.press("step.monitor")
    walker.until(lambda: walker.at("monitor"), "Monitor")
    monitor_of(walker)
    walker.press("remedy")
    walker.until(lambda: found.setup is not None, "the review", 60)
    walker.settle(300)
    draw(walker, folder, "microsoft-3-review", theme)
    for box in walker.page.findChildren(QCheckBox, "acceptSetup"):
        box.setChecked(True)
    walker.go_on("run")
    walker.until(lambda: found.setup_result is not None, "the setup", 120)
    draw(walker, folder, "microsoft-4-set-up", theme)
    run = walker.page
    assert isinstance(run, SetupRunPage)
    run.shell.confirm = lambda *_args, **_more: True  # type: ignore[method-assign]
    walker.press("startService")
    walker.until(lambda: bool(found.setup_result and found.setup_result.started), "the start", 60)
    walker.go_on("monitor")
    monitor_of(walker)
    draw(walker, folder, "microsoft-5-first-cycle", theme)
    entra.look("POST", "cycle", {})
    entra.look("POST", "cycle", {})
    page = monitor_of(walker)
    page.log.view.selectRow(0)
    draw(walker, folder, "microsoft-6-steady", theme)
    walker.press("provisionOne")
    walker.until(lambda: page.one.picker.count > 0, "the people", 60)
    walker.press("previewOne")
    walker.until(lambda: page.one.effect.isVisible(), "the effect", 60)
    draw(walker, folder, "microsoft-7-one", theme)
    walker.press("closeOne")
    entra.set(provisioning={"held": "all"})
    for assignment in entra.ask("GET", f"/servicePrincipals/{PRINCIPAL}/appRoleAssignedTo?$top=999")["value"]:
        entra.ask("DELETE", f"/servicePrincipals/{PRINCIPAL}/appRoleAssignedTo/{assignment['id']}")
    entra.look("POST", "cycle", {})
    monitor_of(walker)
    walker.press("remedy")
    walker.settle(400)
    page.log.view.selectRow(0)
    draw(walker, folder, "microsoft-8-held", theme)
    more_states(walker, entra, folder, theme)


def more_states(walker: Journey, entra: EntraHandle, folder: Path, theme: str) -> None:
    """A cycle that failed, the sheets, the review with a first mapping, a state that may not be seen, no network."""
    secrets = f"/servicePrincipals/{PRINCIPAL}/synchronization/secrets"
    wrong = {"BaseAddress": entra.identity_center.tenant_url, "SecretToken": "expired", "SyncAll": "false",
             "SyncNotificationSettings": "{}"}  # fmt: skip
    entra.ask("PUT", secrets, {"value": [{"key": key, "value": text} for key, text in wrong.items()]})
    entra.look("POST", "cycle", {})
    page = monitor_of(walker)
    walker.press("remedy")
    draw(walker, folder, "microsoft-9-quarantine", theme)
    walker.press("closeToken")
    restart = RestartSheet(walker.window, paused=True)
    some = RestartSheet(walker.window, paused=False)
    some.how._buttons["some"].click()
    full = RestartSheet(walker.window, paused=False)
    full.how._buttons["full"].click()
    rows = (
        ChangedRow("users.title", "title", "jobTitle", "Coalesce([jobTitle], [department])"),
        ChangedRow("users.externalId", "externalId", "objectId", "mailNickname"),
        ChangedRow("users.scope", *first_mapping_words("users.scope", '[{"clauses": []}]')),
    )
    first, limit = FirstMappingSheet(walker.window, rows), LimitSheet(walker.window, 5)
    limit.number.setValue(50)
    for sheet in (restart, some, full, first, limit):
        sheet.show()
        walker.settle(200)
        name = {some: "some", full: "full"}.get(sheet, sheet.objectName())
        sheet.grab().save(str(folder / f"microsoft-sheet-{name}-{theme}.png"))
        sheet.close()
    walker.session.found.setup = None
    page.context.navigator.go_to_preview()
    page.shell.show_step()
    walker.until(lambda: walker.session.found.setup is not None, "the review", 60)
    walker.settle(300)
    draw(walker, folder, "microsoft-10-review-again", theme)
    entra.set(granted=["User.Read.All", "Application.Read.All"], expireTokens=1)
    walker.press("step.monitor")
    monitor_of(walker)
    draw(walker, folder, "microsoft-11-hidden", theme)
    walker.press("step.plan")
    stop(entra.identity_center.process)
    page._job_id = ""
    walker.press("step.monitor")
    walker.until(lambda: "state" in page._messages, "the message", 60)
    walker.until(lambda: page.log.model.total > 0, "the kept log", 60)
    draw(walker, folder, "microsoft-12-offline", theme)


def first_mapping_words(key: str, after: str) -> tuple[str, str, str]:
    """Name of a row, its value now (none) and after, as the program writes them."""
    area, _, target = key.partition(".")
    edit = Edit(cast("Area", area), target, Value(after), Value(""))
    return edit_name(edit), "", value_words(key, edit.ours)


def main(
    folder: Path,
    draw_states: Callable[..., None],
    themes: Sequence[str] = tuple(THEMES),
    language: str = "",
) -> None:
    """Draw everything in each theme; without a language in the one in use."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    folder.mkdir(parents=True, exist_ok=True)
    for theme in themes:
        if language:
            apply_language(app, language)
        else:
            use_desktop_formats()
        apply_theme(app, THEMES[theme])
        with (
            running_entra("--provisioning", "cycle=0") as entra,
            tempfile.TemporaryDirectory() as home,
        ):
            entra.set(granted=[*PROVISIONING_PERMISSIONS])
            walker = opened(entra, Path(home))
            try:
                draw_states(walker, entra, folder, theme)
            finally:
                walker.session.running = False
                walker.controller.close()
                walker.window.close()
                walker.window.deleteLater()


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    chosen = options_parser(
        "microsoft_gallery", "Draw the pages of Microsoft's service as PNG files."
    ).parse_args()
    main(chosen.folder, states, chosen.themes or tuple(THEMES), chosen.language)
