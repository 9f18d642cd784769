"""`new`: make a job with the default mappings and everyone in scope."""

import argparse
import re
from dataclasses import replace

from anyio import to_thread

from wizard import messages
from wizard.aws.endpoint import Endpoint, endpoint
from wizard.cli.output import command_line, say
from wizard.cli.shared_options import add_allow_host, add_job, add_reading_options, reading_options, set_handler
from wizard.flow.directory.reading import first_look
from wizard.flow.jobs.new_job import NewJob, create, other_file_job, source_of
from wizard.flow.runs.connection import confirm_host, confirmed_hosts
from wizard.flow.services import Services
from wizard.flow.support.exit_codes import ExitCode
from wizard.messages.translation import _
from wizard.provisioning.job import EntraChoice, Job, SourceChoice

_LONGEST_PREFIX = 39


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `new`."""
    add_job(parser, _("name of the new job, or path of the .json file to create"))
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--users", default="", metavar="FILE", help=_("file with people: .csv, .tsv, .xlsx, .json, or .ldif")
    )
    source.add_argument(
        "--entra", default="", metavar="TENANT", help=_("Microsoft Entra ID tenant: domain name or tenant ID")
    )
    parser.add_argument(
        "--members",
        default="",
        metavar="FILE",
        help=_("file with the members of groups, in the columns group and member"),
    )
    files = add_reading_options(parser)
    files.add_argument(
        "--id-prefix",
        default="",
        type=_prefix,
        metavar="TEXT",
        help=_("prefix for external IDs, to keep those of two file jobs apart"),
    )
    entra = parser.add_argument_group(_("with --entra"))
    entra.add_argument(
        "--client-id", default="", metavar="ID", help=_("application (client) ID of the app registration")
    )
    entra.add_argument(
        "--sign-in",
        choices=("browser", "device-code", "secret", "certificate"),
        default="secret",
        help=_("sign-in method; the default is secret"),
    )
    entra.add_argument(
        "--certificate", default="", metavar="FILE", help=_("PEM file with the certificate and its private key")
    )
    entra.add_argument(
        "--application", default="", metavar="ID", help=_("object ID of the enterprise application")
    )
    entra.add_argument(
        "--everybody",
        action="store_true",
        help=_("provision the whole tenant instead of assigned people and groups"),
    )
    entra.add_argument("--nested", action="store_true", help=_("include members of nested groups"))
    entra.add_argument(
        "--cloud",
        choices=("global", "usgov", "dod", "china"),
        default="global",
        help=_("Microsoft cloud; the default is global"),
    )
    parser.add_argument("--tenant-url", required=True, metavar="URL", help=_("SCIM endpoint from the AWS console"))
    add_allow_host(parser)
    parser.add_argument(
        "--pacing",
        choices=("aws", "adaptive"),
        default="",
        help=_("request rate: the documented limits of AWS, or adapted to the server"),
    )
    set_handler(parser, new)


async def new(options: argparse.Namespace, services: Services) -> int:
    """Save the job and print the commands that come next.

    Raises WizardError if the job exists, or for a file that can never be people: an exported mapping, a picture.
    """
    entra = _entra_choice(options) if options.entra else None
    allowed = frozenset({options.allow_host.strip().lower()} - {""})
    hosts = allowed | await confirmed_hosts(services)
    files = (options.users, options.members)
    reading = replace(SourceChoice(), **reading_options(options))
    new_job = NewJob(*files, options.tenant_url, hosts, options.pacing, entra, reading, options.id_prefix)
    remark = None
    if entra is None:
        source = await to_thread.run_sync(source_of, new_job)
        remark = await first_look(source)
    saved = await to_thread.run_sync(create, services.jobs, options.job, new_job)
    place = endpoint(saved.job.target.tenant_url)
    if isinstance(place, Endpoint) and place.needs_confirmation():
        await confirm_host(services, place.host)
    say(_("Created {job} ({path}).").format(job=saved.job.name, path=saved.path))
    if remark is not None:
        say(_("Note: {note}").format(note=messages.text(remark)))
    home = ("--home", options.home) if options.home else ()
    _say_next(_("Next: {command}"), "secret", "set", options.job, "aws-token", *home)
    if entra and entra.sign_in in ("secret", "certificate"):
        _say_next(_("Then: {command}"), "secret", "set", options.job, "entra-secret", *home)
    if entra:
        _say_next(_("Then: {command}"), "sign-in", options.job, *home)
    if not entra and not options.id_prefix:
        await _propose_prefix(services, saved.job)
    return ExitCode.DONE


async def _propose_prefix(services: Services, job: Job) -> None:
    """Propose external ids of its own where another file job goes to the same tenant."""
    other = await to_thread.run_sync(other_file_job, services.jobs, job)
    if other:
        prefix = re.sub(r"[^A-Za-z0-9]+", "-", job.name).strip("-").lower()[:_LONGEST_PREFIX] or "job"
        text = _(
            "Note: {job} also provisions from a file to this SCIM endpoint. If both files use the same unique IDs, create "
            "this job again with --id-prefix {prefix}-, or map externalId to the expression "
            'Join("", "{prefix}-", [objectId]) on the Attributes page.'
        )
        say(text.format(job=other, prefix=prefix))


def _say_next(text: str, *arguments: str) -> None:
    say(text.format(command=command_line(*arguments)))


def _prefix(text: str) -> str:
    if not re.fullmatch(rf"[A-Za-z0-9._-]{{0,{_LONGEST_PREFIX + 1}}}", text):
        raise argparse.ArgumentTypeError(_("use up to 40 letters, digits, '.', '_', and '-'"))
    return text


def _entra_choice(options: argparse.Namespace) -> EntraChoice:
    return EntraChoice(
        cloud=options.cloud,
        tenant=options.entra.strip(),
        client_id=options.client_id.strip().lower(),
        sign_in=options.sign_in,
        certificate_file=options.certificate,
        application_id=options.application.strip(),
        scope="all" if options.everybody else "assigned",
        nested=options.nested,
    )
