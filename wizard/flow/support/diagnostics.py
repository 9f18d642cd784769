"""What helps to understand a problem from afar: versions, settings and counts; no names, addresses or secrets.

Whatever a person typed is counted, never shown; what files hold is shown only where it is one of our own words.
"""

import platform
import sqlite3
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from anyio import to_thread

from wizard import __version__
from wizard.aws.endpoint import REGION_NAMES, Endpoint, endpoint
from wizard.errors import Message, WizardError
from wizard.flow.directory.kinds import SOURCES
from wizard.flow.runs.texts import count_of
from wizard.flow.support.fault_log import last_faults
from wizard.flow.support.open_source import PROGRAM, parts
from wizard.graph.clouds import CLOUDS
from wizard.provisioning.events import Status
from wizard.provisioning.job import EntraChoice, Job
from wizard.provisioning.plan import ASKED_CODES, CONCERN_CODES
from wizard.storage.secret_store import AWS_TOKEN

if TYPE_CHECKING:
    from wizard.flow.services import Services
    from wizard.storage.log_pages import LogReader, RunRecord
    from wizard.storage.paths import Home

_LIBRARIES = ("PySide6_Essentials", "httpx", "keyring", "anyio", "msgspec", "truststore", "msal")
_RUNS_SHOWN = 3
_FAILURES_READ = 1000
_COUNTED = (
    *(("users", name) for name in ("created", "updated", "disabled", "deleted", "unchanged", "skipped", "failed")),
    *(("groups", name) for name in ("created", "updated", "deleted", "failed")),
    ("memberships", "added"),
    ("memberships", "removed"),
)
_ENDINGS = ("done", "cancelled", "stopped", "killed", "running")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Facts that do not depend on a job."""

    libraries: tuple[tuple[str, str], ...] = ()
    """(name, version)."""
    shapes: tuple[int, int] = (0, 0)
    """Of the job file and of the journal, as this program writes them."""
    data_folder: str = ""
    keyring: str = ""
    keyring_usable: bool = False
    token_in_environment: bool = False
    proxy: bool = False
    faults: tuple[str, ...] = ()
    """The last failures nobody expected: when, of which kind, where in the program."""


@dataclass(frozen=True, slots=True)
class JobRecord:
    """One job and what its journal counts."""

    job: Job
    runs: "tuple[RunRecord, ...]" = ()
    results: Mapping[str, int] = field(default_factory=dict)
    links: Mapping[str, int] = field(default_factory=dict)
    in_doubt: int = 0
    refusals: Mapping[int, int] = field(default_factory=dict)
    """HTTP status (0 = none) -> failures of the last run."""
    quarantined: int = 0
    """Failures in a row."""
    set_aside: int = 0
    """Damaged journals that were moved out of the way."""
    trouble: str = ""
    """Why the journal cannot be read."""


async def collect(services: "Services") -> str:
    """The diagnostics of this computer, as text. Reads files and asks the keyring what it is, not what it holds."""
    return await to_thread.run_sync(_collected, services, abandon_on_cancel=True)


def diagnostics(around: Surroundings, jobs: Sequence[JobRecord], unreadable: int = 0) -> str:
    """All that is known, as lines."""
    frozen = "packaged" if getattr(sys, "frozen", False) else "from source"
    job_shape, journal_shape = around.shapes
    lines = [
        f"Identity Center Wizard {__version__}, {frozen}",
        f"Python {platform.python_version()} on {platform.system()} {platform.release()} {platform.machine()}",
        f"SQLite {sqlite3.sqlite_version}, job file format {job_shape}, journal format {journal_shape}",
        f"Libraries: {', '.join(f'{name} {version}' for name, version in around.libraries) or 'unknown'}",
        f"Data folder: {around.data_folder}",
        f"Keyring: {around.keyring}, usable: {_yes(around.keyring_usable)}",
        f"Token in the environment: {_yes(around.token_in_environment)}",
        f"Proxy set: {_yes(around.proxy)}",
        *(f"Unexpected failure: {fault}" for fault in around.faults),
        f"Jobs: {len(jobs)}, files that could not be read: {unreadable}",
    ]
    for number, record in enumerate(jobs, start=1):
        lines += ["", f"Job {number}", *_job_lines(record.job), *_journal_lines(record)]
    return "\n".join(lines) + "\n"


def shown_place(folder: Path, own: Path) -> str:
    """The data folder without anything a person named: below `own`, their own folder, where systems have it."""
    usual = (".local/share", "AppData/Local", "Library/Application Support")
    found = next((place for place in usual if folder == own / place / PROGRAM), "")
    return f"~/{found}/{PROGRAM}" if found else "not the default"


def _job_lines(job: Job) -> Sequence[str]:
    policy, scope, source = job.policy, job.scope, job.source
    flows = Counter(str(mapping.kind) for mapping in (*job.mappings.users, *job.mappings.groups))
    clauses = [sum(len(group.clauses) for group in one.groups) for one in (scope.user_filter, scope.group_filter)]
    return (
        f"  source: {_known(source.kind, [kind.id for kind in SOURCES])}{_file_kind(source.users_file)}, "
        f"columns mapped manually: {len(source.columns)}, memberships file: {_yes(bool(source.members_file))}",
        *([_tenant(source.entra)] if source.kind == "entra" else ()),
        f"  target: {_target(job)}, token created: {_day(job.target.token_made_on)}",
        f"  scope: {'everyone' if scope.everyone else 'selected'}, "
        f"selected {len(scope.user_ids)} people and {len(scope.group_ids)} groups, "
        f"conditions: {clauses[0]} for people, {clauses[1]} for groups",
        f"  start small: {_yes(scope.start_small)}, people {_yes(scope.people)}, groups {_yes(scope.groups)}",
        f"  mappings: people {len(job.mappings.users)}, groups {len(job.mappings.groups)}, {_counts(flows)}",
        f"  leavers: {policy.leavers}, deleted after {policy.delete_after_days} days, "
        f"groups that leave: {policy.groups_gone}, threshold: {policy.threshold_count} and {policy.threshold_percent} %",
        f"  pacing: {policy.pacing or 'automatic'}, results kept: {policy.results_kept_days} days, "
        f"notification: {_yes(bool(policy.notification_address))}, "
        f"existing accounts matched automatically: {_yes(policy.match_existing)}",
    )


def _journal_lines(record: JobRecord) -> Iterable[str]:
    if record.trouble:
        yield f"  journal: {record.trouble}"
        return
    endings = Counter(_known(run.ending or "running", _ENDINGS) for run in record.runs)
    results = {name: number for name, number in record.results.items() if name in get_args(Status)}
    kinds = {name: number for name, number in record.links.items() if name in ("user", "group")}
    yield f"  runs: {len(record.runs)}, {_counts(endings)}; failures in a row: {record.quarantined}"
    if record.set_aside:
        yield f"  damaged journals set aside: {record.set_aside}"
    yield f"  results: {_counts(results)}"
    yield f"  links: {_counts(kinds)}, in doubt: {record.in_doubt}"
    for run in record.runs[:_RUNS_SHOWN]:
        ending = _known(run.ending or "running", _ENDINGS)
        yield f"  run of {_day(run.started[:10])}: {ending}; {_outcome(run.counts)}"
    if record.refusals:
        yield f"  HTTP status of the last run's failures: {_counts({str(k): n for k, n in record.refusals.items()})}"


def _outcome(counts: object) -> str:
    """What a run did, of what the journal keeps of it, and the concerns that were accepted."""
    if not isinstance(counts, dict):
        return "not counted"
    codes = [code for code in (*CONCERN_CODES, *ASKED_CODES) if code in counts.get("concerns", ())]
    found = {f"{kind} {name}": count_of(counts, kind, name) for kind, name in _COUNTED}
    return "; ".join([_counts({name: number for name, number in found.items() if number}), *codes])


def _in_english(message: Message) -> str:
    """The code of a message and the keyring it names: the same in each language."""
    name = message.args.get("keyring")
    return f"{message.code} ({name})" if name else message.code


def _collected(services: "Services") -> str:
    from wizard.http.network import proxy_for
    from wizard.storage.jobs import VERSION as JOB_VERSION
    from wizard.storage.jobs import SavedJob
    from wizard.storage.journal_schema import VERSION as JOURNAL_VERSION

    found = services.jobs.all()
    keyring = services.secrets.keyring_state()
    around = Surroundings(
        tuple((part.name, part.version) for part in parts() if part.name in _LIBRARIES),
        (JOB_VERSION, JOURNAL_VERSION),
        shown_place(services.home.root, Path.home()),
        _in_english(keyring.message),
        keyring.usable,
        services.secrets.is_passed_in(AWS_TOKEN),
        bool(proxy_for("https://aws.amazon.com")),
        last_faults(services.home),
    )
    records = [_record(services.home, one.job) for one in found if isinstance(one, SavedJob)]
    return diagnostics(around, records, len(found) - len(records))


def _record(home: "Home", job: Job) -> JobRecord:
    from contextlib import closing

    from wizard.storage.log_pages import LogReader

    with closing(LogReader(home, job.id)) as reader:
        try:
            return _read(job, reader)
        except WizardError as error:
            return JobRecord(job, trouble=error.message.code)


def _read(job: Job, reader: "LogReader") -> JobRecord:
    runs, quarantine = reader.runs(), reader.quarantine()
    failures = reader.log_page(runs[0].id, 0, _FAILURES_READ, statuses=("failure",)).rows if runs else ()
    return JobRecord(
        job,
        runs,
        reader.status_counts(),
        reader.link_counts(),
        reader.open_count(),
        Counter(one.row.http_status for one in failures),
        quarantine.failures if quarantine else 0,
        reader.count_set_aside(),
    )


def _tenant(choice: EntraChoice) -> str:
    cloud = _known(choice.cloud, [*(one.id for one in CLOUDS), "sandbox"])
    return (
        f"  tenant: cloud {cloud}, sign-in {choice.sign_in}, application: {_yes(bool(choice.application_id))}, "
        f"reads {choice.scope}, nested groups: {_yes(choice.nested)}"
    )


def _target(job: Job) -> str:
    found = endpoint(job.target.tenant_url)
    if not isinstance(found, Endpoint):
        return "none"
    region = found.region if found.region in REGION_NAMES else "another region"
    return f"AWS, {region}" if found.kind == "aws" else found.kind


def _file_kind(file: str) -> str:
    ending = Path(file).suffix.lower()
    return f" {ending}" if ending in (".csv", ".tsv", ".txt", ".xlsx", ".json") else ""


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return "unknown"


def _known(word: str, words: Collection[str]) -> str:
    return word if word in words else "none" if not word else "another"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(counts.items())) or "none"


def _yes(answer: bool) -> str:
    return "yes" if answer else "no"
