"""The job that a command names: loaded, shown the first time it is used on this computer, its host allowed if asked."""

import argparse
import sys
from functools import partial

from wizard.aws.endpoint import Endpoint, endpoint
from wizard.cli.output import one_line
from wizard.errors import JobFileError
from wizard.flow.jobs.drafts import edited_parts
from wizard.flow.jobs.first_opening import first_opening, remember
from wizard.flow.runs.connection import SECRET_FILES, confirm_host, use_secret_file
from wizard.flow.services import Services
from wizard.flow.steps.steps import labels_of
from wizard.flow.support.patience import in_time
from wizard.messages.translation import _
from wizard.provisioning.job import Job


async def find_job(options: argparse.Namespace, services: Services) -> Job:
    """Load the job of the argument JOB and carry out --allow-host; raises WizardError.

    What a job file from elsewhere would do and where is printed to standard error, once.
    """
    job = await in_time(options.job, partial(services.jobs.find, options.job))
    lines = await first_opening(services, job)
    if lines:
        for line in (
            _("First use of {job} on this computer:").format(job=job.name),
            *(f"  {each}" for each in lines),
        ):
            print(one_line(line), file=sys.stderr)
        await remember(services, job)
    edited = await edited_parts(services, job)
    if edited:
        warning = _("{job} has edits that were not reviewed ({steps}).").format(
            job=job.name, steps=labels_of(edited)
        )
        print(one_line(warning), file=sys.stderr)
        print(_("  The last reviewed version is used. Review the edits in the window."), file=sys.stderr)
    for kind, option in SECRET_FILES.items():
        file = getattr(options, option, None)
        if file is not None:
            await use_secret_file(services, kind, file)
    if getattr(options, "allow_host", ""):
        await _allow(services, job, options.allow_host)
    return job


async def _allow(services: Services, job: Job, host: str) -> None:
    """Allow the job's host; raises JobFileError where the job names another one."""
    place = endpoint(job.target.tenant_url)
    if not isinstance(place, Endpoint):
        raise JobFileError("tenant-url-unusable", why=place.message)
    if place.host != host.strip().lower():
        raise JobFileError("other-host-allowed", allowed=host, host=place.host)
    if place.needs_confirmation():
        await confirm_host(services, place.host)
