"""Values about Microsoft's side for window and commands: clouds, permissions, the sign-in and its instructions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from wizard.errors import WizardError
from wizard.graph.clouds import (
    CLAIMS_PERMISSIONS,
    CLOUDS,
    CONFIGURE_PERMISSIONS,
    GRAPH_COMMAND_LINE,
    MAIL_PERMISSIONS,
    MONITOR_PERMISSIONS,
    PROVISIONING_PERMISSIONS,
    READ_PERMISSIONS,
)
from wizard.messages.translation import N_, _

if TYPE_CHECKING:
    # For pages, which may not import graph.
    from wizard.graph.applications import Application as Application
    from wizard.graph.applications import Assignment as Assignment
    from wizard.graph.applications import Principal as Principal
    from wizard.provisioning.job import EntraChoice

__all__ = ["CONFIGURE_PERMISSIONS", "GRAPH_COMMAND_LINE", "READ_PERMISSIONS"]

SANDBOX: Final = "sandbox"
"""Id of the cloud of the stand-in on this computer."""
REDIRECT_URI = "http://localhost"
"""Redirect URI of the registration, under Mobile and desktop applications."""
Need = Literal["read", "configure", "claims", "monitor", "provisioning", "mail"]
"""What one wants to do at Microsoft: read the directory, change the application, change the claims of its sign-ins too,
watch Microsoft's provisioning service, set it up, or send alerts by e-mail."""
PERMISSIONS_FOR: Final[Mapping[Need, tuple[str, ...]]] = {
    "read": READ_PERMISSIONS,
    "configure": CONFIGURE_PERMISSIONS,
    "claims": CLAIMS_PERMISSIONS,
    "monitor": MONITOR_PERMISSIONS,
    "provisioning": PROVISIONING_PERMISSIONS,
    "mail": MAIL_PERMISSIONS,
}
_CLOUD_TITLES = {
    "global": N_("Global (also US Government GCC)"),
    "usgov": N_("US Government L4 (GCC High)"),
    "dod": N_("US Government L5 (DoD)"),
    "china": N_("China (21Vianet)"),
}


def cloud_titles() -> tuple[tuple[str, str], ...]:
    """Return (id, name) of Microsoft's clouds."""
    return tuple((cloud.id, _(_CLOUD_TITLES[cloud.id])) for cloud in CLOUDS)


@dataclass(frozen=True, slots=True)
class PageToOpen:
    """Microsoft's page for a sign-in, to be opened in the person's browser."""

    url: str


@dataclass(frozen=True, slots=True)
class CodeToEnter:
    """A code that the person enters at an address, on any device."""

    address: str
    code: str
    seconds: float
    """Seconds until the code expires."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The signed-in account, and where the sign-in is stored."""

    user_name: str
    """User principal name; "" = an application signed in."""
    kept: Literal["keyring", "session", "environment", ""] = "keyring"
    """Where its key or secret is stored; "session" = until the program ends."""


@dataclass(frozen=True, slots=True)
class Enterprise:
    """The gallery application in this tenant."""

    applications: "tuple[Application, ...]"
    offered: bool
    """The gallery of this cloud offers it."""
    tenant_name: str = ""
    """Display name of the organization; "" = the sign-in may not read it."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """The assignments of one application."""

    application_id: str
    assignments: "tuple[Assignment, ...]"

    def count(self, kind: str) -> int:
        """Return the number of assignments of a kind: "User" or "Group"."""
        return sum(one.kind == kind for one in self.assignments)


class MorePermission(WizardError):
    """A change at Microsoft needs more permissions than reading; the person is asked first."""

    def __init__(self, need: Need) -> None:
        """need: purpose of the change; a sign-in for it requests the permissions."""
        more = tuple(each for each in PERMISSIONS_FOR[need] if each not in READ_PERMISSIONS)
        super().__init__("more-permissions-needed", permissions=more)


def consent_url(choice: "EntraChoice") -> str:
    """Return the link for admin consent to the registration's permissions; "" = tenant or client is missing."""
    from wizard.graph.sign_in import Registration

    cloud = next((one for one in CLOUDS if one.id == choice.cloud), None)
    if cloud is None or not choice.tenant or not choice.client_id:
        return ""
    return Registration(cloud, choice.tenant, choice.client_id).consent_url
