"""The command table. To add a command, write a module here with `add_arguments(parser)` and give it a row in `COMMANDS`.

A command's module is imported when that command is used: each would cost the others up to half a second of start-up.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from wizard.messages.translation import N_


class CommandModule(Protocol):
    """What a module of this package offers."""

    def add_arguments(self, parser: argparse.ArgumentParser, /) -> None:
        """Add the command's options, and name its handler with `set_handler`."""


@dataclass(frozen=True, slots=True)
class Command:
    """One row of the table."""

    help: str
    """One line for `--help`, without a full stop; translated where it is shown."""
    load: Callable[[], CommandModule]
    """Imports the module. A function with an import statement, so that PyInstaller finds the module."""


def _trial() -> CommandModule:
    from wizard.cli.commands import trial

    return trial


def _new() -> CommandModule:
    from wizard.cli.commands import new

    return new


def _evaluate() -> CommandModule:
    from wizard.cli.commands import evaluate

    return evaluate


def _check() -> CommandModule:
    from wizard.cli.commands import check

    return check


def _health() -> CommandModule:
    from wizard.cli.commands.monitoring import health

    return health


def _metrics() -> CommandModule:
    from wizard.cli.commands.monitoring import metrics

    return metrics


def _alerts() -> CommandModule:
    from wizard.cli.commands.monitoring import alerts

    return alerts


def _source() -> CommandModule:
    from wizard.cli.commands import source

    return source


def _plan() -> CommandModule:
    from wizard.cli.commands import plan

    return plan


def _run() -> CommandModule:
    from wizard.cli.commands import run

    return run


def _schedule() -> CommandModule:
    from wizard.cli.commands import schedule

    return schedule


def _sign_in() -> CommandModule:
    from wizard.cli.commands import sign_in

    return sign_in


def _sign_on() -> CommandModule:
    from wizard.cli.commands import sign_on

    return sign_on


def _secret() -> CommandModule:
    from wizard.cli.commands import secret

    return secret


def _entra() -> CommandModule:
    from wizard.cli.commands import entra

    return entra


def _engine() -> CommandModule:
    from wizard.cli.commands import engine

    return engine


def _list() -> CommandModule:
    from wizard.cli.commands import list_jobs

    return list_jobs


def _export() -> CommandModule:
    from wizard.cli.commands import export

    return export


def _import() -> CommandModule:
    from wizard.cli.commands import import_job

    return import_job


def _revoke() -> CommandModule:
    from wizard.cli.commands import revoke

    return revoke


def _protect() -> CommandModule:
    from wizard.cli.commands import protect

    return protect


def _about() -> CommandModule:
    from wizard.cli.commands import about

    return about


COMMANDS: dict[str, Command] = {
    "try": Command(N_("try the program with a sample company and a simulated Identity Center"), _trial),
    "new": Command(N_("create a job with the default attribute mappings"), _new),
    "evaluate": Command(N_("test an expression with attribute values"), _evaluate),
    "check": Command(N_("test the connections to the directory and to AWS"), _check),
    "source": Command(N_("show or change how a job reads its files"), _source),
    "list": Command(N_("list the saved jobs and their state"), _list),
    "health": Command(N_("check the health of jobs; exit code 0 healthy, 1 attention, 6 quarantine"), _health),
    "alerts": Command(N_("send alerts when a run fails or does not start"), _alerts),
    "metrics": Command(N_("write the state of all jobs to a file for the Prometheus node_exporter"), _metrics),
    "export": Command(N_("export a job without its secrets"), _export),
    "import": Command(N_("import a job that was exported on another computer"), _import),
    "plan": Command(N_("show what a run would change, without changing anything"), _plan),
    "run": Command(N_("run a job: plan the changes and apply them"), _run),
    "schedule": Command(N_("run a job regularly on this computer"), _schedule),
    "sign-in": Command(N_("sign in to Microsoft Entra ID for a job"), _sign_in),
    "sign-on": Command(N_("set up single sign-on from Entra ID to AWS"), _sign_on),
    "entra": Command(N_("set up and manage Microsoft's provisioning service"), _entra),
    "engine": Command(N_("choose who provisions a job: this computer or Microsoft's service"), _engine),
    "secret": Command(N_("store a secret in the system keyring or in a file"), _secret),
    "protect": Command(N_("protect accounts and groups in AWS from changes by any job"), _protect),
    "revoke": Command(N_("remove the secrets, history, and schedule of a job"), _revoke),
    "about": Command(N_("show the version and the folders with jobs and logs"), _about),
}
"""In the order of the help."""
