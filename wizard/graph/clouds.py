"""Microsoft's clouds: addresses of sign-in and Graph, and the permissions asked for.

Apart from `client`, whose imports delay the first window.
"""

import re
from dataclasses import dataclass

from wizard.errors import JobFileError

GRAPH_COMMAND_LINE = "14d82eec-204b-4c2f-b7e8-296a70dab67e"
"""Microsoft Graph Command Line Tools: a public client of Microsoft, used only if a person chooses it."""
TEMPLATE_ID = "21ed01d2-ec13-4e9e-86c1-cd546719ebc4"
"""The gallery's template of AWS IAM Identity Center."""
READ_PERMISSIONS = ("User.Read.All", "GroupMember.Read.All", "Application.Read.All")
"""Enough to provision from this computer; Application.Read.All is needed for assignments only."""
CONFIGURE_PERMISSIONS = (
    "Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "User.Read.All", "GroupMember.Read.All",
)  # fmt: skip
"""Asked for only to add an application or to change assignments."""
CLAIMS_PERMISSIONS = (*CONFIGURE_PERMISSIONS, "Policy.Read.All", "Policy.ReadWrite.ApplicationConfiguration")
"""Asked for only to send attributes for access control with sign-ins."""
MONITOR_PERMISSIONS = (*READ_PERMISSIONS, "Synchronization.Read.All", "ProvisioningLog.Read.All")
"""Asked for only to watch Microsoft's provisioning service."""
PROVISIONING_PERMISSIONS = (*CONFIGURE_PERMISSIONS, "Synchronization.ReadWrite.All", "ProvisioningLog.Read.All")
"""Asked for only to set up, start and stop Microsoft's provisioning service."""
MAIL_PERMISSIONS = (*READ_PERMISSIONS, "Mail.Send")
"""Asked for only to send alerts by e-mail through Microsoft 365."""


@dataclass(frozen=True, slots=True)
class Cloud:
    """One of Microsoft's clouds. A token of one is not valid in another."""

    id: str
    login: str
    """Address of the sign-in, without tenant."""
    graph: str
    """Address of Graph, without version."""
    gallery: bool
    """Whether its gallery offers AWS IAM Identity Center."""
    resource: str = ""
    """Prefix of scopes; "" = the address of Graph."""

    @property
    def graph_url(self) -> str:
        """Base URL of Graph's calls."""
        return f"{self.graph}/v1.0"

    def scopes(self, permissions: tuple[str, ...]) -> list[str]:
        """Permissions as OAuth scopes."""
        return [f"{self.resource or self.graph}/{permission}" for permission in permissions]


CLOUDS = (
    Cloud("global", "https://login.microsoftonline.com",
          "https://graph.microsoft.com", True),
    Cloud("usgov", "https://login.microsoftonline.us", "https://graph.microsoft.us",
          False),
    Cloud("dod", "https://login.microsoftonline.us", "https://dod-graph.microsoft.us",
          False),
    Cloud("china", "https://login.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn",
          True),
)  # fmt: skip
"""Microsoft Graph, national cloud deployments; the gallery application as Microsoft's tutorial lists it."""


MICROSOFT_SIGN_IN_HOSTS = frozenset(
    {
        *(cloud.login.partition("://")[2] for cloud in CLOUDS), "login.microsoft.com", "login.windows.net",
        "sts.windows.net", "login.partner.microsoftonline.cn", "login-us.microsoftonline.com",
        "login.usgovcloudapi.net",
    }
)  # fmt: skip
"""Hosts that Microsoft's sign-in answers on: the well-known authorities of msal."""
_ON_THIS_COMPUTER = re.compile(
    r"https?://(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?(?:/[A-Za-z0-9._~-]+)*/?", re.ASCII
)


def sandbox_cloud(authority: str, graph_url: str) -> Cloud:
    """The cloud of a sandbox on this computer, from the addresses that it prints.

    Raises JobFileError for an address elsewhere: a job file names them, and the tokens for Microsoft go there.
    """
    for address in (authority, graph_url):
        if not _ON_THIS_COMPUTER.fullmatch(address):
            raise JobFileError("sandbox-elsewhere", address=address)
    login = authority.rstrip("/").rpartition("/")[0]
    return Cloud("sandbox", login, graph_url.removesuffix("/v1.0"), True,
                 "https://graph.microsoft.com")  # fmt: skip
