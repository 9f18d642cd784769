"""The setup of Microsoft's service as a plan: what would be changed there, in its fixed order, and what to accept first."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from wizard.entra_provisioning.configured import Configured, same_address
from wizard.entra_provisioning.desired import Desired, Schema, duplicate_targets, merged_schema, object_mappings
from wizard.entra_provisioning.differences import Difference, Edit, SavedRow, Value, schema_edits
from wizard.errors import Message
from wizard.graph.synchronization import SavedSecrets

SetupStep = Literal[
    "application", "roles", "validate", "secrets", "validate-saved", "job", "schema", "assignments", "on-demand",
    "start",
]  # fmt: skip
STEPS: tuple[SetupStep, ...] = get_args(SetupStep)
"""In the order in which they are carried out."""
START = "start"
"""What `accepted` must hold so that Microsoft's service is started."""


@dataclass(frozen=True, slots=True)
class SetupChange:
    """One thing that would be changed at Microsoft, or that is done there."""

    step: SetupStep
    key: str
    """Names it within its step: an edit's key, a person's id."""
    message: Message
    before: str = ""
    after: str = ""
    old: Value | None = None
    """Of an edit: the value behind `before`, and in `new` that behind `after`."""
    new: Value | None = None


@dataclass(frozen=True, slots=True)
class SetupConcern:
    """What must be accepted first, by its code; a blocking one cannot be accepted."""

    message: Message
    blocking: bool = False

    @property
    def code(self) -> str:
        """The message's code."""
        return self.message.code


ExpressionOutcome = Literal["same", "differs", "not-parsed", "not-evaluated"]


@dataclass(frozen=True, slots=True)
class ExpressionCheck:
    """Whether Microsoft makes the same of one expression as this program, for a real person."""

    key: str
    """As `Edit.key`."""
    target: str
    expression: str
    outcome: ExpressionOutcome

    @property
    def passed(self) -> bool:
        """Whether both give the same value; another row is not sent."""
        return self.outcome == "same"


@dataclass(frozen=True, slots=True)
class Remembered:
    """What this computer remembers of earlier setups of a job."""

    rows: Mapping[str, SavedRow] = field(default_factory=dict)
    """Edit key -> the row as it was last saved."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """`settings_texts` of what was last saved beside the token."""
    accepted: frozenset[str] = frozenset()
    """Codes of differences between the engines that a person accepted."""


@dataclass(frozen=True, slots=True)
class SetupPlan:
    """What a setup would do. An empty one has no changes: everything is as the job wants it."""

    changes: tuple[SetupChange, ...]
    """In the order in which they are carried out."""
    edits: tuple[Edit, ...]
    """Rows and settings that differ, for *Keep Microsoft's* or *Use this job's*."""
    blocked: tuple[ExpressionCheck, ...]
    """Rows that are not sent, because Microsoft gives another value."""
    notes: tuple[Message, ...]
    concerns: tuple[SetupConcern, ...]
    checksum: str

    def of(self, step: SetupStep) -> tuple[SetupChange, ...]:
        """The changes of one step."""
        return tuple(change for change in self.changes if change.step == step)


def plan_setup(
    configured: Configured,
    desired: Desired,
    differences: Iterable[Difference] = (),
    checks: Iterable[ExpressionCheck] = (),
    remembered: Remembered | None = None,
) -> SetupPlan:
    """Work out what a setup would change; pure."""
    remembered = remembered or Remembered()
    blocked = tuple(check for check in checks if not check.passed)
    edits = (*_setting_edits(configured, desired, remembered), *_schema_edits(configured, desired, remembered))
    skipped = {check.key for check in blocked}
    changes = tuple(_changes(configured, desired, [edit for edit in edits if edit.key not in skipped]))
    concerns = tuple(_concerns(configured, desired, tuple(differences), edits, remembered))
    notes = tuple(_notes(configured, desired, changes, blocked))
    return SetupPlan(changes, edits, blocked, notes, concerns, _checksum(changes, concerns))


def settings_texts(desired: Desired) -> dict[str, str]:
    """Return the settings that are saved at Microsoft beside the token, by the targets of the settings' edits."""
    mail = desired.notifications
    return {
        "address": desired.address,
        "everyone": _flag(desired.sync_all).text,
        "mail": _mail(mail.mail, mail.mail_on).text,
        "threshold": str(mail.threshold),
        "out-of-scope": _flag(desired.keep_out_of_scope).text,
    }


def settings_differ(configured: Configured, desired: Desired, remembered: Remembered) -> bool:
    """Whether Microsoft's credentials and settings are not as the job wants them; unreadable ones count as different."""
    saved = configured.secrets
    if saved is None or configured.saved_test is None:
        return True
    return any(True for _ in _setting_edits(configured, desired, remembered))


# --- What differs ---------------------------------------------------------------------------------------------------


def _setting_edits(configured: Configured, desired: Desired, remembered: Remembered) -> Iterator[Edit]:
    saved = configured.secrets
    if saved is None or not (saved.address or saved.has_token):
        return  # nothing is saved: that is one change, not edits
    in_use = configured.job is not None and configured.job.was_started

    def edited(target: str, theirs: Value) -> bool:
        return remembered.settings.get(target) != theirs.text if remembered.settings else in_use

    ours, theirs = desired.notifications, saved.notifications
    if _address_differs(saved, desired, remembered):
        address = Value("" if saved.address == "*" else saved.address)
        yield Edit(
            "settings", "address", Value(desired.address), address, edited("address", address), can_keep=False
        )
    if not saved.has_token or (configured.saved_test is not None and not configured.saved_test.passed):
        yield Edit("settings", "token", Value("new"), Value("refused" if saved.has_token else ""), can_keep=False)
    if saved.sync_all != desired.sync_all:
        everyone = _flag(saved.sync_all)
        yield Edit("settings", "everyone", _flag(desired.sync_all), everyone, edited("everyone", everyone))
    if (theirs.mail, theirs.mail_on) != (ours.mail, ours.mail_on):
        mail = _mail(theirs.mail, theirs.mail_on)
        yield Edit("settings", "mail", _mail(ours.mail, ours.mail_on), mail, edited("mail", mail))
    if (theirs.threshold, theirs.threshold_on) != (ours.threshold, ours.threshold_on):
        limit = Value(str(theirs.threshold) if theirs.threshold_on else "")
        yield Edit(
            "settings", "threshold", Value(str(ours.threshold)), limit, edited("threshold", limit),
            can_keep=theirs.threshold_on,
        )  # fmt: skip
    if saved.keep_out_of_scope != desired.keep_out_of_scope:
        left = _flag(saved.keep_out_of_scope)
        yield Edit(
            "settings", "out-of-scope", _flag(desired.keep_out_of_scope), left, edited("out-of-scope", left)
        )


def _address_differs(saved: SavedSecrets, desired: Desired, remembered: Remembered) -> bool:
    """Whether Microsoft provisions elsewhere. Where it hides the address, what was last saved from here counts."""
    if saved.address != "*":
        return not same_address(saved.address, desired.address)
    return remembered.settings.get("address") != desired.address


def _flag(on: bool) -> Value:
    return Value("yes" if on else "no")


def _mail(address: str, on: bool) -> Value:
    return Value(address if on else "")


def _schema_edits(configured: Configured, desired: Desired, remembered: Remembered) -> tuple[Edit, ...]:
    if configured.schema is None:
        return ()
    in_use = configured.job is not None and configured.job.was_started
    return schema_edits(configured.schema, merged_schema(configured.schema, desired), remembered.rows, in_use)


# --- Changes --------------------------------------------------------------------------------------------------------


def _changes(configured: Configured, desired: Desired, edits: list[Edit]) -> Iterator[SetupChange]:
    job = configured.job
    yield from _of_application(configured, desired)
    saved = configured.secrets
    if saved is None or not (saved.address or saved.has_token):
        yield SetupChange("secrets", "settings", Message("setup-save-credentials"), after=desired.address)
    for edit in edits:
        if edit.area == "settings":
            message, before, after = _SETTINGS[edit.target], edit.theirs.text, edit.ours.text
            yield SetupChange("secrets", edit.key, message, before, after, edit.theirs, edit.ours)
    if job is None:
        yield SetupChange("job", "job", Message("setup-create-job"))
    if configured.schema is None:
        yield SetupChange("schema", "schema", Message("setup-save-mappings"))
    for edit in edits:
        if edit.area != "settings":
            before, after = _plain(edit.theirs), _plain(edit.ours)
            yield SetupChange("schema", edit.key, _row_message(edit), before, after, edit.theirs, edit.ours)
    yield from _assignments(configured, desired)
    if job is None or not job.was_started:
        for person in desired.pilot:
            message = Message("setup-provision-first", name=person.name)
            yield SetupChange("on-demand", person.id, message, after=person.name)
    if job is None or not job.is_active:
        yield SetupChange("start", START, Message("setup-start"))


def _of_application(configured: Configured, desired: Desired) -> Iterator[SetupChange]:
    if configured.application is None:
        name = desired.application_name
        yield SetupChange("application", "application", Message("setup-add-application", name=name), after=name)
    elif not configured.has_user_role:
        yield SetupChange("roles", "role", Message("setup-add-role"), after="User")
    if desired.owner and configured.owned is not True:
        yield SetupChange("roles", "owner", Message("setup-add-owner"), after=desired.owner)


_SETTINGS = {
    "address": Message("setup-address"),
    "token": Message("setup-token"),
    "everyone": Message("setup-everyone"),
    "mail": Message("setup-mail"),
    "threshold": Message("setup-threshold"),
    "out-of-scope": Message("setup-out-of-scope"),
}
"""Target of a setting's edit -> the changed setting."""
_TABLES = {
    "users.scope": Message("setup-filter-of-people"),
    "users.actions": Message("setup-actions-for-people"),
    "groups.scope": Message("setup-filter-of-groups"),
    "groups.actions": Message("setup-actions-for-groups"),
}


def _row_message(edit: Edit) -> Message:
    if edit.key in _TABLES:
        return _TABLES[edit.key]
    if edit.ours == Value(""):
        return Message("setup-row-removed", target=edit.target)
    return Message("setup-row", target=edit.target)


def _plain(value: Value) -> str:
    """One side of a row for scripts and for the checksum."""
    parts = [value.text]
    if value.default:
        parts.append(f"default {value.default}")
    if value.matching:
        parts.append(f"matching {value.matching}")
    if value.only_when_created:
        parts.append("only when created")
    return ", ".join(filter(None, parts))


def _assignments(configured: Configured, desired: Desired) -> Iterator[SetupChange]:
    if desired.sync_all:
        return
    present = {each.principal_id for each in configured.assignments or ()}
    for person in desired.assigned:
        if person.id not in present:
            yield SetupChange(
                "assignments", person.id, Message("setup-assign", name=person.name), after=person.name
            )


# --- Concerns and notes ---------------------------------------------------------------------------------------------


def _concerns(
    configured: Configured,
    desired: Desired,
    differences: tuple[Difference, ...],
    edits: tuple[Edit, ...],
    remembered: Remembered,
) -> Iterator[SetupConcern]:
    for difference in differences:
        if difference.blocking:
            yield SetupConcern(difference.message, blocking=True)
    twice = duplicate_targets(desired.mappings)
    if twice:
        yield SetupConcern(Message("setup-duplicate-targets", targets=twice), blocking=True)
    if len(configured.jobs) > 1:
        yield SetupConcern(Message("setup-several-jobs", count=len(configured.jobs)))
    for other in configured.others:
        yield SetupConcern(Message("setup-other-application", application=other.application.name))
    edited = tuple(edit.key for edit in edits if edit.edited_at_microsoft)
    if edited:
        yield SetupConcern(Message("edited-at-microsoft", keys=edited))
    new = [each for each in differences if not each.blocking and each.code not in remembered.accepted]
    if new:
        yield SetupConcern(Message("engine-differences", differences=tuple(each.message for each in new)))
    beside = _assigned_beside(configured, desired)
    if beside:
        yield SetupConcern(Message("setup-others-assigned", names=beside[:5], count=len(beside)))


def _assigned_beside(configured: Configured, desired: Desired) -> tuple[str, ...]:
    """Names of those who are assigned, though the job chooses others: Microsoft provisions them too."""
    if desired.sync_all or not desired.assigned:
        return ()
    chosen = {person.id for person in (*desired.assigned, *desired.pilot)}
    return tuple(each.name for each in configured.assignments or () if each.principal_id not in chosen)


def _notes(
    configured: Configured,
    desired: Desired,
    changes: tuple[SetupChange, ...],
    blocked: tuple[ExpressionCheck, ...],
) -> Iterator[Message]:
    yield from configured.hidden
    job = configured.job
    if job is not None and job.was_started and any(change.step == "schema" for change in changes):
        yield Message("setup-begins-first-cycle")
    if configured.secrets and configured.secrets.others:
        yield Message("setup-drops-settings", keys=configured.secrets.others)
    if desired.address.partition("://")[2].partition("/")[0].endswith(".api.aws"):
        yield Message("setup-dual-stack-address")
    if blocked:
        yield Message("setup-rows-blocked", targets=tuple(check.target for check in blocked))


def _checksum(changes: Iterable[SetupChange], concerns: Iterable[SetupConcern]) -> str:
    bound: list[object] = [[each.step, each.key, each.before, each.after] for each in changes]
    bound.append([concern.message.as_json() for concern in concerns])
    return hashlib.sha256(json.dumps(bound, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def expression_rows(schema: Schema) -> Iterator[tuple[str, str, str]]:
    """Yield (key, target, expression) of every row of a schema whose source is an expression."""
    for table in object_mappings(schema):
        area = "groups" if str(table.get("sourceObjectName") or "").casefold() == "group" else "users"
        for row in table["attributeMappings"]:
            source = row.get("source")
            if isinstance(source, Mapping) and str(source.get("type") or "").casefold() == "function":
                target = str(row.get("targetAttributeName") or "")
                yield f"{area}.{target}", target, str(source.get("expression") or "")
