"""What the problems panel asks: who AWS would refuse and why, kept up to date while the tables are edited."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import replace

from wizard.directory import DirectorySnapshot
from wizard.mapping.problems import Example as Example
from wizard.mapping.problems import Fix as Fix
from wizard.mapping.problems import ProblemGroup as ProblemGroup
from wizard.mapping.problems import Stopped as Stopped
from wizard.mapping.problems import Survey
from wizard.provisioning.job import Job


class ProblemBoard:
    """The problems of the directory in scope; call it from any thread, one asking at a time goes on.

    The first asking looks at everyone (about a second for 10,000 people); a further one at the targets whose row
    changed alone.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._survey: Survey | None = None

    def update(
        self, job: Job, snapshot: DirectorySnapshot, stopped: Callable[[], bool] = bool
    ) -> tuple[ProblemGroup, ...]:
        """Every rule that people or groups in scope break, with names and fixes, the most frequent first.

        Raises `Stopped` soon after `stopped` says so, and WizardError where a scoping filter cannot be asked.
        """
        with self._lock:
            if self._survey is None:
                from wizard.aws import rules  # it compiles patterns: not before the first asking

                self._survey = Survey(rules)
            return self._survey.problems(snapshot, job.mappings, job.scope, stopped)

    @property
    def recomputed(self) -> tuple[str, ...]:
        """Target paths that the last asking worked out anew."""
        return self._survey.recomputed if self._survey else ()


def refused(groups: Iterable[ProblemGroup]) -> tuple[int, int]:
    """How many people, and how many groups, AWS would refuse for any of these."""
    listed = {(group.kind, id_) for group in groups for id_ in group.ids}
    people = sum(kind == "user" for kind, _ in listed)
    return people, len(listed) - people


def fixed(job: Job, fix: Fix) -> Job:
    """The job with one fix."""
    return replace(job, mappings=fix.applied(job.mappings))
