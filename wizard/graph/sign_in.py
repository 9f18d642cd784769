"""Sign-in to Microsoft: by browser, by device code, or as an application with a secret or a certificate.

msal and cryptography are imported where they are used: together they take longer than everything else here, and a
`Registration` is needed without them.
"""

import logging
import re
import secrets
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from wizard.errors import DirectoryRefused, NoAccess, SignInNeeded, WizardError
from wizard.graph.clouds import MICROSOFT_SIGN_IN_HOSTS, READ_PERMISSIONS, Cloud
from wizard.http.form_client import FormClient
from wizard.http.loopback import is_loopback
from wizard.secret import Secret

if TYPE_CHECKING:
    import msal

_log = logging.getLogger(__name__)
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
            flow = _asked(
                client.initiate_auth_code_flow,
                self._scopes(),
                redirect_uri=listener.redirect_uri,
                response_mode="form_post",
                prompt="select_account",
            )
            page = _page(flow.get("auth_uri"))
            listener.state = str(flow.get("state", ""))
            open_page(page)
            answer = listener.answer(seconds, stopped)
        if not answer:
            raise NoAccess("browser-did-not-return")
        return self._signed_in(_asked(client.acquire_token_by_auth_code_flow, flow, answer), cache)

    def by_device_code(
        self, show: Callable[[DeviceCode], object], stopped: Callable[[], bool] = NEVER_STOPPED
    ) -> Account:
        """Show a code with `show` and wait until it is entered; raises `WizardError`."""
        client, cache = self._client()
        flow = _asked(client.initiate_device_flow, self._scopes())
        if "user_code" not in flow:
            raise refusal(flow, self._permissions)
        code = _device_code(flow)
        end = time.monotonic() + code.seconds
        show(code)
        while not stopped():
            flow["expires_at"] = 0  # makes msal poll once per call, so that waiting can be stopped here
            flow["interval"] = min(_interval(flow), _LONGEST_INTERVAL)
            result = _asked(client.acquire_token_by_device_flow, flow)
            if result.get("error") not in ("authorization_pending", "slow_down"):
                return self._signed_in(result, cache)
            if not _waited(min(_interval(flow), _LONGEST_INTERVAL), end, stopped):
                break
        raise NoAccess("device-code-expired", reason="")

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
                _asked(client.acquire_token_silent_with_error, self._scopes(), account, force_refresh=refused)
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
        accounts = _asked(client.get_accounts)
        return accounts[0] if accounts else None

    def _signed_in(self, result: dict[str, Any], cache: "msal.SerializableTokenCache") -> Account:
        _token(result, self._permissions)
        with self._cached.lock:
            self._cached.save(cache)
        claims = result.get("id_token_claims")
        claims = claims if isinstance(claims, dict) else {}
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
            result = _asked(client.acquire_token_for_client, self._registration.cloud.scopes((".default",)))
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
    except WizardError:
        raise
    except Exception as error:  # msal ends in many ways on answers of another shape
        unknown_tenant = isinstance(error, ValueError) and "authority" in str(error)
    if unknown_tenant:
        raise refusal({"error_codes": [90002]})
    raise NoAccess("sign-in-answer-malformed")


def _asked(call: Callable[..., Any], *arguments: Any, **more: Any) -> Any:
    """Call msal; raises NoAccess where it cannot use an answer. Its own text is dropped: it may hold a code or a token."""
    try:
        return call(*arguments, **more)
    except WizardError:
        raise
    except Exception as error:  # msal ends in many ways on answers of another shape
        _log.info("msal could not use an answer: %s", type(error).__name__)
    raise NoAccess("sign-in-answer-malformed")


def _token(result: Any, permissions: tuple[str, ...]) -> Secret:
    """The access token of msal's result; raises `WizardError` for a refusal, and for a token that no header can carry."""
    if not isinstance(result, dict):
        raise NoAccess("sign-in-answer-malformed")
    if "access_token" not in result:
        raise refusal(result, permissions)
    token = result["access_token"]
    if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable() or " " in token:
        raise NoAccess("sign-in-answer-malformed")
    return Secret(token)


def _page(address: object) -> str:
    """An address that may be opened in a browser: https, or a service on this computer. Raises NoAccess for another."""
    text = address if isinstance(address, str) else ""
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        host = ""
    if host and text.isprintable() and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))):
        return text
    raise NoAccess("sign-in-page-refused")


# Device codes

_LONGEST_INTERVAL = 60
_LONGEST_CODE_SECONDS = 3600


def _device_code(flow: Mapping[str, Any]) -> DeviceCode:
    """The code to show, from the service's answer; raises NoAccess for an answer of another shape."""
    code, seconds = flow.get("user_code"), flow.get("expires_in")
    usable = isinstance(code, str) and 0 < len(code) <= 100 and isinstance(flow.get("device_code"), str)
    if not usable or not isinstance(seconds, int | float) or not seconds > 0:
        raise NoAccess("sign-in-answer-malformed")
    return DeviceCode(_page(flow.get("verification_uri")), str(code), min(float(seconds), _LONGEST_CODE_SECONDS))


def _interval(flow: Mapping[str, Any]) -> int:
    """Seconds between two questions; RFC 8628 names 5 where the service names none."""
    interval = flow.get("interval")
    return interval if isinstance(interval, int) and interval > 0 else 5


def _waited(seconds: float, end: float, stopped: Callable[[], bool]) -> bool:
    """Wait; returns False at once when it is stopped, or at `end` (monotonic)."""
    until = time.monotonic() + seconds
    while not stopped() and time.monotonic() < end:
        left = until - time.monotonic()
        if left <= 0:
            return True
        time.sleep(min(left, 0.2))
    return False


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


def certificate_end(pem: bytes) -> str:
    """When the certificate of a PEM file expires, as an ISO time in UTC; "" = it holds none that can be read."""
    from cryptography import x509  # only jobs with a certificate need it

    found = re.search(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", pem, re.DOTALL)
    try:
        return x509.load_pem_x509_certificate(found[0]).not_valid_after_utc.isoformat() if found else ""
    except ValueError:
        return ""


# The browser's redirect

_DONE = (
    b"<!doctype html><html lang=en><title>Identity Center Wizard</title><body style='font-family:sans-serif'>"
    b"<p>You can close this page and go on in Identity Center Wizard.</p></body></html>"
)
_LARGEST_FORM_BYTES = 100_000
_MOST_CONNECTIONS = 20
_CONNECTION_SECONDS = 10.0
"""A connection is closed then, whatever it sends: a browser needs no second."""


class BrowserListener:
    """Context manager: listens on loopback for the browser's redirect at the end of a sign-in.

    Anybody on this computer, and any web page, can send requests to it: only the answer with this sign-in's `state`
    ends the waiting, and no connection holds the others up.
    """

    def __init__(self) -> None:
        self.state = ""
        """Of the sign-in; "" = none has begun, and every answer is a stranger's."""
        self._answer: dict[str, str] = {}
        self._server = _Listening(("127.0.0.1", 0), self._handler())

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
            self._server.close_old()
        return self._answer

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        listener = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 5

            def do_GET(self) -> None:
                # Codes arrive as a form (POST): an address would stay in the browser's history.
                self._take(urlsplit(self.path).query, ("error",), 404)

            def do_POST(self) -> None:
                length = self.headers.get("Content-Length", "")
                if not length.isascii() or not length.isdigit() or int(length[:9]) > _LARGEST_FORM_BYTES:
                    self._reply(400)
                    return
                self._take(self.rfile.read(int(length)).decode("utf-8", "replace"), ("code", "error"), 400)

            def _take(self, query: str, wanted: tuple[str, ...], otherwise: int) -> None:
                """Store the answer to this sign-in, once the browser has its page; refuse every other request."""
                try:
                    parameters = dict(parse_qsl(query, max_num_fields=20))
                except ValueError:
                    parameters = {}
                answers = listener.is_answer(self.headers.get("Host", ""), parameters, wanted)
                self._reply(200 if answers else otherwise)
                if answers:
                    listener.take(parameters)

            def _reply(self, status: int) -> None:
                with suppress(OSError):  # the browser may have gone: its answer still counts
                    self.send_response(status)
                    self.send_header("Content-Type", "text/html; charset=utf-8")
                    self.send_header("Connection", "close")
                    self.end_headers()
                    self.wfile.write(_DONE if status == 200 else b"")

            def log_message(self, *_: object) -> None:
                """Do not log: the address may contain a code."""

        return Handler

    def is_answer(self, host: str, parameters: Mapping[str, str], wanted: tuple[str, ...]) -> bool:
        """Whether a request is the answer to this sign-in: sent to this address, with one of the names and the state."""
        own = {f"{name}:{self._server.server_port}" for name in ("localhost", "127.0.0.1")}
        state = parameters.get("state", "")
        return (
            host.lower() in own
            and any(name in parameters for name in wanted)
            and bool(self.state)
            and secrets.compare_digest(state.encode(), self.state.encode())
        )

    def take(self, parameters: dict[str, str]) -> None:
        """End the waiting with this answer; the first one counts."""
        self._answer = self._answer or parameters


class _Listening(ThreadingMixIn, HTTPServer):
    """Serves each connection in a thread of its own, a few at once and none for long."""

    daemon_threads = True
    block_on_close = False
    timeout = 0.2  # of one look for a new connection

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._open: dict[socket.socket, float] = {}
        super().__init__(address, handler)

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Take a connection unless there are too many."""
        if len(self._open) >= _MOST_CONNECTIONS:
            return False
        self._open[request] = time.monotonic()
        return True

    def shutdown_request(self, request: Any) -> None:
        """Forget a connection that ends."""
        self._open.pop(request, None)
        super().shutdown_request(request)

    def close_old(self) -> None:
        """Cut connections that are open for too long; their threads then end."""
        for request, since in tuple(self._open.items()):
            if time.monotonic() - since > _CONNECTION_SECONDS:
                with suppress(OSError):
                    request.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a request that made no sense."""


# Refusals

_CODE = re.compile(r"AADSTS(\d{1,10})")
_ERROR = re.compile(r"[a-z_]{1,60}")
_LONGEST_DESCRIPTION = 10_000
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
    "50020": "person-of-another-tenant",
    "50034": "person-unknown-to-tenant",
    "50055": "password-expired",
    "50057": "person-disabled-in-tenant",
    "50059": "tenant-name-malformed",
    "50097": "device-not-known-to-tenant",
    "500113": "redirect-address-not-registered",
    "7000112": "application-disabled-in-tenant",
    "7000229": "application-without-service-principal",
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
    described = str(answer.get("error_description") or "")[:_LONGEST_DESCRIPTION]
    listed = answer.get("error_codes")
    codes = [each for each in listed if isinstance(each, int)] if isinstance(listed, list) else []
    code = next((str(each) for each in codes or _CODE.findall(described)), "")
    error = str(answer.get("error") or "")
    if not _ERROR.fullmatch(error):  # not a word of OAuth: it may be anything, a secret too
        error = ""
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
