"""Tokens of a half-written expression and their positions."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.ui.widgets.expression.tokens import Completable, brackets_at, call_at, completable_at, token_at, tokens


def pieces(text: str) -> list[tuple[str, str]]:
    return [(span.kind, text[span.start : span.end]) for span in tokens(text)]


def test_every_piece_has_its_kind() -> None:
    assert pieces('Switch([a b], "x\\"y", -3, &HF, vbTextCompare)') == [
        ("function", "Switch"),
        ("open", "("),
        ("attribute", "[a b]"),
        ("other", ","),
        ("string", '"x\\"y"'),
        ("other", ","),
        ("number", "-3"),
        ("other", ","),
        ("number", "&HF"),
        ("other", ","),
        ("word", "vbTextCompare"),
        ("close", ")"),
    ]


def test_unclosed_tokens_reach_to_the_end() -> None:
    assert pieces('Left("ab, 1')[-1] == ("string", '"ab, 1')
    assert pieces("Left([ma")[-1] == ("attribute", "[ma")
    assert pieces('Left("ab\\')[-1] == ("string", '"ab\\')


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("|ToLower([a])", ()),
        ("ToLower|([a])", (7, 11)),
        ("ToLower([a])|", (11, 7)),
        ("ToLower(|[a])", (7, 11)),
        ("ToLower([a|])", (10, 8)),
        ('Join("(", [a]|)', (12, 10)),
        ("ToLower(|", (7,)),
        ("[a])|", (3,)),
    ],
)
def test_brackets_find_each_other(marked: str, expected: tuple[int, ...]) -> None:
    assert brackets_at(marked.replace("|", ""), marked.index("|")) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("|", Completable("function", "", 0)),
        ("ToL|", Completable("function", "ToL", 0)),
        ("ToLower([|", Completable("attribute", "", 9)),
        ("ToLower([ma|il])", Completable("attribute", "ma", 9)),
        ("ToLower([mail]|)", Completable("function", "", 14)),
        ('Join("a|', None),
        ('Join("a\\"|', None),
        ('Join("a\\\\"|', Completable("function", "", 10)),
        ('Join("a", L|)', Completable("function", "L", 10)),
        ("Left([a], 3|)", None),
    ],
)
def test_what_can_be_completed(marked: str, expected: Completable | None) -> None:
    assert completable_at(marked.replace("|", ""), marked.index("|")) == expected


def test_a_place_behind_the_end_belongs_to_the_last_piece() -> None:
    text = "ToLower([mail]  "
    span = token_at(text, len(text))
    assert span is not None
    assert text[span.start : span.end] == "[mail]"
    assert token_at("  ", 1) is None


@given(st.text(alphabet='aZ_["](),.3-&H\\ \n=', max_size=60), st.integers(0, 60))
def test_any_text_can_be_looked_at(text: str, place: int) -> None:
    found = list(tokens(text))
    assert all(one.end <= other.start for one, other in itertools.pairwise(found))
    assert "".join(text[s.start : s.end] for s in found).replace(" ", "").replace("\n", "") == "".join(
        text.split()
    )
    at = min(place, len(text))
    brackets_at(text, at)
    wanted = completable_at(text, at)
    assert wanted is None or text[wanted.start : at] == wanted.prefix


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("|Left([a], 1)", ""),
        ("Le|ft([a], 1)", "Left"),
        ("Left(|[a], 1)", "Left"),
        ("Left(ToLower([a]|), 1)", "ToLower"),
        ("Left(ToLower([a]), |1)", "Left"),
        ("Left([a], 1) |", ""),
        ('Left("(|', "Left"),
    ],
)
def test_the_function_around_the_cursor(marked: str, expected: str) -> None:
    assert call_at(marked.replace("|", ""), marked.index("|")) == expected
