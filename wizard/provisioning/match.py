"""Matching of accounts and groups in AWS to objects of the directory, and which matches must be accepted first.

A link that this job made is identity. Without one, an account is the object's own only if this job had linked it before
(HOME remembers that outside the journal) and its external id agrees. Everything else that looks the same was made by
others, or belonged to a person who left: it is held back until accepted.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from wizard.aws.interface import ObjectKind
from wizard.aws.rules import EMAIL
from wizard.errors import Message
from wizard.mapping.attribute_mapping import AttributeMapping, MappingKind
from wizard.mapping.resources import matching_paths
from wizard.mapping.scoping import Skipped
from wizard.names import name_key
from wizard.provisioning.change import Match
from wizard.provisioning.diff import Desired
from wizard.provisioning.ledger import Link
from wizard.provisioning.plan import HeldBack, HeldCode, Rejected
from wizard.provisioning.read_aws import AnyExisting
from wizard.scim.resource import Resource, short_name, value_text

NAME: Mapping[ObjectKind, str] = {"user": "userName", "group": "displayName"}
"""The attribute that AWS keeps unique and people sign in, or are granted access, by."""
PROTECTED = "protected"
"""Reason of an object that is on the protected list of this computer."""
HELD_CODES: Mapping[Match, HeldCode] = {"taken-over": "take-over", "inherited": "inherited"}
"""How an account was matched -> the code that `--accept` takes."""
EXTERNAL_ID = "externalId"
_WORD = re.compile(r"[^\W_]{2,}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Decisions:
    """What this computer remembers about accounts and groups in AWS, outside the journal."""

    own: frozenset[str] = frozenset()
    """AWS ids that this job had linked: its own again if the journal was lost."""
    accepted: frozenset[tuple[str, str]] = frozenset()
    """(AWS id, code) that a person accepted."""
    automatic: frozenset[str] = frozenset()
    """AWS ids of accounts of others that the job's policy takes over without asking: they were looked up in this run."""
    options: frozenset[str] = frozenset()
    """Acceptances for this run: a code, or code=NAME."""
    protected: frozenset[str] = frozenset()
    """User names and names of groups that no job may change, as `name_key`."""

    def accepts(self, code: HeldCode, account: AnyExisting, one: Desired) -> bool:
        """Whether this account may become the object's own."""
        if code in self.options or (account.id, code) in self.accepted:
            return True
        if code == "take-over" and one.kind == "user" and account.id in self.automatic:
            return True
        names = {name_key(name) for name in _names(one.kind, account.resource, one.resource)}
        prefix = f"{code}="
        chosen = (option.removeprefix(prefix) for option in self.options if option.startswith(prefix))
        return any(name_key(name) in names for name in chosen)

    def protects(self, kind: ObjectKind, *resources: Resource | None) -> bool:
        """Whether the name in one of these resources is protected."""
        return bool(self.protected) and any(name_key(name) in self.protected for name in _names(kind, *resources))


NO_DECISIONS = Decisions()


def _names(kind: ObjectKind, *resources: Resource | None) -> Iterable[object]:
    return (resource.get(NAME[kind]) for resource in resources if resource)


def accepted_name(kind: ObjectKind, account: AnyExisting) -> str:
    """The NAME of `--accept code=NAME` for this account or group."""
    name = account.resource.get(NAME[kind])
    return name if isinstance(name, str) and name else account.id


def marked_paths(kind: ObjectKind, rows: Sequence[AttributeMapping]) -> tuple[str, ...]:
    """The attributes by which accounts of others are found: the name, and those marked as matching.

    The default external id does not count: an id of the directory proves nothing about an account that others made.
    """
    default = {row.target for row in rows if row.target == EXTERNAL_ID and _is_default(row)}
    return tuple(dict.fromkeys((NAME[kind], *(path for path in matching_paths(rows) if path not in default))))


def _is_default(row: AttributeMapping) -> bool:
    return row.kind is MappingKind.ATTRIBUTE and row.source == "objectId"


@dataclass(frozen=True, slots=True)
class Rules:
    """What matching goes by, for one kind of object."""

    kind: ObjectKind
    paths: tuple[str, ...]
    """As `marked_paths`."""
    decisions: Decisions
    uuid_is_identity: bool
    """The source is Entra ID, whose object ids are unique everywhere."""


@dataclass(frozen=True, slots=True)
class Matches:
    """Matches of one kind of object."""

    pairs: Mapping[str, AnyExisting] = field(default_factory=dict)
    """Source id -> account or group in AWS."""
    how: Mapping[str, Match] = field(default_factory=dict)
    """Source id -> how a pair without a link came about; "" = found again after the links were lost."""
    vanished: tuple[str, ...] = ()
    """Source ids that are linked, but whose object is no longer in AWS."""
    rejected: tuple[Rejected, ...] = ()
    held: tuple[HeldBack, ...] = ()
    """Would be taken over or inherited, and nobody has accepted that yet."""
    held_by: Mapping[str, str] = field(default_factory=dict)
    """Source id -> AWS id of those accounts: neither deleted nor given to anybody meanwhile."""
    protected: tuple[Skipped, ...] = ()

    @property
    def held_ids(self) -> frozenset[str]:
        """AWS ids of objects that are held back."""
        return frozenset(self.held_by.values())


def match(
    desired: Sequence[Desired],
    links: Mapping[str, Link],
    existing: Mapping[str, AnyExisting],
    reserved: Collection[str],
    rules: Rules,
    taken: Collection[str] = (),
) -> Matches:
    """Pair objects with accounts: by link, by identity after a loss, else by what the person marked.

    `links` and `reserved` have source ids, `existing` and `taken` AWS ids. The account of a reserved source (in the
    directory, or held) belongs to a person in scope; that of another linked source to a person who left.
    """
    pairs = {
        one.source_id: existing[links[one.source_id].target_id]
        for one in desired
        if one.source_id in links and links[one.source_id].target_id in existing
    }
    vanished = tuple(one.source_id for one in desired if one.source_id in links and one.source_id not in pairs)
    present = {links[source_id].target_id: source_id for source_id in reserved if source_id in links}
    state = _State(desired, links, existing, rules, pairs, present, {*taken, *(one.id for one in pairs.values())})
    state.by_reused_id()
    state.by_identity()
    state.by_marks()
    return state.matches(vanished)


class _State:
    """Matching under way: what was found so far."""

    def __init__(
        self,
        desired: Sequence[Desired],
        links: Mapping[str, Link],
        existing: Mapping[str, AnyExisting],
        rules: Rules,
        pairs: dict[str, AnyExisting],
        present: Mapping[str, str],
        taken: set[str],
    ) -> None:
        self._desired, self._existing, self._rules = desired, existing, rules
        self._pairs, self._taken = pairs, taken
        self._holders = dict(present) | {account.id: source_id for source_id, account in pairs.items()}
        """AWS id -> source id of a person in scope."""
        self._linked = {link.target_id: link.source_id for link in links.values()}
        self._wanted = {one.source_id: one.resource for one in desired}
        self._how: dict[str, Match] = {}
        self._rejected: dict[str, Rejected] = {}
        self._held: dict[str, tuple[HeldBack, str]] = {}

    def by_reused_id(self) -> None:
        """Take back links whose source id was given to another person: nothing of the account's owner is left."""
        if self._rules.kind != "user":
            return
        others = [one for one in self._desired if self._is_reused(one)]
        if not others:
            return
        linked = {
            target_id: self._existing[target_id] for target_id in self._linked if target_id in self._existing
        }
        by_name = _index(NAME["user"], linked)
        for one in others:
            account = self._pairs[one.source_id]
            if any(other.id != account.id for other in by_name.get(_key(one, NAME["user"]), ())):
                continue  # names of this job's people that move between accounts: the guard counts them
            if self._rules.decisions.accepts("inherited", account, one):
                self._how[one.source_id] = "inherited"
            elif not self._rules.decisions.protects("user", account.resource, one.resource):
                del self._pairs[one.source_id]
                self._held[one.source_id] = _held(one, account, "inherited", EXTERNAL_ID), account.id

    def _is_reused(self, one: Desired) -> bool:
        account = self._pairs.get(one.source_id)
        if account is None or (self._rules.uuid_is_identity and _UUID.fullmatch(one.source_id)):
            return False
        return is_another_person(account.resource, one.resource)

    def by_identity(self) -> None:
        """Find again what this job had linked: by the id of Entra ID, or by external id and name."""
        own = self._rules.decisions.own - self._linked.keys() - self._taken
        if not own:
            return
        mine = {target_id: self._existing[target_id] for target_id in own if target_id in self._existing}
        by_id, by_name = _index(EXTERNAL_ID, mine), _index(NAME[self._rules.kind], mine)
        claims: dict[str, list[Desired]] = defaultdict(list)
        for one in self._left():
            likely = (*by_id.get(_key(one, EXTERNAL_ID), ()), *by_name.get(_key(one, NAME[one.kind]), ()))
            found = {account.id for account in likely if self._is_same(one, account)}
            if len(found) == 1:
                claims[found.pop()].append(one)
        for target_id, claimants in claims.items():
            if len(claimants) == 1:
                self._pair(claimants[0], mine[target_id], "")

    def _is_same(self, one: Desired, account: AnyExisting) -> bool:
        """External id and name agree (a job may give no external ids); or the id alone, where it is unique everywhere."""
        own, theirs = _key(one, EXTERNAL_ID), name_key(account.resource.get(EXTERNAL_ID))
        if own and theirs and own != theirs:
            return False
        if _key(one, NAME[one.kind]) == name_key(account.resource.get(NAME[one.kind])):
            return True
        return self._rules.uuid_is_identity and bool(_UUID.fullmatch(own))

    def by_marks(self) -> None:
        """Find accounts of others by what the person marked; each is held back unless it was accepted."""
        left = self._left()
        if not left or not self._existing:
            return
        indexes = {path: _index(path, self._existing) for path in self._rules.paths}
        claims: dict[str, list[tuple[Desired, str]]] = defaultdict(list)
        for one in left:
            found: dict[str, str] = {}
            for path, index in indexes.items():
                for account in index.get(_key(one, path), ()):
                    if account.id in self._holders or account.id in self._taken:
                        self._reject_duplicate(one, path, account)
                    else:
                        found.setdefault(account.id, path)
            if one.source_id in self._rejected:
                continue
            if len(found) > 1:
                path = next(iter(found.values()))
                self._rejected[one.source_id] = _ambiguous(one, path, len(found))
            for target_id, path in found.items() if len(found) == 1 else ():
                claims[target_id].append((one, path))
        for target_id, claimants in claims.items():
            self._claim(self._existing[target_id], claimants)

    def _reject_duplicate(self, one: Desired, path: str, account: AnyExisting) -> None:
        """Reject objects with the external id of a person in scope. AWS's own rules judge names that change owner."""
        holder = self._holders.get(account.id)
        if path == NAME[one.kind] or holder is None:
            return
        resource = self._wanted.get(holder, account.resource)
        if name_key(resource.get(path)) == _key(one, path):
            owner = accepted_name(one.kind, account)
            self._rejected.setdefault(one.source_id, _duplicate(one, path, owner))

    def _claim(self, account: AnyExisting, claimants: list[tuple[Desired, str]]) -> None:
        if len(claimants) > 1:
            for one, path in claimants:
                self._rejected[one.source_id] = _duplicate(one, path, accepted_name(one.kind, account))
            return
        one, path = claimants[0]
        if path == NAME[one.kind] and name_key(self._linked.get(account.id)) == name_key(one.source_id):
            self._pairs[one.source_id] = account  # the same id and name in other letters: still its link
            return
        how: Match = "inherited" if account.id in self._linked else "taken-over"
        if self._rules.decisions.protects(one.kind, account.resource, one.resource):
            self._pair(one, account, how)  # skipped below: neither held nor failed
        elif self._rules.decisions.accepts(HELD_CODES[how], account, one):
            self._pair(one, account, how)
        else:
            self._held[one.source_id] = _held(one, account, HELD_CODES[how], path), account.id

    def _left(self) -> list[Desired]:
        return [
            one for one in self._desired if one.source_id not in self._pairs and one.source_id not in self._held
        ]

    def _pair(self, one: Desired, account: AnyExisting, how: Match) -> None:
        self._pairs[one.source_id] = account
        self._holders[account.id] = one.source_id
        self._how[one.source_id] = how

    def matches(self, vanished: tuple[str, ...]) -> Matches:
        """The result, without the protected."""
        skipped = tuple(
            Skipped(one.kind, one.source_id, one.label, PROTECTED)
            for one in (self._desired if self._rules.decisions.protected else ())
            if self._rules.decisions.protects(one.kind, one.resource, self._resource_of(one))
        )
        out = {one.source_id for one in skipped}
        return Matches(
            {source_id: account for source_id, account in self._pairs.items() if source_id not in out},
            {source_id: how for source_id, how in self._how.items() if source_id not in out},
            vanished,
            tuple(one for source_id, one in self._rejected.items() if source_id not in out),
            tuple(one for source_id, (one, _) in self._held.items() if source_id not in out),
            {source_id: target_id for source_id, (_, target_id) in self._held.items()},
            skipped,
        )

    def _resource_of(self, one: Desired) -> Resource | None:
        account = self._pairs.get(one.source_id)
        return account.resource if account is not None else None


def is_another_person(there: Resource, here: Resource) -> bool:
    """Whether two resources with one source id are two people: no user name, address, or name in common.

    Who marries keeps their given name, and mostly their address. Of an account that is disabled, the family name alone
    is no proof: someone came back, or their number was given to another person.
    """
    if name_key(there.get("userName")) == name_key(here.get("userName")):
        return False
    if not all(_words(one, _GIVEN) for one in (there, here)):
        return False  # not enough is known
    names = _GIVEN if there.get("active") is False else _ALL_NAMES
    return not (_words(there, names) & _words(here, names) or _addresses(there) & _addresses(here))


_GIVEN = ("name.givenName", "name.middleName", "nickName")
_ALL_NAMES = (*_GIVEN, "name.familyName", "displayName")


def _words(resource: Resource, paths: Sequence[str]) -> set[str]:
    return {word for path in paths for word in _WORD.findall(name_key(resource.get(path)))}


def _addresses(resource: Resource) -> set[str]:
    """User name and e-mail address, without the domain, which may change for everybody."""
    found = (name_key(resource.get(path)).partition("@")[0] for path in ("userName", EMAIL))
    return {name for name in found if name}


def _index(path: str, existing: Mapping[str, AnyExisting]) -> Mapping[str, list[AnyExisting]]:
    index: dict[str, list[AnyExisting]] = defaultdict(list)
    for account in existing.values():
        if value := name_key(account.resource.get(path)):
            index[value].append(account)
    return dict(index)


def _key(one: Desired, path: str) -> str:
    return name_key(one.resource.get(path))


def _held(one: Desired, account: AnyExisting, code: HeldCode, path: str) -> HeldBack:
    name = accepted_name(one.kind, account)
    message = Message(code, kind=one.kind, name=name, agreement=_agreement(one, account, path))
    return HeldBack(one.kind, one.source_id, one.label, message, account.id)


_COMPARED: Mapping[ObjectKind, tuple[str, ...]] = {
    "user": ("userName", EMAIL, EXTERNAL_ID),
    "group": ("displayName", EXTERNAL_ID),
}
"""Attributes shown to a person to compare both sides."""


def _agreement(one: Desired, account: AnyExisting, path: str) -> Message:
    """Which attributes are the same on both sides, which differ, and which AWS does not have."""
    same: list[str] = [short_name(path)]
    other: list[str] = []
    absent: list[str] = []
    for compared in _COMPARED[one.kind]:
        here, there = _key(one, compared), name_key(account.resource.get(compared))
        if not here or compared == path or (compared == EXTERNAL_ID and not there):
            continue  # an account that a person made has no external id
        (absent if not there else same if here == there else other).append(short_name(compared))
    return Message("agreement", same=tuple(same), other=tuple(other), absent=tuple(absent))


def _ambiguous(one: Desired, path: str, count: int) -> Rejected:
    value = value_text(one.resource.get(path))
    message = Message("ambiguous-match", attribute=short_name(path), value=value, count=count)
    return Rejected(one.kind, one.source_id, one.label, "ambiguous-match", path, message)


def _duplicate(one: Desired, path: str, owner: str) -> Rejected:
    value = value_text(one.resource.get(path))
    message = Message("duplicate-match", attribute=short_name(path), value=value, owner=owner)
    return Rejected(one.kind, one.source_id, one.label, "duplicate", path, message)
