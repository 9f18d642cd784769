"""What AWS would refuse over the whole directory in scope, by rule and attribute, with what puts it right."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from wizard.aws.interface import ObjectKind
from wizard.directory import DirectorySnapshot
from wizard.mapping.attribute_mapping import AttributeMapping
from wizard.mapping.dotnet.patterns import SECONDS, Patience
from wizard.mapping.feeds import run_context
from wizard.mapping.resources import MEMBERS, column
from wizard.mapping.scoping import in_scope
from wizard.provisioning.columns import Breach, Filled, Member, Rules, filled, members_of, one_item_breaches
from wizard.provisioning.fixes import Fix, Trial, fixes
from wizard.provisioning.job import Job, Scope

GRACE = 0.002
"""Seconds of each match of a regular expression that are free. A slow one ends the row after two seconds, a hundred
thousand quick ones do not, nor does a thread that waits for its turn now and then."""


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """Everyone who breaks one rule with one attribute."""

    kind: ObjectKind
    rule: str
    """Code, as `Violation.rule`; also `duplicate-value` and `expression`."""
    path: str
    """Target attribute."""
    sentence: str
    """What AWS would refuse about the first of them, and what to do."""
    ids: tuple[str, ...]
    """Source ids, in the order of the directory."""
    labels: tuple[str, ...]
    """What a person calls each of them."""
    fixes: tuple[Fix, ...] = ()

    @property
    def count(self) -> int:
        """How many they are."""
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class _Column:
    """What is kept of one row until it changes."""

    filled: Filled
    groups: tuple[ProblemGroup, ...]


class Survey:
    """The problems of one directory. Asked again, it works out anew only the targets whose row changed.

    `stopped` is asked now and then; once it says so, `Stopped` is raised and what is done so far is kept.
    """

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._snapshot: DirectorySnapshot | None = None
        self._scope: Scope | None = None
        self._members: dict[ObjectKind, tuple[Member, ...]] = {}
        self._columns: dict[tuple[ObjectKind, str], tuple[AttributeMapping, _Column]] = {}
        self.recomputed: tuple[str, ...] = ()
        """Target paths that the last asking worked out anew."""

    def problems(
        self, snapshot: DirectorySnapshot, job: Job, stopped: Callable[[], bool] = bool
    ) -> tuple[ProblemGroup, ...]:
        """Every group, the largest first. Raises Stopped, and WizardError where the scope cannot be asked."""
        self._divide(snapshot, job.scope)
        anew: list[str] = []
        found: list[ProblemGroup] = []
        tables: tuple[tuple[ObjectKind, Sequence[AttributeMapping], bool], ...] = (
            ("user", job.mappings.users, job.scope.people),
            ("group", job.mappings.groups, job.scope.groups),
        )
        for kind, rows, wanted in tables:
            if wanted and self._members[kind]:
                found += self._table(kind, rows, anew, stopped)
        self.recomputed = tuple(anew)
        return tuple(sorted(found, key=lambda group: -group.count))

    def _divide(self, snapshot: DirectorySnapshot, scope: Scope) -> None:
        if snapshot is self._snapshot and scope == self._scope:
            return
        result = in_scope(snapshot, scope)
        self._members = {"user": members_of(result.users), "group": members_of(result.groups)}
        self._columns = {}
        self._snapshot, self._scope = snapshot, scope

    def _table(
        self, kind: ObjectKind, rows: Sequence[AttributeMapping], anew: list[str], stopped: Callable[[], bool]
    ) -> Iterator[ProblemGroup]:
        by_target = {row.target: row for row in rows if row.target != MEMBERS}
        done: dict[str, _Column] = {}
        for target, row in by_target.items():
            kept = self._columns.get((kind, target))
            if kept is None or kept[0] != row:
                if stopped():
                    raise Stopped
                kept = (row, self._worked_out(kind, row, stopped))
                self._columns[kind, target] = kept
                anew.append(target)
            done[target] = kept[1]
        for one in done.values():
            yield from one.groups
        for breach in one_item_breaches({target: one.filled for target, one in done.items()}):
            yield self._group(kind, breach)
        for violation in self._unmapped(kind, by_target):
            yield self._group(kind, violation)

    def _worked_out(self, kind: ObjectKind, row: AttributeMapping, stopped: Callable[[], bool]) -> _Column:
        members, context = self._members[kind], run_context(patience=Patience(SECONDS, GRACE))
        values = filled(kind, column(row, ()), _until(stopped, members), self._rules, context)
        groups = []
        for breach in values.breaches:
            trial = Trial(kind, breach, members, values.values, self._rules, context)
            groups.append(self._group(kind, breach, fixes(row, trial)))
        return _Column(values, tuple(groups))

    def _unmapped(self, kind: ObjectKind, rows: dict[str, AttributeMapping]) -> Iterator[Breach]:
        """Required attributes without a row: nobody has them."""
        everyone = tuple(range(len(self._members[kind])))
        for path in self._rules.required(kind):
            if path not in rows:
                for violation in self._rules.value_violations(kind, path, None):
                    yield Breach(violation.rule, path, violation.sentence, everyone)

    def _group(self, kind: ObjectKind, breach: Breach, remedies: tuple[Fix, ...] = ()) -> ProblemGroup:
        members = [self._members[kind][place] for place in breach.members]
        ids, labels = tuple(one.id for one in members), tuple(one.label for one in members)
        return ProblemGroup(kind, breach.rule, breach.path, breach.sentence, ids, labels, remedies)


def _until(stopped: Callable[[], bool], members: Sequence[Member]) -> Iterator[Member]:
    for place, member in enumerate(members):
        if place % 256 == 255 and stopped():
            raise Stopped
        yield member


class Stopped(Exception):
    """The asking was called off."""


def problems(snapshot: DirectorySnapshot, job: Job, rules: Rules) -> tuple[ProblemGroup, ...]:
    """What AWS would refuse of everyone in scope; for a table that is being edited, keep a `Survey`."""
    return Survey(rules).problems(snapshot, job)
