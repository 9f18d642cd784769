"""Files as people have them, created for each test."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import anyio

from wizard.directory import DirectorySnapshot
from wizard.errors import Message
from wizard.progress import ignore_event
from wizard.sources.catalogue import open_source

ENTRA = [
    *("userPrincipalName", "displayName", "surname", "mail", "givenName"),
    *("id", "userType", "jobTitle", "department", "accountEnabled"),
    *("usageLocation", "streetAddress", "state", "country", "officeLocation"),
    *("city", "postalCode", "telephoneNumber", "mobilePhone", "alternateEmailAddress"),
    *("ageGroup", "consentProvidedForMinor", "legalAgeGroupClassification", "companyName", "creationType"),
    *("directorySynced", "invitationState", "identityIssuer", "createdDateTime"),
]

WriteFile = Callable[..., Path]


def person(**values: str) -> list[str]:
    """A row of Entra's export."""
    return [values.get(heading, "") for heading in ENTRA]


def as_csv(rows: Sequence[Sequence[str]], separator: str = ",") -> str:
    """Rows as text, quoted as Excel quotes."""
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def read(users: Path, members: Path | str = "", **choices: object) -> DirectorySnapshot:
    """Everything in a file."""
    return anyio.run(open_source("file", str(users), str(members), **choices).read, ignore_event)  # type: ignore[arg-type]


def codes(notes: Iterable[Message]) -> list[str]:
    return [note.code for note in notes]
