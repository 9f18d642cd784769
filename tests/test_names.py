"""Names are compared without case and in one Unicode form, and different letters stay different."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.names import is_mail_address, name_key, same_name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann@X.example", "ann@x.EXAMPLE"),
        ("Jörg", unicodedata.normalize("NFD", "JÖRG")),
        ("ΣΑΣ", "σασ"),
        ("Ǆ", "ǆ"),
        ("\u212a", "k"),  # the Kelvin sign is a K by canonical equivalence
    ],
)
def test_the_same(one: str, other: str) -> None:
    assert same_name(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("weiß", "weiss"),
        ("ﬁn", "fin"),
        ("İ", "i"),
        ("İ", "i\u0307x"),
        ("ı", "i"),
        ("σας", "ΣΑΣ"),
        ("", None),
        (None, None),
        (True, "true"),
    ],
)
def test_not_the_same(one: object, other: object) -> None:
    assert not same_name(one, other)


@given(st.text())
def test_a_key_is_its_own_key_in_every_form(text: str) -> None:
    assert name_key(name_key(text)) == name_key(text)
    assert name_key(unicodedata.normalize("NFD", text)) == name_key(text)


def test_a_mail_address_is_one_name_at_one_domain_of_at_most_254_characters() -> None:
    longest = "a" * (254 - len("@x.example")) + "@x.example"
    assert is_mail_address("ops@x.example")
    assert is_mail_address(longest)
    assert not is_mail_address("a" + longest)
    for text in ("", "ops", "ops@x", "ops@x.", "a b@x.example", "a@x.example,b@x.example", "ops@x.example\n"):
        assert not is_mail_address(text)
