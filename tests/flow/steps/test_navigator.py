"""Whole journeys without a window: where Next leads, and what blocks it."""

from dataclasses import replace

import pytest

from tests.provisioning.changes import disable_user
from wizard.directory import DirectoryGroup, DirectorySnapshot, DirectoryUser
from wizard.errors import WizardError
from wizard.flow.steps.navigator import Navigator
from wizard.flow.steps.session import Session
from wizard.flow.steps.steps import STEPS
from wizard.mapping.attribute_mapping import AttributeMapping, Mappings
from wizard.provisioning.job import Policy, Scope, SourceChoice, TargetChoice

from .test_session import CONCERN, PASSED, plan

AWS = "https://scim.eu-central-1.amazonaws.com/f3vd2aa29dc-223c-4e5c-91b9-8ca1bb1faf7b/scim/v2"
PEOPLE = DirectorySnapshot(
    (DirectoryUser("1", True, {"userPrincipalName": "a@tidewater.example", "displayName": "A"}),),
    (DirectoryGroup("g", {"displayName": "Everybody"}, ("1",)),),
    attributes=("userPrincipalName", "displayName", "givenName", "surname"),
)


@pytest.fixture
def session() -> Session:
    return Session()


@pytest.fixture
def navigator(session: Session) -> Navigator:
    return Navigator(session)


def answer_until(session: Session, navigator: Navigator, step_id: str) -> None:
    """Give every answer a person would give until this step is shown."""
    while navigator.current.id != step_id:
        match navigator.current.id:
            case "plan":
                session.answer(replace(session.draft, source=SourceChoice("file", users_file="/people.csv")))
            case "aws":
                session.answer(replace(session.draft, target=TargetChoice(AWS)))
                session.found.token_kept = "keyring"
                session.found.connection = PASSED
            case "directory":
                session.found.snapshot = PEOPLE
            case "preview":
                session.take_plan(plan())
        assert navigator.next(), navigator.problems()


def sentences(navigator: Navigator) -> str:
    return " ".join(problem.sentence for problem in navigator.problems())


def test_from_plan_to_run_in_order(session: Session, navigator: Navigator) -> None:
    answer_until(session, navigator, "run")
    assert not navigator.may_go_back()
    session.running = True
    assert not navigator.next()
    assert not any(navigator.may_visit(step.id) for step in STEPS)
    session.running = False
    assert "Nothing has run" in sentences(navigator)


def test_no_step_continues_without_its_settings(session: Session, navigator: Navigator) -> None:
    assert not navigator.next()
    assert sentences(navigator)
    answer_until(session, navigator, "aws")
    assert not navigator.next()
    session.answer(replace(session.draft, target=TargetChoice(AWS)))
    assert "token" in sentences(navigator)
    session.found.token_kept = "session"
    assert [problem.by_continue for problem in navigator.problems()] == [True]
    session.found.test_waived = True
    assert navigator.next()
    assert not navigator.next()


def test_a_host_that_is_not_of_aws_must_be_confirmed(session: Session, navigator: Navigator) -> None:
    answer_until(session, navigator, "aws")
    session.found.token_kept = "keyring"
    session.answer(replace(session.draft, target=TargetChoice("https://scim.example.org/t/scim/v2")))
    session.found.connection = PASSED
    assert [problem.field for problem in navigator.problems()] == ["tenantUrl"]
    session.confirmed_hosts = frozenset({"scim.example.org"})
    assert navigator.next()


def test_an_empty_scope_is_reported(session: Session, navigator: Navigator) -> None:
    answer_until(session, navigator, "scope")
    session.answer(replace(session.draft, scope=Scope(everyone=False)))
    assert "No one is in scope" in sentences(navigator)
    session.answer(replace(session.draft, scope=Scope(start_small=True)))
    assert "one or two" in sentences(navigator)
    session.answer(replace(session.draft, scope=Scope(start_small=True, first_user_ids=("1",))))
    assert navigator.next()


def test_a_required_target_must_be_mapped(session: Session, navigator: Navigator) -> None:
    answer_until(session, navigator, "attributes")
    mappings = session.draft.mappings
    without = tuple(m if m.target != "userName" else AttributeMapping("userName") for m in mappings.users)
    session.answer(replace(session.draft, mappings=Mappings(without, mappings.groups)))
    assert "userName" in sentences(navigator)
    assert not navigator.next()


def test_settings_out_of_range(session: Session, navigator: Navigator) -> None:
    answer_until(session, navigator, "settings")
    session.answer(replace(session.draft, policy=Policy(threshold_percent=200, notification_address="nobody")))
    assert [problem.field for problem in navigator.problems()] == ["thresholdPercent", "notificationAddress"]


def test_an_open_concern_holds_the_run(session: Session, navigator: Navigator) -> None:
    answer_until(session, navigator, "preview")
    session.take_plan(plan("x", CONCERN))
    assert navigator.problems()[0].field == "acceptConcern"
    assert not navigator.next()
    session.accept("empty-source", True)
    assert navigator.next()


def test_the_primary_button_names_the_number(session: Session, navigator: Navigator) -> None:
    assert navigator.primary_label() == "Continue"
    answer_until(session, navigator, "preview")
    assert navigator.primary_label() == "Continue"
    leaver = disable_user("1", "A", "aws-1")
    session.take_plan(replace(plan(), changes=(leaver,) * 1330))
    assert navigator.primary_label() == "Run 1330 changes"
    session.take_plan(replace(plan(), changes=(leaver,)))
    assert navigator.primary_label() == "Run 1 change"
    session.take_plan(plan())
    assert navigator.primary_label() == "Finish"


def test_done_steps_can_be_visited_and_an_old_plan_is_dropped(session: Session, navigator: Navigator) -> None:
    answer_until(session, navigator, "preview")
    session.take_plan(plan())
    assert navigator.is_done("scope")
    assert navigator.visit("scope")
    session.answer(replace(session.draft, scope=Scope(groups=False)))
    assert session.found.plan is None
    assert navigator.may_visit("preview")
    assert not navigator.may_visit("run")


def test_a_step_behind_a_gap_cannot_be_visited(session: Session, navigator: Navigator) -> None:
    answer_until(session, navigator, "preview")
    assert navigator.visit("aws")
    session.found.connection = None
    assert not navigator.may_visit("preview")


def test_a_saved_job_opens_at_monitor(session: Session, navigator: Navigator) -> None:
    navigator.open_at_monitor()
    assert navigator.current.id == "monitor"
    assert navigator.primary_label() == "Done"
    assert navigator.visit("plan")


def test_monitor_stays_in_reach_of_a_job_that_was_opened_there(session: Session, navigator: Navigator) -> None:
    navigator.open_at_monitor()
    navigator.go_to_preview()
    assert navigator.problems()
    assert navigator.visit("monitor")
    session.running = True
    navigator.go_to_preview()
    assert not navigator.may_visit("monitor")


def test_a_fix_leads_to_its_step_and_back_returns(session: Session, navigator: Navigator) -> None:
    answer_until(session, navigator, "preview")
    assert navigator.go_to("attributes")
    assert navigator.go_to("directory")
    assert navigator.back()
    assert navigator.current.id == "preview"
    assert navigator.back()
    assert navigator.current.id == "settings", "Back is only once the way of the fix"


def test_a_fix_is_reached_from_the_monitor_of_a_saved_job(session: Session, navigator: Navigator) -> None:
    navigator.open_at_monitor()
    assert not navigator.may_go_back()
    assert navigator.go_to("attributes")
    assert navigator.may_go_back()
    assert navigator.back()
    assert navigator.current.id == "monitor"


def test_after_an_edit_a_finished_run_is_found_on_monitor(session: Session, navigator: Navigator) -> None:
    answer_until(session, navigator, "run")
    assert navigator.go_to("attributes")
    session.drop_plan()
    assert navigator.back()
    assert navigator.current.id == "monitor"


def test_no_fix_leaves_a_running_run(session: Session, navigator: Navigator) -> None:
    answer_until(session, navigator, "run")
    session.running = True
    assert not navigator.go_to("attributes")
    assert navigator.current.id == "run"


def opened(session: Session, navigator: Navigator) -> None:
    """A complete job that has run is opened at Monitor; nothing has been read or tested in this session."""
    job = replace(session.draft, source=SourceChoice("file", users_file="/people.csv"), target=TargetChoice(AWS))
    session.begin(job, job)
    navigator.begin()
    navigator.open_at_monitor()


def ticked(navigator: Navigator) -> set[str]:
    return {step.id for step in STEPS if navigator.is_done(step.id)}


def test_every_step_of_an_opened_job_has_a_tick_and_can_be_clicked(session: Session, navigator: Navigator) -> None:
    opened(session, navigator)
    everything = {step.id for step in STEPS if navigator.has_step(step.id)}
    assert ticked(navigator) == everything - {"monitor"}
    for step in ("attributes", "scope", "monitor", "settings", "aws", "plan", "directory"):
        assert navigator.visit(step), step  # type: ignore[arg-type]
        assert ticked(navigator) == everything - {step}
        assert all(map(navigator.may_visit, everything - {step}))


def test_an_edit_takes_the_ticks_of_preview_and_run_alone(session: Session, navigator: Navigator) -> None:
    opened(session, navigator)
    assert navigator.visit("settings")
    session.answer(replace(session.draft, policy=Policy(threshold_count=77)))
    assert ticked(navigator) == {"plan", "aws", "directory", "scope", "attributes", "monitor"}
    assert not navigator.may_visit("run")
    assert all(map(navigator.may_visit, ("plan", "aws", "directory", "scope", "attributes", "preview", "monitor")))


def test_what_has_a_tick_can_always_be_clicked(session: Session, navigator: Navigator) -> None:
    answer_until(session, navigator, "preview")
    assert navigator.visit("aws")
    session.found.connection = None
    assert not navigator.is_done("aws")
    assert "scope" in ticked(navigator)
    assert all(map(navigator.may_visit, ticked(navigator) - {"aws"}))  # type: ignore[arg-type]


def test_another_address_of_an_opened_job_must_be_tested(session: Session, navigator: Navigator) -> None:
    opened(session, navigator)
    assert navigator.visit("aws")
    session.answer(replace(session.draft, target=TargetChoice(AWS.replace("eu-central-1", "us-east-1"))))
    assert navigator.visit("scope")
    assert not navigator.is_done("aws")
    assert not navigator.may_review()


def test_run_without_a_report_of_this_session_leads_to_preview(session: Session, navigator: Navigator) -> None:
    opened(session, navigator)
    assert navigator.visit("run")
    assert navigator.current.id == "preview"


def test_review_changes_leads_straight_to_preview(session: Session, navigator: Navigator) -> None:
    answer_until(session, navigator, "directory")
    assert navigator.offers_review()
    assert not navigator.review_changes(), "nothing was read"
    session.found.snapshot = PEOPLE
    assert navigator.review_changes()
    assert navigator.current.id == "preview"
    assert all(map(navigator.may_visit, ("scope", "attributes", "settings")))
    assert not navigator.offers_review()


def test_review_changes_is_for_valid_answers(session: Session, navigator: Navigator) -> None:
    opened(session, navigator)
    assert navigator.visit("attributes")
    session.answer(replace(session.draft, mappings=Mappings((AttributeMapping("userName"),), ())))
    assert not navigator.review_changes()
    assert navigator.current.id == "attributes"


def test_single_sign_on_is_a_step_of_entra_id_alone_and_optional(session: Session, navigator: Navigator) -> None:
    opened(session, navigator)
    assert not navigator.has_step("sign-on")
    assert not navigator.may_visit("sign-on")
    navigator.visit("directory")
    assert navigator.following is not None
    assert navigator.following.id == "scope"
    draft = session.draft
    session.draft = replace(draft, source=replace(draft.source, kind="entra"))
    assert navigator.following.id == "sign-on"
    assert not navigator.is_done("sign-on")
    session.draft = replace(session.draft, sign_on=replace(draft.sign_on, written_on="2026-11-30"))
    assert navigator.is_done("sign-on")
    navigator.visit("scope")
    assert navigator.back()
    assert navigator.current.id == "sign-on"
    assert session.edited() <= {"plan"}, "single sign-on is applied at once and is no edit"


def test_another_file_of_an_opened_job_keeps_the_tick_until_it_cannot_be_read(
    session: Session, navigator: Navigator
) -> None:
    opened(session, navigator)
    session.answer(replace(session.draft, source=replace(session.draft.source, users_file="/others.csv")))
    assert navigator.is_done("directory")
    assert navigator.may_review()
    session.found.source_error = WizardError("file-not-read")
    assert not navigator.is_done("directory")
    assert not navigator.review_changes()
    assert navigator.go_to_open_step()
    assert navigator.current.id == "directory"


def test_an_untested_address_of_a_job_that_ran_must_be_tested_also_after_it_was_opened_again(
    session: Session, navigator: Navigator
) -> None:
    job = replace(session.draft, source=SourceChoice("file", users_file="/people.csv"), target=TargetChoice(AWS))
    draft = replace(job, target=TargetChoice(AWS.replace("eu-central-1", "us-east-1")))
    session.begin(draft, job)
    navigator.begin()
    navigator.open_at_monitor()
    assert not navigator.is_done("aws")
    assert not navigator.may_review()
