"""The contents of a directory: people, groups, and problems of single rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from wizard.errors import Message

ObjectKind = Literal["user", "group"]
"""Kind of an object in the directory or in AWS."""

AttributeValue = str | bool | tuple[str, ...]
"""A value of an attribute; a tuple for several. An attribute without a value is absent."""


@dataclass(frozen=True, slots=True)
class DirectoryUser:
    """A person in the directory."""

    id: str
    """The person's identity in the source, stable across renames."""
    enabled: bool
    """False: the account is blocked in the directory (`accountEnabled`)."""
    attributes: Mapping[str, AttributeValue]
    """Entra's attribute name (`userPrincipalName`, `telephoneNumber`) -> value, never an empty string.

    A column of a file without an Entra name has its heading as key. `manager` holds the manager's source id.
    """
    line: int = 0
    """Line of the file, 1 = first; 0 = not from a file."""

    def text(self, name: str) -> str:
        """The attribute as one text, or ""."""
        value = self.attributes.get(name, "")
        return value if isinstance(value, str) else value[0] if isinstance(value, tuple) else str(value).lower()

    @property
    def label(self) -> str:
        """Display name, else user principal name, else id."""
        return self.text("displayName") or self.text("userPrincipalName") or self.id


@dataclass(frozen=True, slots=True)
class DirectoryGroup:
    """A group in the directory with its direct members."""

    id: str
    """The group's identity in the source: its object id, else its name."""
    attributes: Mapping[str, AttributeValue]
    """At least `displayName`."""
    members: tuple[str, ...] = ()
    """Source ids of people, in the order of the source, each once."""
    nested: tuple[str, ...] = ()
    """Names or ids of member groups: AWS has no nested groups, so they are reported, not written."""

    def text(self, name: str) -> str:
        """The attribute as one text, or ""."""
        value = self.attributes.get(name, "")
        return value if isinstance(value, str) else ""

    @property
    def label(self) -> str:
        """Display name, else id."""
        return self.text("displayName") or self.id


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A problem of one row of a file, or of one object of a directory."""

    line: int
    """Line where the row begins, 1 = the headings."""
    column: str
    """Heading of the column; "" = the whole row."""
    message: Message
    """The problem and what to do; the position is in `line` and `column`."""
    label: str = ""
    """Name of the person or group, as far as the row has it."""
    source_id: str = ""
    """Identity, if the row has one: a linked person with it is held back, not treated as a leaver."""
    user_name: str = ""
    """User principal name, if the row has one; a linked person with it is held back too."""
    excluded: bool = True
    """True: the row's person is not in the snapshot. False: a remark; the person is there without the value."""
    of_group: bool = False
    """The row is about a group or a membership, not about a person."""
    cells: tuple[str, ...] = ()
    """All cells, if they may be under the wrong headings: linked people named in any of them are held back."""
    cut: bool = False
    """The file ends within this row. Rows after it are missing, so nobody counts as a leaver."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the people's file, or a property of a tenant."""

    heading: str
    attribute: str
    """Entra's attribute name; the heading itself if none was recognised; "" = not read."""
    filled: int = 0
    """Number of people with a value."""
    examples: tuple[str, ...] = ()
    """Up to three values from the first rows; empty in a snapshot."""


@dataclass(frozen=True, slots=True)
class StatusValue:
    """A value of a column that says who is enabled."""

    text: str
    """"" = the empty cell."""
    count: int
    enabled: bool | None
    """None = not known: these people are not provisioned."""


@dataclass(frozen=True, slots=True)
class StatusColumn:
    """A column that says who is enabled."""

    heading: str
    values: tuple[StatusValue, ...]
    """The most frequent first; up to 40."""
    decides: bool = True
    """False: it can only disable."""


@dataclass(frozen=True, slots=True)
class FileEnd:
    """How a text file ends; a workbook or JSON that was cut off cannot be read at all."""

    file: Literal["users", "members"]
    line_break: bool
    """It ends with a line break."""
    short_row: bool
    """Its last row has fewer cells than its headings and than the row before it."""


@dataclass(frozen=True, slots=True)
class DirectorySnapshot:
    """Result of reading a directory."""

    users: tuple[DirectoryUser, ...]
    groups: tuple[DirectoryGroup, ...] = ()
    cursor: str = ""
    """Where the next reading can continue; "" = read everything."""
    problems: tuple[RowProblem, ...] = ()
    attributes: tuple[str, ...] = ()
    """Attributes that people of this source may have, in the source's order."""
    columns: tuple[Column, ...] = ()
    """The columns that were read, in the source's order, with the number of people who have a value."""
    status: tuple[StatusColumn, ...] = ()
    """Who is enabled, where a file says so; empty for a tenant."""
    ends: tuple[FileEnd, ...] = ()
    """How the text files of this source end."""
    has_groups: bool = True
    """False: groups were not read, so no group counts as gone."""
    unsure: Message | None = None
    """Code `encoding-unsure`: names may be misread; a first run waits until a person has chosen an encoding."""
    notes: tuple[Message, ...] = ()
    """About the whole source: encoding guessed, identity column chosen, totals row left out."""
