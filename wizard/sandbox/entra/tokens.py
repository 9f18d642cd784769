"""The sign-in of the stand-in: secrets, certificates, device codes, codes of a browser, refresh tokens."""

import base64
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wizard.sandbox.entra.assertions import checked
from wizard.sandbox.entra.refusals import SignInRefusal

CLIENT_ID = "6f0c1b52-7f4e-4d8f-9b6a-0a7f0f4f5d11"
OWN_PRINCIPAL = "4b2f9c1e-7a35-4d0b-8f0e-5a1c0d3e9f27"
"""The application's own service principal in the tenant."""
READ_PERMISSIONS = frozenset({"User.Read.All", "GroupMember.Read.All", "Application.Read.All"})
ALL_PERMISSIONS = READ_PERMISSIONS | {
    "Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "Synchronization.ReadWrite.All",
    "ProvisioningLog.Read.All", "AuditLog.Read.All", "Mail.Send",
}  # fmt: skip
"""What the registration lists."""
PERSON, PERSON_NAME = "ingrid.halvorsen@tidewater.example", "Ingrid Halvorsen"
"""Who signs in."""
PERSON_ID = "e60bad5e-83b3-5c3c-98da-37c17aecc031"
LIFETIME = 3599
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What an access token opens."""

    permissions: frozenset[str]
    ends: float
    caller: "Caller"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the person who signed in, or the application itself."""

    id: str
    """Object id of the person, or of the application's own service principal."""
    application: bool
    issued: float
    """When the token was issued, in seconds since 1970."""
    all_powerful: bool = False
    """The secret itself was the token: everything is allowed."""


EVERYBODY = Caller(PERSON_ID, application=False, issued=float("inf"), all_powerful=True)
"""Who calls with the secret itself."""


@dataclass(slots=True)
class Waiting:
    """A pending sign-in, by device code or in a browser."""

    scope: str
    approved: bool = False
    refused: bool = False
    nonce: str = ""
    redirect: str = ""


@dataclass(slots=True)
class SignIn:
    """One application's registration in one tenant, and every token it was given."""

    tenant_id: str
    secret: str
    certificate: str = ""
    """Thumbprint of the application's certificate; "" = none signed in yet."""
    granted: frozenset[str] = READ_PERMISSIONS
    """What the application has for itself: an administrator consented to it."""
    consented: frozenset[str] = frozenset()
    """Delegated permissions; grows with each accepted consent."""
    admin: bool = True
    """The person who signs in may consent to permissions that need an administrator, as all of these do."""
    refusal: str = ""
    """A code of SIGN_IN that every sign-in is answered with; "" = none."""
    grants: dict[str, Grant] = field(default_factory=dict)
    refresh: dict[str, str] = field(default_factory=dict)
    """Refresh token -> its scope."""
    devices: dict[str, Waiting] = field(default_factory=dict)
    codes: dict[str, Waiting] = field(default_factory=dict)

    def grant(self, token: str) -> Grant | None:
        """Return the permissions and owner of an access token; None if it is unknown or has expired."""
        grant = self.grants.get(token)
        return grant if grant and grant.ends > time.time() else None

    def issue(self, permissions: frozenset[str], application: bool) -> str:
        """A new access token for the application itself, or for the person."""
        token, now = "eyJ0eXAi." + secrets.token_urlsafe(300), time.time()
        caller = Caller(OWN_PRINCIPAL if application else PERSON_ID, application, now)
        self.grants[token] = Grant(permissions, now + LIFETIME, caller)
        return token

    def begin_device(self, form: Mapping[str, str], address: str) -> dict[str, Any]:
        """The answer to a request for a device code."""
        self.known(form)
        code, shown = secrets.token_urlsafe(40), secrets.token_hex(4).upper()
        self.devices[code] = self.devices[shown] = Waiting(form.get("scope", ""))
        return {
            "user_code": shown,
            "device_code": code,
            "verification_uri": address,
            "expires_in": 900,
            "interval": 1,
            "message": f"To sign in, use a web browser to open the page {address} and enter the code {shown} to "
            "authenticate.",
        }

    def begin_browser(self, query: Mapping[str, str]) -> str:
        """The code that the browser hands over once the person agrees; that is the consent."""
        code = secrets.token_urlsafe(40)
        self.codes[code] = Waiting(
            query.get("scope", ""), True, nonce=query.get("nonce", ""), redirect=query.get("redirect_uri", "")
        )
        return code

    def new(self, scope: str) -> frozenset[str]:
        """Permissions of a scope that nobody has consented to yet."""
        return _permissions(scope) - self.consented - {".default"}

    def consent_to_all(self) -> None:
        """An administrator consents for the whole tenant, to all that the registration lists."""
        self.granted = self.consented = ALL_PERMISSIONS

    def known(self, form: Mapping[str, str]) -> None:
        """Raise SignInRefusal for another application than ours."""
        if form.get("client_id") != CLIENT_ID:
            raise SignInRefusal("AADSTS700016", form.get("client_id", ""))

    def token(self, form: Mapping[str, str]) -> dict[str, Any]:
        """The answer of the token endpoint; raises SignInRefusal."""
        if self.refusal:
            raise SignInRefusal(self.refusal, form.get("client_id", ""))
        self.known(form)
        match form.get("grant_type"):
            case "client_credentials":
                return self._for_application(form)
            case "urn:ietf:params:oauth:grant-type:device_code" | "device_code":
                return self._for_device(form)
            case "authorization_code":
                waiting = self.codes.pop(form.get("code", ""), None)
                if waiting is None or waiting.redirect != form.get("redirect_uri"):
                    raise SignInRefusal("AADSTS54005")
                return self._agreed(waiting)
            case "refresh_token":
                scope = self.refresh.get(form.get("refresh_token", ""))
                if scope is None:
                    raise SignInRefusal("AADSTS700082")
                return self._for_person(form.get("scope") or scope, "")
        raise SignInRefusal("AADSTS90019")

    def _for_application(self, form: Mapping[str, str]) -> dict[str, Any]:
        if "client_assertion" in form:
            self.certificate = checked(form, self.tenant_id, CLIENT_ID, self.certificate)
        elif not secrets.compare_digest(form.get("client_secret", "").encode(), self.secret.encode()):
            raise SignInRefusal("AADSTS7000215")
        return {
            "token_type": "Bearer",
            "expires_in": LIFETIME,
            "ext_expires_in": LIFETIME,
            "access_token": self.issue(self.granted, application=True),
        }

    def _for_device(self, form: Mapping[str, str]) -> dict[str, Any]:
        waiting = self.devices.get(form.get("device_code", ""))
        if waiting is None or waiting.refused:
            raise SignInRefusal("AADSTS65004")
        if not waiting.approved:
            raise SignInRefusal("AADSTS70016")
        return self._agreed(waiting)

    def _agreed(self, waiting: Waiting) -> dict[str, Any]:
        """The person has agreed to all that was asked for."""
        if self.new(waiting.scope) and not self.admin:
            raise SignInRefusal("AADSTS90094")
        self.consented |= self.new(waiting.scope)
        return self._for_person(waiting.scope, waiting.nonce)

    def _for_person(self, scope: str, nonce: str) -> dict[str, Any]:
        if self.new(scope):
            raise SignInRefusal("AADSTS65001")
        wanted = _permissions(scope)
        permissions = self.consented if ".default" in wanted else wanted
        refresh = "0.AX4A" + secrets.token_urlsafe(500)
        self.refresh[refresh] = scope
        claims = {"aud": CLIENT_ID, "iss": f"https://127.0.0.1/{self.tenant_id}/v2.0", "tid": self.tenant_id,
                  "oid": PERSON_ID, "sub": "sample", "ver": "2.0",
                  "preferred_username": PERSON, "name": PERSON_NAME,
                  "iat": int(time.time()), "exp": int(time.time()) + LIFETIME}  # fmt: skip
        if nonce:
            claims["nonce"] = nonce
        return {
            "token_type": "Bearer",
            "scope": " ".join(sorted(permissions)),
            "expires_in": LIFETIME,
            "ext_expires_in": LIFETIME,
            "access_token": self.issue(permissions, application=False),
            "refresh_token": refresh,
            "id_token": ".".join((_part({"alg": "none", "typ": "JWT"}), _part(claims), "c2FtcGxl")),
            "client_info": _part({"uid": claims["oid"], "utid": self.tenant_id}),
        }


def _permissions(scope: str) -> frozenset[str]:
    """The names of permissions in a scope, without the resource they are of and what OpenID adds."""
    return frozenset(one.rpartition("/")[2] for one in scope.split()) - {"openid", "profile", "offline_access"}


def _part(claims: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
