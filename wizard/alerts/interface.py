"""An alert and the channels that carry it."""

from dataclasses import dataclass
from typing import Literal

from wizard.errors import WizardError


class Unconfirmed(WizardError):
    """The message was sent whole and not answered: the receiver may have it, so it is not sent again."""


Severity = Literal["info", "warning", "error"]
ChannelKind = Literal["mail", "microsoft", "webhook", "ping", "command", "desktop"]
"""`mail` by SMTP, `microsoft` by Microsoft Graph with the job's own sign-in."""
Security = Literal["starttls", "tls", "none"]
"""How a mail server is reached; `none` only on this computer."""
Template = Literal["json", "slack", "teams"]


@dataclass(frozen=True, slots=True)
class Alert:
    """One message. It has the same id when it is sent again."""

    id: str
    """Unique for an event: a receiver can drop a repetition."""
    event: str
    """The event's code: `failed`, `recovered`."""
    job: str
    severity: Severity
    title: str
    """One line."""
    text: str
    """Why, and what to do."""
    at: str
    """ISO time, UTC."""
    computer: str = ""
    footer: tuple[str, ...] = ()
    """Lines below an e-mail: job, computer, time."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel. Its password or address is a secret and is passed separately."""

    id: str
    kind: ChannelKind
    host: str = ""
    """Host and port of the mail server, or host of a secret address, of which only this is shown."""
    security: Security = "starttls"
    user: str = ""
    """Mail: signs in with this name; "" = no sign-in."""
    sender: str = ""
    """Mail: the sender's address; Microsoft: the mailbox that sends, "" = that of the person who signed in."""
    recipients: tuple[str, ...] = ()
    template: Template = "json"
    """Of a webhook."""
    arguments: tuple[str, ...] = ()
    """Of a command: the program and its arguments, never a shell line."""
    computer: str = ""
    """Of a command: the computer on which a person chose it. It is started on no other one."""
    on: bool = True

    @property
    def has_secret(self) -> bool:
        """Whether it needs a password or an address from the keyring."""
        return self.kind in ("webhook", "ping") or (self.kind == "mail" and bool(self.user))


_LONGEST_ADDRESS = 320
"""Characters of an e-mail address, with a name before it."""
_LONGEST_HOST = 255


def check_mail(channel: Channel) -> None:
    """Raise WizardError for an address or a server to which no e-mail can be sent. Uses no network."""
    for address in (channel.sender, *channel.recipients):
        optional = channel.kind == "microsoft" and not address
        if not optional and not (len(address) <= _LONGEST_ADDRESS and address.isprintable() and "@" in address):
            raise WizardError("mail-address-malformed", address=address)
    if channel.kind == "mail":
        mail_server(channel)


def mail_server(channel: Channel) -> tuple[str, int]:
    """Return the host of the mail server and its port, 0 = the usual one. Raises WizardError."""
    host, _, port = channel.host.rpartition(":")
    if not host or channel.host.endswith("]"):  # no port; [::1] is an address of IPv6
        host, port = channel.host, "0"
    host = host.removeprefix("[").removesuffix("]")
    is_name = 0 < len(host) <= _LONGEST_HOST and host.isprintable() and " " not in host
    if not is_name or not (port.isascii() and port.isdecimal() and len(port) < 6 and int(port) < 1 << 16):
        raise WizardError("mail-server-malformed", host=channel.host)
    return host, int(port)
