"""What the engine must be able to remember: links, intentions and their results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from wizard.aws.interface import ObjectKind
from wizard.provisioning.operations import Operation
from wizard.scim.resource import Resource


@dataclass(frozen=True, slots=True)
class Link:
    """A source object and what stands for it in the target."""

    kind: ObjectKind
    source_id: str
    target_id: str
    label: str
    confirmed: Resource
    """The resource as last confirmed by the target."""
    members: frozenset[str] = frozenset()
    """Groups: source ids of the members as last confirmed."""
    active: bool = True
    """False: we disabled this person and they are still disabled."""
    left_at: str = ""
    """ISO time, UTC, since when this object is no longer in scope, as plans that were carried out saw it; "" = it is."""


@dataclass(frozen=True, slots=True)
class InDoubt:
    """An intention that was begun and never ended: killed, cut off."""

    kind: ObjectKind
    source_id: str
    label: str
    action: Literal["create", "update", "disable", "delete", "members"]
    keys: tuple[tuple[str, str], ...]
    """(path, value) by which a created object can be found: userName, externalId, displayName."""
    target_id: str = ""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What the target confirmed for one operation: how the ledger's links change."""

    link: Link | None = None
    """The link as it stands now (None with `forget` for a deletion)."""
    forget: tuple[ObjectKind, str] | None = None
    members_added: tuple[str, ...] = ()
    """Source ids, of the group named by the operation."""
    members_removed: tuple[str, ...] = ()


class Ledger(Protocol):
    """The engine's memory. The journal implements it; `begin` returns once the intention is on disk."""

    def links(self) -> Mapping[tuple[ObjectKind, str], Link]: ...

    def in_doubt(self) -> Sequence[InDoubt]: ...

    def adopt(self, links: Sequence[Link]) -> None:
        """Keep links as a reading shows them; each replaces what was kept under its kind and source id."""
        ...

    def forget(self, links: Sequence[Link]) -> None:
        """Drop links whose object is no longer in the target; a person is then a member of nothing."""
        ...

    def settle(self, doubt: InDoubt, link: Link | None) -> None:
        """An intention in doubt was looked up: it landed as `link`, or not at all (None: links stay as they were)."""
        ...

    async def begin(self, operation: Operation, keys: tuple[tuple[str, str], ...]) -> int:
        """Note the intention; returns its number once it is committed."""
        ...

    def end(self, number: int, confirmed: Confirmed | None) -> None:
        """The intention ended: `confirmed` by the target, or None for a failure that left nothing behind."""
        ...
