"""The secret an application signs in to Microsoft with: a client secret, or the passphrase of its certificate's key."""

import os
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from wizard.errors import NoSecret, WizardError, _advice, _title
from wizard.storage.given import ENTRA_CREDENTIAL, ENTRA_VARIABLE, given
from wizard.storage.keyring_backend import OTHER_WAYS, SERVICE, asked, check_size, remove_entry, safe_backend

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

_WAYS = f"Keep it for this session only, or name it in the environment variable {ENTRA_VARIABLE}."

Result = TypeVar("Result")


class EntraSecrets:
    """One secret a job. Calls may wait for a person who is asked to unlock the keyring.

    It goes to Microsoft's own sign-in and nowhere else, so it is bound to no address.
    """

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        self._environ = os.environ if environ is None else environ
        self._session: dict[str, str] = {}
        self._lock = threading.Lock()

    def secret_for(self, job_id: str) -> str:
        """The environment's or systemd's, else this session's, else the keyring's; "" = none. Raises NoSecret."""
        handed = given(self._environ, ENTRA_VARIABLE, ENTRA_CREDENTIAL)
        with self._lock:
            kept = self._session.get(job_id, "")
        return handed or kept or _in_our_words(lambda: self._ask(job_id))

    def where(self, job_id: str) -> str:
        """ "environment", "session", "keyring", or "" where there is none. Raises NoSecret."""
        if given(self._environ, ENTRA_VARIABLE, ENTRA_CREDENTIAL):
            return "environment"
        with self._lock:
            if job_id in self._session:
                return "session"
        return "keyring" if _in_our_words(lambda: self._ask(job_id)) else ""

    def store(self, job_id: str, secret: str) -> None:
        """Keep it in the keyring and see that it stands there; raises NoSecret, WizardError for an empty one."""
        secret = secret.strip()
        if not secret:
            raise WizardError("There is nothing to keep", "Enter the client secret's value, not its id.")

        def keep() -> None:
            backend = safe_backend()
            check_size(backend, secret)
            asked(lambda: backend.set_password(SERVICE, _entry(job_id), secret), "write", backend)
            if asked(lambda: backend.get_password(SERVICE, _entry(job_id)), "read", backend) != secret:
                raise NoSecret("The client secret was not kept", f"The keyring lost it. {_WAYS}")

        _in_our_words(keep)
        with self._lock:
            self._session.pop(job_id, None)

    def keep_for_session(self, job_id: str, secret: str) -> None:
        """Keep it in memory until the program ends; it beats the keyring's."""
        with self._lock:
            self._session[job_id] = secret.strip()

    def delete(self, job_id: str) -> None:
        """Forget it, here and in the keyring; nothing to forget is no error. Raises NoSecret."""
        with self._lock:
            self._session.pop(job_id, None)
        backend = _usable()
        if backend is not None:
            _in_our_words(lambda: asked(lambda: remove_entry(backend, _entry(job_id)), "change", backend))

    @staticmethod
    def _ask(job_id: str) -> str:
        backend = safe_backend()
        return asked(lambda: backend.get_password(SERVICE, _entry(job_id)), "read", backend) or ""


def _entry(job_id: str) -> str:
    return f"{job_id}/entra-secret"


def _usable() -> "KeyringBackend | None":
    """The keyring, or None where there is no safe one: then nothing was ever written to it."""
    try:
        return safe_backend()
    except NoSecret:
        return None


def _in_our_words(call: Callable[[], Result]) -> Result:
    """The keyring's troubles, with the ways that are open to this secret instead of the access token's."""
    try:
        return call()
    except NoSecret as error:
        told = NoSecret(_title(error), _advice(error).replace(OTHER_WAYS, _WAYS))
    raise told
