"""`entra`: set up, watch and steer Microsoft's provisioning service for a job."""

import argparse
import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from anyio import to_thread

from wizard import messages
from wizard.cli.job_argument import find_job
from wizard.cli.output import say
from wizard.cli.run_output import print_plan
from wizard.cli.shared_options import add_allow_host, add_job, add_subcommand, set_handler
from wizard.errors import JobFileError, Message, NotAccepted
from wizard.flow.microsoft import setup as setting_up
from wizard.flow.microsoft import watch
from wizard.flow.microsoft.administrator import request_for_administrator
from wizard.flow.microsoft.models import (
    EngineStatus,
    MissingRight,
    OnDemandResult,
    SetupChange,
    SetupEvent,
    SetupResult,
    SetupReview,
)
from wizard.flow.services import Services
from wizard.flow.support.exit_codes import ExitCode
from wizard.provisioning.report import plan_counts

if TYPE_CHECKING:
    from wizard.provisioning.job import Job

_ACTIONS = "setup|status|start|pause|restart|provision"
_MOST_LINES = 50


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the actions."""
    actions = parser.add_subparsers(dest="entra_action", metavar=_ACTIONS, required=True)
    setup_ = _action(actions, "setup", "configure it as the job says; without --accept start it is not started")
    add_allow_host(setup_)
    setup_.add_argument("--plan", action="store_true", help="print what would be changed, change nothing")
    setup_.add_argument(
        "--accept",
        action="append",
        default=[],
        metavar="CODE",
        help="accept a concern by its code; start: start it",
    )
    setup_.add_argument(
        "--keep", action="append", default=[], metavar="KEY",
        help="keep Microsoft's value of a changed row or setting; all: of every one",
    )  # fmt: skip
    setup_.add_argument(
        "--try", dest="first", action="append", default=None, metavar="ID",
        help="provision this person first, up to five",
    )  # fmt: skip
    setup_.add_argument("--no-forecast", action="store_true", help="do not read AWS and work out what will happen")
    set_handler(setup_, setup)
    status_ = _action(actions, "status", "how it does, and what to do about it")
    status_.add_argument("--request", action="store_true", help="print a request for rights that are missing")
    set_handler(status_, status)
    set_handler(_action(actions, "start", "start it, or start it again after a pause"), start)
    set_handler(_action(actions, "pause", "stop it when the cycle under way has ended"), pause)
    restart_ = _action(actions, "restart", "begin a new first cycle, or let held deletions through")
    restart_.add_argument(
        "--allow-deletes", type=int, default=None, metavar="N", help="let the N deletions through that are held"
    )
    set_handler(restart_, restart)
    provision_ = _action(actions, "provision", "provision one person or group now")
    provision_.add_argument("id", metavar="ID", help="id of the person or group in Entra ID")
    provision_.add_argument("--plan", action="store_true", help="print what would happen, change nothing")
    set_handler(provision_, provision)


def _action(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, help_text: str
) -> argparse.ArgumentParser:
    parser = add_subcommand(actions, name, help_text)
    add_job(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object per line on standard output")
    return parser


# --- Setup ----------------------------------------------------------------------------------------------------------


async def setup(options: argparse.Namespace, services: Services) -> int:
    """Review and carry out a setup; raises NotAccepted for an open concern, and changes nothing then."""
    job = await find_job(options, services)
    pilot = tuple(options.first) if options.first is not None else None

    async def reviewed(job: "Job") -> SetupReview:
        return await setting_up.read_setup(services, job, pilot=pilot, forecast=not options.no_forecast)

    review = await reviewed(job)
    if options.keep:
        keys = [edit.key for edit in review.plan.edits] if "all" in options.keep else options.keep
        _check_keys(review, keys)
        job = setting_up.keep_microsofts(review, keys)
        await to_thread.run_sync(services.jobs.save, job)
        review = await reviewed(job)
    _print_review(review, options.json)
    accepted = frozenset(options.accept)
    waiting = [concern for concern in review.concerns if concern.blocking or concern.code not in accepted]
    if options.plan:
        return ExitCode.REFUSED if waiting else ExitCode.SOME_FAILED if review.plan.blocked else ExitCode.DONE
    if waiting:
        raise NotAccepted(tuple(concern.message for concern in waiting))
    result = await setting_up.carry_out(services, job, review, accepted, _Events(options.json).emit)
    _print_result(result, options.json)
    return ExitCode.SOME_FAILED if result.failed or result.blocked else ExitCode.DONE


def _check_keys(review: SetupReview, keys: Iterable[str]) -> None:
    """Raise JobFileError for a key that names nothing that can be kept."""
    known = {edit.key for edit in review.plan.edits if edit.can_keep}
    for key in keys:
        if key not in known and key not in {edit.key for edit in review.plan.edits}:
            raise JobFileError("nothing-to-keep", key=key, keys=tuple(sorted(known)))


class _Events:
    """Prints what happens while a setup is carried out."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json

    def emit(self, event: SetupEvent) -> None:
        """Print one event."""
        if self._as_json:
            said = {} if event.message is None else event.message.as_json()
            _line({"event": "step", "step": event.step, "state": event.state, "key": event.key, **said})
        elif event.state == "failed" and event.message is not None:
            say(f"Failed: {event.key}: {messages.text(event.message)}")
        elif event.state == "waiting" and event.message is not None:
            say(f"{messages.title(event.message)} …")


def _print_review(review: SetupReview, as_json: bool) -> None:
    if as_json:
        for line in _review_lines(review):
            _line(line)
        return
    plan = review.plan
    say("Microsoft's service is configured as this job says." if review.is_done else "To be done at Microsoft:")
    for change in plan.changes[:_MOST_LINES]:
        values = f": {change.before} -> {change.after or '(nothing)'}" if change.before else ""
        say(f"  {messages.title(change.message)}{values}")
    if len(plan.changes) > _MOST_LINES:
        say(f"  … and {len(plan.changes) - _MOST_LINES:,} more; --json has all of them")
    for edit in plan.edits:
        if edit.edited_at_microsoft and edit.can_keep:
            say(f"  Changed at Microsoft: {edit.key} (keep it: --keep {edit.key})")
    for note in plan.notes:
        say(f"Note: {messages.text(note)}")
    _print_forecast(review)
    for concern in review.concerns:
        verb = "Not possible" if concern.blocking else f"To be accepted ({concern.code})"
        say(f"{verb}: {messages.text(concern.message)}")
    _print_missing(review.missing)


def _review_lines(review: SetupReview) -> Iterator[dict[str, object]]:
    for change in review.plan.changes:
        yield {"event": "change", **_change(change)}
    for check in review.plan.blocked:
        yield {"event": "blocked", "key": check.key, "outcome": check.outcome, "expression": check.expression}
    for note in review.plan.notes:
        yield {"event": "note", **_said(note)}
    if review.forecast is not None:
        yield {"event": "forecast", **plan_counts(review.forecast.plan)}
    for concern in review.concerns:
        yield {"event": "concern", **_said(concern.message), "blocking": concern.blocking}


def _print_forecast(review: SetupReview) -> None:
    if review.forecast is not None:
        say("What Microsoft's service will do, as far as can be told from here:")
        print_plan(review.forecast.plan)
        for caveat in review.forecast.caveats:
            say(f"It can be wrong: {messages.text(caveat)}")
    elif review.forecast_problem is not None:
        say(f"No forecast: {messages.text(review.forecast_problem)}")


def _print_missing(missing: tuple[MissingRight, ...]) -> None:
    for right in missing:
        say(f"Missing permission: {right.permission}")


def _print_result(result: SetupResult, as_json: bool) -> None:
    if as_json:
        _line(
            {
                "event": "setup",
                "changed": len(result.changed),
                "failed": len(result.failed),
                "blocked": len(result.blocked),
                "started": result.started,
                "waitsFor": result.waits_for,
                "job": result.job.id if result.job else "",
            }
        )
        return
    for _, tried in result.pilot:
        say(messages.text(tried.message))
    if result.started:
        say("Microsoft's service is running.")
    elif result.waits_for == "pilot-failed":
        say(f"{messages.text(Message('pilot-failed'))} (--accept pilot-failed)")
    else:
        say("Set up, not started. Start it with --accept start, or with `entra start`.")


def _change(change: SetupChange) -> dict[str, object]:
    values = {"before": change.before, "after": change.after}
    return {"step": change.step, "key": change.key, **values, **change.message.as_json()}


# --- State ----------------------------------------------------------------------------------------------------------


async def status(options: argparse.Namespace, services: Services) -> int:
    """Print the state; 0 healthy, 1 attention, 6 quarantine."""
    job = await find_job(options, services)
    found = await watch.read_status(services, job)
    _print_status(found, options.json)
    if options.request and found.missing:
        print(request_for_administrator(job, found.missing), end="")
    return _exit_code(found)


async def start(options: argparse.Namespace, services: Services) -> int:
    """Start Microsoft's job, once."""
    job = await find_job(options, services)
    return _ended(await watch.start(services, job), options)


async def pause(options: argparse.Namespace, services: Services) -> int:
    """Stop Microsoft's job."""
    job = await find_job(options, services)
    return _ended(await watch.pause(services, job), options)


async def restart(options: argparse.Namespace, services: Services) -> int:
    """Restart Microsoft's job, or let held deletions through."""
    job = await find_job(options, services)
    if options.allow_deletes is None:
        return _ended(await watch.restart(services, job), options)
    return _ended(await watch.allow_deletes(services, job, options.allow_deletes), options)


def _ended(found: EngineStatus, options: argparse.Namespace) -> int:
    _print_status(found, options.json)
    return ExitCode.LOCKED if _exit_code(found) == ExitCode.LOCKED else ExitCode.DONE


def _exit_code(found: EngineStatus) -> ExitCode:
    if found.status.tone == "bad":
        return ExitCode.LOCKED
    return ExitCode.SOME_FAILED if found.status.tone == "warn" or found.rotation_pending else ExitCode.DONE


def _print_status(found: EngineStatus, as_json: bool) -> None:
    state = found.status
    if as_json:
        _line(
            {
                "event": "status",
                **_said(state.message),
                "tone": state.tone,
                "remedy": state.remedy,
                "job": found.job_id,
                "people": state.people,
                "groups": state.groups,
                "failed": state.failed,
                "progress": {"done": state.done, "total": state.total},
                "lastEnded": state.last_ended,
                "nextAttempt": state.next_attempt,
                "held": [{"id": each.source_id, "label": each.label, "kind": each.kind} for each in found.held],
                "missing": [right.permission for right in found.missing],
                "tokenPending": found.rotation_pending,
            }
        )
        return
    say(f"{found.application_name}: {messages.text(state.message)}")
    if state.total:
        say(f"  Progress: {state.done:,} of {state.total:,} pages")
    say(
        f"  Provisioned: {state.people:,} people, {state.groups:,} groups; {state.failed:,} failed in the last cycle"
    )
    if state.last_ended:
        say(f"  Last cycle ended: {state.last_ended}")
    if state.next_attempt:
        say(f"  Next attempt: {state.next_attempt}")
    for each in found.held[:_MOST_LINES]:
        say(f"  Held: {each.label}")
    if found.rotation_pending:
        say("  Microsoft has not got the new access token. Set it again with `secret set`.")
    _print_missing(found.missing)


# --- One person or group --------------------------------------------------------------------------------------------


async def provision(options: argparse.Namespace, services: Services) -> int:
    """Print what will happen to one person or group, then let Microsoft do it."""
    job = await find_job(options, services)
    preview = await watch.preview_one(services, job, options.id)
    if not options.json:
        print_plan(preview.forecast)
        for caveat in preview.caveats:
            say(f"It can be wrong: {messages.text(caveat)}")
    if options.plan:
        return ExitCode.REFUSED if preview.forecast.concerns else ExitCode.DONE
    result = await watch.provision_one(services, job, preview)
    _print_on_demand(result, options.json)
    return ExitCode.DONE if result.outcome in ("done", "nothing-to-do") else ExitCode.SOME_FAILED


def _print_on_demand(result: OnDemandResult, as_json: bool) -> None:
    if as_json:
        steps = [{"step": each.step, "outcome": each.outcome, "said": each.said} for each in result.steps]
        _line({"event": "provisioned", "outcome": result.outcome, **_said(result.message), "steps": steps})
        return
    for step in result.steps:
        say(f"  {step.step}: {step.outcome}{f', {step.said}' if step.said else ''}")
    say(messages.text(result.message))


def _said(message: Message) -> dict[str, object]:
    return {"title": messages.title(message), "advice": messages.advice(message), **message.as_json()}


def _line(values: dict[str, object]) -> None:
    print(json.dumps(values, ensure_ascii=False), flush=True)
