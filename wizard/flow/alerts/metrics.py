"""The metrics of all jobs: what they are, and the file that is written after each run where a person chose one."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from anyio import to_thread

from wizard import __version__
from wizard.alerts.metrics import Metric, Sample, remove, text_of, write
from wizard.flow.runs.health import whole_runs
from wizard.flow.runs.states import JobHealth, all_health, last_good, last_started
from wizard.flow.services import Services
from wizard.storage.health.alert_settings import AlertSettings
from wizard.storage.paths import check_replaceable

_PREFIX = "identity_center_wizard_job"
_STATES = ("healthy", "attention", "quarantined")
_KINDS = ("users", "groups", "memberships")


async def write_metrics(services: Services, path: Path, now: datetime, *, ask_microsoft: bool = True) -> int:
    """Write the metrics of every job; returns how many jobs. Raises WizardError."""
    await to_thread.run_sync(check_replaceable, path)
    found = await all_health(services, now, ask_microsoft=ask_microsoft)
    await to_thread.run_sync(write, path, text_of(metrics_of(found, now)))
    return len(found)


async def keep_writing(services: Services, path: Path | None) -> None:
    """Write the file after each run from now on; None = no longer. Raises WizardError."""

    def store() -> None:
        AlertSettings(services.home).set_metrics_file("" if path is None else str(path.absolute()))

    await to_thread.run_sync(store)


async def forget_metrics(services: Services) -> None:
    """Write no metrics from now on, and delete the file; raises WizardError."""

    def forget() -> None:
        settings = AlertSettings(services.home)
        file = settings.metrics_file()
        if file:
            remove(Path(file))
            settings.set_metrics_file("")

    await to_thread.run_sync(forget)


def metrics_of(jobs: Iterable[JobHealth], now: datetime) -> tuple[Metric, ...]:
    """Return the gauges; a number that is not known has no sample."""
    found = tuple(each for each in jobs if each.id)

    def gauge(name: str, words: str, value: Callable[[JobHealth], float | None]) -> Metric:
        values = ((each, value(each)) for each in found)
        samples = tuple(Sample(_labels(each), number) for each, number in values if number is not None)
        return Metric(f"{_PREFIX}_{name}", words, samples)

    def several(
        name: str, words: str, values: Callable[[JobHealth], Iterator[tuple[Mapping[str, str], float]]]
    ) -> Metric:
        samples = (
            Sample({**_labels(each), **labels}, number) for each in found for labels, number in values(each)
        )
        return Metric(f"{_PREFIX}_{name}", words, tuple(samples))

    return (
        Metric("identity_center_wizard_info", "Version of the program.", (Sample({"version": __version__}, 1),)),
        gauge(
            "last_start_timestamp_seconds",
            "When the last run began.",
            lambda one: _seconds(last_started(one.facts, now)),
        ),
        gauge(
            "last_success_timestamp_seconds",
            "When the last run ended that reached everyone in scope.",
            lambda one: _seconds(last_good(one.facts, now)),
        ),
        gauge("last_duration_seconds", "How long the last run took.", _duration),
        gauge("last_exit_code", "Exit code of the last run.", _exit_code),
        gauge("next_start_timestamp_seconds", "When the schedule starts the next run.", _next_start),
        gauge("token_days_left", "Days until the access token expires.", lambda one: one.token_days),
        gauge(
            "sign_on_certificate_days_left",
            "Days until the certificate of single sign-on expires.",
            lambda one: one.sign_on_days,
        ),
        gauge(
            "client_secret_days_left",
            "Days until the client secret expires that the job signs in to Microsoft with.",
            lambda one: one.client_secret_days,
        ),
        several(
            "health",
            "1 for the state of the job, 0 for the others.",
            lambda one: (({"state": state}, float(one.state == state)) for state in _STATES),
        ),
        several(
            "finding",
            "1 for each finding that needs attention.",
            lambda one: (
                ({"code": finding.code}, 1.0) for finding in one.health.findings if finding.code != "healthy"
            ),
        ),
        several("last_objects", "What the last run did, by kind and outcome.", _counts),
    )


def _labels(found: JobHealth) -> Mapping[str, str]:
    return {"job": found.name, "id": found.id}


def _seconds(moment: str) -> float | None:
    return datetime.fromisoformat(moment).timestamp() if moment else None


def _next_start(found: JobHealth) -> float | None:
    installed = found.facts.schedule
    moment = installed.schedule.next_run if installed is not None else None
    return moment.timestamp() if moment is not None else None


def _duration(found: JobHealth) -> float | None:
    run = next((run for run in whole_runs(found.facts.runs) if isinstance(run.counts, dict)), None)
    seconds = run.counts.get("seconds") if run is not None else None
    return float(seconds) if isinstance(seconds, int | float) else None


def _exit_code(found: JobHealth) -> float | None:
    attempt = found.facts.attempts.last
    return float(attempt.exit_code) if attempt is not None else None


def _counts(found: JobHealth) -> Iterator[tuple[Mapping[str, str], float]]:
    run = next((run for run in whole_runs(found.facts.runs) if isinstance(run.counts, dict)), None)
    for kind in _KINDS if run is not None else ():
        numbers = run.counts.get(kind) if run is not None else None
        for outcome, number in numbers.items() if isinstance(numbers, dict) else ():
            yield {"kind": kind, "outcome": str(outcome)}, float(number)
