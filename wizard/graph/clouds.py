"""Microsoft's clouds: where one signs in, where Graph stands, and which permissions are asked for."""

from dataclasses import dataclass

GRAPH_COMMAND_LINE = "14d82eec-204b-4c2f-b7e8-296a70dab67e"
"""Microsoft Graph Command Line Tools: a public client of Microsoft's own, used only where a person chooses it."""
TEMPLATE_ID = "21ed01d2-ec13-4e9e-86c1-cd546719ebc4"
"""The gallery's template of AWS IAM Identity Center."""
READ_PERMISSIONS = ("User.Read.All", "GroupMember.Read.All", "Application.Read.All")
"""Enough to provision from this computer; the last only to read assignments."""
CONFIGURE_PERMISSIONS = (
    "Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "User.Read.All", "GroupMember.Read.All",
)  # fmt: skip
"""Asked for only when an application is to be added or assignments are to be changed."""


@dataclass(frozen=True, slots=True)
class Cloud:
    """One of Microsoft's clouds. A token of one opens nothing in another."""

    id: str
    title: str
    login: str
    """Address of the sign-in, without a tenant."""
    graph: str
    """Address of Graph, without a version."""
    gallery: bool
    """The gallery offers AWS IAM Identity Center there."""
    resource: str = ""
    """What scopes begin with; "" = the address of Graph."""

    @property
    def graph_url(self) -> str:
        """Address that calls of Graph begin with."""
        return f"{self.graph}/v1.0"

    def scopes(self, permissions: tuple[str, ...]) -> list[str]:
        """Permissions as a sign-in asks for them."""
        return [f"{self.resource or self.graph}/{permission}" for permission in permissions]


CLOUDS = (
    Cloud("global", "Global (also US Government GCC)", "https://login.microsoftonline.com",
          "https://graph.microsoft.com", True),
    Cloud("usgov", "US Government L4 (GCC High)", "https://login.microsoftonline.us", "https://graph.microsoft.us",
          False),
    Cloud("dod", "US Government L5 (DoD)", "https://login.microsoftonline.us", "https://dod-graph.microsoft.us",
          False),
    Cloud("china", "China (21Vianet)", "https://login.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn",
          True),
)  # fmt: skip
"""Microsoft Graph, national cloud deployments; the gallery application as Microsoft's tutorial lists it."""


def stand_in(authority: str, graph_url: str) -> Cloud:
    """The cloud that a sandbox on this computer is; addresses as it tells them."""
    login = authority.rstrip("/").rpartition("/")[0]
    return Cloud("sandbox", "Sandbox on this computer", login, graph_url.removesuffix("/v1.0"), True,
                 "https://graph.microsoft.com")  # fmt: skip
