"""What the service does with one person or one group: scope, match, create, update, disable, delete, references.

Sources: Microsoft's "How provisioning works" and "Customize attributes", and its log pages for error codes. An object
is looked up by its matching attributes, in their order, until one finds it; the target's id is kept and used for
everything later. Empty values are not sent. A default value is used on creation only. Letter case alone is written
where the target attribute has `caseExact`. Who is blocked is never created; who leaves is set to `active = False`; who
is deleted for good is deleted, unless they had left the scope before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from wizard.sandbox.entra.synchronization import schema, target
from wizard.sandbox.entra.synchronization.expressions import NotParsed, source_value
from wizard.sandbox.entra.synchronization.functions import EvaluationFailed, text_of
from wizard.sandbox.entra.synchronization.job import Job, Key, Link
from wizard.sandbox.entra.synchronization.scoping import Scope, Standing
from wizard.sandbox.entra.synchronization.service import PREFIX, Service
from wizard.sandbox.entra.synchronization.source import Directory, attributes

MEMBERS_AT_ONCE = 50
"""Members in one PATCH; how many Microsoft's service sends is not known, AWS takes 100."""
_REFERENCES = ("manager", "members")


class CredentialsLost(Exception):
    """The target refused the token in the middle of a cycle; args: code, message."""


class ExportFailed(Exception):
    """The target refused an object."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(code)
        self.code, self.reason = code, reason


@dataclass(slots=True)
class Outcome:
    """What happened to one object, step by step."""

    key: Key
    name: str
    began: datetime
    action: str = "other"
    status: str = "success"
    code: str = ""
    reason: str = ""
    target_id: str = ""
    reference: bool = False
    """Only a manager or members were concerned."""
    silent: bool = False
    """Nothing that a log tells."""
    steps: list[dict[str, Any]] = field(default_factory=list)
    modified: list[dict[str, Any]] = field(default_factory=list)
    details: dict[str, str] = field(default_factory=dict)

    @property
    def exported(self) -> bool:
        """Whether the target was changed."""
        return self.status == "success" and self.action != "other"

    def step(self, name: str, kind: str, status: str, description: str, **details: str) -> None:
        """Note one step."""
        self.steps.append(
            {
                "name": name,
                "provisioningStepType": kind,
                "status": status,
                "description": description,
                "details": details,
            }
        )

    def skip(self, code: str, description: str) -> "Outcome":
        """End without a change."""
        self.action, self.status, self.code, self.reason = "other", "skipped", code, description
        self.step("EntrySynchronizationSkip", "export", "skipped", description, SkipReason=code)
        return self

    def fail(self, name: str, code: str, reason: str) -> "Outcome":
        """End with an error."""
        self.status, self.code, self.reason = "failure", code, reason
        verb = {"create": "create", "delete": "delete"}.get(self.action, "update")
        words = f"Failed to {verb} {self.key[0]} '{self.name}' in {schema.TARGET_DIRECTORY}"
        self.step(name, "export", "failure", words, ErrorCode=code, ReportableIdentifier=self.name)
        return self

    def summary(self) -> dict[str, Any]:
        """As a row of the provisioning log shows it."""
        error = None
        if self.status in ("failure", "skipped"):
            error = {
                "errorCode": self.code,
                "reason": self.reason,
                "additionalDetails": None,
                "errorCategory": "nonServiceFailure" if self.status == "failure" else "success",
                "recommendedAction": None,
            }
        kind, object_id = self.key
        return {
            "provisioningAction": self.action,
            "provisioningStatusInfo": {"status": self.status, "errorInformation": error},
            "provisioningSteps": self.steps,
            "modifiedProperties": self.modified,
            "sourceIdentity": {
                "id": object_id,
                "displayName": self.name,
                "identityType": kind,
                "details": self.details,
            },
            "targetIdentity": {
                "id": self.target_id,
                "displayName": self.name if self.target_id else "",
                "identityType": kind,
                "details": {},
            },
        }


class Provisioner:
    """Carries objects of one reading of the directory into the target of one job."""

    def __init__(self, service: Service, job: Job, directory: Directory) -> None:
        self.service, self.job, self.directory = service, job, directory
        self._target = service.target(job.principal_id)
        self._mappings = {kind: schema.mapping_of(job.schema, kind) for kind in ("User", "Group")}
        self.scope = Scope(directory, self._mappings, job.sync_all)
        self._skips = service.skips_deletions(job.principal_id)

    # Deciding what to do

    def removes(self, key: Key) -> bool:
        """Whether carrying this object would disable or delete it in the target."""
        link = self.job.links.get(key)
        if link is None:
            return False
        if key not in self.directory.objects:
            return link.in_scope and "Delete" in self._flows(key)
        standing = self.scope.standing(key)
        if standing.in_scope and standing.active:
            return False
        return link.active and not self._stays(key, standing)

    def _stays(self, key: Key, standing: Standing) -> bool:
        """Whether who has left is left as they are in the target."""
        if self._skips and not standing.in_scope:
            return True
        if key[0] == "Group":
            return self.service.switches.leaving_groups == "leave" or "Delete" not in self._flows(key)
        return "Update" not in self._flows(key) or self._inactive(key) is None

    def _flows(self, key: Key) -> str:
        mapping = self._mappings[key[0]]
        return str(mapping.get("flowTypes", "")) if mapping else ""

    def begin(self, key: Key) -> Outcome:
        """The outcome of an object, still without an end."""
        thing = self.directory.objects.get(key, {})
        name = str(thing.get("userPrincipalName" if key[0] == "User" else "displayName") or key[1])
        details = {"UserPrincipalName": name} if key[0] == "User" else {}
        outcome = Outcome(key, name, self.service.now(), details=details)
        link = self.job.links.get(key)
        outcome.target_id = link.target_id if link else ""
        return outcome

    def stage(self, key: Key) -> Outcome:
        """Hold a deletion back."""
        outcome = self._scoped(self.begin(key), self.scope.standing(key))
        outcome.action, outcome.status = "stagedDelete", "skipped"
        outcome.code, outcome.reason = "TooManyDeletes", "The threshold of accidental deletions is met."
        return outcome

    async def carry(self, key: Key) -> Outcome:
        """Provision one object without its references; raises CredentialsLost."""
        outcome = self.begin(key)
        try:
            return await self._carried(outcome, self.job.links.get(key))
        except ExportFailed as error:
            name = {"create": "EntryExportAdd", "delete": "EntryExportDelete"}.get(
                outcome.action, "EntryExportUpdate"
            )
            return outcome.fail(name, error.code, error.reason)
        except (NotParsed, EvaluationFailed, ValueError) as error:
            return outcome.fail("EntrySynchronizationError", "InternalError", str(error))

    async def _carried(self, outcome: Outcome, link: Link | None) -> Outcome:
        key = outcome.key
        if key not in self.directory.objects:
            return await self._gone(outcome, link)
        kind = key[0]
        verb = "Update" if link else "Add"
        words = f"Received {kind} '{outcome.name}' change of type ({verb}) from {schema.SOURCE_DIRECTORY}"
        outcome.step(f"EntryImport{verb}", "import", "success", words)
        standing = self.scope.standing(key)
        self._scoped(outcome, standing)
        if standing.in_scope and standing.active:
            return await self._written(outcome, link)
        if link is None:
            outcome.silent = key in self.directory.soft_deleted
            return outcome.skip("NotEffectivelyEntitled", _why(standing))
        return await self._left(outcome, link, standing)

    def _scoped(self, outcome: Outcome, standing: Standing) -> Outcome:
        words = f"Determine if {outcome.key[0]} in scope by evaluating against each scoping filter"
        details = standing.details(self.service.switches.shape)
        outcome.step("EntrySynchronizationScoping", "scoping", "success", words, **details)
        return outcome

    # In scope

    async def _written(self, outcome: Outcome, link: Link | None) -> Outcome:
        kind = outcome.key[0]
        mapping = self._mappings[kind]
        assert mapping is not None  # without one nothing is in scope
        if link is None:
            link = await self._matched(outcome, mapping)
        if link is None:
            return await self._added(outcome, mapping)
        return await self._updated(outcome, link, mapping)

    def _values(self, key: Key, mapping: Mapping[str, Any], create: bool, soft_deleted: bool) -> dict[str, str]:
        """Target attribute -> text, without references and empty values."""
        source = attributes(self.directory, key, soft_deleted)
        found = {}
        for row in mapping.get("attributeMappings", ()):
            name = str(row.get("targetAttributeName"))
            if name.rpartition(":")[2] in _REFERENCES or (row.get("flowType") == "ObjectAddOnly" and not create):
                continue
            value = text_of(source_value(row.get("source"), source))
            if not value and create:
                value = str(row.get("defaultValue") or "")
            if value:
                found[name] = value
        return found

    async def _matched(self, outcome: Outcome, mapping: Mapping[str, Any]) -> Link | None:
        """The target object with the same matching value; None where no attribute finds one."""
        key = outcome.key
        source = attributes(self.directory, key, False)
        asked = False
        for row in schema.matching_rows(mapping):
            value = text_of(source_value(row.get("source"), source))
            if not value:
                continue
            asked = True
            answer = await self._ask("GET", target.lookup(key[0], str(row["targetAttributeName"]), value))
            hits = answer.body.get("Resources") or []
            if len(hits) > 1:
                raise ExportFailed(
                    f"{PREFIX}MultipleEntriesInResponse", "More than one object has the matching value."
                )
            if hits:
                outcome.target_id = str(hits[0]["id"])
                taken = [other for other, one in self.job.links.items() if one.target_id == outcome.target_id]
                if taken:
                    raise ExportFailed("DuplicateTargetEntries", f"The object is that of '{taken[0][1]}' already.")
                link = self.job.links[key] = Link(outcome.target_id, members=set())
                return link
        if not asked:
            raise ExportFailed("ImportSkipped", "The matching attribute has no value in the source.")
        return None

    async def _added(self, outcome: Outcome, mapping: Mapping[str, Any]) -> Outcome:
        kind = outcome.key[0]
        if "Add" not in self._flows(outcome.key):
            return outcome.skip("EntrySynchronizationSkipped", "Objects of this type are not created.")
        words = (
            f"{kind} '{outcome.name}' will be created in {schema.TARGET_DIRECTORY} ({kind} is active and assigned in "
            f"Azure Active Directory, but no matching {kind} was found in {schema.TARGET_DIRECTORY})"
        )
        outcome.step("EntrySynchronizationAdd", "matching", "success", words)
        outcome.action = "create"
        values = self._values(outcome.key, mapping, create=True, soft_deleted=False)
        answer = await self._ask("POST", f"/{kind}s", target.created(kind, values))
        outcome.target_id = str(answer.body.get("id") or "")
        self.job.links[outcome.key] = Link(outcome.target_id)
        outcome.modified = [_modified(name, None, value) for name, value in values.items()]
        words = f"{kind} '{outcome.name}' was created in {schema.TARGET_DIRECTORY}"
        outcome.step("EntryExportAdd", "export", "success", words, ReportableIdentifier=outcome.name)
        return outcome

    async def _updated(self, outcome: Outcome, link: Link, mapping: Mapping[str, Any]) -> Outcome:
        """Compare with the target object and write what differs."""
        kind = outcome.key[0]
        found = await self._current(kind, link)
        values = self._values(outcome.key, mapping, create=False, soft_deleted=False)
        changes = []
        for name, value in values.items():
            old = target.read(found, name)
            same = old == value or (
                old is not None and old.lower() == value.lower() and not schema.case_exact(self.job.schema, name)
            )
            if not same:
                changes.append((name, old, value))
        link.in_scope = True
        if changes and "Update" not in self._flows(outcome.key):
            return outcome.skip("EntrySynchronizationSkipped", "Objects of this type are not updated.")
        if not changes:
            link.active = True
            words = (
                f"The state of the {kind.lower()} in both the source and target systems already match. No change to the "
                f"{kind} '{outcome.name}' currently needs to be made."
            )
            return outcome.skip("RedundantExport", words)
        await self._patched(outcome, link, changes)
        link.active = True
        return outcome

    async def _current(self, kind: str, link: Link) -> dict[str, Any]:
        query = "?excludedAttributes=members" if kind == "Group" else ""
        return (await self._ask("GET", f"/{kind}s/{link.target_id}{query}")).body

    async def _patched(self, outcome: Outcome, link: Link, changes: Sequence[tuple[str, str | None, str]]) -> None:
        kind = outcome.key[0]
        if outcome.action == "other":
            outcome.action = "update"
        words = f"{kind} '{outcome.name}' will be updated in {schema.TARGET_DIRECTORY}"
        outcome.step("EntrySynchronizationUpdate", "matching", "success", words)
        await self._ask("PATCH", f"/{kind}s/{link.target_id}", target.operations(changes))
        outcome.modified += [_modified(*change) for change in changes]
        words = f"{kind} '{outcome.name}' was updated in {schema.TARGET_DIRECTORY}"
        outcome.step("EntryExportUpdate", "export", "success", words, ReportableIdentifier=outcome.name)

    # Out of scope, blocked, deleted

    def _inactive(self, key: Key) -> str | None:
        """The value that says a person has left, by the mapping of `active`; None where none says so."""
        mapping = self._mappings["User"] or {}
        left = attributes(self.directory, key, True)
        for row in mapping.get("attributeMappings", ()):
            if row.get("targetAttributeName") == "active":
                value = text_of(source_value(row.get("source"), left))
                return value if value.lower() == "false" else None
        return None

    async def _left(self, outcome: Outcome, link: Link, standing: Standing) -> Outcome:
        """Who has left the scope, is blocked or softly deleted: people are disabled, groups deleted."""
        key = outcome.key
        if self._stays(key, standing):
            link.in_scope = standing.in_scope
            return outcome.skip("EntrySynchronizationSkipped", "The object left the scope and is left as it is.")
        if key[0] == "Group":
            return await self._deleted(outcome)
        if not link.active:
            link.in_scope = standing.in_scope
            return outcome.skip("RedundantExport", f"The User '{outcome.name}' is disabled already.")
        inactive = self._inactive(key) or "False"
        outcome.action = "disable"
        await self._patched(outcome, link, [("active", "True", inactive)])
        link.active, link.in_scope = False, standing.in_scope
        return outcome

    async def _gone(self, outcome: Outcome, link: Link | None) -> Outcome:
        """Who was deleted for good is deleted, unless they had left the scope before."""
        if link is None:
            outcome.silent = True
            return outcome
        if not link.in_scope or "Delete" not in self._flows(outcome.key):
            del self.job.links[outcome.key]
            return outcome.skip("EntrySynchronizationSkipped", "The object was out of scope when it was deleted.")
        return await self._deleted(outcome)

    async def _deleted(self, outcome: Outcome) -> Outcome:
        kind = outcome.key[0]
        outcome.action = "delete"
        try:
            await self._ask("DELETE", f"/{kind}s/{outcome.target_id}")
        except ExportFailed as error:
            if error.code != "InvalidAnchor":
                raise
        del self.job.links[outcome.key]
        words = f"{kind} '{outcome.name}' was deleted in {schema.TARGET_DIRECTORY}"
        outcome.step("EntryExportDelete", "export", "success", words, ReportableIdentifier=outcome.name)
        return outcome

    # References: a second pass

    async def refer(self, key: Key, only: frozenset[str] | None = None) -> Outcome:
        """Write a person's manager or a group's members (of a group only these); raises CredentialsLost."""
        outcome = self.begin(key)
        outcome.reference = True
        link = self.job.links.get(key)
        mapping = self._mappings[key[0]]
        name = next((one for one in self._reference_rows(mapping)), None)
        if link is None or not link.active or name is None or key not in self.directory.objects:
            outcome.silent = True
            return outcome
        try:
            if key[0] == "User":
                await self._manager(outcome, link, name)
            else:
                await self._members(outcome, link, only)
        except ExportFailed as error:
            outcome.action = "update"
            self.job.waiting.add(key)
            return outcome.fail("EntryExportUpdate", error.code, error.reason)
        outcome.silent = outcome.action == "other"
        return outcome

    def _reference_rows(self, mapping: Mapping[str, Any] | None) -> list[str]:
        rows = mapping.get("attributeMappings", ()) if mapping else ()
        names = [str(row.get("targetAttributeName")) for row in rows if row.get("source")]
        return [name for name in names if name.rpartition(":")[2] in _REFERENCES]

    def _waits_for(self, key: Key) -> bool:
        """Whether a manager or member is in scope and yet without a partner: to be tried again."""
        standing = self.scope.standing(key)
        return standing.in_scope and standing.active and key not in self.job.links

    async def _manager(self, outcome: Outcome, link: Link, name: str) -> None:
        """An empty manager is not sent; one out of scope is not written later without a restart."""
        manager = self.directory.managers.get(outcome.key[1])
        if manager is None:
            return
        partner = self.job.links.get(("User", manager))
        if partner is None:
            if self._waits_for(("User", manager)):
                self.job.waiting.add(outcome.key)
            return
        old = target.read(await self._current("User", link), name)
        if old != partner.target_id:
            await self._patched(outcome, link, [(name, old, partner.target_id)])

    async def _members(self, outcome: Outcome, link: Link, only: frozenset[str] | None) -> None:
        """Add and remove what changed since the last time; members in AWS that the service did not add are not seen."""
        listed = self.directory.members.get(outcome.key[1], ())
        wanted = set()
        for member in listed:
            partner = self.job.links.get(("User", member))
            if partner and partner.in_scope and partner.active:
                wanted.add(member)
            elif self._waits_for(("User", member)):
                self.job.waiting.add(outcome.key)
        gone = link.members - set(listed)
        fresh = wanted - link.members
        if only is not None:
            gone, fresh = gone & only, fresh & only
        for verb, ids in (("Add", sorted(fresh)), ("Remove", sorted(gone))):
            known = [one for one in ids if ("User", one) in self.job.links]
            if verb == "Remove":
                link.members -= set(ids) - set(known)  # deleted for good: the target took them out
            for at in range(0, len(known), MEMBERS_AT_ONCE):
                await self._membership(outcome, link, verb, known[at : at + MEMBERS_AT_ONCE])

    async def _membership(self, outcome: Outcome, link: Link, verb: str, ids: list[str]) -> None:
        partners = [self.job.links["User", one].target_id for one in ids]
        await self._ask("PATCH", f"/Groups/{link.target_id}", target.membership(verb, partners))
        added = verb == "Add"
        link.members = link.members | set(ids) if added else link.members - set(ids)
        outcome.action = "update"
        for one in partners:
            outcome.modified.append(_modified("members", None if added else one, one if added else None))
        words = f"Members of Group '{outcome.name}' were updated in {schema.TARGET_DIRECTORY}"
        outcome.step(
            "EntryExportUpdate", "referenceResolution", "success", words, ReportableIdentifier=outcome.name
        )

    # The target

    async def _ask(self, method: str, path: str, body: Any = None) -> target.Answer:
        """One request; raises ExportFailed, and CredentialsLost where the token is refused."""
        try:
            answer = await self._target.ask(method, path, body)
        except target.Unreachable as error:
            raise ExportFailed("WebExceptionProtocolError", str(error)) from None
        if answer.status < 300:
            return answer
        if answer.status == 401:
            raise CredentialsLost(f"{PREFIX}CredentialValidationUnavailable", answer.described())
        raise ExportFailed(_code(answer.status, path), f"Message: {answer.described()}")


def _code(status: int, path: str) -> str:
    """The error code of the log for a status of the target."""
    if status == 404:
        return "InvalidAnchor" if path.count("/") > 1 else f"{PREFIX}ServiceIncompatible"
    named = {400: f"{PREFIX}ServiceIncompatible", 403: "InsufficientRights", 405: "MethodNotAllowed",
             409: "EntryConflict", 422: "UnprocessableEntity", 429: "TooManyRequests"}  # fmt: skip
    return named.get(status, "InternalServerError")


def _modified(name: str, old: str | None, new: str | None) -> dict[str, Any]:
    return {"displayName": name, "oldValue": old, "newValue": new}


def _why(standing: Standing) -> str:
    told = []
    if not standing.assigned:
        told.append("1) This object is not assigned to the application.")
    if not standing.entitled:
        told.append("2) This object does not have required entitlement for provisioning.")
    if not standing.active:
        told.append("This object is not active in the source system.")
    if not standing.filtered:
        told.append("This object does not pass the scoping filters.")
    return " ".join(told)
