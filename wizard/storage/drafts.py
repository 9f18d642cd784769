"""Drafts: edits of a job that has run, kept until they are reviewed. The job file is what was last reviewed.

A draft is stored in HOME beside the jobs folder, or in the temporary folder if the job is for this session only.
"""

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from wizard.errors import JobFileError
from wizard.provisioning.job import Job, reviewed_parts
from wizard.storage.jobs import decoded, encoded
from wizard.storage.paths import Home, delete_file, write_private

_TARGET = "target"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Draft:
    """An edited job, and the version of the job file that the edits began from."""

    job: Job
    base: Mapping[str, str]
    """Part -> digest, as `digests` returns them."""


def digests(job: Job) -> dict[str, str]:
    """Return a digest of each part that is reviewed, and of the target."""
    parts = {**reviewed_parts(job), _TARGET: job.target}
    return {part: hashlib.sha256(msgspec.json.encode(value)).hexdigest() for part, value in parts.items()}


def changed_parts(job: Job, base: Mapping[str, str]) -> frozenset[str]:
    """Return the parts of a job, and the target, that are not those of `base`."""
    return frozenset(part for part, digest in digests(job).items() if base.get(part) != digest)


class Drafts:
    """The drafts of this computer, one file each. A damaged one counts as lost."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def load(self, job_id: str) -> Draft | None:
        """Return the draft of a job; None = nothing is edited."""
        path = self._path(job_id)
        try:
            content = msgspec.json.decode(path.read_bytes(), type=_Content)
            job = decoded(path, bytes(content.job), checked=False)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError, JobFileError):
            _log.warning("%s could not be read and counts as lost", path.name)
            return None
        return Draft(job, content.base) if job.id == job_id else None

    def edited_at(self, job_id: str) -> str:
        """Return when a draft was last written, as an ISO time in UTC; "" = there is none."""
        try:
            written = self._path(job_id).stat().st_mtime
        except OSError:
            return ""
        return datetime.fromtimestamp(written, UTC).isoformat(timespec="seconds")

    def save(self, draft: Draft) -> None:
        """Write a draft atomically; raises WizardError and leaves the old one."""
        path = self._path(draft.job.id)
        self._home.ready(path.parent)
        write_private(path, msgspec.json.encode(_Content(dict(draft.base), msgspec.Raw(encoded(draft.job)))))

    def remove(self, job_id: str) -> None:
        """Delete a draft; nothing happens if there is none. Raises WizardError."""
        delete_file(self._path(job_id))

    def _path(self, job_id: str) -> Path:
        return self._home.of_job(job_id, "drafts") / f"{job_id}.draft"


class _Content(msgspec.Struct, frozen=True):
    base: dict[str, str]
    job: msgspec.Raw
    """A job document, as in a job file."""
