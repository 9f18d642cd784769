"""An answer drops what rested on it, so that an old plan can never be run."""

from dataclasses import replace

import pytest

from wizard.aws.interface import ConnectionTest
from wizard.directory import DirectorySnapshot
from wizard.errors import Message, recorded
from wizard.flow.steps.session import Session, new_draft
from wizard.provisioning.job import Policy, Scope, SourceChoice, TargetChoice
from wizard.provisioning.plan import Concern, Plan, Unchanged

PASSED = ConnectionTest((), 0.1, recorded("Connected", ""), True)


def plan(checksum: str = "a", *concerns: Concern) -> Plan:
    return Plan(
        changes=(), skipped=(), rejected=(), unchanged=Unchanged(), notes=(), concerns=concerns, links=(), linked=0,
        made_at="2026-11-23T10:00:00Z", checksum=checksum,
    )  # fmt: skip


CONCERN = Concern(Message("empty-source", people_linked=3))


@pytest.fixture
def session() -> Session:
    made = Session()
    made.answer(replace(made.draft, source=SourceChoice("file", users_file="/people.csv")))
    made.found.snapshot = DirectorySnapshot(())
    made.found.connection = PASSED
    made.take_plan(plan())
    return made


def test_a_new_name_drops_nothing(session: Session) -> None:
    session.answer(replace(session.draft, name="Staff"))
    assert session.found.plan
    assert session.found.snapshot
    assert session.found.connection


def test_another_policy_drops_the_plan_alone(session: Session) -> None:
    session.answer(replace(session.draft, policy=Policy(threshold_count=1)))
    assert session.found.plan is None
    assert session.found.snapshot
    assert session.found.connection


def test_another_scope_drops_the_plan(session: Session) -> None:
    session.answer(replace(session.draft, scope=Scope(everyone=False, user_ids=("1",))))
    assert session.found.plan is None


def test_another_source_drops_what_was_read(session: Session) -> None:
    session.answer(replace(session.draft, source=SourceChoice("sample")))
    assert session.found.snapshot is None
    assert session.found.plan is None
    assert session.found.connection


def test_another_target_drops_the_test(session: Session) -> None:
    session.found.test_waived = True
    session.answer(replace(session.draft, target=TargetChoice("http://127.0.0.1:1/t/scim/v2")))
    assert session.found.connection is None
    assert not session.found.test_waived
    assert session.found.plan is None
    assert session.found.snapshot


def test_what_was_accepted_holds_for_the_very_same_plan_only(session: Session) -> None:
    session.take_plan(plan("a", CONCERN))
    session.accept("empty-source", True)
    assert session.open_concerns() == ()
    session.take_plan(plan("a", CONCERN))
    assert session.open_concerns() == ()
    session.take_plan(plan("b", CONCERN))
    assert session.open_concerns() == ("empty-source",)


def test_two_drafts_are_two_jobs() -> None:
    assert new_draft().id != new_draft().id


def test_a_plan_of_a_tenant_leaves_what_was_read_for_the_mappings(session: Session) -> None:
    """A run requests only mapped attributes from a tenant; the mapping page must still offer all of them."""
    wide, narrow = DirectorySnapshot((), attributes=("mail", "city")), DirectorySnapshot((), attributes=("mail",))
    session.found.snapshot = wide
    session.take_plan(plan("a"), narrow)
    assert session.found.snapshot is narrow
    session.draft = replace(session.draft, source=SourceChoice("entra"))
    session.found.snapshot = wide
    session.take_plan(plan("b"), narrow)
    assert session.found.snapshot is wide
    assert session.found.planned_from is narrow
    session.drop_plan()
    assert session.found.planned_from is None


def test_what_was_edited_since_the_review(session: Session) -> None:
    assert not session.edited(), "a job that never ran has no edits"
    session.reviewed = reviewed = session.draft
    assert not session.edited()
    for step, edit in {
        "plan": replace(reviewed, scope=replace(reviewed.scope, groups=False)),
        "directory": replace(reviewed, source=replace(reviewed.source, users_file="/others.csv")),
        "scope": replace(reviewed, scope=replace(reviewed.scope, everyone=False)),
        "attributes": replace(reviewed, mappings=replace(reviewed.mappings, groups=())),
        "settings": replace(reviewed, policy=Policy(threshold_count=77)),
    }.items():
        session.answer(edit)
        assert session.edited() == {step}
        session.answer(replace(reviewed))
        assert not session.edited(), "taken back"


def test_name_and_target_are_no_edits(session: Session) -> None:
    session.reviewed = session.draft
    session.answer(replace(session.draft, name="Staff", target=TargetChoice("http://127.0.0.1:1/t/scim/v2")))
    assert not session.edited()


def test_the_engine_is_an_edit(session: Session) -> None:
    session.reviewed = session.draft
    session.answer(replace(session.draft, engine="entra"))
    assert session.edited() == {"plan"}
