"""Draws every state of a job's health: `python -m tests.ui.health_gallery FOLDER` writes PNGs in light and dark.

The job list with all states, and Monitor for each. The facts are made up; everything after them is the program's own.
"""

import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from PySide6.QtWidgets import QAbstractButton, QApplication

from tests.screens import use_screens
from tests.ui.gallery import THEMES, options_parser
from wizard.alerts.interface import Channel
from wizard.app import make_services
from wizard.entra_provisioning.status import job_status
from wizard.errors import Message, WizardError
from wizard.flow.jobs import saved_jobs
from wizard.flow.microsoft import kept_log, watch
from wizard.flow.microsoft.models import EngineStatus, HeldDeletion
from wizard.flow.runs import facts as facts_module
from wizard.flow.runs.health import Facts
from wizard.flow.schedules.texts import Installed
from wizard.flow.services import Services
from wizard.flow.steps.session import new_draft
from wizard.graph.synchronization import TEMPLATE, Execution, QuarantineInfo, SynchronizationJob
from wizard.provisioning.job import EntraChoice, Job, SourceChoice, TargetChoice
from wizard.provisioning.retry_later import Quarantine
from wizard.sandbox_process import SandboxProcess
from wizard.storage.health.alert_settings import AlertSettings, AlertStateStore, JobAlerts, Result
from wizard.storage.health.attempts import Attempt, Attempts, ClientSecretEnd, KnownSchedule, MicrosoftState
from wizard.storage.jobs import JobStore
from wizard.storage.log_pages import RunRecord
from wizard.storage.paths import Home
from wizard.storage.schedules.scheduler import InstalledSchedule
from wizard.ui.alerts import AlertsWindow
from wizard.ui.controller import Controller
from wizard.ui.language import apply_language
from wizard.ui.theme.current import apply_theme
from wizard.ui.theme.fonts import px

ADDRESS = "https://scim.eu-central-1.amazonaws.com/0a1b2c3d4e5-0a1b-0a1b-0a1b-0a1b2c3d4e5f/scim/v2"
NOW = datetime.now(UTC)


def ago(**time: float) -> str:
    """An ISO time before now."""
    return (NOW - timedelta(**time)).isoformat(timespec="seconds")


def states(job_file: Path) -> Mapping[str, Facts]:
    """Name of a job -> its facts."""
    counts = {"users": {"created": 9, "updated": 3}, "groups": {}, "memberships": {"added": 12}}
    run = RunRecord(1, ago(minutes=20), ago(minutes=19), "done", None, {}, counts)
    schedule = InstalledSchedule(40, "keyring", job_file, True, NOW + timedelta(minutes=20), 0)
    known = KnownSchedule(40, "pc", ago(days=9))
    good = Facts(
        runs=(run,), schedule=Installed(schedule, job_file), attempts=Attempts(schedule=known), computer="pc"
    )
    refused = Message("no-access-token", variable="X")

    def scheduled(**changed: object) -> Facts:
        return replace(good, schedule=Installed(replace(schedule, **changed), job_file))  # type: ignore[arg-type]

    late = replace(run, started=ago(days=3), ended=ago(days=3))
    failed = Attempt(ago(minutes=5), ago(minutes=5), "command", 5, refused.as_json())
    return {
        "Healthy": good,
        "Never run": Facts(),
        "Overdue": replace(good, runs=(late,)),
        "Clock changed": replace(good, runs=(replace(run, started=ago(days=-9)), late), attempts=Attempts()),
        "Next run unknown": scheduled(next_run=None),
        "Schedule off": scheduled(is_active=False),
        "Schedule missing": replace(good, schedule=None),
        "Schedule changed": scheduled(accepts=True),
        "Other computer": replace(good, schedule=None, computer="laptop"),
        "Lingering off": replace(scheduled(token="credential"), lingers=False),
        "Watcher off": replace(good, watcher_is_off=True),
        "Token expires": good,
        "Token expired": good,
        "Client secret expires": replace(
            good,
            attempts=replace(
                good.attempts,
                client_secret=ClientSecretEnd(
                    ENTRA.client_id, ago(hours=1), (NOW + timedelta(days=6)).isoformat()
                ),
            ),
        ),
        "Client secret unknown": replace(
            good,
            attempts=replace(good.attempts, client_secret=ClientSecretEnd(ENTRA.client_id, ago(hours=1))),
        ),
        "Certificate expires": replace(good, certificate_ends=(NOW + timedelta(days=6)).isoformat()),
        "Quarantine": replace(
            good, quarantine=Quarantine("access-refused", refused, ago(days=2), ago(hours=-3), 5)
        ),
        "Run failed": replace(good, attempts=replace(good.attempts, last=failed)),
        "Held back": replace(good, runs=(replace(run, planned={"heldBack": 3}),)),
        "Groups unread": replace(good, unread_since=ago(days=2)),
        "Edits waiting": replace(good, edited_at=ago(days=2)),
        "Channel fails": replace(
            good,
            silent_channels=(("smtp.example.com", Message("mail-refused", host="smtp.example.com", status=550)),),
        ),
        "Microsoft unknown": Facts(),
        "Microsoft token expires": of_microsoft(MICROSOFT["Microsoft running"], good),
        "Microsoft undelivered": replace(
            of_microsoft(MICROSOFT["Microsoft running"], good),
            silent_channels=(("smtp.example.com", Message("mail-refused", host="smtp.example.com", status=550)),),
        ),
        **{name: of_microsoft(found, good) for name, found in MICROSOFT.items()},
    }


def _engine(**changed: Any) -> EngineStatus:
    """State of Microsoft's service, from a job that ran a quarter of an hour ago; `changed` fields of the job."""
    last = Execution("Succeeded", ago(minutes=19), ago(minutes=16), "", 5, 0, "")
    job = SynchronizationJob(
        "aws.0a1b", TEMPLATE, "Active", "PT40M", "Active", last, last, None, False, ago(days=90), (),
        (("User to User", 58), ("Group to Group", 4)),
    )  # fmt: skip
    held = changed.pop("held", ())
    status = job_status(replace(job, **changed), NOW)
    if held:
        status = replace(status, message=Message("entra-deletions-held", held=len(held)))
    return EngineStatus(status, job.id, "AWS IAM Identity Center", "", held, ())


def _stopped(reason: str, error: str = "", **more: Any) -> EngineStatus:
    quarantine = QuarantineInfo(reason, error, ago(hours=30), ago(hours=-18))
    late = Execution("Failed", ago(hours=31), ago(hours=30), error, 0, 0, "")
    return _engine(code="Quarantine", quarantine=quarantine, last=late, **more)


def _late(**time: float) -> Execution:
    return Execution("Succeeded", ago(**time), ago(**time), "", 5, 0, "")


MICROSOFT = {
    "Microsoft running": _engine(),
    "Microsoft not started": _engine(
        schedule="Disabled", code="NotRun", last=None, last_success=None, steady_since=""
    ),
    "Microsoft first cycle": _engine(
        code="NotRun", last=None, last_success=None, steady_since="", progress=((3, 12),)
    ),
    "Microsoft paused": _engine(schedule="Paused", code="Paused"),
    "Microsoft overdue": _engine(last=_late(hours=9)),
    "Microsoft some failed": _engine(
        last=Execution("EntryLevelErrors", ago(minutes=19), ago(minutes=16), "", 5, 3, "")
    ),
    "Microsoft held": _stopped(
        "TooManyDeletes",
        held=tuple(HeldDeletion(str(n), f"Person {n}", "user", ago(hours=30)) for n in range(52)),
    ),
    "Microsoft token refused": _stopped(
        "EncounteredQuarantineException", "SystemForCrossDomainIdentityManagementInvalidCredentials"
    ),
    "Microsoft too many failures": _stopped("EncounteredEscrowProportionThreshold"),
    "Microsoft quarantine": _stopped("IngestionInterrupted"),
}
"""Name of a job -> what Microsoft's service says, as `read_status` returns it."""


def of_microsoft(engine: EngineStatus, good: Facts) -> Facts:
    """The facts of a job whose service was seen in this state."""
    status = engine.status
    seen = MicrosoftState(ago(minutes=2), status.tone, status.message.as_json(), status.last_ended)
    return replace(good, runs=(), schedule=None, attempts=Attempts(microsoft=seen))


CODES = {
    "Healthy": "healthy",
    "Never run": "never-run",
    "Overdue": "overdue",
    "Clock changed": "clock-changed",
    "Next run unknown": "next-run-unknown",
    "Schedule off": "schedule-off",
    "Schedule missing": "schedule-missing",
    "Schedule changed": "schedule-broken",
    "Other computer": "schedule-elsewhere",
    "Lingering off": "lingering-off",
    "Watcher off": "watcher-off",
    "Token expires": "token-expires",
    "Token expired": "token-expired",
    "Client secret expires": "client-secret-expires",
    "Client secret unknown": "healthy",
    "Certificate expires": "certificate-expires",
    "Quarantine": "quarantined",
    "Run failed": "run-failed",
    "Held back": "held-back",
    "Groups unread": "groups-unread",
    "Edits waiting": "edits-waiting",
    "Channel fails": "alert-failed",
    "Microsoft unknown": "microsoft-unknown",
    "Microsoft token expires": "token-expires",
    "Microsoft undelivered": "alert-failed",
    "Microsoft running": "healthy",
    "Microsoft not started": "microsoft",
    "Microsoft first cycle": "microsoft",
    "Microsoft paused": "microsoft",
    "Microsoft overdue": "overdue",
    "Microsoft some failed": "microsoft",
    "Microsoft held": "quarantined",
    "Microsoft token refused": "quarantined",
    "Microsoft too many failures": "quarantined",
    "Microsoft quarantine": "quarantined",
}
"""Name of a job -> the code that `health` says."""


ENTRA = EntraChoice(tenant="contoso.example", client_id="0a1b2c3d", application_id="0a1b", application_name="AWS")


def job_of(name: str) -> Job:
    """A saved job with this name; its token is as old as the state needs."""
    made = {"Token expires": 360, "Microsoft token expires": 360, "Token expired": 400}.get(name, 30)
    day = (NOW - timedelta(days=made)).date().isoformat()
    engine = "entra" if name.startswith("Microsoft") else "own"
    source = SourceChoice("entra", entra=ENTRA) if engine == "entra" else SourceChoice("sample")
    if name.startswith("Client secret"):
        source = SourceChoice("entra", entra=replace(ENTRA, sign_in="secret"))
    return replace(
        new_draft(),
        name=name,
        engine=engine,  # type: ignore[arg-type]
        source=source,
        target=TargetChoice(tenant_url=ADDRESS, token_made_on=day),
    )


def draw(folder: Path, theme: str) -> None:
    """Draw the job list, and Monitor for each state."""
    home = Home.open({"IDENTITY_CENTER_WIZARD_HOME": os.environ["IDENTITY_CENTER_WIZARD_HOME"]})
    store = JobStore(home)
    some = Path(os.environ["IDENTITY_CENTER_WIZARD_HOME"]) / "job.json"
    some.touch()
    known = states(some)
    jobs = {name: store.save(job_of(name)).job for name in known}
    files = {name: store.path_of(job.id) for name, job in jobs.items()}
    facts = {
        name: replace(one, schedule=replace(one.schedule, job_file=some)) if one.schedule else one
        for name, one in known.items()
    }
    assert all(files.values())

    def made_up(_services: Services, job: Job) -> Facts:
        return facts[job.name]

    application = QApplication.instance()
    assert isinstance(application, QApplication)
    apply_theme(application, theme)  # type: ignore[arg-type]
    talk = Controller(lambda: make_services(SandboxProcess()))

    def settle() -> None:
        for _ in range(3):
            while not talk.tasks.is_idle:
                application.processEvents()
            application.processEvents()

    async def status(_services: Services, job: Job) -> EngineStatus:
        if job.name in MICROSOFT:
            return MICROSOFT[job.name]
        if job.name == "Microsoft unknown":
            raise WizardError("host-not-found", host="graph.microsoft.com", hint=None)
        return MICROSOFT["Microsoft running"]

    async def no_log(services: Services, job: Job, _emit: object) -> kept_log.LogUpdate:
        return kept_log.LogUpdate(0, await kept_log.kept_mark(services, job))

    with (
        patch.object(saved_jobs, "facts_of", made_up),
        patch.object(facts_module, "facts_of", made_up),
        patch.object(watch, "read_status", status),
        patch.object(kept_log, "update_log", no_log),
    ):
        talk.begin()
        talk.window.resize(1120, 2000)
        talk.window.show()
        settle()
        talk.window.grab().save(str(folder / f"health-jobs-{theme}.png"))
        talk.window.resize(1120, 760)
        for name, job in jobs.items():
            talk.navigator.begin()
            talk.show_step()
            talk.session.begin(job)
            talk.navigator.open_at_monitor()
            talk.show_step()
            settle()
            slug = name.lower().replace(" ", "-")
            talk.window.grab().save(str(folder / f"health-{slug}-{theme}.png"))
    talk.close()


ALERTS = JobAlerts(
    channels=(
        Channel("mail", "mail", "smtp.tidewater.example:587", recipients=("cloud-team@tidewater.example",)),
        Channel("webhook", "webhook", "chat.tidewater.example"),
        Channel("ping", "ping", "uptime.tidewater.example"),
        Channel("desktop", "desktop"),
    ),
    muted=("channel",),
    silent_hours=26,
)
DIALOG_SIZES = {"": (880, 1240), "-small": (680, 480)}


def _results() -> Mapping[str, Result]:
    place = {"host": "smtp.tidewater.example"}
    messages = {
        "mail": Message("mail-accepted", **place),
        "webhook": Message("alert-answered", status=200, seconds=0.3),
        "ping": Message("alert-refused", status=404),
        "desktop": Message("desktop-shown"),
    }
    return {key: Result(ago(minutes=3), key != "ping", one.as_json(), True) for key, one in messages.items()}


def draw_dialogs(folder: Path, theme: str) -> None:
    """Draw the alerts: of a job with a failing channel, of one of Microsoft's service, the form, and none."""
    home = Home.open({"IDENTITY_CENTER_WIZARD_HOME": os.environ["IDENTITY_CENTER_WIZARD_HOME"]})
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    apply_theme(application, theme)  # type: ignore[arg-type]
    talk = Controller(lambda: make_services(SandboxProcess()))
    talk.begin()
    dialog = AlertsWindow(talk.tasks, talk.window)

    def settle() -> None:
        for _ in range(3):
            while not talk.tasks.is_idle:
                application.processEvents()
            application.processEvents()

    def grab(name: str) -> None:
        settle()
        for suffix, size in DIALOG_SIZES.items():
            dialog.resize(*(px(side) for side in size))
            settle()
            dialog.grab().save(str(folder / f"alerts-{name}-{theme}{suffix}.png"))

    for name in ("Healthy", "Microsoft paused", "Never run"):
        job = job_of(name)
        if name != "Never run":
            AlertSettings(home).change(job.id, lambda _before: ALERTS)
            sent = {"failed": ago(days=9), "attention": ago(days=18), "secrets": ago(hours=2)}
            AlertStateStore(home, job.id).change(
                lambda before, sent=sent: replace(before, results=dict(_results()), sent=sent)
            )
        dialog.open_for(job)
        grab(name.lower().replace(" ", "-"))
        if name == "Healthy":
            button = dialog.findChild(QAbstractButton, "editChannel.mail")
            assert button is not None
            button.click()
            grab("edit")
    dialog.close()
    talk.close()


def main() -> None:
    """Write the pictures."""
    parser = options_parser(
        "health_gallery", "Draw the job list, Monitor and the alerts in each state as PNG files."
    )
    parser.add_argument("--dialogs", action="store_true", help="draw the alerts only")
    chosen = parser.parse_args()
    folder = chosen.folder
    folder.mkdir(parents=True, exist_ok=True)
    use_screens()
    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    apply_language(application, chosen.language)
    for theme in chosen.themes or THEMES:
        with tempfile.TemporaryDirectory() as home:
            os.environ["IDENTITY_CENTER_WIZARD_HOME"] = home
            if not chosen.dialogs:
                draw(folder, theme)
            draw_dialogs(folder, theme)
    del application


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    main()
