"""Who of the directory is provisioned, and why the others are not: the choice, the first few, and scoping filters."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Protocol, TypeVar

from wizard.directory import AttributeValue, DirectoryGroup, DirectorySnapshot, DirectoryUser, ObjectKind
from wizard.errors import Message, WizardError
from wizard.mapping.dotnet.patterns import Patience, patience_for_run, pattern_problem, whole_matcher
from wizard.mapping.scoping_filter import Clause, Operator, ScopingFilter, print_clause
from wizard.mapping.source_values import (
    COMPUTED_USER_SOURCES,
    SourceValue,
    group_value,
    other_name,
    user_value,
)

_Object = TypeVar("_Object", DirectoryUser, DirectoryGroup)

FILTERED = "filtered-out"
NOT_CHOSEN = "not-chosen"
NOT_FIRST = "not-among-first"
BLOCKED = "blocked-in-directory"
ENTRA_CODES = {
    NOT_CHOSEN: "NotEffectivelyEntitled",
    BLOCKED: "NotEffectivelyEntitled",
    FILTERED: "EntrySynchronizationSkipped",
}
"""Entra's codes in its provisioning log: not assigned or not active, and outside the scoping filter."""


class ScopeChoice(Protocol):
    """The answers of the Scope step, as the job's `Scope` has them."""

    @property
    def everyone(self) -> bool:
        """Everyone, or the chosen ones."""

    @property
    def user_ids(self) -> tuple[str, ...]:
        """Chosen people by source id."""

    @property
    def group_ids(self) -> tuple[str, ...]:
        """Chosen groups by source id."""

    @property
    def start_small(self) -> bool:
        """Only the first few."""

    @property
    def first_user_ids(self) -> tuple[str, ...]:
        """The first people."""

    @property
    def first_group_ids(self) -> tuple[str, ...]:
        """The first groups."""

    @property
    def user_filter(self) -> ScopingFilter:
        """The filter that people must also pass."""

    @property
    def group_filter(self) -> ScopingFilter:
        """The filter that groups must also pass."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Out of scope: it is not provisioned."""

    kind: ObjectKind
    source_id: str
    label: str
    reason: str
    """Code of the message, the same for all who are out for one reason."""
    failed: tuple[Clause, ...] = ()
    """Of each group of the scoping filter the first clause that is false."""

    @property
    def message(self) -> Message:
        """Why, in a few words and as a whole sentence."""
        return _why(self.reason, self.failed)


@lru_cache(maxsize=1024)
def _why(reason: str, failed: tuple[Clause, ...]) -> Message:
    if not failed:
        return Message(reason)
    return Message(reason, clauses=tuple(print_clause(clause) for clause in dict.fromkeys(failed)))


@dataclass(frozen=True, slots=True)
class ScopeResult:
    """The directory, divided by the scope."""

    users: tuple[DirectoryUser, ...]
    """In scope and enabled."""
    blocked: tuple[DirectoryUser, ...]
    """In scope, but blocked in the directory: never created, disabled where this job created them."""
    groups: tuple[DirectoryGroup, ...]
    skipped: tuple[Skipped, ...]
    """Everyone else with the reason, and those who are blocked."""


def in_scope(snapshot: DirectorySnapshot, scope: ScopeChoice) -> ScopeResult:
    """Divide the directory. Members of a chosen group are in scope with it.

    With `start_small` exactly the first few remain; members of a first group who are not among the first people are
    left out. Raises WizardError where a filter cannot be used: nobody may become a leaver because of it.
    """
    people, groups, skipped = _chosen(snapshot, scope)
    if scope.user_filter != _NO_FILTER or scope.group_filter != _NO_FILTER:
        people, groups = _filtered(people, groups, scope, skipped)
    if scope.start_small:
        first_users, first_groups = set(scope.first_user_ids), set(scope.first_group_ids)
        rest = DirectorySnapshot(tuple(people), tuple(groups))
        skipped += _skipped(rest, first_users, first_groups, NOT_FIRST)
        people = [user for user in people if user.id in first_users]
        groups = [group for group in groups if group.id in first_groups]
    blocked = tuple(user for user in people if not user.enabled)
    skipped += [Skipped("user", user.id, user.label, BLOCKED) for user in blocked]
    return ScopeResult(tuple(user for user in people if user.enabled), blocked, tuple(groups), tuple(skipped))


_NO_FILTER = ScopingFilter()


def _chosen(
    snapshot: DirectorySnapshot, scope: ScopeChoice
) -> tuple[list[DirectoryUser], list[DirectoryGroup], list[Skipped]]:
    if scope.everyone:
        return [*snapshot.users], [*snapshot.groups], []
    group_ids = set(scope.group_ids)
    members = {member for group in snapshot.groups if group.id in group_ids for member in group.members}
    user_ids = set(scope.user_ids) | members
    people = [user for user in snapshot.users if user.id in user_ids]
    groups = [group for group in snapshot.groups if group.id in group_ids]
    return people, groups, [*_skipped(snapshot, user_ids, group_ids, NOT_CHOSEN)]


def _filtered(
    people: list[DirectoryUser], groups: list[DirectoryGroup], scope: ScopeChoice, skipped: list[Skipped]
) -> tuple[list[DirectoryUser], list[DirectoryGroup]]:
    """Return who passes the filters; the others are added to `skipped`. Members of a filtered group stay in scope."""
    patience = patience_for_run()
    if scope.user_filter != _NO_FILTER:
        people = _passing(people, "user", scope.user_filter, patience, skipped)
    if scope.group_filter != _NO_FILTER:
        groups = _passing(groups, "group", scope.group_filter, patience, skipped)
    return people, groups


def _passing(
    objects: list[_Object],
    kind: ObjectKind,
    scoping_filter: ScopingFilter,
    patience: Patience,
    skipped: list[Skipped],
) -> list[_Object]:
    failed_clauses = compile_filter(scoping_filter, patience)
    passing = []
    for one in objects:
        failed = failed_clauses(one)
        if failed:
            skipped.append(Skipped(kind, one.id, one.label, FILTERED, failed))
        else:
            passing.append(one)
    return passing


def _skipped(snapshot: DirectorySnapshot, users: set[str], groups: set[str], reason: str) -> Iterable[Skipped]:
    for user in snapshot.users:
        if user.id not in users:
            yield Skipped("user", user.id, user.label, reason)
    for group in snapshot.groups:
        if group.id not in groups:
            yield Skipped("group", group.id, group.label, reason)


# --- evaluating a filter --------------------------------------------------------------------------------------------

_Test = Callable[[AttributeValue | None], bool]
_ClauseTest = tuple[str, str, _Test, Clause]
"""The attribute's name, Entra's own name for it where that differs, the test of its value, the clause."""
_REMEMBERED = 4096
"""Values of one pattern whose result is cached: departments repeat, user names do not."""


class FilterNotUnderstood(WizardError):
    """The filter has operators that this program does not know, so it cannot be used."""

    def __init__(self, unknown: tuple[str, ...]) -> None:
        super().__init__("filter-with-unknown-operators", unknown=unknown)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a person passes a filter, and which clauses decided it."""

    in_scope: bool
    deciding: tuple[Clause, ...] = ()
    """In: the clauses of the group that is true. Out: of each group the first clause that is false."""


def judge(scoping_filter: ScopingFilter, source: SourceValue, patience: Patience | None = None) -> Verdict:
    """Return whether one person or group passes, and why.

    Raises FilterNotUnderstood, and PatternProblem where a regular expression cannot be used or takes too long.
    """
    tests = _compiled(scoping_filter, patience or Patience())
    failed = _failed(tests, source)
    if failed:
        return Verdict(False, tuple(dict.fromkeys(failed)))
    passed = next((group for group in tests if not _failed((group,), source)), ())
    return Verdict(True, tuple(clause for _, _, _, clause in passed))


def compile_filter(
    scoping_filter: ScopingFilter, patience: Patience
) -> Callable[[DirectoryUser | DirectoryGroup], tuple[Clause, ...]]:
    """Compile a filter: it returns of each group the first clause that is false; () = the person or group passes.

    Raises FilterNotUnderstood, and PatternProblem for a pattern that cannot be used; the filter PatternTooSlow.
    """
    tests = _compiled(scoping_filter, patience)
    names = {name for group in tests for test in group for name in test[:2]}
    if names.isdisjoint(COMPUTED_USER_SOURCES):
        return lambda one: _failed(tests, one.attributes.get)
    return lambda one: _failed(
        tests, partial(user_value, one) if isinstance(one, DirectoryUser) else partial(group_value, one)
    )


def _failed(groups: tuple[tuple[_ClauseTest, ...], ...], source: SourceValue) -> tuple[Clause, ...]:
    """Of each group the first clause that is false; () where one group is true or there is no group."""
    failed: list[Clause] = []
    for group in groups:
        for name, other, test, clause in group:
            value = source(name)
            if value is None and other:
                value = source(other)
            if not test(value):
                failed.append(clause)
                break
        else:
            return ()
    return tuple(failed)


def _compiled(scoping_filter: ScopingFilter, patience: Patience) -> tuple[tuple[_ClauseTest, ...], ...]:
    if scoping_filter.unknown:
        raise FilterNotUnderstood(scoping_filter.unknown)
    return tuple(
        tuple((c.attribute, other_name(c.attribute), _test(c, patience), c) for c in group.clauses)
        for group in scoping_filter.groups
    )


def _test(clause: Clause, patience: Patience) -> _Test:
    """Compile one clause.

    NULL and "" make every clause false but IS NULL. Of several values all must pass (Graph's own comparison type; the
    portal does not support them). Case counts everywhere, also for ENDS_WITH, where Microsoft is silent.
    """
    if clause.operator is Operator.IS_NULL:
        return lambda value: value is None or value in ("", ())
    wanted, of_text = clause.value, _text_test(clause, patience)
    equality = clause.operator in (Operator.EQUALS, Operator.NOT_EQUALS)

    def test(value: AttributeValue | None) -> bool:
        if type(value) is str:  # nearly every value
            return value != "" and of_text(value)
        if value is None or value in ("", ()):
            return False
        if isinstance(value, tuple):
            return all(map(of_text, value))
        text = str(value)
        # Truth values are equal in any case: the portal writes `accountEnabled EQUALS true`, Graph "True".
        return of_text(wanted if equality and text.casefold() == wanted.casefold() else text)

    return test


def _text_test(clause: Clause, patience: Patience) -> Callable[[str], bool]:
    """Compile what a clause says about one text that is not empty."""
    wanted = clause.value
    match clause.operator:
        case Operator.EQUALS:
            return lambda text: text == wanted
        case Operator.NOT_EQUALS:
            return lambda text: text != wanted
        case Operator.IS_TRUE | Operator.IS_FALSE:
            word = "true" if clause.operator is Operator.IS_TRUE else "false"
            return lambda text: text.strip().casefold() == word
        case Operator.IS_NULL | Operator.IS_NOT_NULL:
            return lambda text: clause.operator is Operator.IS_NOT_NULL
        case Operator.REGEX_MATCH | Operator.NOT_REGEX_MATCH:
            return _pattern_test(wanted, clause.operator is Operator.REGEX_MATCH, patience)
        case Operator.GREATER_THAN | Operator.GREATER_THAN_OR_EQUALS:
            return _number_test(_integer(wanted), clause.operator is Operator.GREATER_THAN_OR_EQUALS)
        case Operator.INCLUDES:
            return lambda text: wanted in text
        case Operator.ENDS_WITH:
            return lambda text: text.endswith(wanted)
        case Operator.IN_VALUE:
            # Microsoft says of `&`: the attribute exists in the input value. Read literally: Includes, reversed.
            return lambda text: text in wanted
        case Operator.NOT_IN_VALUE:
            return lambda text: text not in wanted


def _pattern_test(pattern: str, positive: bool, patience: Patience) -> Callable[[str], bool]:
    """The whole value must match: Microsoft's samples work only so, `([1-9][0-9])` is meant for 10 to 99."""
    matches = whole_matcher(pattern, patience)
    results: dict[str, bool] = {}

    def test(text: str) -> bool:
        result = results.get(text)
        if result is None:
            result = matches(text) is positive
            if len(results) < _REMEMBERED:
                results[text] = result
        return result

    return test


def _number_test(limit: int | None, or_equal: bool) -> Callable[[str], bool]:
    """Both sides must be whole numbers; any other value is out."""

    def test(text: str) -> bool:
        number = _integer(text)
        if number is None or limit is None:
            return False
        return number >= limit if or_equal else number > limit

    return test


def _integer(text: str) -> int | None:
    text = text.strip()
    if len(text) > _LONGEST_INTEGER or not text.lstrip("+-").isdecimal() or not text.isascii():
        return None
    try:
        return int(text)
    except ValueError:  # "+-1"
        return None


# --- clauses that cannot be evaluated -------------------------------------------------------------------------------

UNUSABLE = frozenset({"members", "appRoleAssignments", "userType", "manager"})
"""Attributes that Entra does not allow in a scoping filter."""
_WITH_NUMBERS = (Operator.GREATER_THAN, Operator.GREATER_THAN_OR_EQUALS)
_WITH_PATTERNS = (Operator.REGEX_MATCH, Operator.NOT_REGEX_MATCH)
_LONGEST_INTEGER = 40


def clause_problem(clause: Clause) -> Message | None:
    """Return why a clause cannot be evaluated, a whole sentence."""
    if not clause.attribute:
        return Message("clause-without-attribute")
    if clause.attribute in UNUSABLE:
        return Message("clause-attribute-unusable", attribute=clause.attribute)
    if clause.operator.unary:
        return None
    if clause.value == "":
        return Message("clause-without-value", operator=str(clause.operator))
    if clause.operator in _WITH_NUMBERS and _integer(clause.value) is None:
        return Message("clause-value-not-whole", operator=str(clause.operator), value=clause.value)
    return pattern_problem(clause.value) if clause.operator in _WITH_PATTERNS else None
