"""A job of Microsoft's service in a sandbox tenant, and the services that open it: its secrets are in the environment."""

from dataclasses import replace
from typing import Any

from tests.entra_process import PRINCIPAL, EntraHandle
from wizard.flow.directory.entra_session import EntraAccess
from wizard.flow.services import SandboxAddress, Services
from wizard.flow.steps.session import new_draft
from wizard.provisioning.job import EntraChoice, Job, SourceChoice, TargetChoice
from wizard.storage.jobs import JobStore
from wizard.storage.paths import Home
from wizard.storage.secret_store import AWS_TOKEN, ENTRA_SECRET, SecretStore


def _no_sandbox() -> SandboxAddress:
    raise AssertionError("the sandbox of the tests is used")


def microsoft_services(home: Home, entra: EntraHandle) -> Services:
    """Services of one HOME."""
    environ = {ENTRA_SECRET.variable: entra.client_secret, AWS_TOKEN.variable: entra.identity_center.token}
    secrets = SecretStore(environ)
    return Services(home, JobStore(home), secrets, _no_sandbox, EntraAccess(home, secrets))


def microsoft_job(entra: EntraHandle, name: str = "Tidewater pilot", **choice: Any) -> Job:
    """A job whose application signs in with its secret; `choice` replaces fields of its `EntraChoice`."""
    source = EntraChoice(
        cloud="sandbox",
        tenant=entra.authority.rpartition("/")[2],
        client_id=entra.client_id,
        sign_in="secret",
        application_id=PRINCIPAL,
        application_name="AWS IAM Identity Center",
        authority=entra.authority,
        graph_url=entra.graph_url,
    )
    return replace(
        new_draft(),
        name=name,
        source=SourceChoice("entra", entra=replace(source, **choice)),
        target=TargetChoice(entra.identity_center.tenant_url),
    )
