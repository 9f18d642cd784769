"""A tenant of Microsoft Entra ID as a directory, read with Microsoft Graph."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import Any, Literal

from anyio import to_thread

from wizard.directory import AttributeValue, Column, DirectoryGroup, DirectorySnapshot, DirectoryUser, RowProblem
from wizard.entra_names import MAPPABLE_NAMES
from wizard.errors import Message, WizardError
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
from wizard.names import composed
from wizard.progress import ReportProgress, ReportRequest, RequestMade, ignore_event
from wizard.sources.interface import Inspection

LoadMirror = Callable[[str], bytes | None]
"""Cursor -> the bytes stored under it, or None."""
SaveMirror = Callable[[str, bytes], None]
"""Store bytes under a cursor, beside those of the last one: the journal's cursor decides which is valid."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """What to read."""

    graph_url: str
    """https://graph.microsoft.com/v1.0, or a national cloud's."""
    scope: Literal["assigned", "all"] = "assigned"
    """"assigned" = people assigned to the application, and direct members of assigned groups."""
    service_principal: str = ""
    """Object id of the enterprise application; required for scope "assigned"."""
    nested: bool = False
    """Members of nested groups count as members of the outer group. Entra's own provisioning never does this."""
    attributes: tuple[str, ...] = MAPPABLE_NAMES
    """Entra's names of the attributes that mapping and filters use; directory extensions by their own names."""


@dataclass(slots=True)
class EntraSource:
    """Reads one tenant: the changes since `cursor` if possible, else everything.

    The caller stores the snapshot's cursor for the next reading; after a failed reading the last cursor stays valid.
    """

    tenant: Tenant
    tokens: Tokens
    load: LoadMirror = field(default=lambda _: None)
    save: SaveMirror = field(default=lambda _cursor, _content: None)
    cursor: str = ""
    """Of the last stored snapshot; "" = read everything."""
    report_request: ReportRequest = field(default=lambda _: None)

    async def inspect(self) -> Inspection:
        """Read the tenant and summarise it. Raises `WizardError`."""
        return inspection_of(await self.read(ignore_event))

    async def read(self, report: ReportProgress) -> DirectorySnapshot:
        """All people and groups in scope. Raises `WizardError`."""
        if self.tenant.scope == "assigned" and not self.tenant.service_principal:
            raise WizardError("no-application-chosen")
        mirror, notes = await self._read(report)
        return await to_thread.run_sync(self._stored, mirror, notes)

    def _stored(self, mirror: Mirror, notes: tuple[Message, ...]) -> DirectorySnapshot:
        """Store the mirror of a complete reading."""
        cursor, content = encode_mirror(mirror)
        self.save(cursor, content)
        return snapshot_of(mirror, self.tenant, cursor, notes)

    async def _read(self, report: ReportProgress) -> tuple[Mirror, tuple[Message, ...]]:
        tenant = self.tenant
        wanted = Wanted(selected(tenant.attributes), tenant.scope, tenant.service_principal, tenant.nested)
        known = await to_thread.run_sync(self._last, wanted.as_text)
        notes: tuple[Message, ...] = ()
        async with open_graph(tenant.graph_url, self.tokens, priority="Low") as client:
            client.report_to(self._requested)
            reader = Reader(client, wanted, report)
            if known is not None:
                try:
                    return await reader.changes(known), notes
                except DeltaExpired:
                    notes = (Message("entra-changes-expired"),)
            try:
                return await reader.whole(), notes
            except DeltaExpired:
                raise InconsistentAnswer("graph-changes-refused") from None

    def _last(self, asked: str) -> Mirror | None:
        """The mirror of the last reading, if it can be continued."""
        return decode_mirror(self.cursor, self.load(self.cursor) if self.cursor else None, asked)

    def _requested(self, made: RequestMade) -> None:
        self.report_request(made)


def inspection_of(snapshot: DirectorySnapshot) -> Inspection:
    """Summary of a tenant that was read."""
    columns = tuple(
        replace(column, examples=_examples(column.attribute, snapshot.users))
        for column in snapshot.columns
        if column.attribute != "accountEnabled"
    )
    return Inspection(
        recognised_as=Message("export-entra-tenant"),
        columns=columns,
        first_rows=tuple(tuple(user.text(column.attribute) for column in columns) for user in snapshot.users[:10]),
        row_count=len(snapshot.users),
        identity="objectId",
        identity_choices=("objectId",),
        format=Message("format-graph"),
        notes=snapshot.notes,
    )


def snapshot_of(mirror: Mirror, tenant: Tenant, cursor: str, notes: Iterable[Message] = ()) -> DirectorySnapshot:
    """The snapshot of a mirror: soft-deleted people are disabled, groups hold only people of the mirror."""
    people = {
        **dict.fromkeys(mirror.users, True),
        **{key: False for key, known in mirror.deleted.items() if known},
    }
    if tenant.scope == "assigned":
        people = dict.fromkeys(mirror.users, True)
    managed = "manager" in tenant.attributes
    plain = tuple(name for name in tenant.attributes if name != "manager")
    unclear = {key for key, living in people.items() if living and not _says_enabled(mirror.users[key])}
    users = tuple(
        _user(key, mirror.users[key] if living else mirror.deleted[key], plain, mirror, living, managed)
        for key, living in sorted(people.items())
        if key not in unclear
    )
    groups = {
        key: group for key, group in sorted(mirror.groups.items()) if _is_in_scope(key, group, mirror, tenant)
    }
    # A group of which nothing is known must not lose its members: it is left as it is.
    unreadable = {
        key: group
        for key, group in groups.items()
        if any(
            part in mirror.groups and mirror.groups[part].is_unreadable
            for part in (mirror.family(key) if tenant.nested else (key,))
        )
    }
    groups = {key: group for key, group in groups.items() if key not in unreadable}
    all_notes = list(notes)
    left_out = len(mirror.groups) - len(groups) - len(unreadable)
    if left_out and tenant.scope == "all":
        all_notes.append(Message("entra-groups-not-security", count=left_out))
    if not tenant.nested and any(group.nested for group in groups.values()):
        all_notes.append(Message("entra-nested-groups-not-expanded"))
    return DirectorySnapshot(
        users=users,
        groups=tuple(_group(key, group, mirror, tenant) for key, group in groups.items()),
        cursor=cursor,
        attributes=tenant.attributes,
        problems=(
            *(_without_status(key, mirror.users[key]) for key in sorted(unclear)),
            *(_hidden(key, mirror) for key in unreadable),
        ),
        columns=_columns(tenant, users, mirror),
        notes=tuple(all_notes),
    )


def _user(
    user_id: str, known: dict[str, Any], plain: tuple[str, ...], mirror: Mirror, living: bool, managed: bool
) -> DirectoryUser:
    attributes = {name: _composed(value) for name, value in attributes_of(known, plain).items()}
    manager = known.get("manager")
    # A manager who was not read cannot be referred to.
    if living and managed and manager in mirror.users:
        attributes["manager"] = manager
    return DirectoryUser(user_id, living and known.get("accountEnabled") is True, attributes)


def _says_enabled(known: Mapping[str, Any]) -> bool:
    """Whether Graph returned accountEnabled; null never means enabled."""
    return isinstance(known.get("accountEnabled"), bool)


def _without_status(user_id: str, known: Mapping[str, Any]) -> RowProblem:
    names = attributes_of(known, ("displayName", "userPrincipalName"))
    name = composed(str(names.get("userPrincipalName", "")))
    label = composed(str(names.get("displayName", ""))) or name or user_id
    message = Message("status-not-told")
    return RowProblem(0, "accountEnabled", message, label=label, source_id=user_id, user_name=name)


def _hidden(group_id: str, mirror: Mirror) -> RowProblem:
    name = _name(group_id, mirror)
    message = Message("hidden-membership", group=name)
    return RowProblem(0, "members", message, label=name, source_id=group_id, of_group=True)


def _is_in_scope(key: str, group: MirrorGroup, mirror: Mirror, tenant: Tenant) -> bool:
    """Whether a group is provisioned: it is assigned, or a security group of the tenant."""
    if tenant.scope == "assigned":
        return key in mirror.assigned_groups
    return group.properties.get("securityEnabled") is not False


def _group(group_id: str, group: MirrorGroup, mirror: Mirror, tenant: Tenant) -> DirectoryGroup:
    family = mirror.family(group_id) if tenant.nested else (group_id,)
    members = {member for part in family for member in mirror.groups[part].members if member in mirror.users}
    nested = () if tenant.nested else tuple(sorted(_name(each, mirror) for each in group.nested))
    attributes = {"objectId": group_id, "displayName": _name(group_id, mirror)}
    if group.properties.get("description"):
        attributes["description"] = composed(str(group.properties["description"]))
    return DirectoryGroup(group_id, attributes, tuple(sorted(members)), nested)


def _name(group_id: str, mirror: Mirror) -> str:
    group = mirror.groups.get(group_id)
    return composed(str(group.properties.get("displayName") or group_id)) if group else group_id


def _composed(value: AttributeValue) -> AttributeValue:
    if isinstance(value, str):
        return composed(value)
    return tuple(map(composed, value)) if isinstance(value, tuple) else value


def _columns(tenant: Tenant, users: Sequence[DirectoryUser], mirror: Mirror) -> tuple[Column, ...]:
    """The properties asked for, and `accountEnabled`, with the number of people who have a value."""
    filled = Counter(chain.from_iterable(user.attributes for user in users))
    known = sum(isinstance(person.get("accountEnabled"), bool) for person in mirror.users.values())
    names = (name for name in tenant.attributes if name != "accountEnabled")
    return (
        *(Column(name, name, filled[name]) for name in names),
        Column("accountEnabled", "accountEnabled", known),
    )


def _examples(name: str, users: Iterable[DirectoryUser]) -> tuple[str, ...]:
    return tuple(islice((user.text(name) for user in users if name in user.attributes), 3))
