"""The Preview page over a real directory, a real sandbox and a real journal."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QCheckBox, QPushButton
from pytestqt.qtbot import QtBot

from tests.provisioning.changes import (
    add_members,
    create_user,
    delete_user,
    disable_user,
    remove_members,
    update_user,
)
from tests.sandbox_process import SandboxHandle
from tests.ui.audit import audit
from tests.ui.pages.provisioned import WAIT, company_context, plan_with
from wizard import messages
from wizard.errors import Message, recorded
from wizard.flow.steps.fix import Fix, fix_of
from wizard.progress import Progress, RequestMade
from wizard.provisioning.job import SourceChoice, TargetChoice
from wizard.provisioning.plan import CONCERN_CODES, Concern, HeldBack, LeftOut, Rejected, Skipped
from wizard.scim.resource import Known
from wizard.storage.acceptances import Acceptance, Acceptances
from wizard.ui.page import PageContext
from wizard.ui.pages.preview.page import CONCERN_ACTIONS, PreviewPage
from wizard.ui.pages.preview.plan_rows import PlanLine
from wizard.ui.tasks import Slot
from wizard.ui.widgets.cards import MessageCard
from wizard.ui.widgets.labels import Paragraph


def shown(context: PageContext, qtbot: QtBot) -> PreviewPage:
    page = PreviewPage(context)
    qtbot.addWidget(page)
    page.resize(888, 695)
    page.show()
    page.enter()
    return page


def read(context: PageContext, qtbot: QtBot) -> PreviewPage:
    page = shown(context, qtbot)
    qtbot.waitUntil(lambda: context.session.found.plan is not None, timeout=WAIT)
    return page


CONCERNS = (
    Concern(
        Message(
            "too-many-deletions",
            disabled=37,
            deleted=0,
            groups=0,
            people_linked=312,
            groups_linked=0,
            threshold_count=5,
            threshold_percent=10,
        )
    ),
    Concern(Message("short-source", people=3, people_before=40)),
)


def test_it_reads_both_sides_when_it_is_shown(tmp_path: Path, sandbox: SandboxHandle, qtbot: QtBot) -> None:
    with company_context(tmp_path, sandbox, qtbot) as (context, _):
        page = shown(context, qtbot)
        assert page.wait.isVisible()
        assert page.again.is_busy
        qtbot.waitUntil(lambda: context.session.found.plan is not None, timeout=WAIT)
        assert not page.wait.isVisible()
        assert page.view.strips["people"].number("create") == 8
        assert page.view.strips["groups"].number("create") == 2
        assert page.view.table.plan.shown == 10
        assert context.session.found.snapshot is not None
        assert context.session.found.plan_requests
        assert audit(page) == []


def test_counts_segments_and_search_filter_together(tmp_path: Path, sandbox: SandboxHandle, qtbot: QtBot) -> None:
    with company_context(tmp_path, sandbox, qtbot) as (context, _):
        page = read(context, qtbot)
        page.view.switch.findChild(object, "planShow.groups").click()
        assert page.view.table.plan.shown == 2
        page.view.strips["groups"].findChild(object, "planGroups.members").click()
        assert page.view.table.plan.shown == 2  # a new group has its first members too
        page.view.strips["people"].findChild(object, "planPeople.disable").click()
        assert page.view.switch.choice == "all"
        assert page.view.strips["groups"].choice == ""
        assert page.view.table.plan.shown == 0
        assert page.view.table.behavior.empty.isVisible()
        page.view.table.behavior.empty.button.click()
        assert page.view.table.plan.shown == 10
        page.view.search.setText("person 00003")
        qtbot.waitUntil(lambda: page.view.table.plan.shown == 1)


def test_a_change_opens_to_before_and_after(tmp_path: Path, sandbox: SandboxHandle, qtbot: QtBot) -> None:
    with company_context(tmp_path, sandbox, qtbot) as (context, _):
        page = read(context, qtbot)
        model = page.view.table.plan
        model.set_open(0, True)
        lines = [model.line(row) for row in model.line_rows()[0]]
        assert PlanLine("userName", "", "person00000@tidewater.example") in lines


def test_skipped_people_are_listed_with_the_reason(context: PageContext, qtbot: QtBot) -> None:
    rejected = Rejected(
        "user", "7", "Priya", "forbidden-character", "title", recorded("title holds a colon. Replace it.")
    )
    skipped = Skipped("user", "8", "Zoë", "not-chosen")
    context.session.take_plan(plan_with(rejected=(rejected,), skipped=(skipped,)))
    page = shown(context, qtbot)
    page.view.switch.findChild(object, "planShow.refused").click()
    plan = page.view.table.plan
    assert (plan.shown, plan.thing(0)) == (1, rejected)
    page.view.table.selectRow(0)
    assert messages.text(rejected) in page.view.findChild(object, "rejectedWhole").text()
    page.view.findChild(QPushButton, "rejectedWholeFix").click()
    qtbot.waitUntil(lambda: page.view.findChild(QPushButton, "fix.7") is not None)
    page.view.findChild(QPushButton, "fix.7").click()
    assert context.shell.fixes == [fix_of(rejected)] * 2  # type: ignore[attr-defined]
    assert fix_of(rejected) is not None
    page.view.switch.findChild(object, "planShow.skipped").click()
    assert page.view.skipped.rows.row(0) is skipped


def made_by_others(sandbox: SandboxHandle, *rows: dict[str, str]) -> None:
    with sandbox.client() as client:
        for row in rows:
            name = row["userPrincipalName"]
            body = {
                "userName": name,
                "displayName": "By hand",
                "name": {"givenName": "By", "familyName": "Hand"},
                "emails": [{"value": name, "type": "work", "primary": True}],
                "active": True,
            }
            client.post("Users", json=body).raise_for_status()


def test_take_overs_are_accepted_one_by_one_or_all_at_once(
    tmp_path: Path, sandbox: SandboxHandle, qtbot: QtBot
) -> None:
    with company_context(tmp_path, sandbox, qtbot) as (context, made):
        made_by_others(sandbox, *made.people[:3])
        page = read(context, qtbot)
        assert [card.code for card in page.findChildren(MessageCard) if card.code] == ["many-take-overs"]
        assert page.findChild(QPushButton, "acceptAll_take-over").text().endswith(" 3")
        assert audit(page) == []
        page.view.show_segment("held")
        panel = page.view.held
        assert panel.table.rows.rowCount() == 3
        assert audit(page) == []
        panel.table.tick_at(panel.table.rows.index(0, 0), 5)
        panel.accept.click()
        qtbot.waitUntil(lambda: len(context.session.found.plan.held_back) == 2, timeout=WAIT)
        page.findChild(QPushButton, "acceptAll_take-over").click()
        qtbot.waitUntil(lambda: not context.session.found.plan.held_back, timeout=WAIT)
        qtbot.waitUntil(lambda: not context.tasks.is_running(Slot.PLAN_READ), timeout=WAIT)
        assert page.findChild(QPushButton, "acceptAll_take-over") is None
        taken = [change for change in context.session.found.plan.changes if change.match == "taken-over"]
        assert len(taken) == 3
        assert all(user["displayName"] == "By hand" for user in sandbox.state()["users"])


def test_each_concern_has_a_check_box_of_its_own(context: PageContext, qtbot: QtBot) -> None:
    context.session.take_plan(plan_with(concerns=CONCERNS))
    page = shown(context, qtbot)
    first = page.findChild(QCheckBox, "acceptConcern")
    second = page.findChild(QCheckBox, "acceptConcern_short-source")
    first.click()
    assert context.session.open_concerns() == ("short-source",)
    second.click()
    assert context.session.open_concerns() == ()
    first.click()
    assert context.session.open_concerns() == ("too-many-deletions",)


def test_every_concern_leads_to_where_it_is_fixed() -> None:
    here = {"other-provisioner", "changed-since-approval", "entra-provisions-too"}  # nothing of the job is wrong
    assert set(CONCERN_ACTIONS) == set(CONCERN_CODES) - here


def test_cards_share_a_row_where_their_buttons_have_room(context: PageContext, qtbot: QtBot) -> None:
    context.session.take_plan(plan_with(concerns=CONCERNS, held_back=HELD[:1]))
    page = shown(context, qtbot)
    names = ("concern_too-many-deletions", "concern_short-source", "held_take-over")
    cards = [page.findChild(MessageCard, name) for name in names]

    def places() -> list[tuple[int, int]]:
        return [(card.x(), card.y()) for card in cards]

    qtbot.waitUntil(lambda: places()[0][0] < places()[1][0])
    assert places()[0][1] == places()[1][1]
    assert cards[2].width() > 2 * cards[0].width()  # an odd last one has the whole row
    page.resize(560, 695)
    qtbot.waitUntil(lambda: len({x for x, _ in places()}) == 1)
    assert len({y for _, y in places()}) == 3
    assert len({card.width() for card in cards}) == 1


def test_a_concern_lists_the_affected_people(context: PageContext, qtbot: QtBot) -> None:
    changes = (create_user("1", "Ana", {}), disable_user("2", "Bo", "x"), delete_user("3", "Cy", "y", {}))
    context.session.take_plan(plan_with(changes=changes, concerns=CONCERNS))
    page = shown(context, qtbot)
    page.view.switch.findChild(object, "planShow.groups").click()
    assert page.view.table.plan.shown == 0
    page.findChild(QPushButton, "show_too-many-deletions").click()
    assert page.view.table.plan.shown == 2


@pytest.mark.parametrize(
    ("code", "labels"),
    [
        ("too-many-deletions", ["Ana", "Bo"]),
        ("too-many-enables", ["Cy"]),
        ("too-many-renames", ["Di"]),
        ("too-many-removals", ["Optics"]),
        ("values-cleared", ["Eva"]),
    ],
)
def test_a_concern_shows_changes_by_their_effect(
    context: PageContext, qtbot: QtBot, code: str, labels: list[str]
) -> None:
    changes = (
        update_user("1", "Ana", "a", {"active": True}, {"active": False}),  # by a mapping
        disable_user("2", "Bo", "b"),
        update_user("3", "Cy", "c", {"active": False}, {"active": True}),
        update_user("4", "Di", "d", {"userName": "di@x"}, {"userName": "diana@x"}),
        update_user("5", "Eva", "e", {"title": "Lead"}, {}),
        update_user("6", "Fay", "f", {"title": "Lead"}, {"title": "Head"}),
        remove_members("7", "Optics", "g", (Known("f"),)),
        add_members("8", "Harbour", "h", (Known("f"),)),
    )
    context.session.take_plan(plan_with(changes=changes))
    page = shown(context, qtbot)
    page.view.show_effects(CONCERN_ACTIONS[code][0])
    rows = page.view.table.plan
    assert [rows.index(row, 1).data() for row in range(rows.rowCount())] == labels
    page.view.switch.findChild(object, "planShow.all").click()
    assert page.view.table.plan.shown == len(changes)


def held(source_id: str, label: str, code: str = "take-over", kind: str = "user") -> HeldBack:
    agreement = Message("agreement", same=("userName",), other=(), absent=())
    message = Message(code, kind=kind, name=f"{source_id}@x", agreement=agreement)
    return HeldBack(kind, source_id, label, message, f"aws-{source_id}")  # type: ignore[arg-type]


HELD = (
    held("1", "Ana"),
    held("2", "Bo"),
    held("3", "Cy"),
    held("4", "Harbour", kind="group"),
    held("5", "Di", "inherited"),
)


def accepted_in(context: PageContext) -> set[tuple[str, str]]:
    return set(Acceptances(context.tasks.services().home, context.session.draft.id).all())


def test_held_back_changes_are_named_and_block_nothing(context: PageContext, qtbot: QtBot) -> None:
    context.session.take_plan(plan_with(held_back=HELD))
    page = shown(context, qtbot)
    card = page.findChild(MessageCard, "held_take-over")
    assert all(name in card.text for name in ("Ana", "Bo", "Cy"))
    assert "Harbour" not in card.text  # the fourth is one more
    assert page.findChild(MessageCard, "held_inherited") is not None
    assert context.session.open_concerns() == ()
    page.findChild(QPushButton, "show_take-over").click()
    assert page.view.switch.choice == "held"
    assert page.view.held.table.rows.rowCount() == 5


def test_accept_all_takes_those_of_its_code_and_plans_again(
    tmp_path: Path, sandbox: SandboxHandle, qtbot: QtBot
) -> None:
    with company_context(tmp_path, sandbox, qtbot) as (context, _company):
        context.session.take_plan(plan_with(held_back=HELD))
        page = shown(context, qtbot)
        before = context.session.found.plan
        page.findChild(QPushButton, "acceptAll_take-over").click()
        qtbot.waitUntil(lambda: context.session.found.plan is not before, timeout=WAIT)
        assert accepted_in(context) == {(f"aws-{number}", "take-over") for number in range(1, 5)}
        assert not page.view.held.table.rows.rows


def test_only_the_ticked_are_accepted(tmp_path: Path, sandbox: SandboxHandle, qtbot: QtBot) -> None:
    with company_context(tmp_path, sandbox, qtbot) as (context, _company):
        context.session.take_plan(plan_with(held_back=HELD))
        page = shown(context, qtbot)
        panel = page.view.held
        assert not panel.accept.isEnabled()
        panel.table.tick_at(panel.table.rows.index(1, 0), 5)
        panel.table.tick_at(panel.table.rows.index(4, 0), 5)
        before = context.session.found.plan
        panel.accept.click()
        qtbot.waitUntil(lambda: context.session.found.plan is not before, timeout=WAIT)
        assert accepted_in(context) == {("aws-2", "take-over"), ("aws-5", "inherited")}


def test_an_acceptance_can_be_undone(tmp_path: Path, sandbox: SandboxHandle, qtbot: QtBot) -> None:
    with company_context(tmp_path, sandbox, qtbot) as (context, _company):
        context.session.take_plan(plan_with(matched=(("aws-1", "take-over"),)))
        Acceptances(context.tasks.services().home, context.session.draft.id).accept(
            [Acceptance("aws-1", "take-over"), Acceptance("aws-2", "take-over")]
        )
        page = shown(context, qtbot)
        before = context.session.found.plan
        page.findChild(QPushButton, "undoAccept_take-over").click()
        qtbot.waitUntil(lambda: context.session.found.plan is not before, timeout=WAIT)
        assert accepted_in(context) == {("aws-2", "take-over")}


def test_automatic_matches_are_no_acceptances_to_undo(context: PageContext, qtbot: QtBot) -> None:
    matched = (("aws-1", "take-over"),)
    context.session.take_plan(plan_with(matched=matched, automatic=frozenset({"aws-1"})))
    assert shown(context, qtbot).findChild(QPushButton, "undoAccept_take-over") is None


def test_notes_are_a_list_and_one_line_in_a_narrow_window(context: PageContext, qtbot: QtBot) -> None:
    notes = (recorded("First", "Why."), recorded("Second"), recorded("Third is a sentence."))
    context.session.take_plan(plan_with(notes=notes, warnings=(LeftOut("Ann", recorded("third.")),)))
    page = shown(context, qtbot)
    assert page.notes.sentences == ("First. Why.", "Second.", "Third is a sentence.", "Ann: third.")
    assert page.notes.is_open
    assert page.notes.x() > page.view.table.frame.x()
    page.set_narrow(True)
    assert not page.notes.is_open
    page.findChild(QPushButton, "planRemarksMore").click()
    assert page.notes.is_open


def test_a_failure_is_shown_in_the_page_and_can_be_retried(
    context: PageContext, qtbot: QtBot, tmp_path: Path
) -> None:
    page = shown(context, qtbot)
    context.session.draft = replace(context.session.draft, target=TargetChoice("https://localhost:1/x/scim/v2"))
    qtbot.waitUntil(lambda: page.findChild(object, "previewMessage") is not None, timeout=WAIT)
    message = page.findChild(object, "previewMessage")
    assert message.title
    assert message.text
    page.findChild(QPushButton, "previewTryAgain").click()
    assert context.tasks.is_running(Slot.PLAN_READ)


def test_where_the_token_is_missing_the_way_leads_to_aws(context: PageContext, qtbot: QtBot) -> None:
    target = TargetChoice(
        "https://scim.eu-central-1.amazonaws.com/f3vd2aa29dc-223c-4e5c-91b9-8ca1bb1faf7b/scim/v2"
    )
    context.session.draft = replace(context.session.draft, source=SourceChoice("sample"), target=target)
    context.navigator.open_at_monitor()
    context.navigator.go_to_preview()
    page = shown(context, qtbot)
    qtbot.waitUntil(lambda: page.findChild(QPushButton, "previewFix") is not None, timeout=WAIT)
    page.findChild(QPushButton, "previewFix").click()
    assert context.shell.fixes == [Fix("aws")]  # type: ignore[attr-defined]


def test_an_attribute_that_is_cleared_says_so(context: PageContext, qtbot: QtBot) -> None:
    operation = update_user("1", "Ana", "x", {"title": "Engineer", "locale": "de"}, {"locale": "en"})
    context.session.take_plan(plan_with(changes=(operation,)))
    model = shown(context, qtbot).view.table.plan
    model.set_open(0, True)
    after = {model.index(row, 0).data(): model.index(row, 2).data() for row in (1, 2)}
    assert after == {"title": "no value", "locale": "en"}


def test_reading_can_be_cancelled(tmp_path: Path, slow_sandbox: SandboxHandle, qtbot: QtBot) -> None:
    with company_context(tmp_path, slow_sandbox, qtbot) as (context, _):
        page = shown(context, qtbot)
        page.wait.cancel.click()
        assert not context.tasks.is_running(Slot.PLAN_READ)
        assert not page.wait.isVisible()
        assert context.session.found.plan is None
        page.findChild(QPushButton, "previewReadNow").click()
        qtbot.waitUntil(lambda: context.session.found.plan is not None, timeout=WAIT)


def test_a_plan_too_old_is_read_again_before_it_runs(tmp_path: Path, sandbox: SandboxHandle, qtbot: QtBot) -> None:
    with company_context(tmp_path, sandbox, qtbot) as (context, _):
        page = read(context, qtbot)
        assert page.advance()
        context.navigator.go_to_preview()
        context.session.found.plan_made_at -= 1_000
        assert not page.advance()
        qtbot.waitUntil(lambda: context.navigator.current.id == "run", timeout=WAIT)
        assert not context.session.plan_is_stale()
        assert context.session.open_concerns() == ()


def test_a_plan_that_became_another_one_asks(tmp_path: Path, sandbox: SandboxHandle, qtbot: QtBot) -> None:
    with company_context(tmp_path, sandbox, qtbot) as (context, made):
        page = read(context, qtbot)
        context.navigator.go_to_preview()
        context.session.found.plan_made_at -= 1_000
        made.people[0]["jobTitle"] = "Changed"
        made.write(tmp_path)
        page.advance()
        qtbot.waitUntil(lambda: not context.tasks.is_running(Slot.PLAN_READ), timeout=WAIT)
        assert context.navigator.current.id == "preview"
        assert context.session.open_concerns() == ("changed-since-approval",)
        page.findChild(QCheckBox, "acceptConcern").click()
        assert page.advance()


def test_nothing_runs_while_it_is_read_again(tmp_path: Path, slow_sandbox: SandboxHandle, qtbot: QtBot) -> None:
    with company_context(tmp_path, slow_sandbox, qtbot) as (context, _):
        page = read(context, qtbot)
        page.again.click()
        assert not page.advance()


@pytest.mark.slow
def test_settings_changed_while_reading_restart_the_preview(
    tmp_path: Path, slow_sandbox: SandboxHandle, qtbot: QtBot
) -> None:
    with company_context(tmp_path, slow_sandbox, qtbot) as (context, _):
        page = shown(context, qtbot)
        job = context.session.draft
        context.session.answer(replace(job, scope=replace(job.scope, groups=False)))
        qtbot.waitUntil(lambda: context.session.found.plan is not None, timeout=WAIT)
        assert page.view.strips["people"].number("create") == 8


def test_the_plan_is_exported(tmp_path: Path, sandbox: SandboxHandle, qtbot: QtBot) -> None:
    with company_context(tmp_path, sandbox, qtbot) as (context, _):
        page = read(context, qtbot)
        page.export_to(tmp_path / "changes.csv")
        qtbot.waitUntil(lambda: bool(context.shell.notices), timeout=WAIT)
        (notice,) = context.shell.notices
        assert "10" in notice
        assert "changes.csv" in notice
        assert "person00003@tidewater.example" in (tmp_path / "changes.csv").read_text(encoding="utf-8-sig")
        page.export_to(tmp_path / "no such folder" / "changes.csv")
        qtbot.waitUntil(lambda: page.findChild(object, "exportMessage") is not None, timeout=WAIT)


def test_a_reading_that_aws_does_not_answer_says_so(context: PageContext, qtbot: QtBot) -> None:
    page = PreviewPage(context)
    qtbot.addWidget(page)
    page.show()
    page.wait.show()
    page._events((Progress(Message("comparing-both-sides"), 3),))
    quiet = page.wait.findChildren(Paragraph)[0]
    assert quiet.text() == ""
    page._events((RequestMade("GET /Users", 0, 0.1, left_seconds=12.0),))
    assert "12 s" in quiet.text()
    assert page.wait.code == "comparing-both-sides"
    page._events((RequestMade("GET /Users", 200, 0.1),))
    assert quiet.text() == ""
