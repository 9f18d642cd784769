"""A secret text that no output shows, and the environment variables that secrets arrive in."""

from collections.abc import Mapping, MutableMapping
from typing import NoReturn

AWS_TOKEN_VARIABLE = "IDENTITY_CENTER_WIZARD_AWS_TOKEN"
ENTRA_SECRET_VARIABLE = "IDENTITY_CENTER_WIZARD_ENTRA_SECRET"
AWS_ADDRESS_VARIABLE = "IDENTITY_CENTER_WIZARD_AWS_TENANT_URL"
ENTRA_ADDRESS_VARIABLE = "IDENTITY_CENTER_WIZARD_ENTRA_ADDRESS"
"""Where the secrets above may be sent: they are sent nowhere else."""
ALERT_PREFIX = "IDENTITY_CENTER_WIZARD_ALERT_"
"""Begins the variables of the secrets of alert channels; see `alert_variable`."""
FILE_SUFFIX = "_FILE"
"""A variable above with this suffix names a file with the secret, as in container images."""
CREDENTIALS_VARIABLE = "CREDENTIALS_DIRECTORY"
"""Names the folder of a unit's systemd credentials (systemd.exec(5))."""


def alert_variable(channel_id: str) -> str:
    """Return the variable of a channel's password or address: IDENTITY_CENTER_WIZARD_ALERT_WEBHOOK_2 for webhook-2."""
    return ALERT_PREFIX + channel_id.upper().replace("-", "_")


def credential_name(secret: str) -> str:
    """Return the name of a secret's systemd credential."""
    return f"identity-center-wizard.{secret}"


def take_secrets(environ: MutableMapping[str, str]) -> Mapping[str, str]:
    """Return a copy of the environment, and remove from it what holds secrets: processes started later inherit none.

    Called once at the start, before other threads read the environment.
    """
    whole = dict(environ)
    secrets = (AWS_TOKEN_VARIABLE, ENTRA_SECRET_VARIABLE)
    of_alerts = [name for name in whole if name.startswith(ALERT_PREFIX)]
    for name in (*secrets, *(f"{secret}{FILE_SUFFIX}" for secret in secrets), *of_alerts, CREDENTIALS_VARIABLE):
        environ.pop(name, None)
    return whole


class Secret:
    """Wraps a secret: printing, formatting, logging or pickling an object that contains it does not reveal it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text; to be called only where it is sent or stored."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(hidden)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format("Secret(hidden)", spec)

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        import hmac  # 3 ms, which the first window does without

        return isinstance(other, Secret) and hmac.compare_digest(
            self._text.encode("utf-8", "surrogatepass"), other._text.encode("utf-8", "surrogatepass")
        )

    def __hash__(self) -> int:
        return hash(("Secret", self._text))

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is never pickled or copied to disk")
