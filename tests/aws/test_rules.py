"""AWS's rules, each with what it refuses and what it lets pass."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scim.resources import USERS
from wizard import messages
from wizard.aws.interface import Violation
from wizard.aws.rules import (
    EMAIL,
    adapt,
    forbidden_character,
    not_a_value,
    one_item,
    reserved_name,
    too_long,
    unique_keys,
    violations,
    white_space,
)
from wizard.errors import Message
from wizard.scim.resource import ENTERPRISE_SCHEMA, MANAGER, Known, Planned, Resource, Value

PERSON: Resource = {
    "userName": "ada@example.com",
    "displayName": "Ada Byron",
    "name.givenName": "Ada",
    "name.familyName": "Byron",
}
DEPARTMENT = f"{ENTERPRISE_SCHEMA}:department"


def found(path: str, value: Value) -> tuple[Violation, ...]:
    return violations("user", {**PERSON, path: value})


def rules(path: str, value: Value) -> list[tuple[str, str]]:
    return [(v.rule, v.path) for v in found(path, value)]


def test_a_plain_person_breaks_no_rule() -> None:
    everything: Resource = {
        **PERSON,
        "active": True,
        "title": "Zoë O'Ünal-北京, 3rd (½) €",
        EMAIL: "ada@example.com",
        "externalId": "8f0c1a2b-0000-4000-8000-1234567890ab",
        "profileUrl": "https://example.com/ada%20byron",
        DEPARTMENT: "R&D + Ops / 100 #1",
        MANAGER: Planned("boss"),
        "name.formatted": "Ada\u00a0Byron\u3000x",
    }
    assert violations("user", everything) == ()


@pytest.mark.parametrize("path", ["userName", "displayName", "name.givenName", "name.familyName"])
@pytest.mark.parametrize("value", [None, "", "   ", "\u00a0", ()])
def test_required(path: str, value: Value | None) -> None:
    resource = {p: v for p, v in PERSON.items() if p != path}
    if value is not None:
        resource[path] = value
    first = violations("user", resource)[0]
    assert (first.rule, first.path) == ("required-attribute-missing", path)
    assert first.message == Message("required-attribute-missing", kind="user", path=path)


def test_a_group_needs_its_name() -> None:
    assert [(v.rule, v.path) for v in violations("group", {"externalId": "g"})] == [
        ("required-attribute-missing", "displayName")
    ]
    assert violations("group", {"displayName": "Ops & Co", "externalId": "g"}) == ()


@pytest.mark.parametrize(
    ("path", "value", "rule", "code"),
    [
        ("title", "Head: IT", "forbidden-character", "forbidden-character"),
        ("title", "a;b", "forbidden-character", "forbidden-character"),
        ("title", "100%", "forbidden-character", "forbidden-character"),
        ("title", "<b>", "forbidden-character", "forbidden-character"),
        ("title", "a\tb", "forbidden-character", "forbidden-character"),
        ("title", "a\r\nb", "forbidden-character", "forbidden-character"),
        ("title", "a:b;c%", "forbidden-character", "forbidden-character"),
        ("userName", "ad:a", "forbidden-character", "forbidden-character"),
        ("externalId", "a;b", "forbidden-character", "forbidden-character"),
        ("userName", "ada byron", "white-space", "white-space"),
        ("externalId", "1 2", "white-space", "white-space"),
        ("userName", "ada\u00a0byron", "white-space", "white-space"),
        ("title", "a\u2003b", "white-space", "white-space"),
        ("title", "a\u200bb", "not-a-value", "character-not-taken"),
        ("title", "a\x07b", "not-a-value", "character-not-taken"),
        ("title", "a\ud800b", "not-a-value", "character-not-taken"),
        ("title", "  ", "not-a-value", "only-white-space"),
        ("userName", "a" * 129, "too-long", "too-long"),
        ("externalId", "a" * 257, "too-long", "too-long"),
        ("title", "a" * 1025, "too-long", "too-long"),
        ("userName", "administrator", "reserved-name", "reserved-name"),
        ("userName", "AWSAdministrators", "reserved-name", "reserved-name"),
        ("title", ("a", "b"), "more-than-one-value", "more-than-one-value"),
        (EMAIL, ("a@x", "b@x", "c@x"), "more-than-one-value", "more-than-one-value"),
        ("active", "perhaps", "not-a-value", "not-a-boolean"),
        ("title", True, "not-a-value", "not-a-text"),
        ("title", Known("1"), "not-a-value", "not-a-text"),
        (MANAGER, "boss", "not-a-value", "not-a-person"),
        ("password", "x", "not-a-value", "attribute-unknown-to-aws"),
        ('emails[type eq "home"].value', "a@x", "not-a-value", "attribute-unknown-to-aws"),
    ],
)
def test_one_rule_broken(path: str, value: Value, rule: str, code: str) -> None:
    (violation,) = found(path, value)
    assert (violation.rule, violation.path) == (rule, path)
    assert violation.message.code == code
    assert violation.message.args["path"] == path
    assert messages.text(violation).endswith(".")
    assert "\n" not in messages.text(violation)
    assert messages.text(violation).encode("utf-8")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("userName", "a" * 128),
        ("externalId", "a" * 256),
        ("title", "a" * 1024),
        ("title", "Administrator"),
        ("active", False),
        ("title", ("one",)),
        ("profileUrl", "https://x.example/?a=b;c%20d"),
        ("userName", "guest_example.com#EXT#@tenant.onmicrosoft.com"),
        ("displayName", "नमस्ते 😀"),
    ],
)
def test_the_edge_that_still_passes(path: str, value: Value) -> None:
    assert found(path, value) == ()


def test_group_names_are_reserved_too() -> None:
    assert [v.rule for v in violations("group", {"displayName": "Administrator"})] == ["reserved-name"]


def test_adapt_loses_nothing_and_says_what_it_did() -> None:
    adapted = adapt(
        "user", {"userName": " ada ", "active": "True", "title": "", "locale": ("en",), EMAIL: ("a@x", " ", "a@y")}
    )
    assert adapted.resource == {"userName": "ada", "active": True, "locale": "en", EMAIL: ("a@x", "a@y")}
    assert adapted.notes == (
        Message("outer-spaces-left-out", path="userName"),
        Message("sent-as-boolean", path="active", value="True", sent=True),
    )
    assert adapt("group", {"displayName": "Ops"}).notes == ()


@given(
    st.dictionaries(
        st.sampled_from([*PERSON, "active", "title", EMAIL]), st.text(max_size=8) | st.booleans(), max_size=5
    )
)
def test_adapting_twice_changes_nothing_more(resource: dict[str, Value]) -> None:
    once = adapt("user", resource)
    again = adapt("user", once.resource)
    assert again.resource == once.resource
    assert again.notes == ()


@given(USERS)
def test_what_passes_the_rules_holds_nothing_that_aws_refuses(resource: Resource) -> None:
    adapted = adapt("user", resource).resource
    broken = {v.path for v in violations("user", adapted)}
    for path, value in adapted.items():
        if isinstance(value, str) and path not in broken and path != "profileUrl":
            assert not set(value) & set("\t\r\n<>;:%")
            assert value.strip() == value != ""


def test_unique_keys_compare_without_case() -> None:
    person: Resource = {"userName": "ADA", EMAIL: "Ada@X", "externalId": "A1", "title": "T"}
    assert unique_keys("user", person) == (("userName", "ada"), (EMAIL, "ada@x"), ("externalId", "a1"))
    assert unique_keys("group", {"displayName": "Straße"}) == (("displayName", "straße"),)  # not the group Strasse


def test_a_new_item_takes_the_place_of_one_of_another_type() -> None:
    home = 'emails[type eq "home"].value'
    assert one_item({home: "old@x"}, {home: "old@x", EMAIL: "new@x"}) == {EMAIL: "new@x"}
    assert one_item({home: "old@x"}, {home: "old@x", "title": "T"}) == {home: "old@x", "title": "T"}
    assert one_item({"emails.value": "a@x"}, {"emails.value": "a@x", EMAIL: "a@x"}) == {EMAIL: "a@x"}


EVERY_RULE = (not_a_value, too_long, white_space, forbidden_character, reserved_name)
_AWKWARD = st.sampled_from("aZ9é北½€ \u00a0\u3000\u2003\t\n\r<>;:%\u200b\x00\u2028-_@.")


@given(
    st.sampled_from(["userName", "externalId", "title", "profileUrl"]), st.text(_AWKWARD, min_size=1, max_size=8)
)
def test_the_quick_look_lets_through_what_no_rule_refuses_and_nothing_else(path: str, text: str) -> None:
    one_by_one = [broken for rule in EVERY_RULE if (broken := rule("user", path, text)) is not None]
    assert [v for v in found(path, text) if v.rule != "required-attribute-missing"] == one_by_one[:1]


@pytest.mark.parametrize(("path", "text"), [("title", "x" * 1025), ("userName", "Administrator")])
def test_plain_text_can_still_be_too_long_or_a_name_of_aws(path: str, text: str) -> None:
    assert len(found(path, text)) == 1
