"""Random tenants, directories, jobs and edits: what may stand behind a run."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Literal

from hypothesis import strategies as st

from tests.provisioning.company import directory, group, job, person
from wizard.directory import DirectoryGroup, DirectorySnapshot, DirectoryUser
from wizard.mapping.attribute_mapping import AttributeMapping, MappingKind
from wizard.provisioning.job import Job, LeaverAction

PEOPLE = tuple(f"p{n}" for n in range(12))
GROUPS = ("g0", "g1", "g2")
NAMES = ("ann", "ben", "cleo", "dee", "eve", "fay", "gus", "hal", "ída", "joe", "kai", "lea")
ADDRESS = "Example.com"


@dataclass(frozen=True)
class Stranger:
    """An account or group in AWS that this job did not make."""

    kind: Literal["user", "group"]
    name: str
    external_id: str
    active: bool


@dataclass(frozen=True)
class Story:
    """A tenant with strangers, a first run, and the directory, the job and AWS as they are now."""

    strangers: tuple[Stranger, ...]
    before: DirectorySnapshot
    between: DirectorySnapshot
    """Of a second run."""
    now: DirectorySnapshot
    job_before: Job
    job: Job
    console: tuple[tuple[str, int], ...]
    """(change in AWS's console, number of the object)."""
    journal_lost: bool
    accepts: bool
    """Whether take-overs and inherited accounts are accepted."""

    def __repr__(self) -> str:
        """The story in short: a falsified law is read by a person."""

        def told(snapshot: DirectorySnapshot) -> str:
            people = [f"{u.id}{'' if u.enabled else '!'}={dict(u.attributes)}" for u in snapshot.users]
            return "; ".join([*people, *(f"{g.id}={g.label}{list(g.members)}" for g in snapshot.groups)])

        mapped = [row.source for row in self.job.mappings.users if row.target == "active"]
        return (
            f"Story(strangers={self.strangers}\n before={told(self.before)}\n now={told(self.now)}\n"
            f" between={told(self.between)}\n console={self.console} lost={self.journal_lost}"
            f" accepts={self.accepts} active={mapped} {self.job.policy})"
        )

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))


def story(random: Random) -> Story:
    """Any story. Not drawn by hypothesis, which likes small and equal ones: limits and rare effects must be met."""
    first = directory_of(random)
    between = edited(random, first, 3)
    of = job_of(random)
    return Story(
        _strangers(random),
        first,
        between,
        edited(random, between, 4),
        of if random.random() < 0.5 else job_of(random),
        remapped(random, of),
        tuple((random.choice(CONSOLE), random.randint(0, 20)) for _ in range(random.randint(0, 2))),
        random.random() < 0.1,
        random.random() < 0.5,
    )


stories = st.randoms(use_true_random=True).map(lambda random: story(Random(random.getrandbits(64))))


def directory_of(random: Random) -> DirectorySnapshot:
    """People with different user names, and groups of them."""
    least = random.choice((0, 8))
    chosen = random.sample(PEOPLE, random.randint(least, len(PEOPLE)))
    names = random.sample(NAMES, len(NAMES))
    people = [
        _person(
            source_id,
            name,
            enabled=random.choice((True,) * 3 + (False,)),
            title=random.choice(("", "Cook", "Sous  Chef")),
            manager=random.choice(("", "", *chosen)),
        )
        for source_id, name in zip(chosen, names, strict=False)
    ]
    groups = [
        group(one, *random.sample(PEOPLE, random.randint(0, len(PEOPLE))))
        for one in random.sample(GROUPS, random.randint(1, len(GROUPS)))
    ]
    return directory(people, *groups)


def _person(source_id: str, name: str, *, enabled: bool, title: str, manager: str = "") -> DirectoryUser:
    return person(
        source_id,
        enabled=enabled,
        userPrincipalName=f"{name}@{ADDRESS}",
        mail=f"{name}@{ADDRESS}",
        displayName=name.title(),
        jobTitle=title,
        city="Oslo",
        manager=manager,
    )


def edited(random: Random, snapshot: DirectorySnapshot, most: int) -> DirectorySnapshot:
    """The directory after some edits, as people, HR systems and spreadsheets make them."""
    for _ in range(random.randint(0, most)):
        snapshot = random.choice(EDITS)(random, snapshot)
    return snapshot


Edit = Callable[[Random, DirectorySnapshot], DirectorySnapshot]


def _leaves(random: Random, snapshot: DirectorySnapshot) -> DirectorySnapshot:
    gone = set(random.sample(PEOPLE, random.randint(0, 4)))
    return replace(snapshot, users=tuple(user for user in snapshot.users if user.id not in gone))


def _everybody_leaves(random: Random, snapshot: DirectorySnapshot) -> DirectorySnapshot:
    """An export that was written before its query ended, or of an empty view."""
    return replace(snapshot, users=()) if random.random() < 0.25 else snapshot


def _blocked(random: Random, snapshot: DirectorySnapshot) -> DirectorySnapshot:
    chosen, enabled = set(random.sample(PEOPLE, random.randint(0, 6))), random.random() < 0.5
    return _each(snapshot, lambda user: replace(user, enabled=enabled) if user.id in chosen else user)


def _all_enabled(random: Random, snapshot: DirectorySnapshot) -> DirectorySnapshot:
    """Nobody is blocked any more."""
    return _each(snapshot, lambda user: replace(user, enabled=True))


def _joins(random: Random, snapshot: DirectorySnapshot) -> DirectorySnapshot:
    here = {user.id for user in snapshot.users}
    names = {user.text("displayName").lower() for user in snapshot.users}
    source_id, name = random.choice(PEOPLE), random.choice(NAMES)
    if source_id in here or name in names:
        return snapshot
    new = _person(source_id, name, enabled=True, title="Cook")
    return replace(snapshot, users=(*snapshot.users, new))


def _renamed(random: Random, snapshot: DirectorySnapshot) -> DirectorySnapshot:
    chosen = set(random.sample(PEOPLE, random.randint(0, 8)))
    suffix = random.choice(("new", "2"))

    def rename(user: DirectoryUser) -> DirectoryUser:
        name = f"{user.text('displayName').lower()}.{suffix}@{ADDRESS}"
        return _with(user, userPrincipalName=name, mail=name) if user.id in chosen else user

    return _each(snapshot, rename)


def _exchanged(random: Random, snapshot: DirectorySnapshot) -> DirectorySnapshot:
    """User names move round a ring: one column sorted without the others, or two people who change places."""
    ids = random.sample(PEOPLE, random.randint(0, 6))
    ring = [user for user in snapshot.users if user.id in ids]
    turned = dict(zip([user.id for user in ring], [*ring[1:], *ring[:1]], strict=True))

    def turn(user: DirectoryUser) -> DirectoryUser:
        other = turned.get(user.id)
        if other is None:
            return user
        return _with(user, userPrincipalName=other.text("userPrincipalName"), mail=other.text("mail"))

    return _each(snapshot, turn)


def _retitled(random: Random, snapshot: DirectorySnapshot) -> DirectorySnapshot:
    chosen, title = set(random.sample(PEOPLE, random.randint(0, len(PEOPLE)))), random.choice(("", "Chef"))
    return _each(snapshot, lambda user: _with(user, jobTitle=title) if user.id in chosen else user)


def _new_ids(random: Random, snapshot: DirectorySnapshot) -> DirectorySnapshot:
    """Give some people a new id with the same name, as another identity column or a returning person does."""
    chosen = set(random.sample(PEOPLE, random.randint(0, 3)))
    return _each(snapshot, lambda user: replace(user, id=f"{user.id}-new") if user.id in chosen else user)


def _regrouped(random: Random, snapshot: DirectorySnapshot) -> DirectorySnapshot:
    name, members = random.choice(GROUPS), random.sample(PEOPLE, random.randint(0, len(PEOPLE)))
    rest = tuple(one for one in snapshot.groups if one.id != name)
    return replace(snapshot, groups=(*rest, group(name, *members)))


def _group_gone(random: Random, snapshot: DirectorySnapshot) -> DirectorySnapshot:
    name = random.choice(GROUPS)
    return replace(snapshot, groups=tuple(one for one in snapshot.groups if one.id != name))


def _group_renamed(random: Random, snapshot: DirectorySnapshot) -> DirectorySnapshot:
    name = random.choice(GROUPS)

    def rename(one: DirectoryGroup) -> DirectoryGroup:
        return replace(one, attributes={"displayName": f"The {one.label}"}) if one.id == name else one

    return replace(snapshot, groups=tuple(map(rename, snapshot.groups)))


EDITS: tuple[Edit, ...] = (
    _leaves,
    _everybody_leaves,
    _blocked,
    _all_enabled,
    _all_enabled,
    _joins,
    _renamed,
    _exchanged,
    _retitled,
    _new_ids,
    _regrouped,
    _group_gone,
    _group_renamed,
)


def _each(snapshot: DirectorySnapshot, change: Callable[[DirectoryUser], DirectoryUser]) -> DirectorySnapshot:
    return replace(snapshot, users=tuple(map(change, snapshot.users)))


def _with(user: DirectoryUser, **attributes: str) -> DirectoryUser:
    return replace(user, attributes={k: v for k, v in {**user.attributes, **attributes}.items() if v})


def job_of(random: Random) -> Job:
    """A job with some policy."""
    return job(
        leavers=random.choice((*LeaverAction, LeaverAction.DELETE)),
        groups_gone=random.choice(("delete", "leave")),
        delete_after_days=random.choice((0, 0, 30)),
        threshold_count=random.choice((0, 2, 5)),
        threshold_percent=random.choice((0, 10)),
    )


def remapped(random: Random, of: Job) -> Job:
    """Return the job with one row of its mapping changed, or unchanged."""
    row = random.choice(
        (
            None,
            None,
            None,
            AttributeMapping("active", MappingKind.CONSTANT, "False"),
            AttributeMapping("active", MappingKind.FUNCTION, 'IIF([jobTitle] = "Cook", "False", "True")'),
            AttributeMapping("title", MappingKind.NONE, ""),
            AttributeMapping("nickName", MappingKind.ATTRIBUTE, "jobTitle"),
        )
    )
    if row is None:
        return of
    rows = tuple(one for one in of.mappings.users if one.target != row.target)
    return replace(of, mappings=replace(of.mappings, users=(*rows, row)))


CONSOLE = (
    "user-deleted",
    "user-disabled",
    "user-enabled",
    "title-changed",
    "group-deleted",
    "member-added",
    "member-removed",
)
"""What people do in AWS's console."""


def _strangers(random: Random) -> tuple[Stranger, ...]:
    """Accounts and groups of others; some have a name or an external id that the directory has too."""
    found: dict[str, Stranger] = {}
    for _ in range(random.randint(0, 4)):
        if random.random() < 0.3:
            name, mark = random.choice(("Team g0", "Team g1", "Admins")), random.choice(("", "g0", "other"))
            found.setdefault(f"{mark or name}", Stranger("group", name, mark, True))
        else:
            name, mark = random.choice((*NAMES, "root", "zoe")), random.choice(("", "", *PEOPLE, "555"))
            found.setdefault(mark or name, Stranger("user", f"{name}@{ADDRESS}", mark, random.random() < 0.5))
    unique = {(one.kind, one.name): one for one in found.values()}
    return tuple(unique.values())
