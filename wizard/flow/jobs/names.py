"""Default names of jobs, made of source and target, and rules for chosen names."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.errors import Message
from wizard.flow.jobs.summary import target_in_words, tenant_in_words
from wizard.flow.steps.steps import UNNAMED
from wizard.messages.translation import _

if TYPE_CHECKING:
    from wizard.provisioning.job import Job

_EARLIER = "no directory yet to "
"""Earlier versions named a job before its directory was known."""


def default_name(job: "Job") -> str:
    """Return "people.csv to eu-central-1", the directory alone while there is no target, or the name of an empty job."""
    source = _source(job)
    target = target_in_words(job)
    if source and target:
        return _("{source} to {target}").format(source=source, target=target)
    return source or UNNAMED


def is_default_name(job: "Job") -> bool:
    """Return whether the name is the one that the job would get, perhaps with a number."""
    stem = re.sub(r" \d+$", "", job.name)
    names = {UNNAMED, default_name(job), f"{_source(job)} to {target_in_words(job)}"}  # the last: made in English
    return not stem or not names.isdisjoint({job.name, stem}) or stem.startswith(_EARLIER)


def name_problem(name: str) -> Message | None:
    """Return why no job can have this name; None = it can. "" is for a job that is named after its source."""
    return Message("job-name-ends-in-json", name=name) if name.lower().endswith(".json") else None


def safe_file_name(name: str) -> str:
    """Return the name of a job as part of a file name on every system."""
    return " ".join(re.sub(r'[<>:"/\\|?*\x00-\x1f]', " ", name).split()).strip(" .")[:100] or "job"


def _source(job: "Job") -> str:
    source = job.source
    if source.kind == "sample":
        return _("Sample company")
    if source.kind == "entra":
        return (tenant_in_words(source.entra.tenant) or "Entra ID") if source.entra.tenant else ""
    return Path(source.users_file).name
