"""What the engine remembers between runs: links, operations with their results, and what the guard compares with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol, Self

from wizard.aws.interface import ObjectKind
from wizard.directory import Column, DirectorySnapshot, FileEnd
from wizard.provisioning.change import Change
from wizard.scim.resource import Resource, is_active


@dataclass(frozen=True, slots=True)
class Link:
    """A source object and its object in AWS."""

    kind: ObjectKind
    source_id: str
    target_id: str
    label: str
    confirmed: Resource
    """The resource as AWS last confirmed it."""
    members: frozenset[str] = frozenset()
    """Groups: source ids of the members as last confirmed."""
    left_at: str = ""
    """ISO time, UTC, since when it is out of scope according to applied plans; "" = in scope."""
    confirmed_at: str = field(default="", compare=False)
    """ISO time, UTC, when this job last created or changed it in AWS; "" = never, or not known."""
    not_kept: Resource = field(default_factory=dict)
    """What was sent and AWS answered otherwise: attribute path -> value as it was sent, "" = cleared."""

    @property
    def active(self) -> bool:
        """False: the account is disabled, according to what AWS last confirmed."""
        return is_active(self.confirmed)


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """Stored figures of a reading of the source, to compare the next one with."""

    people: int = 0
    memberships: int = 0
    has_groups: bool = True
    """As `DirectorySnapshot.has_groups`."""
    columns: tuple[Column, ...] = ()
    ends: tuple[FileEnd, ...] = ()

    @classmethod
    def of(cls, snapshot: DirectorySnapshot) -> Self:
        """The part of a reading that is compared."""
        return cls(
            people=len(snapshot.users),
            memberships=sum(len(group.members) for group in snapshot.groups),
            has_groups=snapshot.has_groups,
            columns=tuple(replace(column, examples=()) for column in snapshot.columns),
            ends=snapshot.ends,
        )


@dataclass(frozen=True, slots=True)
class Loss:
    """A person or group that lost access, or a membership that ended, without having been asked about."""

    kind: Literal["user", "group", "membership"]
    target_id: str
    """AWS's id of the person or group; of a membership the group's."""
    member: str = ""
    """Of a membership: AWS's id of the person."""


@dataclass(frozen=True, slots=True)
class GuardMemory:
    """What earlier runs of this job left for the guard."""

    source: SourceFacts | None = None
    """Of the last whole reading; None = none yet, or one by an earlier version."""
    people: int = 0
    """In the last whole reading; 0 = none yet."""
    losses: tuple[Loss, ...] = ()
    """Of the last 24 hours, not accepted by anybody."""
    additions: Mapping[str, int] = field(default_factory=dict)
    """Source id of a group -> members that the last run was to add and did not add."""


@dataclass(frozen=True, slots=True)
class GroupRead:
    """When the members of a group were last read whole."""

    members: int
    """How many there were, including those this job does not provision."""
    at: str
    """ISO time, UTC."""


@dataclass(frozen=True, slots=True)
class LastReading:
    """The last reading of AWS in numbers: to estimate requests, and to choose which groups to read next."""

    made_at: str
    """ISO time, UTC."""
    memberships: Mapping[str, GroupRead] = field(default_factory=dict)
    """AWS id of a group -> its last reading."""


@dataclass(frozen=True, slots=True)
class InDoubt:
    """An operation that was started and never ended: the program was killed or cut off."""

    kind: ObjectKind
    source_id: str
    label: str
    action: Literal["create", "update", "disable", "delete", "members"]
    keys: tuple[tuple[str, str], ...]
    """(path, value) by which a created object can be found: userName, externalId, displayName."""
    target_id: str = ""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What AWS confirmed for one operation: how the links change."""

    link: Link | None = None
    """The link after the operation (None with `forget` for a deletion)."""
    forget: tuple[ObjectKind, str] | None = None
    members_added: tuple[str, ...] = ()
    """Source ids, for the operation's group."""
    members_removed: tuple[str, ...] = ()


class Ledger(Protocol):
    """The engine's memory. The journal implements it; `begin` returns when the operation is noted on disk."""

    def links(self) -> Mapping[tuple[ObjectKind, str], Link]: ...

    def in_doubt(self) -> Sequence[InDoubt]: ...

    def last_reading(self) -> LastReading | None:
        """What the last run read in AWS; None = not known."""
        ...

    def adopt(self, links: Sequence[Link]) -> None:
        """Store links as a reading shows them; each replaces the one with its kind and source id."""
        ...

    def forget(self, links: Sequence[Link]) -> None:
        """Drop links whose object is no longer in AWS; a person is then in no group."""
        ...

    def settle(self, doubt: InDoubt, link: Link | None) -> None:
        """An intention in doubt was looked up: it landed as `link`, or not at all (None: links stay as they were)."""
        ...

    async def begin(self, change: Change, keys: tuple[tuple[str, str], ...]) -> int:
        """Note the intention; returns its number once it is committed."""
        ...

    def end(self, number: int, confirmed: Confirmed | None) -> None:
        """The operation ended: `confirmed` by AWS, or None for a failure that changed nothing."""
        ...
