"""Signing in to Microsoft: by browser, by device code, as an application with a secret or a certificate."""

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
from wizard.graph.clouds import READ_PERMISSIONS, Cloud
from wizard.http.form_client import FormClient
from wizard.http.loopback import is_loopback
from wizard.secret import Secret

if TYPE_CHECKING:
    import msal


_CODE = re.compile(r"AADSTS(\d+)")
_AGAIN = "Sign in again on the page Directory."
_SENTENCES: Mapping[str, tuple[str, str]] = {
    "90002": ("Microsoft knows no such tenant", "Check the tenant's name or id, and that the right cloud is chosen."),
    "900023": ("Microsoft knows no such tenant", "Neither a name nor an id of a tenant was given. Check its spelling."),
    "700016": (
        "The application is not registered in this tenant",
        "The application (client) id is of another tenant, or the registration was deleted. Check both ids.",
    ),
    "7000215": (
        "Microsoft does not accept the client secret",
        "It was revoked, or its id was pasted instead of its value. Make a new one in the app registration, under "
        "Certificates & secrets, and copy the value.",
    ),
    "7000222": (
        "The client secret has expired",
        "Make a new one in the app registration, under Certificates & secrets, and enter it here.",
    ),
    "700027": (
        "Microsoft does not know the certificate",
        "Upload its public part in the app registration, under Certificates & secrets.",
    ),
    "700024": (
        "This computer's clock does not agree with Microsoft's",
        "The signed proof is not valid at Microsoft's time. Set the clock to be kept automatically and try again.",
    ),
    "7000218": (
        "The application is not registered for people to sign in from a computer",
        "In the app registration, under Authentication, set Allow public client flows to Yes.",
    ),
    "50011": (
        "The application does not know the address the browser returns to",
        "In the app registration, under Authentication, add the platform Mobile and desktop applications with the "
        "redirect URI http://localhost.",
    ),
    "65001": (
        "Nobody has consented to what this application asks for",
        "An administrator of the tenant (Privileged Role Administrator, or Cloud Application Administrator) grants "
        "admin consent in the app registration, under API permissions: {}.",
    ),
    "90094": (
        "An administrator must consent to this application",
        "Ask a Privileged Role Administrator or Cloud Application Administrator of the tenant to grant admin consent, "
        "in the app registration, under API permissions: {}.",
    ),
    "65004": ("The consent was declined", "Nothing was changed. The permissions asked for were: {}."),
    "50105": (
        "The person who signed in is not assigned to this application",
        "An administrator assigns them in Enterprise applications, under Users and groups.",
    ),
    "70019": ("The code has expired", "Begin again; a code can be entered for about fifteen minutes."),
}  # fmt: skip
_SIGN_IN_AGAIN = frozenset(
    {"700082", "700084", "70043", "70008", "50173", "50076", "50078", "50079", "50158", "50133"}
)
"""Expired or withdrawn refresh tokens, and a second factor that only a person can give."""


def refusal(answer: Mapping[str, Any], permissions: tuple[str, ...] = ()) -> WizardError:
    """The error behind a refused sign-in; of what Microsoft said it keeps the code alone, never names or addresses."""
    described = str(answer.get("error_description") or "")
    listed = answer.get("error_codes") or _CODE.findall(described)
    code = str(listed[0]) if listed else ""
    told = f" (AADSTS{code})" if code else f" ({answer.get('error') or 'no reason was given'})"
    if code in _SENTENCES:
        title, advice = _SENTENCES[code]
        return DirectoryRefused(title, f"{advice.format(', '.join(permissions))}{told}")
    if code in _SIGN_IN_AGAIN:
        return SignInNeeded(
            "The sign-in to Microsoft has expired",
            f"Microsoft wants a person again: the last sign-in is too old, was withdrawn, or needs a second factor. "
            f"{_AGAIN} Without a window, use a client secret or a certificate.{told}",
        )
    if code.startswith("53") and len(code) >= 5:
        return DirectoryRefused(
            "A Conditional Access policy of this tenant refuses this way to sign in",
            "Device codes are often blocked: use the browser on this computer instead. Where that is refused too, an "
            f"administrator sees the policy in the sign-in log.{told}",
        )
    if answer.get("error") in ("access_denied", "authorization_declined"):
        return DirectoryRefused(
            "The sign-in was declined", f"Nothing was changed. Begin again when you are ready.{told}"
        )
    if answer.get("error") in ("expired_token", "code_expired"):
        return NoAccess(*_SENTENCES["70019"])
    return NoAccess("Microsoft refused the sign-in", f"{_AGAIN} The code says why{told}.")


_DONE = (
    b"<!doctype html><html lang=en><title>Identity Center Wizard</title><body style='font-family:sans-serif'>"
    b"<p>You can close this page and go on in Identity Center Wizard.</p></body></html>"
)
_LARGEST_FORM_BYTES = 100_000


class Loopback:
    """Listens on loopback for one answer of a browser, from `with` on."""

    def __init__(self) -> None:
        self._answer: dict[str, str] = {}
        self._server = HTTPServer(("127.0.0.1", 0), self._listener())
        self._server.timeout = 0.2

    @property
    def redirect_uri(self) -> str:
        """What the sign-in is told to return to; Microsoft takes any port where http://localhost is registered."""
        return f"http://localhost:{self._server.server_port}"

    def __enter__(self) -> "Loopback":
        return self

    def __exit__(self, *_: object) -> None:
        self._server.server_close()

    def answer(self, seconds: float, stopped: Callable[[], bool]) -> dict[str, str]:
        """What the browser brought; {} where it did not come in time, or the waiting was stopped."""
        end = time.monotonic() + seconds
        while not self._answer and time.monotonic() < end and not stopped():
            self._server.handle_request()
        return self._answer

    def _listener(self) -> type[BaseHTTPRequestHandler]:
        keep = self._keep

        class Listener(BaseHTTPRequestHandler):
            timeout = 5

            def do_GET(self) -> None:
                # The answer comes as a form: an address would stay in the browser's history.
                self._say(404 if not keep(dict(parse_qsl(urlsplit(self.path).query)), ("error",)) else 200)

            def do_POST(self) -> None:
                length = min(int(self.headers.get("Content-Length") or 0), _LARGEST_FORM_BYTES)
                form = dict(parse_qsl(self.rfile.read(length).decode("utf-8", "replace")))
                self._say(200 if keep(form, ("code", "error")) else 400)

            def _say(self, status: int) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(_DONE if status == 200 else b"")

            def log_message(self, *_: object) -> None:
                """Nothing: the address may hold a code."""

        return Listener

    def _keep(self, told: dict[str, str], wanted: tuple[str, ...]) -> bool:
        """Keep an answer that says something; anything else a browser asks for is not for us."""
        if not any(name in told for name in wanted):
            return False
        self._answer = told
        return True


NEVER_STOPPED: Callable[[], bool] = threading.Event().is_set
"""For a sign-in that nobody can cancel."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A private key with its certificate."""

    private_key: Secret = field(repr=False)
    """PEM."""
    public_part: str
    """The certificate, PEM."""
    passphrase: Secret = field(default=Secret(""), repr=False)
    """Of the private key; empty = it has none."""

    def credential(self) -> dict[str, str]:
        """What the sign-in library takes; raises `WizardError` where key and certificate are of no use."""
        problem = self._problem()
        if problem:
            raise WizardError("The certificate cannot be used", problem)
        proof = {"private_key": self.private_key.reveal(), "public_certificate": self.public_part}
        return {**proof, "passphrase": self.passphrase.reveal()} if self.passphrase else proof

    def _problem(self) -> str:
        """Why it cannot be used, or "". Nothing of a library's own text is kept: it might quote the key."""
        from cryptography import x509
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        secret = self.passphrase.reveal().encode() or None
        try:
            key = load_pem_private_key(self.private_key.reveal().encode(), secret)
        except (ValueError, TypeError):
            return "Its private key is not in PEM form, or the passphrase is wrong or missing."
        try:
            public = x509.load_pem_x509_certificate(self.public_part.encode())
        except ValueError:
            return "Its public part is not a certificate in PEM form."
        if public.public_key() != key.public_key():
            return "The private key belongs to another certificate."
        if public.not_valid_after_utc < datetime.now(UTC):
            return f"It ended on {public.not_valid_after_utc:%d %B %Y}. Make a new one and upload its public part."
        return ""


_BLOCK = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----", re.DOTALL)


def certificate_from(pem: str, passphrase: Secret) -> Certificate:
    """Key and certificate out of one PEM text; raises `WizardError` where one of them is not in it."""
    blocks = {found[1]: found[0] for found in reversed(list(_BLOCK.finditer(pem)))}
    key = next((block for kind, block in blocks.items() if kind.endswith("PRIVATE KEY")), "")
    if not key or "CERTIFICATE" not in blocks:
        raise WizardError(
            "The certificate cannot be used",
            f"Its file holds no {'private key' if not key else 'certificate'} in PEM form. Both belong into one file.",
        )
    return Certificate(Secret(key), blocks["CERTIFICATE"], passphrase)


logging.getLogger("msal").setLevel(logging.WARNING)  # its chattier lines name accounts


BROWSER_SECONDS = 300.0
"""How long a browser may take to come back."""

REDIRECT_URI = "http://localhost"
"""What the registration names under Mobile and desktop applications; any port is then good."""

LoadCache = Callable[[], str]
"""The library's own cache of tokens as it was last saved, or ""."""
SaveCache = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Registration:
    """The application one signs in with, and where."""

    cloud: Cloud
    tenant: str
    """Name (contoso.onmicrosoft.com) or id."""
    client_id: str

    @property
    def authority(self) -> str:
        """Where the library signs in; it takes secure addresses only, and FormClient knows loopback."""
        return f"https://{self.cloud.login.partition('://')[2]}/{self.tenant}"

    @property
    def consent_url(self) -> str:
        """Where an administrator consents to everything the registration asks for, for the whole tenant."""
        return f"{self.cloud.login}/{self.tenant}/adminconsent?client_id={self.client_id}"

    @property
    def known_host(self) -> bool:
        """Whether the host is one of Microsoft's: only then is Microsoft asked about it."""
        return not is_loopback(self.cloud.login.partition("://")[2].rpartition(":")[0])


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What a person enters in a browser, on any device."""

    address: str
    code: str
    seconds: float
    """How long it is good for."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who is signed in."""

    user_name: str
    tenant_id: str


class _Cached:
    """The library's cache between `load` and `save`; one change at a time."""

    def __init__(self, load: LoadCache, save: SaveCache) -> None:
        self._load, self._save = load, save
        self.lock = threading.Lock()

    def opened(self) -> "msal.SerializableTokenCache":
        """The cache as it was saved; one that cannot be read is an empty one."""
        import msal

        cache = msal.SerializableTokenCache()
        text = self._load()
        if text:
            try:
                cache.deserialize(text)
            except ValueError:
                cache = msal.SerializableTokenCache()
        return cache

    def saved(self, cache: "msal.SerializableTokenCache") -> None:
        """Save it where it changed."""
        if cache.has_state_changed:
            self._save(cache.serialize())


class PersonSignIn:
    """A person's sign-in. Every call may wait for the network: call it from a worker's thread."""

    def __init__(
        self,
        registration: Registration,
        load: LoadCache,
        save: SaveCache,
        permissions: tuple[str, ...] = READ_PERMISSIONS,
    ) -> None:
        self._registration, self._permissions = registration, permissions
        self._cached = _Cached(load, save)

    def by_browser(
        self,
        open_page: Callable[[str], object],
        stopped: Callable[[], bool] = NEVER_STOPPED,
        seconds: float = BROWSER_SECONDS,
    ) -> Account:
        """Let `open_page` show Microsoft's page and wait until it returns; raises `WizardError`."""
        with Loopback() as loopback:
            client, cache = self._client()
            flow = client.initiate_auth_code_flow(
                self._scopes(),
                redirect_uri=loopback.redirect_uri,
                response_mode="form_post",
                prompt="select_account",
            )
            open_page(flow["auth_uri"])
            answer = loopback.answer(seconds, stopped)
        if not answer:
            raise NoAccess(
                "The browser did not come back",
                "The sign-in was not finished in time, or it was cancelled. Begin again, or use a device code.",
            )
        try:
            result = client.acquire_token_by_auth_code_flow(flow, answer)
        except ValueError:
            result = {"error": "state_mismatch"}  # an answer to another question; its text may hold the code
        return self._signed_in(result, cache)

    def by_device_code(
        self, show: Callable[[DeviceCode], object], stopped: Callable[[], bool] = NEVER_STOPPED
    ) -> Account:
        """Let `show` tell a code to enter elsewhere and wait until that is done; raises `WizardError`."""
        client, cache = self._client()
        flow = client.initiate_device_flow(self._scopes())
        if "user_code" not in flow:
            raise refusal(flow, self._permissions)
        end = time.time() + float(flow["expires_in"])
        show(DeviceCode(flow["verification_uri"], flow["user_code"], float(flow["expires_in"])))
        flow["expires_at"] = 0  # one look at a time: the waiting is ours, so that it can be stopped
        result: dict[str, Any] = {"error": "authorization_pending"}
        while (
            result.get("error") in ("authorization_pending", "slow_down") and time.time() < end and not stopped()
        ):
            result = client.acquire_token_by_device_flow(flow)
            if "access_token" not in result:
                time.sleep(float(flow.get("interval", 5)))
        return self._signed_in(result, cache)

    def account(self) -> Account | None:
        """Who is signed in, or None; asks nobody."""
        found = self._account(self._client()[0])
        return Account(str(found.get("username", "")), str(found.get("realm", ""))) if found else None

    def tokens(self, refused: bool) -> Secret:
        """An access token without asking a person; raises `SignInNeeded` where only a person helps."""
        with self._cached.lock:
            client, cache = self._client()
            found = self._account(client)
            result = (
                client.acquire_token_silent_with_error(self._scopes(), found, force_refresh=refused)
                if found
                else None
            )
            self._cached.saved(cache)
        if result is None:
            raise SignInNeeded(
                "Nobody is signed in to Microsoft",
                "Sign in on the page Directory. Without a window, use a client secret or a certificate.",
            )
        return _token(result, self._permissions)

    def sign_out(self) -> None:
        """Forget every token of this application in this cache."""
        with self._cached.lock:
            client, cache = self._client()
            for account in client.get_accounts():
                client.remove_account(account)
            self._cached.saved(cache)

    def _client(self) -> "tuple[msal.PublicClientApplication, msal.SerializableTokenCache]":
        import msal

        cache = self._cached.opened()
        return _built(msal.PublicClientApplication, self._registration, cache), cache

    def _scopes(self) -> list[str]:
        return self._registration.cloud.scopes(self._permissions)

    def _account(self, client: "msal.PublicClientApplication") -> dict[str, Any] | None:
        found = client.get_accounts()
        return found[0] if found else None

    def _signed_in(self, result: dict[str, Any], cache: "msal.SerializableTokenCache") -> Account:
        _token(result, self._permissions)
        with self._cached.lock:
            self._cached.saved(cache)
        claims = result.get("id_token_claims") or {}
        return Account(str(claims.get("preferred_username", "")), str(claims.get("tid", "")))


class ApplicationSignIn:
    """An application that signs in as itself, for runs without a person. Its tokens stay in memory."""

    def __init__(self, registration: Registration, proof: Secret | Certificate) -> None:
        self._registration, self._proof = registration, proof
        self._lock = threading.Lock()
        self._client: msal.ConfidentialClientApplication | None = None

    def tokens(self, refused: bool) -> Secret:
        """An access token with every permission an administrator consented to; raises `WizardError`."""
        with self._lock:
            client = self._client = self._client or self._made()
            if refused:
                client.remove_tokens_for_client()
            result = client.acquire_token_for_client(self._registration.cloud.scopes((".default",)))
        return _token(result, READ_PERMISSIONS)

    def _made(self) -> "msal.ConfidentialClientApplication":
        import msal

        proof = self._proof.reveal() if isinstance(self._proof, Secret) else self._proof.credential()
        return _built(msal.ConfidentialClientApplication, self._registration, None, client_credential=proof)


def _built(kind: Any, registration: Registration, cache: Any, **more: Any) -> Any:
    """A client of the library; raises `WizardError` where the tenant is unknown."""
    try:
        return kind(
            registration.client_id,
            authority=registration.authority,
            http_client=FormClient(),
            token_cache=cache,
            instance_discovery=None if registration.known_host else False,
            **more,
        )
    except ValueError as error:
        unknown = "authority" in str(error)
    if unknown:
        raise refusal({"error_codes": [90002]})
    raise ValueError("the library did not accept what it was given")


def _token(result: dict[str, Any], permissions: tuple[str, ...]) -> Secret:
    if "access_token" not in result:
        raise refusal(result, permissions)
    return Secret(str(result["access_token"]))
