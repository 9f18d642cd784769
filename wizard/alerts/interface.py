"""What an alert says, and the channels it can go through."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["info", "warning", "error"]
ChannelKind = Literal["mail", "webhook", "ping", "command", "desktop"]
Security = Literal["starttls", "tls", "none"]
"""How a mail server is reached; `none` only on this computer."""
Template = Literal["json", "slack", "teams"]


@dataclass(frozen=True, slots=True)
class Alert:
    """One message. It has the same id when it is sent again."""

    id: str
    """Unique for an event: a receiver can drop a repetition."""
    event: str
    """What happened, as a code: `failed`, `recovered`."""
    job: str
    severity: Severity
    title: str
    """One line."""
    text: str
    """Why, and what to do."""
    at: str
    """ISO time, UTC."""
    computer: str = ""


@dataclass(frozen=True, slots=True)
class Channel:
    """One way out. Its password or address is a secret and is handed over apart."""

    id: str
    kind: ChannelKind
    host: str = ""
    """Host and port of the mail server, or of the address; what is shown of a secret address."""
    security: Security = "starttls"
    user: str = ""
    """Mail: signs in with this name; "" = no sign-in."""
    sender: str = ""
    recipients: tuple[str, ...] = ()
    template: Template = "json"
    """Of a webhook."""
    arguments: tuple[str, ...] = ()
    """Of a command: the program and its arguments, never a shell line."""
    on: bool = True

    @property
    def has_secret(self) -> bool:
        """Whether it needs a password or an address from the keyring."""
        return self.kind in ("webhook", "ping") or (self.kind == "mail" and bool(self.user))
