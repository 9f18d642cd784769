"""Codes and arguments become sentences."""

import inspect
import pickle
import re
from typing import Any

import pytest

from wizard import messages
from wizard.errors import RECORDED_TEXT, Argument, Message, OtherTenant, WizardError, message_from_json, recorded
from wizard.messages.row import Text
from wizard.messages.table import TABLE
from wizard.scim.resource import Redacted

NESTED = Message("outer", reason=Message("inner", count=2), names=("Ann", Message("inner", count=3)), rest=None)


def test_a_message_is_a_value() -> None:
    assert Message("a", x=1) == Message("a", x=1) != Message("a", x=2)
    assert len({Message("a", x=1), Message("a", x=1), Message("b", x=1)}) == 2
    assert hash(NESTED) == hash(message_from_json(NESTED.as_json()))
    with pytest.raises(AttributeError):
        NESTED.code = "other"


def test_a_message_survives_json_and_pickle() -> None:
    assert message_from_json(NESTED.as_json()) == NESTED
    assert pickle.loads(pickle.dumps(NESTED)) == NESTED
    assert sorted(part.args["count"] for part in NESTED.parts()) == [2, 3]


@pytest.mark.parametrize("shape", [{}, {"code": "a"}, {"code": "a", "args": []}, {"code": "a", "args": {"b": 1j}}])
def test_another_shape_is_refused(shape: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError)):
        message_from_json(shape)


def test_an_error_carries_a_code_and_no_sentence() -> None:
    error = OtherTenant("https://a.example/scim", "https://b.example/scim")
    assert error.message.code == "token-of-another-tenant"
    assert "https://a.example/scim" in messages.advice(error)
    assert messages.text(error).startswith(messages.title(error))


def test_options_are_named_for_commands_only() -> None:
    host = Message("host-not-confirmed", host="scim.example.net")
    status = Message("status-values-unknown", heading="Status", count=1, values=("perhaps",))
    assert "--allow-host" not in messages.advice(host)
    assert "--enabled-values" not in messages.text(status)
    with messages.for_commands():
        assert messages.advice(host).endswith("--allow-host scim.example.net.")
        assert "--enabled-values" in messages.title(status)
    assert "--allow-host" not in messages.advice(host)


def test_a_recorded_sentence_is_shown_as_it_was_recorded() -> None:
    assert messages.title(recorded("Disk full", "Make room.")) == "Disk full"
    assert messages.text(recorded("Disk full", "Make room.")) == "Disk full. Make room."
    assert WizardError(recorded("Disk full")).message.code == RECORDED_TEXT


def test_a_code_of_a_later_version_is_shown_as_a_code() -> None:
    assert messages.text(Message("not-yet-known", path="x")) == "not-yet-known"


def test_codes_are_found_by_the_words_of_their_rows() -> None:
    assert "token-of-another-tenant" in messages.codes_with("ACCESS token belongs")
    assert set(messages.codes_with("people joined")) == {"members-joined"}  # a function's row
    assert list(messages.codes_with("no row says this")) == []


def test_a_redacted_argument_shows_its_replacement() -> None:
    message = Message("value-taken", attribute="title", value=Redacted("s3cret"), owner="Bob")
    assert "s3cret" not in messages.text(message)
    assert "s3cret" not in str(message.as_json())


def test_braces_in_arguments_stay_as_they_are() -> None:
    shown = messages.text(Message("token-of-another-tenant", kept_url="{asked_url}", asked_url="{0}"))
    assert "{asked_url}" in shown
    assert "{0}" in shown


@pytest.mark.parametrize("args", [{}, {"other": 1}, {"status": 404, "seconds": "0.3 s", "host": "one.example"}])
def test_a_message_with_the_arguments_of_another_version_shows_its_code(args: dict[str, Any]) -> None:
    """Results of channels and runs are stored as messages, and read by the next version."""
    assert messages.title(Message("alert-answered", **args)) == "alert-answered"


@pytest.mark.parametrize("value", [None, 3, (), "x", 10**400, float("inf"), float("nan"), ("a", 1)], ids=range(8))
def test_no_row_fails_for_arguments_of_other_types(value: Argument) -> None:
    for code, row in TABLE.items():
        names = set(_PLACEHOLDER.findall(str(row)) if isinstance(row, Text) else inspect.signature(row).parameters)
        assert isinstance(messages.text(Message(code, **dict.fromkeys(names, value))), str)


_PLACEHOLDER = re.compile(r"\{(\w+)")


def test_an_empty_status_is_no_text_in_quotation_marks() -> None:
    status = Message("status-values-unknown", heading="Status", count=2, values=("perhaps", "(empty)"))
    assert "“perhaps”" in messages.text(status)
    assert "“(empty)”" not in messages.text(status)
