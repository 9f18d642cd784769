"""Changes of the mapping tables, undone and redone."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from wizard.flow.steps.session import Session
from wizard.mapping.attribute_mapping import AttributeMapping, MappingKind, Mappings
from wizard.mapping.scoping_filter import Clause, FilterGroup, Operator, ScopingFilter
from wizard.provisioning.job import Job
from wizard.ui.pages.attributes.undo import UNDO_LIMIT, MappingEdits

WORDS = "the change of title"


def table(source: str) -> Mappings:
    return Mappings((AttributeMapping("title", MappingKind.CONSTANT, source),), ())


def edits_from(source: str) -> tuple[MappingEdits, Session]:
    session = Session()
    session.answer(replace(session.draft, mappings=table(source)))
    edits = MappingEdits(session, session.answer)
    edits.follow(session.draft)
    return edits, session


def change(edits: MappingEdits, session: Session, source: str, key: str = "") -> bool:
    return edits.take(replace(session.draft, mappings=table(source)), WORDS, key)


def test_a_change_is_undone_and_redone(qapp: object) -> None:
    edits, session = edits_from("a")
    assert edits.undo() is None
    change(edits, session, "b")
    change(edits, session, "c")
    assert edits.stack.undoText() == WORDS
    assert edits.undo() == ("users", "title")
    assert session.draft.mappings == table("b")
    assert edits.redo() == ("users", "title")
    assert session.draft.mappings == table("c")
    assert not edits.stack.canRedo()


def test_typing_is_one_step_until_another_row_is_selected(qapp: object) -> None:
    edits, session = edits_from("")
    change(edits, session, "a", "title")
    change(edits, session, "ab", "title")
    edits.end_typing()
    change(edits, session, "abc", "title")
    edits.undo()
    assert session.draft.mappings == table("ab")
    edits.undo()
    assert session.draft.mappings == table("")
    assert edits.undo() is None


def test_typing_after_undo_is_a_step_of_its_own(qapp: object) -> None:
    edits, session = edits_from("")
    change(edits, session, "a", "title")
    change(edits, session, "other")
    edits.undo()
    change(edits, session, "ab", "title")
    edits.undo()
    assert session.draft.mappings == table("a")


def test_a_change_drops_what_was_undone(qapp: object) -> None:
    edits, session = edits_from("a")
    change(edits, session, "b")
    edits.undo()
    change(edits, session, "c")
    assert edits.redo() is None


def test_no_change_and_typing_that_cancels_out_leave_no_step(qapp: object) -> None:
    edits, session = edits_from("a")
    assert not change(edits, session, "a")
    change(edits, session, "ab", "title")
    change(edits, session, "a", "title")
    assert not edits.stack.canUndo()


def test_switches_are_steps_as_well(qapp: object) -> None:
    edits, session = edits_from("a")
    edits.take_mappings(replace(session.draft.mappings, clear_emptied=False), "the switch")
    edits.undo()
    assert session.draft.mappings.clear_emptied


def test_the_scope_of_an_imported_schema_is_undone_with_the_tables(qapp: object) -> None:
    edits, session = edits_from("a")
    before = session.draft.scope
    group = FilterGroup((Clause("city", Operator.EQUALS, "Bergen"),))
    scope = replace(before, user_filter=ScopingFilter((group,)))
    assert edits.take(replace(session.draft, scope=scope), "the import of a file")
    edits.undo()
    assert session.draft.scope == before
    edits.redo()
    assert session.draft.scope == scope


def test_another_job_has_no_steps(qapp: object) -> None:
    edits, session = edits_from("a")
    change(edits, session, "b")
    edits.follow(replace(session.draft, id="another"))
    assert edits.undo() is None


def test_a_step_that_is_pushed_while_a_job_is_shown_comes_after_it(qapp: object) -> None:
    session = Session()
    session.answer(replace(session.draft, mappings=table("a")))
    nested = ["c"]

    def show(job: Job) -> None:
        session.answer(job)
        if nested:
            change(edits, session, nested.pop())

    edits = MappingEdits(session, show)
    edits.follow(session.draft)
    change(edits, session, "b")
    edits.undo()
    assert session.draft.mappings == table("b")
    edits.undo()
    assert session.draft.mappings == table("a")


@given(st.lists(st.text(max_size=3), min_size=2, max_size=20))
def test_undoing_everything_leads_back_and_redoing_forth(texts: list[str]) -> None:
    edits, session = edits_from(texts[0])
    for text in texts[1:]:
        change(edits, session, text)
    while edits.undo() is not None:
        pass
    assert session.draft.mappings == table(texts[0])
    while edits.redo() is not None:
        pass
    assert session.draft.mappings == table(texts[-1])


def test_only_so_many_steps_are_kept(qapp: object) -> None:
    edits, session = edits_from("start")
    for number in range(UNDO_LIMIT + 5):
        change(edits, session, str(number))
    count = 0
    while edits.undo():
        count += 1
    assert count == UNDO_LIMIT
