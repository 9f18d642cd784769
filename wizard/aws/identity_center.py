"""AWS IAM Identity Center as the target: its rules, and how it is connected to."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Literal

from wizard.aws import connection_test
from wizard.aws import rules as quirks
from wizard.aws.endpoint import Endpoint, Problem, endpoint
from wizard.aws.interface import Adapted, ConnectionTest, ObjectKind, Violation
from wizard.aws.session import IdentityCenterSession
from wizard.errors import NoAccess, TokenRefused
from wizard.http.client import Timeouts, connected
from wizard.http.pacing import ADAPTIVE_PACING, AWS_PACING, Pacing
from wizard.http.retry import RetryPolicy
from wizard.progress import ReportRequest
from wizard.scim.client import ScimClient
from wizard.scim.resource import Resource
from wizard.secret import Secret

PacingChoice = Literal["", "aws", "adaptive"]


class IdentityCenter:
    """The place people go to. Holds the token hidden; nothing is asked of the network before `connect` or `test`.

    Raises `TokenRefused` at once where no request could carry the token, and `NoAccess` where the tenant URL cannot
    be used, or names a host that is neither AWS's nor this computer and was not confirmed (`allowed_host`).
    `is_linked` tells of an id in AWS whether another person or group of this job owns it: nobody is taken over then.
    """

    members_per_request = quirks.MEMBERS_PER_REQUEST

    def __init__(
        self,
        tenant_url: str,
        token: Secret | str,
        pacing: PacingChoice = "",
        *,
        allowed_host: str = "",
        is_linked: Callable[[str], bool] | None = None,
        retry: RetryPolicy | None = None,
        timeouts: Timeouts | None = None,
    ) -> None:
        self._token = _sendable(token if isinstance(token, Secret) else Secret(token))
        self.endpoint = _usable(tenant_url, allowed_host)
        self._pacing = pacing_for(self.endpoint, pacing)
        self._is_linked = is_linked or (lambda _: False)
        self._retry, self._timeouts = retry, timeouts

    def __repr__(self) -> str:
        return f"IdentityCenter({self.endpoint.url!r})"

    def adapt_user(self, resource: Resource) -> Adapted:
        """A person as AWS takes them, without loss."""
        return quirks.adapt("user", resource)

    def adapt_group(self, resource: Resource) -> Adapted:
        """A group as AWS takes it, without loss."""
        return quirks.adapt("group", resource)

    def user_violations(self, resource: Resource) -> tuple[Violation, ...]:
        """The rules of AWS that a person breaks."""
        return quirks.violations("user", resource)

    def group_violations(self, resource: Resource) -> tuple[Violation, ...]:
        """The rules of AWS that a group breaks."""
        return quirks.violations("group", resource)

    def unique_keys(self, kind: ObjectKind, resource: Resource) -> tuple[tuple[str, str], ...]:
        """(path, folded value) of what must be unique in AWS."""
        return quirks.unique_keys(kind, resource)

    @asynccontextmanager
    async def connect(self, report: ReportRequest) -> AsyncGenerator[IdentityCenterSession, None]:
        """An open connection; its pacing is shared by all calls made on it."""
        async with connected(self.endpoint.url, self._token, self._pacing, self._retry, self._timeouts) as wire:
            wire.report_to(report)
            yield IdentityCenterSession(ScimClient(wire), self._is_linked)

    async def test(self, report: ReportRequest) -> ConnectionTest:
        """Try the endpoint step by step; never raises for what the network or AWS does."""
        return await connection_test.try_endpoint(self.endpoint, self._token, self._pacing, report, self._timeouts)


def pacing_for(place: Endpoint, choice: PacingChoice) -> Pacing:
    """The pace for an endpoint: AWS's known quotas for its own hosts, found elsewhere, unless chosen by hand."""
    if choice == "aws" or (not choice and place.kind == "aws"):
        return AWS_PACING
    return ADAPTIVE_PACING


def _sendable(token: Secret) -> Secret:
    """The token without line ends around it; what a header cannot carry is refused here, where nothing repeats it."""
    text = token.reveal().strip()
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        raise TokenRefused(
            "The access token cannot be used",
            "It is empty, or holds characters that no token has. Paste it again as AWS shows it.",
        )
    return Secret(text)


def _usable(tenant_url: str, allowed_host: str) -> Endpoint:
    found = endpoint(tenant_url)
    if isinstance(found, Problem):
        raise NoAccess("The tenant URL cannot be used", found.sentence)
    if found.kind == "other" and found.host != allowed_host.strip().lower():
        raise NoAccess(
            f"The host {found.host} has not been confirmed",
            "It is neither a host of AWS nor this computer, and the token would go there. Confirm the host on "
            "the AWS page, or name it with --allow-host.",
        )
    return found
