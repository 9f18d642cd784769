"""Changes for tests, in few words."""

from collections.abc import Iterable, Mapping
from typing import Any

from wizard.errors import Message
from wizard.provisioning.change import Action, Change
from wizard.provisioning.plan import Plan
from wizard.scim.resource import Reference


def create_user(source_id: str, label: str, after: Mapping[str, Any], reason: Message | None = None) -> Change:
    return Change("user", Action.CREATE, source_id, label, after=after, reason=reason)


def update_user(
    source_id: str,
    label: str,
    target_id: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    reason: Message | None = None,
) -> Change:
    return Change("user", Action.UPDATE, source_id, label, target_id, before, after, reason=reason)


def disable_user(source_id: str, label: str, target_id: str, reason: Message | None = None) -> Change:
    return Change(
        "user", Action.DISABLE, source_id, label, target_id, {"active": True}, {"active": False}, reason=reason
    )


def delete_user(
    source_id: str, label: str, target_id: str, before: Mapping[str, Any], reason: Message | None = None
) -> Change:
    return Change("user", Action.DELETE, source_id, label, target_id, before, reason=reason)


def create_group(
    source_id: str,
    label: str,
    after: Mapping[str, Any],
    members: tuple[Reference, ...] = (),
    reason: Message | None = None,
) -> Change:
    return Change("group", Action.CREATE, source_id, label, after=after, members=members, reason=reason)


def update_group(
    source_id: str,
    label: str,
    target_id: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    reason: Message | None = None,
) -> Change:
    return Change("group", Action.UPDATE, source_id, label, target_id, before, after, reason=reason)


def delete_group(
    source_id: str, label: str, target_id: str, before: Mapping[str, Any], reason: Message | None = None
) -> Change:
    return Change("group", Action.DELETE, source_id, label, target_id, before, reason=reason)


def add_members(
    source_id: str,
    label: str,
    target_id: str,
    members: tuple[Reference, ...],
    names: tuple[str, ...] = (),
    reason: Message | None = None,
) -> Change:
    """`target_id` "" = a group that the same plan creates."""
    return Change(
        "group", Action.ADD_MEMBERS, source_id, label, target_id, members=members, names=names, reason=reason
    )


def remove_members(
    source_id: str,
    label: str,
    target_id: str,
    members: tuple[Reference, ...],
    names: tuple[str, ...] = (),
    reason: Message | None = None,
) -> Change:
    return Change(
        "group", Action.REMOVE_MEMBERS, source_id, label, target_id, members=members, names=names, reason=reason
    )


def words(change: Change) -> str:
    """ "create user", "disable user", "add-members"."""
    return str(change.action) if change.is_membership else f"{change.action} {change.kind}"


def all_words(changes: Plan | Iterable[Change]) -> list[str]:
    return [words(change) for change in (changes.changes if isinstance(changes, Plan) else changes)]
