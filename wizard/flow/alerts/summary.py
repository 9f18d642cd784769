"""What alerts say about runs: the last complete one, and the daily or weekly summary with the present health."""

from datetime import datetime

from wizard.flow.alerts.outbox import CompleteRun, Report
from wizard.flow.runs.health import whole_runs
from wizard.flow.runs.states import JobHealth
from wizard.flow.runs.texts import done_in_words, outcome_of
from wizard.flow.support.exit_codes import ExitCode
from wizard.messages.formats import day_and_time, plain
from wizard.messages.translation import _, ngettext


def complete_run_of(found: JobHealth) -> CompleteRun | None:
    """Return the last run of everyone if it reached its end, also where some objects failed; None = it did not."""
    last = found.facts.attempts.last
    if last is None or last.exit_code not in (ExitCode.DONE, ExitCode.SOME_FAILED):
        return None
    return CompleteRun(last.started, last.ended, done_in_words(last.counts))


def summary_of(found: JobHealth, since: datetime, until: datetime) -> Report:
    """Return the summary of a job for the time between two moments."""
    runs = [run for run in whole_runs(found.facts.runs) if since <= datetime.fromisoformat(run.started) < until]
    failed = sum(run.ending in ("stopped", "killed") or bool(outcome_of(run.counts)[2]) for run in runs)
    title = (
        ngettext("Summary: {n:,} run", "Summary: {n:,} runs", len(runs)).format(n=len(runs))
        if not failed
        else ngettext(
            "Summary: {n:,} run, {failed:,} with problems",
            "Summary: {n:,} runs, {failed:,} with problems",
            len(runs),
        ).format(n=len(runs), failed=failed)
    )
    with plain():
        period = _("From {start} to {end}.").format(start=day_and_time(since), end=day_and_time(until))
    lines = [
        period,
        done_in_words(_sum_of([run.counts for run in runs])) if runs else _("No runs in this period."),
    ]
    lines += [
        _("Now: {title}. {text}").format(title=finding.title.rstrip("."), text=finding.text).strip()
        for finding in found.health.findings
        if finding.tone in ("warn", "bad") and not finding.names_people
    ]
    return Report(title, "\n".join(lines))


def _sum_of(counts: list[object]) -> dict[str, dict[str, int]]:
    """The counts of several runs, added up; one that failed in several runs is counted once, in the last."""
    total: dict[str, dict[str, int]] = {}
    for number, one in enumerate(counts):  # the newest first
        for kind, outcomes in one.items() if isinstance(one, dict) else ():
            for outcome, count in outcomes.items() if isinstance(outcomes, dict) else ():
                if isinstance(count, int) and (number == 0 or outcome not in ("failed", "skipped", "unchanged")):
                    inner = total.setdefault(kind, {})
                    inner[outcome] = inner.get(outcome, 0) + count
    return total
