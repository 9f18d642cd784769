"""A whole window over a small company, a sandbox that takes its time, and a HOME of the test's own."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from tests.company import company
from tests.journeys.window import Held, Journey, held
from tests.sandbox_process import SandboxHandle, running_sandbox
from tests.ui.conftest import _circles_end_on_the_screens_thread, _desktop_formats, app  # noqa: F401 - fixtures
from wizard.flow.directory.entra_session import EntraAccess
from wizard.flow.services import SandboxAddress, Services
from wizard.flow.steps.session import new_draft
from wizard.provisioning.job import Scope, SourceChoice, TargetChoice
from wizard.storage.jobs import JobStore
from wizard.storage.paths import Home
from wizard.storage.secret_store import AWS_TOKEN, SecretStore
from wizard.ui.controller import Controller

PEOPLE = 8


def _no_sandbox() -> SandboxAddress:
    raise AssertionError("these tests start no sandbox of the program")


@pytest.fixture
def sandbox() -> Iterator[SandboxHandle]:
    with running_sandbox("--latency-ms", "120") as made:
        yield made


@pytest.fixture
def journey(app: QApplication, tmp_path: Path, sandbox: SandboxHandle) -> Iterator[Journey]:  # noqa: F811
    """The window at Monitor of a saved job that starts with one person; the token comes from the environment."""
    made = company(PEOPLE, 2, PEOPLE)
    users, members = made.write(tmp_path)
    home = Home.open({"IDENTITY_CENTER_WIZARD_HOME": str(tmp_path / "home")})
    first = made.person(0)["id"]
    job = replace(
        new_draft(),
        name="Test job",
        source=SourceChoice("file", users_file=str(users), members_file=str(members)),
        target=TargetChoice(sandbox.tenant_url),
        scope=Scope(start_small=True, first_user_ids=(first,)),
    )
    saved = JobStore(home).save(job)
    secrets = SecretStore({AWS_TOKEN.variable: sandbox.token})
    services = Services(home, JobStore(home), secrets, _no_sandbox, EntraAccess(home, secrets))
    talk = Controller(lambda: services)
    walker = Journey(talk, saved.path)
    talk.begin()
    talk.window.show()
    walker.open_job()
    yield walker
    talk.session.running = False
    talk.close()
    talk.window.close()
    talk.window.deleteLater()


@pytest.fixture
def new_job(app: QApplication, tmp_path: Path) -> Iterator[Journey]:  # noqa: F811
    """The window of a first start, with an empty HOME; secrets go to whatever keyring the test set."""
    home = Home.open({"IDENTITY_CENTER_WIZARD_HOME": str(tmp_path / "home")})
    secrets = SecretStore({})
    services = Services(home, JobStore(home), secrets, _no_sandbox, EntraAccess(home, secrets))
    talk = Controller(lambda: services)
    talk.begin()
    talk.window.show()
    yield Journey(talk, Path())
    talk.close()
    talk.window.close()
    talk.window.deleteLater()


@pytest.fixture
def gate() -> Iterator[Held]:
    """Holds what a test lets wait at it; opened when the test ends."""
    with held() as made:
        yield made
