"""Alerts to a program of the person's choice: a list of arguments, the values in its environment."""

import os
import signal
import subprocess
import sys
from contextlib import suppress

from wizard.alerts.interface import Alert, Channel
from wizard.errors import Message, WizardError
from wizard.secret import Secret

_SECONDS = 30.0
_PREFIX = "ICW_ALERT_"


def send(channel: Channel, _secret: Secret | None, alert: Alert) -> Message:
    """Run the program and wait for its end; raises WizardError where it fails. Blocks."""
    program = channel.arguments[0] if channel.arguments else ""
    try:
        with subprocess.Popen(  # noqa: S603 - a person on this computer chose it; never a shell line
            channel.arguments,
            env={**os.environ, **environment(alert)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as process:
            try:
                exit_code = process.wait(_SECONDS)
            except BaseException:
                _end(process)
                raise
    except subprocess.TimeoutExpired:
        raise WizardError("alert-command-timeout", program=program, seconds=round(_SECONDS)) from None
    except (OSError, ValueError, IndexError) as error:
        reason = getattr(error, "strerror", "") or type(error).__name__
        raise WizardError("alert-command-not-started", program=program, reason=reason) from None
    if exit_code:
        raise WizardError("alert-command-failed", program=program, exit_code=exit_code)
    return Message("alert-command-done", program=program)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the program, and on POSIX what it has started."""
    if sys.platform == "win32":
        process.kill()
        return
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def environment(alert: Alert) -> dict[str, str]:
    """Return the variables that the program gets beside ours; zero characters cannot be handed over."""
    values = {
        "ID": alert.id,
        "EVENT": alert.event,
        "JOB": alert.job,
        "SEVERITY": alert.severity,
        "TITLE": alert.title,
        "TEXT": alert.text,
        "TIME": alert.at,
        "COMPUTER": alert.computer,
    }
    return {f"{_PREFIX}{name}": value.replace("\0", " ") for name, value in values.items()}
