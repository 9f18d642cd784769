"""SAML single sign-on of the enterprise application, as Microsoft Graph shows and changes it.

The order and the waits are Microsoft's (Graph, "Configure SAML-based single sign-on for your application").
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import anyio

from wizard.errors import NoAccess, WizardError
from wizard.graph.applications import APPEARS_LOOKS, APPEARS_SECONDS
from wizard.graph.client import (
    ApplicationGone,
    GraphClient,
    InconsistentAnswer,
    Inner,
    failure,
    microsoft_answered,
    time_in_answer,
)
from wizard.graph.clouds import Cloud
from wizard.http.documents import read_document

SAML = "saml"
_SELECT = (
    "id,appId,displayName,preferredSingleSignOnMode,loginUrl,notificationEmailAddresses,"
    "preferredTokenSigningKeyThumbprint,keyCredentials"
)
MOST_REMINDERS = 5
"""Addresses that Entra ID reminds before the certificate ends (servicePrincipal, notificationEmailAddresses)."""
_POLICY_CODES = ("InvalidUniqueTenantIdentifierAsPerAppPolicy",)
_POLICY_WORDS = ("tenant verified domain", "as per app policy", "app management policy")
LARGEST_METADATA = 1_000_000


@dataclass(frozen=True, slots=True)
class SigningCertificate:
    """A certificate that Entra ID can sign sign-ins with."""

    thumbprint: str
    """SHA-1 in hexadecimal digits, upper case."""
    ends: datetime
    """In UTC."""


@dataclass(frozen=True, slots=True)
class SignOn:
    """How single sign-on is configured at Microsoft."""

    application_id: str
    """Object id of the service principal."""
    registration_id: str
    """Object id of the application."""
    app_id: str
    name: str
    mode: str
    """`saml`, `password`, `notSupported` …; "" = none."""
    sign_on_url: str
    reminders: tuple[str, ...]
    identifiers: tuple[str, ...]
    reply_urls: tuple[str, ...]
    certificates: tuple[SigningCertificate, ...]
    """The one that ends last first."""
    active_thumbprint: str
    """Of the certificate in use; "" = none chosen."""


async def read_sign_on(client: GraphClient, application_id: str) -> SignOn:
    """Read the configuration; raises `WizardError`."""
    principal = await client.one(f"/servicePrincipals/{application_id}?$select={_SELECT}")
    app_id = str(principal.get("appId") or "")
    query = f"/applications?$filter=appId%20eq%20'{app_id}'&$select=id,appId,identifierUris,web"
    rows = (await client.one(query)).get("value")
    if not isinstance(rows, list) or len(rows) != 1 or not isinstance(rows[0], dict) or not rows[0].get("id"):
        raise ApplicationGone("application-registered-elsewhere", name=str(principal.get("displayName") or ""))
    web = rows[0].get("web")
    return SignOn(
        application_id,
        str(rows[0]["id"]),
        app_id,
        str(principal.get("displayName") or ""),
        str(principal.get("preferredSingleSignOnMode") or ""),
        str(principal.get("loginUrl") or ""),
        _texts(principal.get("notificationEmailAddresses")),
        _texts(rows[0].get("identifierUris")),
        _texts(web.get("redirectUris") if isinstance(web, dict) else ()),
        _certificates(principal.get("keyCredentials")),
        str(principal.get("preferredTokenSigningKeyThumbprint") or "").upper(),
    )


async def change_application(client: GraphClient, application_id: str, properties: dict[str, Any]) -> None:
    """Set properties of the service principal, such as its mode; raises `WizardError`."""
    path = f"/servicePrincipals/{application_id}"
    _expect(await client.change("PATCH", path, properties), (204,), path)


async def change_registration(
    client: GraphClient, registration_id: str, identifiers: Sequence[str], reply_urls: Sequence[str]
) -> None:
    """Set identifiers and reply URLs, all at once; raises `WizardError`.

    A policy of the tenant may refuse an identifier without one of its domains. Applications with the mode `saml` are
    exempt by default, so the mode is set first.
    """
    path = f"/applications/{registration_id}"
    body = {"identifierUris": list(identifiers), "web": {"redirectUris": list(reply_urls)}}
    answer = await client.change("PATCH", path, body)
    if answer.status == 400 and (answer.code in _POLICY_CODES or answer.says(*_POLICY_WORDS)):
        raise WizardError(
            "identifier-refused-by-policy",
            identifier=", ".join(identifiers),
            answer=microsoft_answered(answer.status, answer.code, answer.request_id),
        )
    _expect(answer, (204,), path)


async def add_certificate(
    client: GraphClient, application_id: str, name: str, ends: datetime
) -> SigningCertificate:
    """Create a signing certificate; never repeated automatically. `name` begins with `CN=`. Raises `WizardError`."""
    path = f"/servicePrincipals/{application_id}/addTokenSigningCertificate"
    body = {"displayName": name, "endDateTime": ends.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
    made = await client.post(path, body)
    thumbprint, ends_at = str(made.get("thumbprint") or "").upper(), time_in_answer(made.get("endDateTime"))
    if not thumbprint or ends_at is None:
        raise InconsistentAnswer("graph-certificate-without-thumbprint")
    return SigningCertificate(thumbprint, ends_at)


async def wait_until(
    client: GraphClient, application_id: str, shows: Callable[[SignOn], bool], seconds: float = APPEARS_SECONDS
) -> SignOn:
    """Read until Graph shows a change; raises `WizardError` if it does not within about three minutes."""
    for _ in range(APPEARS_LOOKS):
        current = await read_sign_on(client, application_id)
        if shows(current):
            return current
        await anyio.sleep(seconds)
    raise NoAccess("sign-on-not-visible-yet")


def metadata_url(cloud: Cloud, tenant: str, app_id: str) -> str:
    """Address of Microsoft's federation metadata for one application; without its id, another key is returned."""
    return f"{cloud.login}/{tenant}/federationmetadata/2007-06/federationmetadata.xml?appid={app_id}"


async def read_metadata(url: str) -> bytes:
    """Microsoft's federation metadata; sends no token. Raises `WizardError`."""
    return await read_document(url, LARGEST_METADATA)


def _expect(answer: Inner, statuses: tuple[int, ...], path: str) -> None:
    if answer.status not in statuses:
        raise failure(answer.status, answer.code, path, answer.request_id, "PATCH")


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(each) for each in value) if isinstance(value, list | tuple) else ()


def _certificates(rows: object) -> tuple[SigningCertificate, ...]:
    """Signing certificates, each once: Graph lists its verifying and its signing half."""
    found: dict[str, SigningCertificate] = {}
    for row in rows if isinstance(rows, list) else ():
        if not isinstance(row, dict) or row.get("usage") != "Verify":
            continue
        ends = time_in_answer(row.get("endDateTime"))
        thumbprint = _thumbprint(str(row.get("customKeyIdentifier") or ""))
        if ends is not None and thumbprint:
            found[thumbprint] = SigningCertificate(thumbprint, ends)
    return tuple(sorted(found.values(), key=lambda each: (each.ends, each.thumbprint), reverse=True))


def _thumbprint(identifier: str) -> str:
    """A `customKeyIdentifier` as hexadecimal digits; Graph writes it in base64, or in digits already."""
    if len(identifier) == 40 and all(digit in "0123456789abcdefABCDEF" for digit in identifier):
        return identifier.upper()
    try:
        return base64.b64decode(identifier, validate=True).hex().upper()
    except (binascii.Error, ValueError):
        return ""
