"""What a person on this computer chose to be told, and where; and what was told. Kept in HOME, never in a job file.

A job file that names an alert therefore starts nothing and sends nothing. If a file is lost, nothing is sent until
somebody chooses again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from wizard.alerts.interface import Channel
from wizard.storage.paths import Home
from wizard.storage.secret_store import SecretKind
from wizard.storage.small_files import SmallFile


@dataclass(frozen=True, slots=True)
class JobAlerts:
    """The alerts of one job."""

    channels: tuple[Channel, ...] = ()
    muted: tuple[str, ...] = ()
    """Events that are not told."""
    repeats_daily: bool = True
    """Tell again once a day while it lasts."""
    names_people: bool = False


@dataclass(frozen=True, slots=True)
class _Content:
    metrics_file: str = ""
    """Absolute path of the file of metrics that is written after each run; "" = none."""
    jobs: dict[str, JobAlerts] = field(default_factory=dict)
    """Job id -> its alerts."""


class AlertSettings:
    """The settings for alerts and metrics."""

    def __init__(self, home: Home) -> None:
        self._file = SmallFile[_Content](home.root / "alerts.json", _Content, _Content(), home.ready)

    def metrics_file(self) -> str:
        """Return the file of metrics; "" = none."""
        return self._file.read().metrics_file

    def set_metrics_file(self, path: str) -> None:
        """Choose the file of metrics, "" = none; raises WizardError where that cannot be stored."""
        self._file.change(lambda before: replace(before, metrics_file=path))

    def of_job(self, job_id: str) -> JobAlerts:
        """Return a job's alerts."""
        return self._file.read().jobs.get(job_id, JobAlerts())

    def change(self, job_id: str, change: Callable[[JobAlerts], JobAlerts]) -> None:
        """Replace a job's alerts; raises WizardError where they cannot be stored."""

        def changed(before: _Content) -> _Content:
            alerts = change(before.jobs.get(job_id, JobAlerts()))
            others = {key: value for key, value in before.jobs.items() if key != job_id}
            return replace(before, jobs=others if alerts == JobAlerts() else {**others, job_id: alerts})

        self._file.change(changed)


def channel_secret(channel_id: str) -> SecretKind:
    """Return the kind of a channel's secret: a password, or an address that is a secret itself, bound to its host."""
    return SecretKind(f"alert-{channel_id}", f"alert-{channel_id}-host")


@dataclass(frozen=True, slots=True)
class Told:
    """One event: marked here before it is sent and after."""

    id: str
    cause: str
    title: str
    at: str
    """ISO time, UTC, when it was noticed, or told again."""
    claimed: str
    """ISO time, UTC, when a process began to send it."""
    pending: tuple[str, ...] = ()
    """Ids of the channels that have not ended with it yet."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of the last message through a channel."""

    at: str
    """ISO time, UTC."""
    worked: bool
    message: Mapping[str, Any]
    """`Message.as_json`."""


@dataclass(frozen=True, slots=True)
class TellState:
    """What was told about one job."""

    told: dict[str, Told] = field(default_factory=dict)
    """Key of an event -> the last time."""
    results: dict[str, Result] = field(default_factory=dict)
    """Channel id -> its last result."""


class TellStateStore:
    """What was told about one job. If it is lost, what lasts is told once more."""

    def __init__(self, home: Home, job_id: str) -> None:
        path = home.of_job(job_id, "health") / f"{job_id}.told.json"
        self._file = SmallFile[TellState](path, TellState, TellState(), home.ready)

    def read(self) -> TellState:
        """Return what was told."""
        return self._file.read()

    def change(self, change: Callable[[TellState], TellState]) -> TellState:
        """Replace the state, one process at a time; raises WizardError."""
        return self._file.change(change)
