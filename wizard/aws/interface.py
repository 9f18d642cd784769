"""What the engine needs of the target."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Literal, Protocol

from wizard.directory import ObjectKind as ObjectKind
from wizard.errors import Message
from wizard.progress import ReportProgress, ReportRequest
from wizard.scim.resource import Resource


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule of the target that a resource breaks."""

    rule: str
    """Stable code: `required-attribute-missing`, `more-than-one-value`, `forbidden-character`, `too-long`,
    `white-space`, `reserved-name`, `not-a-value`."""
    path: str
    """The attribute in the target."""
    message: Message
    """What AWS would refuse, and what to do."""


@dataclass(frozen=True, slots=True)
class Adapted:
    """A resource in the target's form, and what was changed."""

    resource: Resource
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Existing:
    """A resource in the target."""

    id: str
    resource: Resource
    """Its known attributes; a manager is `Known(id)`."""


@dataclass(frozen=True, slots=True)
class ExistingGroup:
    """A group in the target; members are read separately (AWS never returns them with the group)."""

    id: str
    resource: Resource


@dataclass(frozen=True, slots=True)
class TestStep:
    """One step of the connection test."""

    __test__ = False  # pytest would collect a class of this name

    name: Literal["answer", "token", "people", "groups"]
    outcome: Literal["passed", "failed", "not-tried"]
    seconds: float = 0.0
    detail: Message | None = None
    """Its result: a count, a duration, or an HTTP status."""


@dataclass(frozen=True, slots=True)
class ConnectionTest:
    """Result of the connection test."""

    steps: tuple[TestStep, ...]
    seconds: float
    message: Message
    """"Connected", or what happened and what to do."""
    passed: bool
    cause: str = ""
    """Code of a failure: dns, refused, proxy, tls, token, forbidden, tenant, html, timeout, redirect,
    throttled, server, not-scim."""


class Refused(Exception):
    """The target refused one object; the run continues with the others.

    AWS answered 400, 404 or 409, and a look-up did not show that the wanted state is there.
    """

    def __init__(self, status: int, message: Message, detail: str = "", request_id: str = "") -> None:
        super().__init__(message)
        self.status, self.message = status, message
        self.detail = detail
        """AWS's text."""
        self.request_id = request_id
        self.may_have_landed = False
        """An earlier try got no answer, or part of it was carried out: the state in AWS must be looked up."""


class OutcomeUnknown(Exception):
    """A write was sent and got no answer, so it may have been carried out; the next run looks it up first."""


@dataclass(frozen=True, slots=True)
class Landed:
    """Result of a creation."""

    id: str
    request_id: str = ""
    resource: Resource | None = None
    """The whole resource as AWS answered, in plain text also where the job redacts; None = AWS sent none."""
    gone: bool = False
    """It is no longer in AWS: it was deleted outside this program."""


@dataclass(frozen=True, slots=True)
class Updated:
    """Result of an update."""

    request_id: str = ""
    """"" if there was nothing to send."""
    resource: Resource | None = None
    """As `Landed.resource`; AWS sends none for a group."""


class TargetSession(Protocol):
    """An open connection to the target. Calls may run concurrently and share pacing.

    Each may raise `Refused` (this object), `OutcomeUnknown` (no answer) or `NoAccess` (ends the run).
    """

    def users(self, report: ReportProgress) -> AsyncIterator[Existing]: ...

    def groups(self, report: ReportProgress) -> AsyncIterator[ExistingGroup]: ...

    async def member_ids(self, group_id: str) -> frozenset[str]: ...

    async def group_ids(self, user_id: str) -> frozenset[str]:
        """Ids of all groups that a person is in."""
        ...

    async def read_user(self, user_id: str) -> Existing | None:
        """Read one person; None = AWS has nobody with this id."""
        ...

    async def read_group(self, group_id: str) -> ExistingGroup | None:
        """Read one group, without members; None = AWS has no group with this id."""
        ...

    async def find_user(self, path: str, value: str) -> Existing | None:
        """Look up a person by `userName` or `externalId`."""
        ...

    async def find_group(self, path: str, value: str) -> ExistingGroup | None:
        """Look up a group by `displayName` or `externalId`."""
        ...

    async def create_user(self, resource: Resource) -> Landed: ...

    async def update_user(self, user_id: str, before: Resource, after: Resource) -> Updated:
        """PATCH the attributes that differ; every reference is `Known`."""
        ...

    async def delete_user(self, user_id: str) -> str: ...

    async def create_group(self, resource: Resource, member_ids: Sequence[str]) -> Landed:
        """Create a group with up to 100 members (the engine adds the rest)."""
        ...

    async def update_group(self, group_id: str, before: Resource, after: Resource) -> Updated: ...

    async def delete_group(self, group_id: str) -> str: ...

    async def add_members(self, group_id: str, member_ids: Sequence[str]) -> str:
        """Up to 100 at a time."""
        ...

    async def remove_members(self, group_id: str, member_ids: Sequence[str]) -> str: ...


class Target(Protocol):
    """The target, without a connection."""

    members_per_request: int
    """Members allowed in one request (AWS: 100)."""

    def adapt_user(self, resource: Resource) -> Adapted: ...

    def adapt_group(self, resource: Resource) -> Adapted: ...

    def user_violations(self, resource: Resource) -> tuple[Violation, ...]: ...

    def group_violations(self, resource: Resource) -> tuple[Violation, ...]: ...

    def unique_keys(self, kind: ObjectKind, resource: Resource) -> tuple[tuple[str, str], ...]:
        """(path, value as `name_key`) of each attribute that must be unique in the target."""
        ...

    def connect(self, report: ReportRequest) -> AbstractAsyncContextManager[TargetSession]: ...

    async def test(self, report: ReportRequest) -> ConnectionTest:
        """Test the endpoint step by step; failures are part of the result, not raised."""
        ...
