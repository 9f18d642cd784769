"""Tenant URL and access token in the system's keyring, and the rule where the token may be sent."""

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wizard.errors import NoSecret, OtherTenant, WizardError, _advice, _title
from wizard.storage.given import TOKEN_CREDENTIAL, TOKEN_VARIABLE, given
from wizard.storage.keyring_backend import (
    OTHER_WAYS,
    SERVICE,
    asked,
    backend_name,
    check_size,
    remove_entry,
    safe_backend,
)

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend


@dataclass(frozen=True, slots=True)
class StoredSecret:
    """What is kept for one job."""

    tenant_url: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeyringState:
    """Whether the system has a safe place for the token."""

    usable: bool
    name: str
    """What a person calls the keyring."""
    sentence: str
    """Where the token is kept; or why it cannot be, and what to do."""


class SessionSecrets:
    """Kept in memory only, until the program ends. Any thread may ask."""

    def __init__(self) -> None:
        self._kept: dict[str, StoredSecret] = {}
        self._lock = threading.Lock()

    def read(self, job_id: str) -> StoredSecret | None:
        """What is kept for this job, or None."""
        with self._lock:
            return self._kept.get(job_id)

    def store(self, job_id: str, tenant_url: str, token: str) -> None:
        """Keep both until the program ends."""
        with self._lock:
            self._kept[job_id] = StoredSecret(tenant_url, token)

    def delete(self, job_id: str) -> None:
        """Forget both."""
        with self._lock:
            self._kept.pop(job_id, None)


class Secrets:
    """The keyring's entries of each job, and those kept for this session.

    Every call but those for the session may wait for a person who is asked to unlock the keyring: call it from
    a thread that may be left behind. A call left behind holds up each other one for two seconds at most.
    """

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        self._environ = os.environ if environ is None else environ
        self._session = SessionSecrets()

    @property
    def token_in_environment(self) -> bool:
        """Whether the environment names a token or a credential holds one, which beats every kept one."""
        return bool(self._given_token())

    def read(self, job_id: str) -> StoredSecret | None:
        """Both values kept for this job; None where one of them is missing. Raises NoSecret."""
        kept = self._session.read(job_id)
        if kept is not None:
            return kept
        return _pair(safe_backend(), job_id)

    def token_for(self, job_id: str, tenant_url: str) -> str:
        """The token that may be sent to this URL: the environment's, else that of a systemd credential, else the one
        kept together with this URL.

        Raises NoSecret where there is none, OtherTenant where it was kept for another URL.
        """
        given = self._given_token()
        if given:
            return given
        kept = self.read(job_id)
        if kept is None:
            raise NoSecret(
                "There is no access token for this job",
                f"Enter it in the window (AWS IAM Identity Center) or with `secret set`, or set {TOKEN_VARIABLE}.",
            )
        if _plain(kept.tenant_url) != _plain(tenant_url):
            raise OtherTenant(kept.tenant_url, tenant_url)
        return kept.token

    def store(self, job_id: str, tenant_url: str, token: str) -> None:
        """Keep both in the keyring and see that they stand there; raises NoSecret, and then keeps no token.

        The old token goes before the new URL comes: whatever cuts this short, no token ever stands beside a
        URL it does not belong to.
        """
        token = token.strip()  # a pasted line brings its end along
        if not token or not tenant_url.strip():
            raise WizardError("There is nothing to keep", "Both the tenant URL and the access token are needed.")
        backend = safe_backend()
        check_size(backend, token)
        asked(lambda: remove_entry(backend, _token_entry(job_id)), "write", backend)
        asked(lambda: backend.set_password(SERVICE, _url_entry(job_id), tenant_url), "write", backend)
        asked(lambda: backend.set_password(SERVICE, _token_entry(job_id), token), "write", backend)
        if _pair(backend, job_id) != StoredSecret(tenant_url, token):  # lost, or somebody else wrote meanwhile
            asked(lambda: remove_entry(backend, _token_entry(job_id)), "write", backend)
            raise NoSecret(
                "The access token was not kept", f"{_capital(backend_name(backend))} lost it. {OTHER_WAYS}"
            )
        self._session.delete(job_id)  # the keyring's is the newer one

    def keep_for_session(self, job_id: str, tenant_url: str, token: str) -> None:
        """Keep both in memory until the program ends; they beat the keyring's."""
        self._session.store(job_id, tenant_url, token.strip())

    def kept_for_session(self, job_id: str) -> bool:
        """Whether this job's token goes when the program ends."""
        return self._session.read(job_id) is not None

    def delete(self, job_id: str) -> None:
        """Forget both, here and in the keyring; nothing to forget is no error. Raises NoSecret."""
        self._session.delete(job_id)
        if not self.state().usable:
            return  # we never wrote to it
        backend = safe_backend()
        asked(lambda: remove_entry(backend, _token_entry(job_id)), "change", backend)
        asked(lambda: remove_entry(backend, _url_entry(job_id)), "change", backend)

    def state(self) -> KeyringState:
        """Whether there is a safe keyring; it does not unlock it and never raises."""
        try:
            backend = safe_backend()
        except WizardError as error:
            return KeyringState(False, _title(error), _advice(error))
        name = backend_name(backend)
        return KeyringState(True, name, f"The tenant URL and the access token are kept in {name}.")

    def _given_token(self) -> str:
        return given(self._environ, TOKEN_VARIABLE, TOKEN_CREDENTIAL)


def _url_entry(job_id: str) -> str:
    return f"{job_id}/tenant-url"


def _token_entry(job_id: str) -> str:
    return f"{job_id}/aws-token"


def _plain(url: str) -> str:
    """A URL as it is compared: a slash at its end says nothing."""
    return url.strip().rstrip("/")


def _pair(backend: "KeyringBackend", job_id: str) -> StoredSecret | None:
    """Both entries, or None: half a pair is no secret, because nobody knows where its token belongs."""
    url = asked(lambda: backend.get_password(SERVICE, _url_entry(job_id)), "read", backend)
    if not url:
        return None
    token = asked(lambda: backend.get_password(SERVICE, _token_entry(job_id)), "read", backend)
    return StoredSecret(url, token) if token else None


def _capital(name: str) -> str:
    return name[0].upper() + name[1:]
