"""Where a failure is fixed: the row of the mapping, the column or line of the file, Preview, or a whole step."""

from dataclasses import dataclass
from typing import Literal, Protocol

from wizard.errors import DirectoryRefused, Message, NoSecret, OtherTenant, TokenRefused, WizardError
from wizard.flow.steps.steps import StepId
from wizard.messages.rows.sources import ROWS as SOURCE_ROWS
from wizard.provisioning.plan import ASKED_CODES
from wizard.scim.resource import short_name

ROW_PROBLEM = "row-problem"
_OF_AWS = frozenset(
    {
        "aws-forbids-provisioning",
        "aws-refuses-token",
        "aws-tenant-unknown",
        "host-not-confirmed",
        "no-tenant-at-address",
        "tenant-url-unusable",
        "token-unusable",
    }
)
_OF_VALUES = frozenset(
    {
        "attribute-unknown-to-aws",
        "aws-needs-a-value",
        "aws-takes-one-value",
        "character-not-taken",
        "characters-refused-by-aws",
        "duplicate-value",
        "empty-list",
        "external-id-taken",
        "forbidden-character",
        "more-than-one-value",
        "name-of-another-object",
        "not-a-boolean",
        "not-a-person",
        "not-a-text",
        "only-white-space",
        "required-attribute-missing",
        "reserved-name",
        "too-long",
        "value-taken",
        "value-too-long-for-aws",
        "values-refused-by-aws",
        "white-space",
    }
)
"""Codes of messages about one value; argument `path` or `attribute` says of which attribute, "" = not known."""


@dataclass(frozen=True, slots=True)
class Fix:
    """The place that puts a failure right."""

    step: StepId
    attribute: str = ""
    """Target attribute: its path, or its short name where only that was recorded. `is_row` compares it with a row."""
    source_id: str = ""
    """Of the person or group concerned."""
    column: str = ""
    """Heading of a column of the file."""
    line: int = 0
    """Line of the file; 0 = none."""
    kind: Literal["user", "group"] = "user"
    """Whose mapping table."""

    def is_row(self, target: str) -> bool:
        """Return whether a row of the mapping with this target attribute is meant."""
        return bool(self.attribute) and self.attribute in (target, short_name(target))


class Failure(Protocol):
    """A refused or failed person or group: `Rejected`, or a `LogRow` with status failure."""

    @property
    def kind(self) -> Literal["user", "group", "membership"]:
        """What it is about."""

    @property
    def source_id(self) -> str:
        """Of the person or group; "" = the row has none."""

    @property
    def message(self) -> Message:
        """What went wrong."""


def fix_of(failure: Failure | WizardError | Message) -> Fix | None:
    """Return where a failure is fixed; None = nothing in this job causes it, or it is not known what does."""
    if isinstance(failure, Message):
        return _of_message(failure, "user", "")
    if isinstance(failure, WizardError):
        return _of_error(failure)
    kind: Literal["user", "group"] = "user" if failure.kind == "user" else "group"
    rule = str(getattr(failure, "rule", ""))
    if rule:
        return _of_rejected(
            kind, failure.source_id, rule, str(getattr(failure, "path", "")), int(getattr(failure, "line", 0))
        )
    return _of_message(failure.message, kind, failure.source_id)


def _of_rejected(
    kind: Literal["user", "group"], source_id: str, rule: str, attribute: str, line: int
) -> Fix | None:
    if rule != ROW_PROBLEM:
        return Fix("attributes", attribute=attribute, source_id=source_id, kind=kind)
    # An object of a tenant has no line: it is corrected at Microsoft.
    return Fix("directory", source_id=source_id, column=attribute, line=line, kind=kind) if line else None


def _of_message(message: Message, kind: Literal["user", "group"], source_id: str) -> Fix | None:
    args = message.args
    if message.code == "object-rejected":
        line = args.get("line", 0)
        rule, attribute = str(args.get("rule", "")), str(args.get("attribute", ""))
        return _of_rejected(kind, source_id, rule, attribute, line if isinstance(line, int) else 0)
    if message.code == "email-taken-in-aws":
        return Fix("attributes", attribute="emails", source_id=source_id, kind=kind)
    attribute = str(args.get("path") or args.get("attribute", ""))
    if message.code in _OF_VALUES and attribute:
        return Fix("attributes", attribute=attribute, source_id=source_id, kind=kind)
    if message.code in _OF_AWS:
        return Fix("aws")
    if message.code in ASKED_CODES:
        return Fix("preview", source_id=source_id, kind=kind)
    return None


def _of_error(error: WizardError) -> Fix | None:
    code, args = error.message.code, error.message.args
    if isinstance(error, DirectoryRefused):
        return Fix("directory")
    if isinstance(error, TokenRefused | NoSecret | OtherTenant):
        return Fix("aws")
    if code in SOURCE_ROWS:
        if code == "no-directory-chosen":
            return Fix("plan")
        line = args.get("line", 0)
        heading = args.get("heading", "")
        return Fix(
            "directory",
            column=heading if isinstance(heading, str) else "",
            line=line if isinstance(line, int) else 0,
        )
    return _of_message(error.message, "user", "")
