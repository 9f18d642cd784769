"""All secrets of a job: in the system keyring, in memory for this session, or passed in by environment or systemd."""

import errno
import logging
import os
import select
import stat
import threading
import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar, cast

from wizard.errors import Message, NoAccess, NoSecret, OtherTenant, WizardError
from wizard.secret import (
    AWS_ADDRESS_VARIABLE,
    AWS_TOKEN_VARIABLE,
    CREDENTIALS_VARIABLE,
    ENTRA_ADDRESS_VARIABLE,
    ENTRA_SECRET_VARIABLE,
    FILE_SUFFIX,
)
from wizard.storage.paths import Home, delete_file, reason, write_private

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

    from wizard.storage.small_files import FileOfThisComputer

Result = TypeVar("Result")
_log = logging.getLogger(__name__)
Doing = Literal["find", "read", "write", "change"]
"""What the keyring is asked to do, for error messages."""


# --- kinds of secrets --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SecretKind:
    """The names of one kind of secret. Keyrings, scripts and units of users hold these names: never change one."""

    name: str
    """Last part of the keyring entry: "aws-token" is stored under `<job id>/aws-token`."""
    address_name: str = ""
    """Last part of the entry that holds the address the secret may be sent to; "" = bound to no address."""
    variable: str = ""
    """Environment variable that overrides stored secrets; "" = none. With `FILE_SUFFIX` it names a file instead."""
    credential: str = ""
    """systemd credential (systemd.exec(5)) that overrides stored secrets; "" = none."""
    address_variable: str = ""
    """Environment variable with the only address that a secret passed in may be sent to."""
    address_credential: str = ""
    """systemd credential with that address."""


AWS_TOKEN = SecretKind(
    "aws-token",
    "tenant-url",
    AWS_TOKEN_VARIABLE,
    "identity-center-wizard.aws-token",
    AWS_ADDRESS_VARIABLE,
    "identity-center-wizard.aws-tenant-url",
)
ENTRA_SECRET = SecretKind(
    "entra-secret",
    "entra-address",
    ENTRA_SECRET_VARIABLE,
    "identity-center-wizard.entra-secret",
    ENTRA_ADDRESS_VARIABLE,
    "identity-center-wizard.entra-address",
)
"""Client secret of an application, or the passphrase of its certificate's key. Its address is a sign-in's: login host,
tenant, client and Graph."""
SIGN_IN_KEY = SecretKind("sign-in-key")
"""Encrypts the file of `SignInCache`."""
SIGN_IN = SecretKind("sign-in")
"""The content of a `SignInCache` that stays in memory. Never written to the keyring."""

SecretPlace = Literal["", "environment", "session", "keyring"]
"""Where a secret was found; a file and a systemd credential count as "environment"; "" = nowhere."""


@dataclass(frozen=True, slots=True)
class StoredSecret:
    """A secret and the address it may be sent to ("" = bound to none)."""

    text: str = field(repr=False)
    address: str = ""


@dataclass(frozen=True, slots=True)
class KeyringState:
    """Whether the system has a keyring that protects its entries."""

    usable: bool
    message: Message
    """What a person calls the keyring; or why there is none, and what to do."""


# --- the store ---------------------------------------------------------------------------------------------------------


class SessionSecrets:
    """Secrets in memory, lost when the program ends. Thread-safe."""

    def __init__(self) -> None:
        self._secrets: dict[tuple[str, SecretKind], StoredSecret] = {}
        self._lock = threading.Lock()

    def read(self, job_id: str, kind: SecretKind) -> StoredSecret | None:
        """Return the job's secret of this kind, or None."""
        with self._lock:
            return self._secrets.get((job_id, kind))

    def store(self, job_id: str, kind: SecretKind, secret: StoredSecret) -> None:
        """Replace the job's secret of this kind."""
        with self._lock:
            self._secrets[job_id, kind] = secret

    def delete(self, job_id: str, kind: SecretKind) -> None:
        """Remove the job's secret of this kind, if there is one."""
        with self._lock:
            self._secrets.pop((job_id, kind), None)


class SecretStore:
    """Finds, stores and deletes secrets. Order: file, environment, systemd credential, this session, keyring.

    Calls that reach the keyring may block until a person unlocks it: run them in a thread that can be abandoned.
    An abandoned call delays each later one by two seconds at most.
    """

    def __init__(
        self, environ: Mapping[str, str] | None = None, allowed_keyrings: Callable[[], Collection[str]] = tuple
    ) -> None:
        """allowed_keyrings: backends that a person on this computer trusts besides the known ones, as `module.Class`."""
        self._environ = os.environ if environ is None else environ
        self._allowed_keyrings = allowed_keyrings
        self._files: dict[SecretKind, str] = {}
        """Content of each file that was read, once: a pipe can be read only once."""
        self._file_lock = threading.Lock()
        self.session = SessionSecrets()

    def _keyring(self, kind: SecretKind) -> "_Keyring":
        return _Keyring(kind, self._allowed_keyrings())

    def use_file(self, kind: SecretKind, path: Path) -> None:
        """Take the secret from this file, whatever else holds one; raises NoSecret."""
        text = read_secret_file(path)
        with self._file_lock:
            self._files[kind] = text

    def is_passed_in(self, kind: SecretKind) -> bool:
        """Whether a file, the environment or a systemd credential holds the secret. Raises NoSecret."""
        return bool(self._passed_in(kind))

    def _passed_in(self, kind: SecretKind) -> str:
        """Return the secret that the caller passed in, "" if there is none; raises NoSecret."""
        path = self._environ.get(f"{kind.variable}{FILE_SUFFIX}", "").strip() if kind.variable else ""
        with self._file_lock:
            if kind not in self._files and path:
                if self._environ.get(kind.variable, "").strip():
                    raise NoSecret("secret-passed-in-twice", variable=kind.variable)
                self._files[kind] = read_secret_file(Path(path))
            text = self._files.get(kind, "")
        return text or _passed_in(self._environ, kind.variable, kind.credential)

    def where(self, job_id: str, kind: SecretKind, ask_keyring: bool = True) -> SecretPlace:
        """Return where `find` would take the secret from. Raises NoSecret where the keyring cannot be asked.

        ask_keyring: False leaves the keyring out, which may ask the person for a password.
        """
        if self.is_passed_in(kind):
            return "environment"
        if self.session.read(job_id, kind) is not None:
            return "session"
        return "keyring" if ask_keyring and _read(self._keyring(kind), job_id) else ""

    def find(self, job_id: str, kind: SecretKind, address: str = "") -> str:
        """Return the secret, "" if there is none.

        A stored secret that is bound to an address is returned for this address only; a secret passed in too, where its
        address was passed in with it. Raises NoSecret where the keyring cannot be asked, OtherTenant (for the sign-in to
        Microsoft: NoAccess) for another address.
        """
        text = self._passed_in(kind)
        if text:
            bound_to = _passed_in(self._environ, kind.address_variable, kind.address_credential)
            secret: StoredSecret | None = StoredSecret(text, bound_to or address)
        else:
            secret = self.session.read(job_id, kind) or _read(self._keyring(kind), job_id)
        if secret is None:
            return ""
        if kind.address_name and not _same_address(secret.address, address):
            if kind is ENTRA_SECRET:
                raise NoAccess("secret-of-another-sign-in", kept=secret.address, asked=address)
            raise OtherTenant(secret.address, address)
        return secret.text

    def store(self, job_id: str, kind: SecretKind, text: str, address: str = "") -> None:
        """Write the secret to the keyring and read it back. Raises NoSecret, and then the secret is not stored."""
        text = text.strip()  # a pasted line has a line break at its end
        if not text or (kind.address_name and not address.strip()):
            raise WizardError("no-secret-to-store", secret=kind.name)
        _write(self._keyring(kind), job_id, StoredSecret(text, address))
        self.session.delete(job_id, kind)

    def keep_for_session(self, job_id: str, kind: SecretKind, text: str, address: str = "") -> None:
        """Hold the secret in memory until the program ends; it goes before the keyring's."""
        self.session.store(job_id, kind, StoredSecret(text.strip(), address))

    def delete(self, job_id: str, kind: SecretKind) -> None:
        """Delete the secret from memory and keyring; a missing one is no error. Raises NoSecret."""
        self.session.delete(job_id, kind)
        try:
            keyring = self._keyring(kind)
        except NoSecret:
            return  # without a safe keyring nothing was ever written
        keyring.remove(f"{job_id}/{kind.name}")
        if kind.address_name:
            keyring.remove(f"{job_id}/{kind.address_name}")

    def keyring_state(self) -> KeyringState:
        """Return whether there is a safe keyring for the access token. Does not unlock it, never raises."""
        try:
            keyring = self._keyring(AWS_TOKEN)
        except WizardError as error:
            return KeyringState(False, error.message)
        return KeyringState(True, Message("keyring-name", keyring=keyring.backend_name))


def _read(keyring: "_Keyring", job_id: str) -> StoredSecret | None:
    """Read a secret and its address. Half of such a pair is no secret: where it may be sent is unknown."""
    kind, address = keyring.kind, ""
    if kind.address_name:
        address = keyring.read(f"{job_id}/{kind.address_name}")
        if not address:
            return None
    text = keyring.read(f"{job_id}/{kind.name}")
    return StoredSecret(text, address) if text else None


def _write(keyring: "_Keyring", job_id: str, secret: StoredSecret) -> None:
    """Write a secret and its address, and compare what the keyring then holds.

    The old secret is removed before another address is written: wherever this is interrupted, no secret is left
    beside an address it does not belong to. For the same address the entry is replaced in one step: wherever this is
    interrupted, it holds the old secret or the new one.
    """
    kind, entry = keyring.kind, f"{job_id}/{keyring.kind.name}"
    keyring.check_size(secret.text)
    moves = bool(kind.address_name) and keyring.read(f"{job_id}/{kind.address_name}") != secret.address
    if moves:
        keyring.remove(entry, "write")
        keyring.write(f"{job_id}/{kind.address_name}", secret.address)
    keyring.write(entry, secret.text)
    if _read(keyring, job_id) != secret:  # lost, or another process wrote at the same time
        if moves:
            keyring.remove(entry, "write")
        raise keyring.lost()


def _same_address(one: str, other: str) -> bool:
    """Compare two addresses; a slash at the end makes no difference."""
    return one.strip().rstrip("/") == other.strip().rstrip("/")


# --- the sign-in to Microsoft ------------------------------------------------------------------------------------------


class SignInCache:
    """Microsoft's tokens of one job between two starts: a file in HOME, encrypted with a key in the keyring.

    The tokens do not fit into an entry of the Windows Credential Manager (2,560 bytes); the key does. Without a safe
    keyring, or with `session_only`, they stay in memory. Calls may block until a person unlocks the keyring.
    """

    def __init__(
        self, secrets: SecretStore, home: Home, job_id: str, session_only: bool = False, address: str = ""
    ) -> None:
        """address: of the sign-in. Tokens that were saved for another one are not loaded."""
        self._secrets, self._home, self._job_id, self._address = secrets, home, job_id, address
        self._session_only = session_only
        self._file: Path = home.root / "sign-ins" / f"{job_id}.bin"

    @property
    def for_session(self) -> bool:
        """Whether the tokens are in memory only."""
        return self._secrets.session.read(self._job_id, SIGN_IN) is not None

    def load(self) -> str:
        """Return what was saved for this sign-in; "" = nothing, or encrypted with a key that is lost. Raises NoSecret."""
        in_memory = self._secrets.session.read(self._job_id, SIGN_IN)
        if in_memory is not None and in_memory.text:
            return in_memory.text if in_memory.address == self._address else ""
        if not self._file.exists():
            return ""
        from cryptography.fernet import Fernet, InvalidToken  # only jobs that sign in need it

        key = self._secrets.find(self._job_id, SIGN_IN_KEY)
        if not key:
            return ""
        try:
            address, _, text = Fernet(key.encode()).decrypt(self._file.read_bytes()).decode().partition("\n")
        except (InvalidToken, ValueError, OSError):
            return ""  # the person signs in again
        return text if address == self._address else ""

    def save(self, text: str) -> None:
        """Replace the tokens, in memory where no keyring can hold the key. Raises WizardError."""
        if not self._session_only:
            try:
                self._save_file(text)
            except NoSecret:
                pass  # no keyring for the key: kept in memory below
            else:
                self._secrets.session.delete(self._job_id, SIGN_IN)
                return
        self._secrets.session.store(self._job_id, SIGN_IN, StoredSecret(text, self._address))

    def delete(self) -> None:
        """Delete tokens, file and key; raises WizardError."""
        self._secrets.session.delete(self._job_id, SIGN_IN)
        delete_file(self._file)
        try:
            self._secrets.delete(self._job_id, SIGN_IN_KEY)
        except NoSecret:
            return  # a key whose file is gone decrypts nothing

    def _save_file(self, text: str) -> None:
        from cryptography.fernet import Fernet  # only jobs that sign in need it

        key = self._secrets.find(self._job_id, SIGN_IN_KEY)
        if not key:
            key = Fernet.generate_key().decode()
            self._secrets.store(self._job_id, SIGN_IN_KEY, key)
        self._home.ready(self._file.parent)
        write_private(self._file, Fernet(key.encode()).encrypt(f"{self._address}\n{text}".encode()))


# --- secrets passed in by the caller -----------------------------------------------------------------------------------


_LARGEST_FILE = 64 * 1024
"""Bytes. AWS's tokens have a few hundred."""
_TOO_OPEN = stat.S_IWGRP | stat.S_IROTH | stat.S_IWOTH | stat.S_IXOTH
"""Rights that a file with a secret must not give. Its group may read it: Kubernetes mounts secrets so."""


_PIPE_LOOK_SECONDS = 0.02
_PIPE_SECONDS = 30.0
"""Longest wait for a pipe to be written and ended: a run without a person must end."""


def read_secret_file(path: Path) -> str:
    """Return the secret in a file or a pipe, without white space around it; raises NoSecret."""
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            state = os.fstat(file.fileno())
            if not (stat.S_ISREG(state.st_mode) or stat.S_ISFIFO(state.st_mode)):
                raise NoSecret("secret-file-not-a-file", path=str(path))
            if os.name == "posix" and stat.S_ISREG(state.st_mode) and state.st_mode & _TOO_OPEN:
                raise NoSecret("secret-file-too-open", path=str(path), mode=f"{stat.S_IMODE(state.st_mode):04o}")
            if stat.S_ISFIFO(state.st_mode) and os.name == "posix":
                content = _read_pipe(file.fileno())
            else:
                content = file.read(_LARGEST_FILE + 1) or b""  # None: a file of the system that would block
    except OSError as error:
        raise NoSecret("secret-file-not-read", path=str(path), reason=reason(error)) from None
    if len(content) > _LARGEST_FILE:
        raise NoSecret("secret-file-too-large", path=str(path), limit=_LARGEST_FILE // 1024)
    try:
        text = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise NoSecret("secret-file-not-text", path=str(path)) from None
    if not text:
        raise NoSecret("secret-file-empty", path=str(path))
    return text


def _without_waiting(path: str, flags: int) -> int:
    """Open a pipe before it is written to."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _read_pipe(descriptor: int) -> bytes:
    """Read a pipe to its end, or to more than a secret holds; raises TimeoutError where it is not ended in time.

    A named pipe without a writer reads as one that has ended.
    """
    content, until = b"", time.monotonic() + _PIPE_SECONDS
    while len(content) <= _LARGEST_FILE:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
        if not select.select([descriptor], [], [], left)[0]:
            continue
        part = os.read(descriptor, _LARGEST_FILE + 1)
        if content and not part:
            break
        if not part:
            time.sleep(_PIPE_LOOK_SECONDS)
        content += part
    return content


def _passed_in(environ: Mapping[str, str], variable: str, credential: str) -> str:
    """Return the variable's value, else that of the systemd credential, else ""; raises NoSecret."""
    value = environ.get(variable, "").strip() if variable else ""
    if not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):  # bytes that are not UTF-8
        raise NoSecret("secret-variable-not-text", variable=variable)
    folder = environ.get(CREDENTIALS_VARIABLE, "")
    if value or not folder or not credential:
        return value
    try:
        return Path(folder, credential).read_text("utf-8-sig").strip()
    except FileNotFoundError:
        return ""  # the unit has other credentials
    except (OSError, UnicodeDecodeError) as error:
        _log.warning("The credential %s could not be read: %s", credential, type(error).__name__)
    raise NoSecret("credential-not-read", credential=credential)


# --- the system keyring ------------------------------------------------------------------------------------------------

SERVICE = "identity-center-wizard"

_WINDOWS_LIMIT_BYTES = 2560
"""CRED_MAX_CREDENTIAL_BLOB_SIZE; the Credential Manager counts UTF-16."""
_SAFE = (
    "keyring.backends.SecretService",
    "keyring.backends.libsecret",
    "keyring.backends.kwallet",
    "keyring.backends.Windows",
    "keyring.backends.macOS",
)
"""Modules of the backends of the systems' own keyrings. Others are used only where a person allowed one by its name."""
_STORES_NOTHING = ("keyring.backends.fail", "keyring.backends.null")
_TURN_SECONDS = 2.0
_ANSWER_SECONDS = 120.0
"""Long enough for a person to find a password; a run without a person must end."""
_turn = threading.Lock()


def allowed_keyrings(home: Home) -> "FileOfThisComputer[tuple[str, ...]]":
    """Return the list of backends that a person on this computer trusts besides the known ones, as `module.Class`."""
    from wizard.storage.small_files import FileOfThisComputer  # msgspec, which the first window does without

    return FileOfThisComputer(home.root / "allowed-keyrings.json", tuple[str, ...], (), home.ready)


class _Keyring:
    """The safe backend of the system's keyring, used for one kind of secret. Every failure is a NoSecret."""

    def __init__(self, kind: SecretKind, allowed: Collection[str]) -> None:
        self.kind = kind
        self._backend = _safe_backend(kind, allowed)
        self.backend_name = _backend_name(self._backend)

    def read(self, entry: str) -> str:
        """Return the entry's text, "" if there is none."""
        return self._ask(lambda: self._backend.get_password(SERVICE, entry), "read") or ""

    def write(self, entry: str, text: str) -> None:
        """Replace the entry."""
        self._ask(lambda: self._backend.set_password(SERVICE, entry, text), "write")

    def remove(self, entry: str, doing: Doing = "change") -> None:
        """Delete the entry. It is read first, because backends raise different errors for a missing one."""

        def delete_if_present() -> None:
            if self._backend.get_password(SERVICE, entry) is not None:
                self._backend.delete_password(SERVICE, entry)

        self._ask(delete_if_present, doing)

    def check_size(self, text: str) -> None:
        """Raise NoSecret where an entry of this keyring cannot hold the text."""
        windows = type(self._backend).__module__ == "keyring.backends.Windows"
        if windows and len(text.encode("utf-16-le")) > _WINDOWS_LIMIT_BYTES:
            limit = _WINDOWS_LIMIT_BYTES // 2
            raise NoSecret("secret-too-long", secret=self.kind.name, length=len(text), limit=limit)

    def lost(self) -> NoSecret:
        """Return the error for an entry that the keyring did not keep."""
        return NoSecret("secret-not-stored", secret=self.kind.name, keyring=self.backend_name)

    def _ask(self, call: Callable[[], Result], doing: Doing) -> Result:
        return ask_keyring(call, doing, self.kind, self._backend)


def _safe_backend(kind: SecretKind, allowed: Collection[str]) -> "KeyringBackend":
    """Return the backend that protects its entries; raises NoSecret where there is none."""
    import keyring  # 120 ms, which the first window does not wait for

    backend = ask_keyring(keyring.get_keyring, "find", kind)
    # A chainer asks several backends; only its first safe one is used.
    candidates = tuple(getattr(backend, "backends", None) or (backend,))
    for candidate in candidates:
        module = type(candidate).__module__
        known = module in _SAFE or (_backend_name(candidate) in allowed and module not in _STORES_NOTHING)
        if known and ask_keyring(partial(_priority, candidate), "find", kind) > 0:
            safe: KeyringBackend = candidate
            return safe
    if all(type(candidate).__module__ in _STORES_NOTHING for candidate in candidates):
        raise NoSecret("no-secret-service", secret=kind.name)
    raise NoSecret("keyring-not-safe", secret=kind.name, keyring=_backend_name(candidates[0]))


def ask_keyring(
    call: Callable[[], Result], doing: Doing, kind: SecretKind, backend: "KeyringBackend | None" = None
) -> Result:
    """Call the keyring, one call at a time; whatever it raises becomes NoSecret.

    GNOME's keyring (seen with 42, reported of 50) sometimes aborts, and is locked again, when connections open and
    close in parallel. A call waits two seconds at most for its turn: the call before may wait for a person. Each has a
    thread of its own, which keeps neither the caller nor the end of the program waiting.

    Any Exception is caught, because backends raise far more than KeyringError (a D-Bus answer, an OSError). The cause
    is dropped: the text of such an exception may hold the secret.
    """
    outcome: Future[Result] = Future()
    threading.Thread(target=_answer, args=(call, outcome), name="keyring", daemon=True).start()
    try:
        return outcome.result(_ANSWER_SECONDS)
    except TimeoutError:
        reason = ""
    except _KeyringError as error:
        reason = error.kind
    if not reason:
        raise NoSecret("keyring-silent", secret=kind.name, seconds=round(_ANSWER_SECONDS))
    if reason == "KeyringLocked":
        raise NoSecret("keyring-locked", secret=kind.name)
    if reason == "InitError":
        raise NoSecret("keyring-not-opened", secret=kind.name)
    if reason == "NoKeyringError":
        raise NoSecret("no-keyring", secret=kind.name)
    keyring = _backend_name(backend) if backend is not None else ""
    _log.warning("The keyring %s failed: %s", keyring, reason)
    raise NoSecret("keyring-failed", secret=kind.name, keyring=keyring, doing=doing)


class _KeyringError(Exception):
    """The keyring raised an exception of this class. Its text is dropped."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


def _answer(call: Callable[[], Result], outcome: "Future[Result]") -> None:
    """Call the keyring when it is this call's turn."""
    in_turn = _turn.acquire(timeout=_TURN_SECONDS)
    answer: Result | None = None
    failure = ""
    try:
        answer = call()
    except BaseException as error:  # see `ask_keyring`; nobody else would end the caller's waiting
        failure = type(error).__name__
    finally:
        if in_turn:
            _turn.release()
    if failure:
        outcome.set_exception(_KeyringError(failure))
    else:
        outcome.set_result(cast(Result, answer))


def _priority(backend: "KeyringBackend") -> float:
    """Return the backend's own priority; some raise where a part of their system is missing."""
    try:
        return float(backend.priority)
    except Exception:  # backends raise anything
        return 0


def _backend_name(backend: "KeyringBackend") -> str:
    """Return the backend's module and class, such as "keyring.backends.SecretService.Keyring"."""
    return f"{type(backend).__module__}.{type(backend).__name__}"
