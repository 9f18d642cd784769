"""Real stores in a HOME of the test's own, a real sandbox, secrets for the session."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox_process import SandboxHandle, running_sandbox
from wizard.errors import WizardError
from wizard.flow.directory.entra_session import EntraAccess
from wizard.flow.services import SandboxAddress, Services
from wizard.storage.jobs import JobStore
from wizard.storage.paths import Home
from wizard.storage.secret_store import SecretStore


def no_sandbox() -> SandboxAddress:
    raise WizardError("no-sandbox-here")


@pytest.fixture
def sandbox() -> Iterator[SandboxHandle]:
    with running_sandbox() as handle:
        yield handle


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.open({"IDENTITY_CENTER_WIZARD_HOME": str(tmp_path / "home")})


@pytest.fixture
def services(home: Home) -> Services:
    secrets = SecretStore({})
    return Services(home, JobStore(home), secrets, no_sandbox, EntraAccess(home, secrets))
