"""The plan: everything a run would do, as one value that can be shown, approved and bound by its checksum."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from hashlib import sha256
from operator import attrgetter
from typing import Literal, get_args

from wizard.aws.interface import ObjectKind
from wizard.errors import Message
from wizard.mapping.scoping import Skipped as Skipped
from wizard.provisioning.change import Change
from wizard.provisioning.ledger import LastReading, Link
from wizard.scim.resource import Redacted, Resource


@dataclass(frozen=True, slots=True)
class Rejected:
    """An object in scope that AWS would refuse, found before any request."""

    kind: ObjectKind
    source_id: str
    label: str
    rule: str
    """Code of the rule, as `Violation.rule`; also `duplicate-value`, `value-taken`, `ambiguous-match`, `row-problem`,
    `expression`."""
    path: str
    """Target attribute, or the file's column for a row problem."""
    message: Message
    line: int = 0


HeldCode = Literal["take-over", "inherited"]
ASKED_CODES: tuple[HeldCode, ...] = get_args(HeldCode)
"""Codes of single objects that wait for a person: the account was created by others, or belonged to a person who left."""


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Left as it is by this plan.

    A person must accept it first (`is_asked`), or it is not due: AWS refused it repeatedly and a run without the window
    tries it later, or it needs such an object first.
    """

    kind: ObjectKind
    source_id: str
    label: str
    message: Message
    """Why, and when it is tried again."""
    target_id: str = ""
    """AWS's id of what waits for a person."""

    @property
    def is_asked(self) -> bool:
        """Whether it waits for a person; the message's code is what `--accept` takes."""
        return self.message.code in ASKED_CODES


CONCERN_CODES = (
    "entra-provisions-too",
    "empty-source",
    "truncated-source",
    "columns-lost",
    "short-source",
    "ids-moved",
    "too-many-deletions",
    "too-many-enables",
    "too-many-removals",
    "too-many-additions",
    "too-many-renames",
    "values-cleared",
    "other-provisioner",
    "changed-since-approval",
    "encoding-unsure",
)
"""The most serious first."""


@dataclass(frozen=True, slots=True)
class Concern:
    """An effect that must be accepted before the plan may run."""

    message: Message
    """Its title, its text and the label of its check box."""

    @property
    def code(self) -> str:
        """The message's code: one of `CONCERN_CODES`. It is what `--accept` takes."""
        return self.message.code


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A reference that is not written: a manager or member who was rejected or is out of scope."""

    label: str
    """Of the person or group that is written without it."""
    message: Message


@dataclass(frozen=True, slots=True)
class Unchanged:
    """How many objects are already as they should be."""

    users: int = 0
    groups: int = 0
    memberships: int = 0


@dataclass(frozen=True, slots=True)
class ChangedElsewhere:
    """Something in AWS that is no longer as this job confirmed it last: others changed it."""

    link: Link
    """As it was confirmed last."""
    now: Resource | None
    """None = deleted."""
    joined: tuple[str, ...] = ()
    """Labels of people that others added to this group."""
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run would do."""

    changes: tuple[Change, ...]
    """One for each object, and more for many members; in the order they are shown. `order` makes steps of them."""
    skipped: tuple[Skipped, ...]
    rejected: tuple[Rejected, ...]
    unchanged: Unchanged
    notes: tuple[Message, ...]
    """Worth showing, never blocking: foreign objects, adoption, a journal of another tenant."""
    concerns: tuple[Concern, ...]
    links: tuple[Link, ...]
    """Links as the reading shows them, known or matched: stored in the ledger when the plan is applied."""
    linked: int
    """People of this job (linked and active) before the plan."""
    made_at: str
    """ISO time, UTC."""
    warnings: tuple[LeftOut, ...] = ()
    gone: tuple[Link, ...] = ()
    """Links whose object is no longer in AWS: dropped from the ledger when the plan is applied."""
    changed_elsewhere: tuple[ChangedElsewhere, ...] = ()
    checksum: str = ""
    purpose: Literal["", "retry", "on-demand"] = ""
    """"" = everyone in scope; else only some objects were asked for, and everybody else is left alone."""
    held_back: tuple[HeldBack, ...] = ()
    """In scope, but not due, or to be accepted first."""
    matched: tuple[tuple[str, str], ...] = ()
    """(AWS id, code) of objects that this plan takes over or gives to another person: accepted, or `automatic`."""
    automatic: frozenset[str] = frozenset()
    """AWS ids of accounts that the job's policy takes over without asking: nobody accepted them."""
    names: tuple[tuple[str, str], ...] = ()
    """(source id, label) of people that a change refers to and no change creates."""
    after_run: int = 0
    """Number of the job's last run when the plan was made."""
    not_kept: tuple[tuple[str, int], ...] = ()
    """(attribute, objects) that AWS does not keep as it was sent, so that it is not sent again."""
    unread_groups: int = 0
    """Groups that this job provisions and whose members were not read whole, because that takes too many requests."""
    reading: LastReading | None = field(default=None, compare=False)
    """What was read in AWS, in numbers; None = only some objects."""
    reading_seconds: float = field(default=0.0, compare=False)
    """How long AWS was read and compared; the report of the run counts it, as it counts the requests of the reading."""


def checksum(plan: Plan) -> str:
    """SHA-256 over changes, their objects and taken-over accounts; labels and reasons do not count."""
    return _digest([plan.matched, *map(_binding, plan.changes)])


def checksum_of(changes: Iterable[Change]) -> str:
    """SHA-256 over these changes and their objects."""
    return _digest(map(_binding, changes))


def _digest(values: Iterable[object]) -> str:
    from msgspec.json import Encoder  # not at the top: the first window imports this module

    encoder, digest = Encoder(enc_hook=_plain, order="sorted"), sha256()
    for value in values:
        digest.update(encoder.encode(value))
    return digest.hexdigest()


_binding = attrgetter(*(field.name for field in fields(Change) if field.name not in ("label", "names", "reason")))
"""A change and its object."""


def _plain(value: object) -> object:
    if isinstance(value, Redacted):
        return value.text
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a plan holds no {type(value).__name__}")
