"""What was last read of a tenant, beside the journal: at most two files a job, of which its cursor names one."""

import gzip
import re
from pathlib import Path

from wizard.storage.paths import Home, private_folder, write_private

_CURSOR = re.compile(r"[0-9a-f]{64}")


class Mirrors:
    """The readings of one job's tenant. They hold people's data and stay in HOME."""

    def __init__(self, home: Home, job_id: str) -> None:
        self._folder: Path = home.root / "mirrors"
        self._job_id = job_id
        self._named = ""

    def load(self, cursor: str) -> bytes | None:
        """The bytes kept under the journal's cursor, or None where they are gone or broken."""
        self._named = cursor
        try:
            return gzip.decompress(self._file(cursor).read_bytes()) if _CURSOR.fullmatch(cursor) else None
        except (OSError, EOFError):
            return None

    def save(self, cursor: str, content: bytes) -> None:
        """Keep bytes under a new cursor, beside those the journal names; raises WizardError.

        Which of the two counts is not known before the run that reads has come to its end.
        """
        private_folder(self._folder)
        write_private(self._file(cursor), gzip.compress(content, 1, mtime=0))
        kept = {self._file(cursor), self._file(self._named)}
        for old in self._folder.glob(f"{self._job_id}-*.gz"):
            if old not in kept:
                old.unlink(missing_ok=True)

    def delete(self) -> None:
        """Forget everything that was read for this job."""
        for path in self._folder.glob(f"{self._job_id}-*.gz"):
            path.unlink(missing_ok=True)

    def _file(self, cursor: str) -> Path:
        return self._folder / f"{self._job_id}-{cursor[:32]}.gz"
