"""Job files: every answer of a job as one JSON document, read strictly and written whole."""

import os
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from wizard.errors import JobFileError, WizardError
from wizard.provisioning.job import Job
from wizard.storage.backups import back_up, backups_of
from wizard.storage.lock import JobLock
from wizard.storage.paths import Home, reason, write_private

Document = dict[str, Any]


def _unchanged(document: Document) -> Document:
    """The step to a shape that only adds what its default fills."""
    return document


_STEPS: Mapping[int, Callable[[Document], Document]] = {
    1: _unchanged,  # 2 knows `source.entra`
}
"""Shape of the file -> what makes a document of it one of the next shape."""

VERSION = 1 + len(_STEPS)
"""Of the job file's shape. A file of an earlier one is understood as it is and becomes one of this at its next save,
with a copy kept beside it; one of a later one belongs to a later program and is left as it is."""

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_UNTOUCHED = "The file was left as it is."


@dataclass(frozen=True, slots=True)
class SavedJob:
    """A job file that could be read."""

    path: Path
    job: Job


@dataclass(frozen=True, slots=True)
class BrokenJob:
    """A job file that could not be read; it is named and left untouched."""

    path: Path
    sentence: str


class JobStore:
    """The saved jobs of one HOME, and job files at places a person chose."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._places: dict[str, Path] = {}  # job id -> where it was loaded from or saved to

    def save(self, job: Job, path: Path | None = None) -> SavedJob:
        """Write the job, all of it or nothing, and return it as written (paths absolute).

        Without a path it goes where it was loaded from, else into HOME. Raises JobFileError where that
        place holds something else or another saved job has the name; WizardError where it cannot be written.
        """
        place = (path or self._place(job.id)).absolute()
        if not _UUID.fullmatch(job.id):
            raise JobFileError("The job's id is not a UUID", f"It is “{job.id}”; the journal is named by it.")
        job = _absolute(replace(job, name=job.name.strip()))
        self._check_name(job, place)
        if place.exists():
            _give_way(job, place)
        write_private(place, _encoded(job))
        self._places[job.id] = place
        return SavedJob(place, job)

    def load(self, path: Path) -> Job:
        """Read one job file; raises JobFileError that names the file and the exact place."""
        path = path.absolute()
        job = _decoded(path, _content(path))
        self._places[job.id] = path
        return job

    def find(self, name_or_path: str) -> Job:
        """The job of this name (upper and lower case alike), or at this path if it ends in .json."""
        if name_or_path.lower().endswith(".json"):
            return self.load(Path(os.path.expanduser(name_or_path)))
        found = self.all()
        same = [
            one for one in found if isinstance(one, SavedJob) and _folded(one.job.name) == _folded(name_or_path)
        ]
        if len(same) == 1:
            return self.load(same[0].path)
        if same:
            paths = ", ".join(str(one.path) for one in same)
            raise JobFileError(f"Several jobs are called “{name_or_path}”", f"Name one by its path: {paths}.")
        names = ", ".join(f"“{one.job.name}”" for one in found if isinstance(one, SavedJob))
        broken = " ".join(one.sentence for one in found if isinstance(one, BrokenJob))
        known = f"Saved jobs: {names}." if names else "No job is saved yet."
        raise JobFileError(f"No job is called “{name_or_path}”", f"{known} {broken}".strip())

    def all(self) -> tuple[SavedJob | BrokenJob, ...]:
        """Every job file in HOME, by name; those that cannot be read with the reason."""
        try:
            paths = sorted(self._home.jobs.glob("*.json"))
        except OSError as error:
            raise WizardError(f"{self._home.jobs} could not be read", f"{reason(error)}.") from None
        saved: dict[str, SavedJob] = {}
        broken: list[BrokenJob] = []
        for path in paths:
            try:
                job = _decoded(path, _content(path))
            except JobFileError as error:
                broken.append(BrokenJob(path, str(error)))
                continue
            if job.id in saved:
                sentence = (
                    f"It has the same id as {saved[job.id].path.name}: one is a copy of the other. {_UNTOUCHED}"
                )
                broken.append(BrokenJob(path, sentence))
            else:
                saved[job.id] = SavedJob(path, job)
        by_name = sorted(saved.values(), key=lambda one: (_folded(one.job.name), str(one.path)))
        return (*by_name, *broken)

    def path_of(self, job_id: str) -> Path | None:
        """Where a job is saved; None = nowhere."""
        place = self._place(job_id)
        return place if place.exists() else None

    def duplicate(self, job: Job, name: str = "") -> SavedJob:
        """Save a copy under a new id in HOME; it has no journal and no keyring entries yet."""
        copy = replace(job, id=str(uuid.uuid4()), name=name.strip() or self.free_name(job.name))
        return self.save(copy)

    def rename(self, job: Job, name: str) -> SavedJob:
        """Save the job under another name; its file, journal and keyring entries stay where they are."""
        return self.save(replace(job, name=name))

    def delete(self, job: Job) -> None:
        """Remove the job's file, its journal and their copies; its keyring entries are the caller's to delete.

        Raises JobLocked while another process works on the job, and then removes nothing.
        """
        place = self._place(job.id)
        with JobLock.take(self._home.journals / f"{job.id}.lock"):
            try:
                journals = self._home.journals.glob(f"{job.id}.*")
                for path in (*journals, *backups_of(place)):
                    if path.suffix != ".lock":
                        path.unlink(missing_ok=True)
                place.unlink(missing_ok=True)
            except OSError as error:
                raise WizardError(f"The job “{job.name}” could not be deleted", f"{reason(error)}.") from None
        self._places.pop(job.id, None)

    def free_name(self, name: str) -> str:
        """This name if no saved job has it, else with the lowest free number behind it: “Staff 2”."""
        taken = {_folded(one.job.name) for one in self.all() if isinstance(one, SavedJob)}
        name = name.strip() or "Job"
        if _folded(name) not in taken:
            return name
        stem = re.sub(r" \d+$", "", name)
        number = 2
        while _folded(f"{stem} {number}") in taken:
            number += 1
        return f"{stem} {number}"

    def _place(self, job_id: str) -> Path:
        known = self._places.get(job_id)
        if known is not None:
            return known
        for path in self._home.jobs.glob("*.json"):  # a person may have renamed the file
            if _id_in(path) == job_id:
                return path
        return self._home.jobs / f"{job_id}.json"

    def _check_name(self, job: Job, place: Path) -> None:
        if not job.name:
            raise JobFileError("The job has no name", "Give it one; the headless verbs find it by its name.")
        if job.name.lower().endswith(".json"):
            raise JobFileError(
                f"A job cannot be called “{job.name}”", "A name that ends in .json is taken for a path."
            )
        if place.parent != self._home.jobs:
            return
        for other in self.all():
            if (
                isinstance(other, SavedJob)
                and other.job.id != job.id
                and _folded(other.job.name) == _folded(job.name)
            ):
                raise JobFileError(f"Another job is called “{other.job.name}” already", "Choose another name.")


def _give_way(job: Job, place: Path) -> None:
    """Never write over what is not this job, or cannot be read; of an earlier shape, keep a copy first."""
    content = _content(place)
    standing = _decoded(place, content)
    if standing.id != job.id:
        raise JobFileError(f"{place} holds another job, “{standing.name}”", f"Choose another place. {_UNTOUCHED}")
    version, _ = _document(place, content)
    if version < VERSION:
        try:
            back_up(place, content, version)
        except OSError as error:
            raise WizardError(f"No copy of {place} could be kept", f"{reason(error)}. {_UNTOUCHED}") from None


def _encoded(job: Job) -> bytes:
    document = {"version": VERSION, **msgspec.to_builtins(job)}
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise JobFileError(f"There is no job file {path}", "Check the path, or name a saved job.") from None
    except OSError as error:
        raise JobFileError(f"The job file {path} could not be read", f"{reason(error)}.") from None


def _document(path: Path, content: bytes) -> tuple[int, Document]:
    """The shape of a file, and its document in that shape."""
    try:
        document = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _cannot(path, f"It is not JSON: {error}.") from None
    if not isinstance(document, dict):
        raise _cannot(path, "It is JSON, but not one object.")
    version = document.pop("version", None)
    if type(version) is not int or version < 1:
        raise _cannot(path, "`$.version` does not hold the number of its shape, such as 1.")
    if version > VERSION:
        raise _cannot(
            path,
            f"It was written by a later version of this program (shape {version}, known {VERSION}): use that one.",
        )
    return version, document


def _decoded(path: Path, content: bytes) -> Job:
    """The job in a file's content. Strict: what we do not know would be lost at the next save."""
    version, document = _document(path, content)
    for older in range(version, VERSION):
        document = _STEPS[older](document)
    try:
        job = msgspec.convert(document, Job)
    except msgspec.ValidationError as error:
        raise _cannot(path, f"{error}.") from None
    unknown = _unknown(document, msgspec.to_builtins(job), "$")
    if unknown:
        raise _cannot(path, f"`{unknown}` is not a part of a job.")
    if not _UUID.fullmatch(job.id):
        raise _cannot(path, "`$.id` is not a UUID in lower case.")
    if not job.name.strip():
        raise _cannot(path, "`$.name` is empty.")
    return job


def _unknown(given: Any, known: Any, place: str) -> str:
    """The place of the first key that a job does not have, "" = none; msgspec passes over them in dataclasses."""
    if isinstance(given, Mapping) and isinstance(known, Mapping):
        for key, value in given.items():
            if key not in known:
                return f"{place}.{key}"
            found = _unknown(value, known[key], f"{place}.{key}")
            if found:
                return found
    elif isinstance(given, list):
        for number, (one, other) in enumerate(zip(given, known, strict=True)):
            found = _unknown(one, other, f"{place}[{number}]")
            if found:
                return found
    return ""


def _cannot(path: Path, why: str) -> JobFileError:
    return JobFileError(f"The job file {path} cannot be used", f"{why} {_UNTOUCHED}")


def _id_in(path: Path) -> str:
    try:
        document = msgspec.json.decode(path.read_bytes())
    except (OSError, ValueError):
        return ""  # it names no job we could mean; `all` tells why it cannot be read
    return str(document.get("id", "")) if isinstance(document, dict) else ""


def _absolute(job: Job) -> Job:
    """A job runs from any folder, so its files are named in full."""
    entra = replace(job.source.entra, certificate_file=_in_full(job.source.entra.certificate_file))
    source = replace(
        job.source,
        users_file=_in_full(job.source.users_file),
        members_file=_in_full(job.source.members_file),
        entra=entra,
    )
    return replace(job, source=source)


def _in_full(file: str) -> str:
    return str(Path(os.path.expanduser(file)).absolute()) if file else ""  # Path raises for the ~ of a stranger


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()
