"""Job files: one JSON document per job, read strictly and written atomically."""

import codecs
import os
import re
import stat
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from wizard.errors import JobFileError, JobLocked, Message, WizardError
from wizard.names import name_key
from wizard.provisioning.job import Job, policy_problems
from wizard.storage.backups import back_up, backups_of
from wizard.storage.journal_schema import close_readers
from wizard.storage.known_jobs import KnownJobs
from wizard.storage.lock import JobLock
from wizard.storage.paths import JOB_ID, Home, delete_file, reason, write_private

Document = dict[str, Any]


def _unchanged(document: Document) -> Document:
    """Convert to a version that only adds fields with defaults."""
    return document


def _without_allowed_host(document: Document) -> Document:
    """Drop the confirmation of a host: HOME holds it, because a job file may come from elsewhere."""
    target = document.get("target")
    if isinstance(target, dict):
        target.pop("allowed_host", None)
    return document


_CONVERSIONS: Mapping[int, Callable[[Document], Document]] = {
    1: _unchanged,  # 2 adds `source.entra`
    2: _without_allowed_host,
    # 4 adds how files are read (encoding, sheet, heading row, status values), `membership_requests`, `match_existing`
    3: _unchanged,
    4: _unchanged,  # 5 adds `engine`, `policy.mail_on_failure`, `sign_on`
}
"""Version of a file -> converts its document to the next version."""

VERSION = 1 + len(_CONVERSIONS)
"""Version of the job file's format. A file of an earlier version is read, and converted at its next save, with a backup
beside it. A file of a later version is refused and left unchanged."""

_LARGEST_BYTES = 64 * 1024 * 1024
"""A job with 100,000 chosen people has 4 MB."""
_WITHOUT_ZERO = ("$.name", "$.source.users_file", "$.source.members_file", "$.source.entra", "$.target")
"""Places of paths, addresses and names: the system refuses a zero character in them with an error of its own."""
_OBJECT_ID = re.compile(r"[0-9A-Za-z-]{0,64}")
"""It becomes a part of the addresses of Graph's calls."""


@dataclass(frozen=True, slots=True)
class SavedJob:
    """A job and its file."""

    path: Path
    job: Job


@dataclass(frozen=True, slots=True)
class BrokenJob:
    """A job file that cannot be used. It is left unchanged."""

    path: Path
    message: Message


class JobStore:
    """The job files in HOME, and those a person saved elsewhere."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._known = KnownJobs(home)
        self._paths: dict[str, Path] = {}
        """Job id -> the file it was loaded from or saved to."""

    def save(self, job: Job, path: Path | None = None) -> SavedJob:
        """Write the job atomically and return it as written (paths absolute).

        Without `path` it goes where it was loaded from, else into HOME. Raises JobFileError where that file is
        another job or unreadable, where another saved job has the name, or where a value breaks a rule for job files;
        WizardError where it cannot be written.
        """
        path = (path or self._path(job.id)).absolute()
        if not JOB_ID.fullmatch(job.id):
            raise JobFileError("job-id-not-uuid", id=job.id)
        job = with_absolute_paths(replace(job, name=job.name.strip()))
        for place, why in _broken_rules(job, msgspec.to_builtins(job)):
            raise JobFileError("job-breaks-rule", field=place, why=why)
        self._check_name(job, path)
        if path.exists():
            _check_replaceable(job, path)
        if path.parent == self._home.jobs:
            self._home.ready(self._home.jobs)
        write_private(path, encoded(job))
        self._paths[job.id] = path
        self.remember(job)
        self._keep_journal(job.id)
        return SavedJob(path, job)

    def load(self, path: Path) -> Job:
        """Read a job file; raises JobFileError with the file and the place of the error."""
        path = path.absolute()
        job = decoded(path, _content(path))
        self._paths[job.id] = path
        return job

    def copy_of(self, path: Path) -> Job:
        """Return the job of a file as a new one: with an id of its own, so with no secret and no history here.

        Raises JobFileError by all rules for job files.
        """
        job = decoded(path.absolute(), _content(path))
        return replace(job, id=str(uuid.uuid4()), name=self.free_name(job.name))

    def find(self, name_or_path: str) -> Job:
        """Return the job of this name, in any case, or of this id, or at this path if it ends in .json."""
        if name_or_path.lower().endswith(".json"):
            return self.load(Path(os.path.expanduser(name_or_path)))
        files = self.all()
        saved = [each for each in files if isinstance(each, SavedJob)]
        same = [each for each in saved if _folded(each.job.name) == _folded(name_or_path)]
        same = same or [each for each in saved if each.job.id == name_or_path]
        if len(same) == 1:
            return self.load(same[0].path)
        if same:
            raise JobFileError(
                "several-jobs-of-name", name=name_or_path, paths=tuple(str(each.path) for each in same)
            )
        raise JobFileError(
            "no-job-of-name",
            name=name_or_path,
            names=tuple(each.job.name for each in saved),
            broken=tuple(each.message for each in files if isinstance(each, BrokenJob)),
        )

    def knows(self, job: Job) -> bool:
        """Return whether the job was saved here, or seen by a person on this computer, with what it does and where."""
        return self._known.knows(job)

    def known_ids(self) -> frozenset[str]:
        """Return the ids of the jobs that were seen on this computer, those whose files are elsewhere or gone too."""
        return self._known.ids()

    def remember(self, job: Job) -> None:
        """Count the job as seen on this computer; raises WizardError."""
        self._known.remember(job)

    def all(self) -> tuple[SavedJob | BrokenJob, ...]:
        """Return every job file in HOME by name, then those that cannot be used."""
        try:
            paths = sorted(self._home.jobs.glob("*.json"))
        except OSError as error:
            raise WizardError("folder-not-read", path=str(self._home.jobs), reason=reason(error)) from None
        saved: dict[str, SavedJob] = {}
        broken: list[BrokenJob] = []
        for path in paths:
            try:
                job = decoded(path, _content(path))
            except JobFileError as error:
                broken.append(BrokenJob(path, error.message))
                continue
            if job.id in saved:
                broken.append(BrokenJob(path, Message("job-file-same-id", other=saved[job.id].path.name)))
            else:
                saved[job.id] = SavedJob(path, job)
        by_name = sorted(saved.values(), key=lambda each: (_folded(each.job.name), str(each.path)))
        return (*by_name, *broken)

    def path_of(self, job_id: str) -> Path | None:
        """Return the job's file; None = it is not saved."""
        path = self._path(job_id)
        return path if path.exists() else None

    def duplicate(self, job: Job, name: str = "") -> SavedJob:
        """Save a copy with a new id in HOME. It has no journal and no keyring entries."""
        copy = replace(job, id=str(uuid.uuid4()), name=name.strip() or self.free_name(job.name))
        return self.save(copy)

    def rename(self, job: Job, name: str) -> SavedJob:
        """Save the job with another name. File, journal and keyring entries keep their places."""
        return self.save(replace(job, name=name))

    def lock(self, job_id: str) -> JobLock:
        """Keep runs of a job out until the lock is released; raises JobLocked while another process works on the job."""
        return JobLock.take(self._home.ready(self._home.of_job(job_id, "journals")) / f"{job_id}.lock")

    def forget(self, job_id: str) -> None:
        """Delete every file of a job except its job file, and count the job as never seen on this computer.

        Raises JobLocked while another process works on the job, and then deletes nothing; WizardError.
        """
        folder = self._home.of_job(job_id, "journals")
        with JobLock.take(self._home.ready(folder) / f"{job_id}.lock"):
            for path in self._home.files_of(job_id):
                close_readers(path)
                delete_file(path)
        self._known.forget(job_id)

    def delete(self, job: Job) -> None:
        """Delete the job's file and its backups, and every other file of it in HOME.

        The caller deletes its keyring entries. Raises JobLocked while another process works on the job, and then deletes
        nothing.
        """
        self._delete(self._path(job.id), job.id, job.name)

    def broken_id(self, path: Path) -> str:
        """Return the id in a job file that cannot be used; "" = it holds none, or another job has it."""
        job_id = _id_in(path)
        others = (each.job.id for each in self.all() if isinstance(each, SavedJob))
        return job_id if JOB_ID.fullmatch(job_id) and job_id not in others else ""

    def delete_broken(self, path: Path) -> None:
        """As `delete`, of a job file in HOME that cannot be used; of a file without an id of its own, only the file."""
        if path.parent != self._home.jobs or path.suffix.lower() != ".json":
            raise JobFileError("job-file-missing", path=str(path))
        self._delete(path, self.broken_id(path), path.name)

    def _delete(self, path: Path, job_id: str, name: str) -> None:
        if not job_id:
            _unlink((path, *backups_of(path)), name)
            return
        folder = self._home.of_job(job_id, "journals")
        with JobLock.take(self._home.ready(folder) / f"{job_id}.lock"):
            files = self._home.files_of(job_id)
            for each in files:
                close_readers(each)
            _unlink((*files, *backups_of(path), path), name)
            if os.name == "posix":
                self._delete_locks(job_id)
        self._delete_locks(job_id)  # Windows deletes no file that is open
        self._paths.pop(job_id, None)
        self._known.forget(job_id)

    def _delete_locks(self, job_id: str) -> None:
        for lock in self._home.locks_of(job_id):
            with suppress(OSError):
                lock.unlink(missing_ok=True)

    def free_name(self, name: str, job_id: str = "") -> str:
        """Return this name if no other job than `job_id` has it, else with the lowest free number: “Staff 2”."""
        others = (each.job for each in self.all() if isinstance(each, SavedJob))
        taken = {_folded(other.name) for other in others if other.id != job_id}
        name = name.strip() or "Job"
        if _folded(name) not in taken:
            return name
        stem = re.sub(r" \d+$", "", name)
        number = 2
        while _folded(f"{stem} {number}") in taken:
            number += 1
        return f"{stem} {number}"

    def _keep_journal(self, job_id: str) -> None:
        """Move the journal of a job that was for this session only into HOME; raises WizardError.

        A running run continues with the old file, and the next save moves it.
        """
        if not self._home.is_kept_out(job_id):
            return
        folder = self._home.of_job(job_id, "journals")
        with suppress(JobLocked), JobLock.take(self._home.ready(folder) / f"{job_id}.lock"):
            for each in self._home.files_of(job_id):
                close_readers(each)
            self._home.keep(job_id)

    def _path(self, job_id: str) -> Path:
        """Return where the job is saved, or would be."""
        known = self._paths.get(job_id)
        if known is not None:
            return known
        for path in self._home.jobs.glob("*.json"):  # a person may have renamed the file
            if _id_in(path) == job_id:
                return path
        return self._home.jobs / f"{job_id}.json"

    def _check_name(self, job: Job, path: Path) -> None:
        if not job.name:
            raise JobFileError("job-without-name")
        if job.name.lower().endswith(".json"):
            raise JobFileError("job-name-ends-in-json", name=job.name)
        if path.parent != self._home.jobs:
            return
        for other in self.all():
            if (
                isinstance(other, SavedJob)
                and other.job.id != job.id
                and _folded(other.job.name) == _folded(job.name)
            ):
                raise JobFileError("job-name-taken", name=other.job.name)


def _unlink(paths: Iterable[Path], name: str) -> None:
    try:
        for path in paths:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise WizardError("job-not-deleted", name=name, reason=reason(error)) from None


def _check_replaceable(job: Job, path: Path) -> None:
    """Refuse to overwrite another job or an unreadable file; back up a file of an earlier version."""
    content = _content(path)
    present = decoded(path, content)
    if present.id != job.id:
        raise JobFileError("job-file-of-another-job", path=str(path), name=present.name)
    version, _ = _document(path, content)
    if version < VERSION:
        try:
            back_up(path, content, version)
        except OSError as error:
            raise WizardError("job-file-not-backed-up", path=str(path), reason=reason(error)) from None


def encoded(job: Job) -> bytes:
    """Return the content of a job file; raises JobFileError for a text that no file can hold."""
    document = {"version": VERSION, **msgspec.to_builtins(job)}
    try:
        return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"
    except UnicodeEncodeError:  # half of a character, which Windows allows in names of files
        raise JobFileError("job-breaks-rule", field="$", why=Message("half-character")) from None


def _content(path: Path) -> bytes:
    """Return the bytes of a file. Refuses large files, and pipes and devices, whose opening could block."""
    try:
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):
            raise JobFileError("job-file-not-a-file", path=str(path))
        if state.st_size > _LARGEST_BYTES:
            raise JobFileError("job-file-too-large", path=str(path), limit=_LARGEST_BYTES // 1024**2)
        return path.read_bytes()
    except FileNotFoundError:
        raise JobFileError("job-file-missing", path=str(path)) from None
    except OSError as error:
        raise JobFileError("job-file-not-read", path=str(path), reason=reason(error)) from None


def _parsed(path: Path, content: bytes) -> Any:
    """Return what a file's JSON says; reads the byte order marks that editors on Windows write."""
    try:
        if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            content = content.decode("utf-16").encode()
        return msgspec.json.decode(content.removeprefix(codecs.BOM_UTF8))
    except RecursionError:
        raise JobFileError("job-file-too-deep", path=str(path)) from None
    except (msgspec.DecodeError, UnicodeError) as error:
        raise JobFileError("job-file-not-json", path=str(path), reason=str(error)) from None


def _document(path: Path, content: bytes) -> tuple[int, Document]:
    """Return the version of a file and its document, not yet converted."""
    document = _parsed(path, content)
    if not isinstance(document, dict):
        raise JobFileError("job-file-not-object", path=str(path))
    version = document.pop("version", None)
    if type(version) is not int or version < 1:
        raise JobFileError("job-file-no-version", path=str(path))
    if version > VERSION:
        raise JobFileError("job-file-later-version", path=str(path), version=version, known=VERSION)
    return version, document


def decoded(path: Path, content: bytes, *, checked: bool = True) -> Job:
    """Return the job of a file's content; raises JobFileError. Unknown fields are refused: the next save would lose them.

    checked=False: values may break the rules for job files, as those of a draft may.
    """
    version, document = _document(path, content)
    for older in range(version, VERSION):
        document = _CONVERSIONS[older](document)
    try:
        job = msgspec.convert(document, Job)
    except msgspec.ValidationError as error:
        raise JobFileError("job-file-wrong-value", path=str(path), reason=str(error)) from None
    known = msgspec.to_builtins(job)
    unknown = _unknown_field(document, known, "$")
    if unknown:
        raise JobFileError("job-file-unknown-field", path=str(path), field=unknown)
    if not JOB_ID.fullmatch(job.id):
        raise JobFileError("job-file-id-not-uuid", path=str(path))
    if not job.name.strip():
        raise JobFileError("job-file-without-name", path=str(path))
    for place, why in _broken_rules(job, known) if checked else ():
        raise JobFileError("job-file-breaks-rule", path=str(path), field=place, why=why)
    return job


def _broken_rules(job: Job, document: Document) -> Iterator[tuple[str, Message]]:
    """Yield the place and the message of each value that no job may have."""
    for problem in policy_problems(job.policy):
        yield f"$.policy.{problem.field}", problem.message
    if not _OBJECT_ID.fullmatch(job.source.entra.application_id):
        yield "$.source.entra.application_id", Message("object-id-malformed")
    for place, text in _texts(document, "$"):
        if "\0" in text and place.startswith(_WITHOUT_ZERO):
            yield place, Message("zero-character")
        if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
            yield place, Message("half-character")


def _texts(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Yield each text of a document with its place."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _texts(each, f"{place}.{key}")
    elif isinstance(value, list | tuple):
        for number, each in enumerate(value):
            yield from _texts(each, f"{place}[{number}]")


def _unknown_field(document: Any, known: Any, place: str) -> str:
    """Return the place of the first field that a job does not have, "" = none. msgspec ignores them in dataclasses."""
    if isinstance(document, Mapping) and isinstance(known, Mapping):
        for key, value in document.items():
            if key not in known:
                return f"{place}.{key}"
            unknown = _unknown_field(value, known[key], f"{place}.{key}")
            if unknown:
                return unknown
    elif isinstance(document, list):
        for number, (value, other) in enumerate(zip(document, known, strict=True)):
            unknown = _unknown_field(value, other, f"{place}[{number}]")
            if unknown:
                return unknown
    return ""


def _id_in(path: Path) -> str:
    """Return the id in a job file, "" where it cannot be read; `all` reports why."""
    try:
        document = _parsed(path, _content(path))
    except JobFileError:
        return ""
    return str(document.get("id", "")) if isinstance(document, dict) else ""


def with_absolute_paths(job: Job) -> Job:
    """Make the job independent of the working directory."""
    entra = replace(job.source.entra, certificate_file=_absolute(job.source.entra.certificate_file))
    source = replace(
        job.source,
        users_file=_absolute(job.source.users_file),
        members_file=_absolute(job.source.members_file),
        entra=entra,
    )
    return replace(job, source=source)


def _absolute(file: str) -> str:
    # not Path.expanduser, which raises for an unknown user's ~
    return str(Path(os.path.expanduser(file)).absolute()) if file else ""


def _folded(name: str) -> str:
    return name_key(" ".join(name.split()))
