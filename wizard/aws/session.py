"""IAM Identity Center as the target: its rules and connection, and the session that reads and writes."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Literal, TypeVar

from wizard.aws import connection_test, refusals, rules
from wizard.aws.endpoint import Endpoint, Problem, endpoint
from wizard.aws.interface import (
    Adapted,
    ConnectionTest,
    Existing,
    ExistingGroup,
    Landed,
    ObjectKind,
    OutcomeUnknown,
    Refused,
    Updated,
    Violation,
)
from wizard.errors import Message, NoAccess, TokenRefused
from wizard.http.client import Timeouts, connected
from wizard.http.failures import AnswerLost
from wizard.http.pacing import ADAPTIVE_PACING, AWS_PACING, Pacing
from wizard.http.retry import RetryPolicy
from wizard.names import name_key
from wizard.progress import Progress, ReportProgress, ReportRequest
from wizard.scim.bodies import (
    IncompleteList,
    Json,
    ScimError,
    add_members,
    group_body,
    operations,
    remove_members,
    resource_of,
    user_body,
)
from wizard.scim.client import Collection, Done, ScimClient, equals
from wizard.scim.resource import Redacted, Resource
from wizard.secret import Secret

T = TypeVar("T")

PacingChoice = Literal["", "aws", "adaptive"]

CREATE_TRIES = 3
"""Creations sent at most, if each answer is lost and a look-up finds nothing."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """What differs between people and groups."""

    kind: ObjectKind
    collection: Collection
    names: tuple[str, ...]
    """Attributes for look-ups, in this order (AWS filters by these and few others)."""
    reading: Message
    """The operation "Reading people from AWS"."""


_USER = _Kind("user", "/Users", ("userName", "externalId"), Message("reading-people-from-aws"))
_GROUP = _Kind("group", "/Groups", ("displayName", "externalId"), Message("reading-groups-from-aws"))
_MEMBERS = _Kind("group", "/Groups", (), Message("reading-memberships-from-aws"))


class IdentityCenterSession:
    """Implements `TargetSession` with SCIM. `is_linked` says whether this job already provisions an id."""

    def __init__(self, scim: ScimClient, is_linked: Callable[[str], bool]) -> None:
        self._scim, self._is_linked = scim, is_linked
        self._made: dict[str, str] = {}
        """Id of each object created -> its name."""

    async def users(self, report: ReportProgress) -> AsyncIterator[Existing]:
        """All people of the tenant, page by page."""
        async for body in self._all(_USER, report):
            yield Existing(str(body["id"]), resource_of(body))

    async def groups(self, report: ReportProgress) -> AsyncIterator[ExistingGroup]:
        """All groups of the tenant, without members."""
        async for body in self._all(_GROUP, report):
            yield ExistingGroup(str(body["id"]), resource_of(body))

    async def member_ids(self, group_id: str) -> frozenset[str]:
        """Ids of a group's members."""
        return await self._read_answer(read_members(self._scim, group_id), _MEMBERS)

    async def group_ids(self, user_id: str) -> frozenset[str]:
        """Ids of all groups that a person is in."""
        return await self._read_answer(read_groups_of(self._scim, user_id), _MEMBERS)

    async def read_user(self, user_id: str) -> Existing | None:
        """Read one person; None = AWS has nobody with this id."""
        body = await self._read(_USER, user_id)
        return Existing(user_id, resource_of(body)) if body else None

    async def read_group(self, group_id: str) -> ExistingGroup | None:
        """Read one group, without members; None = AWS has no group with this id."""
        body = await self._read(_GROUP, group_id)
        return ExistingGroup(group_id, resource_of(body)) if body else None

    async def find_user(self, path: str, value: str) -> Existing | None:
        """Look up a person by `userName` or `externalId`."""
        body = await self._find(_USER, path, value)
        return Existing(str(body["id"]), resource_of(body)) if body else None

    async def find_group(self, path: str, value: str) -> ExistingGroup | None:
        """Look up a group by `displayName` or `externalId`."""
        body = await self._find(_GROUP, path, value)
        return ExistingGroup(str(body["id"]), resource_of(body)) if body else None

    async def create_user(self, resource: Resource) -> Landed:
        """Create a person; one who exists already is refused, unless it is this creation whose answer was lost."""
        landed, _ = await self._create(_USER, resource, user_body(resource))
        return landed

    async def update_user(self, user_id: str, before: Resource, after: Resource) -> Updated:
        """PATCH what differs; sends nothing if nothing does."""
        return await self._change(_USER, user_id, before, rules.one_item(before, after))

    async def delete_user(self, user_id: str) -> str:
        """Delete a person; one who is already gone counts as deleted."""
        return await self._delete(_USER, user_id)

    async def create_group(self, resource: Resource, member_ids: Sequence[str]) -> Landed:
        """Create a group with up to 100 members; one that exists already is refused, as with people.

        AWS may refuse it because of one member: then the group is created first and members are added, so that the
        others get in. `Refused` then means that members are missing; the group exists and is looked up next time.
        """
        if len(member_ids) > rules.MEMBERS_PER_REQUEST:
            raise ValueError(f"a group is created with up to {rules.MEMBERS_PER_REQUEST} members")
        try:
            landed, looked_up = await self._create(_GROUP, resource, group_body(resource, member_ids))
        except Refused as refusal:
            if not member_ids or refusal.status not in (400, 404):
                raise
            landed, looked_up = (await self._create(_GROUP, resource, group_body(resource)))[0], True
        if looked_up and member_ids:
            with _in_doubt(True):
                present = await self.member_ids(landed.id)
                await self.add_members(landed.id, [member for member in member_ids if member not in present])
        return landed

    async def update_group(self, group_id: str, before: Resource, after: Resource) -> Updated:
        """PATCH what differs; sends nothing if nothing does."""
        return await self._change(_GROUP, group_id, before, after)

    async def delete_group(self, group_id: str) -> str:
        """Delete a group; one that is already gone counts as deleted."""
        return await self._delete(_GROUP, group_id)

    async def add_members(self, group_id: str, member_ids: Sequence[str]) -> str:
        """Add up to 100 members; those already in the group count as added."""
        return await self._members(group_id, member_ids, adding=True)

    async def remove_members(self, group_id: str, member_ids: Sequence[str]) -> str:
        """Remove up to 100 members; those not in the group count as removed."""
        return await self._members(group_id, member_ids, adding=False)

    async def _all(self, what: _Kind, report: ReportProgress) -> AsyncIterator[Json]:
        seen: dict[str, object] = {}
        report(Progress(what.reading))
        try:
            async for page in self._scim.pages(what.collection):
                for body in page.resources:
                    name = body.get(what.names[0])
                    if body["id"] not in seen:
                        seen[body["id"]] = name
                        yield body
                    elif name_key(name) != name_key(seen[body["id"]]):
                        first, second = str(seen[body["id"]]), str(name)
                        raise IncompleteList(
                            "list-id-used-twice",
                            collection=what.collection,
                            id=body["id"],
                            first=first,
                            second=second,
                        )
                    # Otherwise a list that changes while it is read returned a row twice.
                report(Progress(what.reading, len(seen)))
        except ScimError as error:
            raise (refusals.ends_the_run(error) or refusals.service_failed(error, what.reading)) from None

    async def _answer(self, request: Awaitable[T], kind: ObjectKind) -> T:
        """Wait for the answer to a write; turns errors of SCIM into those of `TargetSession`."""
        try:
            return await request
        except ScimError as error:
            raise _outcome(error, kind) from None
        except AnswerLost as lost:
            raise OutcomeUnknown(lost.operation) from None

    async def _read_answer(self, request: Awaitable[T], what: _Kind) -> T:
        """Wait for the answer to a read; turns errors of SCIM into those of `TargetSession`."""
        try:
            return await request
        except ScimError as error:
            raise refusals.ends_the_run(error) or refusals.not_read(error, what.kind, what.reading) from None

    async def _read(self, what: _Kind, resource_id: str) -> Json | None:
        """A resource by its id; None if the service says that there is none."""
        try:
            body = await self._scim.read(what.collection, resource_id)
        except ScimError as error:
            if error.says_absent:
                return None
            raise refusals.ends_the_run(error) or refusals.not_read(error, what.kind, what.reading) from None
        if body.get("id") != resource_id:  # an answer about something else does not say that it is gone
            raise OutcomeUnknown(f"GET {what.collection}/{{id}}")
        return body

    async def _find(self, what: _Kind, path: str, value: str) -> Json | None:
        value = value.text if isinstance(value, Redacted) else value
        rows = await self._read_answer(self._scim.find(what.collection, path, value), what)
        wanted = name_key(value)
        # A service that does not know the filter may answer with another person.
        return next((row for row in rows if name_key(row.get(path)) == wanted), None)

    async def _look_up(self, what: _Kind, resource: Resource) -> Json | None:
        for path in what.names:
            value = resource.get(path)
            if isinstance(value, str) and (existing := await self._find(what, path, value)) is not None:
                return existing
        return None

    async def _create(self, what: _Kind, resource: Resource, body: Json) -> tuple[Landed, bool]:
        """Create; also returns whether it was looked up, so that its members are unknown."""
        lost = False
        for _ in range(CREATE_TRIES):
            clash: ScimError | None = None
            try:
                done = await self._scim.create(what.collection, body)
                if done.body.get("id"):
                    with _in_doubt(True):
                        return self._created(what, done, resource), False
                lost = True
            except AnswerLost:
                lost = True
            except ScimError as error:
                if error.status != 409:
                    raise _outcome(error, what.kind) from None
                clash = error
            with _in_doubt(lost):
                existing = await self._look_up(what, resource)
                if existing is not None:
                    if not lost or not self._may_be_ours(what, existing, resource):
                        raise self._name_taken(what, existing, resource, clash)
                    return await self._complete(what, existing, resource), True
                if clash is not None:
                    raise _taken(what, resource, clash)
        raise OutcomeUnknown(f"POST {what.collection}")

    def _created(self, what: _Kind, done: Done, resource: Resource) -> Landed:
        """What was created; raises `Refused` for an id that cannot be used, or that another object has."""
        name = str(resource.get(what.names[0], ""))
        if not done.id:
            raise refusals.odd_id("id-not-usable", what.kind, str(done.body["id"]), done.request_id)
        if self._made.setdefault(done.id, name) != name or self._is_linked(done.id):
            raise refusals.odd_id("id-of-another-object", what.kind, done.id, done.request_id)
        return Landed(done.id, done.request_id, _whole(what, done.id, done.body))

    def _may_be_ours(self, what: _Kind, existing: Json, resource: Resource) -> bool:
        """Whether this may be what we created without an answer: nobody else's link, and every name that was sent.

        An attribute that AWS left out says nothing. Whatever else exists was made by others: planning asks a person
        about it.
        """
        if self._is_linked(existing["id"]) or existing["id"] in self._made:
            return False
        sent = [(path, resource[path]) for path in what.names if isinstance(resource.get(path), str)]
        return all(not existing.get(path) or name_key(existing[path]) == name_key(value) for path, value in sent)

    def _name_taken(self, what: _Kind, existing: Json, resource: Resource, clash: ScimError | None) -> Refused:
        """The refusal of a creation whose user name, name or external id another object has."""
        path = next((p for p in what.names if name_key(existing.get(p)) == name_key(resource.get(p))), "")
        linked = self._is_linked(str(existing["id"]))
        return refusals.name_taken(what.kind, path, str(resource.get(path, "")), clash or ScimError(409), linked)

    async def _complete(self, what: _Kind, existing: Json, resource: Resource) -> Landed:
        """Our own creation, whose answer was lost: written again where AWS has it differently."""
        self._made[existing["id"]] = str(resource.get(what.names[0], ""))
        before = resource_of(existing)
        after = rules.one_item(before, {**before, **resource})
        if not operations(before, after):
            return Landed(existing["id"], resource=_whole(what, existing["id"], existing))
        updated = await self._change(what, existing["id"], before, after)
        return Landed(existing["id"], updated.request_id, updated.resource)

    async def _change(self, what: _Kind, resource_id: str, before: Resource, after: Resource) -> Updated:
        """PATCH; if AWS refuses it, read the current state and send only what still differs.

        A PATCH whose answer was lost is sent again, and values that it removed cannot be removed twice. The known state
        can also be out of date.
        """
        changes = operations(before, after)
        if not changes:
            return Updated()
        try:
            return _updated(what, resource_id, await self._scim.change(what.collection, resource_id, changes))
        except AnswerLost as lost:
            raise OutcomeUnknown(lost.operation) from None
        except ScimError as error:
            if error.status != 400:
                raise _outcome(error, what.kind) from None
            refusal = error
        with _in_doubt(refusal.may_have_landed):
            body = await self._read(what, resource_id)
            if body is None or what.names[0] not in body:  # nothing shows the wanted state
                raise refusals.refused(refusal, what.kind)
        now = {path: value for path, value in resource_of(body).items() if path in before or path in after}
        left = operations(now, rules.one_item(now, after))
        if left == changes:
            raise refusals.refused(refusal, what.kind)
        if not left:
            return Updated(refusal.request_id, _whole(what, resource_id, body))
        with _in_doubt(True):  # the known state was out of date
            done = await self._answer(self._scim.change(what.collection, resource_id, left), what.kind)
            return _updated(what, resource_id, done)

    async def _delete(self, what: _Kind, resource_id: str) -> str:
        try:
            done = await self._scim.delete(what.collection, resource_id)
        except AnswerLost as lost:
            raise OutcomeUnknown(lost.operation) from None
        except ScimError as error:
            if not error.says_absent:
                raise _outcome(error, what.kind) from None
            request_id = error.request_id
        else:
            return done.request_id
        with _in_doubt(True):  # a service may not find for a moment what it has
            if await self._read(what, resource_id) is not None:
                raise OutcomeUnknown(f"DELETE {what.collection}/{{id}}")
        return request_id

    async def _members(self, group_id: str, member_ids: Sequence[str], adding: bool) -> str:
        if len(member_ids) > rules.MEMBERS_PER_REQUEST:
            raise ValueError(f"a group takes up to {rules.MEMBERS_PER_REQUEST} member changes at a time")
        change = MembershipChange(self._scim, group_id, adding)
        with _in_doubt(lambda: change.moved):
            return await self._answer(change.carry_out(member_ids), "group")


class IdentityCenter:
    """IAM Identity Center as the target. Uses the network only in `connect` and `test`.

    Raises `TokenRefused` for a token that no header can carry, and `NoAccess` for a tenant URL that is not valid, or has
    a host that is neither AWS's nor loopback and was not confirmed (`allowed_host`). `is_linked` says whether another
    person or group of this job has an id in AWS: such an object is never adopted.
    """

    members_per_request = rules.MEMBERS_PER_REQUEST

    def __init__(
        self,
        tenant_url: str,
        token: Secret | str,
        pacing: PacingChoice = "",
        *,
        allowed_host: str = "",
        is_linked: Callable[[str], bool] | None = None,
        retry: RetryPolicy | None = None,
        timeouts: Timeouts | None = None,
    ) -> None:
        self._token = _sendable(token if isinstance(token, Secret) else Secret(token))
        self.endpoint = _usable(tenant_url, allowed_host)
        self._pacing = pacing_for(self.endpoint, pacing)
        self._is_linked = is_linked or (lambda _: False)
        self._retry, self._timeouts = retry, timeouts

    def __repr__(self) -> str:
        return f"IdentityCenter({self.endpoint.url!r})"

    def adapt_user(self, resource: Resource) -> Adapted:
        """A person in AWS's form, without loss."""
        return rules.adapt("user", resource)

    def adapt_group(self, resource: Resource) -> Adapted:
        """A group in AWS's form, without loss."""
        return rules.adapt("group", resource)

    def user_violations(self, resource: Resource) -> tuple[Violation, ...]:
        """The rules of AWS that a person breaks."""
        return rules.violations("user", resource)

    def group_violations(self, resource: Resource) -> tuple[Violation, ...]:
        """The rules of AWS that a group breaks."""
        return rules.violations("group", resource)

    def unique_keys(self, kind: ObjectKind, resource: Resource) -> tuple[tuple[str, str], ...]:
        """(path, value as `name_key`) of each attribute that must be unique in AWS."""
        return rules.unique_keys(kind, resource)

    @asynccontextmanager
    async def connect(self, report: ReportRequest) -> AsyncGenerator[IdentityCenterSession, None]:
        """Open a connection; all calls on it share pacing."""
        async with connected(self.endpoint.url, self._token, self._pacing, self._retry, self._timeouts) as http:
            http.report_to(report)
            yield IdentityCenterSession(ScimClient(http), self._is_linked)

    async def test(self, report: ReportRequest) -> ConnectionTest:
        """Test the endpoint step by step; failures are part of the result."""
        return await connection_test.try_endpoint(self.endpoint, self._token, self._pacing, report, self._timeouts)


def pacing_for(place: Endpoint, choice: PacingChoice) -> Pacing:
    """Pacing for an endpoint: AWS's quotas for AWS's hosts, adaptive elsewhere, unless chosen explicitly."""
    if choice == "aws" or (not choice and place.kind == "aws"):
        return AWS_PACING
    return ADAPTIVE_PACING


def _sendable(token: Secret) -> Secret:
    """The token, stripped; raises `TokenRefused` if a header cannot carry it (later errors might quote it)."""
    text = token.reveal().strip()
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        raise TokenRefused("token-unusable")
    return Secret(text)


def _usable(tenant_url: str, allowed_host: str) -> Endpoint:
    place = endpoint(tenant_url)
    if isinstance(place, Problem):
        raise NoAccess("tenant-url-unusable", why=place.message)
    if place.needs_confirmation((allowed_host.strip().lower(),)):
        raise NoAccess("host-not-confirmed", host=place.host)
    return place


@contextmanager
def _in_doubt(doubtful: bool | Callable[[], bool]) -> Iterator[None]:
    """If `doubtful`, mark failures inside: earlier requests may have been carried out.

    A list that cannot be read leaves one object in doubt, and does not end the run.
    """
    try:
        yield
    except IncompleteList:
        raise OutcomeUnknown("GET") from None
    except (Refused, NoAccess) as failure:
        failure.may_have_landed = failure.may_have_landed or (doubtful() if callable(doubtful) else doubtful)
        raise


def _whole(what: _Kind, resource_id: str, body: Json) -> Resource | None:
    """The resource in an answer; None if the body is not it (AWS answers a group's PATCH without a body)."""
    resource = resource_of(body)
    return resource if what.names[0] in resource and body.get("id", resource_id) == resource_id else None


def _updated(what: _Kind, resource_id: str, done: Done) -> Updated:
    return Updated(done.request_id, _whole(what, resource_id, done.body))


def _outcome(error: ScimError, kind: ObjectKind) -> NoAccess | Refused:
    failure = refusals.ends_the_run(error) or refusals.refused(error, kind)
    failure.may_have_landed = error.may_have_landed
    return failure


def _taken(what: _Kind, resource: Resource, clash: ScimError) -> Refused:
    """AWS says that it exists, but no look-up finds it."""
    if what.kind == "group":
        return refusals.refused(clash, "group")
    address = resource.get(rules.EMAIL)
    # str(): a redacted value becomes "[Redact]"
    return refusals.email_taken(clash, str(address) if isinstance(address, str) else "")


# Members of groups

MOST_REFUSALS = 25
"""Refusals in one change after which single members are no longer the cause."""


async def read_members(scim: ScimClient, group_id: str) -> frozenset[str]:
    """Ids of a group's members. AWS never returns them with the group, but filters people by group."""
    pages = scim.pages("/Users", equals("groups.value", group_id))
    return frozenset([row["id"] async for page in pages for row in page.resources])


async def read_groups_of(scim: ScimClient, user_id: str) -> frozenset[str]:
    """Ids of all groups that a person is in."""
    pages = scim.pages("/Groups", equals("members.value", user_id))
    return frozenset([row["id"] async for page in pages for row in page.resources])


def _listed(group: Json) -> frozenset[str]:
    """The members that a group's own body lists."""
    rows = group.get("members")
    ids = [row.get("value") for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return frozenset(value for value in ids if isinstance(value, str))


class MembershipChange:
    """Adds people to one group, or removes them.

    How AWS treats a member who is already in the group is not documented, and a change whose answer was lost is sent
    again: so a refusal is no failure if the group is as desired. Otherwise the change is split in halves until the
    refused members are isolated and all others are done.
    """

    def __init__(self, scim: ScimClient, group_id: str, adding: bool) -> None:
        self._scim, self._group_id, self._adding = scim, group_id, adding
        self._refusals = 0
        self.moved = False
        """The group changed: a part of the change is done, by this run or by others."""

    async def carry_out(self, member_ids: Sequence[str]) -> str:
        """Change these members; returns AWS's request id, or "" if nothing had to change.

        Raises the first remaining `ScimError`, after all others were changed.
        """
        wanted = list(dict.fromkeys(member_ids))
        if not wanted:
            return ""
        change = add_members(wanted) if self._adding else remove_members(wanted)
        try:
            request_id = (await self._scim.change("/Groups", self._group_id, [change])).request_id
            self.moved = True
            return request_id
        except ScimError as error:
            if error.status not in (400, 409) and not error.says_absent:
                raise
            refusal = error
        return await self._after(refusal, wanted)

    async def _after(self, refusal: ScimError, wanted: list[str]) -> str:
        """Continue after a refusal: with the remaining members, or in halves."""
        self._refusals += 1
        self.moved = self.moved or refusal.may_have_landed
        left = await self._not_shown(wanted, refusal)
        self.moved = self.moved or len(left) < len(wanted)
        if not left:
            return refusal.request_id
        if len(wanted) == 1 or self._refusals > MOST_REFUSALS:
            raise refusal
        if len(left) < len(wanted):
            return await self.carry_out(left)
        return await self._in_halves(left)

    async def _not_shown(self, wanted: list[str], refusal: ScimError) -> list[str]:
        """The members whose change no look-up confirms; raises if the group itself is gone.

        AWS never lists members with the group, others do. An empty list does not show that anybody left: a service that
        does not know the filter answers like that. Unless our own removal may have emptied the group, each person is
        looked up then: a deleted person is in no group.
        """
        group = await self._scim.read("/Groups", self._group_id)
        present = await read_members(self._scim, self._group_id) | _listed(group)
        if self._adding:
            return [member for member in wanted if member not in present]
        if present or refusal.may_have_landed:
            return [member for member in wanted if member in present]
        return [member for member in wanted if not await self._is_gone(member)]

    async def _is_gone(self, user_id: str) -> bool:
        try:
            await self._scim.read("/Users", user_id)
        except ScimError as error:
            return error.says_absent
        return False

    async def _in_halves(self, left: list[str]) -> str:
        failures: list[ScimError] = []
        request_id = ""
        for part in (left[: len(left) // 2], left[len(left) // 2 :]):
            try:
                request_id = await self.carry_out(part)
            except ScimError as error:
                failures.append(error)
        if failures:
            raise failures[0]
        return request_id
