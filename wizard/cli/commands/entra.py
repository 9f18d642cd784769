"""`entra`: set up, watch and steer Microsoft's provisioning service for a job."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from anyio import to_thread

from wizard import messages
from wizard.cli.job_argument import find_job
from wizard.cli.output import message_json, print_json, say
from wizard.cli.run_output import print_plan
from wizard.cli.shared_options import add_accept, add_allow_host, add_job, add_subcommand, set_handler
from wizard.errors import JobFileError, Message, NotAccepted, WizardError
from wizard.flow.microsoft import kept_log, watch
from wizard.flow.microsoft import setup as setting_up
from wizard.flow.microsoft.administrator import request_for_administrator
from wizard.flow.microsoft.models import (
    EngineStatus,
    MissingRight,
    OnDemandResult,
    RestartPart,
    SetupChange,
    SetupEvent,
    SetupResult,
    SetupReview,
)
from wizard.flow.microsoft.words import after_words, before_words
from wizard.flow.runs.health import MICROSOFT_QUARANTINES
from wizard.flow.runs.history import LogQuery, export_log, load_log_page
from wizard.flow.services import Services
from wizard.flow.support.exit_codes import ExitCode
from wizard.messages import Noun, counted
from wizard.messages.formats import clock_with_seconds, day_and_time, full_date
from wizard.messages.translation import _, ngettext
from wizard.provisioning.events import LogRow
from wizard.provisioning.job import POLICY_RANGES
from wizard.provisioning.report import plan_counts

_ACTIONS = "setup|status|start|pause|restart|limit|restore|provision|log"
_MOST_LINES = 50
_RESET: dict[str, RestartPart] = {
    "watermark": "watermark",
    "failures": "escrows",
    "quarantine": "quarantine",
    "full": "full",
}
_RESULTS = {"failed": "failure", "held": "held", "skipped": "skipped", "done": "success"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the actions."""
    actions = parser.add_subparsers(dest="entra_action", metavar=_ACTIONS, required=True)
    setup_ = _action(
        actions, "setup", _("set up provisioning as defined in the job; --accept start also starts it")
    )
    add_allow_host(setup_)
    _add_setup_options(setup_)
    setup_.add_argument(
        "--keep", action="append", default=[], metavar="KEY",
        help=_("keep the value from Entra ID for a changed row or setting; all keeps every value"),
    )  # fmt: skip
    setup_.add_argument(
        "--try", dest="first", action="append", default=None, metavar="ID",
        help=_("provision this person on demand first; up to five"),
    )  # fmt: skip
    setup_.add_argument("--no-forecast", action="store_true", help=_("skip the forecast, without reading AWS"))
    set_handler(setup_, setup)
    status_ = _action(actions, "status", _("show the state of provisioning and what to do"))
    status_.add_argument(
        "--request", action="store_true", help=_("print a request for missing permissions, for an administrator")
    )
    set_handler(status_, status)
    set_handler(_action(actions, "start", _("start provisioning, or resume it after a pause")), start)
    set_handler(_action(actions, "pause", _("pause provisioning after the current cycle")), pause)
    _add_restart(actions)
    limit_ = _action(actions, "limit", _("change the accidental deletion threshold"))
    limit_.add_argument(
        "number", type=int, metavar="N", help=_("stop when more than N would be deleted or disabled in one cycle")
    )
    _add_setup_options(limit_)
    set_handler(limit_, limit)
    restore_ = _action(actions, "restore", _("restore the attribute mappings from before the first setup"))
    restore_.add_argument(
        "--plan", action="store_true", help=_("show what would change, without changing anything")
    )
    set_handler(restore_, restore)
    provision_ = _action(actions, "provision", _("provision one person or group on demand"))
    provision_.add_argument("id", metavar="ID", help=_("object ID of the person or group in Entra ID"))
    provision_.add_argument(
        "--plan", action="store_true", help=_("show what would change, without changing anything")
    )
    set_handler(provision_, provision)
    _add_log(actions)


def _add_setup_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--plan", action="store_true", help=_("show what would change, without changing anything"))
    add_accept(parser)


def _add_restart(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    restart_ = _action(actions, "restart", _("restart provisioning, or allow deletions waiting for approval"))
    ways = restart_.add_mutually_exclusive_group()
    ways.add_argument(
        "--reset", action="append", choices=tuple(_RESET), default=None,
        help=_(
            "what to reset; can be repeated. watermark: evaluate everyone again. failures: clear the failures. "
            "quarantine: end the quarantine. full: start a new initial cycle and match every account again"
        ),
    )  # fmt: skip
    ways.add_argument(
        "--allow-deletes",
        type=int,
        default=None,
        metavar="N",
        help=_("allow the N deletions waiting for approval"),
    )
    set_handler(restart_, restart)


def _add_log(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    log_ = _action(actions, "log", _("show the provisioning logs, and keep them on this computer"))
    log_.add_argument("--offline", action="store_true", help=_("show only the logs kept on this computer"))
    log_.add_argument(
        "--result", choices=tuple(_RESULTS), default=None, help=_("show only entries with this result")
    )
    log_.add_argument("--find", default="", metavar="TEXT", help=_("show only entries that contain this text"))
    log_.add_argument("--export", default="", metavar="FILE", help=_("export the entries to a .csv or .json file"))
    set_handler(log_, log)


def _action(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, help_text: str
) -> argparse.ArgumentParser:
    parser = add_subcommand(actions, name, help_text)
    add_job(parser)
    parser.add_argument("--json", action="store_true", help=_("print one JSON object per line"))
    return parser


# --- Setup ----------------------------------------------------------------------------------------------------------


async def setup(options: argparse.Namespace, services: Services) -> int:
    """Review and carry out a setup; raises NotAccepted for an open concern, and changes nothing then."""
    job = await find_job(options, services)
    pilot = tuple(options.first) if options.first is not None else None
    review = await setting_up.read_setup(services, job, pilot=pilot, forecast=not options.no_forecast)
    if options.keep:
        job = setting_up.keep_microsofts(review, _keys_to_keep(review, options.keep))
        await to_thread.run_sync(services.jobs.save, job)
        review = await setting_up.read_setup(services, job, pilot=pilot, forecast=not options.no_forecast)
    return await _carried_out(review, options, services)


async def limit(options: argparse.Namespace, services: Services) -> int:
    """Review and save another limit for lost access; raises NotAccepted for an open concern."""
    job = await find_job(options, services)
    lowest, highest = POLICY_RANGES["threshold_count"]
    if not lowest <= options.number <= highest:
        raise JobFileError("limit-out-of-range", lowest=lowest, highest=highest)
    job = replace(job, policy=replace(job.policy, threshold_count=options.number))
    review = await setting_up.read_setup(services, job, pilot=(), forecast=False)
    return await _carried_out(review, options, services, save=True)


async def _carried_out(
    review: SetupReview, options: argparse.Namespace, services: Services, save: bool = False
) -> int:
    """Print a review and carry it out; `save` stores its job first."""
    _print_review(review, options.json)
    accepted = frozenset(options.accept)
    waiting = [concern for concern in review.concerns if concern.blocking or concern.code not in accepted]
    if options.plan:
        return ExitCode.REFUSED if waiting else ExitCode.SOME_FAILED if review.plan.blocked else ExitCode.DONE
    if waiting:
        raise NotAccepted(tuple(concern.message for concern in waiting))
    if save:
        await to_thread.run_sync(services.jobs.save, review.job)
    result = await setting_up.carry_out(
        services, review.job, review, accepted, partial(_print_event, options.json)
    )
    _print_result(result, options.json)
    return ExitCode.SOME_FAILED if result.failed or result.blocked else ExitCode.DONE


def _keys_to_keep(review: SetupReview, keys: Sequence[str]) -> Sequence[str]:
    """The keys of `--keep`, `all` = each that can be kept; raises JobFileError for one that cannot."""
    known = sorted(edit.key for edit in review.plan.edits if edit.can_keep)
    if "all" in keys:
        return known
    for key in keys:
        if key not in known:
            raise JobFileError("nothing-to-keep", key=key, keys=tuple(known))
    return keys


def _print_event(as_json: bool, event: SetupEvent) -> None:
    """Print what happens while a setup is carried out."""
    if as_json:
        said = {} if event.message is None else event.message.as_json()
        print_json({"event": "step", "step": event.step, "state": event.state, "key": event.key, **said})
    elif event.state == "failed" and event.message is not None:
        failed = _("Failed: {what}: {reason}")
        say(failed.format(what=event.key, reason=messages.text(event.message)))
    elif event.state == "waiting" and event.message is not None:
        say(_("{activity} …").format(activity=messages.title(event.message)))


def _print_review(review: SetupReview, as_json: bool) -> None:
    if as_json:
        for line in _review_lines(review):
            print_json(line)
        return
    plan = review.plan
    say(_("Entra ID already matches this job.") if review.is_done else _("Changes in Entra ID:"))
    for change in plan.changes[:_MOST_LINES]:
        said = messages.title(change.message)
        if change.before:
            after = after_words(change) or _("(nothing)")
            values = {"setting": said, "before": before_words(change), "after": after}
            said = _("{setting}: {before} -> {after}").format(**values)
        say(f"  {said}")
    more = len(plan.changes) - _MOST_LINES
    if more > 0:
        say(
            ngettext("  … and {n:,} more; --json has all", "  … and {n:,} more; --json has all", more).format(
                n=more
            )
        )
    for edit in plan.edits:
        if edit.edited_at_microsoft and edit.can_keep:
            say(_("  Changed in Entra ID: {key} (to keep it, use --keep {key})").format(key=edit.key))
    for note in plan.notes:
        say(_("Note: {text}").format(text=messages.text(note)))
    _print_forecast(review)
    for concern in review.concerns:
        verb = _("Not possible: {text}") if concern.blocking else _("Needs approval ({code}): {text}")
        say(verb.format(code=concern.code, text=messages.text(concern.message)))
    _print_missing(review.missing)


def _review_lines(review: SetupReview) -> Iterator[dict[str, object]]:
    for change in review.plan.changes:
        yield {"event": "change", **_change(change)}
    for check in review.plan.blocked:
        yield {"event": "blocked", "key": check.key, "outcome": check.outcome, "expression": check.expression}
    for note in review.plan.notes:
        yield {"event": "note", **message_json(note)}
    if review.forecast is not None:
        yield {"event": "forecast", **plan_counts(review.forecast.plan)}
    for concern in review.concerns:
        yield {"event": "concern", **message_json(concern.message), "blocking": concern.blocking}


def _print_forecast(review: SetupReview) -> None:
    if review.forecast is not None:
        say(_("Forecast:"))
        print_plan(review.forecast.plan)
        for caveat in review.forecast.caveats:
            say(_("Note about the forecast: {text}").format(text=messages.text(caveat)))
    elif review.forecast_problem is not None:
        say(_("No forecast: {text}").format(text=messages.text(review.forecast_problem)))


def _print_missing(missing: tuple[MissingRight, ...]) -> None:
    for right in missing:
        say(_("Missing permission: {permission}").format(permission=right.permission))


def _print_result(result: SetupResult, as_json: bool) -> None:
    if as_json:
        print_json(
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
    for _id, tried in result.pilot:
        say(messages.text(tried.message))
    if result.started:
        say(_("Provisioning is running."))
    elif result.waits_for == "pilot-failed":
        said = messages.text(Message("pilot-failed"))
        say(_("{text} To start anyway, use --accept pilot-failed.").format(text=said))
    else:
        say(_("Set up, but not started. Start provisioning with `entra start`."))


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
        parts = frozenset(_RESET[name] for name in options.reset or ())
        return _ended(await watch.restart(services, job, parts), options)
    return _ended(await watch.allow_deletes(services, job, options.allow_deletes), options)


def _ended(found: EngineStatus, options: argparse.Namespace) -> int:
    _print_status(found, options.json)
    return ExitCode.LOCKED if _exit_code(found) == ExitCode.LOCKED else ExitCode.DONE


def _exit_code(found: EngineStatus) -> ExitCode:
    if found.status.tone == "bad" or found.status.code in MICROSOFT_QUARANTINES:
        return ExitCode.LOCKED
    return ExitCode.SOME_FAILED if found.status.tone == "warn" or found.rotation_pending else ExitCode.DONE


def _print_status(found: EngineStatus, as_json: bool) -> None:
    state = found.status
    if as_json:
        print_json(
            {
                "event": "status",
                **message_json(state.message),
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
    say(_("{application}: {state}").format(application=found.application_name, state=messages.text(state.message)))
    if state.total:
        say(_("  Progress: page {done:,} of {total:,}").format(done=state.done, total=state.total))
    if state.code != "entra-state-hidden":
        people, groups = counted(state.people, Noun.PERSON), counted(state.groups, Noun.GROUP)
        say(_("  Provisioned: {people} and {groups}").format(people=people, groups=groups))
    if state.last_ended:
        say(_("  Failed in the last cycle: {n:,}").format(n=state.failed))
    if state.last_ended:
        say(_("  Last cycle ended: {time}").format(time=day_and_time(state.last_ended) or state.last_ended))
    if state.next_attempt:
        say(_("  Next attempt: {time}").format(time=day_and_time(state.next_attempt) or state.next_attempt))
    for each in found.held[:_MOST_LINES]:
        say(_("  Waits for approval: {name}").format(name=each.label))
    more = len(found.held) - _MOST_LINES
    if more > 0:
        say(
            ngettext("  … and {n:,} more; --json lists all", "  … and {n:,} more; --json lists all", more).format(
                n=more
            )
        )
    if found.held:
        say(
            _("  To allow these deletions, use `entra restart` with --allow-deletes {n}").format(n=len(found.held))
        )
    if found.rotation_pending:
        say(_("  Microsoft still has the old access token. Set it again with `secret set`."))
    _print_missing(found.missing)


# --- Back to the first mapping --------------------------------------------------------------------------------------


async def restore(options: argparse.Namespace, services: Services) -> int:
    """Print what restoring the first mapping changes, and restore it."""
    job = await find_job(options, services)
    first = await setting_up.read_first_mapping(services, job)
    if first is None:
        raise WizardError("no-first-mapping")
    for row in first.rows:
        values = {"target": row.target, "now": row.now, "after": row.after}
        if options.json:
            print_json({"event": "change", "key": row.key, **values})
        else:
            nothing = _("(nothing)")
            text = _("{attribute}: {before} -> {after}")
            say(text.format(attribute=row.target, before=row.now or nothing, after=row.after or nothing))
    if first.rows and not options.plan:
        await setting_up.restore_first_mapping(services, job, first)
    if options.json:
        print_json({"event": "restored", "changed": 0 if options.plan else len(first.rows)})
    elif not first.rows:
        say(_("Entra ID already has the original mapping."))
    elif not options.plan:
        say(_("The original mapping was restored in Entra ID. An initial cycle evaluates everyone again."))
    return ExitCode.DONE


# --- Log ------------------------------------------------------------------------------------------------------------


async def log(options: argparse.Namespace, services: Services) -> int:
    """Save new entries of Microsoft's log on this computer; print or export the saved ones."""
    job = await find_job(options, services)
    added = 0
    if not options.offline:
        added = (await kept_log.update_log(services, job)).added
    statuses = (_RESULTS[options.result],) if options.result else ()
    query = LogQuery(text=options.find, statuses=statuses)
    if options.export:
        path = Path(options.export)
        count = await export_log(services.home, job.id, query, path, kept_log.MICROSOFT_LOG)
        if options.json:
            print_json({"event": "log", "added": added, "exported": count})
        else:
            said = ngettext("{n:,} entry saved to {file}.", "{n:,} entries saved to {file}.", count)
            say(said.format(n=count, file=path.name))
        return ExitCode.DONE
    most = sys.maxsize if options.json else _MOST_LINES
    page = await load_log_page(services.home, job.id, query, 0, most, kept_log.MICROSOFT_LOG)
    for logged in page.rows:
        _print_row(logged.row, options.json)
    if options.json:
        print_json({"event": "log", "added": added, "entries": page.total})
        return ExitCode.DONE
    say(ngettext("{n:,} entry is kept.", "{n:,} entries are kept.", page.total).format(n=page.total))
    if added:
        say(ngettext("{n:,} of them is new.", "{n:,} of them are new.", added).format(n=added))
    return ExitCode.DONE


def _print_row(row: LogRow, as_json: bool) -> None:
    if as_json:
        values = {"time": row.time, "kind": row.kind, "id": row.source_id, "label": row.label}
        outcome = {"action": row.action, "status": row.status, "entry": row.request_id, "detail": row.detail}
        print_json({"event": "entry", **values, **outcome, **message_json(row.message)})
        return
    words = messages.text(row.message) if row.status == "failure" else messages.title(row.message)
    values = {"time": _with_seconds(row.time), "result": row.status, "change": row.action, "name": row.label}
    say(_("{time}  {result:<7}  {change:<7}  {name}: {text}").format(**values, text=words))


def _with_seconds(time: str) -> str:
    """A moment (ISO) by this computer's clock: "2026-11-30 16:31:22"."""
    moment = datetime.fromisoformat(time).astimezone()
    return f"{full_date(moment.date())} {clock_with_seconds(moment)}"


# --- One person or group --------------------------------------------------------------------------------------------


async def provision(options: argparse.Namespace, services: Services) -> int:
    """Print what will happen to one person or group, then let Microsoft do it."""
    job = await find_job(options, services)
    preview = await watch.preview_one(services, job, options.id)
    if not options.json:
        print_plan(replace(preview.forecast, notes=()))  # notes of a whole run do not apply
        for caveat in preview.caveats:
            say(_("Note about the forecast: {text}").format(text=messages.text(caveat)))
    if options.plan:
        return ExitCode.REFUSED if preview.forecast.concerns else ExitCode.DONE
    result = await watch.provision_one(services, job, preview)
    _print_on_demand(result, options.json)
    return ExitCode.DONE if result.outcome in ("done", "nothing-to-do") else ExitCode.SOME_FAILED


def _print_on_demand(result: OnDemandResult, as_json: bool) -> None:
    if as_json:
        steps = [{"step": each.step, "outcome": each.outcome, "said": each.said} for each in result.steps]
        print_json(
            {"event": "provisioned", "outcome": result.outcome, **message_json(result.message), "steps": steps}
        )
        return
    for step in result.steps:
        values = {"step": step.step, "outcome": step.outcome, "text": step.said}
        say((_("  {step}: {outcome}, {text}") if step.said else _("  {step}: {outcome}")).format(**values))
    say(messages.text(result.message))
