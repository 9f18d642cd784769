"""The composition root: builds the stores and services, then opens the window or runs a command."""

import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from wizard import runtime
from wizard.sandbox_process import SandboxProcess
from wizard.secret import take_secrets

if TYPE_CHECKING:
    from wizard.flow.services import Services


def main(arguments: Sequence[str]) -> int:
    """Run the program: no command (or `try` without --headless) opens the window. Returns the exit code."""
    runtime.forbid_core_dumps()
    runtime.skip_unused_imports()
    environ = take_secrets(os.environ)
    if arguments and arguments[0] == "sandbox":
        from wizard.sandbox import main as sandbox

        return sandbox(arguments[1:])
    if not arguments or list(arguments) == ["try"]:
        runtime.defer_collection()  # until the first page is shown
        return _open_window(environ, trial=bool(arguments))
    return _run_command(arguments, environ)


def _run_command(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    runtime.defer_collection()
    _replace_closed_outputs()  # before the import: defaults of parameters name the outputs
    from wizard.messages.translation import use_language

    use_language()  # before the import too: the help of the commands is translated
    from wizard.cli import main as run_command
    from wizard.storage.paths import remove_session_folder

    sandbox = SandboxProcess()

    def services(home_folder: str, trial: bool) -> "Services":
        made = make_services(
            sandbox, home_folder, trial, {} if trial else environ
        )  # a trial needs no secret of ours
        runtime.collect_in_small_steps()  # from here on: everything that the command imports stays alive
        return made

    try:
        return run_command(
            arguments,
            services,
            lambda home_folder, trial, hidden: _open_window(environ, trial, home_folder, hidden),
        )
    finally:
        sandbox.stop()
        remove_session_folder()
        runtime.skip_final_collection()


def _replace_closed_outputs() -> None:
    """Replace closed stdout/stderr (`2>&-`) with the null device, so that printing never fails."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - open until the program ends


def _open_window(environ: Mapping[str, str], trial: bool, home_folder: str = "", hidden: bool = False) -> int:
    from wizard.storage.paths import HOME_VARIABLE, Home, private_folder, remove_session_folder

    try:
        from wizard.ui.app import Start, open_window
        from wizard.ui.window_settings import WindowSettings
    except ImportError as error:
        if "PySide6" not in f"{error.name} {error.path}":
            raise
        return _refuse_window(error)  # a server without the libraries of a desktop
    runtime.switch_threads_often()
    sandbox = SandboxProcess()
    home = Home.locate({HOME_VARIABLE: home_folder} if home_folder else None)
    start = Start(
        make_services=lambda: make_services(sandbox, home_folder, trial, environ),
        trial=trial,
        settings=WindowSettings(home.root, private_folder, trial=trial),
        hidden=hidden,
        ready=runtime.collect_in_small_steps,
    )
    try:
        code = open_window(start)
    finally:
        sandbox.stop()
        remove_session_folder()
    runtime.exit_without_waiting(code)
    return code


def _refuse_window(error: ImportError) -> int:
    from wizard import messages
    from wizard.cli.output import complain
    from wizard.errors import Message
    from wizard.flow.support.exit_codes import ExitCode
    from wizard.messages.translation import use_language

    use_language()
    complain(messages.text(Message("window-not-opened", reason=str(error).rstrip("."))))
    return ExitCode.WRONG_USAGE


def make_services(
    sandbox: SandboxProcess,
    home_folder: str = "",
    trial: bool = False,
    environ: Mapping[str, str] | None = None,
) -> "Services":
    """Open HOME and its log, and build the stores.

    home_folder: overrides the environment; "" = the usual folder. trial: makes no HOME. environ: holds the secrets that
    were passed in; None = as the process has it now.

    The window calls this on its worker: it opens folders and imports modules that the first window does without.
    """
    from wizard.flow.directory.entra_session import EntraAccess
    from wizard.flow.services import Services
    from wizard.flow.support.fault_log import open_log
    from wizard.storage.jobs import JobStore
    from wizard.storage.paths import HOME_VARIABLE, Home
    from wizard.storage.secret_store import SecretStore, allowed_keyrings

    home = Home.open({HOME_VARIABLE: home_folder} if home_folder else None, create=not trial)
    open_log(home)
    secrets = SecretStore(environ, allowed_keyrings(home).read)
    return Services(home, JobStore(home), secrets, sandbox.start, EntraAccess(home, secrets))
