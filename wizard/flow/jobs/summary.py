"""A saved job in the list of jobs, and short names of its directory and its target."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.aws.endpoint import Endpoint, endpoint

if TYPE_CHECKING:
    from wizard.provisioning.job import Job


@dataclass(frozen=True, slots=True)
class JobSummary:
    """One saved job as the Plan page lists it."""

    path: str
    name: str
    id: str = ""
    summary: str = ""
    """"people.csv to eu-central-1"; of a broken file, why it cannot be used."""
    icon: str = "table"
    state: str = ""
    """Title of the most urgent finding of its health: "All in order", "3 people need attention", "Not run yet"."""
    tone: str = ""
    """ok, warn, bad or ""."""
    last_run: str = ""
    """ISO time of the last run; "" = never."""
    broken: bool = False
    """The file cannot be read."""
    is_edited: bool = False
    """It has edits that were not reviewed."""
    about_token: bool = False
    """The state is about the access token."""


EVERYONE = "Everyone in the directory"


def everyone_in_words(job: "Job") -> str:
    """Who can be in scope at all: of a tenant perhaps those assigned alone."""
    entra = job.source.entra
    if job.source.kind == "entra" and entra.scope == "assigned":
        return f"Everyone assigned to {entra.application_name or 'the application'}"
    return EVERYONE


def target_in_words(job: "Job") -> str:
    """ "eu-central-1", "the sandbox", another host, or "no target yet"."""
    found = endpoint(job.target.tenant_url)
    if not isinstance(found, Endpoint):
        return "no target yet"
    return found.region or ("the sandbox" if found.kind == "loopback" else found.host)


_TENANT_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def tenant_in_words(tenant: str, name: str = "") -> str:
    """The organization's name if it is known, else the tenant's domain; "" for an id, which tells a person nothing."""
    return name or ("" if _TENANT_ID.fullmatch(tenant) else tenant)


def source_in_words(job: "Job", tenant_name: str = "") -> str:
    """The file's name, "Sample company", or "Entra ID, Contoso"; `tenant_name` is the name of its organization."""
    if job.source.kind == "sample":
        return "Sample company"
    if job.source.kind == "entra":
        tenant = tenant_in_words(job.source.entra.tenant, tenant_name)
        return f"Entra ID, {tenant}" if tenant else "Entra ID"
    return Path(job.source.users_file).name or "no directory yet"
