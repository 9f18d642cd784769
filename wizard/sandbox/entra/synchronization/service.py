"""The provisioning service of one tenant: jobs, secrets, the clock, and the connection test.

Sources: secrets are an enumeration, case-sensitive, and PUT replaces all of them; GET shows `*` for secret values. The
credentials are checked by one GET of a made-up object for every matching attribute, at *Test Connection* and at the
start of every cycle (Microsoft's support notes).
"""

import asyncio
import contextlib
import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from wizard.sandbox.entra.refusals import GraphRefusal, unknown_object
from wizard.sandbox.entra.synchronization.job import Job
from wizard.sandbox.entra.synchronization.schema import TEMPLATE, default_schema, mapping_of, matching_rows
from wizard.sandbox.entra.synchronization.source import Directory, read
from wizard.sandbox.entra.synchronization.switches import Switches
from wizard.sandbox.entra.synchronization.target import Target, Unreachable, lookup
from wizard.sandbox.entra.tenant import Tenant

_KEYS = """
    None UserName Password SecretToken AppKey BaseAddress ClientIdentifier ClientSecret SingleSignOnType Sandbox Url
    Domain ConsumerKey ConsumerSecret TokenKey TokenExpiration Oauth2AccessToken Oauth2AccessTokenCreationTime
    Oauth2RefreshToken SyncAll InstanceName Oauth2ClientId Oauth2ClientSecret CompanyId UpdateKeyOnSoftDelete
    SynchronizationSchedule SystemOfRecord SandboxName EnforceDomain SyncNotificationSettings SkipOutOfScopeDeletions
    Oauth2AuthorizationCode Oauth2RedirectUri ApplicationTemplateIdentifier Oauth2TokenExchangeUri
    Oauth2AuthorizationUri AuthenticationType Server PerformInboundEntitlementGrants HardDeletesEnabled
    SyncAgentCompatibilityKey SyncAgentADContainer ValidateDomain TestReferences ConnectionString
"""
SECRET_KEYS = frozenset(_KEYS.split())
_FOUR = frozenset({"BaseAddress", "SecretToken", "SyncAll", "SyncNotificationSettings"})
_HIDDEN = frozenset({"SecretToken", "Password", "AppKey", "ClientSecret", "ConsumerSecret"})
PREFIX = "SystemForCrossDomainIdentityManagement"
WRONG_CREDENTIALS = (f"{PREFIX}InvalidCredentials", "Please provide a valid tenant URL for your application.")
"""Code and message as a printed sample shows them."""
DEFAULT_THRESHOLD = 500


@dataclass(slots=True)
class Service:
    """The service of one tenant."""

    tenant: Tenant
    switches: Switches = field(default_factory=Switches)
    jobs: dict[str, Job] = field(default_factory=dict)
    kept_secrets: dict[str, dict[str, str]] = field(default_factory=dict)
    """Application -> key -> value."""
    fresh: dict[str, list[int]] = field(default_factory=dict)
    """New application -> statuses that answer its next synchronization calls."""
    log: list[dict[str, Any]] = field(default_factory=list)
    """Entries of the provisioning log, oldest first."""
    audits: list[dict[str, Any]] = field(default_factory=list)
    mails: list[dict[str, str]] = field(default_factory=list)
    """What was mailed, oldest first: `GET /_entra/mails`."""
    on_demand: list[datetime] = field(default_factory=list)
    """When the last provisions on demand were."""
    reports: list[datetime] = field(default_factory=list)
    """When logs were read last."""
    assigned: dict[str, datetime] = field(default_factory=dict)
    """New assignment -> when it was made."""
    ahead: float = 0.0
    """Seconds that the service's clock was moved on."""
    clock: asyncio.Task[None] | None = None
    """What runs cycles by the clock, once a job was started."""

    def now(self) -> datetime:
        """The service's time."""
        return datetime.fromtimestamp(time.time() + self.ahead, UTC)

    def set(self, wanted: Mapping[str, Any]) -> None:
        """Turn switches; raises ValueError."""
        for name, value in wanted.items():
            self.switches.set(name, value)
            if name == "licence":
                self.tenant.premium = self.switches.licence

    def read(self, principal_id: str) -> Directory:
        """The directory as it is now; assignments that are too new are not seen."""
        delay = timedelta(seconds=self.switches.assignment_delay)
        late = frozenset(key for key, made in self.assigned.items() if self.now() - made < delay)
        return read(self.tenant, principal_id, late)

    # Jobs

    def jobs_of(self, principal_id: str) -> list[Job]:
        """The jobs of an application that can be seen already."""
        return [job for job in self.jobs.values() if job.principal_id == principal_id and not job.hidden]

    def job(self, principal_id: str, job_id: str) -> Job:
        """One job; raises a 404 refusal where there is none, or while a new one is not replicated."""
        job = self.jobs.get(job_id)
        if job is None or job.principal_id != principal_id:
            raise unknown_object(job_id)
        if job.hidden:
            job.hidden -= 1
            raise unknown_object(job_id)
        return job

    async def new_job(self, principal_id: str) -> Job:
        """Make a job, disabled; with wrong credentials saved it is in quarantine at once."""
        app_id = str(self.tenant.principals[principal_id]["appId"])
        job_id = f"{TEMPLATE}.{self.tenant.id.replace('-', '')}.{app_id}"
        if job_id in self.jobs:
            job_id = job_id.rpartition(".")[0] + f".{uuid.uuid4()}"
        job = Job(job_id, principal_id, default_schema(job_id), hidden=self.switches.hidden_job)
        self.jobs[job_id] = job
        if self.configured(principal_id):
            failed = await self.connection_failure(self.target(principal_id), job.schema)
            if failed:
                job.needs_full = True
                job.enter_quarantine("EncounteredQuarantineException", self.now(), *failed)
        return job

    def begin(self, job: Job) -> None:
        """Start a job, or resume a paused or quarantined one."""
        running = job.schedule == "Active" and not job.quarantine and not job.stopped
        if running:
            job.stopped = self.switches.second_start == "stops"
            return
        if job.schedule == "Disabled":
            job.sync_all = self.sync_all(job.principal_id)
        job.schedule = "Active"
        job.stopped = False
        if not job.needs_full:
            job.quarantine = None
        job.next_cycle = self.now()

    # Secrets

    def configured(self, principal_id: str) -> bool:
        """Whether an address and a token are saved."""
        kept = self.kept_secrets.get(principal_id, {})
        return bool(kept.get("BaseAddress") and kept.get("SecretToken"))

    def target(self, principal_id: str) -> Target:
        """Where an application's saved secrets lead."""
        kept = self.kept_secrets.get(principal_id, {})
        return Target(kept.get("BaseAddress", ""), kept.get("SecretToken", ""))

    def sync_all(self, principal_id: str) -> bool:
        """Whether all people and groups are provisioned, or the assigned ones."""
        return self.kept_secrets.get(principal_id, {}).get("SyncAll", "false").lower() == "true"

    def skips_deletions(self, principal_id: str) -> bool:
        """Whether who leaves the scope is left as they are: SkipOutOfScopeDeletions."""
        return self.kept_secrets.get(principal_id, {}).get("SkipOutOfScopeDeletions", "").lower() in ("true", "1")

    def threshold(self, principal_id: str) -> int | None:
        """How many deletions a cycle must stay below: by default 500, so that 499 pass; None = no limit."""
        settings = self.notifications(principal_id)
        if not settings.get("DeleteThresholdEnabled", True):
            return None
        return int(settings.get("DeleteThresholdValue") or DEFAULT_THRESHOLD)

    def mail(self, principal_id: str, job_id: str, reason: str) -> None:
        """Mail that a job is in quarantine, once and again for another reason, where that is wished for."""
        settings = self.notifications(principal_id)
        if settings.get("Enabled") and settings.get("Recipients"):
            told = {"from": "azure-noreply@microsoft.com", "to": str(settings["Recipients"])}
            self.mails.append({**told, "job": job_id, "reason": reason})

    def notifications(self, principal_id: str) -> dict[str, Any]:
        """The secret SyncNotificationSettings, which is JSON in a text."""
        text = self.kept_secrets.get(principal_id, {}).get("SyncNotificationSettings") or "{}"
        found: dict[str, Any] = json.loads(text)
        return found

    def keep_secrets(self, principal_id: str, body: Any) -> None:
        """PUT …/secrets: replaces all; an empty value leaves a key out. Raises a 400 or 500 refusal."""
        pairs = checked_pairs((body or {}).get("value"))
        names = {name for name, _ in pairs}
        if any(name.startswith("Oauth2") for name in names) and "SecretToken" in names:
            raise GraphRefusal(500, "InternalError", "The credentials of the two kinds cannot be mixed.")
        settings = dict(pairs).get("SyncNotificationSettings")
        if settings:
            with contextlib.suppress(ValueError):
                settings = json.loads(settings)
            if not isinstance(settings, dict):
                raise GraphRefusal(400, "BadRequest", "SyncNotificationSettings is not valid JSON.")
        if self.switches.four_secrets and not names >= _FOUR:
            return  # seen: without all four the payload is dropped, and yet answered 204
        self.kept_secrets[principal_id] = {name: value for name, value in pairs if value}

    def shown_secrets(self, principal_id: str) -> list[dict[str, str]]:
        """GET …/secrets."""
        hidden = _HIDDEN if self.switches.clear_address else _HIDDEN | {"BaseAddress"}
        kept = self.kept_secrets.get(principal_id, {})
        return [{"key": name, "value": "*" if name in hidden else value} for name, value in kept.items()]

    # The connection test

    async def connection_failure(self, target: Target, schema: Mapping[str, Any]) -> tuple[str, str] | None:
        """Look a made-up person up by every matching attribute; code and message of what went wrong, or None."""
        mapping = mapping_of(schema, "User")
        for row in matching_rows(mapping) if mapping else ():
            try:
                answer = await target.ask(
                    "GET", lookup("User", str(row["targetAttributeName"]), str(uuid.uuid4()))
                )
            except Unreachable as error:
                return f"{PREFIX}CredentialValidationUnavailable", f"We received this unexpected response: {error}"
            if answer.status == 404:
                return WRONG_CREDENTIALS
            if answer.status != 200 or "Resources" not in answer.body:
                told = f"We received this unexpected response from your application: {answer.described()}"
                return f"{PREFIX}CredentialValidationUnavailable", told
        return None

    async def validate(self, principal_id: str, body: Any, schema: Mapping[str, Any], need_template: bool) -> None:
        """Both forms of validateCredentials; raises a 400 or 500 refusal."""
        given = body if isinstance(body, dict) else {}
        saved, pairs = given.get("useSavedCredentials"), given.get("credentials")
        if (need_template and not given.get("templateId")) or not (saved or pairs):
            raise GraphRefusal(
                400, "RequestMissingRequiredParameter", "The request is missing a required parameter."
            )
        if given.get("templateId", TEMPLATE) not in (TEMPLATE, None):
            raise unknown_object(str(given["templateId"]))
        target = self.target(principal_id)
        if not saved:
            told = dict(checked_pairs(pairs))
            target = Target(told.get("BaseAddress", ""), told.get("SecretToken", ""))
        failed = await self.connection_failure(target, schema)
        if failed:
            raise invalid_credentials(*failed)


def invalid_credentials(code: str, message: str) -> GraphRefusal:
    """400 of validateCredentials, with what the target said as inner error."""
    return GraphRefusal(
        400,
        "CredentialValidationUnavailable",
        "You appear to have entered invalid credentials. Please confirm you are using the correct information for an "
        "administrative account.",
        inner={"code": code, "message": message},
    )


def checked_pairs(pairs: Any) -> list[tuple[str, str]]:
    """Secrets as sent; raises a 500 refusal for an unknown key, whose case counts, and a 400 one for no list."""
    if not isinstance(pairs, list) or not all(isinstance(pair, dict) for pair in pairs):
        raise GraphRefusal(400, "RequestMissingRequiredParameter", "The request is missing a required parameter.")
    for pair in pairs:
        if pair.get("key") not in SECRET_KEYS:
            raise GraphRefusal(500, "InternalError", f"Requested value '{pair.get('key')}' was not found.")
    return [(str(pair["key"]), str(pair.get("value") or "")) for pair in pairs]
