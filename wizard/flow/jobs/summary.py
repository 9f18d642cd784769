"""What a job is from and where it goes, in the words a list or a sentence has room for."""

from pathlib import Path
from typing import TYPE_CHECKING

from wizard.aws.endpoint import Endpoint, endpoint

if TYPE_CHECKING:
    from wizard.provisioning.job import Job

EVERYONE = "Everyone in the directory"


def everyone_in_words(job: "Job") -> str:
    """Who can be in scope at all: of a tenant perhaps those assigned alone."""
    entra = job.source.entra
    if job.source.kind == "entra" and entra.scope == "assigned":
        return f"Everyone assigned to {entra.application_name or 'the application'}"
    return EVERYONE


def target_in_words(job: "Job") -> str:
    """ "eu-central-1", "this computer", another host, or "no target yet"."""
    found = endpoint(job.target.tenant_url)
    if not isinstance(found, Endpoint):
        return "no target yet"
    return found.region or ("this computer" if found.kind == "loopback" else found.host)


def source_in_words(job: "Job") -> str:
    """The file's name, "Sample company", or "Entra ID, contoso.onmicrosoft.com"."""
    if job.source.kind == "sample":
        return "Sample company"
    if job.source.kind == "entra":
        return f"Entra ID, {job.source.entra.tenant}" if job.source.entra.tenant else "Entra ID"
    return Path(job.source.users_file).name or "no directory yet"
