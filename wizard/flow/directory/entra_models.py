"""What screen and verbs show of Microsoft's side: clouds, permissions, who is signed in, what a person must do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from wizard.errors import WizardError
from wizard.graph.clouds import (
    CLAIMS_PERMISSIONS,
    CLOUDS,
    CONFIGURE_PERMISSIONS,
    GRAPH_COMMAND_LINE,
    MONITOR_PERMISSIONS,
    PROVISIONING_PERMISSIONS,
    READ_PERMISSIONS,
)

if TYPE_CHECKING:
    # Shown by the screen, which knows no graph.
    from wizard.graph.applications import Application as Application
    from wizard.graph.applications import Assignment as Assignment
    from wizard.graph.applications import Principal as Principal
    from wizard.provisioning.job import EntraChoice

__all__ = ["CONFIGURE_PERMISSIONS", "GRAPH_COMMAND_LINE", "READ_PERMISSIONS"]

SANDBOX: Final = "sandbox"
"""Id of the cloud that a stand-in on this computer is."""
REDIRECT_URI = "http://localhost"
"""What the registration names under Mobile and desktop applications."""
Need = Literal["read", "configure", "claims", "monitor", "provisioning"]
"""What one wants to do at Microsoft: read the directory, change the application, change the claims of its sign-ins too,
watch Microsoft's provisioning service, or set it up."""
PERMISSIONS_FOR: Final[Mapping[Need, tuple[str, ...]]] = {
    "read": READ_PERMISSIONS,
    "configure": CONFIGURE_PERMISSIONS,
    "claims": CLAIMS_PERMISSIONS,
    "monitor": MONITOR_PERMISSIONS,
    "provisioning": PROVISIONING_PERMISSIONS,
}
CLOUD_TITLES = tuple((cloud.id, cloud.title) for cloud in CLOUDS)


@dataclass(frozen=True, slots=True)
class PageToOpen:
    """Microsoft's page for a sign-in: the screen opens it in the person's browser."""

    url: str


@dataclass(frozen=True, slots=True)
class CodeToEnter:
    """A code that the person enters at an address, on any device."""

    address: str
    code: str
    seconds: float
    """How long it is good for."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in, and where the sign-in is kept."""

    user_name: str
    """A person's user principal name; "" = an application by itself."""
    tenant_id: str
    kept: Literal["keyring", "session", "environment", ""] = "keyring"
    """Where its key or secret stands; "session" = gone when the program ends."""


@dataclass(frozen=True, slots=True)
class Enterprise:
    """What Microsoft says of the gallery's application in this tenant."""

    applications: "tuple[Application, ...]"
    offered: bool
    """The gallery of this cloud offers it."""
    tenant_name: str = ""
    """Display name of the organization; "" = the sign-in may not read it."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """Who is assigned to one application."""

    application_id: str
    assignments: "tuple[Assignment, ...]"

    def count(self, kind: str) -> int:
        """How many of a kind: "User" or "Group"."""
        return sum(one.kind == kind for one in self.assignments)


class MorePermission(WizardError):
    """Changing something at Microsoft needs more permissions than reading; the person is asked first."""

    def __init__(self, need: Need = "configure") -> None:
        """need: what the person wanted to do; a sign-in for it asks for the permissions."""
        more = tuple(each for each in PERMISSIONS_FOR[need] if each not in READ_PERMISSIONS)
        super().__init__("more-permissions-needed", permissions=more)
        self.need = need


def consent_url(choice: "EntraChoice") -> str:
    """Where an administrator consents for the whole tenant to what the registration asks for; "" = not known yet."""
    from wizard.graph.sign_in import Registration

    cloud = next((one for one in CLOUDS if one.id == choice.cloud), None)
    if cloud is None or not choice.tenant or not choice.client_id:
        return ""
    return Registration(cloud, choice.tenant, choice.client_id).consent_url
