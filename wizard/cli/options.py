"""What may stand on the command line."""

import argparse

from wizard import __version__
from wizard.cli import evaluate, schedule
from wizard.cli.schedule import JOB_HELP

SANDBOX_HELP = "an Identity Center of your own on this computer, to try things out"


def parser() -> argparse.ArgumentParser:
    """The parser of every verb; wrong usage ends with exit code 2, as argparse does."""
    top = argparse.ArgumentParser(
        prog="identity-center-wizard",
        description="Provision people and groups into AWS IAM Identity Center. Without a verb the window opens.",
    )
    top.add_argument(
        "--version", action="version", version=f"%(prog)s {__version__}", help="which version this is"
    )
    verbs = top.add_subparsers(dest="verb", metavar="VERB")
    trial = verbs.add_parser("try", help="the sample company and a sandbox, nothing to set up")
    trial.add_argument("--headless", action="store_true", help="without the window")
    _new(verbs.add_parser("new", help="make a job with the default mappings, everyone in scope"))
    evaluate.add_arguments(verbs.add_parser("evaluate", help="what an expression gives for attributes you name"))
    _verb_with_job(verbs.add_parser("check", help="test both ends of a job"))
    plan = _verb_with_job(verbs.add_parser("plan", help="read both sides, print the plan, change nothing"))
    _output(plan)
    run = _verb_with_job(verbs.add_parser("run", help="plan and carry out the plan"))
    _output(run)
    run.add_argument(
        "--accept",
        action="append",
        default=[],
        metavar="CODE",
        help="accept a concern by its code; may be repeated",
    )
    run.add_argument("--home", default="", metavar="FOLDER", help="another folder for jobs and journals")
    schedule.add_arguments(verbs.add_parser("schedule", help="have this computer run a job again and again"))
    _verb_with_job(verbs.add_parser("sign-in", help="sign in to Microsoft for a job whose directory is Entra ID"))
    _secret(verbs.add_parser("secret", help="keep a secret in this computer's keyring"))
    about = verbs.add_parser("about", help="version, and where jobs and logs lie")
    about.add_argument(
        "--diagnostics",
        action="store_true",
        help="versions, settings and counts for whoever helps you; no names, addresses or secrets",
    )
    verbs.add_parser("sandbox", help=SANDBOX_HELP, add_help=False)
    return top


def _new(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("job", metavar="JOB", help=JOB_HELP)
    source = verb.add_mutually_exclusive_group(required=True)
    source.add_argument("--users", default="", metavar="FILE", help="people: .csv, .tsv, .xlsx or .json")
    source.add_argument(
        "--entra", default="", metavar="TENANT", help="a tenant of Microsoft Entra ID, by name or id"
    )
    verb.add_argument("--members", default="", metavar="FILE", help="pairs of group and member")
    entra = verb.add_argument_group("with --entra")
    entra.add_argument(
        "--client-id", default="", metavar="ID", help="application (client) id of the app registration"
    )
    entra.add_argument(
        "--sign-in", choices=("browser", "device-code", "secret", "certificate"), default="secret", help="how"
    )
    entra.add_argument("--certificate", default="", metavar="FILE", help="PEM with private key and certificate")
    entra.add_argument("--application", default="", metavar="ID", help="object id of the enterprise application")
    entra.add_argument("--everybody", action="store_true", help="read the whole tenant, not those assigned alone")
    entra.add_argument("--nested", action="store_true", help="people of groups inside groups count as members")
    entra.add_argument(
        "--cloud", choices=("global", "usgov", "dod", "china"), default="global", help="of Microsoft"
    )
    verb.add_argument("--tenant-url", required=True, metavar="URL", help="the SCIM endpoint from the AWS console")
    verb.add_argument("--allow-host", default="", metavar="HOST", help="a host that is not AWS's, on purpose")
    verb.add_argument(
        "--pacing", choices=("aws", "adaptive"), default="", help="known limits of AWS, or found ones"
    )


def _verb_with_job(verb: argparse.ArgumentParser) -> argparse.ArgumentParser:
    verb.add_argument("job", metavar="JOB", help=JOB_HELP)
    return verb


def _output(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--json", action="store_true", help="one event per line on standard output")
    verb.add_argument("--full", action="store_true", help="read AWS in full instead of trusting the journal")


def _secret(verb: argparse.ArgumentParser) -> None:
    actions = verb.add_subparsers(dest="secret_action", metavar="set", required=True)
    set_ = actions.add_parser("set", help="from a prompt or standard input, never from an argument")
    set_.add_argument("job", metavar="JOB", help=JOB_HELP)
    set_.add_argument("which", choices=("aws-token", "entra-secret"))
