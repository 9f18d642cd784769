"""What this computer remembers of a job's setup at Microsoft: what was saved there last, and what was there first."""

import time
from dataclasses import dataclass, field, replace
from typing import Any

from wizard.entra_provisioning.differences import SavedRow
from wizard.entra_provisioning.setup_plan import Remembered
from wizard.storage.paths import Home
from wizard.storage.small_files import SmallFile

_APPEARS_SECONDS = 3_600.0
"""After an hour an application that was added appears in readings."""


@dataclass(frozen=True, slots=True)
class _Content:
    adding: str = ""
    """Name of an application that was about to be added; "" = none, or it is in the job."""
    adding_since: float = 0.0
    """Wall clock."""
    known: tuple[str, ...] = ()
    """Ids of the applications that were there before."""
    rows: dict[str, SavedRow] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    accepted: tuple[str, ...] = ()
    token_pending: bool = False
    """A new access token is stored on this computer, and Microsoft has not got it."""
    first_schemas: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Id of Microsoft's job -> its schema before the first save."""


class MicrosoftSetups:
    """The memory of one job. If the file is lost, differences are asked about again; the undo is lost."""

    def __init__(self, home: Home, job_id: str) -> None:
        path = home.of_job(job_id, "microsoft") / f"{job_id}.json"
        self._file = SmallFile[_Content](path, _Content, _Content(), home.ready)

    def remembered(self) -> Remembered:
        """Return what a setup plan compares with."""
        content = self._file.read()
        return Remembered(content.rows, content.settings, frozenset(content.accepted))

    def adding(self, name: str, known: frozenset[str]) -> tuple[str, frozenset[str]] | None:
        """Store that an application is about to be added beside these ids; raises WizardError.

        Returns what an unfinished setup stored instead, if that was lately: its application may not appear yet.
        """
        now = time.time()
        unfinished: tuple[str, frozenset[str]] | None = None

        def change(before: _Content) -> _Content:
            nonlocal unfinished
            if before.adding and 0 <= now - before.adding_since < _APPEARS_SECONDS:
                unfinished = (before.adding, frozenset(before.known))
                return before
            return replace(before, adding=name, adding_since=now, known=tuple(sorted(known)))

        self._file.change(change)
        return unfinished

    def added(self) -> None:
        """Store that the application is in the job; raises WizardError."""
        self._file.change(lambda before: replace(before, adding="", adding_since=0.0, known=()))

    def rows_saved(self, rows: dict[str, SavedRow]) -> None:
        """Store the rows as they were saved; raises WizardError."""
        self._file.change(lambda before: replace(before, rows=rows))

    def settings_saved(self, settings: dict[str, str]) -> None:
        """Store what was saved beside the token; raises WizardError."""
        self._file.change(lambda before: replace(before, settings=settings))

    def token_pending(self) -> bool:
        """Return whether Microsoft lacks the access token that this computer has."""
        return self._file.read().token_pending

    def set_token_pending(self, pending: bool) -> None:
        """Store whether Microsoft lacks the access token that this computer has; raises WizardError."""
        self._file.change(lambda before: replace(before, token_pending=pending))

    def accept(self, codes: frozenset[str]) -> None:
        """Store that a person accepted these differences between the engines; raises WizardError."""
        self._file.change(lambda before: replace(before, accepted=tuple(sorted({*before.accepted, *codes}))))

    def keep_first_schema(self, microsofts_job: str, schema: dict[str, Any]) -> None:
        """Keep a schema unless one is kept for this job of Microsoft's; raises WizardError."""

        def change(before: _Content) -> _Content:
            if microsofts_job in before.first_schemas:
                return before
            return replace(before, first_schemas={**before.first_schemas, microsofts_job: schema})

        self._file.change(change)

    def first_schema(self, microsofts_job: str) -> dict[str, Any] | None:
        """Return the schema that was there before the first save; None = nothing was saved."""
        return self._file.read().first_schemas.get(microsofts_job)
