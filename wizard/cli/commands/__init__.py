"""The command table. To add a command, write a module here with `add_arguments(parser)` and give it a row in `COMMANDS`.

A command's module is imported when that command is used: each would cost the others up to half a second of start-up.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class CommandModule(Protocol):
    """What a module of this package offers."""

    def add_arguments(self, parser: argparse.ArgumentParser, /) -> None:
        """Add the command's options, and name its handler with `set_handler`."""


@dataclass(frozen=True, slots=True)
class Command:
    """One row of the table."""

    help: str
    """One line for `--help`, without a full stop."""
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
    "try": Command("the sample company and a sandbox, nothing to set up", _trial),
    "new": Command("make a job with the default mappings, everyone in scope", _new),
    "evaluate": Command("what an expression gives for attributes you name", _evaluate),
    "check": Command("test both ends of a job", _check),
    "source": Command("show or change how a job reads its files", _source),
    "list": Command("the saved jobs, with their state", _list),
    "health": Command("whether jobs run as they should; exit code 0 healthy, 1 attention, 6 quarantine", _health),
    "alerts": Command("where you are told that a run failed or did not happen", _alerts),
    "metrics": Command("a text file with the state of all jobs, for node_exporter", _metrics),
    "export": Command("write a job for another computer, without its secrets", _export),
    "import": Command("save a job that was exported on another computer", _import),
    "plan": Command("read both sides, print the plan, change nothing", _plan),
    "run": Command("plan and carry out the plan", _run),
    "schedule": Command("have this computer run a job again and again", _schedule),
    "sign-in": Command("sign in to Microsoft for a job whose directory is Entra ID", _sign_in),
    "sign-on": Command("single sign-on: show and write what Entra ID needs for AWS", _sign_on),
    "entra": Command("set up, watch and steer Microsoft's provisioning service", _entra),
    "engine": Command("who provisions a job: this program or Microsoft's service", _engine),
    "secret": Command("keep a secret in this computer's keyring", _secret),
    "protect": Command("accounts and groups in AWS that no job may change", _protect),
    "revoke": Command("forget secrets, readings, history and schedule of a job, or of all", _revoke),
    "about": Command("version, and where jobs and logs lie", _about),
}
"""In the order of the help."""
