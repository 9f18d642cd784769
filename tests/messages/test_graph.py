"""Sentences of Microsoft Graph and the sign-in."""

import pytest

from wizard import messages
from wizard.errors import WizardError
from wizard.graph.client import InconsistentAnswer, failure
from wizard.graph.sign_in import refusal


@pytest.mark.parametrize(
    ("method", "path", "title", "role"),
    [
        ("GET", "/users?$top=1", "No permission to read people", False),
        ("GET", "/elsewhere", "No permission to read the directory", False),
        ("POST", "/servicePrincipals/x/appRoleAssignedTo", "No permission to change", True),
        ("POST", "/applicationTemplates/x", "No permission to add", True),
    ],
)
def test_a_missing_permission_is_named_with_who_can_grant_it(
    method: str, path: str, title: str, role: bool
) -> None:
    error = failure(403, "Authorization_RequestDenied", path, "r-1", method)
    assert messages.title(error).startswith(title)
    advice = messages.advice(error)
    assert advice.endswith(" 403 Authorization_RequestDenied (request r-1).")
    assert ("The person who signs in also needs" in advice) == role


def test_a_refusal_without_a_code() -> None:
    error = failure(400, "", "/groups")
    assert messages.title(error)
    assert messages.advice(error).endswith(" 400.")


def test_an_inconsistent_answer_says_what_did_not_fit() -> None:
    error = InconsistentAnswer("graph-people-missing", total=3, received=2)
    assert messages.advice(error).startswith("It reports 3 people but returned 2. Nothing was changed")


@pytest.mark.parametrize(
    ("answer", "end"),
    [
        (
            {"error_codes": [65001]},
            "under API permissions: User.Read.All, Group.Read.All. Microsoft reported AADSTS65001.",
        ),
        ({"error_codes": [7000222]}, "Microsoft reported AADSTS7000222."),
        ({"error": "expired_token"}, "Start again."),
        ({"error": "access_denied"}, "Microsoft reported access_denied."),
        ({}, "on the Directory page."),
    ],
)
def test_a_refused_sign_in_ends_with_its_code(answer: dict[str, object], end: str) -> None:
    assert messages.advice(refusal(answer, ("User.Read.All", "Group.Read.All"))).endswith(end)


def test_the_end_of_a_certificate_is_a_date() -> None:
    assert "It expired on 2026-03-02." in messages.advice(WizardError("certificate-expired", ended="2026-03-02"))
