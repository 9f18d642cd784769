"""A tenant of Microsoft Entra ID: people, groups, an application's assignments, and the record of every change."""

import base64
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from wizard.sandbox.entra.refusals import unknown_object

Kind = Literal["users", "groups"]
USER_ROLE = "8774f594-1d59-4279-b9d9-59ef09a23530"
SERVICE_PRINCIPAL = "d3616293-fff8-4415-9f01-33b05dad1b46"
"""The gallery application that is there from the beginning."""
DEFAULT_ACCESS = "00000000-0000-0000-0000-000000000000"
"""What an assignment has for a role where the application has none."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened to one object."""

    kind: Kind
    id: str
    member: str = ""
    """The member that came or went, or the manager who went; "" = the object itself changed."""


@dataclass(slots=True)
class Tenant:
    """Everything the directory holds. Objects are Graph's JSON, without navigation properties."""

    id: str
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    members: dict[str, list[str]] = field(default_factory=dict)
    """Group id -> ids of its direct members, people and groups alike."""
    managers: dict[str, str] = field(default_factory=dict)
    """Person -> manager, by id."""
    assignments: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The gallery application's appRoleAssignedTo, by the assignment's id."""
    deleted: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Soft-deleted people, restorable."""
    deleted_groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Soft-deleted Microsoft 365 groups, restorable with their members."""
    gone: set[str] = field(default_factory=set)
    """Ids deleted for good."""
    log: list[Change] = field(default_factory=list)
    principals: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Enterprise applications."""
    registrations: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What enterprise applications are registered as, by object id."""
    own_passwords: list[dict[str, Any]] = field(default_factory=list)
    """`passwordCredentials` of the application that signs in."""
    owners: dict[str, dict[str, float]] = field(default_factory=dict)
    """Enterprise application or registration -> its owners, and since when (seconds since 1970)."""
    late_roles: dict[str, tuple[int, list[dict[str, Any]]]] = field(default_factory=dict)
    """Enterprise application -> so many more looks do not show these new roles."""
    premium: bool = True
    """The tenant has Entra ID P1: groups can be assigned."""
    gallery: bool = True
    """The gallery of this cloud offers the application."""
    hidden: dict[str, int] = field(default_factory=dict)
    """New enterprise applications: so many more looks do not find them yet."""
    signing_keys: dict[str, tuple[Any, bytes]] = field(default_factory=dict)
    """Thumbprint of a certificate -> its private key and the certificate (DER); "" = the whole tenant's."""
    saml_exempt: bool = True
    """Applications with the mode saml may have identifiers that the tenant's policy refuses others."""
    claims_policies: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Claims mapping policies by id."""
    claims_assigned: dict[str, list[str]] = field(default_factory=dict)
    """Enterprise application -> ids of its claims mapping policies."""
    sent_mails: list[dict[str, Any]] = field(default_factory=list)
    """Bodies of sendMail, with the id of who sent each."""
    epoch: int = 0
    """Delta tokens of an earlier epoch have expired."""

    def store(self, kind: Kind) -> dict[str, dict[str, Any]]:
        """All living objects of a kind."""
        return self.users if kind == "users" else self.groups

    def found(self, kind: Kind, object_id: str) -> dict[str, Any]:
        """One living object; raises a 404 refusal."""
        try:
            return self.store(kind)[object_id]
        except KeyError:
            raise unknown_object(object_id) from None

    def add_user(self, properties: dict[str, Any], manager: str = "") -> str:
        """Make a person; the id may be given. Returns it."""
        user_id = str(properties.get("id") or uuid.uuid4())
        nickname = str(properties.get("userPrincipalName") or "").partition("@")[0]
        self.users[user_id] = {
            "businessPhones": [], "accountEnabled": True, "mailNickname": nickname, **properties, "id": user_id,
        }  # fmt: skip
        if manager:
            self.managers[user_id] = manager
        self.log.append(Change("users", user_id))
        return user_id

    def add_group(self, properties: dict[str, Any], members: Iterable[str] = ()) -> str:
        """Make a group with its members; the id may be given. Returns it."""
        group_id = str(properties.get("id") or uuid.uuid4())
        self.groups[group_id] = {
            "securityEnabled": True, "mailEnabled": False, "groupTypes": [], "description": None,
            **properties, "id": group_id,
        }  # fmt: skip
        self.members[group_id] = []
        self.log.append(Change("groups", group_id))
        for member in members:
            self.add_member(group_id, member)
        return group_id

    def change(self, kind: Kind, object_id: str, properties: dict[str, Any]) -> None:
        """Set properties of an object."""
        self.found(kind, object_id).update(properties)
        self.log.append(Change(kind, object_id))

    def set_manager(self, user_id: str, manager: str) -> None:
        """Name a person's manager; "" = none."""
        self.found("users", user_id)
        before = self.managers.pop(user_id, "")
        if manager:
            self.managers[user_id] = manager
        self.log.append(Change("users", user_id, before))

    def add_member(self, group_id: str, member: str) -> None:
        """Put a person or a group into a group."""
        self.found("groups", group_id)
        if member not in self.users and member not in self.groups:
            raise unknown_object(member)
        if member not in self.members[group_id]:
            self.members[group_id].append(member)
            self.log.append(Change("groups", group_id, member))

    def remove_member(self, group_id: str, member: str) -> None:
        """Take a member out of a group; raises a 404 refusal where it is none."""
        if member not in self.members.get(group_id, ()):
            raise unknown_object(member)
        self.members[group_id].remove(member)
        self.log.append(Change("groups", group_id, member))

    def delete(self, kind: Kind, object_id: str) -> None:
        """Delete an object: a person or a Microsoft 365 group softly, with all memberships hidden; others for good."""
        thing = self.found(kind, object_id)
        del self.store(kind)[object_id]
        if kind == "users":
            self.deleted[object_id] = thing
        elif "Unified" in thing["groupTypes"]:
            self.deleted_groups[object_id] = thing
        else:
            self.gone.add(object_id)
            self.members.pop(object_id, None)
            self._forget(object_id)
        self.log.append(Change(kind, object_id))

    def restore(self, object_id: str) -> None:
        """Bring back what was softly deleted, with the memberships; raises a 404 refusal."""
        kind: Kind = "users" if object_id in self.deleted else "groups"
        kept = self.deleted if kind == "users" else self.deleted_groups
        if object_id not in kept:
            raise unknown_object(object_id)
        self.store(kind)[object_id] = kept.pop(object_id)
        self.log.append(Change(kind, object_id))
        self.log.extend(Change("users", one) for one, manager in self.managers.items() if manager == object_id)
        self.log.extend(
            Change("groups", group, object_id) for group, ids in self.members.items() if object_id in ids
        )

    def purge(self, object_id: str) -> None:
        """Delete what was softly deleted for good; raises a 404 refusal."""
        kind: Kind = "users" if object_id in self.deleted else "groups"
        if (self.deleted if kind == "users" else self.deleted_groups).pop(object_id, None) is None:
            raise unknown_object(object_id)
        self.gone.add(object_id)
        self.members.pop(object_id, None)
        self._forget(object_id)
        self.log.append(Change(kind, object_id))

    def application(self, principal_id: str) -> dict[str, Any]:
        """One enterprise application; raises a 404 refusal while it is not replicated, or where there is none."""
        if not self.appears(principal_id) or principal_id not in self.principals:
            raise unknown_object(principal_id)
        found = self.principals[principal_id]
        if principal_id in self.late_roles:
            looks, roles = self.late_roles.pop(principal_id)
            if looks:
                self.late_roles[principal_id] = (looks - 1, roles)
            else:
                found["appRoles"] = roles
        return found

    def appears(self, object_id: str) -> bool:
        """Whether an application or registration is replicated; each look brings it nearer."""
        left = self.hidden.get(object_id, 0)
        if left:
            self.hidden[object_id] = left - 1
        return not left

    def registration(self, object_id: str) -> dict[str, Any]:
        """What an application is registered as; raises a 404 refusal while it is not replicated, or where there is none."""
        if not self.appears(object_id) or object_id not in self.registrations:
            raise unknown_object(object_id)
        return self.registrations[object_id]

    def is_assigned(self, principal: str, application: str, role: str) -> bool:
        """Whether a person or a group has a role already."""
        return _assignment_id(principal, application, role) in self.assignments

    def assign(self, principal: str, application: str = SERVICE_PRINCIPAL, role: str = USER_ROLE) -> str:
        """Assign a person or a group to the application with a role; returns the assignment's id."""
        kind = "User" if principal in self.users else "Group"
        thing = self.found("users" if kind == "User" else "groups", principal)
        assignment_id = _assignment_id(principal, application, role)
        self.assignments[assignment_id] = {
            "id": assignment_id,
            "deletedDateTime": None,
            "appRoleId": role,
            "createdDateTime": "2026-01-05T08:00:00Z",
            "principalDisplayName": thing.get("displayName"),
            "principalId": principal,
            "principalType": kind,
            "resourceDisplayName": self.principals[application]["displayName"],
            "resourceId": application,
        }
        return assignment_id

    def unassign(self, assignment_id: str) -> None:
        """Remove an assignment; raises a 404 refusal."""
        if self.assignments.pop(assignment_id, None) is None:
            raise unknown_object(assignment_id)

    def assigned(self, application: str) -> list[dict[str, Any]]:
        """An application's assignments of those who live; a deleted person's assignment is hidden with the person."""
        return [
            one
            for one in self.assignments.values()
            if one["resourceId"] == application
            and (one["principalId"] in self.users or one["principalId"] in self.groups)
        ]

    def living_members(self, group_id: str) -> list[str]:
        """Direct members that are not deleted."""
        self.found("groups", group_id)
        return [one for one in self.members[group_id] if one in self.users or one in self.groups]

    def _forget(self, object_id: str) -> None:
        for group, members in self.members.items():
            if object_id in members:
                members.remove(object_id)
                self.log.append(Change("groups", group, object_id))
        for assignment in [key for key, one in self.assignments.items() if one["principalId"] == object_id]:
            del self.assignments[assignment]
        for person in [person for person, manager in self.managers.items() if manager == object_id]:
            if person in self.users:
                self.set_manager(person, "")
            else:
                del self.managers[person]


def _assignment_id(principal: str, application: str, role: str) -> str:
    """43 characters, as Graph's: the one assigned, and the rest."""
    rest = uuid.uuid5(uuid.UUID(application), role).bytes
    return base64.urlsafe_b64encode(uuid.UUID(principal).bytes + rest).decode().rstrip("=")
