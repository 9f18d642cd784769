"""What to do: a job holds every answer and no secret. The rules for its settings are here too."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Literal

from wizard.aws.session_tags import AccessAttribute
from wizard.errors import Message
from wizard.mapping.attribute_mapping import Mappings
from wizard.mapping.scoping_filter import ScopingFilter
from wizard.names import is_mail_address


class LeaverAction(StrEnum):
    """What happens in AWS to people this job provisioned who are no longer in scope."""

    DISABLE = "disable"
    DELETE = "delete"
    LEAVE = "leave"


Engine = Literal["own", "entra"]
"""Who provisions: this program, or Microsoft's provisioning service, which `entra_provisioning` configures."""

SignInWay = Literal["browser", "device-code", "secret", "certificate"]
"""How one signs in to Microsoft: the first two a person, the others an application for runs without one."""


@dataclass(frozen=True, slots=True)
class EntraChoice:
    """A tenant of Microsoft Entra ID, how one signs in to it, and how much of it is read. It holds no secret."""

    cloud: Literal["global", "usgov", "dod", "china", "sandbox"] = "global"
    """Id of one of Microsoft's clouds; "sandbox" = a stand-in on this computer, with the addresses below."""
    tenant: str = ""
    """Name (contoso.onmicrosoft.com) or id."""
    client_id: str = ""
    """Application (client) id of the registration one signs in with."""
    sign_in: SignInWay = "browser"
    certificate_file: str = ""
    """Absolute path of a PEM file with private key and certificate; its passphrase is in the keyring."""
    application_id: str = ""
    """Object id of the enterprise application whose assignments count; "" = without an application."""
    application_name: str = ""
    scope: Literal["assigned", "all"] = "assigned"
    """Who is read: those assigned to the application, or everybody in the tenant."""
    nested: bool = False
    """People of groups inside a group count as its members; Entra's own provisioning never does that."""
    authority: str = ""
    """Of a stand-in on this computer: where one signs in."""
    graph_url: str = ""
    """Of a stand-in on this computer."""


@dataclass(frozen=True, slots=True)
class SourceChoice:
    """Which directory, with its answers."""

    kind: str = ""
    """Id of a `SourceKind`: "entra", "file", "sample"; "" = not chosen yet."""
    users_file: str = ""
    """Absolute path."""
    members_file: str = ""
    """Absolute path; "" = none."""
    identity: str = ""
    """Heading of the identity column; "" = chosen automatically."""
    columns: tuple[tuple[str, str], ...] = ()
    """Assigned by hand: (heading, attribute name; "" = leave the column out)."""
    groups_column: str = ""
    """Heading of a column that holds names of groups; "" = none, or found by its name."""
    encoding: str = ""
    """Encoding of text files; "" = automatic."""
    sheet: str = ""
    """Sheet of a workbook; "" = automatic."""
    heading_row: int = 0
    """Row with the headings, 1 = first; 0 = automatic."""
    enabled_values: tuple[str, ...] = ()
    """Values of the status column that mean enabled; "" = the empty cell; () = as recognised."""
    disabled_values: tuple[str, ...] = ()
    """Values that mean disabled; () with `enabled_values` = all others that are not empty."""
    entra: EntraChoice = field(default_factory=EntraChoice)


@dataclass(frozen=True, slots=True)
class Scope:
    """Who is provisioned."""

    everyone: bool = True
    user_ids: tuple[str, ...] = ()
    """Chosen people by source id, where not everyone."""
    group_ids: tuple[str, ...] = ()
    """Chosen groups by source id; their members are in scope with them."""
    start_small: bool = False
    """Provision only the objects of the two next fields; nobody else is changed, and nobody is a leaver."""
    first_user_ids: tuple[str, ...] = ()
    first_group_ids: tuple[str, ...] = ()
    user_filter: ScopingFilter = field(default_factory=ScopingFilter)
    """Besides the choice above: people must pass it too."""
    group_filter: ScopingFilter = field(default_factory=ScopingFilter)
    people: bool = True
    """Provision people (Step 1)."""
    groups: bool = True
    """Provision groups and their members (Step 1)."""


@dataclass(frozen=True, slots=True)
class TargetChoice:
    """The AWS endpoint. The token is in the keyring, not here."""

    tenant_url: str = ""
    """Normalised: https://host/tenant/scim/v2 without a slash at its end."""
    token_made_on: str = ""
    """ISO date of the token's creation; "" = not known. It lives one year."""


@dataclass(frozen=True, slots=True)
class SignOnChoice:
    """Single sign-on between Entra ID and AWS; optional."""

    issuer: str = ""
    """From AWS's metadata file; "" = no file was read yet."""
    acs_urls: tuple[str, ...] = ()
    """Likewise, the default one first."""
    sign_on_url: str = ""
    """Of the AWS access portal; AWS's file does not hold it."""
    reminders: tuple[str, ...] = ()
    """Addresses that Entra ID reminds before the certificate ends."""
    written_on: str = ""
    """ISO date on which it was written to Microsoft last; "" = never."""
    console_steps: tuple[str, ...] = ()
    """What a person has done in the AWS console: see `flow.microsoft.sign_on.CONSOLE_STEPS`."""
    attributes: tuple[AccessAttribute, ...] = ()
    """Attributes for access control; () = none are sent."""
    may_have_policy: bool = False
    """A claims policy of this job may be at Microsoft: attributes were chosen once."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The safety settings."""

    leavers: LeaverAction = LeaverAction.DISABLE
    groups_gone: Literal["delete", "leave"] = "leave"
    """What happens to groups this job made that are no longer in scope."""
    threshold_count: int = 5
    """A plan with an effect on more people than this and than the percentage asks to be accepted: see `guard`."""
    threshold_percent: int = 10
    notification_address: str = ""
    mail_on_failure: bool = True
    """Send mail to the address above when the job is stopped by failures. Without an address none is sent."""
    pacing: Literal["", "aws", "adaptive"] = ""
    """"" = aws for AWS hosts, adaptive elsewhere."""
    results_kept_days: int = 90
    membership_requests: int = 1_500
    """Where reading all memberships takes more requests, a run reads a part of them."""
    delete_after_days: int = 30
    """People to delete are disabled first, and deleted so many days after they left; 0 = deleted at once."""
    match_existing: bool = False
    """People take over a matching account of others without being asked about, if all its groups are this job's."""


def has_higher_limits(policy: Policy) -> bool:
    """Whether fewer plans wait for approval than by default."""
    usual = Policy()
    return policy.threshold_count > usual.threshold_count or policy.threshold_percent > usual.threshold_percent


def forgets_sooner(policy: Policy) -> bool:
    """Whether the history of runs is deleted earlier than by default."""
    return policy.results_kept_days < Policy().results_kept_days


POLICY_RANGES: Mapping[str, tuple[int, int]] = {
    "threshold_count": (0, 1_000_000),
    "threshold_percent": (0, 100),
    "results_kept_days": (1, 3_650),
    "membership_requests": (100, 1_000_000),
    "delete_after_days": (0, 3_650),
}
"""Field of `Policy` -> lowest and highest value. The safety settings and the job file follow the same ranges."""


@dataclass(frozen=True, slots=True)
class PolicyProblem:
    """A setting that breaks a rule."""

    field: str
    """Name of the field of `Policy`."""
    message: Message


def policy_problems(policy: Policy) -> tuple[PolicyProblem, ...]:
    """Return the settings that are out of range, in the order of `POLICY_RANGES`, then a malformed address."""
    problems = []
    for name, (lowest, highest) in POLICY_RANGES.items():
        if not lowest <= getattr(policy, name) <= highest:
            message = Message("setting-out-of-range", setting=name, lowest=lowest, highest=highest)
            problems.append(PolicyProblem(name, message))
    address = policy.notification_address
    if address and not is_mail_address(address):
        problems.append(PolicyProblem("notification_address", Message("notification-address-malformed")))
    return tuple(problems)


@dataclass(frozen=True, slots=True)
class Job:
    """A complete job. `Draft` is the same shape while the person is still answering."""

    id: str
    """UUID; new on duplicate. Names the keyring's entries and the journal."""
    name: str
    mappings: Mappings
    source: SourceChoice = field(default_factory=SourceChoice)
    scope: Scope = field(default_factory=Scope)
    target: TargetChoice = field(default_factory=TargetChoice)
    policy: Policy = field(default_factory=Policy)
    engine: Engine = "own"
    sign_on: SignOnChoice = field(default_factory=SignOnChoice)


_APPLIED_AT_ONCE = frozenset({"id", "name", "target", "sign_on"})
"""Fields of a job that no review covers: a change of them holds at once."""


def with_parts(job: Job, other: Job, parts: Collection[str]) -> Job:
    """Return the job with these parts of another version; what no review covers stays."""
    kind = other if "plan" in parts else job
    source = other.source if "directory" in parts else job.source
    scope = other.scope if "scope" in parts else job.scope
    return replace(
        kind,
        id=job.id,
        name=job.name,
        target=job.target,
        sign_on=job.sign_on,
        source=replace(source, kind=kind.source.kind),
        scope=replace(scope, people=kind.scope.people, groups=kind.scope.groups),
        mappings=(other if "attributes" in parts else job).mappings,
        policy=(other if "settings" in parts else job).policy,
    )


def reviewed_parts(job: Job) -> dict[str, object]:
    """Return what a review of the job covers, by the step that asks for it. Equal values = the same part."""
    covered = (each.name for each in fields(job) if each.name not in _APPLIED_AT_ONCE)
    others = tuple(getattr(job, name) for name in covered if name not in ("source", "scope", "mappings", "policy"))
    return {
        "plan": (job.source.kind, job.scope.people, job.scope.groups, *others),
        "directory": replace(job.source, kind=""),
        "scope": replace(job.scope, people=True, groups=True),
        "attributes": job.mappings,
        "settings": job.policy,
    }
