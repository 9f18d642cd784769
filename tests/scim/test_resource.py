"""Redacted values and attribute paths."""

import pytest

from wizard import messages
from wizard.aws.rules import adapt, violations
from wizard.aws.schema import MORE_USER_ATTRIBUTES, USER_ATTRIBUTES
from wizard.scim.bodies import plain, user_body
from wizard.scim.resource import (
    ENTERPRISE_SCHEMA,
    MANAGER,
    AttributePath,
    Redacted,
    Sealed,
    Sealer,
    parse_path,
    redact,
    value_text,
)
from wizard.storage.journal_rows import resource_of, resource_text


@pytest.mark.parametrize(
    ("path", "parsed", "root"),
    [
        ("userName", AttributePath("userName"), "userName"),
        ("name.givenName", AttributePath("name", "givenName"), "name"),
        ('emails[type eq "work"].value', AttributePath("emails", "value", "work"), "emails"),
        ("emails.value", AttributePath("emails", "value"), "emails"),
        (
            f"{ENTERPRISE_SCHEMA}:department",
            AttributePath("department", schema=ENTERPRISE_SCHEMA),
            f"{ENTERPRISE_SCHEMA}:department",
        ),
        (MANAGER, AttributePath("manager", schema=ENTERPRISE_SCHEMA), MANAGER),
    ],
)
def test_known_shapes(path: str, parsed: AttributePath, root: str) -> None:
    assert parse_path(path) == parsed
    assert parse_path(path).root == root


@pytest.mark.parametrize(
    "path", ["", ".", "name.", "emails[primary eq true].value", "user name", f"{ENTERPRISE_SCHEMA}:"]
)
def test_invalid_paths(path: str) -> None:
    with pytest.raises(ValueError, match="not an attribute path"):
        parse_path(path)


def test_every_attribute_of_the_target_has_a_path() -> None:
    assert all(parse_path(a.path).attribute for a in (*USER_ATTRIBUTES, *MORE_USER_ATTRIBUTES))


PHONE = 'phoneNumbers[type eq "work"].value'


def test_nothing_shows_it() -> None:
    secret = Redacted("+1 555 0100")
    assert {str(secret), repr(secret), f"{secret}", value_text(secret), value_text((secret, secret))} == {
        "[Redact]",
        "[Redact], [Redact]",
    }
    broken = violations("user", {"title": Redacted("x: y"), "userName": Redacted("a b")})
    assert len(broken) > 1
    assert not any("x: y" in messages.text(one) or "a b" in messages.text(one) for one in broken)


def test_it_is_sent_as_it_is_and_keeps_hidden_when_adapted() -> None:
    adapted = adapt("user", {PHONE: Redacted(" +1 555 0100 ")}).resource
    assert isinstance(adapted[PHONE], Redacted)
    sent = user_body(adapted)["phoneNumbers"][0]["value"]
    assert (sent, type(sent)) == ("+1 555 0100", str)


SEALER = Sealer(b"k" * 32)


def test_it_equals_its_text_and_its_stored_form() -> None:
    secret, sealed = Redacted("a"), Sealed(SEALER.seal(Redacted("a")), SEALER)
    assert secret == "a"
    assert secret != "b"
    assert sealed == secret
    assert secret == sealed
    assert sealed == "a"
    assert sealed != Redacted("b")
    assert sealed != "b"
    assert sealed == Sealed(SEALER.seal(secret), SEALER)
    assert len({secret, Redacted("a"), sealed}) == 1


def test_the_journal_keeps_a_keyed_hash_alone() -> None:
    resource = {"title": Redacted("Baker"), "nickName": (Redacted("x1"), Redacted("x2")), "userName": "u"}
    text = resource_text(resource, SEALER)
    assert "Baker" not in text
    assert resource_of(text, SEALER) == resource
    assert resource_text(resource_of(text, SEALER), SEALER) == text
    with pytest.raises(ValueError, match="digest"):
        plain(resource_of(text, SEALER)["title"])


def test_without_the_key_nothing_is_found_by_trying() -> None:
    """The hash of a value from a small set must not be the same on another computer."""
    days = [Redacted(f"19{year:02}-01-01") for year in range(100)]
    stored, other = SEALER.seal(days[70]), Sealer(b"o" * 32)
    assert stored not in {other.seal(day) for day in days}
    assert not any(day.text.encode().hex() in stored for day in days)
    assert len(stored) >= 32


@pytest.mark.parametrize("stored", [Sealer(b"o" * 32).seal(Redacted("a")), "0cc175", ""])
def test_a_value_stored_with_another_key_or_without_one_is_unknown(stored: str) -> None:
    sealed = Sealed(stored, SEALER)
    assert not sealed.is_known
    assert sealed != Redacted("a")
    assert Redacted("a") != sealed
    assert sealed != "a"
    assert sealed == Sealed(stored, SEALER)
    assert SEALER.seal(sealed) == stored


def test_values_in_aws_are_redacted_path_by_path() -> None:
    resource = {"title": "Baker", "active": True, "nickName": ("a", "b")}
    hidden = redact(resource, {"title", "active", "nickName", "locale"})
    assert hidden == resource
    assert [type(hidden["title"]), hidden["active"], type(hidden["nickName"][0])] == [Redacted, True, Redacted]
    assert redact(resource, {"locale"}) is resource
