"""Signing in to Microsoft: by browser, by device code, as an application with a secret or a certificate."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wizard.errors import NoAccess, SignInNeeded
from wizard.graph.certificate import Certificate
from wizard.graph.clouds import READ_PERMISSIONS, Cloud
from wizard.graph.loopback import NEVER_STOPPED, Loopback
from wizard.graph.refusals import refusal
from wizard.http.form_client import FormClient
from wizard.http.loopback import is_loopback
from wizard.secret import Secret

if TYPE_CHECKING:
    import msal

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
