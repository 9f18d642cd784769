"""Microsoft's tokens between two starts: encrypted in HOME, with the key in the system's keyring.

A token is longer than an entry of the Windows Credential Manager may be (2,560 bytes), a key is not.
"""

from pathlib import Path

from wizard.storage.keyring_backend import SERVICE, asked, remove_entry, safe_backend
from wizard.storage.paths import Home, private_folder, write_private

_FOLDER = "sign-ins"


class TokenCache:
    """The tokens of one job's sign-in. Its calls may wait for a person who is asked to unlock the keyring."""

    def __init__(self, home: Home, job_id: str) -> None:
        self._file: Path = home.root / _FOLDER / f"{job_id}.bin"
        self._entry = f"{job_id}/sign-in-key"

    def load(self) -> str:
        """What was saved; "" where there is nothing, or it was made with another key. Raises NoSecret."""
        if not self._file.exists():
            return ""
        from cryptography.fernet import Fernet, InvalidToken

        key = self._key()
        if not key:
            return ""
        try:
            return Fernet(key.encode()).decrypt(self._file.read_bytes()).decode()
        except (InvalidToken, ValueError, OSError):
            return ""  # a sign-in that cannot be read is one that must be made again

    def save(self, text: str) -> None:
        """Keep it, encrypted; raises NoSecret where there is no safe keyring, and then keeps nothing."""
        from cryptography.fernet import Fernet

        key = self._key()
        if not key:
            key = Fernet.generate_key().decode()
            backend = safe_backend()
            asked(lambda: backend.set_password(SERVICE, self._entry, key), "write", backend)
        private_folder(self._file.parent)
        write_private(self._file, Fernet(key.encode()).encrypt(text.encode()))

    def delete(self) -> None:
        """Forget file and key: what is left over of the file can never be read again. Raises NoSecret."""
        self._file.unlink(missing_ok=True)
        backend = safe_backend()
        asked(lambda: remove_entry(backend, self._entry), "change", backend)

    def _key(self) -> str:
        backend = safe_backend()
        return asked(lambda: backend.get_password(SERVICE, self._entry), "read", backend) or ""
