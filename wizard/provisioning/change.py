"""One change: what a plan does to one person, one group, or the members of one group."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from wizard.aws.interface import ObjectKind
from wizard.errors import Message
from wizard.scim.resource import Reference, Resource, Sealed, Value
from wizard.scim.resource import short_name as short_name  # ui imports these names from here
from wizard.scim.resource import value_text as value_text

Match = Literal["", "taken-over", "inherited"]
"""How an account came to stand for an object of the directory: by its link ("") or by a matching attribute."""

_NOTHING: Resource = {}


class Action(StrEnum):
    """The operation requested from AWS."""

    CREATE = "create"
    UPDATE = "update"
    DISABLE = "disable"
    DELETE = "delete"
    ADD_MEMBERS = "add-members"
    REMOVE_MEMBERS = "remove-members"


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one object. What it means for people is asked of `effects`, never read off the action."""

    kind: ObjectKind
    action: Action
    source_id: str
    """Of the person or group in the directory; members belong to their group's change."""
    label: str
    target_id: str = ""
    """AWS's id; "" where this plan creates the object."""
    before: Resource = field(default_factory=lambda: _NOTHING)
    """The attributes that change, and what must be sent along with them, as AWS has them now."""
    after: Resource = field(default_factory=lambda: _NOTHING)
    """The same attributes with their new values; a path only in `before` is cleared."""
    members: tuple[Reference, ...] = ()
    """Of a group: who is in it from its creation, who joins, or who leaves."""
    names: tuple[str, ...] = ()
    """What a person calls each of `members`."""
    match: Match = ""
    reason: Message | None = field(default=None, compare=False)

    @property
    def key(self) -> tuple[ObjectKind, str]:
        """Kind and source id of the object."""
        return self.kind, self.source_id

    @property
    def is_membership(self) -> bool:
        """Whether only members of a group change."""
        return self.action in (Action.ADD_MEMBERS, Action.REMOVE_MEMBERS)


def differing(before: Resource, after: Resource) -> tuple[str, ...]:
    """Paths whose value changes; an update also carries unchanged parts of a list item, which is written whole."""
    return tuple(path for path in dict.fromkeys((*after, *before)) if before.get(path) != after.get(path))


def known_differing(before: Resource, after: Resource) -> tuple[str, ...]:
    """As `differing`, without redacted values whose key was lost: nobody can tell whether they changed."""
    return tuple(
        path
        for path in differing(before, after)
        if is_known(before.get(path, "")) and is_known(after.get(path, ""))
    )


def is_known(value: Value) -> bool:
    """Whether it can be compared: not a redacted value whose key was lost."""
    values = value if isinstance(value, tuple) else (value,)
    return all(one.is_known for one in values if isinstance(one, Sealed))
