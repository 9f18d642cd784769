"""What must be written so that one object stands as it shall: creations and changed attributes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache

from wizard.errors import Message
from wizard.provisioning.operations import CreateUser, UpdateGroup, UpdateUser
from wizard.provisioning.preflight import Desired
from wizard.provisioning.read_aws import AnyExisting
from wizard.provisioning.words import differing, short_names
from wizard.scim.resource import MANAGER, Known, Planned, Reference, Resource, Sealed, Value

NOT_IN_AWS = Message("not-in-aws-yet", members=0)
NEVER_CLEARED = frozenset({"active", "userName"})
"""AWS refuses their removal (PatchUser); without a source value they are left alone."""


def changed(existing: Resource, desired: Resource, paths: Collection[str]) -> tuple[Resource, Resource]:
    """Before and after, only the attributes among `paths` that differ; a path only in `before` is cleared."""
    written = [path for path, value in desired.items() if existing.get(path) != value and path in paths]
    cleared = [p for p in existing if p not in desired and p in paths and p not in NEVER_CLEARED]
    if not written and not cleared:  # nearly everybody, nearly always
        return {}, {}
    before = {path: existing[path] for path in (*written, *cleared) if path in existing}
    after = {path: desired[path] for path in written}
    _complete_items(before, after, existing)
    _unseal(after, desired)
    return before, after


def _unseal(after: dict[str, Value], desired: Resource) -> None:
    """A part of an item that the journal knows by its digest alone cannot be sent along as it stands."""
    for path in [path for path, value in after.items() if isinstance(value, Sealed)]:
        if path in desired:
            after[path] = desired[path]
        else:
            del after[path]


def _complete_items(before: dict[str, Value], after: dict[str, Value], existing: Resource) -> None:
    """What stands in a list item of which a part changes: an item is written whole, so its other parts go along.

    AWS keeps one item in each list (limitations of its SCIM guide): an item of another type gives way to ours.
    """
    for item in {path.partition("]")[0] for path in after if "[" in path}:
        attribute = item.partition("[")[0] + "["
        for path, value in existing.items():
            if path.startswith(f"{item}]") and path not in before and path not in after:
                before[path] = after[path] = value
            elif path.startswith(attribute) and not path.startswith(f"{item}]"):
                before[path] = value
    # A part is cleared while others stay: the others make the item that is written.
    for item in {path.partition("]")[0] for path in before if "[" in path and path not in after}:
        for path, value in existing.items():
            if path.startswith(f"{item}]") and path not in before and path not in after:
                before[path] = after[path] = value


def merged(existing: Resource, desired: Resource, paths: Collection[str]) -> Resource:
    """The existing resource as it stands once it follows `desired` in `paths`."""
    before, after = changed(existing, desired, paths)
    if not before and not after:
        return existing
    return {path: value for path, value in existing.items() if path not in before} | dict(after)


def _without(paths: frozenset[str], untouched: frozenset[str]) -> frozenset[str]:
    return paths - untouched if untouched else paths


@dataclass(frozen=True, slots=True)
class Managers:
    """What is known of the people who may be somebody's manager."""

    references: Mapping[str, Reference]
    """Source id -> who can be written as a manager."""
    standing: Mapping[str, str]
    """Source id -> target id of everyone linked, also who is out of scope."""
    names: Mapping[str, str]
    """Source id -> what a person calls them."""


def diff_person(
    one: Desired, existing: AnyExisting | None, governed: frozenset[str], managers: Managers, *, again: bool
) -> tuple[CreateUser | UpdateUser | None, Message | None]:
    """The operation for one person in scope (None = already as it should be), and what reference it goes without.

    `again` True: this job disabled the person, so they are enabled even where no row maps `active`.
    """
    resource, left_alone, warning = _manager_resolved(one, existing, managers)
    if existing is None:
        return CreateUser(one.source_id, one.label, resource, NOT_IN_AWS), warning
    paths = _without(governed, left_alone | one.untouched)
    if again and "active" not in paths:
        paths, resource = paths | {"active"}, {**resource, "active": True}
    before, after = changed(existing.resource, resource, paths)
    if not before and not after:
        return None, warning
    return UpdateUser(one.source_id, one.label, existing.id, before, after, _why(before, after)), warning


def diff_group(one: Desired, existing: AnyExisting, governed: frozenset[str]) -> UpdateGroup | None:
    """The operation for one group's attributes; None = already as they should be."""
    before, after = changed(existing.resource, one.resource, _without(governed, one.untouched))
    if not before and not after:
        return None
    return UpdateGroup(one.source_id, one.label, existing.id, before, after, _why(before, after))


def _manager_resolved(
    one: Desired, existing: AnyExisting | None, managers: Managers
) -> tuple[Resource, frozenset[str], Message | None]:
    """The resource with its manager resolved, paths to leave alone, and why the manager is not written.

    A manager who cannot be written is never a reason to clear the one who stands there.
    """
    wished = one.resource.get(MANAGER)
    if not isinstance(wished, Planned):
        return one.resource, frozenset(), None
    reference = managers.references.get(wished.source_id)
    if reference is not None:
        return {**one.resource, MANAGER: reference}, frozenset(), None
    resource = {path: value for path, value in one.resource.items() if path != MANAGER}
    stands = existing.resource.get(MANAGER) if existing else None
    if isinstance(stands, Known) and stands.id == managers.standing.get(wished.source_id):
        return resource, frozenset({MANAGER}), None
    name = managers.names.get(wished.source_id, wished.source_id)
    return resource, frozenset({MANAGER}), Message("manager-not-provisioned", manager=name, kept=bool(stands))


def _why(before: Resource, after: Resource) -> Message:
    again = after.get("active") is True and before.get("active") is False
    return _differing(differing(before, after), again)


@lru_cache(maxsize=1024)
def _differing(paths: tuple[str, ...], again: bool) -> Message:
    if again:
        return Message("enabled-again", attributes=short_names(path for path in paths if path != "active"))
    return Message("attributes-differ", count=len(paths), attributes=short_names(paths))
