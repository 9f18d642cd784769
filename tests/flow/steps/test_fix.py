"""Where a failure leads: the row of the mapping, the column or line of the file, or a step."""

import pytest

from wizard.errors import DirectoryRefused, Message, NoAccess, TokenRefused, WizardError
from wizard.flow.steps.fix import Fix, fix_of
from wizard.provisioning.events import LogRow
from wizard.provisioning.plan import Rejected
from wizard.provisioning.report import rejected_row

EMAILS = 'emails[type eq "work"].value'
WHY = Message("too-long", path="title", length=600, limit=256)


def failed(message: Message, kind: str = "user") -> LogRow:
    return LogRow("2026-11-30T10:00:00Z", kind, "7", "Ann Lee", "create", "failure", message)  # type: ignore[arg-type]


def test_a_rejected_person_leads_to_the_row_of_the_mapping() -> None:
    rejected = Rejected("user", "7", "Ann Lee", "too-long", EMAILS, WHY)
    fix = fix_of(rejected)
    assert fix == Fix("attributes", attribute=EMAILS, source_id="7")
    recorded = fix_of(rejected_row(rejected))
    assert recorded is not None
    assert recorded.is_row(EMAILS), "the log keeps the short name"
    assert not recorded.is_row("displayName")


def test_a_row_that_cannot_be_read_leads_to_its_line_and_column() -> None:
    rejected = Rejected("user", "", "Line 4", "row-problem", "Phone [work]", WHY, 4)
    expected = Fix("directory", column="Phone [work]", line=4)
    assert fix_of(rejected) == expected
    assert fix_of(rejected_row(rejected)) == expected


def test_an_object_of_a_tenant_has_no_line_to_lead_to() -> None:
    assert fix_of(Rejected("user", "7", "Ann", "row-problem", "accountEnabled", WHY)) is None


def test_a_group_leads_to_the_table_of_groups() -> None:
    fix = fix_of(Rejected("group", "g", "Sales", "duplicate-value", "displayName", WHY))
    assert fix is not None
    assert fix.kind == "group"
    membership = fix_of(failed(Message("value-too-long-for-aws", path="displayName"), "membership"))
    assert membership is not None
    assert membership.kind == "group"


@pytest.mark.parametrize(
    ("message", "attribute"),
    [
        (Message("value-too-long-for-aws", path="displayName"), "displayName"),
        (Message("characters-refused-by-aws", path="title"), "title"),
        (Message("email-taken-in-aws", address="a@x.example"), "emails"),
        (Message("name-of-another-object", kind="user", path="userName", value="a"), "userName"),
    ],
)
def test_a_value_that_aws_refused_leads_to_its_row(message: Message, attribute: str) -> None:
    fix = fix_of(failed(message))
    assert fix == Fix("attributes", attribute=attribute, source_id="7")


@pytest.mark.parametrize(
    "message",
    [
        Message("aws-throttles-object"),
        Message("gone-in-aws", kind="user"),
        Message("values-refused-by-aws", path="", status=400),
        Message("no-answer"),
    ],
)
def test_what_no_mapping_causes_has_no_fix(message: Message) -> None:
    assert fix_of(failed(message)) is None


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (TokenRefused("aws-refuses-token"), Fix("aws")),
        (WizardError("file-not-there", file="people.csv", folder="/x"), Fix("directory")),
        (WizardError("csv-broken", file="people.csv", line=9), None),
        (WizardError("quotation-mark-not-closed", file="people.csv", line=9), Fix("directory", line=9)),
        (
            WizardError("column-missing", file="p.csv", heading="Mail", headings=(), more=0),
            Fix("directory", column="Mail"),
        ),
        (DirectoryRefused("sign-in-expired"), Fix("directory")),
        (NoAccess("aws-throttles", doing="x"), None),
    ],
)
def test_an_error_leads_to_the_step_it_is_about(error: WizardError, expected: Fix | None) -> None:
    assert fix_of(error) == expected
