"""Describes what a job would do and where: shown when it is opened on this computer for the first time."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from anyio import to_thread

from wizard.aws.endpoint import Endpoint, endpoint
from wizard.graph.clouds import CLOUDS
from wizard.messages.formats import percent
from wizard.messages.translation import N_, _, ngettext
from wizard.provisioning.job import LeaverAction, forgets_sooner, has_higher_limits

if TYPE_CHECKING:
    from wizard.flow.services import Services
    from wizard.provisioning.job import Job, Policy, SourceChoice

_SIGN_IN = {
    "browser": N_("A user signs in with a browser at {login}. Users and groups are read from {graph}."),
    "device-code": N_("A user signs in with a device code at {login}. Users and groups are read from {graph}."),
    "secret": N_("An app signs in with a client secret at {login}. Users and groups are read from {graph}."),
    "certificate": N_("An app signs in with a certificate at {login}. Users and groups are read from {graph}."),
}
_SENT_TO = {
    "aws": N_("People and the access token are sent to {url} (AWS, {region})."),
    "loopback": N_("People and the access token are sent to {url} (on this computer)."),
    "other": N_("People and the access token are sent to {url} (not an AWS host)."),
}


async def first_opening(services: "Services", job: "Job") -> tuple[str, ...]:
    """Return what the job would do and where, one sentence each; () = it was seen on this computer before.

    A job file that names another directory, address, treatment of leavers or limit for approvals than when it was last
    seen counts as new.
    """
    known = await to_thread.run_sync(services.jobs.knows, job)
    return () if known else described(job)


async def remember(services: "Services", job: "Job") -> None:
    """Count the job as seen on this computer; raises WizardError."""
    await to_thread.run_sync(services.jobs.remember, job)


def described(job: "Job") -> tuple[str, ...]:
    """Return what a job does and where, one sentence each."""
    engine = (_("Microsoft's provisioning service provisions this job."),) if job.engine == "entra" else ()
    matching = (_("Existing accounts in AWS that match are taken over automatically."),)
    return (
        *_directory(job.source),
        _target(job),
        *engine,
        _leavers(job),
        *(matching if job.policy.match_existing else ()),
        *_limits(job.policy),
    )


def _limits(policy: "Policy") -> Iterator[str]:
    if has_higher_limits(policy):
        text = _(
            "Runs wait for approval only if they affect more than {people:,} people and {share} of all people."
        )
        yield text.format(people=policy.threshold_count, share=percent(policy.threshold_percent))
    if forgets_sooner(policy):
        days = policy.results_kept_days
        yield ngettext(
            "The history of runs is kept for {days} day.", "The history of runs is kept for {days} days.", days
        ).format(days=days)


def _directory(source: "SourceChoice") -> tuple[str, ...]:
    if source.kind == "sample":
        return (_("People come from the sample company."),)
    if source.kind != "entra":
        return (_files(source),)
    entra = source.entra
    cloud = next((each for each in CLOUDS if each.id == entra.cloud), None)
    login, graph = (cloud.login, cloud.graph) if cloud else (entra.authority, entra.graph_url)
    tenant = (
        _("People come from Microsoft Entra ID, tenant {tenant}.").format(tenant=entra.tenant)
        if entra.tenant
        else _("People come from Microsoft Entra ID. No tenant is set.")
    )
    return tenant, _(_SIGN_IN[entra.sign_in]).format(login=login, graph=graph)


def _files(source: "SourceChoice") -> str:
    if source.users_file and source.members_file:
        text = _("People come from “{people}”, group members from “{members}”.")
        return text.format(people=source.users_file, members=source.members_file)
    if source.users_file or source.members_file:
        return _("People come from “{file}”.").format(file=source.users_file or source.members_file)
    return _("No source is set.")


def _target(job: "Job") -> str:
    url = job.target.tenant_url
    place = endpoint(url)
    if not url or not isinstance(place, Endpoint):
        return _("The SCIM endpoint is missing or cannot be used.")
    return _(_SENT_TO[place.kind]).format(url=place.url, region=place.region_name)


def _leavers(job: "Job") -> str:
    policy = job.policy
    if policy.leavers == LeaverAction.LEAVE:
        return _("People who leave are not changed in AWS.")
    if policy.leavers == LeaverAction.DISABLE:
        return _("People who leave are disabled in AWS.")
    days = policy.delete_after_days
    if not days:
        return _("People who leave are deleted from AWS immediately.")
    return ngettext(
        "People who leave are disabled in AWS and deleted after {days} day.",
        "People who leave are disabled in AWS and deleted after {days} days.",
        days,
    ).format(days=days)
