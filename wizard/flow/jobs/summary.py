"""A saved job in the list of jobs, and short names of its source and target."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.aws.endpoint import Endpoint, endpoint
from wizard.messages.translation import _

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


def everyone_in_words(job: "Job") -> str:
    """Return who can be in scope: everyone in the source, or everyone assigned to the application."""
    entra = job.source.entra
    if job.source.kind != "entra" or entra.scope != "assigned":
        return _("Everyone in the directory")
    if entra.application_name:
        return _("Everyone assigned to {application}").format(application=entra.application_name)
    return _("Everyone assigned to the application")


def source_to_target(job: "Job", tenant_name: str = "") -> str:
    """Return source and target in one line: "people.csv to eu-central-1"; `tenant_name`: name of its organization."""
    source, target = source_in_words(job, tenant_name), target_in_words(job)
    if not target:
        return _("{source}, no target yet").format(source=source)
    return _("{source} to {target}").format(source=source, target=target)


def target_in_words(job: "Job") -> str:
    """Return the region, "the sandbox" or another host; "" = not known yet."""
    found = endpoint(job.target.tenant_url)
    if not isinstance(found, Endpoint):
        return ""
    return found.region or (_("the sandbox") if found.kind == "loopback" else found.host)


_TENANT_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def tenant_in_words(tenant: str, name: str = "") -> str:
    """Return the organization's name if known, otherwise the tenant's domain; "" for a tenant id."""
    return name or ("" if _TENANT_ID.fullmatch(tenant) else tenant)


def source_in_words(job: "Job", tenant_name: str = "") -> str:
    """Return the file's name, "Sample company", or "Entra ID, Contoso"; `tenant_name`: name of its organization."""
    if job.source.kind == "sample":
        return _("Sample company")
    if job.source.kind == "entra":
        tenant = tenant_in_words(job.source.entra.tenant, tenant_name)
        return _("Entra ID, {tenant}").format(tenant=tenant) if tenant else _("Entra ID")
    return Path(job.source.users_file).name or _("No source yet")
