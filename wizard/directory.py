"""What every directory gives: people, groups, and what could not be read of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from wizard.errors import Message

ObjectKind = Literal["user", "group"]
"""What an object of the directory, or its resource in AWS, is."""

AttributeValue = str | bool | tuple[str, ...]
"""One source value; a tuple holds several values. An attribute without a value is not in the mapping."""


@dataclass(frozen=True, slots=True)
class DirectoryUser:
    """One person of the directory."""

    id: str
    """The source's identity of this person, stable across renames (design 3)."""
    enabled: bool
    """False: the account is blocked in the directory (`accountEnabled`)."""
    attributes: Mapping[str, AttributeValue]
    """Entra's attribute name (`userPrincipalName`, `telephoneNumber` …) -> value; never an empty string.

    A file's column without an Entra name stands under its own heading. `manager` holds the manager's source id.
    """
    line: int = 0
    """Line of the file, 1 = first; 0 where there are no lines."""

    def text(self, name: str) -> str:
        """The attribute as one text, or "" where it has none."""
        value = self.attributes.get(name, "")
        return value if isinstance(value, str) else value[0] if isinstance(value, tuple) else str(value).lower()

    @property
    def label(self) -> str:
        """What a person calls this person: display name, else user principal name, else id."""
        return self.text("displayName") or self.text("userPrincipalName") or self.id


@dataclass(frozen=True, slots=True)
class DirectoryGroup:
    """One group of the directory with its direct members."""

    id: str
    """The source's identity of this group: its object id, or its name where there is none."""
    attributes: Mapping[str, AttributeValue]
    """At least `displayName`."""
    members: tuple[str, ...] = ()
    """Source ids of people, in the order of the source, each once."""
    nested: tuple[str, ...] = ()
    """Names or ids of groups listed as members: AWS has no nested groups, so they are told, not written."""

    def text(self, name: str) -> str:
        """The attribute as one text, or "" where it has none."""
        value = self.attributes.get(name, "")
        return value if isinstance(value, str) else ""

    @property
    def label(self) -> str:
        """What a person calls this group."""
        return self.text("displayName") or self.id


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One row of a file (or object of a directory) that cannot be taken as it is."""

    line: int
    """Line of the file where the row begins, 1 = the heading's line."""
    column: str
    """Heading of the column, or "" where the whole row is meant."""
    message: Message
    """What is wrong and what to do; it names no line, which `line` and `column` do."""
    label: str = ""
    """What a person calls the one concerned, as far as the row tells."""
    source_id: str = ""
    """Identity, where the row has one: whoever is linked under it is held, never taken for gone."""
    user_name: str = ""
    """User principal name, where the row has one; it holds a linked person likewise."""
    excluded: bool = True
    """True: this row's person is not in the snapshot. False: a remark; the person is there without the value."""
    of_group: bool = False
    """The row tells of a group or a membership, not of a person."""
    cells: tuple[str, ...] = ()
    """Everything in the row, where it may stand under the wrong headings: it holds whoever is named anywhere in it."""
    cut: bool = False
    """The file ends in the middle of this row. What stood behind it is missing, so nobody may be taken for gone."""


@dataclass(frozen=True, slots=True)
class DirectorySnapshot:
    """Everything one reading of a directory gave."""

    users: tuple[DirectoryUser, ...]
    groups: tuple[DirectoryGroup, ...] = ()
    cursor: str = ""
    """Where the next reading may go on (a delta link); "" = read everything."""
    problems: tuple[RowProblem, ...] = ()
    attributes: tuple[str, ...] = ()
    """Names of the attributes that people of this source may have, in the source's order."""
    has_groups: bool = True
    """False: the source was not asked for groups, so no group may be taken for gone."""
    notes: tuple[Message, ...] = ()
    """About the whole source: encoding guessed, identity column chosen, totals row left out."""
