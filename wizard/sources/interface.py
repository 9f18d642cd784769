"""What the flow asks of a directory, and what a directory tells of itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from wizard.directory import DirectorySnapshot
from wizard.errors import Message
from wizard.fields import Field
from wizard.progress import ReportProgress


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file as it was found."""

    heading: str
    attribute: str
    """Entra's attribute name it is taken for; the heading itself where none was recognised; "" = left out."""
    examples: tuple[str, ...] = ()
    """Up to three values from the first rows."""
    filled: int = 0
    """How many rows have a value here."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What can be said of a source before it is read for good: shown on the Directory page."""

    recognised_as: str
    """"Entra ID, Download users", "Google Workspace, Download users", "A table of people" …"""
    columns: tuple[Column, ...]
    first_rows: tuple[tuple[str, ...], ...]
    """Up to ten rows, cells in the order of `columns`."""
    row_count: int
    identity: str
    """Attribute name of the identity column that is used."""
    identity_choices: tuple[str, ...]
    """Headings that could be it: filled in every row and never twice."""
    format: str
    """Encoding and separator, or sheet, in words: "UTF-8 with a mark, semicolons"."""
    groups: int
    memberships: int
    notes: tuple[Message, ...] = ()
    """Warnings about the whole file."""


@dataclass(frozen=True, slots=True)
class SourceKind:
    """One directory the wizard offers."""

    id: str
    title: str
    summary: str
    """Two short lines for its card."""
    needs: str
    """What must be at hand, one line."""
    icon: str
    fields: tuple[Field, ...]
    """The questions of its form (step Directory)."""


class Source(Protocol):
    """One directory with its answers filled in. Reading blocks: call it from a worker's thread.

    Every method raises `WizardError` for what ends the reading (file missing, empty, binary, half-written).
    """

    def inspect(self) -> Inspection: ...

    def read(self, report: ReportProgress) -> DirectorySnapshot: ...


Answers = Mapping[str, str]
"""Field name -> answer."""
