"""The Identity Center and the Entra tenant of a sandbox on one port."""

import secrets
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from wizard.sandbox.entra.app import StandIn
from wizard.sandbox.entra.company import crowd, sample_company
from wizard.sandbox.entra.tokens import CLIENT_ID, SignIn


@dataclass(frozen=True, slots=True)
class Both:
    """What is served, and what is said of the tenant."""

    application: ASGIApp
    greeting: tuple[str, ...]


def beside(identity_center: ASGIApp, port: int, people: int) -> Both:
    """A tenant of so many people (0 = the sample company) beside an Identity Center."""
    tenant = crowd(people) if people else sample_company()
    stand_in = StandIn(tenant, SignIn(tenant.id, secrets.token_urlsafe(30)))

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        chosen: ASGIApp = stand_in if stand_in.owns(scope["path"]) else identity_center
        await chosen(scope, receive, send)

    root = f"http://127.0.0.1:{port}"
    return Both(
        application,
        (
            f"graph-url: {root}/v1.0",
            f"authority: {root}/{tenant.id}",
            f"client-id: {CLIENT_ID}",
            f"client-secret: {stand_in.sign_in.secret}",
        ),
    )
