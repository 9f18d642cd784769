"""The system's keyring as a stranger's code: its safe backend found, and whatever it raises told in words."""

from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from wizard.errors import NoSecret
from wizard.storage.given import TOKEN_VARIABLE

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "identity-center-wizard"
OTHER_WAYS = f"Keep the token for this session only, or name it in the environment variable {TOKEN_VARIABLE}."

_WINDOWS_LIMIT_BYTES = 2560
"""CRED_MAX_CREDENTIAL_BLOB_SIZE; the Credential Manager counts UTF-16."""
_UNSAFE = ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt")
"""Backends that keep nothing, or keep it readable for anyone who can read the file."""

_TURN_SECONDS = 2.0
_turn = Lock()

Result = TypeVar("Result")


def safe_backend() -> "KeyringBackend":
    """The backend that will really hold the token; raises NoSecret where none is safe."""
    import keyring  # 120 ms: paid by whoever needs it, never by the first window

    backend = asked(keyring.get_keyring, "find", None)
    for one in getattr(backend, "backends", None) or (
        backend,
    ):  # a chainer asks several; we ask its first safe one
        if not type(one).__module__.startswith(_UNSAFE) and _priority(one) > 0:
            return one
    if type(backend).__module__.startswith("keyring.backends.fail"):
        raise NoSecret(
            "This system has no keyring", f"No Secret Service (GNOME Keyring, KWallet) answers. {OTHER_WAYS}"
        )
    raise NoSecret(
        "This system's keyring is not safe",
        f"The program found only “{backend_name(backend)}”, which would not protect the token. {OTHER_WAYS}",
    )


def _priority(backend: "KeyringBackend") -> float:
    """What the backend thinks of itself; some raise where the system lacks a part of theirs."""
    try:
        return float(backend.priority)
    except Exception:  # a backend is a stranger's code
        return 0


def backend_name(backend: "KeyringBackend") -> str:
    """What a person calls this keyring."""
    module = type(backend).__module__
    known = {
        "keyring.backends.SecretService": "the system's keyring",
        "keyring.backends.libsecret": "the system's keyring",
        "keyring.backends.kwallet": "KWallet",
        "keyring.backends.Windows": "the Windows Credential Manager",
        "keyring.backends.macOS": "the macOS keychain",
    }
    return known.get(module) or f"the keyring {type(backend).__name__} of {module}"


def remove_entry(backend: "KeyringBackend", entry: str) -> None:
    """Delete an entry if it stands there; asking first, because backends differ in what they raise for none."""
    if backend.get_password(SERVICE, entry) is not None:
        backend.delete_password(SERVICE, entry)


def check_size(backend: "KeyringBackend", token: str) -> None:
    """Raises NoSecret where an entry of this keyring cannot hold the token."""
    windows = type(backend).__module__ == "keyring.backends.Windows"
    if windows and len(token.encode("utf-16-le")) > _WINDOWS_LIMIT_BYTES:
        raise NoSecret(
            "The access token is too long for the Windows Credential Manager",
            f"It has {len(token)} characters, and {_WINDOWS_LIMIT_BYTES // 2} fit into one entry. {OTHER_WAYS}",
        )


def asked(call: Callable[[], Result], doing: str, backend: "KeyringBackend | None") -> Result:
    """Ask the keyring, one question at a time; whatever it raises becomes NoSecret.

    GNOME's keyring (seen with 42, reported of 50) now and then aborts, and is locked again, when connections come and
    go side by side. Nobody waits long for their turn: the one before may be waiting for a person to unlock it.

    Any Exception, because backends raise far more than KeyringError (a D-Bus answer, an OSError). The cause is
    dropped: nobody knows what a stranger's exception holds, and it might be the secret.
    """
    in_turn = _turn.acquire(timeout=_TURN_SECONDS)
    try:
        return call()
    except Exception as error:
        kind = type(error).__name__
    finally:
        if in_turn:
            _turn.release()
    name = backend_name(backend) if backend is not None else "the system's keyring"
    if kind == "KeyringLocked":
        raise NoSecret("The keyring is locked", f"Unlock it and try again; nothing was changed. {OTHER_WAYS}")
    if kind == "InitError":
        raise NoSecret(
            "The keyring could not be opened",
            f"It was never set up, or the question to unlock it was dismissed ({kind}). {OTHER_WAYS}",
        )
    if kind == "NoKeyringError":
        raise NoSecret("This system has no keyring", OTHER_WAYS)
    raise NoSecret(
        f"{name[0].upper()}{name[1:]} failed",
        f"It could not be asked to {doing} the entry ({kind}). {OTHER_WAYS}",
    )
