"""The last readings of a job's tenant, compressed: at most two files, one of which belongs to the journal's cursor."""

import gzip
import re
import zlib
from contextlib import suppress
from pathlib import Path

from wizard.errors import WizardError
from wizard.storage.paths import Home, delete_file, write_private

_CURSOR = re.compile(r"[0-9a-f]{64}")


class Mirrors:
    """The readings of one job's tenant. They hold people's data and are stored in HOME only."""

    def __init__(self, home: Home, job_id: str) -> None:
        self._home, self._job_id = home, job_id
        self._loaded = ""

    @property
    def _folder(self) -> Path:
        return self._home.of_job(self._job_id, "mirrors")

    def load(self, cursor: str) -> bytes | None:
        """Return the reading of the journal's cursor, or None where it is missing or damaged."""
        self._loaded = cursor
        try:
            return gzip.decompress(self._file(cursor).read_bytes()) if _CURSOR.fullmatch(cursor) else None
        except (OSError, EOFError, zlib.error):
            return None

    def save(self, cursor: str, content: bytes) -> None:
        """Write the reading of a new cursor and keep the one that was loaded; raises WizardError.

        The journal names the new cursor only when the run has ended.
        """
        self._home.ready(self._folder)
        write_private(self._file(cursor), gzip.compress(content, 1, mtime=0))
        current = {self._file(cursor), self._file(self._loaded)}
        for path in self._folder.glob(f"{self._job_id}-*.gz"):
            if path not in current:
                with suppress(WizardError):  # open elsewhere: the next reading deletes it
                    delete_file(path)

    def delete(self) -> None:
        """Delete all readings of this job; raises WizardError."""
        for path in self._folder.glob(f"{self._job_id}-*.gz"):
            delete_file(path)

    def _file(self, cursor: str) -> Path:
        return self._folder / f"{self._job_id}-{cursor[:32]}.gz"
