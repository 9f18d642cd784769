"""The problems panel: values that AWS would reject and why, updated while the tables are edited."""

import threading
from collections.abc import Callable
from dataclasses import replace

from wizard.directory import DirectorySnapshot
from wizard.mapping.problems import Example as Example
from wizard.mapping.problems import Fix as Fix
from wizard.mapping.problems import ProblemGroup as ProblemGroup
from wizard.mapping.problems import Stopped as Stopped
from wizard.mapping.problems import Survey
from wizard.provisioning.job import Job


class ProblemBoard:
    """The problems of everyone in scope. Thread-safe; calls wait for each other.

    The first call checks everyone (about a second for 10,000 people), later ones only the targets whose row changed.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._survey: Survey | None = None

    def update(
        self, job: Job, snapshot: DirectorySnapshot, stopped: Callable[[], bool] = bool
    ) -> tuple[ProblemGroup, ...]:
        """Return the rules that people or groups in scope break, with names and fixes, the most frequent first.

        Raises `Stopped` soon after `stopped` returns True, and WizardError if a scoping filter fails.
        """
        with self._lock:
            if self._survey is None:
                from wizard.aws import rules  # not at the top: it compiles patterns

                self._survey = Survey(rules)
            return self._survey.problems(snapshot, job.mappings, job.scope, stopped)

    @property
    def recomputed(self) -> tuple[str, ...]:
        """Target paths that the last call checked again."""
        return self._survey.recomputed if self._survey else ()


def with_fix(job: Job, fix: Fix) -> Job:
    """Apply one fix to the job."""
    return replace(job, mappings=fix.applied(job.mappings))
