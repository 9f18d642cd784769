"""Sign-in to Microsoft: by browser, by device code, or as an application with a secret or a certificate.

msal and cryptography are imported where they are used: together they take longer than everything else here, and a
`Registration` is needed without them.
"""

import logging
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from wizard.errors import DirectoryRefused, NoAccess, SignInNeeded, WizardError
from wizard.graph.clouds import MICROSOFT_SIGN_IN_HOSTS, READ_PERMISSIONS, Cloud
from wizard.http.form_client import FormClient
from wizard.http.loopback import is_loopback
from wizard.secret import Secret

if TYPE_CHECKING:
    import msal

logging.getLogger("msal").setLevel(logging.WARNING)  # below that, it logs names of accounts

BROWSER_SECONDS = 300.0
"""Time limit for a sign-in in the browser."""

REDIRECT_URI = "http://localhost"
"""To be registered under Mobile and desktop applications; then any port is accepted."""

NEVER_STOPPED: Callable[[], bool] = threading.Event().is_set
"""For a sign-in that cannot be cancelled."""

LoadCache = Callable[[], str]
"""Returns msal's token cache as last saved, or ""."""
SaveCache = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Registration:
    """The application used for a sign-in, and its tenant."""

    cloud: Cloud
    tenant: str
    """Name (contoso.onmicrosoft.com) or id."""
    client_id: str

    @property
    def authority(self) -> str:
        """Authority for msal, which accepts https only; `FormClient` uses http for loopback."""
        return f"https://{self.cloud.login.partition('://')[2]}/{self.tenant}"

    @property
    def consent_url(self) -> str:
        """Page on which an administrator consents for the whole tenant."""
        return f"{self.cloud.login}/{self.tenant}/adminconsent?client_id={self.client_id}"

    @property
    def known_host(self) -> bool:
        """Whether the host is Microsoft's, not the sandbox: only then can msal validate it with Microsoft."""
        return not is_loopback(urlsplit(self.cloud.login).hostname or "")


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """A code to enter in a browser, on any device."""

    address: str
    code: str
    seconds: float
    """How long it is valid."""


@dataclass(frozen=True, slots=True)
class Account:
    """The signed-in account."""

    user_name: str
    tenant_id: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """A private key with its certificate."""

    private_key: Secret = field(repr=False)
    """PEM."""
    public_part: str
    """The certificate, PEM."""
    passphrase: Secret = field(default=Secret(""), repr=False)
    """Of the private key; empty = none."""

    def credential(self) -> dict[str, str]:
        """The credential for msal; raises `WizardError` if key or certificate cannot be used."""
        self._check()
        credential = {"private_key": self.private_key.reveal(), "public_certificate": self.public_part}
        return {**credential, "passphrase": self.passphrase.reveal()} if self.passphrase else credential

    def _check(self) -> None:
        """Raise `WizardError` if it cannot be used; without the library's text, which might quote the key."""
        from cryptography import x509
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        problem: WizardError | None = None
        try:
            key = load_pem_private_key(
                self.private_key.reveal().encode(), self.passphrase.reveal().encode() or None
            )
        except (ValueError, TypeError):
            problem = WizardError("certificate-key-unreadable")
        if problem:
            raise problem  # outside the handler: no traceback may refer to the key
        try:
            public = x509.load_pem_x509_certificate(self.public_part.encode())
        except ValueError:
            raise WizardError("certificate-not-pem") from None
        if public.public_key() != key.public_key():
            raise WizardError("certificate-of-another-key")
        if public.not_valid_after_utc < datetime.now(UTC):
            raise WizardError("certificate-expired", ended=public.not_valid_after_utc.date().isoformat())


class PersonSignIn:
    """A person's sign-in. Every call may block on the network: call it from a worker thread."""

    def __init__(
        self,
        registration: Registration,
        load: LoadCache,
        save: SaveCache,
        permissions: tuple[str, ...] = READ_PERMISSIONS,
    ) -> None:
        self._registration, self._permissions = registration, permissions
        self._cached = _TokenCache(load, save)

    def by_browser(
        self,
        open_page: Callable[[str], object],
        stopped: Callable[[], bool] = NEVER_STOPPED,
        seconds: float = BROWSER_SECONDS,
    ) -> Account:
        """Show Microsoft's page with `open_page` and wait for the redirect; raises `WizardError`."""
        with BrowserListener() as listener:
            client, cache = self._client()
            flow = client.initiate_auth_code_flow(
                self._scopes(),
                redirect_uri=listener.redirect_uri,
                response_mode="form_post",
                prompt="select_account",
            )
            open_page(flow["auth_uri"])
            answer = listener.answer(seconds, stopped)
        if not answer:
            raise NoAccess("browser-did-not-return")
        try:
            result = client.acquire_token_by_auth_code_flow(flow, answer)
        except ValueError:
            result = {"error": "state_mismatch"}  # the answer to another sign-in; its text may contain the code
        return self._signed_in(result, cache)

    def by_device_code(
        self, show: Callable[[DeviceCode], object], stopped: Callable[[], bool] = NEVER_STOPPED
    ) -> Account:
        """Show a code with `show` and wait until it is entered; raises `WizardError`."""
        client, cache = self._client()
        flow = client.initiate_device_flow(self._scopes())
        if "user_code" not in flow:
            raise refusal(flow, self._permissions)
        end = time.time() + float(flow["expires_in"])
        show(DeviceCode(flow["verification_uri"], flow["user_code"], float(flow["expires_in"])))
        flow["expires_at"] = 0  # makes msal poll once per call, so that waiting can be stopped here
        result: dict[str, Any] = {"error": "authorization_pending"}
        while (
            result.get("error") in ("authorization_pending", "slow_down") and time.time() < end and not stopped()
        ):
            result = client.acquire_token_by_device_flow(flow)
            if "access_token" not in result:
                time.sleep(float(flow.get("interval", 5)))
        return self._signed_in(result, cache)

    def account(self) -> Account | None:
        """The signed-in account from the cache, or None."""
        account = self._account(self._client()[0])
        return Account(str(account.get("username", "")), str(account.get("realm", ""))) if account else None

    def tokens(self, refused: bool) -> Secret:
        """An access token without interaction; raises `SignInNeeded` if a person must sign in."""
        with self._cached.lock:
            client, cache = self._client()
            account = self._account(client)
            result = (
                client.acquire_token_silent_with_error(self._scopes(), account, force_refresh=refused)
                if account
                else None
            )
            self._cached.save(cache)
        if result is None:
            raise SignInNeeded("nobody-signed-in-to-microsoft")
        return _token(result, self._permissions)

    def sign_out(self) -> None:
        """Remove all tokens of this application from the cache."""
        with self._cached.lock:
            client, cache = self._client()
            for account in client.get_accounts():
                client.remove_account(account)
            self._cached.save(cache)

    def _client(self) -> "tuple[msal.PublicClientApplication, msal.SerializableTokenCache]":
        import msal

        cache = self._cached.load()
        return _new_client(msal.PublicClientApplication, self._registration, cache), cache

    def _scopes(self) -> list[str]:
        return self._registration.cloud.scopes(self._permissions)

    def _account(self, client: "msal.PublicClientApplication") -> dict[str, Any] | None:
        accounts = client.get_accounts()
        return accounts[0] if accounts else None

    def _signed_in(self, result: dict[str, Any], cache: "msal.SerializableTokenCache") -> Account:
        _token(result, self._permissions)
        with self._cached.lock:
            self._cached.save(cache)
        claims = result.get("id_token_claims") or {}
        return Account(str(claims.get("preferred_username", "")), str(claims.get("tid", "")))


class ApplicationSignIn:
    """Sign-in of an application as itself, for runs without a person. Tokens stay in memory."""

    def __init__(self, registration: Registration, credential: Secret | Certificate) -> None:
        self._registration, self._credential = registration, credential
        self._lock = threading.Lock()
        self._client: msal.ConfidentialClientApplication | None = None

    def tokens(self, refused: bool) -> Secret:
        """An access token with all permissions that were consented to; raises `WizardError`."""
        with self._lock:
            client = self._client = self._client or self._new_client()
            if refused:
                client.remove_tokens_for_client()
            result = client.acquire_token_for_client(self._registration.cloud.scopes((".default",)))
        return _token(result, READ_PERMISSIONS)

    def _new_client(self) -> "msal.ConfidentialClientApplication":
        import msal

        credential = self._credential
        proof = credential.reveal() if isinstance(credential, Secret) else credential.credential()
        return _new_client(msal.ConfidentialClientApplication, self._registration, None, client_credential=proof)


class _TokenCache:
    """msal's token cache between `load` and `save`; the lock serializes changes."""

    def __init__(self, load: LoadCache, save: SaveCache) -> None:
        self._load, self._save = load, save
        self.lock = threading.Lock()

    def load(self) -> "msal.SerializableTokenCache":
        """The cache as saved; empty if it cannot be read."""
        import msal

        cache = msal.SerializableTokenCache()
        text = self._load()
        if text:
            try:
                cache.deserialize(text)
            except ValueError:
                cache = msal.SerializableTokenCache()
        return cache

    def save(self, cache: "msal.SerializableTokenCache") -> None:
        """Save the cache if it changed."""
        if cache.has_state_changed:
            self._save(cache.serialize())


_TENANT = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")


def _new_client(kind: Any, registration: Registration, cache: Any, **more: Any) -> Any:
    """A client of msal; raises `WizardError` for an unknown tenant, or where the service answers something else."""
    if not _TENANT.fullmatch(registration.tenant):
        raise refusal({"error_codes": [900023]})
    try:
        return kind(
            registration.client_id,
            authority=registration.authority,
            http_client=FormClient(MICROSOFT_SIGN_IN_HOSTS if registration.known_host else ()),
            token_cache=cache,
            instance_discovery=None if registration.known_host else False,
            **more,
        )
    except ValueError as error:
        unknown_tenant = "authority" in str(error)
    if unknown_tenant:
        raise refusal({"error_codes": [90002]})
    raise NoAccess("sign-in-answer-malformed")


def _token(result: dict[str, Any], permissions: tuple[str, ...]) -> Secret:
    if "access_token" not in result:
        raise refusal(result, permissions)
    return Secret(str(result["access_token"]))


# Reading certificates

_BLOCK = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----", re.DOTALL)


def needs_passphrase(pem: str) -> bool:
    """Whether the private key of a PEM text is encrypted."""
    return "ENCRYPTED" in pem  # in the key's label (PKCS 8) or in its Proc-Type header (traditional)


def certificate_from(pem: str, passphrase: Secret) -> Certificate:
    """Key and certificate from one PEM text; raises `WizardError` if one is missing."""
    blocks = {match[1]: match[0] for match in reversed(list(_BLOCK.finditer(pem)))}
    key = next((block for kind, block in blocks.items() if kind.endswith("PRIVATE KEY")), "")
    if not key:
        raise WizardError("certificate-file-without-key")
    if "CERTIFICATE" not in blocks:
        raise WizardError("certificate-file-without-certificate")
    return Certificate(Secret(key), blocks["CERTIFICATE"], passphrase)


# The browser's redirect

_DONE = (
    b"<!doctype html><html lang=en><title>Identity Center Wizard</title><body style='font-family:sans-serif'>"
    b"<p>You can close this page and go on in Identity Center Wizard.</p></body></html>"
)
_LARGEST_FORM_BYTES = 100_000


class BrowserListener:
    """Context manager: listens on loopback for the browser's redirect at the end of a sign-in."""

    def __init__(self) -> None:
        self._answer: dict[str, str] = {}
        self._server = HTTPServer(("127.0.0.1", 0), self._listener())
        self._server.timeout = 0.2

    @property
    def redirect_uri(self) -> str:
        """Address for the redirect; Microsoft accepts any port if http://localhost is registered."""
        return f"http://localhost:{self._server.server_port}"

    def __enter__(self) -> "BrowserListener":
        return self

    def __exit__(self, *_: object) -> None:
        self._server.server_close()

    def answer(self, seconds: float, stopped: Callable[[], bool]) -> dict[str, str]:
        """The parameters of the redirect; {} on timeout, or if `stopped` returns True."""
        end = time.monotonic() + seconds
        while not self._answer and time.monotonic() < end and not stopped():
            self._server.handle_request()
        return self._answer

    def _listener(self) -> type[BaseHTTPRequestHandler]:
        accept = self._accept

        class Listener(BaseHTTPRequestHandler):
            timeout = 5

            def do_GET(self) -> None:
                # Codes arrive as a form (POST): an address would stay in the browser's history.
                self._reply(200 if accept(dict(parse_qsl(urlsplit(self.path).query)), ("error",)) else 404)

            def do_POST(self) -> None:
                length = min(int(self.headers.get("Content-Length") or 0), _LARGEST_FORM_BYTES)
                form = dict(parse_qsl(self.rfile.read(length).decode("utf-8", "replace")))
                self._reply(200 if accept(form, ("code", "error")) else 400)

            def _reply(self, status: int) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(_DONE if status == 200 else b"")

            def log_message(self, *_: object) -> None:
                """Do not log: the address may contain a code."""

        return Listener

    def _accept(self, parameters: dict[str, str], wanted: tuple[str, ...]) -> bool:
        """Store parameters that contain one of the wanted names; False for other requests of the browser."""
        if not any(name in parameters for name in wanted):
            return False
        self._answer = parameters
        return True


# Refusals

_CODE = re.compile(r"AADSTS(\d+)")
_REFUSALS: Mapping[str, str] = {
    "90002": "tenant-unknown-to-microsoft",
    "900023": "tenant-name-malformed",
    "700016": "application-not-registered-in-tenant",
    "7000215": "client-secret-refused",
    "7000222": "client-secret-expired",
    "700027": "certificate-unknown-to-microsoft",
    "700024": "clock-differs-from-microsoft",
    "7000218": "public-client-not-allowed",
    "50011": "redirect-address-not-registered",
    "50105": "person-not-assigned-to-application",
    "70019": "device-code-expired",
}
_CONSENT_REFUSALS: Mapping[str, str] = {
    "65001": "consent-missing",
    "90094": "consent-needs-administrator",
    "65004": "consent-declined",
}
_SIGN_IN_AGAIN = frozenset(
    {"700082", "700084", "70043", "70008", "50173", "50076", "50078", "50079", "50158", "50133"}
)
"""AADSTS codes of expired or revoked refresh tokens, and of a second factor that only a person can give."""


def refusal(answer: Mapping[str, Any], permissions: tuple[str, ...] = ()) -> WizardError:
    """The error for a refused sign-in: has Microsoft's code, but none of its text, which may contain names."""
    described = str(answer.get("error_description") or "")
    codes = answer.get("error_codes") or _CODE.findall(described)
    code = str(codes[0]) if codes else ""
    error = str(answer.get("error") or "")
    reason = f"AADSTS{code}" if code else error
    if code in _REFUSALS:
        return DirectoryRefused(_REFUSALS[code], reason=reason)
    if code in _CONSENT_REFUSALS:
        return DirectoryRefused(_CONSENT_REFUSALS[code], permissions=permissions, reason=reason)
    if code in _SIGN_IN_AGAIN:
        return SignInNeeded("microsoft-sign-in-expired", reason=reason)
    if code.startswith("53") and len(code) >= 5:
        return DirectoryRefused("conditional-access-refuses", reason=reason)
    if error in ("access_denied", "authorization_declined"):
        return DirectoryRefused("sign-in-declined", reason=reason)
    if error in ("expired_token", "code_expired"):
        return NoAccess("device-code-expired", reason="")
    return NoAccess("microsoft-refused-sign-in", reason=reason)
