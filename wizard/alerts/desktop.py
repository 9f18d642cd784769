"""Alerts on the desktop of the person who is signed in: notify-send on Linux, osascript on macOS."""

import html
import os
import shutil
import subprocess
import sys

from wizard.alerts.interface import Alert, Channel
from wizard.errors import Message, WizardError
from wizard.secret import Secret

_SECONDS = 15.0
_APPLESCRIPT = "on run argv\ndisplay notification (item 2 of argv) with title (item 1 of argv)\nend run"


def send(_channel: Channel, _secret: Secret | None, alert: Alert) -> Message:
    """Show a notification; raises WizardError where no desktop takes it. Blocks."""
    command = arguments(alert)
    if shutil.which(command[0]) is None:
        raise WizardError("desktop-without-notifications", program=command[0])
    try:
        ended = subprocess.run(  # noqa: S603 - a fixed program; texts are arguments of their own
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=False,
            env=dict(os.environ),
        )
    except (OSError, subprocess.TimeoutExpired):
        raise WizardError("desktop-not-reached") from None
    if ended.returncode:
        raise WizardError("desktop-not-reached")
    return Message("desktop-shown")


def arguments(alert: Alert) -> tuple[str, ...]:
    """Return the command; text from outside is never an option, markup or code."""
    title = f"{alert.job}: {alert.title}".replace("\0", " ")
    text = alert.text.replace("\0", " ")
    if sys.platform == "darwin":
        return ("osascript", "-e", _APPLESCRIPT, title, text)
    urgency = "critical" if alert.severity == "error" else "normal"
    named = "--app-name=Identity Center Wizard"
    return ("notify-send", named, f"--urgency={urgency}", "--", title, html.escape(text, quote=False))
