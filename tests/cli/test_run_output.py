"""The events of a run as scripts read them: texts as before, with the code and the arguments behind them."""

import gettext
import json
from dataclasses import fields

import pytest

from tests.provisioning.changes import disable_user
from tests.provisioning.company import World, directory, person
from wizard.cli.run_output import event_json, planned_counts, print_report
from wizard.errors import Message, recorded
from wizard.messages import translation
from wizard.progress import Progress
from wizard.provisioning.events import ChangeEnded, LogRow, ObjectReported, RunEnded
from wizard.provisioning.report import Counts, RunReport

REFUSED = Message("not-written", why=recorded("Taken", "Find it."), status=409, in_doubt=False)


def test_a_row_has_its_text_its_code_and_its_arguments() -> None:
    row = LogRow(
        "2026-11-23T15:00:00.000+00:00", "user", "ann", "Ann", "update", "failure", REFUSED, http_status=409
    )
    for event, name in (
        (ChangeEnded(disable_user("ann", "Ann", "a"), row), "operation"),
        (ObjectReported(row), "object"),
    ):
        shown = json.loads(json.dumps(event_json(event)))
        assert (shown["event"], shown["title"], shown["advice"]) == (name, "Taken (409)", "Find it.")
        assert (shown["code"], shown["args"]["status"]) == ("not-written", 409)
        assert shown["args"]["why"] == {"code": "recorded-text", "args": {"title": "Taken", "advice": "Find it."}}
        assert "message" not in shown


def test_progress_and_the_end_have_them_too() -> None:
    reading = event_json(Progress(Message("reading-memberships"), 2, 5))
    assert (reading["doing"], reading["code"], reading["args"]) == (
        "Reading memberships from AWS",
        "reading-memberships",
        {},
    )
    stopped = event_json(RunEnded("stopped", Message("run-stopped", why=recorded("No access"), partly=False)))
    assert (stopped["title"], stopped["advice"], stopped["code"]) == ("No access", "", "run-stopped")
    done = event_json(RunEnded("done"))
    assert [done[name] for name in ("title", "advice", "code", "args")] == ["", "", "", {}]


def test_every_number_of_a_report_has_words_of_its_own_for_people_and_for_groups(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Participles differ by what is counted in several languages."""
    seen: list[str] = []

    class Contexts(gettext.NullTranslations):
        def npgettext(self, context: str, one: str, many: str, n: int) -> str:
            seen.append(f"{context}: {one}")
            return super().npgettext(context, one, many, n)

    monkeypatch.setattr(translation, "_translations", Contexts())
    some = Counts(*range(2, 2 + len(fields(Counts))))
    print_report(RunReport(users=some, groups=some, added=3, removed=4), [])
    assert len(seen) == len(set(seen)) == 2 * len(fields(Counts)) + 2


@pytest.mark.anyio
async def test_what_waits_for_approval_is_not_counted_as_rejected() -> None:
    world = World()
    world.store.add("user", {"userName": "ann@example.com", "displayName": "Someone", "active": True})
    unnamed = person("cleo", userPrincipalName="", mail="")
    counts = planned_counts(await world.plan(directory([person("ann"), person("ben"), unnamed])))
    assert counts["users"] == {
        "created": 1, "updated": 0, "disabled": 0, "deleted": 0, "unchanged": 0, "skipped": 0, "failed": 1, "held": 1
    }  # fmt: skip
