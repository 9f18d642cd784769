"""The access token as people paste it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.aws.endpoint import Problem, Token, clean_token

TEXT = "abcDEF123-_.~+/=" * 20


@pytest.mark.parametrize(
    "pasted",
    [
        TEXT,
        f"  {TEXT}\n",
        f"Bearer {TEXT}",
        f"bearer  {TEXT}",
        f"Authorization: Bearer {TEXT}",
        f'"{TEXT}"',
        f"'Bearer {TEXT}'",
        f"{TEXT[:76]}\r\n{TEXT[76:152]}\n  {TEXT[152:]}",
        f"\ufeff{TEXT}\u200b",
    ],
)
def test_what_surrounds_it_is_taken_off(pasted: str) -> None:
    result = clean_token(pasted)
    assert isinstance(result, Token)
    assert result.secret.reveal() == TEXT
    assert TEXT not in repr(result)


@pytest.mark.parametrize(
    ("pasted", "part"),
    [
        ("", "Paste the access token"),
        ("  \n ", "Paste the access token"),
        ("Bearer ", "Paste the access token"),
        ("https://scim.eu-central-1.amazonaws.com/t/scim/v2", "address"),
        ("•" * 32, "dots"),
        ("*" * 32, "dots"),
        ("tökén-of-somebody", "characters"),
        ("token\x00with-control", "characters"),
        ("abc", "too short"),
        ("a" * 9000, "too long"),
    ],
)
def test_what_cannot_be_one_says_why(pasted: str, part: str) -> None:
    result = clean_token(pasted)
    assert isinstance(result, Problem)
    assert part in result.sentence


@given(st.text(max_size=40))
def test_what_passes_can_stand_in_a_header_and_no_sentence_repeats_it(pasted: str) -> None:
    result = clean_token(pasted)
    if isinstance(result, Token):
        text = result.secret.reveal()
        assert text.isascii()
        assert text.isprintable()
        assert " " not in text
    elif len(pasted.strip()) > 6:
        assert pasted.strip() not in result.sentence
