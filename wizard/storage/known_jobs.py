"""Which job files were made, saved or opened on this computer: one that comes from elsewhere is shown before it is used."""

import hashlib
from dataclasses import dataclass, field

import msgspec

from wizard.provisioning.job import Job, forgets_sooner, has_higher_limits
from wizard.storage.paths import Home
from wizard.storage.small_files import FileOfThisComputer


@dataclass(frozen=True, slots=True)
class _Content:
    jobs: dict[str, str] = field(default_factory=dict)
    """Job id -> digest of what the job does and where, when it was last seen."""


class KnownJobs:
    """The jobs that a person on this computer has seen. If the file is lost, each is shown once more."""

    def __init__(self, home: Home) -> None:
        path = home.root / "known-jobs.json"
        self._file = FileOfThisComputer[_Content](path, _Content, _Content(), home.ready)

    def knows(self, job: Job) -> bool:
        """Return whether the job was seen with the same directory, target, treatment of leavers, matching and limits."""
        return self._file.read().jobs.get(job.id) == _digest(job)

    def ids(self) -> frozenset[str]:
        """Return the ids of the jobs that were seen."""
        return frozenset(self._file.read().jobs)

    def remember(self, job: Job) -> None:
        """Count the job as seen; raises WizardError where that cannot be stored."""
        digest = _digest(job)
        self._file.change(lambda before: _Content({**before.jobs, job.id: digest}))

    def forget(self, job_id: str) -> None:
        """Drop a job; raises WizardError where that cannot be stored."""
        self._file.change(lambda before: _Content({k: v for k, v in before.jobs.items() if k != job_id}))


def _digest(job: Job) -> str:
    source, policy = job.source, job.policy
    seen = (
        source.kind,
        source.users_file,
        source.members_file,
        source.entra,
        job.target.tenant_url,
        policy.leavers,
        policy.groups_gone,
        policy.delete_after_days,
        # jobs seen before there were these settings stay known
        *(("match-existing",) if policy.match_existing else ()),
        *((job.engine,) if job.engine != "own" else ()),
        *((policy.threshold_count, policy.threshold_percent) if has_higher_limits(policy) else ()),
        *(("kept", policy.results_kept_days) if forgets_sooner(policy) else ()),
    )
    return hashlib.sha256(msgspec.json.encode(seen)).hexdigest()
