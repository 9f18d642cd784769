"""Names of jobs: after directory and target until a person chooses one."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.aws.endpoint import Endpoint, endpoint
from wizard.errors import Message
from wizard.flow.jobs.summary import tenant_in_words
from wizard.flow.steps.steps import UNNAMED

if TYPE_CHECKING:
    from wizard.provisioning.job import Job

_EARLIER = "no directory yet to "
"""Earlier versions named a job before its directory was known."""


def default_name(job: "Job") -> str:
    """Return "people.csv to eu-central-1", the directory alone while there is no target, or the name of an empty job."""
    source = _source(job)
    target = _target(job)
    return f"{source} to {target}" if source and target else source or UNNAMED


def is_default_name(job: "Job") -> bool:
    """Return whether the name is the one that the job would get, perhaps with a number."""
    stem = re.sub(r" \d+$", "", job.name)
    return not stem or {job.name, stem} & {UNNAMED, default_name(job)} != set() or stem.startswith(_EARLIER)


def name_problem(name: str) -> Message | None:
    """Return why no job can have this name; None = it can. "" is for a job that is named after its source."""
    return Message("job-name-ends-in-json", name=name) if name.lower().endswith(".json") else None


def safe_file_name(name: str) -> str:
    """Return the name of a job as part of a file name on every system."""
    return " ".join(re.sub(r'[<>:"/\\|?*\x00-\x1f]', " ", name).split()).strip(" .")[:100] or "job"


def _source(job: "Job") -> str:
    source = job.source
    if source.kind == "sample":
        return "Sample company"
    if source.kind == "entra":
        return (tenant_in_words(source.entra.tenant) or "Entra ID") if source.entra.tenant else ""
    return Path(source.users_file).name


def _target(job: "Job") -> str:
    found = endpoint(job.target.tenant_url)
    if not isinstance(found, Endpoint):
        return ""
    return found.region or ("the sandbox" if found.kind == "loopback" else found.host)
