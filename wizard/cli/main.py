"""Runs one command and turns its outcome into an exit code."""

import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import anyio

from wizard import messages
from wizard.cli.output import OutputError, complain, escaped_outputs, message_json, print_json
from wizard.cli.parser import parse
from wizard.cli.signals import interruptible
from wizard.errors import Message, WizardError
from wizard.flow.support.exit_codes import ExitCode, of_error
from wizard.messages.translation import _

if TYPE_CHECKING:
    from wizard.flow.services import Services


def main(
    arguments: Sequence[str],
    make_services: Callable[[str, bool], "Services"],
    open_window: Callable[[str, bool, bool], int],
) -> int:
    """Run the command; results go to standard output, messages for a person to standard error.

    With `--json`, an error that ends the command is the last line of the output too: `{"event": "error", "exit": …}`
    with the code and arguments of its message.

    Both functions take the folder for jobs and journals that the command line names, "" = the usual one; and whether
    this is a trial, which leaves nothing in it. `open_window` also takes whether it begins in the background.
    """
    with escaped_outputs(), interruptible():
        try:
            return _run(arguments, make_services, open_window)
        except KeyboardInterrupt:  # while the command is imported
            complain(_("interrupted."))
            return ExitCode.INTERRUPTED


def _run(
    arguments: Sequence[str],
    make_services: Callable[[str, bool], "Services"],
    open_window: Callable[[str, bool, bool], int],
) -> int:
    options = parse(arguments)
    if getattr(options, "opens_window", False):
        return _guarded(
            lambda: open_window(options.home, options.command == "try", options.background), options.home, False
        )

    def run() -> int:
        services = (make_services(options.home, options.command == "try"),) if options.needs_services else ()
        code: int = anyio.run(options.handler, options, *services)
        sys.stdout.flush()  # the last lines may not fit on the disk either
        return code

    with messages.for_commands():
        return _guarded(run, options.home, getattr(options, "json", False))


def _guarded(run: Callable[[], int], home: str, as_json: bool) -> int:
    """Return what `run` returns, or report its error and return the exit code."""
    try:
        return run()
    except WizardError as error:
        complain(messages.text(error))
        code = of_error(error)
        if as_json:
            with suppress(OSError):  # its reader is gone, or the disk is full: the error was said above
                print_json({"event": "error", "exit": code, **message_json(error.message)})
        return code
    except KeyboardInterrupt:
        complain(_("interrupted."))
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # the reader of the output is gone
        return ExitCode.INTERRUPTED
    except OutputError as error:
        complain(messages.text(Message("output-lost", why=error.strerror)))
        return ExitCode.WRONG_USAGE
    except Exception as error:
        from wizard.flow.support.fault_log import note_fault  # not at the top: commands rarely need it

        where = note_fault(error, home)
        complain(_("an unexpected error occurred. {details}").format(details=where))
        return ExitCode.INTERNAL_ERROR
