"""The interface of a directory: reading it, and a summary of what it holds."""

from dataclasses import dataclass
from typing import Protocol

from wizard.directory import Column, DirectorySnapshot, StatusColumn
from wizard.errors import Message
from wizard.progress import ReportProgress


@dataclass(frozen=True, slots=True)
class Inspection:
    """Summary of a source, for the Directory page."""

    recognised_as: Message
    """The kind of export: "Entra ID, Download users", "A table of people"."""
    columns: tuple[Column, ...]
    first_rows: tuple[tuple[str, ...], ...]
    """Up to ten rows, cells in the order of `columns`."""
    row_count: int
    identity: str
    """Attribute of the identity column."""
    identity_choices: tuple[str, ...]
    """Headings of columns that could be the identity: filled and unique in every row."""
    format: Message
    """Encoding and separator, or sheet."""
    notes: tuple[Message, ...] = ()
    """Warnings about the whole file."""
    status: tuple[StatusColumn, ...] = ()
    """Who is enabled, where a file says so."""
    unsure: Message | None = None
    """Code `encoding-unsure`, if names look misread."""
    sheets: tuple[str, ...] = ()
    """Titles of the sheets of a workbook that can be chosen."""
    sheet: str = ""
    """The sheet that was read."""
    heading_row: int = 0
    """Row with the headings, 1 = first; 0 = there is none to choose."""
    is_text: bool = False
    """Its encoding can be chosen."""


class Source(Protocol):
    """A configured directory. Cancelling a method ends its requests; blocking work runs in a worker thread.

    Every method raises `WizardError` if it cannot be read (file missing, empty, binary, incomplete).
    """

    async def inspect(self) -> Inspection: ...

    async def read(self, report: ReportProgress) -> DirectorySnapshot:
        """Read everything; `report` may be called from a worker thread."""
        ...
