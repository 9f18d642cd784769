"""What the engine asks of the place people go to."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Literal, Protocol

from wizard.directory import ObjectKind as ObjectKind
from wizard.errors import Message
from wizard.progress import ReportProgress, ReportRequest
from wizard.scim.resource import Resource


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule of the target that a resource breaks."""

    rule: str
    """Stable code: `required-attribute-missing`, `more-than-one-value`, `forbidden-character`, `too-long`,
    `white-space`, `reserved-name`, `not-a-value`."""
    path: str
    """The target attribute concerned."""
    message: Message
    """What AWS would refuse and what to do."""


@dataclass(frozen=True, slots=True)
class Adapted:
    """A resource as the target takes it, and what was changed for that."""

    resource: Resource
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Existing:
    """One resource as it stands in the target."""

    id: str
    resource: Resource
    """The attributes this program knows; a manager is `Known(id)`."""


@dataclass(frozen=True, slots=True)
class ExistingGroup:
    """One group as it stands in the target; members are read apart (AWS never lists them with the group)."""

    id: str
    resource: Resource


@dataclass(frozen=True, slots=True)
class TargetSnapshot:
    """The target as last read, or as last confirmed."""

    users: tuple[Existing, ...]
    groups: tuple[ExistingGroup, ...]
    members: Mapping[str, frozenset[str]]
    """Group id -> ids of its members, for every group whose members were read."""


@dataclass(frozen=True, slots=True)
class TestStep:
    """One thing that Test Connection tried."""

    __test__ = False  # pytest would collect a class of this name

    name: Literal["answer", "token", "people", "groups"]
    outcome: Literal["passed", "failed", "not-tried"]
    seconds: float = 0.0
    detail: Message | None = None
    """What was seen: a count, "100 or more", a duration, an HTTP status."""


@dataclass(frozen=True, slots=True)
class ConnectionTest:
    """What Test Connection tried, how long it took, and how it ended."""

    steps: tuple[TestStep, ...]
    seconds: float
    message: Message
    """"Connected", or what happened; what it means and what to do."""
    passed: bool
    cause: str = ""
    """Stable code of a failure: dns, refused, proxy, tls, token, forbidden, tenant, html, timeout, redirect,
    throttled, server, not-scim."""


class Refused(Exception):
    """The target refused this one object; the run goes on with the others.

    Outcome of a request that AWS answered with 400, 404 or 409 after looking-up and adopting was tried.
    """

    def __init__(
        self, status: int, message: Message, detail: str = "", request_id: str = "", path: str = ""
    ) -> None:
        super().__init__(message)
        self.status, self.message = status, message
        self.detail = detail
        """AWS's own sentence."""
        self.request_id = request_id
        self.path = path
        """Target attribute AWS named, where it named one."""
        self.may_have_landed = False
        """A try before it got no answer, or a part of it is done: what stands in AWS must be looked up."""


class OutcomeUnknown(Exception):
    """A write was sent and no answer came: it may have landed. The next run looks it up first."""


@dataclass(frozen=True, slots=True)
class Landed:
    """What a create gave."""

    id: str
    adopted: bool = False
    """True: it stood there already (409, then found) and was taken over and brought to the wished state."""
    request_id: str = ""


class TargetSession(Protocol):
    """An open connection to the target. All calls may run side by side; pacing is shared.

    Every call may raise `Refused` (this object), `OutcomeUnknown` (no answer) or `NoAccess` (ends the run).
    """

    def users(self, report: ReportProgress) -> AsyncIterator[Existing]: ...

    def groups(self, report: ReportProgress) -> AsyncIterator[ExistingGroup]: ...

    async def member_ids(self, group_id: str) -> frozenset[str]: ...

    async def find_user(self, path: str, value: str) -> Existing | None:
        """Look one person up by a filterable attribute (`userName`, `externalId`)."""
        ...

    async def find_group(self, path: str, value: str) -> ExistingGroup | None:
        """Look one group up by a filterable attribute (`displayName`, `externalId`)."""
        ...

    async def create_user(self, resource: Resource) -> Landed: ...

    async def update_user(self, user_id: str, before: Resource, after: Resource) -> str:
        """One PATCH of the attributes that differ; every reference is `Known`. Returns AWS's request id."""
        ...

    async def delete_user(self, user_id: str) -> str: ...

    async def create_group(self, resource: Resource, member_ids: Sequence[str]) -> Landed:
        """Create a group with up to 100 members inside it (the engine adds the rest)."""
        ...

    async def update_group(self, group_id: str, before: Resource, after: Resource) -> str: ...

    async def delete_group(self, group_id: str) -> str: ...

    async def add_members(self, group_id: str, member_ids: Sequence[str]) -> str:
        """Up to 100 at a time."""
        ...

    async def remove_members(self, group_id: str, member_ids: Sequence[str]) -> str: ...


class Target(Protocol):
    """The place people go to, before a connection is opened."""

    members_per_request: int
    """How many members one request may carry (AWS: 100)."""

    def adapt_user(self, resource: Resource) -> Adapted: ...

    def adapt_group(self, resource: Resource) -> Adapted: ...

    def user_violations(self, resource: Resource) -> tuple[Violation, ...]: ...

    def group_violations(self, resource: Resource) -> tuple[Violation, ...]: ...

    def unique_keys(self, kind: ObjectKind, resource: Resource) -> tuple[tuple[str, str], ...]:
        """(path, folded value) of each attribute that must be unique in the target."""
        ...

    def connect(self, report: ReportRequest) -> AbstractAsyncContextManager[TargetSession]: ...

    async def test(self, report: ReportRequest) -> ConnectionTest:
        """Try the endpoint step by step; never raises for what the network or AWS does."""
        ...
