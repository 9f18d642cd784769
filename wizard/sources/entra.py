"""A tenant of Microsoft Entra ID as a directory: people, groups and assignments, read over Microsoft Graph."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

import anyio

from wizard.directory import DirectoryGroup, DirectorySnapshot, DirectoryUser
from wizard.entra_names import MAPPABLE_NAMES
from wizard.errors import WizardError, recorded
from wizard.graph.client import DeltaExpired, InconsistentAnswer, Tokens, open_graph
from wizard.graph.reading import (
    Mirror,
    MirrorGroup,
    Reader,
    Wanted,
    attributes_of,
    decode_mirror,
    encode_mirror,
    selected,
)
from wizard.progress import ReportProgress, ReportRequest, RequestMade, ignore_event
from wizard.sources.interface import Column, Inspection

LoadMirror = Callable[[str], bytes | None]
"""Cursor -> the bytes kept under it, or None."""
SaveMirror = Callable[[str, bytes], None]
"""Keep bytes under a cursor, beside the one before: which of them counts is said by the journal's cursor."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """What is read, and how far."""

    graph_url: str
    """https://graph.microsoft.com/v1.0, or a national cloud's."""
    scope: Literal["assigned", "all"] = "assigned"
    """Assigned: who is assigned to the application, directly or through an assigned group's direct members."""
    service_principal: str = ""
    """Object id of the enterprise application; needed where scope is assigned."""
    nested: bool = False
    """People of groups inside a group count as its members. Entra's own provisioning never does that."""
    attributes: tuple[str, ...] = MAPPABLE_NAMES
    """What the mapping and its filters ask for, by the names of mappings; directory extensions by their own."""


@dataclass(slots=True)
class EntraSource:
    """One tenant. Reads what has changed since `cursor` where that is possible, else everything.

    The snapshot's own cursor goes on from it, once it is kept: a reading that fails leaves the last one good.
    """

    tenant: Tenant
    tokens: Tokens
    load: LoadMirror = field(default=lambda _: None)
    save: SaveMirror = field(default=lambda _cursor, _content: None)
    cursor: str = ""
    """Of the last snapshot that was kept; "" = read everything."""
    report_request: ReportRequest = field(default=lambda _: None)

    def inspect(self) -> Inspection:
        """What the tenant holds in scope; it is read for that. Raises `WizardError`."""
        return inspection_of(self.read(ignore_event))

    def read(self, report: ReportProgress) -> DirectorySnapshot:
        """Everyone in scope, as of now. Raises `WizardError`."""
        if self.tenant.scope == "assigned" and not self.tenant.service_principal:
            raise WizardError(
                "No application is chosen", "Choose the enterprise application whose assignments count."
            )
        mirror, notes = anyio.run(self._read, report)
        cursor, content = encode_mirror(mirror)
        self.save(cursor, content)
        return snapshot_of(mirror, self.tenant, cursor, notes)

    async def _read(self, report: ReportProgress) -> tuple[Mirror, tuple[str, ...]]:
        tenant = self.tenant
        wanted = Wanted(selected(tenant.attributes), tenant.scope, tenant.service_principal, tenant.nested)
        known = decode_mirror(self.cursor, self.load(self.cursor) if self.cursor else None, wanted.as_text)
        notes: tuple[str, ...] = ()
        async with open_graph(tenant.graph_url, self.tokens, priority="Low") as client:
            client.report_to(self._requested)
            reader = Reader(client, wanted, report)
            if known is not None:
                try:
                    return await reader.changes(known), notes
                except DeltaExpired:
                    notes = ("Microsoft no longer keeps the changes since the last reading: everything was read.",)
            try:
                return await reader.whole(), notes
            except DeltaExpired:
                raise InconsistentAnswer("graph-changes-refused") from None

    def _requested(self, made: RequestMade) -> None:
        self.report_request(made)


def inspection_of(snapshot: DirectorySnapshot) -> Inspection:
    """What can be said of a tenant that was read."""
    columns = tuple(_column(name, snapshot.users) for name in snapshot.attributes)
    return Inspection(
        recognised_as="Microsoft Entra ID",
        columns=columns,
        first_rows=tuple(tuple(user.text(one.attribute) for one in columns) for user in snapshot.users[:10]),
        row_count=len(snapshot.users),
        identity="objectId",
        identity_choices=("objectId",),
        format="Microsoft Graph v1.0",
        groups=len(snapshot.groups),
        memberships=sum(len(group.members) for group in snapshot.groups),
        notes=snapshot.notes,
    )


def snapshot_of(mirror: Mirror, tenant: Tenant, cursor: str, notes: Iterable[str] = ()) -> DirectorySnapshot:
    """What a mirror shows: people who are disabled or softly deleted as disabled, groups with people who are there."""
    people = {
        **dict.fromkeys(mirror.users, True),
        **{key: False for key, kept in mirror.deleted.items() if kept},
    }
    if tenant.scope == "assigned":
        people = dict.fromkeys(mirror.users, True)
    managed = "manager" in tenant.attributes
    plain = tuple(name for name in tenant.attributes if name != "manager")
    users = tuple(
        _user(key, mirror.users[key] if living else mirror.deleted[key], plain, mirror, living, managed)
        for key, living in sorted(people.items())
    )
    shown = {key: group for key, group in sorted(mirror.groups.items()) if _shown(key, group, mirror, tenant)}
    told = list(notes)
    hidden = len(mirror.groups) - len(shown)
    if hidden and tenant.scope == "all":
        told.append(f"{hidden} groups are not security groups; Entra ID does not provision those.")
    if not tenant.nested and any(group.nested for group in shown.values()):
        told.append("Groups inside groups are not expanded: only direct members count, as in Entra ID.")
    return DirectorySnapshot(
        users=users,
        groups=tuple(_group(key, group, mirror, tenant) for key, group in shown.items()),
        cursor=cursor,
        attributes=tenant.attributes,
        notes=tuple(recorded(note) for note in told),
    )


def _user(
    user_id: str, known: dict[str, Any], plain: tuple[str, ...], mirror: Mirror, living: bool, managed: bool
) -> DirectoryUser:
    found = attributes_of(known, plain)
    manager = known.get("manager")
    # A manager who is not read himself could not be referred to, and hides once deleted.
    if living and managed and manager in mirror.users:
        found["manager"] = manager
    # Entra may leave accountEnabled out of what it tells; only a plain no blocks.
    return DirectoryUser(user_id, living and known.get("accountEnabled") is not False, found)


def _shown(key: str, group: MirrorGroup, mirror: Mirror, tenant: Tenant) -> bool:
    """Whether a group is provisioned: assigned itself, or any security group of the tenant."""
    if tenant.scope == "assigned":
        return key in mirror.assigned_groups
    return group.properties.get("securityEnabled") is not False


def _group(group_id: str, group: MirrorGroup, mirror: Mirror, tenant: Tenant) -> DirectoryGroup:
    family = mirror.family(group_id) if tenant.nested else (group_id,)
    members = dict.fromkeys(one for part in family for one in mirror.groups[part].members if one in mirror.users)
    nested = () if tenant.nested else tuple(sorted(_name(one, mirror) for one in group.nested))
    kept = {"objectId": group_id, "displayName": str(group.properties.get("displayName") or group_id)}
    if group.properties.get("description"):
        kept["description"] = str(group.properties["description"])
    return DirectoryGroup(group_id, kept, tuple(sorted(members)), nested)


def _name(group_id: str, mirror: Mirror) -> str:
    group = mirror.groups.get(group_id)
    return str(group.properties.get("displayName") or group_id) if group else group_id


def _column(name: str, users: tuple[DirectoryUser, ...]) -> Column:
    filled = [user.text(name) for user in users if name in user.attributes]
    return Column(name, name, tuple(filled[:3]), len(filled))
