"""What the stand-in says when it refuses: Microsoft Graph's codes and sentences, and the sign-in's."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

SIGN_IN: Mapping[str, tuple[str, str]] = {
    "AADSTS90002": ("invalid_tenant", "Tenant '{}' not found. Check to make sure you have the correct tenant ID."),
    "AADSTS700016": ("unauthorized_client", "Application with identifier '{}' was not found in the directory."),
    "AADSTS7000215": ("invalid_client", "Invalid client secret provided."),
    "AADSTS7000222": ("invalid_client", "The provided client secret keys for app '{}' are expired."),
    "AADSTS700027": ("invalid_client", "The certificate with identifier used to sign the client assertion is not "
                     "registered on application."),
    "AADSTS50027": ("invalid_client", "JWT token is invalid or malformed."),
    "AADSTS50020": ("interaction_required", "User account from identity provider does not exist in tenant."),
    "AADSTS50034": ("invalid_grant", "The user account does not exist in the directory."),
    "AADSTS50055": ("invalid_grant", "The password is expired."),
    "AADSTS50057": ("invalid_grant", "The user account is disabled."),
    "AADSTS50059": ("invalid_request", "No tenant-identifying information found in either the request or implied by "
                    "any provided credentials."),
    "AADSTS50097": ("interaction_required", "Device authentication is required."),
    "AADSTS500113": ("invalid_request", "No reply address is registered for the application."),
    "AADSTS7000112": ("unauthorized_client", "Application '{}' is disabled."),
    "AADSTS7000229": ("invalid_client", "The client application is missing service principal in the tenant."),
    "AADSTS65001": ("invalid_grant", "The user or administrator has not consented to use the application."),
    "AADSTS65004": ("access_denied", "User declined to consent to access the app."),
    "AADSTS90094": ("access_denied", "The grant requires admin permission."),
    "AADSTS700024": ("invalid_client", "Client assertion is not within its valid time range."),
    "AADSTS7000218": ("invalid_client", "The request body must contain the following parameter: 'client_assertion' or "
                      "'client_secret'."),
    "AADSTS50105": ("interaction_required", "The signed in user is not assigned to a role for the application."),
    "AADSTS50076": ("interaction_required", "Due to a configuration change made by your administrator, or because you "
                    "moved to a new location, you must use multi-factor authentication to access the resource."),
    "AADSTS50173": ("invalid_grant", "The provided grant has expired due to it being revoked."),
    "AADSTS70019": ("expired_token", "The verification code has expired."),
    "AADSTS53000": ("interaction_required", "Device is not in required device state."),
    "AADSTS53003": ("invalid_grant", "Access has been blocked by Conditional Access policies."),
    "AADSTS700082": ("invalid_grant", "The refresh token has expired due to inactivity."),
    "AADSTS70016": ("authorization_pending", "OAuth 2.0 device flow error. Authorization is pending."),
    "AADSTS70043": ("invalid_grant", "The refresh token has expired or is not valid due to sign-in frequency checks."),
    "AADSTS90019": ("invalid_request", "No tenant-identifying information found in the request."),
    "AADSTS54005": ("invalid_grant", "OAuth2 Authorization code was already redeemed."),
}  # fmt: skip
"""Code of Microsoft Entra -> OAuth's error and the sentence behind the code."""


class GraphRefusal(Exception):
    """An answer of Graph that is an error."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        headers: Mapping[str, str] | None = None,
        inner: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.headers, self.inner = dict(headers or {}), dict(inner or {})


class SignInRefusal(Exception):
    """An answer of the sign-in that is an error; `code` is one of SIGN_IN."""

    def __init__(self, code: str, about: str = "") -> None:
        super().__init__(code)
        self.code, self.about = code, about


def unknown_object(object_id: str) -> GraphRefusal:
    """404, as Graph words it."""
    return GraphRefusal(
        404,
        "Request_ResourceNotFound",
        f"Resource '{object_id}' does not exist or one of its queried reference-property objects are not present.",
    )


def bad_request(message: str) -> GraphRefusal:
    """400, as Graph words it."""
    return GraphRefusal(400, "Request_BadRequest", message)


def not_authenticated(message: str = "Access token is empty.") -> GraphRefusal:
    """401, as Graph words it."""
    return GraphRefusal(401, "InvalidAuthenticationToken", message)


def not_allowed() -> GraphRefusal:
    """403, as Graph words it."""
    return GraphRefusal(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")


def no_licence() -> GraphRefusal:
    """403, as Graph words what Entra ID P1 is needed for; for a group's assignment itself no source was found."""
    return GraphRefusal(
        403,
        "Authorization_RequestDenied",
        "Only companies who have purchased AAD Premium may perform this operation.",
    )


def throttled(seconds: int) -> GraphRefusal:
    """429 with Retry-After."""
    headers = {"Retry-After": str(seconds), "x-ms-throttle-scope": "Tenant_Application/ReadWrite"}
    return GraphRefusal(429, "TooManyRequests", "Too many requests. Please try again later.", headers)


def stale_token(location: str) -> GraphRefusal:
    """410: the delta token is too old; the Location leads to a full synchronisation."""
    return GraphRefusal(
        410, "syncStateNotFound", "The sync state generation is not found.", {"Location": location}
    )


def graph_body(refusal: GraphRefusal) -> dict[str, Any]:
    """The body of a Graph error."""
    request_id = str(uuid.uuid4())
    inner = {
        **refusal.inner,
        "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        "request-id": request_id,
        "client-request-id": request_id,
    }
    return {"error": {"code": refusal.code, "message": refusal.message, "innerError": inner}}


def sign_in_body(refusal: SignInRefusal) -> dict[str, Any]:
    """The body of an error of the sign-in."""
    error, sentence = SIGN_IN[refusal.code]
    trace = str(uuid.uuid4())
    stamp = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    described = f"{refusal.code}: {sentence.format(refusal.about)} Trace ID: {trace} Timestamp: {stamp}"
    body: dict[str, Any] = {
        "error": error,
        "error_description": described,
        "error_codes": [int(refusal.code.removeprefix("AADSTS"))],
        "timestamp": stamp,
        "trace_id": trace,
        "correlation_id": trace,
    }
    if refusal.code == "AADSTS65001":
        body["suberror"] = "consent_required"
    return body
