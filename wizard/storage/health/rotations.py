"""What this computer remembers of replacing a job's access token: which one is being stored, and which is to be deleted."""

import hashlib
from dataclasses import dataclass, replace

from wizard.storage.paths import Home
from wizard.storage.small_files import SmallFile


@dataclass(frozen=True, slots=True)
class Rotation:
    """One replacement of an access token."""

    storing: str = ""
    """Digest of the new token while it is being stored; "" = none is."""
    made_on: str = ""
    """ISO date of the creation of that token; "" = not known."""
    replaced_on: str = ""
    """ISO date on which the first token was replaced; "" = none waits to be deleted in the AWS console."""


class Rotations:
    """The memory of one job. If it is lost, nothing reminds of the first token."""

    def __init__(self, home: Home, job_id: str) -> None:
        path = home.of_job(job_id, "health") / f"{job_id}.rotation.json"
        self._job_id = job_id
        self._file = SmallFile[Rotation](path, Rotation, Rotation(), home.ready)

    def read(self) -> Rotation:
        """Return the last replacement."""
        return self._file.read()

    def begin(self, token: str, made_on: str) -> None:
        """Remember that this token is about to be stored; raises WizardError."""
        self._file.change(lambda before: replace(before, storing=self._digest(token), made_on=made_on))

    def is_storing(self, token: str) -> bool:
        """Whether this token was about to be stored and no end was recorded: the program was killed in between."""
        return self.read().storing == self._digest(token)

    def finish(self, today: str) -> None:
        """Remember that the new token is stored and the first one is to be deleted; raises WizardError."""
        self._file.change(lambda _before: Rotation(replaced_on=today))

    def abandon(self) -> None:
        """Remember that the new token was not stored; raises WizardError."""
        self._file.change(lambda before: replace(before, storing="", made_on=""))

    def first_deleted(self) -> None:
        """Forget the first token, which a person deleted in the AWS console; raises WizardError."""
        self._file.change(lambda _before: Rotation())

    def _digest(self, token: str) -> str:
        """Distinguishes two tokens without revealing either: 32 bits of their hash."""
        return hashlib.sha256(f"{self._job_id}\n{token}".encode()).hexdigest()[:8]
