"""The table of channels that need no sign-in. To add one, write a module with `send` and give it a row here."""

from collections.abc import Callable, Mapping

from wizard.alerts import command, desktop, mail, webhook
from wizard.alerts.interface import Alert, Channel, ChannelKind
from wizard.errors import Message
from wizard.secret import Secret

Send = Callable[[Channel, Secret | None, Alert], Message]
"""Sends one alert through a channel, with its secret; returns the result, raises WizardError. Blocks."""

CHANNELS: Mapping[ChannelKind, Send] = {
    "mail": mail.send,
    "webhook": webhook.send,
    "ping": webhook.ping,
    "command": command.send,
    "desktop": desktop.send,
}
