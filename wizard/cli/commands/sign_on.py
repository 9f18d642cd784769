"""`sign-on`: single sign-on between Entra ID and AWS: show what would be written to Microsoft, and write it."""

import argparse
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from anyio import to_thread

from wizard import messages
from wizard.cli.job_argument import find_job
from wizard.cli.output import print_json, say
from wizard.cli.shared_options import add_accept, add_job, add_subcommand, set_handler
from wizard.flow.directory.reading import read_directory
from wizard.flow.microsoft import sign_on
from wizard.flow.services import Services
from wizard.flow.support.exit_codes import ExitCode
from wizard.messages.translation import _, ngettext
from wizard.progress import ignore_event
from wizard.provisioning.job import Job

if TYPE_CHECKING:
    from wizard.entra_provisioning.sign_on import Difference, SignOnPlan


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `sign-on show` and `apply`."""
    actions = parser.add_subparsers(dest="sign_on_action", metavar="show|apply", required=True)
    show_ = add_subcommand(actions, "show", _("compare the settings with Entra ID, without changing anything"))
    _add_values(show_)
    show_.add_argument("--json", action="store_true", help=_("print one JSON object"))
    set_handler(show_, show)
    apply_ = add_subcommand(actions, "apply", _("save the settings to Entra ID"))
    _add_values(apply_)
    add_accept(apply_)
    apply_.add_argument(
        "--save", default="", metavar="FILE", help=_("save Microsoft's metadata for AWS to this file")
    )
    set_handler(apply_, apply)


def _add_values(parser: argparse.ArgumentParser) -> None:
    add_job(parser)
    parser.add_argument(
        "--metadata", default="", metavar="FILE", help=_("service provider metadata from the AWS console")
    )
    parser.add_argument("--sign-on-url", default="", metavar="URL", help=_("AWS access portal URL"))
    parser.add_argument(
        "--attribute",
        action="append",
        default=[],
        metavar="KEY=ATTRIBUTE",
        help=_(
            "send an attribute of Entra ID for access control (ABAC), such as Department=department; can be repeated"
        ),
    )
    parser.add_argument("--no-attributes", action="store_true", help=_("send no attributes for access control"))
    parser.add_argument(
        "--remind",
        action="append",
        default=[],
        metavar="ADDRESS",
        help=_("notification email before the certificate expires; can be repeated"),
    )


async def show(options: argparse.Namespace, services: Services) -> int:
    """Print every setting with what it is and would be, and the check of NameID. Changes nothing at Microsoft."""
    job = await _job(options, services)
    plan = await sign_on.review(services, job)
    snapshot = await read_directory(services, job, ignore_event)
    check = await sign_on.check_name_ids(job, snapshot)
    values = await sign_on.check_attributes(job, snapshot)
    if options.json:
        print_json(_as_json(plan, check, values))
    else:
        _print(plan)
        warning = check.message
        say(messages.text(warning) if warning else _matches(check.checked))
        for message in values.messages:
            say(messages.text(message))
    return ExitCode.REFUSED if plan.concerns else ExitCode.DONE


async def apply(options: argparse.Namespace, services: Services) -> int:
    """Write what differs; with --save also Microsoft's metadata. Raises NotAccepted for an open warning."""
    job = await _job(options, services)
    plan = await sign_on.review(services, job)
    _print(plan)
    configured = await sign_on.apply(services, job, plan, frozenset(options.accept), ignore_event)
    job = replace(job, sign_on=sign_on.as_written(job.sign_on, date.today().isoformat()))
    await to_thread.run_sync(services.jobs.save, job)
    say(_("Saved to Entra ID.") if plan.changes else _("Entra ID already has these settings."))
    if options.save:
        await _save(services, job, configured, Path(options.save))
    return ExitCode.DONE


async def _save(services: Services, job: Job, configured: "sign_on.SignOn", path: Path) -> None:
    metadata = await sign_on.metadata_for_aws(services, job, configured)
    await sign_on.save_file(path, metadata.content)
    say(_("Saved {path}. Upload it in the AWS console as the IdP SAML metadata.").format(path=path))


async def _job(options: argparse.Namespace, services: Services) -> Job:
    """The job with the values given, saved if any was."""
    job = saved = await find_job(options, services)
    if options.metadata:
        provider = await sign_on.read_metadata_file(Path(options.metadata))
        job = sign_on.with_service_provider(job, provider)
    choice = job.sign_on
    if options.sign_on_url:
        choice = replace(choice, sign_on_url=options.sign_on_url)
    if options.remind:
        choice = replace(choice, reminders=tuple(options.remind))
    if options.attribute or options.no_attributes:
        choice = sign_on.with_attributes(choice, sign_on.attributes_from(options.attribute))
    job = replace(job, sign_on=choice)
    if job != saved:
        await to_thread.run_sync(services.jobs.save, job)
    return job


def _print(plan: "SignOnPlan") -> None:
    say(_("Application {name}:").format(name=plan.configured.name))
    for difference in plan.differences:
        say(f"  {'+' if difference.is_change else '='} {difference.setting}: {_value(difference)}")
    for note in plan.notes:
        say(_("Note: {text}").format(text=messages.text(note)))
    for concern in plan.concerns:
        say(_("Warning ({code}): {text}").format(code=concern.code, text=messages.text(concern)))


def _value(difference: "Difference") -> str:
    if difference.setting != "certificate":
        return ", ".join(filter(None, difference.after)) or _("not set")
    text = _("new, valid until {day}") if difference.is_change else _("kept, valid until {day}")
    return text.format(day=difference.after[0])


def _matches(count: int) -> str:
    return ngettext(
        "NameID matches userName for {n:,} person.", "NameID matches userName for all {n:,} people.", count
    ).format(n=count)


def _as_json(plan: "SignOnPlan", check: sign_on.NameIdCheck, values: sign_on.AttributeCheck) -> dict[str, object]:
    return {
        "application": plan.configured.name,
        "settings": [
            {
                "setting": each.setting,
                "before": list(each.before),
                "after": list(each.after),
                "change": each.is_change,
            }
            for each in plan.differences
        ],
        "concerns": [each.code for each in plan.concerns],
        "notes": [each.code for each in plan.notes],
        "name_id": {"checked": check.checked, "differing": len(check.differing)},
        "attributes": {
            each.key: {
                "attribute": each.attribute,
                "empty": values.empty.get(each.key, 0),
                "refused": len(values.refused.get(each.key, ())),
            }
            for each in plan.wanted.attributes or ()
        },
    }
