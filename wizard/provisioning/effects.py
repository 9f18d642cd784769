"""What a change does to people: the only thing that guard, retry list, order, report and preview decide by."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Literal

from wizard.names import same_name
from wizard.provisioning.change import Action, Change
from wizard.scim.resource import Known, Value, is_active


class Effect(StrEnum):
    """What happens to a person, a group, or a membership."""

    LOSES_ACCESS = "loses-access"
    """An active account is disabled or deleted, for whatever reason; a group is deleted."""
    GAINS_ACCESS = "gains-access"
    """An account that is disabled becomes active. A new account gains nothing that a person could lose."""
    RENAMED = "renamed"
    """User name or e-mail of an existing account changes from one value to another."""
    TAKEN_OVER = "taken-over"
    """An account or group that this job did not make comes under its control."""
    INHERITED = "inherited"
    """The account of a person who left is given to another person."""
    DELETED = "deleted"
    LOSES_MEMBERSHIP = "loses-membership"
    """People leave a group, or the group is deleted and all of its members with it."""
    GAINS_MEMBERSHIP = "gains-membership"
    """An account that exists joins a group that exists. New people in their groups do not count."""
    CLEARED = "cleared"
    """An attribute that had a value has none."""


Outcome = Literal["create", "update", "disable", "delete", "members"]
"""What a change is shown and counted as."""


def effects(change: Change) -> frozenset[Effect]:
    """Everything that a change does, from its before and after."""
    return frozenset(_effects(change))


def _effects(change: Change) -> Iterator[Effect]:
    if change.match == "taken-over":
        yield Effect.TAKEN_OVER
    elif change.match == "inherited":
        yield Effect.INHERITED
    match change.action:
        case Action.CREATE:
            return
        case Action.DELETE:
            yield Effect.DELETED
            if change.kind == "group":
                yield Effect.LOSES_MEMBERSHIP
            if change.kind == "group" or is_active(change.before):
                yield Effect.LOSES_ACCESS
        case Action.REMOVE_MEMBERS:
            yield Effect.LOSES_MEMBERSHIP
        case Action.ADD_MEMBERS:
            if change.target_id and any(isinstance(member, Known) for member in change.members):
                yield Effect.GAINS_MEMBERSHIP
        case Action.UPDATE | Action.DISABLE:
            yield from _of_attributes(change)


def _of_attributes(change: Change) -> Iterator[Effect]:
    before, after = change.before, change.after
    if change.kind == "user":
        if after.get("active") is False and is_active(before):
            yield Effect.LOSES_ACCESS
        elif after.get("active") is True and before.get("active") is False:
            yield Effect.GAINS_ACCESS
        names = {attribute_of(path): value for path, value in after.items() if is_name(path) and _has(value)}
        if any(_is_renamed(before[path], names.get(attribute_of(path))) for path in before if is_name(path)):
            yield Effect.RENAMED
    if cleared(change):
        yield Effect.CLEARED


def attribute_of(path: str) -> str:
    """The path without the type of a list's item: AWS keeps one item, so one of another type replaces it."""
    attribute, _, rest = path.partition("[")
    return attribute + rest.partition("]")[2]


def is_name(path: str) -> bool:
    """Whether a person signs in, or is written to, by this attribute."""
    return path == "userName" or (path.startswith("emails") and path.endswith("value"))


def _is_renamed(before: Value, after: Value | None) -> bool:
    return bool(before) and bool(after) and before != after and not same_name(before, after)


def cleared(change: Change) -> tuple[str, ...]:
    """Paths that have a value before and none after."""
    if change.action not in (Action.UPDATE, Action.DISABLE):
        return ()
    kept = {attribute_of(path) for path, value in change.after.items() if _has(value)}
    return tuple(p for p, value in change.before.items() if _has(value) and attribute_of(p) not in kept)


def _has(value: Value | None) -> bool:
    return value is not None and value not in ("", ())


def outcome(change: Change) -> Outcome:
    """What a change is shown and counted as: an update that takes access counts as disabling."""
    if change.action is Action.CREATE:
        return "create"
    if change.is_membership:
        return "members"
    if change.action is Action.DELETE:
        return "delete"
    return "disable" if Effect.LOSES_ACCESS in effects(change) else "update"
