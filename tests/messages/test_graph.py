"""Sentences of Microsoft Graph and the sign-in."""

import pytest

from wizard import messages
from wizard.errors import WizardError
from wizard.graph.client import InconsistentAnswer, failure
from wizard.graph.sign_in import refusal


@pytest.mark.parametrize(
    ("method", "path", "title", "role"),
    [
        ("GET", "/users?$top=1", "Microsoft does not let this application read people", False),
        ("GET", "/elsewhere", "Microsoft does not let this application read the directory", False),
        ("POST", "/servicePrincipals/x/appRoleAssignedTo", "Microsoft does not let this application change", True),
        ("POST", "/applicationTemplates/x", "Microsoft does not let this application add an application", True),
    ],
)
def test_a_missing_permission_is_named_with_who_can_grant_it(
    method: str, path: str, title: str, role: bool
) -> None:
    error = failure(403, "Authorization_RequestDenied", path, "r-1", method)
    assert messages.title(error).startswith(title)
    advice = messages.advice(error)
    assert advice.endswith("Microsoft answered 403 Authorization_RequestDenied (request r-1).")
    assert ("Who signs in needs the role" in advice) == role


def test_a_refusal_without_a_code() -> None:
    assert messages.text(failure(400, "", "/groups")) == (
        "Microsoft Graph refused to read groups. Microsoft answered 400."
    )


def test_an_inconsistent_answer_says_what_did_not_fit() -> None:
    error = InconsistentAnswer("graph-people-missing", total=3, received=2)
    assert messages.advice(error).startswith("It counts 3 people and told of 2. Such an answer is never taken")


@pytest.mark.parametrize(
    ("answer", "end"),
    [
        ({"error_codes": [65001]}, "under API permissions: User.Read.All, Group.Read.All. (AADSTS65001)"),
        ({"error_codes": [7000222]}, "and enter it here. (AADSTS7000222)"),
        ({"error": "expired_token"}, "for about fifteen minutes."),
        ({"error": "access_denied"}, "when you are ready. (access_denied)"),
        ({}, "The code says why (no reason was given)."),
    ],
)
def test_a_refused_sign_in_ends_with_its_code(answer: dict[str, object], end: str) -> None:
    assert messages.advice(refusal(answer, ("User.Read.All", "Group.Read.All"))).endswith(end)


def test_the_end_of_a_certificate_is_a_date() -> None:
    assert "It ended on 02 March 2026." in messages.advice(WizardError("certificate-expired", ended="2026-03-02"))
