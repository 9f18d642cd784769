"""Sentences about AWS: rules, refusals, the connection test."""

import pytest

from wizard import messages
from wizard.aws.refusals import ends_the_run, refused, service_failed
from wizard.aws.rules import adapt, value_violations
from wizard.errors import Message
from wizard.scim.bodies import ScimError
from wizard.scim.resource import Value


@pytest.mark.parametrize(
    ("path", "value", "part"),
    [
        (
            "title",
            "<b>",
            "Job title contains “<” and “>”. AWS does not allow them in title (“<b>”). Replace them in",
        ),
        ("title", "a\r\nb", "Job title contains a line break. AWS does not allow it in title"),
        ("title", "a:b;c%", "a colon, a semicolon, and a percent sign"),
        ("userName", "ada byron", "User name contains a space. AWS does not allow it in userName (“ada byron”)."),
        ("userName", "ada\u00a0byron", "a special space (U+00A0)"),
        ("title", "a\u200bb", "an invisible character (U+200B)"),
        ("title", "a\ud800b", "an invisible character (U+D800)"),
        ("title", "a" * 1025, "Job title has 1025 characters. AWS allows 1024 in title."),
        ("userName", "administrator", "remove this person from the scope"),
        ("title", ("a", "b"), "Job title has 2 values. AWS allows one in title."),
        ("password", "x", "AWS has no attribute password for people."),
    ],
)
def test_a_broken_rule_names_what_breaks_it(path: str, value: Value, part: str) -> None:
    (violation,) = value_violations("user", path, value)
    assert part in messages.text(violation)


def test_what_was_adapted_is_said() -> None:
    notes = adapt("user", {"userName": " ada ", "active": "True"}).notes
    assert [messages.text(note) for note in notes] == [
        "userName: spaces before and after the value are removed.",
        "active: “True” is sent as true.",
    ]


def test_aws_own_words_are_quoted_where_it_gave_some() -> None:
    forbidden = ends_the_run(ScimError(403, "Denied."))
    assert forbidden is not None
    assert messages.advice(forbidden).endswith("AWS reported: Denied.")
    assert "ScimAllowSourceIps" in messages.advice(forbidden)
    assert "KMS" in messages.advice(forbidden)


def test_a_failure_tells_how_often_it_was_tried() -> None:
    doing = Message("reading-people-from-aws")
    assert " 7 times (500)" in messages.advice(service_failed(ScimError(500, tries=7), doing))
    assert "times" not in messages.advice(service_failed(ScimError(505), doing))
    assert "times" not in messages.text(service_failed(ScimError(501, "No cursors", tries=1), doing))


def test_a_refused_request_names_what_was_done() -> None:
    assert (
        messages.title(service_failed(ScimError(400), Message("doing-connection-test")))
        == "The connection test failed"
    )


def test_a_refusal_names_the_attribute_that_aws_names() -> None:
    named = refused(ScimError(400, "List attribute emails exceeds allowed limit of 1"), "user")
    assert messages.title(named) == "AWS allows one value of emails"
    assert messages.title(refused(ScimError(400, "No."), "group")) == "AWS rejected the values"


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (
            Message("connection-works", service="aws", people=1, more_people=False, groups=100, more_groups=True),
            "Connected. AWS responded. It has 1 person and 100 or more groups. This test changes nothing.",
        ),
        (Message("step-rows", count=100, more=True), "100 or more"),
        (Message("step-duration", seconds=0.0321), "32 ms"),
        (Message("step-duration", seconds=1.24), "1.2 s"),
        (Message("step-status", status=404), "404"),
    ],
)
def test_the_connection_test(message: Message, text: str) -> None:
    assert messages.text(message) == text


def test_a_refused_token_in_the_connection_test_keeps_the_title() -> None:
    message = Message("token-to-be-replaced", why=Message("aws-refuses-token"))
    assert messages.title(message) == "AWS does not accept the access token"
    assert messages.advice(message).endswith(messages.advice(Message("aws-refuses-token")))
    assert " 401" in messages.advice(message)
