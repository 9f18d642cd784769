"""Steps of the mapping tables, undone and done again."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from wizard.flow.mapping.history import LONGEST, MappingHistory, MappingStep
from wizard.mapping.attribute_mapping import AttributeMapping, MappingKind, Mappings


def table(source: str) -> Mappings:
    return Mappings((AttributeMapping("title", MappingKind.CONSTANT, source),), ())


def step(before: str, after: str, key: str = "") -> MappingStep:
    return MappingStep("the change of title", table(before), table(after), key)


def test_what_was_done_is_undone_and_done_again() -> None:
    history = MappingHistory()
    assert history.undo() is None
    history.remember(step("a", "b"))
    history.remember(step("b", "c"))
    assert history.undo_words == "the change of title"
    undone = history.undo()
    assert undone is not None
    assert undone.before == table("b")
    again = history.redo()
    assert again is not None
    assert again.after == table("c")
    assert history.redo_words == ""


def test_typing_is_one_step_until_another_row_is_gone_to() -> None:
    history = MappingHistory()
    history.remember(step("", "a", "title"))
    history.remember(step("a", "ab", "title"))
    history.seal()
    history.remember(step("ab", "abc", "title"))
    first, second = history.undo(), history.undo()
    assert first is not None
    assert second is not None
    assert (first.before, second.before) == (table("ab"), table(""))
    assert history.undo() is None


def test_a_new_step_forgets_what_was_undone() -> None:
    history = MappingHistory()
    history.remember(step("a", "b"))
    history.undo()
    history.remember(step("a", "c"))
    assert history.redo() is None


def test_nothing_done_and_typing_that_comes_back_leave_no_step() -> None:
    history = MappingHistory()
    history.remember(step("a", "a"))
    history.remember(step("a", "ab", "title"))
    history.remember(step("ab", "a", "title"))
    assert history.undo_words == ""


def test_switches_are_steps_as_well() -> None:
    history = MappingHistory()
    before = table("a")
    history.remember(MappingStep("the change of what may happen", before, replace(before, clear_emptied=False)))
    undone = history.undo()
    assert undone is not None
    assert undone.before.clear_emptied


@given(st.lists(st.text(max_size=3), min_size=2, max_size=20))
def test_undoing_everything_leads_back_and_redoing_forth(texts: list[str]) -> None:
    history = MappingHistory()
    now = table(texts[0])
    for text in texts[1:]:
        history.remember(MappingStep("x", now, table(text)))
        now = table(text)
    while (undone := history.undo()) is not None:
        assert undone.after == now
        now = undone.before
    assert now == table(texts[0])
    while (again := history.redo()) is not None:
        now = again.after
    assert now == table(texts[-1])


def test_only_so_many_steps_are_kept() -> None:
    history = MappingHistory()
    for number in range(LONGEST + 5):
        history.remember(step(str(number), str(number + 1)))
    count = 0
    while history.undo():
        count += 1
    assert count == LONGEST
